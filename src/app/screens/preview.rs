//! Shows the first bytes of an object as lines of text, or in hexadecimal.

use crate::domain::cells::width;
use crate::domain::object::ObjectStart;
use crate::domain::visible::visible;

/// Bytes that a line of a binary preview may show, widest first.
const HEX_WIDTHS: [usize; 3] = [16, 8, 4];

/// A row of text has no more bytes than this, however wide the pane is.
const MAX_ROW: usize = 4096;

/// Tabs end at columns that are multiples of this.
pub const TAB_WIDTH: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub body: PreviewBody,
    pub content_type: Option<String>,
    /// Of the whole object.
    pub size: Option<u64>,
    /// Bytes that are here.
    pub fetched: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewBody {
    Empty,
    /// Remote text, raw. What was not UTF-8 is U+FFFD.
    Text {
        text: String,
        /// For panes of this many cells.
        width: usize,
        rows: Vec<TextRow>,
    },
    /// Shown as hex, so many bytes a line.
    Binary {
        bytes: Vec<u8>,
        width: usize,
    },
}

/// As much of a line as fits into the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRow {
    /// In bytes, the line's end included.
    end: u32,
    /// Counts from 0.
    line: u32,
}

impl Preview {
    pub fn of(peek: ObjectStart) -> Preview {
        let fetched = peek.bytes.len();
        let body = match peek.bytes {
            bytes if bytes.is_empty() => PreviewBody::Empty,
            bytes if is_binary(&bytes) => PreviewBody::Binary { bytes, width: HEX_WIDTHS[0] },
            bytes => text_of(&bytes),
        };
        Preview { body, content_type: peek.content_type, size: peek.size, fetched }
    }

    /// Whether the object goes on behind what is here.
    pub fn is_cut(&self) -> bool {
        self.size.is_some_and(|size| size > self.fetched as u64)
    }

    /// Rows of text, or lines of bytes.
    pub fn lines(&self) -> usize {
        match &self.body {
            PreviewBody::Empty => 0,
            PreviewBody::Text { rows, .. } => rows.len(),
            PreviewBody::Binary { bytes, width } => bytes.len().div_ceil(*width),
        }
    }

    /// A row of text without the end of its line; raw.
    pub fn line(&self, number: usize) -> Option<&str> {
        let PreviewBody::Text { text, rows, .. } = &self.body else { return None };
        let end = rows.get(number)?.end as usize;
        Some(text[start_of(rows, number)..end].trim_end_matches(['\n', '\r']))
    }

    /// The line that a row belongs to, counted from 1, and how many there are.
    pub fn line_at(&self, row: usize) -> (usize, usize) {
        let PreviewBody::Text { rows, .. } = &self.body else { return (row + 1, self.lines()) };
        let line = |row: Option<&TextRow>| row.map_or(0, |row| row.line as usize + 1);
        (line(rows.get(row)), line(rows.last()))
    }

    /// Breaks the lines anew where the width is another one; gives the row that the one at `offset`
    /// has become.
    pub fn fit(&mut self, cells: usize, offset: usize) -> usize {
        match &mut self.body {
            PreviewBody::Text { text, width, rows } if *width != cells => {
                let start = start_of(rows, offset.min(rows.len()));
                *width = cells;
                *rows = rows_of(text, cells);
                rows.partition_point(|row| row.end as usize <= start)
            }
            PreviewBody::Binary { width, .. } => {
                let before = std::mem::replace(width, hex_width(cells));
                offset * before / *width
            }
            PreviewBody::Text { .. } | PreviewBody::Empty => offset,
        }
    }

    /// The bytes of a line of a binary preview, and the number of the first of them.
    pub fn bytes(&self, number: usize) -> Option<(usize, &[u8])> {
        let PreviewBody::Binary { bytes, width } = &self.body else { return None };
        Some((number * width, bytes.chunks(*width).nth(number)?))
    }
}

/// Cells before the characters of a line of so many bytes: `00010 504b0304 … `.
pub fn hex_cells(bytes: usize) -> usize {
    5 + bytes * 2 + bytes.div_ceil(4) + 1
}

/// As many bytes as fit a line with their characters beside them.
fn hex_width(cells: usize) -> usize {
    let fits = |bytes: &usize| hex_cells(*bytes) + bytes <= cells;
    HEX_WIDTHS.into_iter().find(fits).unwrap_or(HEX_WIDTHS[2])
}

/// Text has no NUL and hardly any bytes that are neither UTF-8 nor white space.
fn is_binary(bytes: &[u8]) -> bool {
    if bytes.contains(&0) {
        return true;
    }
    let broken: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let control = bytes.iter().filter(|byte| **byte < 0x20 && !b"\t\n\r\x0c\x1b".contains(byte));
    (broken + control.count()) * 20 > bytes.len()
}

fn text_of(bytes: &[u8]) -> PreviewBody {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A character cut at the end of the range is left out.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned()
        }
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let rows = rows_of(&text, usize::MAX);
    PreviewBody::Text { text, width: usize::MAX, rows }
}

fn start_of(rows: &[TextRow], number: usize) -> usize {
    number.checked_sub(1).map_or(0, |before| rows[before].end as usize)
}

/// Breaks a text at the ends of its lines, and lines that are wider than `width` cells after the
/// last word that fits, or within a word that is wider itself. A space that has no room stays at
/// the end of its row.
fn rows_of(text: &str, width: usize) -> Vec<TextRow> {
    let mut rows = Vec::new();
    let (mut start, mut column, mut line) = (0, 0, 0);
    // Where the word begins that is being read, if the row has others before it.
    let mut word = None;
    let mut in_word = false;
    for (at, character) in text.char_indices() {
        let mut cells = cells_of(character, column);
        let is_full = column.saturating_add(cells) > width && character != ' ';
        if at > start && (is_full || at - start >= MAX_ROW) {
            start = word.take().filter(|_| is_full).unwrap_or(at);
            rows.push(row(start, line));
            column = text[start..at].chars().fold(0, |column, c| column + cells_of(c, column));
            cells = cells_of(character, column);
        }
        column += cells;
        if character == '\n' {
            rows.push(row(at + 1, line));
            (start, column, line) = (at + 1, 0, line + 1);
            (word, in_word) = (None, false);
        } else if character == ' ' {
            word = if in_word { Some(at + 1) } else { word.map(|_| at + 1) };
            in_word = false;
        } else {
            in_word = true;
        }
    }
    if start < text.len() {
        rows.push(row(text.len(), line));
    }
    rows
}

fn row(end: usize, line: u32) -> TextRow {
    TextRow { end: u32::try_from(end).unwrap_or(u32::MAX), line }
}

/// Cells that a character takes at a column, once it is made visible. The end of a line takes none.
fn cells_of(character: char, column: usize) -> usize {
    match character {
        ' '..='~' => 1,
        '\n' | '\r' => 0,
        '\t' => TAB_WIDTH - column % TAB_WIDTH,
        _ => width(&visible(character.encode_utf8(&mut [0; 4]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(bytes: &[u8]) -> Preview {
        Preview::of(ObjectStart { bytes: bytes.to_vec(), size: Some(1000), content_type: None })
    }

    #[test]
    fn text_is_cut_into_lines() {
        let preview = preview("one\r\ntwo\n\nüßé".as_bytes());
        let lines: Vec<&str> = (0..preview.lines()).filter_map(|at| preview.line(at)).collect();
        assert_eq!(lines, ["one", "two", "", "üßé"]);
        assert!(preview.is_cut());
    }

    #[test]
    fn a_character_cut_by_the_range_does_not_spoil_the_text() {
        let mut bytes = "many words of text, enough to be text ü".as_bytes().to_vec();
        bytes.pop();
        let preview = preview(&bytes);
        assert!(preview.line(0).is_some_and(|line| line.ends_with("text ")));
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_bytes() {
        assert!(matches!(preview(b"\x89PNG\r\n\x1a\n\0\0").body, PreviewBody::Binary { .. }));
        let noise: Vec<u8> = (1..=255).cycle().take(1000).collect();
        assert_eq!(preview(&noise).bytes(62).map(|(at, line)| (at, line.len())), Some((992, 8)));
        assert!(matches!(preview(b"").body, PreviewBody::Empty));
    }

    #[test]
    fn a_line_without_an_end_is_cut() {
        let long = "ä".repeat(5000);
        let preview = preview(long.as_bytes());
        assert_eq!(preview.lines(), 3);
        let joined: String = (0..3).filter_map(|at| preview.line(at)).collect();
        assert_eq!(joined, long);
    }

    #[test]
    fn a_line_wider_than_the_pane_goes_on_in_the_next_row() {
        let mut preview = preview("0123456789\n\tab\nend".as_bytes());
        assert_eq!(preview.fit(4, 1), 3);
        let rows: Vec<&str> = (0..preview.lines()).filter_map(|at| preview.line(at)).collect();
        assert_eq!(rows, ["0123", "4567", "89", "\t", "ab", "end"]);
        assert_eq!(preview.line_at(4), (2, 3));
        assert_eq!(preview.fit(80, 4), 1);
        assert_eq!(preview.line(1), Some("\tab"));
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        let rows = |text: &str, cells| {
            let mut preview = preview(text.as_bytes());
            preview.fit(cells, 0);
            let rows: Vec<String> =
                (0..preview.lines()).filter_map(|at| preview.line(at)).map(str::to_owned).collect();
            rows
        };
        assert_eq!(rows("one two three", 8), ["one two ", "three"]);
        assert_eq!(rows("one two  three", 7), ["one two  ", "three"]);
        assert_eq!(rows("ab abcdefghij k", 5), ["ab ", "abcde", "fghij ", "k"]);
        assert_eq!(rows("      indented", 9), ["      ind", "ented"]);
        assert_eq!(rows("a b\nc d e", 3), ["a b", "c d ", "e"]);
        assert_eq!(rows("日本 語の 写真", 5), ["日本 ", "語の ", "写真"]);
    }

    #[test]
    fn a_narrow_pane_shows_fewer_bytes_a_line_and_stays_where_it_was() {
        let mut shown = preview(&[0; 256]);
        assert_eq!(shown.fit(80, 4), 4);
        assert_eq!(shown.bytes(4).unwrap().0, 64);
        let row = shown.fit(36, 4);
        assert_eq!((row, shown.lines()), (8, 32));
        assert_eq!(shown.bytes(row).unwrap().0, 64);
        assert_eq!(shown.fit(10, row), 16, "four bytes at least");
    }
}
