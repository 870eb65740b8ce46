//! Names what stands where a regular file is taken.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::FileType;

use crate::domain::error::{Error, ErrorKind, SAVE_FILE};

/// The kind that a mode of `stat` tells; `None` for a regular file.
pub fn kind(mode: u32) -> Option<&'static str> {
    Some(match FileType::from_raw_mode(mode) {
        FileType::RegularFile => return None,
        FileType::Directory => "a folder",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "no regular file",
    })
}

/// A path that cannot be read as a file; links are followed.
pub fn special(path: &Path) -> Error {
    let found = path.metadata().or_else(|_| path.symlink_metadata());
    let kind = found.ok().and_then(|found| kind(found.mode())).unwrap_or("no regular file");
    Error::new(ErrorKind::LocalSpecial, "open the file", path.display().to_string())
        .detail(format!("it is {kind}"))
}

/// What has the name of a file that is to be saved, by its mode, where that is not replaced.
pub fn in_the_way(mode: u32, path: &Path) -> Option<Error> {
    let kind = kind(mode)?;
    let error = Error::new(ErrorKind::LocalSpecial, SAVE_FILE, path.display().to_string());
    Some(error.detail(format!("{kind} has this name")))
}
