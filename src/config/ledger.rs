//! Keeps a ledger of the links that were handed out: what each leads to and until when, never the
//! link itself.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::config::paths::{open_for_append, write_whole};
use crate::domain::address::{Bucket, ConnectionName, Key};
use crate::domain::error::Error;
use crate::domain::object::VersionId;
use crate::domain::presign::{LinkMethod, LinkSpec, PresignedLink};
use crate::domain::when::whole_second;

/// A link that was handed out. Its URL is kept nowhere: whoever has it has the access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenLink {
    pub bucket: Bucket,
    pub key: Key,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    pub method: LinkMethod,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub connection: ConnectionName,
    /// The link ends with this key.
    pub access_key_id: String,
}

/// Ended links are remembered so long.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Above so many bytes the ended ones are dropped.
const TRIMMED_ABOVE: u64 = 1 << 20;

impl GivenLink {
    pub fn new(
        spec: &LinkSpec,
        link: &PresignedLink,
        made_at: Timestamp,
        connection: &ConnectionName,
    ) -> GivenLink {
        GivenLink {
            bucket: spec.object.bucket.clone(),
            key: spec.object.key.clone(),
            version: spec.object.version.clone(),
            method: spec.method,
            made_at: whole_second(made_at),
            expires_at: link.expires_at,
            connection: connection.clone(),
            access_key_id: link.access_key_id.clone(),
        }
    }

    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at > now
    }
}

/// Adds to the file, whoever else does so at the same time.
pub fn write_down(path: &Path, links: &[GivenLink]) -> Result<(), Error> {
    let fail = |error: &io::Error| Error::from_io(error, "write", path.display());
    let mut lines = String::new();
    for link in links {
        let line = serde_json::to_string(link).map_err(|error| fail(&io::Error::other(error)))?;
        lines.push_str(&line);
        lines.push('\n');
    }
    // One write, so that lines of two programs do not mix.
    open_for_append(path)?.write_all(lines.as_bytes()).map_err(|error| fail(&error))
}

/// Oldest first. A line that cannot be read is left out.
pub fn read(path: &Path) -> Result<Vec<GivenLink>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

/// The links of a connection are its own under its new name, too.
pub fn rename_connection(
    path: &Path,
    from: &ConnectionName,
    to: &ConnectionName,
) -> Result<(), Error> {
    let mut links = read(path)?;
    if links.iter().all(|link| link.connection != *from) {
        return Ok(());
    }
    let own = links.iter_mut().filter(|link| link.connection == *from);
    own.for_each(|link| link.connection.clone_from(to));
    rewrite(path, links)
}

/// Drops what ended long ago, once the file has grown large.
pub fn trim(path: &Path, now: Timestamp) -> Result<(), Error> {
    if fs::metadata(path).map_or(0, |file| file.len()) < TRIMMED_ABOVE {
        return Ok(());
    }
    rewrite(path, read(path)?.into_iter().filter(|link| link.expires_at + KEPT > now).collect())
}

fn rewrite(path: &Path, links: Vec<GivenLink>) -> Result<(), Error> {
    let lines = links.iter().filter_map(|link| serde_json::to_string(link).ok());
    write_whole(path, &lines.map(|line| line + "\n").collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(key: &str, expires_at: Timestamp) -> GivenLink {
        GivenLink {
            bucket: Bucket::new("media"),
            key: Key::new(key),
            version: None,
            method: LinkMethod::Put,
            made_at: Timestamp::UNIX_EPOCH,
            expires_at,
            connection: ConnectionName::new("work"),
            access_key_id: "AKIA".to_owned(),
        }
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.jsonl");
        assert_eq!(read(&path), Ok(Vec::new()));
        let (one, two) = (given("a\nb", Timestamp::UNIX_EPOCH), given("c", Timestamp::MAX));
        write_down(&path, std::slice::from_ref(&one)).unwrap();
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{torn\n").unwrap();
        write_down(&path, std::slice::from_ref(&two)).unwrap();
        assert_eq!(read(&path), Ok(vec![one.clone(), two.clone()]));
        assert!(two.is_live(Timestamp::UNIX_EPOCH) && !one.is_live(Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn a_large_ledger_loses_what_ended_long_ago() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.jsonl");
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let mut links = vec![given(&"k".repeat(1000), Timestamp::UNIX_EPOCH); 1000];
        links.push(given("live", now + SignedDuration::from_hours(1)));
        write_down(&path, &links).unwrap();
        trim(&path, now).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1);
    }
}
