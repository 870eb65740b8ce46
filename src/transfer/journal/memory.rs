//! Keeps facts in memory where no file is wanted.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::transfer::JobId;
use crate::transfer::fact::Fact;
use crate::transfer::journal::outcomes::Outcomes;

/// As [the table](super::table::Table) answers, without its rows.
pub struct MemoryJournal {
    jobs: Mutex<HashMap<JobId, Outcomes>>,
    /// Facts that are remembered now.
    tell: Box<dyn Fn(Vec<Fact>) + Send + Sync>,
}

impl MemoryJournal {
    pub fn new(tell: impl Fn(Vec<Fact>) + Send + Sync + 'static) -> MemoryJournal {
        MemoryJournal { jobs: Mutex::default(), tell: Box::new(tell) }
    }

    /// Told in the order in which they are remembered.
    pub fn append(&self, facts: Vec<Fact>) {
        let mut jobs = self.jobs();
        for fact in &facts {
            match (fact, fact.job()) {
                (Fact::Removed { job }, _) => drop(jobs.remove(job)),
                (_, Some(job)) => jobs.entry(job).or_default().record(fact),
                (_, None) => {}
            }
        }
        (self.tell)(facts);
    }

    pub fn settled(&self, job: JobId, places: &[String]) -> Vec<bool> {
        let jobs = self.jobs();
        let Some(outcomes) = jobs.get(&job) else { return vec![false; places.len()] };
        places.iter().map(|place| outcomes.is_settled(place)).collect()
    }

    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Outcomes>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryJournal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::error::{Error, ErrorKind};
    use crate::transfer::fact::{Outcome, PlaceOrder};
    use crate::transfer::journal::table::Table;

    const JOBS: u64 = 2;
    const PLACES: [&str; 6] = ["a", "a.b", "a/b", "a/c", "b", "c"];

    fn fact() -> impl Strategy<Value = Fact> {
        let place = (0..PLACES.len()).prop_map(|at| PLACES[at].to_owned());
        (0..9, 1..=JOBS, place).prop_map(|(kind, job, place)| {
            let (job, error) = (JobId(job), Error::new(ErrorKind::Other, "test", "x"));
            let settled = |outcome| Fact::Settled { job, place: place.clone(), bytes: 1, outcome };
            match kind {
                0 | 1 => settled(Outcome::Done(None)),
                2 => settled(Outcome::Failed(error)),
                3 => Fact::Passed { job, before: place, order: PlaceOrder::Folders },
                4 => Fact::Retried { job },
                5 => Fact::Cancelled { job },
                6 => Fact::Finished { job, error: Some(error).filter(|_| place.as_str() > "a/b") },
                7 => Fact::Leaving { job },
                _ => Fact::Removed { job },
            }
        })
    }

    proptest! {
        #[test]
        fn it_answers_as_the_tables_do(facts in proptest::collection::vec(fact(), 1..40)) {
            let (memory, mut table) = (MemoryJournal::new(|_| ()), Table::in_memory().unwrap());
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
        let (memory, job) = (MemoryJournal::new(|_| ()), JobId(1));
        for number in 0..100_000 {
            let (place, outcome) = (format!("{number:06}"), Outcome::Done(None));
            memory.append(vec![Fact::Settled { job, place: place.clone(), bytes: 1, outcome }]);
            if number % 2048 == 0 {
                let order = PlaceOrder::Bytes;
                memory.append(vec![Fact::Passed { job, before: place, order }]);
            }
        }
        assert!(memory.jobs()[&job].room() < 8192);
        assert_eq!(memory.settled(job, &["000001".to_owned(), "1".to_owned()]), [true, false]);
    }
}
