//! Reads a stretch of an object and fetches nothing beyond its end.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use crate::look::object_bytes::ObjectBytes;

/// The most bytes fetched at once.
const MOST: usize = 4 * 1024 * 1024;

/// A gap that is fetched with what is around it, because another request would take longer.
const NARROW: u64 = 256 * 1024;

/// What can pass over bytes that nobody wants.
pub trait Forward: Read {
    /// Passes over so many bytes; the end of what there is may be passed too.
    fn skip(&mut self, bytes: u64) -> io::Result<()>;

    /// Whether the end was passed.
    fn is_beyond(&self) -> bool;
}

/// Bytes fetched at once in a body, which is read to its end.
const BODY: usize = 256 * 1024;

/// Bytes fetched at once where a parser begins.
const START: usize = 64 * 1024;

/// Bytes of an object. What is read on and on is fetched in ever larger pieces. Positions are those
/// in the object.
#[derive(Clone)]
pub struct Section {
    source: Arc<ObjectBytes>,
    at: u64,
    /// Where the bytes end that were read in order.
    in_order: u64,
    end: u64,
    first: usize,
    ahead: usize,
}

impl Section {
    /// `first`: bytes fetched at once in the beginning, and after a wide gap.
    pub fn new(source: &Arc<ObjectBytes>, range: Range<u64>, first: usize) -> Section {
        let Range { start: at, end } = range;
        Section { source: source.clone(), at, in_order: at, end, first, ahead: first }
    }

    /// The section that is a whole object.
    pub fn whole(source: &Arc<ObjectBytes>, first: usize) -> Section {
        Section::new(source, 0..source.size(), first)
    }

    /// The next so many bytes, which are all wanted.
    pub fn bounded(self, bytes: u64) -> Section {
        Section { end: self.at.saturating_add(bytes).min(self.end), ahead: BODY, ..self }
    }
}

impl ObjectBytes {
    /// Reads from the beginning, and from wherever it is asked to.
    pub fn reader(self: &Arc<ObjectBytes>) -> Section {
        Section::whole(self, START)
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at != self.in_order {
            self.ahead = self.first;
        }
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let before = self.source.fetched().requests;
        let wanted = buffer.len().min(left);
        let bytes = self.source.read_ahead(self.at, wanted, self.ahead.min(left))?;
        if self.source.fetched().requests != before {
            self.ahead = (self.ahead * 2).min(MOST);
        }
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        self.in_order = self.at;
        Ok(bytes.len())
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl Forward for Section {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > NARROW {
            self.ahead = self.first;
        }
        self.at = self.at.saturating_add(bytes);
        self.in_order = self.at;
        Ok(())
    }

    fn is_beyond(&self) -> bool {
        self.at > self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::error::LookError;
    use crate::look::object_bytes::InMemory;
    use crate::look::object_bytes::tests::source;

    #[test]
    fn a_stream_is_fetched_in_growing_pieces() {
        let source = source(vec![7; 3_000_000]);
        let mut all = Vec::new();
        source.reader().read_to_end(&mut all).unwrap();
        assert_eq!(all.len(), 3_000_000);
        assert!(source.fetched().requests < 10, "{:?}", source.fetched());
        assert_eq!(source.fetched().bytes, 3_000_000);
    }

    #[test]
    fn what_the_source_says_is_found_behind_an_error_of_a_parser() {
        let source = Arc::new(ObjectBytes::new(Arc::new(InMemory(vec![0; 100])), 50));
        let error = source.reader().read_to_end(&mut Vec::new()).unwrap_err();
        assert!(matches!(LookError::from(error), LookError::TooMuch(_)));
    }

    #[test]
    fn a_parser_that_seeks_begins_with_small_pieces_again() {
        let source = source(vec![7; 10_000_000]);
        let mut reader = source.reader();
        let mut start = vec![0; 1_000_000];
        reader.read_exact(&mut start).unwrap();
        assert_eq!(reader.seek(SeekFrom::End(-4_000_000)).unwrap(), 6_000_000);
        let before = source.fetched().bytes;
        reader.read_exact(&mut start[..10]).unwrap();
        assert_eq!(source.fetched().bytes - before, START as u64);
        assert!(reader.seek(SeekFrom::Current(-6_000_011)).is_err());
    }

    #[test]
    fn nothing_beyond_the_end_is_fetched() {
        let source = source(vec![7; 1000]);
        let mut read = Vec::new();
        Section::new(&source, 100..350, 64).read_to_end(&mut read).unwrap();
        assert_eq!((read.len(), source.fetched().bytes), (250, 250));
    }

    #[test]
    fn a_wide_gap_is_passed_over_and_a_narrow_one_is_read() {
        let source = source(vec![7; 10_000_000]);
        let mut section = Section::whole(&source, 512);
        let mut block = [0; 512];
        for gap in [1_000, 1_000, 5_000_000] {
            section.read_exact(&mut block).unwrap();
            section.skip(gap).unwrap();
        }
        section.read_exact(&mut block).unwrap();
        assert!(source.fetched().bytes < 5_000, "{:?}", source.fetched());
        section.skip(u64::MAX).unwrap();
        assert!(section.is_beyond());
        assert_eq!(section.read(&mut block).unwrap(), 0);
    }
}
