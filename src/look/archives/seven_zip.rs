//! Reads the names of 7z archives, and unpacks single members.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Password};

use crate::domain::contents::{Contents, Member};
use crate::look::archives::near::SimilarNames;
use crate::look::error::{LookError, Looked, guarded};
use crate::look::fields::u64_le;
use crate::look::object_bytes::ObjectBytes;
use crate::look::section::Section;

const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";

/// Bytes that the list of members may have.
const HEADER: u64 = 32 * 1024 * 1024;

/// KiB that the list, and what unpacks a member, may ask for.
const LIST_MEMORY: usize = 128 * 1024;
const MEMORY: usize = 512 * 1024;

pub fn is_one(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// The names of a 7z archive.
pub fn seven_zip(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let (archive, _) = read(source)?;
    for entry in &archive.files {
        let folder = if entry.is_directory && !entry.name.ends_with('/') { "/" } else { "" };
        let size = (!entry.is_directory).then_some(entry.size);
        contents.members.push(Member { name: format!("{}{folder}", entry.name), size });
    }
    if archive.is_solid {
        contents.fact("solid", "yes");
    }
    Ok(())
}

fn read(source: &Arc<ObjectBytes>) -> Looked<(Archive, Section)> {
    let start = source.read(0, 32)?;
    let place = u64_le(&start, 12).zip(u64_le(&start, 20));
    let place = place.and_then(|(at, length)| Some((at.checked_add(32)?, length)));
    let Some((at, length)) = place else {
        return Err(LookError::malformed("the 7z archive is cut within its beginning"));
    };
    if at.checked_add(length).is_none_or(|end| end > source.size()) {
        return Err(LookError::malformed("the list of the 7z archive is beyond its end"));
    }
    if length > HEADER {
        return Err(LookError::TooMuch(format!("a list of members of {length} bytes")));
    }
    let mut reader = source.reader();
    let archive = Archive::read_with_memory_limit(&mut reader, &Password::empty(), LIST_MEMORY);
    Ok((archive.map_err(explained)?, reader))
}

fn explained(error: sevenz_rust2::Error) -> LookError {
    use sevenz_rust2::Error;
    match error {
        Error::Io(error, _) => error.into(),
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            LookError::Unsupported("7z archives that are encrypted".to_owned())
        }
        Error::UnsupportedCompressionMethod(method) if method.starts_with("AES") => {
            LookError::Unsupported("7z archives that are encrypted".to_owned())
        }
        Error::UnsupportedCompressionMethod(method) => {
            LookError::Unsupported(format!("members with the method {method}"))
        }
        Error::MaxMemLimited { .. } => {
            LookError::Unsupported("7z archives that need so much memory".to_owned())
        }
        error => LookError::malformed(format!("the 7z archive: {error}")),
    }
}

/// The bytes of a member. A solid block is unpacked from its beginning.
pub fn open(source: &Arc<ObjectBytes>, name: &str) -> Looked<Box<dyn Read + Send>> {
    let (archive, reader) = read(source)?;
    let mut near = SimilarNames::of(name);
    let mut found = None;
    for (at, entry) in archive.files.iter().enumerate() {
        match entry.name == name && !entry.is_directory {
            true => found = Some(at),
            false if entry.is_directory => near.see(&format!("{}/", entry.name)),
            false => near.see(&entry.name),
        }
    }
    let Some(file) = found else { return Err(near.absent()) };
    let Some(block) = archive.stream_map.file_block_index.get(file).copied().flatten() else {
        return Ok(Box::new(io::empty()));
    };
    let first = archive.stream_map.block_first_file_index.get(block).copied().unwrap_or(0);
    // The decoder gives members to a function; a thread makes that a stream.
    let (sender, arriving) = sync_channel(4);
    let (wanted, left) = (file.saturating_sub(first), archive.files[file].size);
    thread::Builder::new().spawn(move || unpack(&archive, reader, block, wanted, &sender))?;
    Ok(Box::new(Pieces { arriving, piece: Vec::new(), read: 0, left, ended: false }))
}

type Piece = Looked<Vec<u8>>;

fn unpack(
    archive: &Archive,
    mut reader: Section,
    block: usize,
    wanted: usize,
    to: &SyncSender<Option<Piece>>,
) {
    let mut at = 0;
    let password = Password::empty();
    let decoder =
        BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, &password, &mut reader);
    let mut each = |_: &ArchiveEntry, bytes: &mut dyn Read| {
        let is_wanted = at == wanted;
        at += 1;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match bytes.read(&mut buffer)? {
                0 => return Ok(!is_wanted),
                read if is_wanted && to.send(Some(Ok(buffer[..read].to_vec()))).is_err() => {
                    return Ok(false);
                }
                _ => {}
            }
        }
    };
    let done = guarded(|| decoder.for_each_entries(&mut each).map_err(explained));
    // Nobody may listen any more.
    let _ = to.send(done.err().map(Err));
}

/// What a thread unpacks, in order; `None` is the end.
struct Pieces {
    arriving: Receiver<Option<Piece>>,
    piece: Vec<u8>,
    read: usize,
    /// Bytes that are still to come.
    left: u64,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() && !self.ended {
            match self.arriving.recv() {
                Ok(Some(piece)) => {
                    (self.piece, self.read) = (piece?, 0);
                    self.left = self.left.saturating_sub(self.piece.len() as u64);
                }
                Ok(None) if self.left == 0 => self.ended = true,
                Ok(None) | Err(_) => {
                    return Err(LookError::malformed("the member of the 7z archive").into());
                }
            }
        }
        let left = &self.piece[self.read..];
        let read = left.len().min(buffer.len());
        buffer[..read].copy_from_slice(&left[..read]);
        self.read += read;
        Ok(read)
    }
}
