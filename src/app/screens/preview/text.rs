//! Lines of a text, broken to the width of the pane.

use std::ops::Range;

use crate::app::action::Action;
use crate::app::screens::preview::scrolling::{Aim, scrolled};
use crate::domain::cells::width;
use crate::domain::coloured_text::ColouredLine;
use crate::domain::object_view::{LookStep, TextPlace};
use crate::domain::text_window::TextWindow;
use crate::domain::visible::visible;

/// A row of text has no more bytes than this, however wide the pane is.
const MAX_ROW: usize = 4096;

/// Tabs end at columns that are multiples of this.
pub const TAB_WIDTH: usize = 4;

/// Cells that a step to the side scrolls.
const SIDE_STEP: usize = 8;

/// A pane of so many cells has room for the numbers of lines.
const NUMBERED: u16 = 60;

#[derive(Clone, Debug, PartialEq)]
pub struct TextPane {
    pub window: TextWindow,
    rows: Vec<TextRow>,
    /// Cells that the rows were broken to.
    width: usize,
    pub wraps: bool,
    /// Cells that are scrolled to the side, where lines are not broken.
    pub column: usize,
    /// The first row on screen.
    pub offset: usize,
    /// The byte of what was found last.
    pub found: Option<u64>,
    /// Where the window was put and the rows are not broken yet.
    aim: Option<(u64, Aim)>,
}

/// As much of a line as fits into the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// The number of its line in the window.
    pub line: usize,
    start: usize,
    end: usize,
}

impl TextRow {
    /// Its bytes in the line.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub fn begins_line(self) -> bool {
        self.start == 0
    }
}

impl TextPane {
    pub fn new(window: TextWindow) -> TextPane {
        let (rows, width) = (rows_of(&window, usize::MAX), usize::MAX);
        TextPane { window, rows, width, wraps: true, column: 0, offset: 0, found: None, aim: None }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row with the line that it is of.
    pub fn row(&self, number: usize) -> Option<(TextRow, &ColouredLine)> {
        let row = *self.rows.get(number)?;
        Some((row, &self.window.lines.get(row.line)?.line))
    }

    /// The text of a row; raw.
    pub fn line(&self, number: usize) -> Option<&str> {
        let (row, line) = self.row(number)?;
        line.text.get(row.range())
    }

    /// The number of the line that a row is of, counted from 1, where it is known.
    pub fn number_of(&self, row: usize) -> Option<u64> {
        Some(self.window.number? + self.rows.get(row)?.line as u64 + 1)
    }

    /// How many lines there are, where that is known.
    pub fn line_count(&self) -> Option<u64> {
        let here = self.window.is_at_end().then_some(self.window.lines.len() as u64)?;
        Some(self.window.number? + here)
    }

    /// Where the line of the first row on screen is in the object.
    pub fn place(&self) -> u64 {
        self.line_place(self.offset).unwrap_or(self.window.start)
    }

    fn line_place(&self, row: usize) -> Option<u64> {
        Some(self.window.lines.get(self.rows.get(row)?.line)?.at)
    }

    /// Whether a row has what was found last.
    pub fn is_found(&self, row: TextRow) -> bool {
        self.found.is_some_and(|at| {
            self.window.lines.get(row.line).is_some_and(|line| line.at <= at)
                && self.window.lines.get(row.line + 1).is_none_or(|next| at < next.at)
        })
    }

    /// Cells that the numbers of lines take.
    pub fn gutter(&self, width: u16) -> u16 {
        let Some(first) = self.window.number.filter(|_| width >= NUMBERED) else { return 0 };
        let last = first + self.window.lines.len() as u64;
        u16::try_from(last.to_string().len()).unwrap_or(0) + 1
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        match action {
            Action::ScrollRight => {
                self.sideways(true);
                true
            }
            action => scrolled(&mut self.offset, action, self.rows.len(), rows),
        }
    }

    /// `false` where there is nothing to scroll to.
    pub fn sideways(&mut self, right: bool) -> bool {
        let before = self.column;
        self.column = match right {
            _ if self.wraps => 0,
            true => self.column + SIDE_STEP,
            false => self.column.saturating_sub(SIDE_STEP),
        };
        self.column != before
    }

    pub fn toggle_wrapping(&mut self) {
        self.wraps = !self.wraps;
        self.column = 0;
    }

    /// The next part of the text, once the rows on screen are near an end of what is here.
    pub fn wants(&self, forward: bool, rows: u16) -> Option<LookStep> {
        let page = usize::from(rows).max(1);
        let around = |at| Some(LookStep::Text(TextPlace::Around(at)));
        if forward && !self.window.is_at_end() && self.offset + page * 3 >= self.rows.len() {
            return around(self.window.end);
        }
        if !forward && !self.window.is_at_start() && self.offset < page * 2 {
            return around(self.window.start);
        }
        None
    }

    pub fn take(&mut self, mut window: TextWindow, at: u64, aim: Aim) {
        window.count_on(&self.window);
        window.count_back(&self.window);
        // The colours of what was coloured with all that comes before it.
        if window.start == self.window.start && window.language.is_none() {
            for (line, coloured) in window.lines.iter_mut().zip(&mut self.window.lines) {
                if line.at == coloured.at && line.line.text == coloured.line.text {
                    line.line.spans = std::mem::take(&mut coloured.line.spans);
                }
            }
            window.language = self.window.language.take();
        }
        let top = (self.place(), self.rows_before());
        self.window = window;
        self.rows = rows_of(&self.window, self.breaks_at());
        match aim {
            Aim::Stay => {
                let line = self.window.line_of(top.0);
                self.offset = self.first_row_of(line) + top.1;
            }
            Aim::Found | Aim::Top | Aim::End => self.aim = Some((at, aim)),
        }
        if aim == Aim::Found {
            self.found = Some(at);
        }
    }

    /// Rows of the line of the first row on screen that are above it.
    fn rows_before(&self) -> usize {
        let Some(row) = self.rows.get(self.offset) else { return 0 };
        self.offset - self.first_row_of(row.line)
    }

    fn first_row_of(&self, line: usize) -> usize {
        self.rows.partition_point(|row| row.line < line)
    }

    fn breaks_at(&self) -> usize {
        if self.wraps { self.width } else { usize::MAX }
    }

    pub fn fit(&mut self, cells: u16, rows: u16) {
        let gutter = self.gutter(cells);
        let cells = usize::from(cells.saturating_sub(gutter)).max(1);
        let broken = if self.wraps { cells } else { usize::MAX };
        if self.width != broken {
            let (line, part) =
                self.rows.get(self.offset).map_or((0, 0), |row| (row.line, row.start));
            self.width = broken;
            self.rows = rows_of(&self.window, broken);
            let of_line = &self.rows[self.first_row_of(line)..];
            let inner = of_line.iter().take_while(|row| row.line == line && row.end <= part);
            self.offset = self.first_row_of(line) + inner.count();
        }
        let page = usize::from(rows).max(1);
        let last = self.rows.len().saturating_sub(page);
        if let Some((at, aim)) = self.aim.take() {
            let row = self.first_row_of(self.window.line_of(at));
            self.offset = aim.offset(row, last, page);
        }
        self.offset = self.offset.min(last);
    }
}

/// Breaks the lines of a window.
fn rows_of(window: &TextWindow, width: usize) -> Vec<TextRow> {
    let mut rows = Vec::with_capacity(window.lines.len());
    for (line, text) in window.lines.iter().enumerate() {
        break_line(&text.line.text, width, |start, end| rows.push(TextRow { line, start, end }));
    }
    rows
}

/// Breaks a line that is wider than `width` cells after the last word that fits, or within a word
/// that is wider itself. A space that has no room stays at the end of its row.
fn break_line(text: &str, width: usize, mut row: impl FnMut(usize, usize)) {
    let (mut start, mut column) = (0, 0);
    // Where the word begins that is being read, if the row has others before it.
    let mut word = None;
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let mut cells = cells_of(character, column);
        let is_full = column.saturating_add(cells) > width && character != ' ';
        if at > start && (is_full || at - start >= MAX_ROW) {
            let next = word.take().filter(|_| is_full).unwrap_or(at);
            row(start, next);
            start = next;
            column = text[start..at].chars().fold(0, |column, c| column + cells_of(c, column));
            cells = cells_of(character, column);
        }
        column += cells;
        if character == ' ' {
            word = if in_word { Some(at + 1) } else { word.map(|_| at + 1) };
            in_word = false;
        } else {
            in_word = true;
        }
    }
    row(start, text.len());
}

/// Cells that a character takes at a column, once it is made visible.
fn cells_of(character: char, column: usize) -> usize {
    match character {
        ' '..='~' => 1,
        '\t' => TAB_WIDTH - column % TAB_WIDTH,
        _ => width(&visible(character.encode_utf8(&mut [0; 4]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text_window::WindowLine;

    fn pane(text: &str) -> TextPane {
        let mut at = 0;
        let lines = text.split('\n').map(|line| {
            let here = at;
            at += line.len() as u64 + 1;
            let line = ColouredLine { text: line.to_owned(), spans: Vec::new() };
            WindowLine { at: here, line }
        });
        let lines = lines.collect();
        let size = text.len() as u64;
        let number = Some(0);
        TextPane::new(TextWindow { lines, start: 0, end: size, size, number, language: None })
    }

    fn rows(text: &str, cells: u16) -> Vec<String> {
        let mut pane = pane(text);
        pane.fit(cells, 10);
        (0..pane.len()).filter_map(|at| pane.line(at)).map(str::to_owned).collect()
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(rows("one two three", 8), ["one two ", "three"]);
        assert_eq!(rows("one two  three", 7), ["one two  ", "three"]);
        assert_eq!(rows("ab abcdefghij k", 5), ["ab ", "abcde", "fghij ", "k"]);
        assert_eq!(rows("      indented", 9), ["      ind", "ented"]);
        assert_eq!(rows("a b\nc d e", 3), ["a b", "c d ", "e"]);
        assert_eq!(rows("日本 語の 写真", 5), ["日本 ", "語の ", "写真"]);
        assert_eq!(rows("0123456789\n\tab\nend", 4), ["0123", "4567", "89", "\t", "ab", "end"]);
        assert_eq!(rows("a\n\nb", 4), ["a", "", "b"]);
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let long = "ä".repeat(5000);
        let parts = rows(&long, u16::MAX);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.concat(), long);
    }

    #[test]
    fn the_first_line_on_screen_stays_when_the_pane_changes() {
        let mut pane = pane(&"0123456789\n".repeat(50));
        pane.fit(10, 5);
        pane.on_action(Action::PageDown, 5);
        pane.fit(5, 5);
        assert_eq!((pane.offset, pane.number_of(pane.offset)), (10, Some(6)));
        pane.on_action(Action::Down, 5);
        pane.fit(10, 5);
        assert_eq!(pane.number_of(pane.offset), Some(6));
        pane.toggle_wrapping();
        pane.fit(4, 5);
        assert_eq!((pane.len(), pane.number_of(pane.offset)), (51, Some(6)));
        assert!(pane.sideways(true) && pane.sideways(false) && !pane.sideways(false));
    }

    #[test]
    fn what_comes_next_is_asked_for_before_it_is_needed() {
        let mut pane = pane(&"line\n".repeat(100));
        pane.window.size = 10_000;
        pane.fit(80, 10);
        assert_eq!(pane.wants(true, 10), None);
        for _ in 0..8 {
            pane.on_action(Action::PageDown, 10);
        }
        assert_eq!(pane.wants(true, 10), Some(LookStep::Text(TextPlace::Around(500))));
        let mut next = self::pane(&"line\n".repeat(100)).window;
        for line in &mut next.lines {
            line.at += 250;
        }
        (next.start, next.end, next.size, next.number) = (250, 750, 10_000, None);
        let place = pane.place();
        pane.take(next, 500, Aim::Stay);
        pane.fit(80, 10);
        assert_eq!(pane.place(), place);
        assert_eq!(pane.number_of(pane.offset), Some(place / 5 + 1));
        pane.on_action(Action::First, 10);
        assert_eq!(pane.wants(true, 10), None);
        assert_eq!(pane.wants(false, 10), Some(LookStep::Text(TextPlace::Around(250))));
    }
}
