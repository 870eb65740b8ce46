//! From the window's size to the place of every pane; used to page and click, and to paint.

/// A place in the window, in cells. Without width or height it is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    #[default]
    Buckets,
    Objects,
    Transfers,
    Side,
}

/// What decides the places besides the size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub focus: Pane,
    /// The focused pane has the window for itself.
    pub zoomed: bool,
    pub side_open: bool,
    /// Lines of the queue; none hides the pane unless it is focused.
    pub jobs: usize,
}

/// The place of every part. Panes include their frames; [`Rect::inner`] is where rows go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    pub window: Rect,
    pub header: Rect,
    pub buckets: Rect,
    pub objects: Rect,
    pub side: Rect,
    pub transfers: Rect,
    pub status: Rect,
    pub footer: Rect,
    /// Of the objects' rows.
    pub columns: Columns,
}

/// Widths of the objects' columns in cells, gaps not included; 0 where a column has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub mark: u16,
    pub name: u16,
    pub size: u16,
    pub modified: u16,
    pub class: u16,
}

/// Cells between two columns.
pub const GAP: u16 = 2;

const MARK: u16 = 2;
/// Cells between the last column and the frame.
const MARGIN: u16 = 1;
const SIZE: u16 = 9;
const MODIFIED: u16 = 16;
const CLASS: u16 = 12;
/// A column is shown only where this much is left for names.
const MIN_NAME: u16 = 20;

const BUCKETS_WIDTH: u16 = 18;
const WIDE_BUCKETS_WIDTH: u16 = 24;
const WIDE: u16 = 120;
const SMALL: Size = Size { width: 60, height: 15 };

impl Rect {
    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// What is left inside a frame of one cell.
    #[must_use]
    pub fn inner(self) -> Rect {
        if self.width < 3 || self.height < 3 {
            return Rect { width: 0, height: 0, ..self };
        }
        Rect { x: self.x + 1, y: self.y + 1, width: self.width - 2, height: self.height - 2 }
    }

    pub fn contains(self, column: u16, row: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&column)
            && (self.y..self.y.saturating_add(self.height)).contains(&row)
    }

    fn split_top(self, height: u16) -> (Rect, Rect) {
        let height = height.min(self.height);
        let below = Rect { y: self.y + height, height: self.height - height, ..self };
        (Rect { height, ..self }, below)
    }

    fn split_bottom(self, height: u16) -> (Rect, Rect) {
        self.split_top(self.height - height.min(self.height))
    }

    fn split_left(self, width: u16) -> (Rect, Rect) {
        let width = width.min(self.width);
        let right = Rect { x: self.x + width, width: self.width - width, ..self };
        (Rect { width, ..self }, right)
    }
}

impl Areas {
    /// Places everything; any size, 1×1 included, gives places inside the window.
    pub fn of(size: Size, shape: Shape) -> Areas {
        let window = Rect { x: 0, y: 0, width: size.width, height: size.height };
        let mut areas = Areas { window, ..Areas::default() };
        let middle = areas.place_lines(window);
        if shape.zoomed || size.width < SMALL.width || size.height < SMALL.height {
            *areas.pane_mut(shape.focus) = middle;
        } else {
            areas.place_panes(middle, shape);
        }
        areas.columns = Columns::of(areas.objects.inner().width.saturating_sub(MARGIN));
        areas
    }

    pub fn pane(&self, pane: Pane) -> Rect {
        match pane {
            Pane::Buckets => self.buckets,
            Pane::Objects => self.objects,
            Pane::Transfers => self.transfers,
            Pane::Side => self.side,
        }
    }

    /// How many rows a pane shows.
    pub fn rows(&self, pane: Pane) -> u16 {
        self.pane(pane).inner().height
    }

    /// The pane under a cell.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        [Pane::Buckets, Pane::Objects, Pane::Transfers, Pane::Side]
            .into_iter()
            .find(|pane| self.pane(*pane).contains(column, row))
    }

    /// Whether a window of this size has room for a third column.
    pub fn has_third_column(size: Size) -> bool {
        size.width >= WIDE && size.height >= SMALL.height
    }

    fn pane_mut(&mut self, pane: Pane) -> &mut Rect {
        match pane {
            Pane::Buckets => &mut self.buckets,
            Pane::Objects => &mut self.objects,
            Pane::Transfers => &mut self.transfers,
            Pane::Side => &mut self.side,
        }
    }

    /// Header, status and footer, as far as four rows stay for a pane.
    fn place_lines(&mut self, window: Rect) -> Rect {
        let spare = window.height.saturating_sub(4);
        let (footer_lines, status_lines, header_lines) =
            (u16::from(spare >= 2), u16::from(spare >= 3), u16::from(spare >= 1));
        let (rest, footer) = window.split_bottom(footer_lines);
        let (rest, status) = rest.split_bottom(status_lines);
        let (header, middle) = rest.split_top(header_lines);
        (self.header, self.status, self.footer) = (header, status, footer);
        middle
    }

    fn place_panes(&mut self, middle: Rect, shape: Shape) {
        let wide = middle.width >= WIDE;
        let mut upper = middle;
        if shape.jobs > 0 || shape.focus == Pane::Transfers {
            let height = transfers_height(middle, shape, wide);
            (upper, self.transfers) = middle.split_bottom(height);
        }
        let buckets = if wide { WIDE_BUCKETS_WIDTH } else { BUCKETS_WIDTH };
        (self.buckets, upper) = upper.split_left(buckets);
        match (shape.side_open || shape.focus == Pane::Side, wide) {
            (true, true) => (self.objects, self.side) = upper.split_left(upper.width * 7 / 12),
            (true, false) if shape.focus == Pane::Side => self.side = upper,
            _ => self.objects = upper,
        }
    }
}

/// Two lines in a small window, up to six in a wide one, with the frame; as many as there are, up to half of the
/// window, for somebody who looks at them.
fn transfers_height(middle: Rect, shape: Shape, wide: bool) -> u16 {
    let half = middle.height / 2;
    let (least, most) = match (shape.focus, wide) {
        (Pane::Transfers, true) => (4, half.saturating_sub(2).max(6)),
        (Pane::Transfers, false) => (2, half.saturating_sub(2).max(2)),
        (_, true) => (4, 6),
        (_, false) => (2, 2),
    };
    let lines = u16::try_from(shape.jobs).unwrap_or(most).clamp(least, most);
    (lines + 2).min(half)
}

impl Columns {
    /// Columns give way in the order class, modified, size.
    fn of(width: u16) -> Columns {
        let mut columns = Columns { mark: MARK.min(width), ..Columns::default() };
        let mut left = width.saturating_sub(MARK);
        for (column, wanted) in [
            (&mut columns.size, SIZE),
            (&mut columns.modified, MODIFIED),
            (&mut columns.class, CLASS),
        ] {
            if left < MIN_NAME + GAP + wanted {
                break;
            }
            *column = wanted;
            left -= GAP + wanted;
        }
        columns.name = left;
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u16, height: u16) -> Size {
        Size { width, height }
    }

    #[test]
    fn eighty_by_twenty_four_is_the_picture_of_the_design() {
        let shape = Shape { jobs: 2, ..Shape::default() };
        let areas = Areas::of(size(80, 24), shape);
        assert_eq!(areas.header, Rect { x: 0, y: 0, width: 80, height: 1 });
        assert_eq!(areas.buckets, Rect { x: 0, y: 1, width: 18, height: 17 });
        assert_eq!(areas.objects, Rect { x: 18, y: 1, width: 62, height: 17 });
        assert_eq!(areas.transfers, Rect { x: 0, y: 18, width: 80, height: 4 });
        assert_eq!(areas.status, Rect { x: 0, y: 22, width: 80, height: 1 });
        assert_eq!(areas.footer, Rect { x: 0, y: 23, width: 80, height: 1 });
        assert!(areas.side.is_empty());
        assert_eq!(areas.columns, Columns { mark: 2, name: 28, size: 9, modified: 16, class: 0 });
    }

    #[test]
    fn a_wide_window_has_a_third_column_and_the_class() {
        let open = Shape { side_open: true, ..Shape::default() };
        let areas = Areas::of(size(160, 40), open);
        assert!(!areas.side.is_empty() && !areas.objects.is_empty());
        assert_eq!(areas.side.x + areas.side.width, 160);
        assert!(Areas::of(size(100, 40), open).side.is_empty());
        let narrow = Areas::of(size(100, 40), Shape { focus: Pane::Side, ..open });
        assert!(narrow.objects.is_empty() && !narrow.side.is_empty());
        assert_eq!(Areas::of(size(120, 40), Shape::default()).columns.class, CLASS);
    }

    #[test]
    fn a_small_window_shows_the_focused_pane_alone() {
        let shape = Shape { focus: Pane::Objects, jobs: 3, ..Shape::default() };
        let areas = Areas::of(size(40, 10), shape);
        assert_eq!(areas.objects, Rect { x: 0, y: 1, width: 40, height: 7 });
        assert!(areas.buckets.is_empty() && areas.transfers.is_empty());
        let zoomed = Areas::of(size(80, 24), Shape { zoomed: true, ..shape });
        assert_eq!(zoomed.objects.width, 80);
    }

    #[test]
    fn every_place_lies_in_every_window() {
        for width in 0..=130 {
            for height in 0..=30 {
                for focus in [Pane::Buckets, Pane::Objects, Pane::Transfers, Pane::Side] {
                    let shape = Shape { focus, zoomed: false, side_open: true, jobs: 5 };
                    let areas = Areas::of(size(width, height), shape);
                    for rect in [
                        areas.header,
                        areas.buckets,
                        areas.objects,
                        areas.side,
                        areas.transfers,
                        areas.status,
                        areas.footer,
                        areas.objects.inner(),
                    ] {
                        assert!(rect.x + rect.width <= width && rect.y + rect.height <= height);
                    }
                }
            }
        }
    }
}
