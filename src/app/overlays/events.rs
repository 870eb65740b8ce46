//! The events list: what happened in this session, newest first, each error in whole behind Enter.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::context::Context;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::take_again;
use crate::app::log::{Log, LogEntry};
use crate::app::part::Part;
use crate::app::spot::Spot;

#[derive(Clone, Debug, Default)]
pub struct Events {
    /// Newest first.
    entries: Vec<LogEntry>,
    pub cursor: usize,
    /// The entry that is read in whole.
    pub opened: Option<Details>,
}

const PAGE: usize = 10;

impl Part for Events {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Dialog, Scope::List]
    }

    fn covers(&self) -> bool {
        true
    }

    fn takes_paste(&self) -> bool {
        false
    }

    fn details(&self) -> Option<&Details> {
        self.opened.as_ref()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(chord) = key_of(action) {
            self.on_text(chord, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if self.on_key(chord) == Outcome::Cancelled {
            cx.close_overlay(None);
        }
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

    fn on_key(&mut self, chord: Chord) -> Outcome<()> {
        if let Some(details) = &mut self.opened {
            if details.on_key(chord) == Outcome::Cancelled {
                self.opened = None;
            }
            return Outcome::Open;
        }
        match chord.key {
            KeyCode::Esc | KeyCode::Char('q' | 'E') => return Outcome::Cancelled,
            KeyCode::Enter | KeyCode::Right => self.open(),
            KeyCode::Down => self.step(1),
            KeyCode::Up => self.step(-1),
            KeyCode::PageDown => self.step(PAGE.cast_signed()),
            KeyCode::PageUp => self.step(-PAGE.cast_signed()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.step(isize::MAX),
            _ => {}
        }
        Outcome::Open
    }

    fn open(&mut self) {
        let Some(entry) = self.entries.get(self.cursor) else { return };
        let details = Details::new("Event").fact("said", entry.text.clone());
        self.opened = Some(match &entry.error {
            Some(error) => Details { raw: true, ..Details::of_error("Event", error.clone()) },
            None => details,
        });
    }

    fn step(&mut self, by: isize) {
        let last = self.entries.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::toasts::Level;
    use crate::domain::error::{Error, ErrorKind};

    fn press(events: &mut Events, key: &str) -> Outcome<()> {
        events.on_key(Chord::parse(key).unwrap())
    }

    #[test]
    fn the_newest_error_is_first_and_its_raw_words_are_behind_enter() {
        let mut log = Log::default();
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "uploaded");
        let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/k");
        log.error(Timestamp::UNIX_EPOCH, error.clone());
        let mut events = Events::new(&log);
        press(&mut events, "enter");
        let opened = events.opened.as_ref().unwrap();
        assert_eq!(opened.error, Some(error));
        assert!(opened.raw);
        assert_eq!(press(&mut events, "esc"), Outcome::Open);
        assert_eq!(press(&mut events, "esc"), Outcome::Cancelled);
    }

    #[test]
    fn the_cursor_stays_on_its_event_while_others_come() {
        let mut log = Log::default();
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "one");
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "two");
        let mut events = Events::new(&log);
        press(&mut events, "down");
        log.note(Timestamp::UNIX_EPOCH, Level::Done, "three");
        events.follow(&log);
        assert_eq!(events.entries()[events.cursor].text, "one");
    }
}
