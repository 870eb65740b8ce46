//! Tells paths that are read or written as a stream, stdin, a pipe or a device, from files and
//! folders.

use std::fs::{Metadata, metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, stat};
use tokio::fs::{File, OpenOptions};
use tokio::io::{Stdin, stdin};

use crate::domain::error::{Error, ErrorKind, READ_STDIN, SAVE_FILE};
use crate::transfer::local::kind::special;

/// Where a stream comes from, or goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Stdin of what is read, stdout of what is written.
    Standard,
    /// A pipe, or what another descriptor of the process leads to.
    At(PathBuf),
}

impl End {
    /// What a key can be called after it; none where its name says nothing.
    pub fn name(&self) -> Option<&str> {
        match self {
            End::At(path) if descriptor(path).is_none() => path.file_name()?.to_str(),
            End::At(_) | End::Standard => None,
        }
    }
}

/// How the source of `put` is read, where that is not a file or folder.
///
/// # Errors
/// `LocalSpecial` for a socket and a device.
pub fn input(path: &Path) -> Result<Option<End>, Error> {
    if path.as_os_str() == "-" || descriptor(path) == Some(0) {
        return Ok(Some(End::Standard));
    }
    let Ok(found) = metadata(path) else { return Ok(None) };
    let kind = found.file_type();
    if kind.is_dir() {
        return Ok(None);
    }
    if descriptor(path).is_some() || kind.is_fifo() {
        return Ok(Some(End::At(path.to_owned())));
    }
    match kind.is_file() {
        true => Ok(None),
        false if is_same(&found, "/dev/stdin") => Ok(Some(End::Standard)),
        false => Err(special(path)),
    }
}

/// How the destination of `get` is written, where that is not a file or folder: what is there is
/// written into, and never replaced.
///
/// # Errors
/// `LocalSpecial` for a socket, a disk, and a link that leads nowhere.
pub fn output(path: &Path) -> Result<Option<End>, Error> {
    if path.as_os_str() == "-" || descriptor(path) == Some(1) {
        return Ok(Some(End::Standard));
    }
    let Ok(found) = metadata(path) else {
        return match path.symlink_metadata() {
            Ok(_) => Err(no_target(path, "the link of this name leads nowhere")),
            Err(_) => Ok(None),
        };
    };
    let kind = found.file_type();
    if kind.is_dir() {
        return Ok(None);
    }
    if descriptor(path).is_some() || kind.is_fifo() || kind.is_char_device() {
        return Ok(Some(End::At(path.to_owned())));
    }
    match kind.is_file() {
        true => Ok(None),
        false if is_same(&found, "/dev/stdout") => Ok(Some(End::Standard)),
        false if kind.is_block_device() => Err(no_target(path, "a disk has this name")),
        false => Err(no_target(path, "a socket has this name")),
    }
}

/// The file that a link leads to: it is the one that is replaced, and the link stays.
pub fn behind_link(path: &Path) -> PathBuf {
    let link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    let real = if link { path.canonicalize().ok() } else { None };
    real.unwrap_or_else(|| path.to_owned())
}

/// Stdin, where somebody can have written to it.
///
/// # Errors
/// `LocalSpecial` for a folder, and where the process was started without stdin.
pub fn standard_input() -> Result<Stdin, Error> {
    let refused =
        |what: &str| Err(Error::new(ErrorKind::LocalSpecial, READ_STDIN, "").detail(what));
    let Ok(found) = fstat(rustix::stdio::stdin()) else { return Ok(stdin()) };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::Directory => refused("stdin is a folder"),
        FileType::CharacterDevice if is_stand_in(found.st_rdev) => {
            refused("stdin is closed, or it is /dev/null opened to write as well")
        }
        _ => Ok(stdin()),
    }
}

/// Whether stdin is what a program is given in place of a closed one: `/dev/null`, opened to write
/// to it, too. A shell opens what stands behind `<` to be read only.
fn is_stand_in(device: u64) -> bool {
    let is_null = stat("/dev/null").is_ok_and(|null| null.st_rdev == device);
    let mode = fcntl_getfl(rustix::stdio::stdin());
    is_null && mode.is_ok_and(|mode| mode.contains(OFlags::RDWR))
}

/// Waits until somebody writes into a pipe.
pub async fn open_input(path: &Path) -> Result<File, Error> {
    let opened = File::open(path).await;
    opened.map_err(|e| Error::from_io(&e, "open the file", path.display()))
}

/// Waits until somebody reads from a pipe.
pub async fn open_output(path: &Path) -> Result<File, Error> {
    let opened = OpenOptions::new().write(true).truncate(true).open(path).await;
    opened.map_err(|e| unwritable(&e, path))
}

pub fn unwritable(error: &io::Error, path: &Path) -> Error {
    Error::from_io(error, "write", path.display())
}

/// The number of a descriptor of this process that the path names.
fn descriptor(path: &Path) -> Option<u32> {
    match path.to_str()? {
        "/dev/stdin" => Some(0),
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        text => {
            let number = text.strip_prefix("/dev/fd/").or(text.strip_prefix("/proc/self/fd/"))?;
            number.parse().ok()
        }
    }
}

fn is_same(found: &Metadata, other: &str) -> bool {
    metadata(other).is_ok_and(|other| (other.dev(), other.ino()) == (found.dev(), found.ino()))
}

fn no_target(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::LocalSpecial, SAVE_FILE, path.display().to_string()).detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> End {
        End::At(path.into())
    }

    #[test]
    fn descriptors_are_streams_whatever_they_lead_to() {
        for path in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            assert_eq!(input(Path::new(path)), Ok(Some(End::Standard)), "{path}");
        }
        for path in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            assert_eq!(output(Path::new(path)), Ok(Some(End::Standard)), "{path}");
        }
        assert_eq!(output(Path::new("/dev/stderr")), Ok(Some(at("/dev/stderr"))));
        assert_eq!(at("/dev/fd/63").name(), None);
        assert_eq!(at("/tmp/pipe").name(), Some("pipe"));
    }

    #[test]
    fn what_is_there_is_written_into_or_refused_and_what_is_not_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        std::os::unix::fs::symlink("nothing", path("dangling")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        for name in ["file", "link", "new", "."] {
            assert_eq!(output(&path(name)), Ok(None), "{name}");
            assert_eq!(input(&path(name)), Ok(None), "{name}");
        }
        assert_eq!(output(Path::new("/dev/null")), Ok(Some(at("/dev/null"))));
        for name in ["dangling", "socket"] {
            assert!(output(&path(name)).is_err_and(|e| e.is(&ErrorKind::LocalSpecial)), "{name}");
        }
        assert!(input(&path("socket")).is_err());
        assert!(input(Path::new("/dev/zero")).is_err());
        assert_eq!(behind_link(&path("link")), folder.path().canonicalize().unwrap().join("file"));
        assert_eq!(behind_link(&path("file")), path("file"));
    }
}
