//! Shows bytes, so many a line as fit the pane.

use crate::app::action::Action;
use crate::app::screens::preview::scrolling::{Aim, scrolled};
use crate::domain::object_view::{BytesWindow, LookStep};

/// Bytes that a line may show, widest first.
const WIDTHS: [usize; 3] = [16, 8, 4];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BytesPane {
    pub window: BytesWindow,
    pub width: usize,
    /// The first line on screen.
    pub offset: usize,
    /// The byte that was found last.
    pub found: Option<u64>,
    aim: Option<(u64, Aim)>,
}

impl BytesPane {
    pub fn new(window: BytesWindow) -> BytesPane {
        BytesPane { window, width: WIDTHS[0], offset: 0, found: None, aim: None }
    }

    pub fn len(&self) -> usize {
        self.window.bytes.len().div_ceil(self.width)
    }

    pub fn is_empty(&self) -> bool {
        self.window.bytes.is_empty()
    }

    /// The bytes of a line, and where the first of them is.
    pub fn line(&self, number: usize) -> Option<(u64, &[u8])> {
        let at = self.window.start + (number * self.width) as u64;
        Some((at, self.window.bytes.chunks(self.width).nth(number)?))
    }

    /// Where the first byte on screen is.
    pub fn place(&self) -> u64 {
        self.window.start + (self.offset * self.width) as u64
    }

    /// Digits of the largest place.
    pub fn digits(&self) -> usize {
        format!("{:x}", self.window.size).len().max(5)
    }

    /// Cells before the characters of a line: `00010 504b0304 … `.
    pub fn cells(&self, bytes: usize) -> usize {
        self.digits() + bytes * 2 + bytes.div_ceil(4) + 1
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        let len = self.len();
        scrolled(&mut self.offset, action, len, rows)
    }

    pub fn wants(&self, forward: bool, rows: u16) -> Option<LookStep> {
        let page = usize::from(rows).max(1);
        if forward && self.window.end() < self.window.size && self.offset + page * 3 >= self.len() {
            return Some(LookStep::Bytes(self.window.end()));
        }
        if !forward && self.window.start > 0 && self.offset < page * 2 {
            return Some(LookStep::Bytes(self.window.start));
        }
        None
    }

    pub fn take(&mut self, window: BytesWindow, at: u64, aim: Aim) {
        let top = self.place();
        self.window = window;
        self.aim = Some(if aim == Aim::Stay { (top, Aim::Top) } else { (at, aim) });
        if aim == Aim::Found {
            self.found = Some(at);
        }
    }

    pub fn fit(&mut self, cells: u16, rows: u16) {
        let fits = |bytes: &usize| self.cells(*bytes) + bytes <= usize::from(cells);
        let width = WIDTHS.into_iter().find(fits).unwrap_or(WIDTHS[2]);
        self.offset = self.offset * self.width / width;
        self.width = width;
        let page = usize::from(rows).max(1);
        let last = self.len().saturating_sub(page);
        if let Some((at, aim)) = self.aim.take() {
            let inner = usize::try_from(at.saturating_sub(self.window.start)).unwrap_or(0);
            self.offset = aim.offset(inner / width, last, page);
        }
        self.offset = self.offset.min(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(bytes: usize) -> BytesPane {
        let bytes = vec![0; bytes];
        BytesPane::new(BytesWindow { start: 0, size: bytes.len() as u64, bytes })
    }

    #[test]
    fn a_narrow_pane_shows_fewer_bytes_a_line_and_stays_where_it_was() {
        let mut pane = pane(256);
        pane.fit(80, 4);
        pane.offset = 4;
        assert_eq!(pane.line(4).unwrap().0, 64);
        pane.fit(36, 4);
        assert_eq!((pane.offset, pane.len()), (8, 32));
        assert_eq!(pane.line(pane.offset).unwrap().0, 64);
        pane.fit(10, 4);
        assert_eq!(pane.offset, 16, "four bytes at least");
    }

    #[test]
    fn bytes_before_and_behind_are_asked_for() {
        let mut pane = pane(64 * 16);
        pane.window.start = 32 * 16;
        pane.window.size = 1 << 20;
        pane.fit(80, 8);
        assert_eq!(pane.wants(false, 8), Some(LookStep::Bytes(512)));
        pane.on_action(Action::Last, 8);
        assert_eq!(pane.wants(true, 8), Some(LookStep::Bytes(1536)));
        let place = pane.place();
        let bytes = vec![0; 64 * 16];
        pane.take(BytesWindow { start: 1024, bytes, size: 1 << 20 }, 1536, Aim::Stay);
        pane.fit(80, 8);
        assert_eq!(pane.place(), place);
    }
}
