//! Lists what is new, gone or changed since the index of a place, which is refreshed by it.

use jiff::Timestamp;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::IndexRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::diff_end::DiffKind;
use crate::domain::indexed::ChangedKey;

#[derive(Clone, Debug)]
pub struct ChangesSheet {
    pub bucket: Bucket,
    pub prefix: Prefix,
    ticket: Option<Ticket>,
    /// In the order of the names.
    pub rows: Vec<ChangedKey>,
    /// All, shown or not.
    pub changes: u64,
    pub listed: u64,
    pub since: Option<Timestamp>,
    pub cursor: usize,
}

impl ChangesSheet {
    pub fn new(bucket: Bucket, prefix: Prefix) -> ChangesSheet {
        ChangesSheet {
            bucket,
            prefix,
            ticket: None,
            rows: Vec::new(),
            changes: 0,
            listed: 0,
            since: None,
            cursor: 0,
        }
    }

    fn close(&mut self, next: Option<Intent>, cx: &mut Context<'_>) {
        self.stop(cx);
        cx.close_overlay(next);
    }

    /// The cursor of the objects goes to what is under this one, where it is still there.
    fn go_there(&mut self, cx: &mut Context<'_>) {
        let Some(row) = self.rows.get(self.cursor) else { return };
        if row.change != DiffKind::Gone {
            let (bucket, key) = (self.bucket.clone(), self.prefix.key(&row.name));
            self.close(Some(Intent::Open(Location::Object { bucket, key })), cx);
        }
    }
}

impl Part for ChangesSheet {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Menu.outwards()
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        let (bucket, prefix) = (self.bucket.clone(), self.prefix.clone());
        self.ticket = Some(cx.request(IndexRequest::Changes { bucket, prefix }));
    }

    fn hints(&self) -> Vec<KeyHint> {
        let leave = if self.is_waiting() { "stop" } else { "close" };
        vec![(Action::Accept, "go there"), (Action::Dismiss, leave)]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Dismiss | Action::Close => self.close(None, cx),
            Action::Accept => self.go_there(cx),
            other => _ = step(&mut self.cursor, other, self.rows.len()),
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        take_again(&mut self.cursor, spot)
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket)
    }

    fn on_reply(&mut self, _ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::IndexChanged(news)) => {
                self.rows.extend(news.rows);
                (self.changes, self.listed) = (news.changes, news.listed);
                self.since = Some(news.since);
                if news.done {
                    self.ticket = None;
                }
            }
            Ok(_) => {}
            Err(error) => {
                self.ticket = None;
                cx.close_overlay(Some(Intent::Log(error)));
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.ticket.is_some()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
    }
}
