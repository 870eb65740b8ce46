//! A task is what a worker is given: the storage, its slots, the journal, and its progress.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use crate::domain::address::{Bucket, Key};
use crate::domain::asked_attributes::AskedAttributes;
use crate::domain::change::KeyChange;
use crate::domain::error::Error;
use crate::domain::listing::Class;
use crate::domain::object::{ObjectAddress, ObjectHeaders, PutOptions, StoredObject};
use crate::domain::transfer::{JobId, JobSpec, Note, Verification, Work};
use crate::transfer::changes::Changes;
use crate::transfer::fact::{Fact, Outcome, Partial};
use crate::transfer::journal::Journal;
use crate::transfer::limits::BodyMemory;
use crate::transfer::local::roots::Roots;
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::tuning::Tuning;

/// One object's work. Clones speak of the same object.
#[derive(Clone)]
pub struct Task {
    pub job: JobId,
    pub spec: Arc<JobSpec>,
    pub place: String,
    /// The storage that is written to; for downloads the one that is read.
    pub remote: Arc<dyn Remote>,
    /// The storage a copy is read from.
    pub source: Arc<dyn Remote>,
    pub source_policy: RetryPolicy,
    pub source_parts: RetryPolicy,
    /// They are two servers: what is copied passes through this machine.
    pub elsewhere: bool,
    pub policy: RetryPolicy,
    /// The policy for the parts of a large object; small objects are sent beside them.
    pub parts: RetryPolicy,
    pub journal: Journal,
    pub said: NotedOnce,
    /// The folders that jobs go to.
    pub roots: Arc<Roots>,
    pub changes: Changes,
    /// The key that is written to; another one than was asked for where both are kept.
    pub written: Arc<Mutex<Option<Key>>>,
    /// What is copied, where something is.
    pub copied_from: Arc<Mutex<Option<ObjectAddress>>>,
    /// What the last write left, until it is known to be right.
    pub landed: Arc<Mutex<Option<Landed>>>,
    pub moved: Arc<BytesMoved>,
    pub tags: KnownTags,
    /// What the object under way is to have beside its bytes, once that is known.
    pub asked: Arc<Mutex<AskedAttributes>>,
    /// An earlier run may have finished this object without recording it.
    pub again: bool,
    /// How often it was looked at while it was being restored.
    pub looks: u32,
    pub tuning: Arc<Tuning>,
    pub memory: BodyMemory,
    /// Threads that may wait for the disk: a body is read and written there without changing hands.
    pub writers: Handle,
    /// Steps that go on when the rest of the work is stopped, because they make what the journal
    /// must know of.
    pub steps: TaskTracker,
    /// Parts of this object under way at once.
    pub parts_at_once: usize,
}

/// What a write left, as the server named it.
#[derive(Clone, Debug)]
pub struct Landed {
    pub at: ObjectAddress,
    pub stored: StoredObject,
}

/// What was said of jobs as a whole, so that it is said once.
#[derive(Clone, Debug, Default)]
pub struct NotedOnce(Arc<Mutex<HashSet<(JobId, String)>>>);

/// How far the object under way is, read by the engine while the worker writes.
#[derive(Debug, Default)]
pub struct BytesMoved {
    bytes: AtomicU64,
    total: AtomicU64,
}

/// What becomes of the tags of an object that the server does not copy whole.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    pub carried: Vec<(String, String)>,
    /// What is lost, in words for people.
    pub lost: Option<String>,
}

/// The tags of the object under way, once they were asked for.
#[derive(Clone, Debug, Default)]
pub struct KnownTags(Arc<Mutex<Option<Tags>>>);

impl KnownTags {
    /// Remembers them and gives those that are carried.
    pub fn set(&self, tags: Tags) -> Vec<(String, String)> {
        let carried = tags.carried.clone();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tags);
        carried
    }

    pub fn get(&self) -> Option<Tags> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl BytesMoved {
    pub fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A part is moved again from its start.
    pub fn take_back(&self, bytes: u64) {
        let less = |now: u64| Some(now.saturating_sub(bytes));
        let _ = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    pub fn restart_at(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// The size, where the expansion did not know it.
    pub fn expect(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }
}

/// What became of one object, with the bytes it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moving {
    Done { bytes: u64, verification: Option<Verification> },
    Skipped,
}

impl Task {
    pub async fn record(&self, fact: Fact) -> Result<(), Error> {
        self.journal.append(vec![fact]).await
    }

    pub async fn opened(&self, partial: Partial) -> Result<(), Error> {
        let (job, place) = (self.job, self.place.clone());
        self.record(Fact::Opened { job, place, partial }).await
    }

    pub fn writes(&self, key: &Key) {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
    }

    /// The object that is copied.
    pub fn copies(&self, from: &ObjectAddress) {
        *self.copied_from.lock().unwrap_or_else(PoisonError::into_inner) = Some(from.clone());
    }

    pub fn copied_from(&self) -> Option<ObjectAddress> {
        self.copied_from.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The server says that it stored an object, which nobody has looked at yet.
    pub fn lands(&self, at: &ObjectAddress, stored: &StoredObject) {
        let landed = Landed { at: at.clone(), stored: stored.clone() };
        *self.landed.lock().unwrap_or_else(PoisonError::into_inner) = Some(landed);
    }

    /// What the last write left; whoever takes it says what becomes of it.
    pub fn take_landed(&self) -> Option<Landed> {
        self.landed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the object is to have beside its bytes; headers and class as somebody asked for them.
    pub fn asks(&self, options: &PutOptions, headers: &ObjectHeaders, class: Option<&String>) {
        let asked = AskedAttributes::of(options).named(headers, class);
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = asked;
    }

    pub fn asked(&self) -> AskedAttributes {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The object that is written to, where there is one.
    pub fn destination(&self) -> Option<ObjectAddress> {
        let (Work::Upload { bucket, .. } | Work::Copy { to_bucket: bucket, .. }) = &self.spec.work
        else {
            return None;
        };
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        written.map(|key| address(bucket, &key))
    }

    /// The object is stored under the key that was written to.
    pub fn stored(&self, size: u64) {
        let Some(ObjectAddress { bucket, key, .. }) = self.destination() else { return };
        let modified = self.remote.clock();
        let stored = KeyChange::Stored { key, size, modified, class: Class::Unknown };
        let connection = self.spec.other_connection().unwrap_or(&self.spec.connection);
        self.changes.add(connection, &bucket, [stored]);
    }

    /// Keys of the bucket that the job reads or empties are gone.
    pub fn deleted(&self, keys: impl IntoIterator<Item = Key>) {
        if let Work::Copy { bucket, .. } | Work::Delete { bucket, .. } = &self.spec.work {
            let deleted = keys.into_iter().map(KeyChange::Deleted);
            self.changes.add(&self.spec.connection, bucket, deleted);
        }
    }

    pub async fn closed(&self) -> Result<(), Error> {
        self.record(Fact::Closed { job: self.job, place: self.place.clone() }).await
    }

    pub async fn left(&self) -> Result<(), Error> {
        self.record(Fact::Left { job: self.job, place: self.place.clone() }).await
    }

    pub async fn settled(&self, result: Result<Moving, Error>) -> Result<(), Error> {
        let (bytes, outcome) = match result {
            Ok(Moving::Done { bytes, verification }) => (bytes, Outcome::Done(verification)),
            Ok(Moving::Skipped) => (0, Outcome::Skipped),
            Err(error) => (0, Outcome::Failed(error)),
        };
        let (job, place) = (self.job, self.place.clone());
        self.record(Fact::Settled { job, place, bytes, outcome }).await
    }

    /// Says something of an object that goes well.
    pub fn note(&self, text: impl Into<String>) {
        self.note_of(&self.place, text);
    }

    /// As [`Task::note`], of one among several.
    pub fn note_of(&self, place: &str, text: impl Into<String>) {
        let note = Note { place: place.to_owned(), text: text.into(), saved_as: None };
        self.journal.note(vec![Fact::Noted { job: self.job, note }]);
    }

    /// Says what the object is called instead of its own name.
    pub fn note_name(&self, text: impl Into<String>, name: &str) {
        let saved_as = Some(name.to_owned());
        let note = Note { place: self.place.clone(), text: text.into(), saved_as };
        self.journal.note(vec![Fact::Noted { job: self.job, note }]);
    }

    /// Whether that was said of the job before.
    pub fn was_said(&self, text: &str) -> bool {
        let said = self.said.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.contains(&(self.job, text.to_owned()))
    }

    /// As [`Task::note`], of the first object of the job that it holds for.
    pub fn note_once(&self, text: &str) {
        if self.is_first(text) {
            self.note(text);
        }
    }

    /// Whether nothing of this job has found so before; remembers it.
    pub fn is_first(&self, text: &str) -> bool {
        let mut said = self.said.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert((self.job, text.to_owned()))
    }
}

/// An object of `bucket` for a request.
pub fn address(bucket: &Bucket, key: &Key) -> ObjectAddress {
    ObjectAddress::new(bucket.clone(), key.clone())
}
