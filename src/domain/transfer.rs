//! Defines the words of the transfer queue: jobs, their states, commands and events.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::address::{Bucket, ConnectionName, Key};
use crate::domain::attributes::Attributes;
use crate::domain::error::Error;
use crate::domain::glob::{Glob, KeyFilter};
use crate::domain::object::{ObjectHeaders, PutOptions};

pub use crate::domain::target::{SourceRow, SourceRows, Target};

/// Numbers a job for the life of its journal; later jobs have larger numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

impl JobId {
    const HELD: u64 = 1 << 62;

    /// The same job as others see it who do not have its queue.
    pub fn held(self) -> JobId {
        JobId(self.0 | Self::HELD)
    }

    /// Whether the job is in the queue of another process.
    pub fn is_held(self) -> bool {
        self.0 & Self::HELD != 0
    }
}

/// What the user asked for: one row of the queue. It names its connection and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    pub connection: ConnectionName,
    pub work: Work,
    pub on_conflict: OnConflict,
    #[serde(default)]
    pub files: FileRules,
    #[serde(default, skip_serializing_if = "JobOptions::is_usual")]
    pub options: JobOptions,
}

/// What a job gives to the objects that it writes, and which objects it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobOptions {
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
    /// Of uploads: what objects are given by their names, before the attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<UploadRule>,
    #[serde(skip_serializing_if = "KeyFilter::is_empty")]
    pub filter: KeyFilter,
}

impl JobOptions {
    /// Puts what the rules and the job say of an object over what it is stored with.
    pub fn describe(&self, key: &str, options: &mut PutOptions) {
        for rule in self.rules.iter().filter(|rule| rule.matches.matches(key)) {
            rule.attributes.apply(options);
        }
        self.attributes.apply(options);
    }

    pub fn is_usual(&self) -> bool {
        *self == JobOptions::default()
    }
}

/// What an upload gives to objects whose key fits a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadRule {
    pub matches: Glob,
    pub attributes: Attributes,
}

/// What a job does with what one side has and the other does not take as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRules {
    #[serde(default)]
    pub links: Links,
    /// Permission bits go into the object's metadata and come back from it; setuid, setgid and
    /// sticky never do.
    #[serde(default)]
    pub keep_mode: bool,
    /// A file that grows is sent as long as it was at the start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub snapshot: bool,
    /// Of a download.
    #[serde(default, skip_serializing_if = "OnArchived::is_fail")]
    pub archived: OnArchived,
    /// A move deletes its source although the copy lacks something of it: tags, a lock, a storage
    /// class.
    #[serde(default)]
    pub accept_loss: bool,
}

/// What becomes of an object that is archived and asked for already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnArchived {
    /// It fails, and says that it is being restored.
    #[default]
    Fail,
    /// It is looked at now and then, and downloaded once it is readable.
    Wait,
}

impl OnArchived {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    fn is_fail(&self) -> bool {
        *self == OnArchived::Fail
    }
}

/// Symbolic links below an uploaded folder. A path that is named itself is always followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Links {
    /// Left out, and each a failure of the job.
    #[default]
    Report,
    /// What they lead to is uploaded, except a folder that leads back to itself.
    Follow,
    /// Left out, and counted in a note.
    Skip,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// A file to a key, or a folder (every regular file below it) to keys below a prefix.
    Upload { source: PathBuf, bucket: Bucket, target: Target, headers: ObjectHeaders },
    /// An object to `folder`/`name`; every object below a prefix into `folder`, or into
    /// `folder`/`name` where a name is given (the prefix's own last segment is not added).
    Download {
        bucket: Bucket,
        source: Target,
        folder: PathBuf,
        name: Option<String>,
        /// Of one object, as it was listed. A short one is asked for whole then, and of a whole
        /// object servers tell the checksum.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
    },
    /// Server side within one connection; through this machine to another one.
    Copy {
        bucket: Bucket,
        source: Target,
        /// The job's own connection where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to_connection: Option<ConnectionName>,
        to_bucket: Bucket,
        target: Target,
        /// Each object is deleted at its source once its copy is verified.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        moving: bool,
    },
    /// Objects by key and everything below prefixes.
    Delete { bucket: Bucket, targets: Vec<Target> },
}

/// Noted of an object that was to be deleted and was not there.
pub const ALREADY_GONE: &str = "was already gone";

/// What a note says of the objects that a deletion left, because they are newer than it.
pub const STORED_LATER: &str = "stored after the deletion began";

/// What to do where the destination exists already. A deletion that is told to `Skip` takes what is
/// not there for deleted; any other answer makes that a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnConflict {
    Overwrite,
    /// Leave the destination as it is; the job counts it as skipped.
    Skip,
    /// A new name: `name (1).ext`.
    KeepBoth,
    /// Overwrite where the source is newer, by the time of modification kept with the object, else
    /// by the object's own; otherwise as `Skip`. A time that is not known is not newer.
    IfNewer,
    /// Overwrite where size differs, or neither time nor digest shows that the bytes are the same;
    /// otherwise as `Skip`.
    IfDifferent,
    /// Fail that object and say so: nothing is overwritten unasked.
    #[default]
    Fail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Up,
    Down,
    Copy,
    Delete,
}

impl Work {
    /// Whether the source is gone when it is done.
    pub fn moves(&self) -> bool {
        matches!(self, Work::Copy { moving: true, .. })
    }

    /// Whether what it is about is gone when it is done.
    pub fn takes_away(&self) -> bool {
        self.moves() || matches!(self, Work::Delete { .. })
    }

    pub fn direction(&self) -> Direction {
        match self {
            Work::Upload { .. } => Direction::Up,
            Work::Download { .. } => Direction::Down,
            Work::Copy { .. } => Direction::Copy,
            Work::Delete { .. } => Direction::Delete,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobState {
    Queued,
    Running,
    Paused,
    Done,
    /// All or some objects failed; [`Error`] of kind `Partial` where others succeeded.
    Failed(Error),
    Cancelled,
}

impl JobSpec {
    /// Whether the job needs this connection.
    pub fn needs(&self, name: &ConnectionName) -> bool {
        self.connection == *name || self.other_connection() == Some(name)
    }

    /// Goes by another connection wherever it went by `from`.
    pub fn go_by(&mut self, from: &ConnectionName, to: &ConnectionName) {
        let other = match &mut self.work {
            Work::Copy { to_connection, .. } => to_connection.as_mut(),
            Work::Upload { .. } | Work::Download { .. } | Work::Delete { .. } => None,
        };
        for name in [Some(&mut self.connection), other].into_iter().flatten() {
            if name == from {
                name.clone_from(to);
            }
        }
    }

    /// The connection that is written to, where it is another one than the job's own.
    pub fn other_connection(&self) -> Option<&ConnectionName> {
        match &self.work {
            Work::Copy { to_connection, .. } => {
                to_connection.as_ref().filter(|name| **name != self.connection)
            }
            Work::Upload { .. } | Work::Download { .. } | Work::Delete { .. } => None,
        }
    }
}

impl JobState {
    pub fn finished(&self) -> bool {
        matches!(self, JobState::Done | JobState::Failed(_) | JobState::Cancelled)
    }
}

/// How far a job has come. Totals grow while a prefix or folder still expands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub bytes: u64,
    pub bytes_total: u64,
    pub objects: u64,
    pub objects_total: u64,
    pub failed: u64,
    pub skipped: u64,
    /// The totals are final.
    pub expanded: bool,
}

impl Progress {
    /// Objects that were moved: what was skipped was not.
    pub fn moved(&self) -> u64 {
        self.objects.saturating_sub(self.skipped)
    }
}

/// Whose objects are started first; within one priority the order of the queue decides.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
}

/// Why a running job moves less than it could, or nothing. No fact: it is found out anew after a
/// restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The server asked for less: `open` requests at once where there could be `most`.
    Throttled { open: usize, most: usize },
    /// The keys are no longer taken; they are asked for again and again, and at once when the job
    /// is resumed.
    Credentials,
    /// The server cannot be reached; tried again until it can.
    Unreachable {
        /// In a row without an answer, of the request that has tried most often.
        tries: u32,
        error: Error,
        /// Until the next try, in whole seconds; none while one is on its way.
        next: Option<Duration>,
    },
    /// All that is left of it is being restored from an archive.
    Restore {
        objects: u64,
        /// When the first of them is looked at again.
        next: Timestamp,
    },
}

impl Wait {
    /// Whether only the time to the next try is another one.
    pub fn counts_down_to(&self, other: &Wait) -> bool {
        match (self, other) {
            (
                Wait::Unreachable { tries, error, .. },
                Wait::Unreachable { tries: others, error: same, .. },
            ) => (tries, error) == (others, same),
            _ => false,
        }
    }
}

/// One object under way of a job that has more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectProgress {
    /// Its key, or its path below the uploaded folder.
    pub place: String,
    pub bytes: u64,
    /// 0 where the size is not known yet.
    pub total: u64,
}

/// Objects under way that are told of each job.
pub const MAX_UNDER_WAY: usize = 8;

/// How the bytes of a finished job were checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verification {
    /// Compared with a digest of this name: `md5`, `crc64nvme`, ….
    Digest(String),
    /// Only the length could be compared, for this reason.
    SizeOnly(String),
}

/// One job as a view of the queue shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    pub id: JobId,
    pub spec: JobSpec,
    pub state: JobState,
    pub progress: Progress,
    /// Failed objects of the job, oldest first; at most [`MAX_FAILURES`], the count is in
    /// [`Progress::failed`].
    pub failures: Vec<Failure>,
    /// What the user should know of objects that went well, oldest first; at most [`MAX_NOTES`].
    pub notes: Vec<Note>,
    pub verification: Option<Verification>,
    pub priority: Priority,
    /// Only of a job that runs.
    pub wait: Option<Wait>,
}

pub const MAX_FAILURES: usize = 1000;
pub const MAX_NOTES: usize = 100;

/// Something said of an object that did not fail: the name it was saved under, what was started
/// over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The key or path it is about.
    pub place: String,
    pub text: String,
    /// What it is called instead of what was asked for: of a file its name in its folder, of an
    /// object its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_as: Option<String>,
}

impl JobView {
    /// The work with the name that its one object was given in the end.
    pub fn landed(&self) -> Cow<'_, Work> {
        let saved = self.notes.iter().rev().find_map(|note| note.saved_as.as_ref());
        let Some(saved) = saved else { return Cow::Borrowed(&self.spec.work) };
        let mut work = self.spec.work.clone();
        match &mut work {
            Work::Download { source, name, .. } if !source.is_many() => {
                *name = Some(saved.clone());
            }
            Work::Upload { target: target @ Target::Object(_), .. }
            | Work::Copy { target: target @ Target::Object(_), .. } => {
                *target = Target::Object(Key::new(saved));
            }
            _ => {}
        }
        Cow::Owned(work)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The key or path it was about.
    pub place: String,
    pub error: Error,
}

/// The process that keeps a queue on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub process: u32,
    #[serde(default)]
    pub host: String,
    /// When it began.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.process)?;
        if !self.host.is_empty() {
            write!(f, " on {}", self.host)?;
        }
        self.since.map_or(Ok(()), |since| {
            let since = since.strftime("%Y-%m-%d %H:%M UTC");
            write!(f, ", since {since}")
        })
    }
}

/// The queue of another process, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldQueue {
    pub holder: Holder,
    /// Their numbers are [`JobId::held`].
    pub jobs: Vec<JobView>,
}

/// An order to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferCommand {
    Enqueue(Vec<JobSpec>),
    Cancel(JobId),
    Pause(JobId),
    /// Of a job that waits for credentials, for the server or for a restore: tries again at once.
    Resume(JobId),
    /// Every job that is queued or running.
    PauseAll,
    ResumeAll,
    /// Tries the failed objects of a finished job again.
    Retry(JobId),
    RetryFailed,
    /// As `Retry` of a move, whose sources are deleted although their copies lack something.
    AcceptLoss(JobId),
    /// As `Retry` of a download, which from now on waits for what is being restored.
    AwaitRestore(JobId),
    /// Forgets jobs that are done, failed or cancelled.
    ClearFinished,
    /// Moves a queued job before (`-1`) or after (`1`) its neighbour.
    Move(JobId, i8),
    Prioritise(JobId, Priority),
    /// The connection `from` is another one by now and is called `to`, perhaps as before: its jobs
    /// go on over that.
    Reconnect {
        from: ConnectionName,
        to: ConnectionName,
    },
    /// Bytes per second of all transfers together, up and down; `None` is without limit.
    LimitRate(Option<u64>),
}
