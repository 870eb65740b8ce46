//! The files an upload reads: what they were at the start, and what is found below a folder.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use crate::domain::error::{Error, ErrorKind};

/// An open file with what it was when it was opened.
#[derive(Debug)]
pub struct Source {
    file: File,
    path: PathBuf,
    pub size: u64,
    pub modified: Option<SystemTime>,
}

impl Source {
    pub fn open(path: &Path) -> Result<Source, Error> {
        let failed = |e: io::Error| Error::from_io(&e, "open the file", path.display());
        // Opening a pipe would wait for its writer.
        let found = std::fs::metadata(path).map_err(failed)?;
        if !found.is_file() {
            return Err(special(path));
        }
        let file = File::open(path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        let modified = found.modified().ok();
        Ok(Source { file, path: path.to_owned(), size: found.len(), modified })
    }

    /// Size and time of modification in one text, kept in the journal.
    pub fn stamp(&self) -> String {
        format!("{}:{}", self.size, self.modified.map_or_else(String::new, metadata_time))
    }

    #[cfg(unix)]
    pub fn read(&self, offset: u64, length: u64) -> Result<Bytes, Error> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        match std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, offset) {
            Ok(()) => Ok(Bytes::from(bytes)),
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

fn special(path: &Path) -> Error {
    Error::new(ErrorKind::LocalSpecial, "open the file", path.display().to_string())
        .detail("it is no regular file")
}

/// Seconds since 1970 with nanoseconds, as rclone writes `x-amz-meta-mtime`.
pub fn metadata_time(time: SystemTime) -> String {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("{}.{:09}", after.as_secs(), after.subsec_nanos()),
        Err(before) => format!("-{}", before.duration().as_secs()),
    }
}

/// Reads what [`metadata_time`] and others write; `None` where it is no time.
pub fn parse_metadata_time(text: &str) -> Option<SystemTime> {
    let (seconds, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let seconds: i64 = seconds.parse().ok()?;
    if seconds < 0 {
        return UNIX_EPOCH.checked_sub(Duration::from_secs(seconds.unsigned_abs()));
    }
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanos: u32 = digits.parse().ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds.unsigned_abs(), nanos))
}

/// One thing below an uploaded folder.
#[derive(Debug)]
pub enum Walked {
    File {
        path: PathBuf,
        relative: String,
        size: u64,
    },
    /// It cannot be uploaded, for this reason.
    Refused {
        relative: String,
        error: Error,
    },
}

/// Walks a folder depth first, in the order of names, without following links. Memory holds the names of one chain
/// of folders.
#[derive(Debug)]
pub struct Walk {
    levels: Vec<std::vec::IntoIter<PathBuf>>,
    root: PathBuf,
}

impl Walk {
    pub fn new(root: &Path) -> Result<Walk, Error> {
        let names = names_in(root)?;
        Ok(Walk { levels: vec![names], root: root.to_owned() })
    }

    fn look(&mut self, path: PathBuf) -> Option<Walked> {
        let below = path.strip_prefix(&self.root).unwrap_or(&path);
        let Some(relative) = below.to_str().map(str::to_owned) else {
            let error =
                Error::new(ErrorKind::LocalName, "name the object", path.display().to_string())
                    .detail("the name is not UTF-8, and keys are");
            return Some(Walked::Refused { relative: below.to_string_lossy().into_owned(), error });
        };
        let refused = |error| Some(Walked::Refused { relative: relative.clone(), error });
        match std::fs::symlink_metadata(&path) {
            Err(e) => refused(Error::from_io(&e, "look at the file", path.display())),
            Ok(found) if found.is_dir() => match names_in(&path) {
                Ok(names) => {
                    self.levels.push(names);
                    None
                }
                Err(error) => refused(error),
            },
            Ok(found) if found.is_file() => {
                Some(Walked::File { path, relative, size: found.len() })
            }
            Ok(found) if found.is_symlink() => refused(
                Error::new(ErrorKind::LocalSpecial, "read the folder", path.display().to_string())
                    .detail("it is a symbolic link; links are not followed"),
            ),
            Ok(_) => refused(special(&path)),
        }
    }
}

fn names_in(folder: &Path) -> Result<std::vec::IntoIter<PathBuf>, Error> {
    let failed = |e: io::Error| Error::from_io(&e, "read the folder", folder.display());
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let names = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut names = names.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    names.sort();
    Ok(names.into_iter())
}

impl Iterator for Walk {
    type Item = Walked;

    fn next(&mut self) -> Option<Walked> {
        loop {
            let Some(path) = self.levels.last_mut()?.next() else {
                self.levels.pop();
                continue;
            };
            if let Some(walked) = self.look(path) {
                return Some(walked);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_metadata_come_back_to_the_nanosecond() {
        let time = UNIX_EPOCH + Duration::new(1_790_000_000, 123_456_789);
        assert_eq!(metadata_time(time), "1790000000.123456789");
        assert_eq!(parse_metadata_time("1790000000.123456789"), Some(time));
        assert_eq!(parse_metadata_time("17.5"), Some(UNIX_EPOCH + Duration::from_millis(17_500)));
        assert_eq!(parse_metadata_time("2026-01-01"), None);
    }
}
