//! Computes the place of every pane from the window's size.

use crate::app::scope::{Pane, Position};

/// A place in the window, in cells. Without width or height it is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSize {
    pub width: u16,
    pub height: u16,
}

/// What decides the places besides the size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub focus: Pane,
    /// The focused pane has the window for itself.
    pub zoomed: bool,
    /// Which panes are shown though another is focused, in the order of their numbers.
    pub open: [bool; Pane::ALL.len()],
    /// Lines that the queue has.
    pub jobs: usize,
    /// Cells of the longest name of a bucket.
    pub bucket_names: u16,
    /// Whether the server says when buckets were created.
    pub bucket_days: bool,
    /// Whether storage classes are worth a column.
    pub classes: bool,
}

/// The place of every part. Panes include their frames, and neighbours share the line between them;
/// [`Areas::content`] is where rows go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    pub window: Rect,
    pub header: Rect,
    /// In the order of their numbers.
    panes: [Rect; Pane::ALL.len()],
    pub status: Rect,
    pub footer: Rect,
    /// The line above the rows of the objects; empty in a small window.
    pub headings: Rect,
    /// The line above what the side pane shows; empty in a small window.
    pub subject: Rect,
    /// The columns of the objects' rows.
    pub columns: ObjectColumns,
    /// Cells for the day on which a bucket was created; 0 where there is no room.
    pub created: u16,
}

/// Widths of the objects' columns in cells, gaps not included; 0 where a column has no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectColumns {
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

/// The narrowest pane of buckets, with its frame.
const MIN_BUCKETS: u16 = 18;
/// What a name of a bucket has around it: the frame, the sign and a cell at the end.
const AROUND_BUCKET: u16 = 5;
/// A day as `2026-09-20`.
const CREATED: u16 = 10;
const WIDE: u16 = 120;
const SMALL: WindowSize = WindowSize { width: 60, height: 15 };

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

    /// The area without a cell at either side, where enough is left.
    fn padded(self) -> Rect {
        if self.width < 20 {
            return self;
        }
        Rect { x: self.x + 1, width: self.width - 2, ..self }
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

    /// The part below is so high; both have the line between them.
    fn share_bottom(self, height: u16) -> (Rect, Rect) {
        let (above, below) = self.split_bottom(height);
        (Rect { height: (above.height + 1).min(self.height), ..above }, below)
    }

    /// The left part is so wide; both have the line between them.
    fn share_left(self, width: u16) -> (Rect, Rect) {
        let width = width.min(self.width);
        let before = width.saturating_sub(1);
        let right = Rect { x: self.x + before, width: self.width - before, ..self };
        (Rect { width, ..self }, right)
    }
}

impl Areas {
    /// Places everything; any size, 1×1 included, gives places inside the window.
    pub fn of(size: WindowSize, shape: Shape) -> Areas {
        let window = Rect { x: 0, y: 0, width: size.width, height: size.height };
        let mut areas = Areas { window, ..Areas::default() };
        let middle = areas.place_lines(window);
        let small = size.width < SMALL.width || size.height < SMALL.height;
        if shape.zoomed || small {
            *areas.pane_mut(shape.focus) = middle;
        } else {
            areas.place_panes(middle, shape);
        }
        if !small {
            areas.headings = areas.pane(Pane::Objects).inner().split_top(1).0;
            areas.subject = areas.pane(Pane::Side).inner().padded().split_top(1).0;
        }
        let room = areas.pane(Pane::Objects).inner().width.saturating_sub(MARGIN);
        areas.columns = ObjectColumns::of(room, shape.classes);
        let beside = areas
            .pane(Pane::Buckets)
            .width
            .saturating_sub(AROUND_BUCKET.saturating_add(shape.bucket_names));
        areas.created = if shape.bucket_days && beside >= GAP + CREATED { CREATED } else { 0 };
        areas
    }

    /// Where the rows of a pane go, below the line of its headings.
    pub fn content(&self, pane: Pane) -> Rect {
        let inner = self.pane(pane).inner();
        match pane {
            Pane::Objects => inner.split_top(self.headings.height).1,
            Pane::Side => inner.padded().split_top(self.subject.height).1,
            _ => inner,
        }
    }

    pub fn pane(&self, pane: Pane) -> Rect {
        self.panes[pane as usize]
    }

    /// How many rows a pane shows.
    pub fn rows(&self, pane: Pane) -> u16 {
        self.content(pane).height
    }

    /// The pane under a cell.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|pane| self.pane(*pane).contains(column, row))
    }

    /// Whether a window of this size has room for a third column.
    pub fn has_third_column(size: WindowSize) -> bool {
        size.width >= WIDE && size.height >= SMALL.height
    }

    fn pane_mut(&mut self, pane: Pane) -> &mut Rect {
        &mut self.panes[pane as usize]
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
        if let Some(below) = shape.shown_at(Position::Below) {
            let height = height_below(middle, shape, wide);
            (upper, *self.pane_mut(below)) = middle.share_bottom(height);
        }
        if let Some(left) = shape.shown_at(Position::Left) {
            (*self.pane_mut(left), upper) = upper.share_left(buckets_width(middle.width, shape));
        }
        let right = shape.shown_at(Position::Right);
        match (shape.shown_at(Position::Middle), right) {
            (Some(center), Some(side)) if wide => {
                (*self.pane_mut(center), *self.pane_mut(side)) =
                    upper.share_left(upper.width * 7 / 12);
            }
            (center, _) => {
                let alone = right.filter(|side| *side == shape.focus).or(center).or(right);
                if let Some(pane) = alone {
                    *self.pane_mut(pane) = upper;
                }
            }
        }
    }
}

impl Shape {
    /// The focused pane where it belongs, the first that is open elsewhere.
    fn shown_at(&self, position: Position) -> Option<Pane> {
        let mut there = Pane::ALL.into_iter().filter(|pane| pane.position() == position);
        if self.focus.position() == position {
            return Some(self.focus);
        }
        there.find(|pane| self.open[*pane as usize])
    }
}

/// As wide as the names, up to a quarter of the window; with the days beside them where that is a
/// small part of it.
fn buckets_width(window: u16, shape: Shape) -> u16 {
    let names = shape.bucket_names.min(window);
    let named = (names + AROUND_BUCKET).clamp(MIN_BUCKETS, (window / 4).max(MIN_BUCKETS));
    let dated = names + AROUND_BUCKET + GAP + CREATED;
    if shape.bucket_days && dated <= window / 4 { dated.max(named) } else { named }
}

/// Two lines in a small window, up to six in a wide one, with the frame; as many as there are, up
/// to half of the window, for somebody who looks at them.
fn height_below(middle: Rect, shape: Shape, wide: bool) -> u16 {
    let half = middle.height / 2;
    let focused = shape.focus.position() == Position::Below;
    let (least, most) = match (focused, wide) {
        (true, true) => (4, half.saturating_sub(2).max(6)),
        (true, false) => (2, half.saturating_sub(2).max(2)),
        (false, true) => (4, 6),
        (false, false) => (2, 2),
    };
    let lines = u16::try_from(shape.jobs).unwrap_or(most).clamp(least, most);
    (lines + 2).min(half)
}

impl ObjectColumns {
    /// Columns give way in the order class, modified, size.
    fn of(width: u16, classes: bool) -> ObjectColumns {
        let mut columns = ObjectColumns { mark: MARK.min(width), ..ObjectColumns::default() };
        let mut left = width.saturating_sub(MARK);
        for (column, wanted) in [
            (&mut columns.size, SIZE),
            (&mut columns.modified, MODIFIED),
            (&mut columns.class, if classes { CLASS } else { 0 }),
        ] {
            if wanted == 0 {
                continue;
            }
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

    fn size(width: u16, height: u16) -> WindowSize {
        WindowSize { width, height }
    }

    /// Buckets, objects and these panes are open.
    fn open(panes: &[Pane]) -> Shape {
        let mut shape = Shape::default();
        for pane in [Pane::Buckets, Pane::Objects].iter().chain(panes) {
            shape.open[*pane as usize] = true;
        }
        shape
    }

    #[test]
    fn eighty_by_twenty_four_is_the_picture_of_the_design() {
        let shape = Shape { jobs: 2, ..open(&[Pane::Transfers]) };
        let areas = Areas::of(size(80, 24), shape);
        assert_eq!(areas.header, Rect { x: 0, y: 0, width: 80, height: 1 });
        assert_eq!(areas.pane(Pane::Buckets), Rect { x: 0, y: 1, width: 18, height: 18 });
        assert_eq!(areas.pane(Pane::Objects), Rect { x: 17, y: 1, width: 63, height: 18 });
        assert_eq!(areas.headings, Rect { x: 18, y: 2, width: 61, height: 1 });
        assert_eq!(areas.content(Pane::Objects), Rect { x: 18, y: 3, width: 61, height: 15 });
        assert_eq!(areas.pane(Pane::Transfers), Rect { x: 0, y: 18, width: 80, height: 4 });
        assert_eq!(areas.status, Rect { x: 0, y: 22, width: 80, height: 1 });
        assert_eq!(areas.footer, Rect { x: 0, y: 23, width: 80, height: 1 });
        assert!(areas.pane(Pane::Side).is_empty());
        assert_eq!(
            areas.columns,
            ObjectColumns { mark: 2, name: 29, size: 9, modified: 16, class: 0 }
        );
    }

    #[test]
    fn a_wide_window_has_a_third_column_and_the_class() {
        let beside = open(&[Pane::Side]);
        let areas = Areas::of(size(160, 40), beside);
        assert!(!areas.pane(Pane::Side).is_empty() && !areas.pane(Pane::Objects).is_empty());
        assert_eq!(areas.pane(Pane::Side).x + areas.pane(Pane::Side).width, 160);
        assert!(Areas::of(size(100, 40), beside).pane(Pane::Side).is_empty());
        let narrow = Areas::of(size(100, 40), Shape { focus: Pane::Side, ..beside });
        assert!(narrow.pane(Pane::Objects).is_empty() && !narrow.pane(Pane::Side).is_empty());
    }

    #[test]
    fn classes_have_a_column_where_they_differ_and_there_is_room() {
        let differ = Shape { classes: true, ..open(&[]) };
        assert_eq!(Areas::of(size(120, 40), differ).columns.class, CLASS);
        assert_eq!(Areas::of(size(80, 24), differ).columns.class, 0);
        assert_eq!(Areas::of(size(120, 40), open(&[])).columns.class, 0);
    }

    #[test]
    fn the_pane_of_buckets_is_as_wide_as_their_names_within_bounds() {
        let width = |window, bucket_names| {
            let shape = Shape { bucket_names, bucket_days: true, ..open(&[]) };
            let areas = Areas::of(size(window, 40), shape);
            (areas.pane(Pane::Buckets).width, areas.created)
        };
        assert_eq!(width(80, 3), (20, CREATED));
        assert_eq!(width(80, 14), (19, 0));
        assert_eq!(width(80, 63), (20, 0));
        assert_eq!(width(120, 11), (28, CREATED));
        assert_eq!(width(120, 20), (25, 0));
        assert_eq!(width(200, 30), (47, CREATED));
        let undated = Shape { bucket_names: 11, ..open(&[]) };
        assert_eq!(Areas::of(size(120, 40), undated).created, 0);
    }

    #[test]
    fn neighbours_share_the_line_between_them() {
        let shape = Shape { jobs: 3, ..open(&[Pane::Side, Pane::Transfers]) };
        let areas = Areas::of(size(140, 40), shape);
        assert_eq!(
            areas.pane(Pane::Buckets).x + areas.pane(Pane::Buckets).width - 1,
            areas.pane(Pane::Objects).x
        );
        assert_eq!(
            areas.pane(Pane::Objects).x + areas.pane(Pane::Objects).width - 1,
            areas.pane(Pane::Side).x
        );
        assert_eq!(
            areas.pane(Pane::Objects).y + areas.pane(Pane::Objects).height - 1,
            areas.pane(Pane::Transfers).y
        );
        assert_eq!(areas.content(Pane::Side).x, areas.pane(Pane::Side).x + 2, "a cell of air");
    }

    #[test]
    fn a_small_window_shows_the_focused_pane_alone() {
        let shape = Shape { focus: Pane::Objects, jobs: 3, ..open(&[Pane::Transfers]) };
        let areas = Areas::of(size(40, 10), shape);
        assert_eq!(areas.pane(Pane::Objects), Rect { x: 0, y: 1, width: 40, height: 7 });
        assert!(areas.pane(Pane::Buckets).is_empty() && areas.pane(Pane::Transfers).is_empty());
        let zoomed = Areas::of(size(80, 24), Shape { zoomed: true, ..shape });
        assert_eq!(zoomed.pane(Pane::Objects).width, 80);
    }

    #[test]
    fn every_place_lies_in_every_window() {
        for width in 0..=130 {
            for height in 0..=30 {
                for focus in Pane::ALL {
                    let shape = Shape { focus, jobs: 5, ..open(&[Pane::Side, Pane::Transfers]) };
                    let areas = Areas::of(size(width, height), shape);
                    for rect in [
                        areas.header,
                        areas.pane(Pane::Buckets),
                        areas.pane(Pane::Objects),
                        areas.pane(Pane::Side),
                        areas.pane(Pane::Transfers),
                        areas.status,
                        areas.footer,
                        areas.content(Pane::Objects),
                        areas.content(Pane::Side),
                        areas.headings,
                        areas.subject,
                    ] {
                        assert!(rect.x + rect.width <= width && rect.y + rect.height <= height);
                    }
                }
            }
        }
    }
}
