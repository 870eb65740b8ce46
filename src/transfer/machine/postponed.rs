//! Keeps the objects of a run that wait for their restore, and finds the one to look at first.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::transfer::item::Item;

/// When an object that is being restored is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextLook {
    /// How often it was looked at already.
    pub looks: u32,
    pub next: Timestamp,
}

/// Objects that were found and take no place of the engine until they are looked at.
#[derive(Debug, Default)]
pub struct Postponed {
    items: BTreeMap<String, (Timestamp, Item)>,
    by_time: BTreeSet<(Timestamp, String)>,
}

impl Postponed {
    pub fn add(&mut self, item: Item, next: Timestamp) {
        let place = item.place.clone();
        self.by_time.insert((next, place.clone()));
        if let Some((before, _)) = self.items.insert(place.clone(), (next, item))
            && before != next
        {
            self.by_time.remove(&(before, place));
        }
    }

    /// Takes the next one that is to be looked at by then.
    pub fn take(&mut self, now: Timestamp) -> Option<Item> {
        self.next().filter(|next| *next <= now)?;
        let (_, place) = self.by_time.pop_first()?;
        self.items.remove(&place).map(|(_, item)| item)
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(next, _)| *next)
    }

    pub fn first_place(&self) -> Option<&str> {
        self.items.keys().next().map(String::as_str)
    }

    pub fn contains(&self, place: &str) -> bool {
        self.items.contains_key(place)
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::address::Key;
    use crate::domain::error::Error;
    use crate::domain::transfer::{
        FileRules, JobId, JobOptions, JobSpec, JobState, OnArchived, OnConflict, Target,
        TransferCommand, Work,
    };
    use crate::transfer::fact::{Fact, Outcome};
    use crate::transfer::item::ItemKind;
    use crate::transfer::local::names::LocalName;
    use crate::transfer::machine::tests::before;
    use crate::transfer::machine::{Due, FreeCapacity, Machine};

    const JOB: JobId = JobId(1);
    const ROOM: FreeCapacity = FreeCapacity { objects: 1, parts: 1, expansions: 1 };

    fn spec(source: Target) -> JobSpec {
        let (bucket, folder) = ("b".into(), PathBuf::from("f"));
        JobSpec {
            connection: "c".into(),
            work: Work::Download { bucket, source, folder, name: None, size: None },
            on_conflict: OnConflict::Fail,
            files: FileRules { archived: OnArchived::Wait, ..FileRules::default() },
            options: JobOptions::default(),
        }
    }

    fn item(place: &str) -> Item {
        let (key, local) = (Key::new(place), LocalName::of(place));
        let kind = ItemKind::Download { key, version: None, local, marker: false };
        Item { place: place.to_owned(), size: Some(10), kind }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn take(machine: &mut Machine, facts: &[Fact]) {
        for fact in facts {
            machine.apply(fact);
        }
    }

    fn machine(specs: &[JobSpec]) -> (Machine, Vec<Fact>) {
        let mut machine = Machine::default();
        let facts = machine.decide(&TransferCommand::Enqueue(specs.to_vec()));
        take(&mut machine, &facts);
        (machine, facts)
    }

    /// What is begun in this room, each with how often it was looked at; expansions find `keys`.
    fn begun(machine: &mut Machine, keys: &[&str]) -> Vec<(u64, String, u32)> {
        let mut begun = Vec::new();
        while let Some(due) = machine.next_due(ROOM) {
            match due {
                Due::Expand { job, .. } => {
                    machine.found(job, keys.iter().map(|key| item(key)).collect());
                    machine.expanded(job, Ok(()));
                }
                Due::Move { job, item, looks, .. } => begun.push((job.0, item.place, looks)),
                other => panic!("{other:?}"),
            }
        }
        begun
    }

    fn postpone(machine: &mut Machine, job: JobId, place: &str, looks: u32, second: i64) -> Fact {
        let fact = Fact::Postponed { job, place: place.to_owned(), looks, next: at(second) };
        machine.apply(&fact);
        machine.returned(job, place);
        fact
    }

    #[test]
    fn what_waits_for_its_restore_takes_no_place_and_is_due_again_at_its_time() {
        let named = |key: &str| spec(Target::Object(key.into()));
        let (mut machine, _) = machine(&[named("k"), named("k")]);
        assert_eq!(begun(&mut machine, &["k"]), [(1, "k".into(), 0)]);
        postpone(&mut machine, JOB, "k", 1, 100);
        // The only place is free for the next job.
        assert_eq!(begun(&mut machine, &["k"]), [(2, "k".into(), 0)]);
        assert_eq!(machine.state(JOB), Some(JobState::Running));
        assert_eq!(
            (machine.waiting(JOB), machine.next_look()),
            (Some((1, at(100))), Some(at(100)))
        );
        postpone(&mut machine, JobId(2), "k", 1, 50);
        assert_eq!(machine.next_look(), Some(at(50)));
        machine.look(at(49));
        assert_eq!(begun(&mut machine, &[]), []);
        machine.look(at(99));
        assert_eq!(begun(&mut machine, &[]), [(2, "k".into(), 1)]);
        machine.apply(&Fact::Removed { job: JobId(2) });
        machine.look_at_once(JOB);
        assert_eq!(machine.next_look(), None);
        assert_eq!(begun(&mut machine, &[]), [(1, "k".into(), 1)]);
    }

    #[test]
    fn a_restart_looks_when_it_was_to_be_looked_and_a_resumed_job_at_once() {
        let (mut running, mut facts) = machine(&[spec(Target::Prefix("p/".into()))]);
        let keys = ["p/a", "p/b"];
        assert_eq!(begun(&mut running, &keys), [(1, "p/a".into(), 0)]);
        facts.push(postpone(&mut running, JOB, "p/a", 3, 100));
        assert_eq!(begun(&mut running, &keys), [(1, "p/b".into(), 0)]);
        assert_eq!(running.waiting(JOB), None, "something else of it moves");
        facts.push(postpone(&mut running, JOB, "p/b", 1, 200));
        assert_eq!(running.waiting(JOB), Some((2, at(100))));

        let mut restarted = Machine::default();
        take(&mut restarted, &facts);
        restarted.restored();
        assert_eq!(restarted.state(JOB), Some(JobState::Queued));
        assert_eq!(begun(&mut restarted, &keys), []);
        assert_eq!(restarted.state(JOB), Some(JobState::Running));
        assert_eq!(restarted.waiting(JOB), Some((2, at(100))));
        restarted.look(at(100));
        assert_eq!(begun(&mut restarted, &keys), [(1, "p/a".into(), 3)]);
        let (place, outcome) = ("p/a".to_owned(), Outcome::Done(None));
        restarted.apply(&Fact::Settled { job: JOB, place, bytes: 10, outcome });
        restarted.returned(JOB, "p/a");
        assert_eq!(restarted.waiting(JOB), Some((1, at(200))));

        restarted.apply(&Fact::Paused { job: JOB });
        assert_eq!((restarted.waiting(JOB), restarted.next_look()), (None, None));
        restarted.apply(&Fact::Resumed { job: JOB });
        begun(&mut restarted, &["p/b"]);
        restarted.look(at(0));
        assert_eq!(begun(&mut restarted, &[]), [(1, "p/b".into(), 1)]);
        postpone(&mut restarted, JOB, "p/b", 2, 300);
        restarted.apply(&Fact::Cancelled { job: JOB });
        assert_eq!((restarted.waiting(JOB), restarted.next_look()), (None, None));
    }

    #[test]
    fn what_failed_while_it_was_restored_waits_from_then_on() {
        let mut told = spec(Target::Object("k".into()));
        told.files.archived = OnArchived::Fail;
        let (mut machine, _) = machine(&[told]);
        assert_eq!(begun(&mut machine, &["k"]), [(1, "k".into(), 0)]);
        let outcome = Outcome::Failed(Error::of_archived("k", true));
        machine.apply(&Fact::Settled { job: JOB, place: "k".into(), bytes: 0, outcome });
        machine.returned(JOB, "k");
        let Some(Due::Finish { job, error }) = machine.next_due(ROOM) else { panic!("it failed") };
        machine.apply(&Fact::Finished { job, error });
        let facts = machine.decide(&TransferCommand::AwaitRestore(JOB));
        take(&mut machine, &facts);
        assert_eq!(machine.spec(JOB).unwrap().files.archived, OnArchived::Wait);
        assert_eq!(begun(&mut machine, &["k"]), [(1, "k".into(), 0)]);
        postpone(&mut machine, JOB, "k", 1, 100);
        assert_eq!(machine.waiting(JOB), Some((1, at(100))));
    }

    #[test]
    fn a_job_passes_nothing_that_still_waits_and_finds_no_more_than_it_can_hold() {
        let (mut machine, _) = machine(&[spec(Target::Prefix("p/".into()))]);
        let Some(Due::Expand { job, .. }) = machine.next_due(ROOM) else { panic!("it looks") };
        let mut passed = Vec::new();
        let mut number = 0;
        while machine.has_room(job) {
            let place = format!("p/{number:06}");
            machine.found(job, vec![item(&place)]);
            assert!(matches!(machine.next_due(ROOM), Some(Due::Move { .. })), "{number}");
            if number % 2 == 1 && number > 3000 {
                postpone(&mut machine, job, &place, 1, 100);
            } else {
                let (settled, outcome) = (place.clone(), Outcome::Done(None));
                machine.apply(&Fact::Settled { job, place: settled, bytes: 10, outcome });
                machine.returned(job, &place);
            }
            passed.extend(machine.passed(job));
            number += 1;
        }
        assert!((20_000..30_000).contains(&number), "{number}");
        let before = before(&passed);
        assert!(before.len() > 4);
        assert_eq!(before.iter().max(), Some(&"p/003001"), "{before:?}");
    }
}
