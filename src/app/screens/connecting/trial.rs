//! Tests a connection while it is entered, and keeps what was found so far.

use crate::app::context::Context;
use crate::app::effect::ConnectionRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::config::connection::Connection;
use crate::domain::diagnosis::{Examination, Finding, Step, Verdict};
use crate::domain::error::{Error, ErrorKind};

#[derive(Clone, Debug, Default)]
pub struct Trial {
    ticket: Option<Ticket>,
    tried: Option<Box<Connection>>,
    pub findings: Vec<Finding>,
    pub broken: Option<Error>,
    /// It came to its end.
    pub over: bool,
}

impl Trial {
    /// Begins anew where the connection is another one than the one tried last.
    pub fn of(&mut self, connection: Connection, cx: &mut Context<'_>) {
        if self.tried.as_ref().is_some_and(|tried| is_same(tried, &connection)) {
            return;
        }
        self.again(connection, cx);
    }

    pub fn again(&mut self, connection: Connection, cx: &mut Context<'_>) {
        self.drop(cx);
        let known = connection.known_buckets.first();
        let examination = Examination {
            bucket: known.map(|known| known.bucket.clone()),
            prefix: known.map(|known| known.prefix.clone()).unwrap_or_default(),
            writes: false,
        };
        let unsaved = Some(Box::new(connection));
        self.tried.clone_from(&unsaved);
        self.ticket = Some(cx.request(ConnectionRequest::Examine { unsaved, examination }));
    }

    /// What is tried is out of date: nothing of it is shown any more.
    pub fn drop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        *self = Trial::default();
    }

    pub fn runs(&self) -> bool {
        self.ticket.is_some()
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    pub fn on_reply(&mut self, reply: Reply) {
        match reply {
            Ok(Answer::Examining(finding)) => self.findings.push(finding),
            ended => {
                self.ticket = None;
                self.over = true;
                self.broken = ended.err();
            }
        }
    }

    /// What is worth a line: the steps that decide, and of the others those that fail.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        let skipped = |finding: &Finding| {
            matches!(finding.verdict, Verdict::Skipped(_) | Verdict::Unasked(_))
        };
        self.findings.iter().filter(move |finding| decides(finding.step) && !skipped(finding))
    }

    /// Whether the keys are good and only the list of buckets is refused, with no bucket named.
    pub fn needs_bucket(&self) -> bool {
        let named = self.tried.as_ref().is_some_and(|tried| !tried.known_buckets.is_empty());
        let refused = |finding: &Finding| {
            let Verdict::Fails(error) = &finding.verdict else { return false };
            finding.step == Step::ListBuckets && error.is(&ErrorKind::AccessDenied)
        };
        !named && self.findings.iter().any(refused)
    }
}

/// Whether one can begin hangs on it.
fn decides(step: Step) -> bool {
    step <= Step::List
}

/// Its name and whether it is read-only change nothing about how a connection is reached.
fn is_same(tried: &Connection, now: &Connection) -> bool {
    let now = Connection { name: tried.name.clone(), read_only: tried.read_only, ..now.clone() };
    *tried == now
}
