//! Issues the tickets that tell wanted answers from late ones, and keeps what is being changed.

use crate::app::effect::Request;
use crate::app::event::Ticket;
use crate::app::server_change::ServerChange;

/// Counts tickets up from 1; none is issued twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tickets {
    last: u64,
    /// What requests change whose answers are waited for.
    changes: Vec<(Ticket, ServerChange)>,
}

impl Tickets {
    pub fn issue(&mut self, request: &Request) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.changes.extend(ServerChange::of(request).map(|change| (ticket, change)));
        ticket
    }

    /// What is being changed, oldest first.
    pub fn changes(&self) -> &[(Ticket, ServerChange)] {
        &self.changes
    }

    pub fn forget(&mut self, ticket: Ticket) {
        self.changes.retain(|(each, _)| *each != ticket);
    }

    /// Takes what is changed by requests that nobody owns any more.
    pub fn take_unowned(&mut self, owned: impl Fn(Ticket) -> bool) -> Vec<(Ticket, ServerChange)> {
        self.changes.extract_if(.., |(ticket, _)| !owned(*ticket)).collect()
    }
}
