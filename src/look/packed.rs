//! Reads through compression: knows it by its first bytes, and unpacks forward.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::read::MultiBzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

use crate::look::error::{LookError, Looked, is_ours};
use crate::look::section::Forward;

/// Bytes fetched at once where a compressed stream begins.
pub const STREAM: usize = 256 * 1024;

/// KiB that an xz stream may ask for; `xz -9` wants 65 MiB to unpack.
const XZ_MEMORY: u32 = 256 * 1024;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Packing {
    /// Bytes that are enough to know it by.
    pub const KNOWN_BY: u64 = 10;

    /// By the first bytes (RFC 1952; RFC 8878, 3.1; the xz file format, 2.1.1).
    pub fn of(start: &[u8]) -> Option<Packing> {
        match start {
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            // The second is a frame that is skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Some(Packing::Zstd)
            }
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
                if rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Packing::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Bzip2 => "bzip2",
            Packing::Xz => "xz",
        }
    }

    /// What was packed, to the end of the last of the streams that follow one another. What goes
    /// wrong is a [`LookError`] within the error of the reader.
    pub fn open(self, input: impl Read + Send + 'static) -> Looked<Unpacked> {
        let input = BufReader::with_capacity(64 * 1024, input);
        let inner: Box<dyn Read + Send> = match self {
            Packing::Gzip => Box::new(GzipMembers { open: Some(GzDecoder::new(input)) }),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(input)?),
            Packing::Bzip2 => Box::new(MultiBzDecoder::new(input)),
            Packing::Xz => Box::new(XzReader::new_mem_limit(input, true, XZ_MEMORY)),
        };
        Ok(Unpacked { packing: self, inner, given: 0 })
    }
}

/// What comes out of compression.
pub struct Unpacked {
    packing: Packing,
    inner: Box<dyn Read + Send>,
    /// Bytes that came out.
    given: u64,
}

impl Unpacked {
    /// Bytes given until now.
    pub fn given(&self) -> u64 {
        self.given
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(read) => {
                    self.given += read as u64;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(explained(self.packing, error)),
            }
        }
    }
}

fn explained(packing: Packing, error: io::Error) -> io::Error {
    if is_ours(&error) {
        return error;
    }
    let (name, text) = (packing.name(), error.to_string());
    if error.kind() == io::ErrorKind::OutOfMemory || text.contains("too much memory") {
        return LookError::Unsupported(format!("{name} streams that need so much memory")).into();
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            LookError::malformed(format!("the {name} stream is cut")).into()
        }
        _ => LookError::malformed(format!("the {name} stream: {text}")).into(),
    }
}

/// Members of a gzip file one after the other; zeros may fill the end (as tapes do).
struct GzipMembers<R: BufRead> {
    /// `None` after the end.
    open: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(open) = &mut self.open {
            let read = open.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(done) = self.open.take() else { return Ok(0) };
            let mut input = done.into_inner();
            if !is_at_end(&mut input)? {
                self.open = Some(GzDecoder::new(input));
            }
        }
        Ok(0)
    }
}

/// Whether nothing but zeros follows.
fn is_at_end(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let next = input.fill_buf()?;
        let zeros = next.iter().take_while(|byte| **byte == 0).count();
        match (next.len(), next.get(zeros)) {
            (0, _) => return Ok(true),
            (_, None) => input.consume(zeros),
            (_, Some(0x1f)) if zeros == 0 => return Ok(false),
            _ => return Err(LookError::malformed("bytes follow the gzip stream").into()),
        }
    }
}

/// Gives no more than so many bytes, and says so after them.
pub struct Limited<R> {
    inner: R,
    left: u64,
    what: String,
    beyond: bool,
}

impl<R> Limited<R> {
    /// `what`: what was too much once the bytes are used up.
    pub fn new(inner: R, bytes: u64, what: String) -> Limited<R> {
        Limited { inner, left: bytes, what, beyond: false }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            // Exactly so many are not too many.
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(LookError::TooMuch(self.what.clone()).into()),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

impl<R: Read> Forward for Limited<R> {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.by_ref().take(bytes), &mut io::sink())?;
        self.beyond |= passed < bytes;
        Ok(())
    }

    fn is_beyond(&self) -> bool {
        self.beyond
    }
}

#[cfg(test)]
mod tests;
