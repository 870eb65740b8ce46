//! A sheet of details shows one error or the facts of one thing; it scrolls, and a key shows the
//! raw words.

use crate::app::action::{Action, KeyHint};
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::step;
use crate::app::scope::Scope;
use crate::domain::error::Error;
use crate::domain::transfer::Failure;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub title: String,
    /// Label and text, raw.
    pub facts: Vec<(String, String)>,
    /// Said in its three sentences; with [`Details::raw`] also code, status, request id and the
    /// server's words.
    pub error: Option<Error>,
    /// Every failed object; each is said in one line, in raw words where [`Details::raw`].
    pub failures: Vec<Failure>,
    pub raw: bool,
    /// What tries again here, where that is not to list again.
    pub again: Option<Action>,
    /// What it tells of goes on until it is left.
    pub waiting: bool,
    /// Lines scrolled off the top, before wrapping.
    pub scroll: usize,
}

impl Details {
    pub fn new(title: impl Into<String>) -> Details {
        Details {
            title: title.into(),
            facts: Vec::new(),
            error: None,
            failures: Vec::new(),
            raw: false,
            again: None,
            waiting: false,
            scroll: 0,
        }
    }

    pub fn of_error(title: impl Into<String>, error: Error) -> Details {
        Details { error: Some(error), ..Details::new(title) }
    }

    /// Shows something that is still under way: how far it is, or what leaving it leaves.
    pub fn waiting(title: impl Into<String>, label: &str, text: impl Into<String>) -> Details {
        Details { waiting: true, ..Details::new(title).fact(label, text) }
    }

    #[must_use]
    pub fn fact(mut self, label: &str, text: impl Into<String>) -> Details {
        self.facts.push((label.to_owned(), text.into()));
        self
    }

    /// Label and raw text of what the server or system said.
    pub fn raw_facts(error: &Error) -> Vec<(&'static str, String)> {
        let status = error.status.map(|status| status.to_string());
        let all = [
            ("operation", Some(error.operation.clone())),
            ("place", Some(error.place.clone())),
            ("code", error.code.clone()),
            ("status", status),
            ("signed as", error.identity.clone()),
            ("request id", error.request_id.clone()),
            ("host id", error.host_id.clone()),
            ("said", Some(error.detail.clone())),
        ];
        all.into_iter()
            .filter_map(|(label, text)| Some((label, text?)))
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    /// What of it can be handed to somebody else.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        self.error.iter().chain(self.failures.iter().map(|failure| &failure.error))
    }

    /// Lines before wrapping; the last one can be scrolled to the top.
    pub fn len(&self) -> usize {
        let error = self
            .error
            .as_ref()
            .map_or(0, |error| 3 + if self.raw { Details::raw_facts(error).len() } else { 0 });
        self.facts.len() + error + self.failures.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What keys mean in it, innermost first.
    pub const SCOPES: &[Scope] = Scope::Details.outwards();

    /// With errors in it, they can be copied and shown in raw words.
    pub fn hints(&self) -> Vec<KeyHint> {
        if self.waiting {
            return vec![(Action::Dismiss, "stop")];
        }
        let raw = if self.raw { "plain words" } else { "raw words" };
        let mut hints = Vec::new();
        if self.errors().next().is_some() {
            hints.extend([(Action::Accept, raw), (Action::Yes, "copy")]);
        }
        let others = [(Action::Down, "down"), (Action::Up, "up"), (Action::Dismiss, "close")];
        hints.extend(others);
        hints
    }

    pub fn on_action(&mut self, action: Action) -> Outcome<()> {
        match action {
            Action::Dismiss | Action::Close => return Outcome::Cancelled,
            Action::Accept | Action::NextField | Action::PreviousField => self.raw = !self.raw,
            _ => {}
        }
        let len = self.len();
        if !step(&mut self.scroll, action, len) {
            self.scroll = self.scroll.min(len.saturating_sub(1));
        }
        Outcome::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;
    use crate::domain::error::ErrorKind;

    #[test]
    fn the_raw_words_are_one_key_away_and_scrolling_stops_at_the_end() {
        let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/k").detail("no");
        let mut details = Details::of_error("Failed", Error { status: Some(403), ..error });
        assert_eq!(details.len(), 3);
        let press = |details: &mut Details, key| {
            details.on_action(Keymap::meant(Details::SCOPES, key).unwrap())
        };
        press(&mut details, "G");
        assert_eq!(details.scroll, 2);
        press(&mut details, "enter");
        assert!(details.raw);
        assert_eq!(details.len(), 3 + 4);
        press(&mut details, "space");
        assert_eq!(details.scroll, 6);
        assert_eq!(press(&mut details, "q"), Outcome::Cancelled);
        assert_eq!(press(&mut details, "esc"), Outcome::Cancelled);
    }
}
