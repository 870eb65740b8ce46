//! The files an upload reads, and what they were at the start.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use rustix::fs::OFlags;

use crate::domain::error::{Error, ErrorKind};
use crate::transfer::local::attributes::time_text;
use crate::transfer::local::walk::special;

/// An open file with what it was when it was opened.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    pub size: u64,
    pub modified: Option<SystemTime>,
    /// Kind and permissions, as the system has them.
    pub mode: u32,
}

impl Source {
    /// A link is opened only where it is to be followed: a file may have become one since it was found.
    pub fn open(path: &Path, follow: bool) -> Result<Source, Error> {
        let failed = |e: io::Error| Error::from_io(&e, "open the file", path.display());
        // A pipe would wait for its writer.
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        let flags = i32::try_from(flags.bits()).unwrap_or(0);
        let file = match File::options().read(true).custom_flags(flags).open(path) {
            Ok(file) => file,
            Err(_) if is_special(path, follow) => return Err(special(path)),
            Err(e) => return Err(failed(e)),
        };
        let found = file.metadata().map_err(failed)?;
        if !found.is_file() {
            return Err(special(path));
        }
        let modified = found.modified().ok();
        let mode = found.mode();
        Ok(Source { file, path: path.to_owned(), size: found.len(), modified, mode })
    }

    /// Size and time of modification in one text, kept in the journal.
    pub fn stamp(&self) -> String {
        format!("{}:{}", self.size, self.modified.map_or_else(String::new, time_text))
    }

    pub fn read(&self, offset: u64, length: u64) -> Result<Bytes, Error> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.fill(offset, &mut bytes)?;
        Ok(Bytes::from(bytes))
    }

    /// Reads as many bytes as `into` has.
    #[cfg(unix)]
    pub fn fill(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        match std::os::unix::fs::FileExt::read_exact_at(&self.file, into, offset) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.changed("it is shorter"))
            }
            Err(e) => Err(Error::from_io(&e, "read the file", self.path.display())),
        }
    }

    /// `SourceChanged` where the path or the open file is not what it was.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        let failed = |e: io::Error| Error::from_io(&e, "look at the file", self.path.display());
        let same =
            |found: &Metadata| found.len() == self.size && found.modified().ok() == self.modified;
        if !same(&self.file.metadata().map_err(failed)?) {
            return Err(self.changed("its size or time of modification is another"));
        }
        match std::fs::metadata(&self.path) {
            Ok(found) if same(&found) => Ok(()),
            Ok(_) => Err(self.changed("another file has its name now")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(self.changed("it was deleted")),
            Err(e) => Err(failed(e)),
        }
    }

    fn changed(&self, why: &str) -> Error {
        Error::new(ErrorKind::SourceChanged, "read the file", self.path.display().to_string())
            .detail(format!("the file changed while it was uploaded: {why}"))
    }
}

/// A socket cannot be opened at all, nor a link that is not to be followed.
fn is_special(path: &Path, follow: bool) -> bool {
    let found = if follow { path.metadata() } else { path.symlink_metadata() };
    found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}
