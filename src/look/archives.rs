//! Lists the members of archives, and finds one of them by the name that is shown.

mod cp437;
mod finding;
mod near;
mod seven_zip;
mod tar;
mod tar_header;
mod zip;

use std::io::{BufReader, Read};
use std::sync::Arc;

use crate::domain::contents::{ContentKind, Contents, Member};
use crate::domain::units::{Count, Counted, Size};
use crate::look::archives::tar::{HEADERS, TarKind, TarWalk};
use crate::look::archives::tar_header::{BLOCK, is_header};
use crate::look::archives::zip::ZipDirectory;
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::packed::{Limited, Packing, STREAM};
use crate::look::section::{Forward, Section};

pub use crate::look::archives::finding::open_member;
pub use crate::look::archives::seven_zip::seven_zip;

/// Members that are listed.
const MEMBERS: usize = 500_000;

/// Bytes that names may have together.
const NAMES: usize = 64 * 1024 * 1024;

/// Requests that a look at the headers of a tar archive may send.
const REQUESTS: u64 = 1000;

/// Bytes that are unpacked to find the headers of a tar archive.
const UNPACKED: u64 = 512 * 1024 * 1024;

/// Whether the bytes begin as a tar archive does.
pub fn is_tar(start: &[u8]) -> bool {
    is_header(start)
}

/// Whether there is a tar archive within a compressed stream that begins with `start`, as far as
/// that can be seen.
pub fn is_packed_tar(source: &Arc<ObjectBytes>, packing: Packing) -> bool {
    let Ok(unpacked) = packing.open(Section::whole(source, STREAM)) else { return false };
    let mut start = Vec::new();
    let read = unpacked.take(BLOCK as u64).read_to_end(&mut start);
    read.is_ok() && is_header(&start)
}

/// The names of a zip archive, by its central directory.
pub fn zip(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let directory = ZipDirectory::find(source)?;
    let mut names = Names::new(contents);
    let mut encrypted = Vec::new();
    for entry in directory.entries() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                names.end_with(error)?;
                break;
            }
        };
        if entry.encrypted {
            encrypted.push(entry.name.clone());
        }
        if !names.add(entry.name, Some(entry.size)) {
            break;
        }
    }
    let listed = contents.members.len() as u64;
    // Writers without the larger counts say the number modulo 2^16.
    if contents.cut.is_none() && listed % 0x1_0000 != directory.stated % 0x1_0000 {
        let stated = Counted(directory.stated, "member");
        contents.cut = Some(format!("the archive says {stated} and names {listed}"));
    }
    if !directory.comment.is_empty() {
        contents.fact("comment", String::from_utf8_lossy(&directory.comment));
    }
    if let [first, rest @ ..] = encrypted.as_slice() {
        let more = rest.len();
        let more =
            if more == 0 { String::new() } else { format!(" and {} more", Count(more as u64)) };
        contents.fact("encrypted", format!("{first}{more}"));
    }
    Ok(())
}

/// The names of a tar archive, from header to header.
pub fn tar(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let walk = TarWalk::new(Section::whole(source, HEADERS));
    list(walk, Some(source), contents)
}

/// What is within a compressed stream: the names of a tar archive, or one file.
pub fn packed(source: &Arc<ObjectBytes>, packing: Packing, contents: &mut Contents) -> Looked<()> {
    if !is_packed_tar(source, packing) {
        return one_file(source, packing, contents);
    }
    contents.kind = ContentKind::Tar;
    contents.fact("compression", packing.name());
    let unpacked = packing.open(Section::whole(source, STREAM))?;
    let what = format!("more than {} would be unpacked", Size(UNPACKED));
    let buffered = BufReader::with_capacity(128 * 1024, unpacked);
    list(TarWalk::new(Limited::new(buffered, UNPACKED, what)), None, contents)
}

fn list<R: Forward>(
    mut walk: TarWalk<R>,
    source: Option<&Arc<ObjectBytes>>,
    contents: &mut Contents,
) -> Looked<()> {
    let mut names = Names::new(contents);
    loop {
        let entry = match walk.step() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(()),
            Err(error) => return names.end_with(error),
        };
        let size = matches!(entry.kind, TarKind::File).then_some(entry.size);
        if !names.add(entry.shown(), size) {
            return Ok(());
        }
        if source.is_some_and(|source| source.fetched().requests >= REQUESTS) {
            names.cut(format!("more than {} requests would be sent", Count(REQUESTS)));
            return Ok(());
        }
    }
}

/// What a compressed stream says of the file in it.
fn one_file(source: &Arc<ObjectBytes>, packing: Packing, contents: &mut Contents) -> Looked<()> {
    contents.fact("compression", packing.name());
    match packing {
        Packing::Gzip => {
            let start = source.read_ahead(0, 64 * 1024, STREAM)?;
            let mut decoder = flate2::bufread::GzDecoder::new(start.as_slice());
            // The header is read with the first byte, which may not be here whole.
            let _ = decoder.read(&mut [0]);
            if let Some(name) = decoder.header().and_then(flate2::GzHeader::filename) {
                // RFC 1952: Latin 1.
                let name: String = name.iter().copied().map(char::from).collect();
                contents.fact("name", name);
            }
            // Of the last stream in it, modulo 4 GiB: what it says, and no more.
            let (_, end) = source.read_last(4)?;
            if let (Some(size), true) = (crate::look::fields::u32_le(&end, 0), source.size() > 18) {
                contents.size("size at its end", size.into());
            }
        }
        Packing::Zstd => {
            let start = source.read_ahead(0, 18, STREAM)?;
            if let Ok(Some(size)) = zstd::zstd_safe::get_frame_content_size(&start) {
                contents.size("size of its first frame", size);
            }
        }
        Packing::Xz => {
            let mut reader = source.reader();
            if let Ok(size) = lzma_rust2::xz_uncompressed_size(&mut reader) {
                contents.size("unpacked", size);
            }
        }
        Packing::Bzip2 => {}
    }
    Ok(())
}

/// The members that are listed, up to a number.
struct Names<'a> {
    contents: &'a mut Contents,
    bytes: usize,
}

impl Names<'_> {
    fn new(contents: &mut Contents) -> Names<'_> {
        Names { contents, bytes: 0 }
    }

    /// Whether there is room for more.
    fn add(&mut self, name: String, size: Option<u64>) -> bool {
        if self.contents.members.len() >= MEMBERS || self.bytes >= NAMES {
            let listed = Count(self.contents.members.len() as u64);
            self.cut(format!("more than {listed} members are not listed"));
            return false;
        }
        self.bytes += name.len();
        self.contents.members.push(Member { name, size });
        true
    }

    fn cut(&mut self, why: String) {
        self.contents.cut = Some(why);
    }

    /// What was listed before a fault is shown with it.
    fn end_with(&mut self, error: LookError) -> Looked<()> {
        match error {
            LookError::Source(_) => Err(error),
            _ if self.contents.members.is_empty() => Err(error),
            _ => {
                self.cut(error.to_string());
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests;
