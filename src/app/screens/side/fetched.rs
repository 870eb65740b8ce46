//! Keeps what was fetched of an object, and of the few that were shown before it.

use std::collections::VecDeque;

use crate::app::screens::preview::Preview;
use crate::app::screens::subject::Subject;
use crate::domain::error::Error;
use crate::domain::object::ObjectHead;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fetched<T> {
    #[default]
    Nothing,
    Waiting,
    Ready(T),
    Failed(Error),
}

/// Objects whose preview or details are kept, so that going back asks for nothing.
const KEPT: usize = 8;

/// A preview of more rows is not kept: it is opened again in less memory.
const MOST_ROWS: usize = 10_000;

/// Newest last.
#[derive(Clone, Debug, Default)]
pub struct KeptPreviews(VecDeque<(Subject, Fetched<ObjectHead>, Fetched<Preview>)>);

impl KeptPreviews {
    /// Keeps what is there whole.
    pub fn keep(&mut self, subject: Subject, head: Fetched<ObjectHead>, preview: Fetched<Preview>) {
        let light = |preview: &Preview| preview.extent().len <= MOST_ROWS;
        let (head, preview) = (ready(head, |_| true), ready(preview, light));
        if head == Fetched::Nothing && preview == Fetched::Nothing {
            return;
        }
        self.0.retain(|(kept, ..)| *kept != subject);
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((subject, head, preview));
    }

    pub fn take(&mut self, subject: &Subject) -> Option<(Fetched<ObjectHead>, Fetched<Preview>)> {
        let at = self.0.iter().position(|(kept, ..)| kept == subject)?;
        self.0.remove(at).map(|(_, head, preview)| (head, preview))
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

fn ready<T>(fetched: Fetched<T>, keeps: impl Fn(&T) -> bool) -> Fetched<T> {
    match fetched {
        Fetched::Ready(value) if keeps(&value) => Fetched::Ready(value),
        _ => Fetched::Nothing,
    }
}
