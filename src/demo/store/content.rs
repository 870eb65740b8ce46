//! Holds the bytes of an object: stored ones are shared, generated ones are computed from their
//! offset.

use std::convert::Infallible;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use s3s::StdError;
use s3s::stream::{ByteStream, RemainingLength};

/// Bytes in order; cloning and cutting copies none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pieces: Vec<Piece>,
    length: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Held(Bytes),
    Generated { seed: u64, range: Range<u64> },
}

/// The largest chunk a reader is given at once.
const CHUNK: u64 = 64 * 1024;

impl Content {
    pub fn held(bytes: impl Into<Bytes>) -> Content {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Content { pieces: vec![Piece::Held(bytes)], length }
    }

    /// As many bytes of noise, the same for the same seed, none of them held.
    pub fn generated(seed: u64, length: u64) -> Content {
        Content { pieces: vec![Piece::Generated { seed, range: 0..length }], length }
    }

    /// Several contents one after another.
    pub fn joined(parts: impl IntoIterator<Item = Content>) -> Content {
        let mut whole = Content::default();
        for part in parts {
            whole.length += part.length;
            whole.pieces.extend(part.pieces);
        }
        whole
    }

    pub fn len(&self) -> u64 {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The part within the range; what lies beyond the end is left out.
    #[must_use]
    pub fn slice(&self, range: Range<u64>) -> Content {
        let mut pieces = Vec::new();
        let (mut at, mut length) = (0, 0);
        for piece in &self.pieces {
            let end = at + piece.len();
            let (from, to) = (range.start.max(at), range.end.min(end));
            if from < to {
                pieces.push(piece.cut(from - at..to - at));
                length += to - from;
            }
            at = end;
        }
        Content { pieces, length }
    }

    /// The bytes, chunk by chunk.
    pub fn chunks(&self) -> Chunks {
        Chunks { pieces: self.pieces.clone(), next: 0, offset: 0, left: self.length }
    }

    /// All of it in memory.
    pub fn to_bytes(&self) -> Bytes {
        if let [Piece::Held(bytes)] = self.pieces.as_slice() {
            return bytes.clone();
        }
        self.chunks()
            .fold(Vec::new(), |mut all, chunk| {
                all.extend_from_slice(&chunk);
                all
            })
            .into()
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Piece::Held(bytes) => bytes.len() as u64,
            Piece::Generated { range, .. } => range.end - range.start,
        }
    }

    fn cut(&self, range: Range<u64>) -> Piece {
        match self {
            Piece::Held(bytes) => {
                let place = |offset: u64| usize::try_from(offset).unwrap_or(bytes.len());
                Piece::Held(bytes.slice(place(range.start)..place(range.end)))
            }
            Piece::Generated { seed, range: whole } => Piece::Generated {
                seed: *seed,
                range: whole.start + range.start..whole.start + range.end,
            },
        }
    }

    fn read(&self) -> Bytes {
        match self {
            Piece::Held(bytes) => bytes.clone(),
            Piece::Generated { seed, range } => noise(*seed, range.clone()),
        }
    }
}

/// Eight bytes for each multiple of eight, so that any range can be computed alone.
fn noise(seed: u64, range: Range<u64>) -> Bytes {
    let first = range.start / 8;
    let mut bytes = Vec::new();
    for block in first..range.end.div_ceil(8) {
        bytes.extend_from_slice(&mixed(seed ^ block).to_le_bytes());
    }
    let skipped = usize::try_from(range.start - first * 8).unwrap_or(0);
    let length = usize::try_from(range.end - range.start).unwrap_or(0);
    Bytes::from(bytes).slice(skipped..skipped + length)
}

/// The finaliser of SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Reads a [`Content`]; also the body of an answer.
#[derive(Debug)]
pub struct Chunks {
    pieces: Vec<Piece>,
    next: usize,
    /// Within the next piece.
    offset: u64,
    left: u64,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            let piece = self.pieces.get(self.next)?;
            let end = piece.len().min(self.offset + CHUNK);
            if self.offset < end {
                let chunk = piece.cut(self.offset..end).read();
                self.offset = end;
                self.left -= chunk.len() as u64;
                return Some(chunk);
            }
            self.next += 1;
            self.offset = 0;
        }
    }
}

impl Stream for Chunks {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.next().map(|chunk| Ok::<_, Infallible>(chunk).map_err(StdError::from)))
    }
}

impl ByteStream for Chunks {
    fn remaining_length(&self) -> RemainingLength {
        RemainingLength::new_exact(usize::try_from(self.left).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn a_slice_of_joined_contents_is_the_slice_of_their_bytes() {
        let parts = [Content::held("hello "), Content::generated(7, 100_000), Content::held("end")];
        let whole = Content::joined(parts);
        let bytes = whole.to_bytes();
        assert_eq!(whole.len(), 100_009);
        for range in [0..5, 3..9, 5..70_003, 99_990..100_009, 100_006..200_000, 8..8] {
            let place = |at: u64| usize::try_from(at).expect("small").min(bytes.len());
            let slice = whole.slice(range.clone());
            assert_eq!(slice.to_bytes(), bytes.slice(place(range.start)..place(range.end)));
            assert_eq!(slice.len(), slice.to_bytes().len() as u64);
        }
    }
}
