//! Reads the central directory of zip archives by ranges, and unpacks single members.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use crc_fast::{CrcAlgorithm, Digest};
use lzma_rust2::{LzmaReader, XzReader};

use crate::look::archives::cp437;
use crate::look::error::{LookError, Looked, is_ours};
use crate::look::fields::{u16_le, u32_le, u64_le};
use crate::look::object_bytes::ObjectBytes;
use crate::look::section::Section;

/// Bytes of the end that are read first; the directory of a small archive is among them.
const END: usize = 16 * 1024;

/// The record at the end and the longest comment behind it.
const LONGEST_END: usize = 22 + 0xffff;

/// Places in the end that may look like the record.
const RECORDS: usize = 16;

/// Bytes of the directory fetched at once in the beginning.
const DIRECTORY: usize = 1024 * 1024;

/// Bytes fetched at once where a member begins.
const MEMBER: usize = 64 * 1024;

/// KiB that a member may ask for to be unpacked.
const MEMORY: u32 = 256 * 1024;

/// What the central directory says of a member (APPNOTE 4.3.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZipEntry {
    pub name: String,
    /// In bytes, unpacked.
    pub size: u64,
    pub encrypted: bool,
    packed: u64,
    method: u16,
    flags: u16,
    crc: u32,
    header: u64,
}

/// Where the central directory is.
pub struct ZipDirectory {
    source: Arc<ObjectBytes>,
    start: u64,
    end: u64,
    /// Members, as it says.
    pub stated: u64,
    /// Bytes before the archive that its offsets do not count.
    before: u64,
    pub comment: Vec<u8>,
}

impl ZipDirectory {
    /// # Errors
    /// `Malformed` where there is none, which an archive that was cut has not.
    pub fn find(source: &Arc<ObjectBytes>) -> Looked<ZipDirectory> {
        for bytes in [END, LONGEST_END] {
            let (start, end) = source.read_last(bytes)?;
            let last = end.len().saturating_sub(22);
            let records = (0..=last).rev().filter(|at| end[*at..].starts_with(b"PK\x05\x06"));
            for at in records.take(RECORDS) {
                if let Some(found) = ZipDirectory::at(source, start + at as u64, &end[at..])? {
                    return Ok(found);
                }
            }
            if start == 0 {
                break;
            }
        }
        Err(LookError::malformed("the zip archive has no central directory at its end"))
    }

    /// By the record at `at`; `None` where it is no such record.
    fn at(source: &Arc<ObjectBytes>, at: u64, record: &[u8]) -> Looked<Option<ZipDirectory>> {
        let (Some(stated), Some(size), Some(offset), Some(comment)) =
            (u16_le(record, 10), u32_le(record, 12), u32_le(record, 16), u16_le(record, 20))
        else {
            return Ok(None);
        };
        let Some(comment) = record.get(22..22 + usize::from(comment)) else { return Ok(None) };
        let (mut stated, mut size, mut offset) =
            (u64::from(stated), u64::from(size), u64::from(offset));
        let mut end = at;
        if let Some((record, larger)) = zip64(source, at, stated, size, offset)? {
            (end, [stated, size, offset]) = (record, larger);
        }
        let Some(start) = end.checked_sub(size) else { return Ok(None) };
        let Some(before) = start.checked_sub(offset) else { return Ok(None) };
        let ahead = usize::try_from(size).unwrap_or(DIRECTORY).min(DIRECTORY);
        let begins = source.read_ahead(start, 4, ahead)?;
        if size > 0 && begins != b"PK\x01\x02" {
            return Ok(None);
        }
        let (source, comment) = (source.clone(), comment.to_owned());
        Ok(Some(ZipDirectory { source, start, end, stated, before, comment }))
    }

    pub fn entries(&self) -> ZipEntries {
        let first = DIRECTORY.min(usize::try_from(self.end - self.start).unwrap_or(DIRECTORY));
        let section = Section::new(&self.source, self.start..self.end, first);
        ZipEntries { input: BufReader::new(section), left: self.end - self.start }
    }

    /// The bytes of a member; whoever reads to the end has the right ones, or an error.
    pub fn open(&self, entry: &ZipEntry) -> Looked<Box<dyn Read + Send>> {
        if entry.encrypted {
            return Err(LookError::Unsupported("members that are encrypted".to_owned()));
        }
        let cut = || LookError::malformed("the header of the member is not where it should be");
        let header = entry.header.checked_add(self.before).ok_or_else(cut)?;
        let ahead =
            usize::try_from(entry.packed).unwrap_or(MEMBER).saturating_add(1024).min(MEMBER);
        let local = self.source.read_ahead(header, 30, ahead)?;
        let (Some(name), Some(extra)) = (u16_le(&local, 26), u16_le(&local, 28)) else {
            return Err(cut());
        };
        if !local.starts_with(b"PK\x03\x04") {
            return Err(cut());
        }
        let start = header + 30 + u64::from(name) + u64::from(extra);
        let end = start.checked_add(entry.packed).filter(|end| *end <= self.source.size());
        let end = end.ok_or_else(|| LookError::malformed("the member ends beyond the archive"))?;
        let unpacked = unpacked(entry, Section::new(&self.source, start..end, MEMBER))?;
        let digest = Digest::new(CrcAlgorithm::Crc32IsoHdlc);
        Ok(Box::new(Checked { unpacked, digest, left: entry.size, crc: entry.crc, ended: false }))
    }
}

/// The record of a large archive, and its counts: members, bytes and offset of the directory.
fn zip64(
    source: &Arc<ObjectBytes>,
    end: u64,
    stated: u64,
    size: u64,
    offset: u64,
) -> Looked<Option<(u64, [u64; 3])>> {
    let large = stated == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff;
    let Some(at) = end.checked_sub(20).filter(|_| large) else { return Ok(None) };
    let locator = source.read(at, 20)?;
    let Some(named) = u64_le(&locator, 8).filter(|_| locator.starts_with(b"PK\x06\x07")) else {
        return Ok(None);
    };
    // Where bytes come before the archive, its record is right before the locator all the same.
    for record in [Some(named), at.checked_sub(56)].into_iter().flatten() {
        let bytes = source.read(record, 56)?;
        let counts = [u64_le(&bytes, 32), u64_le(&bytes, 40), u64_le(&bytes, 48)];
        if let ([Some(stated), Some(size), Some(offset)], true) =
            (counts, bytes.starts_with(b"PK\x06\x06") && record < at)
        {
            return Ok(Some((record, [stated, size, offset])));
        }
    }
    Err(LookError::malformed("the zip archive has no record of its size"))
}

/// The members in the order of the directory, each name as often as it is there.
pub struct ZipEntries {
    input: BufReader<Section>,
    left: u64,
}

impl Iterator for ZipEntries {
    type Item = Looked<ZipEntry>;

    fn next(&mut self) -> Option<Looked<ZipEntry>> {
        // A digital signature may close the directory.
        if self.left < 46 {
            return None;
        }
        let entry = self.entry();
        match entry {
            Ok(Some(entry)) => Some(Ok(entry)),
            Ok(None) => None,
            Err(error) => {
                self.left = 0;
                Some(Err(error))
            }
        }
    }
}

impl ZipEntries {
    fn entry(&mut self) -> Looked<Option<ZipEntry>> {
        let wrong = || LookError::malformed("the central directory of the zip archive");
        let mut fixed = [0; 46];
        self.input.read_exact(&mut fixed)?;
        if fixed.starts_with(b"PK\x05\x05") {
            self.left = 0;
            return Ok(None);
        }
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(wrong());
        }
        let word = |at| u16_le(&fixed, at).map(usize::from).ok_or_else(wrong);
        let (name, extra, comment) = (word(28)?, word(30)?, word(32)?);
        let all = 46 + (name + extra + comment) as u64;
        self.left = self.left.checked_sub(all).ok_or_else(wrong)?;
        let mut rest = vec![0; name + extra + comment];
        self.input.read_exact(&mut rest)?;
        entry(&fixed, &rest[..name], &rest[name..name + extra]).map(Some).ok_or_else(wrong)
    }
}

fn entry(fixed: &[u8], name: &[u8], extra: &[u8]) -> Option<ZipEntry> {
    let flags = u16_le(fixed, 8)?;
    let mut size = u64::from(u32_le(fixed, 24)?);
    let mut packed = u64::from(u32_le(fixed, 20)?);
    let mut header = u64::from(u32_le(fixed, 42)?);
    if let Some(large) = extra_field(extra, 1) {
        // Only what did not fit is there, in this order (APPNOTE 4.5.3).
        let too_small = [&mut size, &mut packed, &mut header].into_iter();
        for (at, number) in too_small.filter(|number| **number == 0xffff_ffff).enumerate() {
            *number = u64_le(large, at * 8)?;
        }
    }
    let name = match unicode_name(name, extra) {
        Some(name) => name,
        None if flags & 0x800 != 0 => String::from_utf8_lossy(name).into_owned(),
        None => cp437::decode(name),
    };
    let (method, crc) = (u16_le(fixed, 10)?, u32_le(fixed, 16)?);
    Some(ZipEntry { name, size, encrypted: flags & 1 != 0, packed, method, flags, crc, header })
}

fn extra_field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let (id, length) = (u16_le(extra, 0)?, usize::from(u16_le(extra, 2)?));
        let field = extra.get(4..4 + length)?;
        if id == wanted {
            return Some(field);
        }
        extra = &extra[4 + length..];
    }
}

/// The name that Info-ZIP keeps beside one of another code page (APPNOTE 4.6.9).
fn unicode_name(name: &[u8], extra: &[u8]) -> Option<String> {
    let field = extra_field(extra, 0x7075).filter(|field| field.first() == Some(&1))?;
    let mut digest = Digest::new(CrcAlgorithm::Crc32IsoHdlc);
    digest.update(name);
    let is_of_it = u64::from(u32_le(field, 1)?) == digest.finalize();
    is_of_it.then(|| String::from_utf8(field[5..].to_owned()).ok()).flatten()
}

fn unpacked(entry: &ZipEntry, mut section: Section) -> Looked<Box<dyn Read + Send>> {
    let buffered = |section| BufReader::with_capacity(64 * 1024, section);
    Ok(match entry.method {
        0 => Box::new(section),
        8 => Box::new(flate2::bufread::DeflateDecoder::new(buffered(section))),
        9 => Box::new(deflate64::Deflate64Decoder::with_buffer(buffered(section))),
        12 => Box::new(bzip2::bufread::BzDecoder::new(buffered(section))),
        14 => {
            let mut head = [0; 9];
            section.read_exact(&mut head)?;
            let dictionary = u32_le(&head, 5).unwrap_or(u32::MAX);
            let needs = lzma_rust2::lzma_get_memory_usage_by_props(dictionary, head[4])?;
            if needs > MEMORY {
                let what = format!("members that need {needs} KiB of memory");
                return Err(LookError::Unsupported(what));
            }
            let size = if entry.flags & 2 == 0 { entry.size } else { u64::MAX };
            Box::new(LzmaReader::new_with_props(
                buffered(section),
                size,
                head[4],
                dictionary,
                None,
            )?)
        }
        20 | 93 => Box::new(zstd::stream::read::Decoder::with_buffer(buffered(section))?),
        95 => Box::new(XzReader::new_mem_limit(buffered(section), false, MEMORY)),
        other => {
            let what = format!("members with the method {}", method_name(other));
            return Err(LookError::Unsupported(what));
        }
    })
}

/// The name of a method that is not read here (APPNOTE 4.4.5).
fn method_name(method: u16) -> String {
    let name = match method {
        1 => "Shrink",
        2..=5 => "Reduce",
        6 => "Implode",
        10 | 18 => "IBM TERSE",
        16 => "IBM z/OS CMPSC",
        19 => "IBM LZ77",
        94 => "MP3",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        99 => "AES",
        _ => return method.to_string(),
    };
    format!("{name} ({method})")
}

/// Compares what is read with the length and the CRC-32 of the directory.
struct Checked {
    unpacked: Box<dyn Read + Send>,
    digest: Digest,
    left: u64,
    crc: u32,
    ended: bool,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = match most {
            // One byte more than there may be, so that a longer member shows.
            0 => match self.unpacked.read(&mut [0]).map_err(damaged)? {
                0 => 0,
                _ => return Err(wrong("the member is longer than the archive says")),
            },
            _ => self.unpacked.read(&mut buffer[..most]).map_err(damaged)?,
        };
        self.digest.update(&buffer[..read]);
        self.left -= read as u64;
        if read > 0 {
            return Ok(read);
        }
        self.ended = true;
        match (self.left, self.digest.finalize() == u64::from(self.crc)) {
            (0, true) => Ok(0),
            (0, false) => Err(wrong("the CRC of the member is another one")),
            _ => Err(wrong("the member is shorter than the archive says")),
        }
    }
}

fn wrong(what: &str) -> io::Error {
    LookError::malformed(what).into()
}

fn damaged(error: io::Error) -> io::Error {
    if is_ours(&error) {
        return error;
    }
    LookError::malformed(format!("the packed bytes of the member: {error}")).into()
}

#[cfg(test)]
mod tests;
