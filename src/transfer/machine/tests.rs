//! Tests the machine under any order of facts, pauses and crashes.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::domain::address::{Bucket, ConnectionName, Key, Prefix};
use crate::domain::transfer::{
    FileRules, JobOptions, MAX_FAILURES, OnArchived, OnConflict, Priority, Target, Work,
};
use crate::transfer::fact::{Outcome, PartFile};
use crate::transfer::item::ItemKind;
use crate::transfer::local::names::LocalName;

const JOB: JobId = JobId(1);
const OBJECTS: usize = 5;
const ROOM: FreeCapacity = FreeCapacity { objects: 2, parts: 2, expansions: 1 };

fn spec() -> JobSpec {
    let source = Target::Prefix(Prefix::new("p/"));
    let (bucket, folder) = (Bucket::new("b"), PathBuf::from("f"));
    let work = Work::Download { bucket, source, folder, name: None, size: None };
    JobSpec {
        connection: ConnectionName::new("c"),
        work,
        on_conflict: OnConflict::Fail,
        files: FileRules { archived: OnArchived::Wait, ..FileRules::default() },
        options: JobOptions::default(),
    }
}

fn item(number: usize) -> Item {
    let kind = ItemKind::Download {
        key: Key::new("k"),
        version: None,
        local: LocalName::of("k"),
        marker: false,
    };
    Item { place: format!("p/{number}"), size: Some(10), kind }
}

/// A world around the machine: facts are written at once, work ends when told to.
#[derive(Default)]
struct World {
    machine: Machine,
    facts: Vec<Fact>,
    expanding: bool,
    moving: Vec<String>,
    settled: Vec<String>,
    /// Counts up; what is postponed is looked at three later.
    now: i64,
}

impl World {
    fn new() -> World {
        let mut world = World::default();
        world.command(&TransferCommand::Enqueue(vec![spec()]));
        world
    }

    fn write(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.machine.apply(&fact);
            self.facts.push(fact);
        }
    }

    fn command(&mut self, command: &TransferCommand) {
        let facts = self.machine.decide(command);
        self.write(facts);
    }

    /// Starts whatever is due.
    fn start(&mut self) {
        self.machine.look(Timestamp::from_second(self.now).unwrap());
        while let Some(due) = self.machine.next_due(ROOM) {
            match due {
                Due::Expand { .. } => self.expanding = true,
                Due::Move { item, .. } => {
                    assert!(!self.moving.contains(&item.place), "one worker per object");
                    assert!(!self.settled.contains(&item.place), "no object is moved twice");
                    self.moving.push(item.place);
                }
                Due::Finish { job, error } => self.write(vec![Fact::Finished { job, error }]),
                Due::CleanUp { .. } | Due::Remove { .. } => {}
            }
        }
    }

    fn expand(&mut self) {
        if std::mem::take(&mut self.expanding) {
            let left = (0..OBJECTS).map(item).filter(|item| !self.settled.contains(&item.place));
            if !self.machine.stopped(JOB) {
                self.machine.found(JOB, left.collect());
            }
            self.machine.expanded(JOB, Ok(()));
        }
    }

    /// A worker ends: well, or because it was stopped.
    fn end_one(&mut self) {
        if self.moving.is_empty() {
            return;
        }
        let place = self.moving.remove(0);
        if !self.machine.stopped(JOB) {
            self.settled.push(place.clone());
            let outcome = Outcome::Done(None);
            let fact = Fact::Settled { job: JOB, place: place.clone(), bytes: 10, outcome };
            self.write(vec![fact]);
        }
        self.machine.returned(JOB, &place);
    }

    /// A worker finds that its object is still being restored.
    fn postpone_one(&mut self) {
        if self.moving.is_empty() {
            return;
        }
        let place = self.moving.remove(0);
        if !self.machine.stopped(JOB) {
            let next = Timestamp::from_second(self.now + 3).unwrap();
            self.write(vec![Fact::Postponed { job: JOB, place: place.clone(), looks: 1, next }]);
        }
        self.machine.returned(JOB, &place);
    }

    /// Everything that runs is gone; only the facts stay.
    fn crash(&mut self) {
        self.machine = Machine::default();
        self.facts.iter().for_each(|fact| self.machine.apply(fact));
        self.machine.restored();
        self.moving.clear();
        self.expanding = false;
    }

    fn step(&mut self, step: u8) {
        self.now += 1;
        match step {
            0 => self.command(&TransferCommand::Pause(JOB)),
            1 => self.command(&TransferCommand::Resume(JOB)),
            2 => self.crash(),
            3 | 4 => self.expand(),
            8 | 9 => self.postpone_one(),
            _ => self.end_one(),
        }
        self.start();
    }
}

proptest! {
    #[test]
    fn any_interleaving_of_work_pauses_and_crashes_ends_the_same(
        steps in prop::collection::vec(0u8..10, 0..60)
    ) {
        let mut world = World::new();
        world.start();
        for step in steps {
            world.step(step);
        }
        world.command(&TransferCommand::Resume(JOB));
        for _ in 0..40 {
            world.now += 1;
            world.start();
            world.expand();
            world.end_one();
        }
        world.start();
        let view = world.machine.view(JOB).unwrap();
        prop_assert_eq!(&view.state, &JobState::Done);
        let progress = view.progress;
        prop_assert_eq!((progress.objects, progress.bytes), (OBJECTS as u64, 10 * OBJECTS as u64));
        prop_assert_eq!((progress.objects_total, progress.bytes_total), (5, 50));
        let replayed = world.machine.views();
        world.crash();
        prop_assert_eq!(world.machine.views(), replayed);
    }

    #[test]
    fn facts_in_any_order_do_no_harm(order in prop::collection::vec(0usize..11, 0..30)) {
        let job = JOB;
        let place = || "p/1".to_owned();
        let facts = [
            Fact::Enqueued { job, spec: spec() },
            Fact::Paused { job },
            Fact::Resumed { job },
            Fact::Cancelled { job },
            Fact::Retried { job },
            Fact::Finished { job, error: None },
            Fact::Removed { job },
            Fact::Settled { job, place: place(), bytes: 1, outcome: Outcome::Skipped },
            Fact::Closed { job, place: place() },
            Fact::Postponed { job, place: place(), looks: 1, next: Timestamp::MIN },
            Fact::RestoreAwaited { job },
        ];
        let mut machine = Machine::default();
        for at in order {
            machine.apply(&facts[at]);
            machine.look(Timestamp::MAX);
            while machine.next_due(ROOM).is_some() {}
            machine.returned(job, "p/1");
        }
        prop_assert!(machine.views().len() <= 1);
    }
}

#[test]
fn later_jobs_have_larger_numbers_than_any_before() {
    let mut world = World::new();
    world.write(vec![Fact::Removed { job: JOB }]);
    world.command(&TransferCommand::Enqueue(vec![spec(), spec()]));
    assert_eq!(world.machine.order(), [JobId(2), JobId(3)]);
}

#[test]
fn a_job_of_which_all_failed_has_the_kind_of_its_first_failure() {
    let mut world = World::new();
    world.start();
    world.expand();
    world.start();
    for number in 0..OBJECTS {
        let error = Error::new(ErrorKind::AccessDenied, "GetObject", "k");
        let (place, outcome) = (format!("p/{number}"), Outcome::Failed(error));
        world.write(vec![Fact::Settled { job: JOB, place: place.clone(), bytes: 0, outcome }]);
        world.machine.returned(JOB, &place);
        world.start();
    }
    let Some(JobState::Failed(error)) = world.machine.state(JOB) else { panic!("it failed") };
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert!(error.detail.contains("5 of 5 objects failed"));
}

#[test]
fn a_job_has_passed_what_comes_before_its_first_unsettled_object_and_nothing_more() {
    let mut world = World::new();
    let place = |number: usize| format!("p/{number:05}");
    let found = |number: usize| Item { place: place(number), ..item(number) };
    assert!(matches!(world.machine.next_due(ROOM), Some(Due::Expand { .. })));
    let settle = |machine: &mut Machine, number: usize| {
        let outcome = Outcome::Done(None);
        machine.apply(&Fact::Settled { job: JOB, place: place(number), bytes: 10, outcome });
        machine.returned(JOB, &place(number));
    };
    let mut passed = Vec::new();
    for number in 0..10_000 {
        world.machine.found(JOB, vec![found(number)]);
        assert!(matches!(world.machine.next_due(ROOM), Some(Due::Move { .. })), "{number}");
        // The hundredth is slow.
        if number != 100 {
            settle(&mut world.machine, number);
        }
        if number == 8000 {
            settle(&mut world.machine, 100);
        }
        passed.extend(world.machine.passed(JOB));
    }
    let before = before(&passed);
    assert_eq!(before.len(), 4, "{before:?}");
    assert_eq!(before[..3], ["p/00100"; 3]);
    assert!(before[3] > "p/08000", "{before:?}");
    // An expansion that keeps to no order passes nothing.
    world.machine.found(JOB, vec![found(3)]);
    world.machine.next_due(ROOM);
    for _ in 0..5000 {
        settle(&mut world.machine, 3);
    }
    assert_eq!(world.machine.passed(JOB), None);
}

/// Starts what is due in a room and gives the jobs whose objects were begun, in order.
fn begun(machine: &mut Machine, room: FreeCapacity) -> Vec<u64> {
    let mut begun = Vec::new();
    while let Some(due) = machine.next_due(room) {
        match due {
            Due::Expand { job, .. } => {
                let objects = (0..30).map(item).collect();
                machine.found(job, objects);
                machine.expanded(job, Ok(()));
            }
            Due::Move { job, .. } => begun.push(job.0),
            _ => {}
        }
    }
    begun
}

fn queue_of(jobs: usize) -> Machine {
    let mut machine = Machine::default();
    let facts = machine.decide(&TransferCommand::Enqueue(vec![spec(); jobs]));
    for fact in &facts {
        machine.apply(fact);
    }
    machine
}

const WIDE: FreeCapacity = FreeCapacity { objects: 8, parts: 8, expansions: 4 };

#[test]
fn no_job_takes_all_while_another_waits() {
    let mut machine = queue_of(3);
    let mut jobs = begun(&mut machine, WIDE);
    jobs.sort_unstable();
    assert_eq!(jobs, [1, 1, 1, 1, 1, 1, 2, 2]);
    assert_eq!(begun(&mut queue_of(1), WIDE), [1; 8], "alone it may");
}

#[test]
fn what_has_priority_goes_first_and_keeps_what_it_has() {
    let mut machine = queue_of(3);
    for (job, priority) in [(1, Priority::Low), (3, Priority::High)] {
        let facts = machine.decide(&TransferCommand::Prioritise(JobId(job), priority));
        for fact in &facts {
            machine.apply(fact);
        }
    }
    assert_eq!(begun(&mut machine, WIDE), [3; 8]);
    let again = machine.decide(&TransferCommand::Prioritise(JobId(3), Priority::High));
    assert_eq!(again, [], "nothing changes");
    machine.apply(&Fact::Paused { job: JobId(3) });
    (0..30).for_each(|number| machine.returned(JobId(3), &format!("p/{number}")));
    assert_eq!(begun(&mut machine, WIDE), [2; 8]);
}

#[test]
fn a_small_object_is_begun_beside_large_ones() {
    let mut machine = queue_of(1);
    let Some(Due::Expand { job, .. }) = machine.next_due(WIDE) else { panic!("it looks") };
    let large = |number| Item { size: Some(1 << 30), ..item(number) };
    machine.found(job, (0..10).map(large).chain([item(99)]).collect());
    let mut places = Vec::new();
    while let Some(Due::Move { item, .. }) = machine.next_due(WIDE) {
        places.push(item.place);
    }
    places.sort_unstable();
    assert_eq!(places, ["p/0", "p/99"], "one large object has parts enough for every slot");
}

#[test]
fn what_failed_objects_left_is_kept_of_so_many() {
    let mut machine = queue_of(1);
    let Some(Due::Expand { job, .. }) = machine.next_due(WIDE) else { panic!("it looks") };
    let mut cleaned = 0;
    for number in 0..3000 {
        machine.found(job, vec![item(number)]);
        while let Some(due) = machine.next_due(WIDE) {
            match due {
                Due::Move { item: Item { place, .. }, .. } => {
                    let partial = Partial::File(PartFile {
                        folders: Vec::new(),
                        name: place.clone(),
                        target: None,
                        inode: None,
                        etag: None,
                        size: None,
                        range_size: 1,
                        ranges: std::collections::BTreeSet::new(),
                        begun: std::collections::BTreeMap::new(),
                    });
                    machine.apply(&Fact::Opened { job, place: place.clone(), partial });
                    let outcome = Outcome::Failed(Error::new(ErrorKind::TimedOut, "get", ""));
                    machine.apply(&Fact::Settled { job, place: place.clone(), bytes: 0, outcome });
                    machine.returned(job, &place);
                }
                Due::CleanUp { place, .. } => {
                    machine.apply(&Fact::Closed { job, place: place.clone() });
                    machine.returned(job, &place);
                    cleaned += 1;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(machine.open(job).unwrap().len() + cleaned, 3000);
    assert!(machine.open(job).unwrap().len() <= 1001);
    assert_eq!(machine.view(job).unwrap().failures.len(), MAX_FAILURES);
}

#[test]
fn a_named_object_is_queued_until_it_is_begun() {
    let mut machine = Machine::default();
    let one = |key: &str| {
        let source = Target::Object(Key::new(key));
        let (bucket, folder) = (Bucket::new("b"), PathBuf::from("f"));
        JobSpec {
            work: Work::Download { bucket, source, folder, name: None, size: None },
            ..spec()
        }
    };
    let specs = (0..100).map(|number| one(&number.to_string())).collect();
    let facts = machine.decide(&TransferCommand::Enqueue(specs));
    for fact in &facts {
        machine.apply(fact);
    }
    let mut named = 0;
    while let Some(due) = machine.next_due(WIDE) {
        if let Due::Expand { job, .. } = due {
            named += 1;
            machine.found(job, vec![item(0)]);
            machine.expanded(job, Ok(()));
        }
    }
    let running = machine.views().iter().filter(|view| view.state == JobState::Running).count();
    assert_eq!(running, 8);
    assert_eq!(named, 16, "a few are ready to follow");
}

#[test]
fn what_is_recorded_counts_while_a_job_rests() {
    let mut world = World::new();
    while let Some(due) = world.machine.next_due(ROOM) {
        if matches!(due, Due::Expand { .. }) {
            break;
        }
    }
    world.machine.found(JOB, vec![item(0), item(1)]);
    let partial = |ranges: &[u32]| {
        Partial::File(PartFile {
            folders: Vec::new(),
            name: "part".into(),
            target: None,
            etag: None,
            size: Some(10),
            range_size: 2,
            ranges: ranges.iter().copied().collect(),
            begun: std::collections::BTreeMap::new(),
            inode: None,
        })
    };
    let place = "p/0".to_owned();
    assert!(matches!(world.machine.next_due(ROOM), Some(Due::Move { .. })));
    world.write(vec![Fact::Opened { job: JOB, place: place.clone(), partial: partial(&[]) }]);
    world.write(vec![Fact::RangesDone { job: JOB, place: place.clone(), ranges: vec![0, 2, 4] }]);
    let progress = |world: &World| world.machine.progress(JOB).unwrap();
    assert_eq!(
        (progress(&world).bytes, progress(&world).bytes_total),
        (0, 20),
        "told by who moves"
    );
    world.command(&TransferCommand::Pause(JOB));
    world.machine.returned(JOB, &place);
    let paused = progress(&world);
    assert_eq!((paused.bytes, paused.bytes_total, paused.objects_total), (6, 20, 2));
    world.command(&TransferCommand::Resume(JOB));
    assert_eq!((progress(&world).bytes, progress(&world).bytes_total), (6, 20));
    let mut restarted = Machine::default();
    world.facts.iter().for_each(|fact| restarted.apply(fact));
    let after = restarted.progress(JOB).unwrap();
    assert_eq!((after.bytes, after.bytes_total), (6, 10), "of what the journal knows");
    restarted.apply(&Fact::Finished { job: JOB, error: None });
    assert_eq!(restarted.progress(JOB).unwrap().bytes, 0);
}

/// Up to where each says that everything is done.
pub(super) fn before(passed: &[Fact]) -> Vec<&str> {
    passed
        .iter()
        .map(|fact| match fact {
            Fact::Passed { before, .. } => before.as_str(),
            other => panic!("{other:?}"),
        })
        .collect()
}
