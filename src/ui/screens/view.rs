//! What every pane's painter is told besides its own state.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::action::Action;
use crate::app::keymap::Keymap;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::domain::address::ConnectionName;

#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The moment that is painted, for what turns.
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    pub keymap: &'a Keymap,
    /// What `~` is, where it is known.
    pub home: Option<&'a Path>,
    pub session: &'a Session,
}

impl View<'_> {
    /// The key that does an action in a scope, for sentences: `R`. An action without a key is
    /// named.
    pub fn key(&self, scope: Scope, action: Action) -> String {
        self.keymap
            .key_for(&[scope, Scope::List, Scope::Global], action)
            .unwrap_or_else(|| format!(":{}", action.spec().name))
    }

    /// What renews the keys of a connection: `g s signs in again`.
    pub fn renewal(&self, name: &ConnectionName) -> String {
        let key = |action| self.key(Scope::Global, action);
        match self.session.renewing(name) {
            Some(Action::SignIn) => format!("{} signs in again", key(Action::SignIn)),
            Some(Action::EditConnection) => {
                format!("{} gives it new keys", key(Action::EditConnection))
            }
            Some(other) => format!("{} leads to {name}, to renew its keys", key(other)),
            None => "renew them where they were issued".to_owned(),
        }
    }
}
