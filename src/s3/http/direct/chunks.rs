//! Decodes the chunked coding of a body (RFC 9112, 7.1) as it arrives.

use bytes::{Buf as _, BytesMut};

use crate::s3::http::direct::fault::Fault;

/// The longest line of a size or a trailer, in bytes.
const LONGEST_LINE: usize = 16 << 10;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chunks {
    #[default]
    Size,
    Data(u64),
    /// The line end behind the data of a chunk.
    End,
    Trailers,
    Over,
}

impl Chunks {
    pub fn over(self) -> bool {
        self == Chunks::Over
    }

    /// Moves data from `coded` to `into`, at most `room` bytes, and gives how many; none where more
    /// has to come first or the body is over.
    pub fn take(
        &mut self,
        coded: &mut BytesMut,
        into: &mut BytesMut,
        room: usize,
    ) -> Result<usize, Fault> {
        loop {
            match self {
                Chunks::Data(left) => {
                    let most = usize::try_from(*left).unwrap_or(usize::MAX);
                    let length = most.min(coded.len()).min(room);
                    into.extend_from_slice(&coded[..length]);
                    coded.advance(length);
                    *left -= length as u64;
                    if *left == 0 {
                        *self = Chunks::End;
                    }
                    return Ok(length);
                }
                Chunks::Over => return Ok(0),
                Chunks::Size | Chunks::End | Chunks::Trailers => {
                    let Some(line) = line(coded)? else { return Ok(0) };
                    *self = self.after(&line)?;
                }
            }
        }
    }

    fn after(self, line: &[u8]) -> Result<Chunks, Fault> {
        match self {
            Chunks::End if line.is_empty() => Ok(Chunks::Size),
            Chunks::Size => match size(line).ok_or_else(broken)? {
                0 => Ok(Chunks::Trailers),
                size => Ok(Chunks::Data(size)),
            },
            Chunks::Trailers if line.is_empty() => Ok(Chunks::Over),
            Chunks::Trailers => Ok(Chunks::Trailers),
            _ => Err(broken()),
        }
    }
}

fn size(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    let digits = text.split(';').next()?.trim();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(digits, 16).ok().filter(|_| plain)
}

/// A line without its end; `None` where the end has not come.
fn line(coded: &mut BytesMut) -> Result<Option<BytesMut>, Fault> {
    let Some(end) = coded.iter().position(|byte| *byte == b'\n') else {
        return if coded.len() > LONGEST_LINE { Err(broken()) } else { Ok(None) };
    };
    let mut line = coded.split_to(end + 1);
    line.truncate(end);
    if line.last() == Some(&b'\r') {
        line.truncate(end - 1);
    }
    Ok(Some(line))
}

fn broken() -> Fault {
    Fault::Cut("the chunks of the body are broken".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fed `step` bytes at a time, into a reader that has room for `room`.
    fn decoded(coded: &str, step: usize, room: usize) -> Result<(String, bool), Fault> {
        let (mut chunks, mut ahead, mut out) = (Chunks::default(), BytesMut::new(), Vec::new());
        for piece in coded.as_bytes().chunks(step) {
            ahead.extend_from_slice(piece);
            loop {
                let mut into = BytesMut::new();
                if chunks.take(&mut ahead, &mut into, room)? == 0 {
                    break;
                }
                out.extend_from_slice(&into);
            }
        }
        Ok((String::from_utf8(out).unwrap(), chunks.over()))
    }

    #[test]
    fn chunks_come_apart_wherever_they_are_cut() {
        let coded = "5\r\nhello\r\n1;x=y\r\n,\r\nA\r\n 123456789\r\n0\r\nTrailer: t\r\n\r\n";
        for step in [1, 2, 3, 7, 100] {
            for room in [1, 4, 100] {
                let (text, over) = decoded(coded, step, room).unwrap();
                assert_eq!((&*text, over), ("hello, 123456789", true), "{step} {room}");
            }
        }
    }

    #[test]
    fn a_body_without_its_last_chunk_is_not_over_and_a_broken_one_is_told() {
        assert!(!decoded("5\r\nhello\r\n", 3, 9).unwrap().1);
        assert!(!decoded("5\r\nhello\r\n0\r\n", 3, 9).unwrap().1);
        for broken in ["x\r\n", "-1\r\n", "\r\n", "5\r\nhelloX\r\n", "+5\r\nhello\r\n"] {
            assert!(decoded(broken, 100, 100).is_err(), "{broken:?}");
        }
    }
}
