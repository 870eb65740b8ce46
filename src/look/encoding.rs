//! Finds the encoding of a text, and decodes it.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The beginning of a text.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub text: String,
    pub encoding: &'static Encoding,
}

impl Decoded {
    /// As WHATWG names it, in lower case.
    pub fn name(&self) -> String {
        self.encoding.name().to_ascii_lowercase()
    }
}

/// The text of some first bytes; `None` where they are none. `whole`: they are all there are, so
/// that a character cut at their end is none.
pub fn decode(first: &[u8], whole: bool) -> Option<Decoded> {
    let encoding = encoding_of(first, whole)?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let room = decoder.max_utf8_buffer_length(first.len())?;
    let mut text = String::with_capacity(room);
    let _ = decoder.decode_to_string(first, &mut text, whole);
    Some(Decoded { text, encoding })
}

pub fn encoding_of(first: &[u8], whole: bool) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(first) {
        // UTF-32 begins as UTF-16 does, and nobody writes it.
        let wide = first.starts_with(b"\xff\xfe\0\0");
        return (!wide).then_some(encoding);
    }
    let valid = match std::str::from_utf8(first) {
        Ok(text) => text.as_bytes(),
        Err(error) if error.error_len().is_none() && !whole => &first[..error.valid_up_to()],
        Err(_) => b"",
    };
    if !valid.is_empty() && has_only_text(valid) {
        return Some(UTF_8);
    }
    if let Some(wide) = wide_without_mark(first) {
        return Some(wide);
    }
    if !has_only_text(first) {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(first, whole);
    let guess = detector.guess(None, Utf8Detection::Allow);
    // A few wrong bytes in a text that is UTF-8 otherwise make it no other one.
    let broken = String::from_utf8_lossy(first).matches('\u{fffd}').count();
    let high = first.iter().filter(|byte| **byte > 127).count();
    let guess = if broken * 8 < high { UTF_8 } else { guess };
    let (text, _) = guess.decode_without_bom_handling(first);
    let strange = text.chars().filter(|char| ('\u{80}'..='\u{9f}').contains(char)).count();
    (strange * 20 < text.chars().count().max(20)).then_some(guess)
}

/// No control characters but those of texts and terminals.
fn has_only_text(bytes: &[u8]) -> bool {
    let odd = |byte: &u8| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 8);
    !bytes.iter().any(odd)
}

/// UTF-16 of mostly ASCII: every other byte is 0, and nothing else is.
fn wide_without_mark(first: &[u8]) -> Option<&'static Encoding> {
    let pairs = first.chunks_exact(2);
    let count = pairs.len();
    if count < 4 {
        return None;
    }
    let (mut high, mut low) = (0, 0);
    for pair in pairs {
        match pair {
            [0, byte] if *byte >= 32 || matches!(byte, b'\t' | b'\n' | b'\r') => high += 1,
            [byte, 0] if *byte >= 32 || matches!(byte, b'\t' | b'\n' | b'\r') => low += 1,
            [0, _] | [_, 0] => return None,
            _ => {}
        }
    }
    match (high * 10 > count * 9, low * 10 > count * 9) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Reads a text of any encoding as UTF-8, its byte order mark removed.
pub struct Utf8Reader<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// What is read of `raw`.
    used: usize,
    decoded: String,
    /// What is given out of `decoded`.
    given: usize,
    ended: bool,
}

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

impl<R: Read> Utf8Reader<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Utf8Reader<R> {
        Utf8Reader {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            used: 0,
            decoded: String::with_capacity(PIECE * 3 + 16),
            given: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.given == self.decoded.len() {
            self.decoded.clear();
            self.given = 0;
            if self.used == self.raw.len() {
                if self.ended {
                    return Ok(());
                }
                self.raw.resize(PIECE, 0);
                let read = self.inner.read(&mut self.raw)?;
                self.raw.truncate(read);
                self.used = 0;
                self.ended = read == 0;
            }
            let rest = &self.raw[self.used..];
            let (_, read, _) = self.decoder.decode_to_string(rest, &mut self.decoded, self.ended);
            self.used += read;
            if self.ended {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let rest = &self.decoded.as_bytes()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Option<String> {
        decode(bytes, true).map(|decoded| decoded.name())
    }

    #[test]
    fn encodings_are_told_by_mark_and_bytes() {
        assert_eq!(named(b"plain\n").as_deref(), Some("utf-8"));
        assert_eq!(named("\u{feff}grün".as_bytes()).as_deref(), Some("utf-8"));
        assert_eq!(named(b"\xff\xfea\0b\0").as_deref(), Some("utf-16le"));
        assert_eq!(named(b"\xfe\xff\0a\0b").as_deref(), Some("utf-16be"));
        assert_eq!(named(b"a\0b\0c\0d\0\n\0").as_deref(), Some("utf-16le"));
        let latin = b"Die Stra\xdfe ist sch\xf6n, und die \xdcbung f\xfcr alle gro\xdf.\n";
        assert_eq!(named(latin).as_deref(), Some("windows-1252"));
        assert_eq!(decode(b"a\xff\xfeb\x00\x01", true).map(|found| found.text), None);
        assert_eq!(named(b"\0\0\0\0"), None);
        assert_eq!(named(b"\xff\xfe\0\0a\0\0\0"), None);
    }

    #[test]
    fn a_character_that_is_cut_at_the_end_is_one_nevertheless() {
        let text = "grün".as_bytes();
        let cut = &text[..3];
        assert_eq!(decode(cut, false).unwrap().text, "gr");
        assert_eq!(decode(cut, false).unwrap().name(), "utf-8");
    }

    #[test]
    fn every_encoding_is_read_as_utf_8() {
        let long = "größer als alles, 世界\n".repeat(20_000);
        let wide: Vec<u8> =
            std::iter::once(0xfeff).chain(long.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding) in [(wide, UTF_16LE), (long.clone().into_bytes(), UTF_8)] {
            let mut read = String::new();
            Utf8Reader::new(&bytes[..], encoding).read_to_string(&mut read).unwrap();
            assert!(read == long, "{}", encoding.name());
        }
    }
}
