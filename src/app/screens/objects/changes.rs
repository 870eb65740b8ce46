//! Keeps the changes of an open prefix that its listing may not show yet.

use std::collections::BTreeSet;

use crate::app::context::Context;
use crate::app::event::Ticket;
use crate::domain::change::RowChanges;

#[derive(Clone, Debug, Default)]
pub struct Changing {
    /// What came while a page was on its way, which may tell how it was before.
    pub since: RowChanges,
    /// Prefixes shown of which nothing may be left.
    pub doubtful: BTreeSet<String>,
    /// Prefixes that are being looked into.
    pub probed: BTreeSet<String>,
    pub ticket: Option<Ticket>,
    /// Something changed that could not be brought into the rows.
    pub behind: bool,
    /// The old and the new name of the row that is being renamed: the cursor goes along.
    pub renamed: Option<(String, String)>,
}

impl Changing {
    pub fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    pub fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    /// Pages are asked for anew: they will know of everything.
    pub fn forget_pages(&mut self) {
        self.since = RowChanges::default();
        self.behind = false;
    }

    /// Forgets everything, because another place is open.
    pub fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        *self = Changing::default();
    }
}
