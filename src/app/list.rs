//! A list has a cursor, the row it stays on, and the first row on screen.

use crate::app::action::Action;
use crate::app::spot::Spot;

/// Positions in what is shown, from 0. `cursor` is below the length and on screen after
/// [`List::fit`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    pub cursor: usize,
    /// The first row on screen.
    pub offset: usize,
}

/// What the cursor stays on while rows arrive and are put in another order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hold {
    /// The first row: nobody has moved it, or it was sent there.
    #[default]
    Top,
    /// Its row.
    Row,
    /// The last row.
    End,
}

impl List {
    /// Brings the cursor into `len` rows of which `rows` are on screen, and the screen to the
    /// cursor.
    pub fn fit(&mut self, len: usize, rows: u16) {
        let rows = usize::from(rows).max(1);
        self.cursor = self.cursor.min(len.saturating_sub(1));
        self.offset = self
            .offset
            .min(len.saturating_sub(rows))
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(rows));
    }

    /// Performs a movement; `false` where the action is none.
    pub fn on_action(&mut self, action: Action, len: usize, rows: u16) -> bool {
        let page = usize::from(rows).max(1);
        match action {
            Action::Down => self.cursor = self.cursor.saturating_add(1),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::PageDown => self.turn(page, true, len),
            Action::PageUp => self.turn(page, false, len),
            Action::HalfPageDown => self.turn((page / 2).max(1), true, len),
            Action::HalfPageUp => self.turn((page / 2).max(1), false, len),
            Action::First => self.cursor = 0,
            Action::Last => self.cursor = len.saturating_sub(1),
            _ => return false,
        }
        self.fit(len, rows);
        true
    }

    /// Scrolls by whole rows; the cursor stays on screen.
    pub fn scroll(&mut self, by: isize, len: usize, rows: u16) {
        let visible = usize::from(rows).max(1);
        let last = len.saturating_sub(visible);
        self.offset = self.offset.saturating_add_signed(by).min(last);
        self.cursor = self.cursor.clamp(self.offset, self.offset + visible - 1);
        self.fit(len, rows);
    }

    /// The position under the mouse, `line` rows below the top of the list.
    pub fn at_line(&self, line: u16, len: usize) -> Option<usize> {
        let position = self.offset + usize::from(line);
        (position < len).then_some(position)
    }

    fn turn(&mut self, by: usize, down: bool, len: usize) {
        let step = |at: usize| if down { at.saturating_add(by) } else { at.saturating_sub(by) };
        self.cursor = step(self.cursor).min(len.saturating_sub(1));
        self.offset = step(self.offset);
    }
}

/// Rows that a page is where a list has no pane of its own.
const PAGE: usize = 10;

/// Moves a cursor over `len` rows; `false` where the action is no movement.
pub fn step(cursor: &mut usize, action: Action, len: usize) -> bool {
    let last = len.saturating_sub(1);
    let to = match action {
        Action::Down => cursor.saturating_add(1),
        Action::Up => cursor.saturating_sub(1),
        Action::PageDown | Action::HalfPageDown => cursor.saturating_add(PAGE),
        Action::PageUp | Action::HalfPageUp => cursor.saturating_sub(PAGE),
        Action::First => 0,
        Action::Last => last,
        _ => return false,
    };
    *cursor = to.min(last);
    true
}

/// A row that is clicked is stood on; clicked again, it is taken.
pub fn take_again(cursor: &mut usize, spot: Spot) -> Option<Action> {
    let Spot::Row(row) = spot else { return None };
    (std::mem::replace(cursor, row) == row).then_some(Action::Accept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_on_screen_and_the_screen_stays_full() {
        let mut list = List::default();
        assert!(list.on_action(Action::Last, 100, 10));
        assert_eq!(list, List { cursor: 99, offset: 90 });
        list.fit(50, 10);
        assert_eq!(list, List { cursor: 49, offset: 40 });
        list.fit(50, 30);
        assert_eq!(list, List { cursor: 49, offset: 20 });
        list.on_action(Action::First, 50, 30);
        assert_eq!(list, List::default());
        list.on_action(Action::Up, 50, 30);
        assert_eq!(list.cursor, 0);
        list.fit(0, 0);
        assert_eq!(list, List::default());
    }

    #[test]
    fn a_page_moves_the_screen_by_its_rows() {
        let mut list = List { cursor: 3, offset: 0 };
        list.on_action(Action::PageDown, 100, 10);
        assert_eq!(list, List { cursor: 13, offset: 10 });
        list.on_action(Action::HalfPageUp, 100, 10);
        assert_eq!(list, List { cursor: 8, offset: 5 });
    }

    #[test]
    fn the_wheel_takes_the_cursor_along() {
        let mut list = List::default();
        list.scroll(3, 100, 10);
        assert_eq!(list, List { cursor: 3, offset: 3 });
        list.scroll(-9, 100, 10);
        assert_eq!(list, List { cursor: 3, offset: 0 });
        list.scroll(500, 100, 10);
        assert_eq!(list, List { cursor: 90, offset: 90 });
    }
}
