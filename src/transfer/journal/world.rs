//! Tests the queue without its workers, under any order of orders, work, waits for the disk and
//! crashes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;

use super::table::Table;
use crate::domain::address::{Bucket, ConnectionName, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, UploadId, UploadedPart};
use crate::domain::transfer::{
    FileRules, JobId, JobOptions, JobSpec, JobState, OnConflict, Priority, Progress, Target,
    TransferCommand, Work,
};
use crate::transfer::fact::{Fact, Multipart, Outcome, Partial};
use crate::transfer::item::{Item, ItemKind};
use crate::transfer::machine::{Due, FreeCapacity, Machine};

const JOBS: u64 = 3;
const OBJECTS: u64 = 3;
const BYTES: u64 = 10;
const ROOM: FreeCapacity = FreeCapacity { objects: 2, parts: 2, expansions: 2 };

fn spec() -> JobSpec {
    let (bucket, prefix) = (Bucket::new("b"), |p| Target::Prefix(Prefix::new(p)));
    let (source, to_bucket) = (prefix("p/"), Bucket::new("b"));
    let (target, to_connection) = (prefix("q/"), None);
    let work = Work::Copy { bucket, source, to_connection, to_bucket, target, moving: false };
    let (connection, files) = (ConnectionName::new("c"), FileRules::default());
    JobSpec {
        connection,
        work,
        on_conflict: OnConflict::Fail,
        files,
        options: JobOptions::default(),
    }
}

fn place(number: u64) -> String {
    format!("p/{number}")
}

fn item(number: u64) -> Item {
    let kind = ItemKind::Copy { from: Key::new(place(number)), version: None, to: Key::new("q") };
    Item { place: place(number), size: Some(BYTES), kind }
}

fn partial(upload: &str, parts: u32) -> Partial {
    let object = ObjectAddress::new(Bucket::new("b"), Key::new("q"));
    let part = |number| UploadedPart { number, etag: ETag::new("e"), size: BYTES, crc64nvme: None };
    Partial::Multipart(Multipart {
        object,
        upload: UploadId(upload.to_owned()),
        part_size: BYTES,
        size: BYTES,
        source: String::new(),
        parts: (1..=parts).map(|number| (number, part(number))).collect(),
    })
}

/// One worker and where it is.
#[derive(Clone, Debug)]
struct Worker {
    job: JobId,
    place: String,
    step: Step,
    stopped: bool,
    /// The number of the fact it waits for.
    waits: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Begin(Option<String>),
    Opened(String),
    Sent(String),
    Recorded,
    CleanUp(String),
    Cleaned,
}

struct World {
    machine: Machine,
    table: Table,
    /// Facts on their way to the disk, numbered.
    noted: VecDeque<(u64, Fact)>,
    numbers: u64,
    durable: u64,
    workers: Vec<Worker>,
    expanding: BTreeMap<JobId, bool>,
    /// The storage: unfinished uploads, and how often each object was made.
    uploads: BTreeSet<String>,
    made: BTreeMap<(JobId, String), u64>,
    next_upload: u64,
    /// Whether objects numbered 1 fail.
    ill: bool,
}

impl World {
    fn new() -> World {
        let mut world = World {
            machine: Machine::default(),
            table: Table::in_memory().unwrap(),
            noted: VecDeque::new(),
            numbers: 0,
            durable: 0,
            workers: Vec::new(),
            expanding: BTreeMap::new(),
            uploads: BTreeSet::new(),
            made: BTreeMap::new(),
            next_upload: 0,
            ill: true,
        };
        world.command(&TransferCommand::Enqueue((0..JOBS).map(|_| spec()).collect()));
        world.flush(99);
        world
    }

    fn note(&mut self, fact: Fact) -> u64 {
        self.numbers += 1;
        self.noted.push_back((self.numbers, fact));
        self.numbers
    }

    fn command(&mut self, command: &TransferCommand) {
        for fact in self.machine.decide(command) {
            self.note(fact);
        }
    }

    /// So many facts become durable in one transaction, and the machine hears of them.
    fn flush(&mut self, most: usize) {
        let group: Vec<_> = self.noted.drain(..most.min(self.noted.len())).collect();
        let facts: Vec<Fact> = group.iter().map(|(_, fact)| fact.clone()).collect();
        self.table.append(&facts).unwrap();
        for (number, fact) in group {
            self.durable = number;
            self.machine.apply(&fact);
            let stopped = fact.job().filter(|job| self.machine.stopped(*job));
            let of_it = |worker: &&mut Worker| Some(worker.job) == stopped;
            self.workers.iter_mut().filter(of_it).for_each(|worker| worker.stopped = true);
            if let Some(expansion) = stopped.and_then(|job| self.expanding.get_mut(&job)) {
                *expansion = true;
            }
        }
    }

    fn start(&mut self) {
        while let Some(due) = self.machine.next_due(ROOM) {
            let (job, place, step) = match due {
                Due::Expand { job, .. } => {
                    assert!(self.expanding.insert(job, false).is_none(), "one expansion per job");
                    continue;
                }
                Due::Finish { job, error } => {
                    self.note(Fact::Finished { job, error });
                    continue;
                }
                Due::Remove { job } => {
                    self.note(Fact::Removed { job });
                    continue;
                }
                Due::Move { job, item, partial, .. } => {
                    (job, item.place, Step::Begin(partial.map(|partial| name(&partial))))
                }
                Due::CleanUp { job, place, partial } => (job, place, Step::CleanUp(name(&partial))),
            };
            let busy = self.workers.iter().any(|other| other.job == job && other.place == place);
            assert!(!busy, "one worker per object");
            self.workers.push(Worker { job, place, step, stopped: false, waits: None });
        }
    }

    fn expand(&mut self) {
        let Some((job, stopped)) = self.expanding.pop_first() else { return };
        if !stopped {
            let places: Vec<String> = (0..OBJECTS).map(place).collect();
            let settled = self.table.settled(job, &places).unwrap();
            let left = (0..OBJECTS).filter(|number| !settled[usize::try_from(*number).unwrap()]);
            self.machine.found(job, left.map(item).collect());
        }
        self.machine.expanded(job, Ok(()));
    }

    /// One worker goes one step, unless it waits for the disk.
    fn work(&mut self, which: usize) {
        if self.workers.is_empty() {
            return;
        }
        let at = which % self.workers.len();
        let worker = self.workers[at].clone();
        if worker.waits.is_some_and(|number| number > self.durable) {
            return;
        }
        let interruptible = matches!(worker.step, Step::Begin(_) | Step::Opened(_));
        if worker.stopped && interruptible {
            return self.returns(at);
        }
        let (job, place) = (worker.job, worker.place.clone());
        let (step, fact) = match worker.step {
            Step::Begin(Some(upload)) if self.uploads.contains(&upload) => {
                (Step::Opened(upload), None)
            }
            Step::Begin(_) => {
                self.next_upload += 1;
                let upload = self.next_upload.to_string();
                self.uploads.insert(upload.clone());
                let partial = partial(&upload, 0);
                let fact = Fact::Opened { job, place: place.clone(), partial };
                // What was asked for is recorded even where nobody waits any more.
                (Step::Opened(upload), Some(fact))
            }
            Step::Opened(_) if self.ill && place == self::place(1) => {
                let outcome = Outcome::Failed(Error::new(ErrorKind::AccessDenied, "copy", "q"));
                (Step::Recorded, Some(Fact::Settled { job, place, bytes: 0, outcome }))
            }
            Step::Opened(upload) => {
                let part =
                    UploadedPart { number: 1, etag: ETag::new("e"), size: BYTES, crc64nvme: None };
                (Step::Sent(upload), Some(Fact::PartsDone { job, place, parts: vec![part] }))
            }
            Step::Sent(upload) => {
                if self.uploads.remove(&upload) {
                    *self.made.entry((job, place.clone())).or_default() += 1;
                }
                let outcome = Outcome::Done(None);
                (Step::Recorded, Some(Fact::Settled { job, place, bytes: BYTES, outcome }))
            }
            Step::CleanUp(upload) => {
                self.uploads.remove(&upload);
                (Step::Cleaned, Some(Fact::Closed { job, place }))
            }
            Step::Recorded | Step::Cleaned => return self.returns(at),
        };
        let waits = fact.map(|fact| self.note(fact));
        self.workers[at] = Worker { step, waits, ..self.workers[at].clone() };
    }

    fn returns(&mut self, at: usize) {
        let worker = self.workers.remove(at);
        self.machine.returned(worker.job, &worker.place);
    }

    fn replayed(&self) -> Machine {
        let mut machine = Machine::default();
        self.table.replay().unwrap().facts.iter().for_each(|fact| machine.apply(fact));
        machine.restored();
        machine
    }

    /// What runs is gone, and what was not durable never was.
    fn crash(&mut self) {
        self.noted.clear();
        self.workers.clear();
        self.expanding.clear();
        self.machine = self.replayed();
        self.forget_unnamed();
    }

    /// An upload whose name was never recorded is found by its key in the engine; here it is just
    /// gone.
    fn forget_unnamed(&mut self) {
        let known: BTreeSet<String> = jobs()
            .filter_map(|job| self.machine.open(job))
            .flat_map(|open| open.values().map(name))
            .collect();
        self.uploads.retain(|upload| known.contains(upload));
    }

    /// What a person sees of the queue, without what runs.
    fn seen(machine: &Machine) -> Vec<String> {
        let of = |id: &JobId| {
            let view = machine.view(*id)?;
            let state = match view.state {
                JobState::Running => JobState::Queued,
                other => other,
            };
            let Progress { objects, bytes, failed, .. } = view.progress;
            // What is recorded of an object counts while nobody moves it: it waits here and is
            // under way there.
            let progress = (objects, bytes.min(objects * BYTES), failed);
            let known = (view.failures, view.notes, view.verification, view.priority);
            Some(format!("{id:?} {state:?} {progress:?} {known:?} {:?}", machine.open(*id)))
        };
        machine.order().iter().filter_map(of).collect()
    }

    fn step(&mut self, step: u8, which: u8) {
        let job = JobId(1 + u64::from(which) % JOBS);
        match step {
            0 => self.command(&TransferCommand::Pause(job)),
            1 => self.command(&TransferCommand::Resume(job)),
            2 => self.command(&TransferCommand::Cancel(job)),
            3 => self.command(&TransferCommand::Retry(job)),
            4 => self.command(&TransferCommand::RetryFailed),
            5 => self.command(&TransferCommand::Move(job, if which > 9 { 1 } else { -1 })),
            6 => self.command(&TransferCommand::Prioritise(job, Priority::High)),
            7 if which > 20 => self.command(&TransferCommand::ClearFinished),
            8 => self.crash(),
            9..=11 => self.expand(),
            12..=15 => self.flush(1 + usize::from(which) % 4),
            _ => self.work(usize::from(which)),
        }
        self.start();
    }

    /// Everything gets its turn until nothing moves any more.
    fn settle(&mut self) {
        for round in 0..200 {
            self.start();
            self.expand();
            self.flush(99);
            for worker in 0..8 {
                self.work(worker + round);
                self.flush(99);
            }
        }
        assert!(self.workers.is_empty() && self.expanding.is_empty(), "something is stuck");
    }
}

fn jobs() -> impl Iterator<Item = JobId> {
    (1..=JOBS).map(JobId)
}

fn name(partial: &Partial) -> String {
    match partial {
        Partial::Multipart(multipart) => multipart.upload.0.clone(),
        Partial::File(file) => file.name.clone(),
        Partial::Copied(copied) => copied.to.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 150,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_ends_as_if_nothing_had(
        steps in prop::collection::vec((0u8..26, 0u8..30), 0..150)
    ) {
        let mut world = World::new();
        world.start();
        for (step, which) in steps {
            world.step(step, which);
            // Compacting loses nothing: whoever starts here sees what is seen there.
            if world.noted.is_empty() {
                prop_assert_eq!(World::seen(&world.replayed()), World::seen(&world.machine));
            }
        }
        world.ill = false;
        world.flush(99);
        jobs().for_each(|job| world.command(&TransferCommand::Resume(job)));
        world.settle();
        jobs().for_each(|job| world.command(&TransferCommand::Retry(job)));
        world.settle();
        let mut left = BTreeSet::new();
        for job in jobs() {
            // Cleared ones are gone, with everything they left.
            let Some(view) = world.machine.view(job) else { continue };
            left.insert(job);
            prop_assert_eq!(&view.state, &JobState::Done, "{:?}", job);
            let progress = view.progress;
            prop_assert_eq!((progress.objects, progress.bytes), (OBJECTS, OBJECTS * BYTES));
            let totals = (progress.objects_total, progress.bytes_total);
            prop_assert_eq!(totals, (OBJECTS, OBJECTS * BYTES));
            for number in 0..OBJECTS {
                prop_assert!(world.made.contains_key(&(job, place(number))));
            }
        }
        prop_assert_eq!(&world.uploads, &BTreeSet::new(), "left behind");
        prop_assert_eq!(World::seen(&world.replayed()), World::seen(&world.machine));
    }
}

#[test]
fn a_job_cancelled_as_it_ends_asks_what_was_settled_when_it_is_tried_again() {
    let mut table = Table::in_memory().unwrap();
    let (job, outcome) = (JobId(1), Outcome::Done(None));
    let facts = [
        Fact::Enqueued { job, spec: spec() },
        Fact::Settled { job, place: place(0), bytes: BYTES, outcome },
        Fact::Cancelled { job },
        Fact::Finished { job, error: None },
        Fact::Retried { job },
    ];
    table.append(&facts).unwrap();
    assert_eq!(table.settled(job, &[place(0)]).unwrap(), [true]);
    let mut machine = Machine::default();
    table.replay().unwrap().facts.iter().for_each(|fact| machine.apply(fact));
    assert_eq!(machine.progress(job).unwrap().objects, 1);
}

/// Found by the test above: what is seen must not hang on which of two wishes of one moment is
/// recorded first.
#[test]
fn a_job_that_is_cleared_and_tried_again_in_one_moment_stays_as_it_was() {
    let mut world = World::new();
    world.start();
    let before = [(2, 24), (12, 0), (8, 0), (9, 0), (0, 7), (7, 21), (9, 0), (12, 0), (16, 0)];
    let after = [(16, 12), (16, 5), (12, 5), (16, 19), (12, 1), (2, 17), (12, 0), (7, 21), (3, 20)];
    for (step, which) in before.into_iter().chain(after) {
        world.step(step, which);
    }
    world.flush(99);
    assert_eq!(World::seen(&world.replayed()), World::seen(&world.machine));
}
