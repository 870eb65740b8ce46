//! Reads the queue of another process from its journal.

use crate::domain::transfer::{HeldQueue, Holder, JobState, JobView};
use crate::transfer::fact::{Fact, Partial};
use crate::transfer::machine::Machine;

pub fn held(holder: Holder, facts: &[Fact]) -> HeldQueue {
    let mut machine = Machine::default();
    for fact in facts {
        machine.apply(fact);
    }
    let jobs = machine.views().into_iter().map(|view| seen(view, &machine)).collect();
    HeldQueue { holder, jobs }
}

/// The view with the bytes of unfinished objects; what has begun counts as running.
fn seen(mut view: JobView, machine: &Machine) -> JobView {
    let open = machine.open(view.id).into_iter().flatten();
    for (_, partial) in open {
        let size = match partial {
            Partial::Multipart(multipart) => multipart.size,
            Partial::File(file) => file.size.unwrap_or_default(),
            Partial::Copied(_) => partial.bytes(),
        };
        view.progress.bytes += partial.bytes();
        view.progress.bytes_total += size;
        view.progress.objects_total += 1;
    }
    if view.state == JobState::Queued && view.progress.objects_total > 0 {
        view.state = JobState::Running;
    }
    JobView { id: view.id.held(), ..view }
}
