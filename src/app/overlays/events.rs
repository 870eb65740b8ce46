//! Lists what happened in this session, newest first; Enter shows an error in whole.

use crate::app::action::{Action, KeyHint};
use crate::app::context::Context;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::{step, take_again};
use crate::app::log::{Log, LogEntry};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;

#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Newest first.
    entries: Vec<LogEntry>,
    pub cursor: usize,
    /// The entry that is read in whole.
    pub opened: Option<Details>,
}

impl Part for Events {
    fn scopes(&self) -> &'static [Scope] {
        if self.opened.is_some() { Details::SCOPES } else { Scope::Events.outwards() }
    }

    fn details(&self) -> Option<&Details> {
        self.opened.as_ref()
    }

    fn hints(&self) -> Vec<KeyHint> {
        let list = || vec![(Action::Accept, "whole error"), (Action::Dismiss, "close")];
        self.opened.as_ref().map_or_else(list, Details::hints)
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(details) = &mut self.opened {
            if details.on_action(action) == Outcome::Cancelled {
                self.opened = None;
            }
            return true;
        }
        match action {
            Action::Dismiss | Action::Close | Action::Events => cx.close_overlay(None),
            Action::Accept | Action::Open => self.open(),
            _ => {
                step(&mut self.cursor, action, self.entries.len());
            }
        }
        true
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if self.opened.is_some() { None } else { take_again(&mut self.cursor, spot) }
    }
}

impl Events {
    pub fn new(log: &Log) -> Events {
        Events { entries: log.entries().rev().cloned().collect(), ..Events::default() }
    }

    pub fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    /// Takes in what happened meanwhile; the cursor stays on its entry.
    pub fn follow(&mut self, log: &Log) {
        let stood_on = self.entries.get(self.cursor).cloned().filter(|_| self.cursor > 0);
        self.entries = log.entries().rev().cloned().collect();
        if let Some(entry) = stood_on {
            self.cursor = self.entries.iter().position(|each| *each == entry).unwrap_or(0);
        }
    }

    fn open(&mut self) {
        let Some(entry) = self.entries.get(self.cursor) else { return };
        let details = Details::new("Event").fact("said", entry.text.clone());
        self.opened = Some(match &entry.error {
            Some(error) => Details { raw: true, ..Details::of_error("Event", error.clone()) },
            None => details,
        });
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::toasts::Level;
    use crate::domain::error::{Error, ErrorKind};

    #[test]
    fn the_newest_error_is_first_and_its_raw_words_are_behind_enter() {
        let mut log = Log::default();
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "uploaded");
        let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/k");
        log.error(Timestamp::UNIX_EPOCH, error.clone());
        let mut events = Events::new(&log);
        events.open();
        let opened = events.opened.as_ref().unwrap();
        assert_eq!(opened.error, Some(error));
        assert!(opened.raw);
    }

    #[test]
    fn the_cursor_stays_on_its_event_while_others_come() {
        let mut log = Log::default();
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "one");
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "two");
        let mut events = Events::new(&log);
        step(&mut events.cursor, Action::Down, 2);
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "three");
        events.follow(&log);
        assert_eq!(events.entries()[events.cursor].text, "one");
    }
}
