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

/// Newest last.
#[derive(Clone, Debug, Default)]
pub struct KeptPreviews(VecDeque<(Subject, Fetched<ObjectHead>, Fetched<Preview>)>);

impl KeptPreviews {
    /// Keeps what is there whole.
    pub fn keep(&mut self, subject: Subject, head: Fetched<ObjectHead>, preview: Fetched<Preview>) {
        let (head, preview) = (ready(head), ready(preview));
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

fn ready<T>(fetched: Fetched<T>) -> Fetched<T> {
    match fetched {
        Fetched::Ready(value) => Fetched::Ready(value),
        Fetched::Nothing | Fetched::Waiting | Fetched::Failed(_) => Fetched::Nothing,
    }
}
