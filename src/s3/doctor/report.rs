//! Hands the steps of an examination to whoever listens.

use std::ops::RangeInclusive;
use std::time::Instant;

use crate::domain::diagnosis::{Finding, Step, Verdict};
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{Error, ErrorKind};

/// The steps that change something.
pub const WRITING: RangeInclusive<Step> = Step::Write..=Step::Delete;

pub struct Report<'a> {
    tell: &'a mut (dyn FnMut(Finding) + Send),
    began: Instant,
}

/// Why nothing further is worth trying.
#[derive(Clone, Copy, Debug)]
pub struct Stop(pub &'static str);

impl<'a> Report<'a> {
    pub fn new(tell: &'a mut (dyn FnMut(Finding) + Send)) -> Report<'a> {
        Report { tell, began: Instant::now() }
    }

    pub fn end(&mut self, step: Step, verdict: Verdict) {
        let took = self.began.elapsed();
        (self.tell)(Finding { step, verdict, took });
        self.began = Instant::now();
    }

    pub fn works(&mut self, step: Step, told: impl Into<String>) {
        self.end(step, Verdict::Works(told.into()));
    }

    pub fn beware(&mut self, step: Step, told: impl Into<String>) {
        self.end(step, Verdict::Beware(told.into()));
    }

    pub fn fails(&mut self, step: Step, error: Error) {
        self.end(step, Verdict::Fails(error));
    }

    pub fn skip(&mut self, steps: RangeInclusive<Step>, why: &str) {
        self.end_all(steps, &Verdict::Skipped(why.to_owned()));
    }

    /// Steps that nobody asked for; the remedy asks for them.
    pub fn leave_out(&mut self, steps: RangeInclusive<Step>, remedy: Remedy) {
        self.end_all(steps, &Verdict::Unasked(remedy));
    }

    fn end_all(&mut self, steps: RangeInclusive<Step>, verdict: &Verdict) {
        for step in Step::ALL.into_iter().filter(|step| steps.contains(step)) {
            self.end(step, verdict.clone());
        }
    }

    /// A step whose success says nothing more.
    pub fn outcome<T>(&mut self, step: Step, outcome: Result<T, Error>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.works(step, "");
                Some(value)
            }
            Err(error) => {
                self.fails(step, error);
                None
            }
        }
    }
}

/// The verdict on a request that has to be refused: a failure of one of `kinds` says that all is
/// well, a success `otherwise`.
pub fn refused_as_it_should<T>(
    outcome: Result<T, Error>,
    kinds: &[ErrorKind],
    otherwise: &str,
) -> Verdict {
    match outcome {
        Ok(_) => Verdict::Beware(otherwise.to_owned()),
        Err(error) if kinds.iter().any(|kind| error.is(kind)) => Verdict::Works(String::new()),
        Err(error) => Verdict::Fails(error),
    }
}
