//! The first bytes of an object as lines of text, or as bytes where they are none.

use crate::app::event::Peek;

/// Bytes a line of a binary preview shows.
pub const HEX_WIDTH: usize = 16;

/// Longer lines of text are cut into several.
const MAX_LINE: usize = 4096;

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
        ends: Vec<u32>,
    },
    /// Shown as hex.
    Binary(Vec<u8>),
}

impl Preview {
    pub fn of(peek: Peek) -> Preview {
        let fetched = peek.bytes.len();
        let body = match peek.bytes {
            bytes if bytes.is_empty() => PreviewBody::Empty,
            bytes if is_binary(&bytes) => PreviewBody::Binary(bytes),
            bytes => text_of(&bytes),
        };
        Preview { body, content_type: peek.content_type, size: peek.size, fetched }
    }

    /// Whether the object goes on behind what is here.
    pub fn is_cut(&self) -> bool {
        self.size.is_some_and(|size| size > self.fetched as u64)
    }

    pub fn lines(&self) -> usize {
        match &self.body {
            PreviewBody::Empty => 0,
            PreviewBody::Text { ends, .. } => ends.len(),
            PreviewBody::Binary(bytes) => bytes.len().div_ceil(HEX_WIDTH),
        }
    }

    /// A line of text without its end; raw.
    pub fn line(&self, number: usize) -> Option<&str> {
        let PreviewBody::Text { text, ends } = &self.body else { return None };
        let end = *ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| ends[before] as usize);
        Some(text[start..end].trim_end_matches(['\n', '\r']))
    }

    /// The bytes of a line of a binary preview.
    pub fn bytes(&self, number: usize) -> Option<&[u8]> {
        let PreviewBody::Binary(bytes) = &self.body else { return None };
        bytes.chunks(HEX_WIDTH).nth(number)
    }
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
    let mut ends = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        while end - start > MAX_LINE {
            start = text.floor_char_boundary(start + MAX_LINE);
            ends.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
        ends.push(u32::try_from(end).unwrap_or(u32::MAX));
        start = end;
    }
    PreviewBody::Text { text, ends }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(bytes: &[u8]) -> Preview {
        Preview::of(Peek { bytes: bytes.to_vec(), size: Some(1000), content_type: None })
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
        assert!(matches!(preview(b"\x89PNG\r\n\x1a\n\0\0").body, PreviewBody::Binary(_)));
        let noise: Vec<u8> = (1..=255).cycle().take(1000).collect();
        assert_eq!(preview(&noise).bytes(62).map(<[u8]>::len), Some(8));
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
}
