//! Moves through rows that have no cursor, and says where what is fetched is put.

use crate::app::action::Action;

/// Where what is fetched is put on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The first line on screen stays the first.
    Stay,
    /// The byte is brought to the upper third and shown as found.
    Found,
    /// The byte is brought to the top.
    Top,
    /// The end is brought to the bottom.
    End,
}

impl Aim {
    /// The first row on screen, of rows of which the last page begins at `last`, where the byte is
    /// in `row`.
    pub fn offset(self, row: usize, last: usize, page: usize) -> usize {
        match self {
            Aim::End => last,
            Aim::Found => row.saturating_sub(page / 3),
            Aim::Stay | Aim::Top => row,
        }
    }
}

/// Scrolls what has no cursor; `false` where the action is no movement.
pub fn scrolled(offset: &mut usize, action: Action, len: usize, rows: u16) -> bool {
    let page = usize::from(rows).max(1);
    let last = len.saturating_sub(page);
    let to = match action {
        Action::Down => offset.saturating_add(1),
        Action::Up => offset.saturating_sub(1),
        Action::PageDown => offset.saturating_add(page),
        Action::PageUp => offset.saturating_sub(page),
        Action::HalfPageDown => offset.saturating_add((page / 2).max(1)),
        Action::HalfPageUp => offset.saturating_sub((page / 2).max(1)),
        Action::First => 0,
        Action::Last => last,
        _ => return false,
    };
    *offset = to.min(last);
    true
}
