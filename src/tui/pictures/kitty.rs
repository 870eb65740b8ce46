//! Writes what shows a picture by the graphics protocol of kitty, in the place of placeholders.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes of base64 that one sequence may have.
const CHUNK: usize = 4096;

/// Hands over a PNG with the cells that it fills. Nothing is seen of it before its placeholders
/// are; the terminal is told not to answer, because answers would reach the input.
pub fn transmission(png: &[u8], id: u32, (columns, lines): (u16, u16)) -> String {
    let text = STANDARD.encode(png);
    let mut out = String::with_capacity(text.len() + text.len() / CHUNK * 16 + 64);
    let mut rest = text.as_str();
    let mut first = true;
    while first || !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        let more = u8::from(!after.is_empty());
        out.push_str("\x1b_Gq=2,");
        if first {
            // Writing into a String cannot fail.
            let _ = write!(out, "a=T,U=1,f=100,t=d,i={id},c={columns},r={lines},");
        }
        let _ = write!(out, "m={more};{chunk}\x1b\\");
        (rest, first) = (after, false);
    }
    out
}

/// Takes a picture from the screen and from the memory of the terminal.
pub fn deletion(id: u32) -> String {
    format!("\x1b_Gq=2,a=d,d=I,i={id}\x1b\\")
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The keys of the first sequence, and the bytes of all.
    pub fn received(sequences: &str) -> (String, Vec<u8>) {
        let mut keys = String::new();
        let mut text = String::new();
        let all: Vec<&str> = sequences.split_terminator("\x1b\\").collect();
        for (at, sequence) in all.iter().enumerate() {
            let (control, chunk) =
                sequence.strip_prefix("\x1b_G").unwrap().split_once(';').unwrap();
            assert!(chunk.len() <= CHUNK);
            let more = control.ends_with("m=1");
            assert_eq!(more, at + 1 < all.len(), "the last chunk says that it is the last");
            assert!(control.contains("q=2"), "no answer is asked for");
            if at == 0 {
                control.clone_into(&mut keys);
            }
            text.push_str(chunk);
        }
        (keys, STANDARD.decode(text).unwrap())
    }

    #[test]
    fn what_is_handed_over_in_chunks_is_the_whole() {
        for length in [0, 1, 3071, 3072, 3073, 10_000_usize] {
            let bytes: Vec<u8> =
                (0..length).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect();
            let (keys, received) = received(&transmission(&bytes, 0x57_4c_01, (40, 12)));
            assert_eq!(received, bytes);
            for key in ["a=T", "U=1", "f=100", "i=5721089", "c=40", "r=12"] {
                assert!(keys.split(',').any(|each| each == key), "{key} in {keys}");
            }
        }
    }

    #[test]
    fn a_picture_is_taken_away_with_its_memory() {
        assert_eq!(deletion(9), "\x1b_Gq=2,a=d,d=I,i=9\x1b\\");
    }
}
