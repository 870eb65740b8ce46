//! Lets parsers that read streams and seek in them read an object by ranges.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::look::object_bytes::ObjectBytes;

/// Bytes fetched at once where a parser begins, and the most where it reads on and on.
const FIRST: usize = 64 * 1024;
const MOST: usize = 4 * 1024 * 1024;

/// Reads one object from any position. What is read in order is fetched in ever larger pieces.
pub struct RangeReader {
    source: Arc<ObjectBytes>,
    at: u64,
    /// Where the bytes end that were read in order.
    in_order: u64,
    ahead: usize,
}

impl RangeReader {
    pub fn new(source: Arc<ObjectBytes>) -> RangeReader {
        RangeReader { source, at: 0, in_order: 0, ahead: FIRST }
    }
}

impl ObjectBytes {
    /// Reads from the beginning, and from wherever it is asked to.
    pub fn reader(self: &Arc<ObjectBytes>) -> RangeReader {
        RangeReader::new(self.clone())
    }
}

impl Read for RangeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at != self.in_order {
            self.ahead = FIRST;
        }
        let before = self.source.fetched().requests;
        let bytes = self.source.read_ahead(self.at, buffer.len(), self.ahead)?;
        if self.source.fetched().requests != before {
            self.ahead = (self.ahead * 2).min(MOST);
        }
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        self.in_order = self.at;
        Ok(bytes.len())
    }
}

impl Seek for RangeReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
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
}
