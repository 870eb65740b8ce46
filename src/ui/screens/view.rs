//! A view is what every pane's painter is given besides its own state.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::action::Action;
use crate::app::scope::Scope;
use crate::app::session::Session;

#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The moment that is painted, for what turns.
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// What `~` is, where it is known.
    pub home: Option<&'a Path>,
    pub session: &'a Session,
}

impl View<'_> {
    /// The key that does an action in a scope, for sentences: `R`.
    pub fn key(&self, scope: Scope, action: Action) -> String {
        self.session.keymap.name_of(&[scope, Scope::List, Scope::Global], action)
    }
}
