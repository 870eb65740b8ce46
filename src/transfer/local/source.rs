//! Reads the file of an upload, and detects that it changed.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rustix::fs::OFlags;

use crate::domain::error::{Error, ErrorKind, READ_FILE};
use crate::domain::units::Size;
use crate::transfer::local::attributes::time_text;
use crate::transfer::local::kind::special;

const LOOK_AT_FILE: &str = "look at the file";

/// Between two looks at when a file was changed.
const AGAIN: Duration = Duration::from_millis(5);

/// How a file is opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenMode {
    /// A link is opened only where it is to be followed: a file may have become one since it was
    /// found.
    pub follow: bool,
    /// What the file has when it is opened is meant, however much longer it becomes.
    pub snapshot: bool,
}

/// An open file with what it was when it was opened.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    snapshot: bool,
    /// In bytes, as the system says; what can be read may be more or less.
    pub size: u64,
    pub modified: Option<SystemTime>,
    touched: Touched,
    /// Kind and permissions, as the system has them.
    pub mode: u32,
}

impl Source {
    pub fn open(path: &Path, opening: OpenMode) -> Result<Source, Error> {
        let OpenMode { follow, snapshot } = opening;
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
        let (mode, touched, size) = (found.mode(), touched(&found), found.len());
        Ok(Source { file, path: path.to_owned(), snapshot, size, modified, touched, mode })
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
    pub fn fill(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        match self.read_some(offset, into)? {
            read if read == into.len() => Ok(()),
            read if self.has_its_size()? => Err(self.belied(offset + read as u64)),
            _ => Err(self.changed("it is shorter")),
        }
    }

    /// Reads as many bytes as there are, up to what `into` takes.
    pub fn read_some(&self, offset: u64, into: &mut [u8]) -> Result<usize, Error> {
        let mut read = 0;
        while read < into.len() {
            let at = offset + read as u64;
            match std::os::unix::fs::FileExt::read_at(&self.file, &mut into[read..], at) {
                Ok(0) => break,
                Ok(came) => read += came,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io(&e, READ_FILE, self.path.display())),
            }
        }
        Ok(read)
    }

    /// Whether the system still says of the file that it has the size it had.
    pub fn has_its_size(&self) -> Result<bool, Error> {
        let failed = |e: io::Error| Error::from_io(&e, LOOK_AT_FILE, self.path.display());
        Ok(self.file.metadata().map_err(failed)?.len() == self.size)
    }

    /// Whether the system's word for the size is wrong, as it is of files that are made when they
    /// are read: `read` bytes are there to its end, or at least. `SourceChanged` where the file
    /// itself has become another.
    pub fn belies_its_size(&self, read: u64) -> Result<bool, Error> {
        match self.has_its_size()? {
            true => Ok(read != self.size),
            false if read < self.size => Err(self.changed("it is shorter")),
            // It grows.
            false => Ok(false),
        }
    }

    /// What its size is said to be is not so, and it is too long to be held.
    pub fn belied(&self, read: u64) -> Error {
        let (said, read) = (Size(self.size), Size(read));
        Error::new(ErrorKind::LocalSpecial, READ_FILE, self.path.display().to_string())
            .detail(format!("the file is said to have {said}, but {read} can be read"))
    }

    /// `SourceChanged` where the path or the open file is not what it was, `LocalSpecial` where it
    /// has more than its size.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        let failed = |e: io::Error| Error::from_io(&e, LOOK_AT_FILE, self.path.display());
        let more = self.read_some(self.size, &mut [0])? > 0;
        let found = self.file.metadata().map_err(failed)?;
        if more && found.len() == self.size {
            return Err(self.belied(self.size + 1));
        }
        if self.snapshot {
            let shorter = found.len() < self.size;
            return if shorter { Err(self.changed("it is shorter")) } else { Ok(()) };
        }
        let same =
            |found: &Metadata| found.len() == self.size && found.modified().ok() == self.modified;
        if !same(&found) {
            return Err(self.changed("its size or time of modification is another"));
        }
        if self.was_touched(&found).map_err(failed)? {
            return Err(self.changed(
                "it was written to, renamed or given attributes, with the same size and time of \
                 modification",
            ));
        }
        match std::fs::metadata(&self.path) {
            Ok(found) if same(&found) => Ok(()),
            Ok(_) => Err(self.changed("another file has its name now")),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(self.changed("it was deleted")),
            Err(e) => Err(failed(e)),
        }
    }

    /// Whether the system noted a change that size and time of modification do not show. Where each
    /// look finds another moment, as on some mounts, that moment says nothing.
    fn was_touched(&self, found: &Metadata) -> io::Result<bool> {
        let now = touched(found);
        // A chmod, a chown or another link of it is told by what it changed, and the bytes stay.
        if now.at == self.touched.at || now.described != self.touched.described {
            return Ok(false);
        }
        std::thread::sleep(AGAIN);
        Ok(touched(&self.file.metadata()?) == now)
    }

    fn changed(&self, why: &str) -> Error {
        Error::new(ErrorKind::SourceChanged, READ_FILE, self.path.display().to_string())
            .detail(format!("the file changed while it was uploaded: {why}"))
    }
}

/// When anything of a file was changed last, and what of it is no byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Touched {
    /// In seconds and nanoseconds: nobody sets that back.
    at: (i64, i64),
    /// Mode, owner, group and number of links.
    described: (u32, u32, u32, u64),
}

fn touched(found: &Metadata) -> Touched {
    let described = (found.mode(), found.uid(), found.gid(), found.nlink());
    Touched { at: (found.ctime(), found.ctime_nsec()), described }
}

/// A socket cannot be opened at all, nor a link that is not to be followed.
fn is_special(path: &Path, follow: bool) -> bool {
    let found = if follow { path.metadata() } else { path.symlink_metadata() };
    found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

#[cfg(test)]
mod tests {
    use std::fs::FileTimes;
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;

    #[test]
    fn bytes_that_change_under_the_same_time_are_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, "the first bytes").unwrap();
        let opening = OpenMode { follow: true, snapshot: false };
        let source = Source::open(&path, opening).unwrap();
        source.check_unchanged().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        let mut file = File::options().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(4)).unwrap();
        file.write_all(b"other").unwrap();
        file.set_times(FileTimes::new().set_modified(source.modified.unwrap())).unwrap();
        let found = path.metadata().unwrap();
        assert_eq!((found.len(), found.modified().ok()), (source.size, source.modified));
        let error = source.check_unchanged().unwrap_err();
        assert_eq!(error.kind, ErrorKind::SourceChanged, "{error:?}");
        assert!(error.detail.contains("with the same size"), "{error:?}");
    }
}
