//! Records how far each range of a download has come, so that a restart continues there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::domain::error::{Error, ErrorKind};
use crate::s3::tasks::blocking;
use crate::transfer::fact::Fact;
use crate::transfer::local::part_file::GrowingFile;
use crate::transfer::task::Task;

/// Between two records of ranges that are not whole; whole ones are recorded at once.
const BETWEEN: Duration = Duration::from_secs(1);

/// What the ranges of one part file have come to. When it is dropped, all that was written is
/// recorded by a step of the task, for which a stop waits.
pub struct Reach {
    shared: Arc<Shared>,
    /// Until its end was seen.
    recording: Option<JoinHandle<Result<(), Error>>>,
}

struct Shared {
    state: Mutex<State>,
    /// A range is whole, or all is over.
    news: Notify,
    /// What a later run may go on with: bytes that an ETag tells from those of another object.
    goes_on: bool,
}

#[derive(Default)]
struct State {
    whole: Vec<u32>,
    begun: BTreeMap<u32, Begun>,
    ended: bool,
}

struct Begun {
    /// Bytes of its start that are in the file.
    written: Arc<AtomicU64>,
    length: u64,
}

impl Reach {
    /// Begins to record. `goes_on`: ranges that are not whole may be gone on with.
    pub fn start(task: &Task, file: &Arc<GrowingFile>, goes_on: bool) -> Reach {
        let shared = Arc::new(Shared { state: Mutex::default(), news: Notify::new(), goes_on });
        let recorder =
            Recorder { task: task.clone(), file: Arc::clone(file), recorded: BTreeMap::new() };
        let recording = task.steps.spawn(recorder.run(Arc::clone(&shared)));
        Reach { shared, recording: Some(recording) }
    }

    /// A range is under way of which `kept` bytes are there. Gives what is to be told of it: bytes
    /// of its start that are in the file.
    pub fn begin(&self, index: u32, length: u64, kept: u64) -> Arc<AtomicU64> {
        let written = Arc::new(AtomicU64::new(kept));
        let begun = Begun { written: Arc::clone(&written), length };
        self.shared.state().begun.insert(index, begun);
        written
    }

    pub fn whole(&self, index: u32) {
        let mut state = self.shared.state();
        state.begun.remove(&index);
        state.whole.push(index);
        drop(state);
        self.shared.news.notify_one();
    }

    /// Ready where nothing more can be recorded: with the reason, before the end.
    pub async fn failed(&mut self) -> Error {
        let Some(recording) = &mut self.recording else { return std::future::pending().await };
        let ended = recording.await;
        self.recording = None;
        match ended {
            Ok(Ok(())) => Error::new(ErrorKind::Other, "record how far the download is", "")
                .detail("it ended too early"),
            Ok(Err(error)) => error,
            Err(error) => error.into(),
        }
    }

    /// Records what is left, and lets go of the file.
    pub async fn end(mut self) -> Result<(), Error> {
        self.shared.end();
        let Some(recording) = self.recording.take() else { return Ok(()) };
        recording.await?
    }
}

impl Drop for Reach {
    fn drop(&mut self) {
        self.shared.end();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.state().ended = true;
        self.news.notify_one();
    }
}

struct Recorder {
    task: Task,
    file: Arc<GrowingFile>,
    /// Of ranges that are not whole.
    recorded: BTreeMap<u32, u64>,
}

impl Recorder {
    async fn run(mut self, shared: Arc<Shared>) -> Result<(), Error> {
        // What the end of the process takes along anyway is recorded for a pause alone.
        let kept = self.task.journal.is_kept();
        loop {
            let ended = tokio::select! {
                () = shared.news.notified() => shared.state().ended,
                () = tokio::time::sleep(BETWEEN), if shared.goes_on && kept => false,
            };
            self.record(&shared).await?;
            if ended {
                return Ok(());
            }
        }
    }

    /// What is in the file now is synced, and only then recorded.
    async fn record(&mut self, shared: &Shared) -> Result<(), Error> {
        let (whole, begun) = shared.state().reached(shared.goes_on);
        if whole.is_empty() && begun == self.recorded {
            return Ok(());
        }
        let file = Arc::clone(&self.file);
        blocking(move || file.sync()).await?;
        let (job, place) = (self.task.job, &self.task.place);
        let mut facts = Vec::with_capacity(2);
        if !whole.is_empty() {
            facts.push(Fact::RangesDone { job, place: place.clone(), ranges: whole });
        }
        if begun != self.recorded {
            let (place, begun) = (place.clone(), begun.clone());
            facts.push(Fact::RangesBegun { job, place, begun });
        }
        self.task.journal.append(facts).await?;
        self.recorded = begun;
        Ok(())
    }
}

impl State {
    /// Whole ranges that were not asked for before, and how far the others are. The last byte of a
    /// range is not claimed before the end of its body was seen.
    fn reached(&mut self, goes_on: bool) -> (Vec<u32>, BTreeMap<u32, u64>) {
        let bytes = |begun: &Begun| {
            begun.written.load(Ordering::Acquire).min(begun.length.saturating_sub(1))
        };
        let begun = self.begun.iter().filter(|_| goes_on);
        let begun = begun.map(|(index, begun)| (*index, bytes(begun)));
        let begun = begun.filter(|(_, bytes)| *bytes > 0).collect();
        (std::mem::take(&mut self.whole), begun)
    }
}
