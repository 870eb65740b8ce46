//! Keeps every job to the servers it was queued for: a job whose connection leads to another one
//! waits.

use tokio::task::block_in_place;

use crate::domain::error::Error;
use crate::domain::transfer::{JobId, Note, TransferCommand};
use crate::domain::transfer_event::TransferEvent;
use crate::transfer::engine::work::Ways;
use crate::transfer::engine::writer::Writer;
use crate::transfer::fact::{Fact, JobServers};

impl Writer {
    /// The facts with the servers of what is queued by them.
    pub(super) fn with_servers(&self, facts: Vec<Fact>) -> Vec<Fact> {
        let mut with = Vec::with_capacity(facts.len());
        for fact in facts {
            let queued = match &fact {
                Fact::Enqueued { job, spec } => {
                    // A connection that is used for the first time may read files.
                    let servers = block_in_place(|| self.context.servers_of(spec));
                    (servers != JobServers::default())
                        .then_some(Fact::QueuedFor { job: *job, servers })
                }
                _ => None,
            };
            with.push(fact);
            with.extend(queued);
        }
        with
    }

    pub(super) fn ways(&self, job: JobId) -> Ways {
        Ways { servers: self.machine.servers(job), inputs: self.inputs.clone() }
    }

    /// Pauses the job, and says why: once for all of its workers.
    pub(super) fn misled(&mut self, job: JobId, error: Error) {
        let paused = self.machine.decide(&TransferCommand::Pause(job));
        if paused.is_empty() || self.closing || self.halted || !self.misled.insert(job) {
            return;
        }
        let text = error.detail.clone();
        let known = self
            .machine
            .view(job)
            .is_some_and(|view| view.notes.iter().any(|note| note.text == text));
        let place = error.place.clone();
        let noted = Fact::Noted { job, note: Note { place, text, saved_as: None } };
        self.journal.note(paused.into_iter().chain((!known).then_some(noted)).collect());
        self.tell(TransferEvent::Warned(error));
    }
}
