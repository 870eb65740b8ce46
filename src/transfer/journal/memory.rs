//! Facts that no file keeps: told on the spot, and of them only what a job asks for again is
//! remembered.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::transfer::JobId;
use crate::transfer::fact::{Fact, Outcome, PlaceOrder};

/// As [the table](super::table::Table) answers, without its rows.
pub struct Remembered {
    jobs: Mutex<HashMap<JobId, Outcomes>>,
    /// Facts that are remembered now.
    tell: Box<dyn Fn(Vec<Fact>) + Send + Sync>,
}

/// What became of the objects of one job.
#[derive(Debug, Default)]
pub struct Outcomes {
    fates: HashMap<String, Fate>,
    /// Objects before this place, as the order has it, have come to their end.
    passed: Option<(String, PlaceOrder)>,
    stands: Stands,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Settled,
    Failed,
    /// Failed, and to be tried again.
    Again,
}

/// The last fact that changed how the job stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stands {
    #[default]
    Queued,
    Cancelled,
    Finished,
    Retried,
    /// Cleared, and what it left unfinished is still to be taken away.
    Leaving,
}

impl Remembered {
    pub fn new(tell: impl Fn(Vec<Fact>) + Send + Sync + 'static) -> Remembered {
        Remembered { jobs: Mutex::default(), tell: Box::new(tell) }
    }

    /// Told in the order in which they are remembered.
    pub fn append(&self, facts: Vec<Fact>) {
        let mut jobs = self.jobs();
        for fact in &facts {
            record(&mut jobs, fact);
        }
        (self.tell)(facts);
    }

    pub fn settled(&self, job: JobId, places: &[String]) -> Vec<bool> {
        let jobs = self.jobs();
        let Some(outcomes) = jobs.get(&job) else { return vec![false; places.len()] };
        places.iter().map(|place| outcomes.settled(place)).collect()
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Outcomes>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn record(jobs: &mut HashMap<JobId, Outcomes>, fact: &Fact) {
    match fact {
        Fact::Removed { job } => drop(jobs.remove(job)),
        Fact::Settled { job, .. }
        | Fact::Passed { job, .. }
        | Fact::Cancelled { job }
        | Fact::Retried { job }
        | Fact::Leaving { job }
        | Fact::Finished { job, .. } => jobs.entry(*job).or_default().record(fact),
        _ => {}
    }
}

impl Outcomes {
    fn record(&mut self, fact: &Fact) {
        match fact {
            Fact::Settled { place, outcome, .. } => {
                let failed = matches!(outcome, Outcome::Failed(_));
                let fate = if failed { Fate::Failed } else { Fate::Settled };
                self.fates.insert(place.clone(), fate);
            }
            Fact::Passed { before, order, .. } => self.pass(before, *order),
            Fact::Cancelled { .. } => self.stands = Stands::Cancelled,
            Fact::Retried { .. } => self.retry(),
            // One that was tried again just before it was cleared stays.
            Fact::Leaving { .. } => {
                if matches!(self.stands, Stands::Cancelled | Stands::Finished) {
                    self.stands = Stands::Leaving;
                }
            }
            Fact::Finished { error, .. } => {
                // Cancelled just before: it did not finish, and a retry asks what was settled.
                let ended = matches!(self.stands, Stands::Cancelled | Stands::Leaving);
                if error.is_none() && !ended {
                    self.finish();
                }
                if self.stands != Stands::Leaving {
                    self.stands = Stands::Finished;
                }
            }
            _ => {}
        }
    }

    fn pass(&mut self, before: &str, order: PlaceOrder) {
        let before = order.of(before);
        self.fates.retain(|place, fate| *fate != Fate::Settled || *order.of(place) >= *before);
        self.fates.shrink_to(2 * self.fates.len());
        match &mut self.passed {
            Some((known, _)) if **known >= *before => {}
            Some((known, _)) => before.as_ref().clone_into(known),
            None => self.passed = Some((before.into_owned(), order)),
        }
    }

    fn retry(&mut self) {
        // Cleared in the same moment: nobody tries it again.
        if self.stands == Stands::Leaving {
            return;
        }
        // Asked twice in a moment: what failed since the first is not asked for.
        if std::mem::replace(&mut self.stands, Stands::Retried) == Stands::Retried {
            return;
        }
        let failed = self.fates.values_mut().filter(|fate| **fate == Fate::Failed);
        failed.for_each(|fate| *fate = Fate::Again);
    }

    /// Nobody asks for the objects of a job that went well.
    fn finish(&mut self) {
        // What was to be tried again and is not found any more has not failed.
        self.fates.retain(|_, fate| *fate != Fate::Again);
        if self.fates.values().all(|fate| *fate == Fate::Settled) {
            *self = Outcomes::default();
        }
    }

    fn settled(&self, place: &str) -> bool {
        match (self.fates.get(place), &self.passed) {
            (Some(fate), _) => *fate != Fate::Again,
            (None, Some((before, order))) => *order.of(place) < **before,
            (None, None) => false,
        }
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::error::{Error, ErrorKind};
    use crate::transfer::journal::table::Table;

    const JOBS: u64 = 2;
    const PLACES: [&str; 6] = ["a", "a.b", "a/b", "a/c", "b", "c"];

    fn fact() -> impl Strategy<Value = Fact> {
        let place = (0..PLACES.len()).prop_map(|at| PLACES[at].to_owned());
        (0..8, 1..=JOBS, place).prop_map(|(kind, job, place)| {
            let (job, error) = (JobId(job), Error::new(ErrorKind::Other, "test", "x"));
            let settled = |outcome| Fact::Settled { job, place: place.clone(), bytes: 1, outcome };
            match kind {
                0 | 1 => settled(Outcome::Done(None)),
                2 => settled(Outcome::Failed(error)),
                3 => Fact::Passed { job, before: place, order: PlaceOrder::Folders },
                4 => Fact::Retried { job },
                5 => Fact::Cancelled { job },
                6 => Fact::Finished { job, error: Some(error).filter(|_| place.as_str() > "a/b") },
                _ => Fact::Removed { job },
            }
        })
    }

    proptest! {
        #[test]
        fn it_answers_as_the_tables_do(facts in proptest::collection::vec(fact(), 1..40)) {
            let (memory, mut table) = (Remembered::new(|_| ()), Table::in_memory().unwrap());
            let places = PLACES.map(str::to_owned);
            for fact in facts {
                memory.append(vec![fact.clone()]);
                table.append(std::slice::from_ref(&fact)).unwrap();
                for job in (1..=JOBS).map(JobId) {
                    let expected = table.settled(job, &places).unwrap();
                    prop_assert_eq!(memory.settled(job, &places), expected, "{:?}", fact);
                }
            }
        }
    }

    #[test]
    fn a_job_of_many_objects_leaves_nothing_but_how_far_it_is() {
        let (memory, job) = (Remembered::new(|_| ()), JobId(1));
        for number in 0..100_000 {
            let (place, outcome) = (format!("{number:06}"), Outcome::Done(None));
            memory.append(vec![Fact::Settled { job, place: place.clone(), bytes: 1, outcome }]);
            if number % 2048 == 0 {
                let order = PlaceOrder::Bytes;
                memory.append(vec![Fact::Passed { job, before: place, order }]);
            }
        }
        assert!(memory.jobs()[&job].fates.capacity() < 8192);
        assert_eq!(memory.settled(job, &["000001".to_owned(), "1".to_owned()]), [true, false]);
    }
}
