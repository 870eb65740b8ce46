//! Keeps the tabs that are not on screen: a connection each, and what is open of it.

use crate::app::event::Ticket;
use crate::app::scope::Pane;
use crate::app::screens::Parts;
use crate::domain::address::ConnectionName;

/// Tabs at once.
pub const MOST: usize = 9;

/// What a tab has for itself. Transfers, messages and the clipboard belong to all.
#[derive(Clone, Debug)]
pub struct Tab {
    pub connection: ConnectionName,
    /// The parts that a tab has for itself; the window's are empty.
    pub parts: Parts,
    pub focus: Pane,
    pub zoomed: bool,
    /// What it shows was changed from another tab.
    pub stale: bool,
}

/// The tabs before and after the one on screen.
#[derive(Clone, Debug, Default)]
pub struct Tabs {
    before: Vec<Tab>,
    after: Vec<Tab>,
}

impl Tabs {
    /// The one on screen counts.
    pub fn count(&self) -> usize {
        self.before.len() + 1 + self.after.len()
    }

    /// The place of the tab on screen, counted from 0.
    pub fn current(&self) -> usize {
        self.before.len()
    }

    /// The tabs that are not on screen, with their places from 0.
    pub fn others(&self) -> impl Iterator<Item = (usize, &Tab)> {
        let after = self.before.len() + 1;
        self.before
            .iter()
            .enumerate()
            .chain(self.after.iter().zip(after..).map(|(tab, at)| (at, tab)))
    }

    pub fn others_mut(&mut self) -> impl Iterator<Item = &mut Tab> {
        self.before.iter_mut().chain(&mut self.after)
    }

    /// Closes the tabs of a connection that are not on screen.
    pub fn close_of(&mut self, connection: &ConnectionName) {
        self.before.retain(|tab| tab.connection != *connection);
        self.after.retain(|tab| tab.connection != *connection);
    }

    /// A connection has another name.
    pub fn rename(&mut self, from: &ConnectionName, to: &ConnectionName) {
        for tab in self.others_mut().filter(|tab| tab.connection == *from) {
            tab.connection.clone_from(to);
            tab.stale = true;
        }
    }

    /// The one that waits for the answer to a request.
    pub fn owner(&self, ticket: Ticket) -> Option<usize> {
        let owns = |tab: &Tab| tab.parts.all().any(|part| part.owns(ticket));
        self.others().find(|(_, tab)| owns(tab)).map(|(at, _)| at)
    }

    /// Puts what is on screen away; what is shown next comes after it.
    pub fn put_before(&mut self, shown: Tab) {
        self.before.push(shown);
    }

    /// Puts what is on screen away and gives the tab at `at`, which is in its place then.
    pub fn exchange(&mut self, shown: Tab, at: usize) -> Tab {
        let mut all = std::mem::take(&mut self.before);
        all.push(shown);
        all.append(&mut self.after);
        let tab = all.remove(at.min(all.len() - 1));
        self.after = all.split_off(at.min(all.len()));
        self.before = all;
        tab
    }

    /// The tab that takes the place of the one on screen when that is closed; none where it is the
    /// only one.
    pub fn take_next(&mut self) -> Option<Tab> {
        if self.after.is_empty() { self.before.pop() } else { Some(self.after.remove(0)) }
    }
}
