//! Lists the links that were handed out, until when and by which key, and copies one again.

use jiff::Timestamp;

use crate::app::action::{Action, KeyHint};
use crate::app::context::{Context, Intent};
use crate::app::effect::MachineRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::linking::{Delivery, Linking};
use crate::app::list::{step, take_again};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::object::ObjectAddress;
use crate::domain::presign::LinkSpec;

pub use crate::config::ledger::GivenLink;

#[derive(Clone, Debug, Default)]
pub struct LinkLedger {
    ticket: Option<Ticket>,
    /// Newest first; `None` while they are read.
    links: Option<Vec<GivenLink>>,
    pub cursor: usize,
    again: Linking,
}

impl LinkLedger {
    pub fn links(&self) -> Option<&[GivenLink]> {
        self.links.as_deref()
    }

    /// How many links that hold were signed with the key of the one under the cursor.
    pub fn of_same_key(&self, now: Timestamp) -> Option<(&str, usize)> {
        let links = self.links()?;
        let key = links.get(self.cursor)?.access_key_id.as_str();
        let live = links.iter().filter(|link| link.access_key_id == key && link.is_live(now));
        Some((key, live.count()))
    }

    /// Signs a link of the same kind that ends at the same time.
    fn copy_again(&mut self, cx: &mut Context<'_>) {
        let Some(link) = self.links.as_ref().and_then(|links| links.get(self.cursor)) else {
            return;
        };
        let left = link.expires_at.duration_since(cx.now);
        let Some(left) = left.try_into().ok().filter(|_| link.is_live(cx.now)) else {
            return cx.toast(Level::Note, "this link has ended");
        };
        if link.connection != *cx.session.name() {
            let text = format!("the link is of the connection {}: switch to it first", {
                &link.connection
            });
            return cx.toast(Level::Note, text);
        }
        let object = ObjectAddress::new(link.bucket.clone(), link.key.clone());
        let object = object.at_version(link.version.clone());
        let spec = LinkSpec::new(object, link.method, left);
        self.again.start(vec![spec], Delivery::default(), cx);
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.stop(cx);
        cx.close_overlay(None);
    }
}

impl Part for LinkLedger {
    fn scopes(&self) -> &'static [Scope] {
        Scope::Menu.outwards()
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        self.ticket = Some(cx.request(MachineRequest::ReadLedger));
    }

    fn hints(&self) -> Vec<KeyHint> {
        vec![(Action::Accept, "copy again"), (Action::Dismiss, "close")]
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Dismiss | Action::Close => self.close(cx),
            Action::Accept => self.copy_again(cx),
            other => {
                let len = self.links.as_ref().map_or(0, Vec::len);
                step(&mut self.cursor, other, len);
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        take_again(&mut self.cursor, spot)
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.ticket == Some(ticket) || self.again.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.again.owns(ticket) {
            if let Some(shown) = self.again.on_reply(ticket, reply, cx) {
                cx.close_overlay(Some(Intent::ShowText(shown)));
            }
            return;
        }
        self.ticket = None;
        match reply {
            Ok(Answer::Ledger(mut links)) => {
                links.reverse();
                self.links = Some(links);
            }
            Ok(_) => {}
            Err(error) => cx.close_overlay(Some(Intent::Log(error))),
        }
    }

    fn is_waiting(&self) -> bool {
        self.ticket.is_some() || self.again.is_waiting()
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.ticket);
        self.again.give_up(cx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(key: &str, id: &str, expires_at: Timestamp) -> GivenLink {
        GivenLink {
            bucket: "media".into(),
            key: key.into(),
            version: None,
            method: crate::domain::presign::LinkMethod::Get,
            made_at: Timestamp::UNIX_EPOCH,
            expires_at,
            connection: "work".into(),
            access_key_id: id.to_owned(),
        }
    }

    #[test]
    fn links_that_die_with_a_key_are_counted() {
        let end = Timestamp::MAX;
        let links = vec![
            given("a", "AKIA1", end),
            given("b", "AKIA1", Timestamp::UNIX_EPOCH),
            given("c", "AKIA2", end),
        ];
        let ledger = LinkLedger { links: Some(links), ..LinkLedger::default() };
        assert_eq!(ledger.of_same_key(Timestamp::UNIX_EPOCH), Some(("AKIA1", 1)));
    }
}
