//! Fetches ranges of one object, keeps the last of them, and counts what that costs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::contents::Traffic;
use crate::domain::object::ByteRange;
use crate::domain::ranges::Ranges;
use crate::look::error::{LookError, Looked};

/// Bytes that are kept to be read again.
const KEPT: usize = 16 * 1024 * 1024;

/// The bytes of one object.
pub struct ObjectBytes {
    ranges: Arc<dyn Ranges>,
    /// Bytes that all reads together may fetch.
    limit: u64,
    state: Mutex<State>,
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
        ObjectBytes { ranges, limit, state: Mutex::default() }
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
            let what = format!("more than {} bytes would be fetched", self.limit);
            return Err(LookError::TooMuch(what));
        }
        let read = self.ranges.read(ByteRange { start, end }).map_err(LookError::Source)?;
        if read.len() as u64 != end - start {
            return Err(LookError::malformed("the server sent fewer bytes than it has"));
        }
        let all: Arc<[u8]> = read.into();
        let mut state = self.state();
        state.fetched.requests += 1;
        state.fetched.bytes += all.len() as u64;
        state.kept_bytes += all.len();
        state.kept.push_back((start, all.clone()));
        while state.kept_bytes > KEPT && state.kept.len() > 1 {
            let dropped = state.kept.pop_front().map_or(0, |(_, bytes)| bytes.len());
            state.kept_bytes -= dropped;
        }
        Ok(Piece { all, from: 0 })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::domain::error::Error;

    /// An object in memory.
    pub struct InMemory(pub Vec<u8>);

    impl Ranges for InMemory {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }

        fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
            let at = |at| usize::try_from(at).unwrap();
            Ok(self.0[at(range.start)..at(range.end)].to_vec())
        }
    }

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
