//! Defines the facts of the journal: what happened and must be known after a crash.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::object::{ETag, ObjectAddress, UploadId, UploadedPart};
use crate::domain::parts::{piece, piece_count};
use crate::domain::transfer::{JobId, JobSpec, Note, Priority, Verification};

/// A fact is recorded before anything relies on it. Running work is no fact, so it is due again
/// after a crash. `place` names one object of a job: its key, or its path below the uploaded
/// folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    Enqueued {
        job: JobId,
        spec: JobSpec,
    },
    Paused {
        job: JobId,
    },
    Resumed {
        job: JobId,
    },
    Cancelled {
        job: JobId,
    },
    /// The failed objects are to be tried again.
    Retried {
        job: JobId,
    },
    /// What the copies of a move lack is no reason any more to keep their sources.
    LossAccepted {
        job: JobId,
    },
    /// The user has cleared it; it goes when what it left behind is cleaned up.
    Leaving {
        job: JobId,
    },
    Removed {
        job: JobId,
    },
    Prioritised {
        job: JobId,
        priority: Priority,
    },
    /// The servers that its connections led to when the job was queued.
    QueuedFor {
        job: JobId,
        servers: JobServers,
    },
    /// The connection the job named has another name.
    Reconnected {
        job: JobId,
        from: ConnectionName,
        to: ConnectionName,
    },
    /// The whole queue in its new order.
    Ordered {
        jobs: Vec<JobId>,
    },
    /// Something unfinished exists from now on: a multipart upload or a part file.
    Opened {
        job: JobId,
        place: String,
        partial: Partial,
    },
    PartsDone {
        job: JobId,
        place: String,
        parts: Vec<UploadedPart>,
    },
    /// Range numbers whose bytes are in the part file and synced.
    RangesDone {
        job: JobId,
        place: String,
        ranges: Vec<u32>,
    },
    /// All ranges that are begun and not whole, each with the bytes of its start that are in the
    /// part file and synced.
    RangesBegun {
        job: JobId,
        place: String,
        begun: BTreeMap<u32, u64>,
    },
    /// What was opened is gone: aborted, removed or completed.
    Closed {
        job: JobId,
        place: String,
    },
    /// What was opened could not be taken away and is there for good: forgotten here, remembered as
    /// left behind.
    Left {
        job: JobId,
        place: String,
    },
    /// Every object whose place comes before `before` in this order came to its end.
    Passed {
        job: JobId,
        before: String,
        order: PlaceOrder,
    },
    /// An object is being restored from an archive; it is looked at again at this moment, by the
    /// clock of this machine.
    Postponed {
        job: JobId,
        place: String,
        /// How often it was looked at before.
        looks: u32,
        next: Timestamp,
    },
    /// What is being restored is waited for from now on.
    RestoreAwaited {
        job: JobId,
    },
    /// By the server's clock: what is stored later is not meant.
    Begun {
        job: JobId,
        at: Timestamp,
    },
    /// One object came to its end; this closes what was open of it.
    Settled {
        job: JobId,
        place: String,
        bytes: u64,
        outcome: Outcome,
    },
    /// What a compacted journal says of the objects that did not fail.
    Counted {
        job: JobId,
        done: u64,
        skipped: u64,
        bytes: u64,
        verifications: Vec<Verification>,
    },
    Noted {
        job: JobId,
        note: Note,
    },
    /// Bytes a second of all transfers together, as the user has set them; `None` is without limit.
    Limited {
        limit: Option<u64>,
    },
    /// The job came to its end by itself.
    Finished {
        job: JobId,
        error: Option<Error>,
    },
}

/// The servers of a job as [`Server::leads_to`](crate::transfer::server::Server::leads_to) names
/// them, each where it could be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobServers {
    /// That of its own connection.
    pub own: Option<String>,
    /// That of the other connection that it writes to.
    pub other: Option<String>,
}

/// In which order a job finds its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlaceOrder {
    /// As a bucket lists keys.
    Bytes,
    /// As a walk through folders, each of which comes whole: `a/b` before `a.b`.
    Folders,
}

impl PlaceOrder {
    /// What compares byte by byte as the places do.
    pub fn of(self, place: &str) -> Cow<'_, str> {
        match self {
            PlaceOrder::Bytes => Cow::Borrowed(place),
            PlaceOrder::Folders => Cow::Owned(place.replace('/', "\u{1}")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done(Option<Verification>),
    Skipped,
    Failed(Error),
}

/// Work that exists outside of this process and can be gone on with, or must be cleaned up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Partial {
    Multipart(Multipart),
    File(PartFile),
    /// A moved object that is at both places: its copy is verified, its source not deleted yet.
    Copied(Copied),
}

/// An unfinished multipart upload. The part size is fixed here for its whole life (R2 wants equal
/// parts).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multipart {
    pub object: ObjectAddress,
    /// Empty from the moment the upload is asked for until the server has named it.
    pub upload: UploadId,
    pub part_size: u64,
    pub size: u64,
    /// What the source was at the start: an ETag, or size and modification time of a file.
    pub source: String,
    #[serde(default)]
    pub parts: BTreeMap<u32, UploadedPart>,
}

/// The copy of an object whose source is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    pub to: ObjectAddress,
    /// Of the source as it was copied.
    pub etag: Option<ETag>,
    pub size: u64,
    pub verification: Option<Verification>,
    /// The server copied it in one piece, with all that belongs to it.
    #[serde(default)]
    pub whole: bool,
}

/// An unfinished download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFile {
    /// Local folders below the job's folder.
    pub folders: Vec<String>,
    pub name: String,
    /// The name it is to have in the end, where that is not the object's own: known before it
    /// appears, so that after a crash it is found and not made again.
    #[serde(default)]
    pub target: Option<String>,
    pub etag: Option<ETag>,
    /// Bytes of the whole object; `None` where the server did not say.
    pub size: Option<u64>,
    pub range_size: u64,
    #[serde(default)]
    pub ranges: BTreeSet<u32>,
    /// Bytes of the start of ranges that are not whole.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub begun: BTreeMap<u32, u64>,
    /// The file itself, whatever its name, from the moment it is whole and may be renamed.
    #[serde(default)]
    pub inode: Option<u64>,
}

impl Fact {
    /// The job a fact is about; `None` for facts about the whole queue.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Fact::Enqueued { job, .. }
            | Fact::Paused { job }
            | Fact::Resumed { job }
            | Fact::Cancelled { job }
            | Fact::Retried { job }
            | Fact::LossAccepted { job }
            | Fact::Leaving { job }
            | Fact::Removed { job }
            | Fact::Opened { job, .. }
            | Fact::PartsDone { job, .. }
            | Fact::RangesDone { job, .. }
            | Fact::RangesBegun { job, .. }
            | Fact::Closed { job, .. }
            | Fact::Left { job, .. }
            | Fact::Passed { job, .. }
            | Fact::Settled { job, .. }
            | Fact::Counted { job, .. }
            | Fact::Noted { job, .. }
            | Fact::Prioritised { job, .. }
            | Fact::Reconnected { job, .. }
            | Fact::QueuedFor { job, .. }
            | Fact::Begun { job, .. }
            | Fact::Postponed { job, .. }
            | Fact::RestoreAwaited { job }
            | Fact::Finished { job, .. } => Some(*job),
            Fact::Ordered { .. } | Fact::Limited { .. } => None,
        }
    }

    /// The object a fact is about, where it is about unfinished work.
    pub fn place(&self) -> Option<&str> {
        match self {
            Fact::Opened { place, .. }
            | Fact::PartsDone { place, .. }
            | Fact::RangesDone { place, .. }
            | Fact::RangesBegun { place, .. }
            | Fact::Closed { place, .. }
            | Fact::Left { place, .. }
            | Fact::Postponed { place, .. }
            | Fact::Settled { place, .. } => Some(place),
            _ => None,
        }
    }
}

impl Partial {
    /// Bytes of it that need not be moved again.
    pub fn bytes(&self) -> u64 {
        match self {
            Partial::Multipart(multipart) => multipart.parts.values().map(|part| part.size).sum(),
            Partial::File(file) => file.bytes_done(),
            Partial::Copied(copied) => copied.size,
        }
    }
}

impl Partial {
    /// Bytes of the whole object; none where that is not known.
    pub fn size(&self) -> u64 {
        match self {
            Partial::Multipart(multipart) => multipart.size,
            Partial::File(file) => file.size.unwrap_or_default(),
            Partial::Copied(copied) => copied.size,
        }
    }
}

impl PartFile {
    /// Bytes of what is recorded of the ranges.
    pub fn bytes_done(&self) -> u64 {
        let size = self.size.unwrap_or(u64::MAX);
        let whole = self.ranges.iter().map(|index| piece(size, self.range_size, *index).len());
        whole.chain(self.begun.values().copied()).sum()
    }

    pub fn add_whole(&mut self, ranges: &[u32]) {
        self.ranges.extend(ranges);
        self.begun.retain(|index, _| !ranges.contains(index));
    }

    pub fn set_begun(&mut self, begun: &BTreeMap<u32, u64>) {
        let left = begun.iter().filter(|(index, _)| !self.ranges.contains(index));
        self.begun = left.map(|(index, bytes)| (*index, *bytes)).collect();
    }

    /// Notes that all bytes are there.
    pub fn complete(&mut self) {
        let count = self.size.map_or(0, |size| piece_count(size, self.range_size));
        self.ranges = (0..count).collect();
        self.begun.clear();
    }
}
