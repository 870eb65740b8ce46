//! Issues the tickets that tell wanted answers from late ones.

use crate::app::event::Ticket;

/// Counts tickets up from 1; none is issued twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tickets {
    last: u64,
}

impl Tickets {
    pub fn issue(&mut self) -> Ticket {
        self.last += 1;
        Ticket(self.last)
    }
}
