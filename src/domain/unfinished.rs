//! Describes multipart uploads that were begun and neither completed nor aborted.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::units::Counted;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedUpload {
    pub object: ObjectAddress,
    pub upload: UploadId,
    /// When it was begun, where the server says so.
    pub since: Option<Timestamp>,
    /// Who began it, in the server's words; empty where it does not say.
    pub by: String,
}

/// Where a listing of unfinished uploads goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UploadMarker {
    pub key: String,
    pub upload: Option<String>,
}

/// One page, in the order of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsPage {
    pub uploads: Vec<UnfinishedUpload>,
    pub next: Option<UploadMarker>,
}

/// What the server holds of an unfinished upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadExtent {
    pub parts: u64,
    pub bytes: u64,
    /// When the last part came.
    pub last: Option<Timestamp>,
}

/// What is known here of an unfinished upload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UploadOwner {
    /// A job of a queue of this machine will go on with it or abort it.
    Queued,
    /// A job of this machine began it, is gone, and could not abort it.
    Left,
    /// Nothing: another machine or program began it, or a job whose journal is lost.
    #[default]
    Unknown,
}

/// An upload nobody here knows may still be under way elsewhere when it is younger than this.
pub const YOUNG: Duration = Duration::from_hours(24);

/// What became of unfinished uploads that were to be aborted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbortedUploads {
    pub gone: Vec<UploadId>,
    /// Of those that are gone, how many no list shows to be gone.
    pub unseen: u64,
    pub failed: Vec<Error>,
    /// Left alone: the queue will continue them.
    pub queued: u64,
}

impl UnfinishedUpload {
    /// How long ago it was begun; `None` where the server does not say.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        let age = now.duration_since(self.since?);
        Some(Duration::try_from(age.max(SignedDuration::ZERO)).unwrap_or_default())
    }

    /// Whether it was begun at least so long ago. An unknown age is never old enough, unless none
    /// is asked for.
    pub fn is_older_than(&self, least: Duration, now: Timestamp) -> bool {
        least.is_zero() || self.age(now).is_some_and(|age| age >= least)
    }
}

/// `3 days`, `5 hours`: one unit, rounded down.
pub fn age_text(age: Duration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        0..60 => return "moments".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    Counted(count, unit).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Bucket, Key};

    #[test]
    fn an_age_is_said_in_one_unit() {
        for (seconds, text) in
            [(5, "moments"), (60, "1 minute"), (7199, "1 hour"), (86_400 * 9, "9 days")]
        {
            assert_eq!(age_text(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn an_unknown_age_is_not_old() {
        let object = ObjectAddress::new(Bucket::new("b"), Key::new("k"));
        let begun: Timestamp = "2026-09-20T14:00:00Z".parse().unwrap();
        let now: Timestamp = "2026-09-21T14:00:00Z".parse().unwrap();
        let upload = UploadId("u".into());
        let mut found = UnfinishedUpload { object, upload, since: Some(begun), by: String::new() };
        assert!(found.is_older_than(YOUNG, now));
        assert!(!found.is_older_than(YOUNG + Duration::from_secs(1), now));
        // A server's clock may be ahead of ours.
        assert_eq!(found.age(begun - SignedDuration::from_hours(1)), Some(Duration::ZERO));
        found.since = None;
        assert!(!found.is_older_than(Duration::from_secs(1), now));
        assert!(found.is_older_than(Duration::ZERO, now));
    }
}
