//! Keeps one job of the machine: what facts say of it, and what runs of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    Failure, JobId, JobSpec, JobState, JobView, MAX_FAILURES, MAX_NOTES, Note, OnArchived,
    Priority, Progress, Verification, Work,
};
use crate::domain::units::Counted;
use crate::transfer::fact::{Fact, JobServers, Outcome, Partial, PlaceOrder};
use crate::transfer::item::Item;
use crate::transfer::machine::due::Due;
use crate::transfer::machine::postponed::NextLook;
use crate::transfer::machine::ready::{JobOrder, Load, Wants};
use crate::transfer::machine::run::{Active, ExpansionState, Run};

/// Outcomes of single objects that a journal holds of a job at once, about.
const FOLDED: u32 = 2048;

/// Objects found and not yet started, per job; finding pauses above it.
pub const WINDOW: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Queued or running.
    Active,
    Paused,
    Finished(Option<Error>),
    Cancelled,
}

#[derive(Debug)]
pub struct Job {
    pub spec: Arc<JobSpec>,
    pub servers: JobServers,
    pub priority: Priority,
    pub stage: Stage,
    pub leaving: bool,
    pub open: BTreeMap<String, Partial>,
    /// Places of failed objects that left something to go on with, oldest first.
    left: VecDeque<String>,
    /// Objects that were being restored when they were looked at last.
    looks: BTreeMap<String, NextLook>,
    pub run: Run,
    /// Place in the queue.
    pub place: u64,
    /// As the index knows the job.
    pub indexed: (Wants, Load),
    done: u64,
    skipped: u64,
    failed: u64,
    bytes: u64,
    failures: Vec<Failure>,
    notes: Vec<Note>,
    verification: Option<Verification>,
    /// When its first run began, by the server's clock.
    pub begun: Option<Timestamp>,
    /// Bytes and objects that were known of when its last run ended.
    found_before: (u64, u64),
}

/// What failed objects left is kept for a retry, of so many.
const MAX_LEFT: usize = 1000;

impl Job {
    pub fn new(spec: JobSpec, place: u64) -> Job {
        Job {
            spec: Arc::new(spec),
            servers: JobServers::default(),
            priority: Priority::default(),
            stage: Stage::Active,
            leaving: false,
            open: BTreeMap::new(),
            left: VecDeque::new(),
            looks: BTreeMap::new(),
            run: Run::default(),
            place,
            indexed: <(Wants, Load)>::default(),
            done: 0,
            skipped: 0,
            failed: 0,
            bytes: 0,
            failures: Vec::new(),
            notes: Vec::new(),
            verification: None,
            begun: None,
            found_before: (0, 0),
        }
    }

    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Paused { .. } if self.stage == Stage::Active => self.enter(Stage::Paused),
            Fact::Resumed { .. } if self.stage == Stage::Paused => {
                self.enter(Stage::Active);
                self.look_at_once();
            }
            Fact::Cancelled { .. } if self.unfinished() => self.enter(Stage::Cancelled),
            Fact::Retried { .. } if self.retriable() => self.retried(),
            Fact::LossAccepted { .. } => Arc::make_mut(&mut self.spec).files.accept_loss = true,
            Fact::RestoreAwaited { .. } => {
                Arc::make_mut(&mut self.spec).files.archived = OnArchived::Wait;
            }
            Fact::Postponed { place, looks, next, .. } => {
                self.looks.insert(place.clone(), NextLook { looks: *looks, next: *next });
                self.run.postpone(place, *next);
            }
            Fact::Finished { error, .. } if self.unfinished() => {
                self.enter(Stage::Finished(error.clone()));
            }
            Fact::QueuedFor { servers, .. } => self.servers = servers.clone(),
            Fact::Prioritised { priority, .. } => self.priority = *priority,
            Fact::Reconnected { from, to, .. } => Arc::make_mut(&mut self.spec).go_by(from, to),
            Fact::Begun { at, .. } if self.begun.is_none() => self.begun = Some(*at),
            // One that was tried again just before it was cleared stays.
            Fact::Leaving { .. } if !self.unfinished() => self.leaving = true,
            Fact::Opened { place, partial, .. } => {
                self.open.insert(place.clone(), partial.clone());
            }
            Fact::PartsDone { place, parts, .. } => {
                if let Some(Partial::Multipart(multipart)) = self.open.get_mut(place) {
                    multipart.parts.extend(parts.iter().map(|part| (part.number, part.clone())));
                }
            }
            Fact::RangesDone { place, ranges, .. } => {
                if let Some(Partial::File(file)) = self.open.get_mut(place) {
                    file.add_whole(ranges);
                }
            }
            Fact::RangesBegun { place, begun, .. } => {
                if let Some(Partial::File(file)) = self.open.get_mut(place) {
                    file.set_begun(begun);
                }
            }
            Fact::Closed { place, .. } | Fact::Left { place, .. } => {
                self.open.remove(place);
            }
            Fact::Settled { place, bytes, outcome, .. } => self.settled(place, *bytes, outcome),
            Fact::Counted { done, skipped, bytes, verifications, .. } => {
                self.done += done;
                self.skipped += skipped;
                self.bytes += bytes;
                for verification in verifications {
                    self.verified(verification);
                }
            }
            Fact::Noted { note, .. } if self.notes.len() < MAX_NOTES => {
                self.notes.push(note.clone());
            }
            _ => {}
        }
    }

    fn enter(&mut self, stage: Stage) {
        let progress = self.progress();
        self.found_before = (progress.bytes_total, progress.objects_total);
        self.stage = stage;
        self.run.reset();
    }

    fn retried(&mut self) {
        self.failed = 0;
        self.failures.clear();
        self.left.clear();
        self.leaving = false;
        self.enter(Stage::Active);
        self.look_at_once();
    }

    /// What is being restored is looked at without waiting any longer.
    pub fn look_at_once(&mut self) {
        self.looks.values_mut().for_each(|look| look.next = Timestamp::MIN);
        self.run.look(Timestamp::MAX);
    }

    /// Takes in objects that its expansion has found.
    pub fn found(&mut self, items: Vec<Item>) {
        if self.stage == Stage::Active {
            let order = self.order();
            self.run.found(items, order, &self.looks);
        }
    }

    /// When the first object that is being restored is looked at again.
    pub fn next_look(&self) -> Option<Timestamp> {
        let looks = self.stage == Stage::Active && !self.run.draining;
        self.run.postponed.next().filter(|_| looks)
    }

    /// How far the job is, told every so many objects.
    pub fn passed(&mut self, id: JobId) -> Option<Fact> {
        if self.run.settled < FOLDED || self.run.draining {
            return None;
        }
        self.run.settled = 0;
        let order = self.order();
        let before = self.run.frontier(order)?.to_owned();
        Some(Fact::Passed { job: id, before, order })
    }

    /// The order in which its expansion finds objects, if it keeps to one.
    pub fn order(&self) -> PlaceOrder {
        match self.spec.work {
            Work::Upload { .. } => PlaceOrder::Folders,
            _ => PlaceOrder::Bytes,
        }
    }

    fn settled(&mut self, place: &str, bytes: u64, outcome: &Outcome) {
        self.run.settled = self.run.settled.saturating_add(1);
        // The place of a batch of deletes is that of its first key, its size that of all.
        let batch = matches!(self.spec.work, Work::Delete { .. });
        self.looks.remove(place);
        let active = self.run.active.get(place).filter(|_| !batch);
        let expected = active.map_or(bytes, |active| active.size);
        self.run.pending_objects = self.run.pending_objects.saturating_sub(1);
        self.run.pending_bytes = self.run.pending_bytes.saturating_sub(expected);
        match outcome {
            Outcome::Done(verification) => {
                self.open.remove(place);
                self.done += 1;
                self.bytes += bytes;
                if let Some(verification) = verification {
                    self.verified(verification);
                }
            }
            Outcome::Skipped => {
                self.open.remove(place);
                self.skipped += 1;
            }
            // What is open stays: a retry may go on with it.
            Outcome::Failed(error) => {
                self.failed += 1;
                if self.open.contains_key(place) {
                    self.left.push_back(place.to_owned());
                }
                if self.failures.len() < MAX_FAILURES {
                    self.failures.push(Failure { place: place.to_owned(), error: error.clone() });
                }
            }
        }
    }

    /// A job is as well verified as the worst of its objects.
    fn verified(&mut self, new: &Verification) {
        self.verification = Some(match (self.verification.take(), new) {
            (Some(Verification::Digest(old)), Verification::Digest(new)) => {
                let known = old.split(", ").any(|name| name == new);
                Verification::Digest(if known { old } else { format!("{old}, {new}") })
            }
            (Some(Verification::SizeOnly(reason)), _) => Verification::SizeOnly(reason),
            (_, new) => new.clone(),
        });
    }

    pub fn unfinished(&self) -> bool {
        matches!(self.stage, Stage::Active | Stage::Paused)
    }

    pub fn failed(&self) -> bool {
        matches!(self.stage, Stage::Finished(Some(_))) && !self.leaving
    }

    pub fn retriable(&self) -> bool {
        (self.failed() || self.stage == Stage::Cancelled) && !self.leaving
    }

    /// Names the one object it is about, and need not look for it.
    fn is_named(&self) -> bool {
        match &self.spec.work {
            Work::Download { source, .. } | Work::Copy { source, .. } => !source.is_many(),
            Work::Upload { .. } | Work::Delete { .. } => false,
        }
    }

    pub fn job_order(&self, id: JobId) -> JobOrder {
        JobOrder::new(self.priority, self.place, id)
    }

    pub fn load(&self) -> Load {
        let run = &self.run;
        let small = run.active.values().filter(|active| active.parts == 1).count();
        let parts = run.active.values().map(|active| active.parts).filter(|parts| *parts > 1);
        let (named, expanding) = (self.is_named(), run.expanding());
        let waits = run.window_len() >= WINDOW || run.is_full();
        Load {
            small,
            parts: parts.fold(0, usize::saturating_add).min(1 << 20),
            expanding: usize::from(expanding && !named && !waits),
            open: usize::from(expanding && !named && !run.is_full()),
            named: usize::from(named && (expanding || run.window_len() > 0)),
        }
    }

    pub fn wants(&self) -> Wants {
        let (run, mut wants) = (&self.run, Wants::default());
        if run.draining {
            return wants;
        }
        if self.stage == Stage::Cancelled || self.leaving {
            wants.small = self.to_clean().is_some();
            wants.end = !wants.small && self.leaving && run.active.is_empty() && !run.ending;
            return wants;
        }
        if self.stage != Stage::Active {
            return wants;
        }
        if matches!(run.expansion, ExpansionState::Ahead) {
            (wants.name, wants.expand) = (self.is_named(), !self.is_named());
            return wants;
        }
        wants.small = !run.small.is_empty() || self.left.len() > MAX_LEFT;
        wants.large = !run.large.is_empty();
        wants.end = matches!(run.expansion, ExpansionState::Ended(_))
            && !run.ending
            && run.active.is_empty()
            && run.window_len() == 0
            && run.postponed.len() == 0;
        wants
    }

    /// Does one of what it [wants](Job::wants).
    pub fn due(&mut self, id: JobId, wants: Wants) -> Option<Due> {
        if wants.expand || wants.name {
            self.run.expansion = ExpansionState::Running;
            return Some(Due::Expand { job: id, again: self.run.again });
        }
        if self.stage == Stage::Cancelled || self.leaving {
            return self.clean_up(id);
        }
        if self.left.len() > MAX_LEFT && !wants.end {
            let gone = |job: &Job, place: &String| {
                !job.open.contains_key(place) || job.run.active.contains_key(place)
            };
            while let Some(place) = self.left.pop_front() {
                if !gone(self, &place) {
                    return self.clean(id, place);
                }
            }
        }
        let window = if wants.large { &mut self.run.large } else { &mut self.run.small };
        let Some(item) = window.pop_front() else { return self.finish(id) };
        let waits = self.spec.files.archived == OnArchived::Wait;
        let kept = waits.then(|| item.clone());
        let (size, parts) = (item.size.unwrap_or(0), item.parts());
        self.run.active.insert(item.place.clone(), Active { size, parts, item: kept });
        self.run.begun = true;
        let partial = self.open.get(&item.place).cloned();
        let looks = self.looks.get(&item.place).map_or(0, |look| look.looks);
        Some(Due::Move { job: id, item, partial, again: self.run.again, looks })
    }

    fn to_clean(&self) -> Option<&String> {
        self.open.keys().find(|place| !self.run.active.contains_key(*place))
    }

    fn clean(&mut self, id: JobId, place: String) -> Option<Due> {
        let partial = self.open.get(&place)?.clone();
        self.run.active.insert(place.clone(), Active { size: 0, parts: 1, item: None });
        Some(Due::CleanUp { job: id, place, partial })
    }

    fn clean_up(&mut self, id: JobId) -> Option<Due> {
        if let Some(place) = self.to_clean().cloned() {
            return self.clean(id, place);
        }
        self.run.ending = true;
        Some(Due::Remove { job: id })
    }

    fn finish(&mut self, id: JobId) -> Option<Due> {
        let ExpansionState::Ended(broken) = &self.run.expansion else { return None };
        let error = broken.clone().or_else(|| self.failure());
        self.run.ending = true;
        Some(Due::Finish { job: id, error })
    }

    /// The one failure of a job of one object as it is; of many a count.
    fn failure(&self) -> Option<Error> {
        let first = self.failures.first()?;
        if self.failed == 1 && self.done + self.skipped == 0 {
            return Some(first.error.clone());
        }
        let total = self.done + self.skipped + self.failed;
        let objects = Counted(total, "object");
        let detail = format!("{} of {objects} failed; the first: {}", self.failed, first.error);
        let kind = if self.done + self.skipped > 0 {
            ErrorKind::Partial
        } else {
            first.error.kind.clone()
        };
        Some(Error::new(kind, first.error.operation.clone(), first.place.clone()).detail(detail))
    }

    pub fn expansion_ended(&mut self, result: Result<(), Error>) {
        if self.run.draining {
            self.run.expansion = ExpansionState::Ahead;
            self.run.draining = !self.run.active.is_empty();
        } else {
            self.run.expansion = ExpansionState::Ended(result.err());
        }
    }

    pub fn returned(&mut self, place: &str) {
        self.run.active.remove(place);
        if self.run.draining {
            self.run.draining = !self.run.active.is_empty() || self.run.expanding();
        }
    }

    pub fn state(&self) -> JobState {
        match &self.stage {
            Stage::Active if self.run.draining => JobState::Queued,
            Stage::Active if matches!(self.run.expansion, ExpansionState::Ahead) => {
                JobState::Queued
            }
            Stage::Active if self.is_named() && !self.run.begun && self.next_look().is_none() => {
                JobState::Queued
            }
            Stage::Active => JobState::Running,
            Stage::Paused => JobState::Paused,
            Stage::Finished(None) => JobState::Done,
            Stage::Finished(Some(error)) => JobState::Failed(error.clone()),
            Stage::Cancelled => JobState::Cancelled,
        }
    }

    /// What is recorded, of finished objects and of those that rest: those under way tell
    /// themselves how far they are.
    pub fn progress(&self) -> Progress {
        let settled = self.done + self.skipped;
        let (recorded, begun) = if self.unfinished() { self.resting() } else { (0, 0) };
        let found = self.bytes + self.run.pending_bytes.max(begun);
        let objects = settled + self.failed + self.run.pending_objects;
        let ended = !self.unfinished() || matches!(self.run.expansion, ExpansionState::Ended(_));
        // What was found before a pause is there after it, too.
        let (bytes_before, objects_before) = if ended { (0, 0) } else { self.found_before };
        let bytes_total = found.max(bytes_before);
        // Of one object that was begun there is nothing more to find.
        let expanded = ended || self.is_named() && bytes_total > 0;
        Progress {
            bytes: self.bytes + recorded,
            bytes_total,
            objects: settled,
            objects_total: objects.max(objects_before),
            failed: self.failed,
            skipped: self.skipped,
            expanded,
        }
    }

    /// Recorded bytes of objects that are begun and not under way, and the sizes of all that are
    /// begun.
    fn resting(&self) -> (u64, u64) {
        let mut sums = (0, 0);
        for (place, partial) in &self.open {
            sums.1 += partial.size();
            if !self.run.active.contains_key(place) {
                sums.0 += partial.bytes();
            }
        }
        sums
    }

    pub fn verification(&self) -> Option<&Verification> {
        self.verification.as_ref()
    }

    pub fn view(&self, id: JobId) -> JobView {
        JobView {
            id,
            spec: JobSpec::clone(&self.spec),
            state: self.state(),
            progress: self.progress(),
            failures: self.failures.clone(),
            notes: self.notes.clone(),
            verification: self.verification.clone(),
            priority: self.priority,
            wait: None,
        }
    }
}
