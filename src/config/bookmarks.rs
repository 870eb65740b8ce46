//! Keeps bookmarks: places to come back to, in a file of the state folder.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::file::line_of;
use crate::config::paths::write_whole;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::toml_faults::explained;

/// A prefix of a bucket, or a search below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    pub connection: ConnectionName,
    pub bucket: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// The criteria, as they were typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct BookmarkFile {
    #[serde(default)]
    bookmark: Vec<Bookmark>,
}

impl Bookmark {
    pub fn location(&self) -> Location {
        Location::Prefix {
            bucket: Bucket::new(self.bucket.as_str()),
            prefix: Prefix::new(self.prefix.as_str()),
        }
    }
}

/// `work: s3://media/photos/ (*.jpg size>1M)`
impl fmt::Display for Bookmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: s3://{}/{}", self.connection, self.bucket, self.prefix)?;
        self.search.as_ref().map_or(Ok(()), |search| write!(f, " ({search})"))
    }
}

/// In the order in which they were added; a missing file has none.
///
/// # Errors
/// Where the file cannot be read.
pub fn read(path: &Path) -> Result<Vec<Bookmark>, Error> {
    let fail = |error: &io::Error| Error::from_io(error, "read", path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fail(&error)),
    };
    let file: BookmarkFile = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(&text, span.start));
        let place = format!("{}:{line}", path.display());
        Error::new(ErrorKind::Config, "read the bookmarks", place)
            .detail(explained::<BookmarkFile>(&error, &text))
    })?;
    Ok(file.bookmark)
}

/// Adds a bookmark, or takes it away; the others are left as another window may have written them.
///
/// # Errors
/// Where the file cannot be read or written: it is left as it is then.
pub fn change(path: &Path, bookmark: &Bookmark, kept: bool) -> Result<(), Error> {
    rewrite(path, |all| {
        all.retain(|each| each != bookmark);
        if kept {
            all.push(bookmark.clone());
        }
    })
}

/// The bookmarks of a connection lead to it under its new name, too.
///
/// # Errors
/// As [`change`].
pub fn rename_connection(
    path: &Path,
    from: &ConnectionName,
    to: &ConnectionName,
) -> Result<(), Error> {
    if read(path)?.iter().all(|each| each.connection != *from) {
        return Ok(());
    }
    rewrite(path, |all| {
        let own = all.iter_mut().filter(|each| each.connection == *from);
        own.for_each(|each| each.connection.clone_from(to));
    })
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<Bookmark>)) -> Result<(), Error> {
    let mut all = read(path)?;
    change(&mut all);
    let text = toml::to_string(&BookmarkFile { bookmark: all })
        .map_err(|error| Error::from_io(&io::Error::other(error), "write", path.display()))?;
    write_whole(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bookmark(prefix: &str, search: Option<&str>) -> Bookmark {
        Bookmark {
            connection: "r2:personal".into(),
            bucket: "media".to_owned(),
            prefix: prefix.to_owned(),
            search: search.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_added_is_read_again_and_can_be_taken_away() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("state").join("bookmarks.toml");
        assert_eq!(read(&file).unwrap(), []);
        let (one, other) = (bookmark("a \"b\"/", None), bookmark("", Some("*.jpg size>1M")));
        for each in [&one, &other, &one] {
            change(&file, each, true).unwrap();
        }
        assert_eq!(read(&file).unwrap(), [other.clone(), one.clone()]);
        change(&file, &other, false).unwrap();
        assert_eq!(read(&file).unwrap(), [one]);
        rename_connection(&file, &"nobody".into(), &"x".into()).unwrap();
        rename_connection(&file, &"r2:personal".into(), &"home".into()).unwrap();
        let named: Vec<_> = read(&file).unwrap().into_iter().map(|each| each.connection).collect();
        assert_eq!(named, ["home".into()]);
        assert_eq!(other.to_string(), "r2:personal: s3://media/ (*.jpg size>1M)");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_left_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("bookmarks.toml");
        fs::write(&file, "bookmark = 7").unwrap();
        let error = change(&file, &bookmark("", None), true).unwrap_err();
        assert!(error.place.ends_with("bookmarks.toml:1"), "{error:?}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "bookmark = 7");
    }
}
