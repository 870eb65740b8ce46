//! Remembers over restarts: the last download folder, added buckets, what servers refuse.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::bookmarks::Bookmark;
use crate::config::connection::KnownBucket;
use crate::config::paths::write_whole;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};
use crate::domain::error::Error;
use crate::domain::provider::Capability;
use crate::domain::toml_faults::explained;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_folder: Option<PathBuf>,
    /// In the order in which they were added.
    pub known_buckets: BTreeMap<ConnectionName, Vec<KnownBucket>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastPlace>,
    /// Places that were open, the latest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Bookmark>,
}

/// What was open when a session ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPlace {
    pub connection: ConnectionName,
    pub bucket: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

impl LastPlace {
    /// The place in storage.
    pub fn location(&self) -> Location {
        Location::Prefix {
            bucket: Bucket::new(self.bucket.as_str()),
            prefix: Prefix::new(self.prefix.as_str()),
        }
    }
}

/// `work ▸ media ▸ photos/`
impl fmt::Display for LastPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.connection.as_str(), &self.bucket, &self.prefix];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(" ▸ "))
    }
}

/// Something a server answered with 501 or 405.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// As the connection writes it.
    pub endpoint: String,
    pub capability: Capability,
    pub why: String,
    pub since: Timestamp,
}

impl Refused {
    /// Why the server is not asked, in a sentence of a later session.
    pub fn reason(&self) -> String {
        format!("{} on {}; the doctor asks again", self.why, self.since.strftime("%Y-%m-%d"))
    }
}

/// Servers learn too: after this long they are asked again.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What was read, and a sentence where the file was damaged and has been set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRemembered {
    pub remembered: Remembered,
    pub notice: Option<String>,
}

impl Remembered {
    /// Reads the file; a missing one is empty. A damaged one is renamed to
    /// `remembered.toml.damaged`, so that nothing in it is lost and the next write does not replace
    /// it.
    pub fn read(path: &Path) -> ReadRemembered {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return ReadRemembered::default();
            }
            Err(error) => return set_aside(path, &error.to_string()),
        };
        match toml::from_str(&text) {
            Ok(remembered) => ReadRemembered { remembered, notice: None },
            Err(error) => set_aside(path, &explained::<Remembered>(&error, &text)),
        }
    }

    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = toml::to_string(self)
            .map_err(|error| Error::from_io(&io::Error::other(error), "write", path.display()))?;
        write_whole(path, &text)
    }

    pub fn refuse(&mut self, refused: Refused) {
        self.refused
            .retain(|old| old.endpoint != refused.endpoint || old.capability != refused.capability);
        self.refused.push(refused);
    }

    /// What is kept under the name of a connection is kept under its new name.
    pub fn rename_connection(&mut self, from: &ConnectionName, to: &ConnectionName) {
        if let Some(buckets) = self.known_buckets.remove(from) {
            self.known_buckets.entry(to.clone()).or_default().extend(buckets);
        }
        let names = self.recent.iter_mut().map(|place| &mut place.connection);
        let names = names.chain(self.last.iter_mut().map(|last| &mut last.connection));
        names.filter(|name| *name == from).for_each(|name| name.clone_from(to));
    }

    /// What this server refused is asked again.
    pub fn ask_again(&mut self, endpoint: &str) {
        self.refused.retain(|old| old.endpoint != endpoint);
    }

    /// What is too long ago, or was learned at a time that is still to come, holds no more.
    pub fn forget_old(&mut self, now: Timestamp) {
        self.refused.retain(|old| old.since <= now && now.duration_since(old.since) < FORGOTTEN);
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

fn set_aside(path: &Path, reason: &str) -> ReadRemembered {
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
    ReadRemembered { remembered: Remembered::default(), notice: Some(notice) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_remembered() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("remembered.toml");
        assert_eq!(Remembered::read(&file), ReadRemembered::default());
        let mut remembered = Remembered {
            last: Some(LastPlace {
                connection: "r2:personal".into(),
                bucket: "media".to_owned(),
                prefix: "photos/".to_owned(),
            }),
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
    fn a_refusal_is_remembered_for_a_month_or_until_it_is_asked_again() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("remembered.toml");
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let refused = |endpoint: &str, capability, since| Refused {
            endpoint: endpoint.to_owned(),
            capability,
            why: "this server answered CopyObject with 501".to_owned(),
            since,
        };
        let mut remembered = Remembered::default();
        remembered.know_bucket(&"lab".into(), &"a".into(), true);
        remembered.refuse(refused("http://lab", Capability::CopyObject, day(1)));
        remembered.refuse(refused("http://lab", Capability::CopyObject, day(10)));
        remembered.refuse(refused("http://lab", Capability::CopyPart, day(2)));
        remembered.refuse(refused("http://other", Capability::CopyPart, day(40)));
        remembered.write(&file).unwrap();
        let mut back = Remembered::read(&file).remembered;
        assert_eq!(back, remembered);
        back.forget_old(day(39));
        let left: Vec<_> = back.refused.iter().map(|each| each.capability).collect();
        assert_eq!(left, [Capability::CopyObject], "the others are old, or of a wrong clock");
        back.ask_again("http://lab");
        assert_eq!(back.refused, []);
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
