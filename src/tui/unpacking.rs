//! Takes a member out of an archive into a file of its own.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::OnConflict;
use crate::look::archives::open_member;
use crate::look::error::{LookError, guarded};
use crate::look::object_bytes::ObjectBytes;
use crate::transfer::local::folder::Folder;
use crate::transfer::local::names::{LocalName, part_name};
use crate::transfer::local::part_file::{GrowingFile, Saved, remove};

/// Bytes written at once.
const PIECE: usize = 256 * 1024;

/// Unpacks a member into a folder, by the last part of its name; gives the file and its bytes. A
/// file that has that name already stays, and a fault leaves none behind. `place`: the archive.
/// `tell`: how many bytes are written.
///
/// # Errors
/// `LocalExists` where the name is taken.
pub fn unpack(
    source: &Arc<ObjectBytes>,
    member: &str,
    folder: &Path,
    place: &str,
    tell: &dyn Fn(u64),
) -> Result<(PathBuf, u64), Error> {
    let named = member.rsplit('/').next().unwrap_or(member);
    let local = LocalName::of(named);
    let looked = |error: LookError| error.into_error(place);
    let mut bytes = guarded(|| open_member(source, member)).map_err(looked)?;
    let (chosen, _) = Folder::choose(folder)?;
    if chosen.find(&local.name)?.is_some() && local.folders.is_empty() {
        let path = chosen.path_of(&local.name);
        return Err(Error::new(
            ErrorKind::LocalExists,
            "unpack the member",
            path.display().to_string(),
        ));
    }
    let below = chosen.below(&local.folders)?;
    let path = below.path_of(&local.name);
    let file = GrowingFile::create(below, &part_name(&local.name))?;
    let written = guarded(|| Ok(fill(&file, &mut *bytes, tell))).map_err(looked);
    let saved = written.and_then(|filled| filled.map_err(|fault| fault.into_error(place)));
    let saved = saved.and_then(|size| {
        file.prepare(&local.name, None, None)?;
        match file.finish(&local.name, OnConflict::default())? {
            Saved::As(_) | Saved::Skipped => Ok(size),
        }
    });
    if saved.is_err() {
        drop(remove(&file.folder, &file.name));
    }
    Ok((path, saved?))
}

enum Fault {
    Member(LookError),
    File(Error),
}

impl Fault {
    fn into_error(self, place: &str) -> Error {
        match self {
            Fault::Member(error) => error.into_error(place),
            Fault::File(error) => error,
        }
    }
}

fn fill(file: &GrowingFile, bytes: &mut dyn Read, tell: &dyn Fn(u64)) -> Result<u64, Fault> {
    let mut buffer = vec![0; PIECE];
    let mut at = 0;
    loop {
        let read = match bytes.read(&mut buffer) {
            Ok(0) => return Ok(at),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault::Member(error.into())),
        };
        file.write_at(at, &buffer[..read]).map_err(Fault::File)?;
        at += read as u64;
        tell(at);
    }
}
