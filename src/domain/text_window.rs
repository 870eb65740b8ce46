//! Holds the lines of a part of a text, each with its place in the object.

use crate::domain::coloured_text::ColouredLine;

/// The language of a text that is shown as it is meant, not as it is written.
pub const RENDERED: &str = "rendered";

/// A line of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowLine {
    /// Where its first byte is, as it is stored.
    pub at: u64,
    pub line: ColouredLine,
}

/// Lines that follow one another. Remote text in them is raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextWindow {
    pub lines: Vec<WindowLine>,
    /// The bytes of the object that they are of.
    pub start: u64,
    pub end: u64,
    /// Bytes of the whole text, as far as that is known.
    pub size: u64,
    /// The number of the first line, counted from 0; `None` where nobody counted.
    pub number: Option<u64>,
    /// The language that its colours are of; `None` where it is not known.
    pub language: Option<String>,
}

impl TextWindow {
    pub fn is_at_start(&self) -> bool {
        self.start == 0
    }

    pub fn is_at_end(&self) -> bool {
        self.end >= self.size
    }

    /// The line that a byte is in.
    pub fn line_of(&self, at: u64) -> usize {
        self.lines.partition_point(|line| line.at <= at).saturating_sub(1)
    }

    /// Counts its lines on from those of a window that it overlaps or follows.
    pub fn count_on(&mut self, from: &TextWindow) {
        if self.number.is_some() || self.start < from.start || self.start > from.end {
            return;
        }
        let before = from.lines.partition_point(|line| line.at < self.start) as u64;
        self.number = from.number.map(|number| number + before);
    }

    /// As [`TextWindow::count_on`], for a window that begins before the other.
    pub fn count_back(&mut self, from: &TextWindow) {
        if self.number.is_some() || from.start < self.start || from.start > self.end {
            return;
        }
        let before = self.lines.partition_point(|line| line.at < from.start) as u64;
        self.number = from.number.and_then(|number| number.checked_sub(before));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(places: &[u64], end: u64, number: Option<u64>) -> TextWindow {
        let lines =
            places.iter().map(|at| WindowLine { at: *at, line: ColouredLine::default() }).collect();
        TextWindow { lines, start: places[0], end, size: 100, number, language: None }
    }

    #[test]
    fn lines_are_counted_over_windows_that_overlap() {
        let first = window(&[0, 10, 20, 30], 40, Some(0));
        let mut second = window(&[20, 30, 40], 50, None);
        second.count_on(&first);
        assert_eq!(second.number, Some(2));
        let mut after = window(&[50, 60], 100, None);
        after.count_on(&second);
        assert_eq!(after.number, Some(5));
        let mut back = window(&[30, 40], 50, None);
        back.count_back(&after);
        assert_eq!(back.number, Some(3));
        let mut far = window(&[80], 90, None);
        far.count_on(&first);
        assert_eq!(far.number, None, "nobody knows how many are between");
        assert_eq!((first.line_of(0), first.line_of(25), first.line_of(99)), (0, 2, 3));
    }
}
