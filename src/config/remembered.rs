//! What is remembered over restarts: the last download folder and the buckets added by name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::connection::KnownBucket;
use crate::config::paths::write_whole;
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_folder: Option<PathBuf>,
    /// In the order in which they were added.
    pub known_buckets: BTreeMap<ConnectionName, Vec<KnownBucket>>,
}

/// What was read, and a sentence where the file was damaged and has been set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recollection {
    pub remembered: Remembered,
    pub notice: Option<String>,
}

impl Remembered {
    /// Reads the file; a missing one is empty. A damaged one is renamed to `remembered.toml.damaged`, so that nothing
    /// in it is lost and the next write does not replace it.
    pub fn read(path: &Path) -> Recollection {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Recollection::default();
            }
            Err(error) => return set_aside(path, &error.to_string()),
        };
        match toml::from_str(&text) {
            Ok(remembered) => Recollection { remembered, notice: None },
            Err(error) => set_aside(path, error.message()),
        }
    }

    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = toml::to_string(self)
            .map_err(|error| Error::from_io(&io::Error::other(error), "write", path.display()))?;
        write_whole(path, &text)
    }

    /// Adds a bucket to a connection, or takes it off again.
    pub fn know_bucket(&mut self, connection: &ConnectionName, bucket: &KnownBucket, known: bool) {
        let buckets = self.known_buckets.entry(connection.clone()).or_default();
        buckets.retain(|other| other.bucket != bucket.bucket);
        if known {
            buckets.push(bucket.clone());
        }
        self.known_buckets.retain(|_, buckets| !buckets.is_empty());
    }
}

fn set_aside(path: &Path, reason: &str) -> Recollection {
    let aside = path.with_extension("toml.damaged");
    let notice = match fs::rename(path, &aside) {
        Ok(()) => format!(
            "{} could not be read ({reason}): it is kept as {}",
            path.display(),
            aside.display()
        ),
        Err(error) => {
            format!("{} could not be read ({reason}) nor renamed ({error})", path.display())
        }
    };
    Recollection { remembered: Remembered::default(), notice: Some(notice) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_remembered() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("remembered.toml");
        assert_eq!(Remembered::read(&file), Recollection::default());
        let mut remembered = Remembered {
            download_folder: Some("/tmp/in \"quotes\"".into()),
            ..Remembered::default()
        };
        let name = ConnectionName::from("r2:personal");
        remembered.know_bucket(&name, &"a".into(), true);
        remembered.know_bucket(&name, &"b".into(), true);
        remembered.know_bucket(&name, &"a/photos/".into(), true);
        remembered.write(&file).unwrap();
        let back = Remembered::read(&file);
        assert_eq!(back.notice, None);
        assert_eq!(back.remembered, remembered);
        assert_eq!(back.remembered.known_buckets[&name], ["b".into(), "a/photos/".into()]);
        assert!(fs::read_to_string(&file).unwrap().contains("[\"b\", \"a/photos/\"]"));
    }

    #[test]
    fn a_bucket_taken_off_leaves_no_trace() {
        let mut remembered = Remembered::default();
        let name = ConnectionName::from("aws");
        remembered.know_bucket(&name, &"a/x/".into(), true);
        remembered.know_bucket(&name, &"a".into(), false);
        assert_eq!(remembered, Remembered::default());
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_said() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("remembered.toml");
        fs::write(&file, "download_folder = [").unwrap();
        let back = Remembered::read(&file);
        assert_eq!(back.remembered, Remembered::default());
        assert!(back.notice.unwrap().contains("remembered.toml.damaged"));
        assert!(!file.exists());
        let kept = fs::read_to_string(home.path().join("remembered.toml.damaged")).unwrap();
        assert_eq!(kept, "download_folder = [");
    }
}
