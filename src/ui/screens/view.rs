//! What every pane's painter is told besides its own state.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::action::{Action, Scope};
use crate::app::keymap::Keymap;

#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The moment that is painted, for what turns.
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    pub keymap: &'a Keymap,
    /// What `~` is, where it is known.
    pub home: Option<&'a Path>,
}

impl View<'_> {
    /// The key that does an action in a scope, for sentences: `R`. An action without a key is named.
    pub fn key(&self, scope: Scope, action: Action) -> String {
        self.keymap
            .key_for(&[scope, Scope::List, Scope::Global], action)
            .unwrap_or_else(|| format!(":{}", action.spec().name))
    }
}
