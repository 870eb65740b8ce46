//! Counts what this session has used, by connection.

use std::collections::BTreeMap;

use crate::domain::address::ConnectionName;
use crate::domain::usage::Usage;

/// The latest count each connection told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageMeter {
    by_connection: BTreeMap<ConnectionName, Usage>,
}

impl UsageMeter {
    pub fn on_metered(&mut self, connection: ConnectionName, usage: Usage) {
        self.by_connection.insert(connection, usage);
    }

    /// Every connection that was used, by its name.
    pub fn all(&self) -> impl Iterator<Item = (&ConnectionName, &Usage)> {
        self.by_connection.iter()
    }

    pub fn of(&self, connection: &ConnectionName) -> Usage {
        self.by_connection.get(connection).copied().unwrap_or_default()
    }
}
