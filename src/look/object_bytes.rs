//! Fetches ranges of one object, keeps the last of them, and counts what that costs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::contents::Traffic;
use crate::domain::error::Error;
use crate::domain::object::ByteRange;
use crate::domain::ranges::Ranges;
use crate::domain::units::Size;
use crate::look::error::{LookError, Looked};

/// Bytes that are kept to be read again.
const KEPT: usize = 16 * 1024 * 1024;

/// The bytes of one object.
pub struct ObjectBytes {
    ranges: Arc<dyn Ranges>,
    /// Bytes that all reads together may fetch.
    limit: u64,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    fetched: Traffic,
    /// Where each begins, the newest last.
    kept: VecDeque<(u64, Arc<[u8]>)>,
    kept_bytes: usize,
}

impl ObjectBytes {
    /// `limit`: bytes that all reads together may fetch.
    pub fn new(ranges: Arc<dyn Ranges>, limit: u64) -> ObjectBytes {
        ObjectBytes { ranges, limit, state: Arc::default() }
    }

    /// The same bytes by other requests: what is kept, and counted, is so for both.
    pub fn by(&self, ranges: Arc<dyn Ranges>, limit: u64) -> ObjectBytes {
        ObjectBytes { ranges, limit, state: self.state.clone() }
    }

    /// Keeps bytes that came with the answer to one request.
    pub fn keep(&self, start: u64, bytes: Vec<u8>) {
        self.state().take(start, bytes.into());
    }

    pub fn size(&self) -> u64 {
        self.ranges.size()
    }

    pub fn fetched(&self) -> Traffic {
        self.state().fetched
    }

    /// The bytes from `start`, so many or as many as there are.
    ///
    /// # Errors
    /// `TooMuch` where the limit would be passed.
    pub fn read(&self, start: u64, bytes: usize) -> Looked<Vec<u8>> {
        self.read_ahead(start, bytes, 0)
    }

    /// The last bytes, so many or as many as there are, and where they begin.
    pub fn read_last(&self, bytes: usize) -> Looked<(u64, Vec<u8>)> {
        let start = self.size().saturating_sub(bytes as u64);
        Ok((start, self.read(start, bytes)?))
    }

    /// Reads as [`ObjectBytes::read`] does; what must be fetched for it is fetched together with
    /// what follows, `ahead` bytes in all.
    pub fn read_ahead(&self, start: u64, bytes: usize, ahead: usize) -> Looked<Vec<u8>> {
        let end = start.saturating_add(bytes as u64).min(self.size());
        if start >= end {
            return Ok(Vec::new());
        }
        let until = end.max(start.saturating_add(ahead as u64));
        let mut read = Vec::with_capacity(usize::try_from(end - start).unwrap_or(bytes));
        while start + (read.len() as u64) < end {
            let at = start + read.len() as u64;
            let piece = match self.kept(at) {
                Some(piece) => piece,
                None => self.fetch(at, until - at)?,
            };
            let wanted = usize::try_from(end - at).unwrap_or(usize::MAX).min(piece.bytes().len());
            read.extend_from_slice(&piece.bytes()[..wanted]);
        }
        Ok(read)
    }

    fn kept(&self, at: u64) -> Option<Piece> {
        let state = self.state();
        let (start, bytes) = state
            .kept
            .iter()
            .rev()
            .find(|(start, bytes)| (*start..*start + bytes.len() as u64).contains(&at))?;
        Some(Piece { all: bytes.clone(), from: usize::try_from(at - start).ok()? })
    }

    fn fetch(&self, start: u64, bytes: u64) -> Looked<Piece> {
        let end = start.saturating_add(bytes).min(self.size());
        if self.fetched().bytes + (end - start) > self.limit {
            let what = format!("more than {} would be fetched", Size(self.limit));
            return Err(LookError::TooMuch(what));
        }
        let read = self.ranges.read(ByteRange { start, end }).map_err(LookError::Source)?;
        if read.len() as u64 != end - start {
            return Err(LookError::malformed("the server sent fewer bytes than it has"));
        }
        let all: Arc<[u8]> = read.into();
        self.state().take(start, all.clone());
        Ok(Piece { all, from: 0 })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, start: u64, bytes: Arc<[u8]>) {
        self.fetched.requests += 1;
        self.fetched.bytes += bytes.len() as u64;
        self.kept_bytes += bytes.len();
        self.kept.push_back((start, bytes));
        while self.kept_bytes > KEPT && self.kept.len() > 1 {
            let dropped = self.kept.pop_front().map_or(0, |(_, bytes)| bytes.len());
            self.kept_bytes -= dropped;
        }
    }
}

/// Bytes that are here.
struct Piece {
    all: Arc<[u8]>,
    from: usize,
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        &self.all[self.from..]
    }
}

/// Bytes that are all here.
pub struct InMemory(pub Vec<u8>);

impl Ranges for InMemory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        let at = |at| usize::try_from(at).unwrap_or(usize::MAX);
        Ok(self.0.get(at(range.start)..at(range.end)).unwrap_or_default().to_vec())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A source of these bytes without a limit.
    pub fn source(bytes: impl Into<Vec<u8>>) -> Arc<ObjectBytes> {
        Arc::new(ObjectBytes::new(Arc::new(InMemory(bytes.into())), u64::MAX))
    }

    #[test]
    fn what_was_fetched_is_not_fetched_again() {
        let source = source((0..=255).collect::<Vec<u8>>());
        assert_eq!(source.read_ahead(10, 4, 64).unwrap(), [10, 11, 12, 13]);
        assert_eq!(source.read(60, 4).unwrap(), [60, 61, 62, 63]);
        assert_eq!(source.fetched(), Traffic { requests: 1, bytes: 64 });
        assert_eq!(source.read(72, 4).unwrap(), [72, 73, 74, 75]);
        assert_eq!(source.fetched(), Traffic { requests: 2, bytes: 66 });
    }

    #[test]
    fn what_came_with_the_answer_to_another_request_is_here() {
        let source = source(*b"abcdef");
        source.keep(0, b"abc".to_vec());
        let other = source.by(Arc::new(InMemory(b"abcdef".to_vec())), u64::MAX);
        assert_eq!(other.read(1, 4).unwrap(), b"bcde");
        assert_eq!(source.fetched(), Traffic { requests: 2, bytes: 5 });
        assert_eq!(source.read(3, 2).unwrap(), b"de");
        assert_eq!(other.fetched(), source.fetched());
    }

    #[test]
    fn the_end_is_the_end() {
        let source = source(*b"abc");
        assert_eq!(source.read(2, 10).unwrap(), b"c");
        assert_eq!(source.read(3, 10).unwrap(), b"");
        assert_eq!(source.read(u64::MAX, 10).unwrap(), b"");
        assert_eq!(source.read_last(2).unwrap(), (1, b"bc".to_vec()));
        assert_eq!(source.read_last(9).unwrap(), (0, b"abc".to_vec()));
    }

    #[test]
    fn no_more_is_fetched_than_a_look_may() {
        let source = ObjectBytes::new(Arc::new(InMemory(vec![0; 100])), 50);
        assert!(source.read(0, 50).is_ok());
        assert!(matches!(source.read(50, 1), Err(LookError::TooMuch(_))));
        assert!(source.read(0, 50).is_ok(), "what is here is here");
    }
}
