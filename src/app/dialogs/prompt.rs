//! A prompt is a question that a line of text answers; the text is checked as it is typed.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::dialogs::completion::{Asks, Completion, Offer};
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::typed_path::pasted_path;
use crate::app::scope::Scope;

/// Says what is wrong with a text; an empty text that cannot be accepted yet gives an empty
/// sentence.
pub type Rule = fn(&str) -> Result<(), String>;

#[derive(Clone, Debug)]
pub struct Prompt {
    pub title: String,
    /// What the text is about, one line; raw.
    pub hint: String,
    pub input: Input,
    rule: Rule,
    completion: Completion,
    /// What somebody else found wrong with the text that was accepted last.
    refusal: Option<String>,
    /// What is given to the objects that are written; `None` where none are.
    pub note: Option<String>,
}

impl Prompt {
    pub fn new(
        title: impl Into<String>,
        hint: impl Into<String>,
        text: &str,
        rule: Rule,
    ) -> Prompt {
        Prompt {
            title: title.into(),
            hint: hint.into(),
            input: Input::prefilled(text),
            rule,
            completion: Completion::default(),
            refusal: None,
            note: None,
        }
    }

    /// With Tab for what the text is.
    #[must_use]
    pub fn asking(mut self, asks: Asks) -> Prompt {
        self.completion = Completion::of(asks);
        self
    }

    /// What keys mean in it, innermost first.
    pub const SCOPES: &[Scope] = Scope::Text.outwards();

    pub fn hints(&self) -> Vec<KeyHint> {
        let mut hints = vec![(Action::Accept, "accept")];
        if *self.completion.asks() != Asks::Words || !self.offered().is_empty() {
            hints.push((Action::NextField, "complete"));
        }
        if self.note.is_some() {
            hints.push((Action::WriteSettings, "settings"));
        }
        hints.push((Action::Dismiss, "cancel"));
        hints
    }

    pub fn completing(&mut self) -> (&mut Input, &mut Completion) {
        (&mut self.input, &mut self.completion)
    }

    /// Why the text cannot be accepted; `None` where it can or where nothing is typed yet.
    pub fn problem(&self) -> Option<String> {
        let closed = self.taken().and_then(|offer| offer.disabled.clone());
        let broken = closed.or_else(|| (self.rule)(self.input.text()).err());
        broken.or_else(|| self.refusal.clone()).filter(|sentence| !sentence.is_empty())
    }

    /// Shows `sentence` until the text changes.
    pub fn refuse(&mut self, sentence: impl Into<String>) {
        self.refusal = Some(sentence.into());
    }

    /// Adds offers; those that are there already stay as they are.
    pub fn offer(&mut self, offers: impl IntoIterator<Item = Offer>) {
        self.completion.offer(offers);
    }

    /// Offers that go on from what is typed; where none does, those that begin a text.
    pub fn offered(&self) -> Vec<&Offer> {
        self.completion.offered(self.input.text())
    }

    /// The number, among those offered, of the one that stands in the field.
    pub fn turn(&self) -> Option<usize> {
        self.completion.turn()
    }

    fn taken(&self) -> Option<&Offer> {
        self.completion.taken(self.input.text())
    }

    /// Puts an offer into the field, by its number among those offered.
    pub fn take_offer(&mut self, at: usize) {
        self.completion.take_offer(at, &mut self.input);
        self.refusal = None;
    }

    pub fn on_action(&mut self, action: Action) -> Outcome<String> {
        match action {
            Action::Dismiss => return Outcome::Cancelled,
            Action::Accept => {
                self.input.deselect();
                return self.accept();
            }
            Action::NextField | Action::PreviousField => {
                self.completion.on_tab(&mut self.input, action == Action::PreviousField);
                self.refusal = None;
            }
            _ => self.input.deselect(),
        }
        Outcome::Open
    }

    pub fn on_text(&mut self, chord: Chord) {
        if self.input.on_text(chord) {
            self.refusal = None;
        }
        self.completion.on_edit(self.input.text());
    }

    /// A dropped file is pasted with what the terminal puts around it.
    pub fn on_paste(&mut self, text: &str) {
        let path =
            matches!(self.completion.asks(), Asks::LocalPath { .. } | Asks::PathOrPlace { .. });
        let text = if path { pasted_path(text) } else { text.to_owned() };
        if self.input.on_paste(&text) {
            self.refusal = None;
        }
        self.completion.on_edit(self.input.text());
    }

    fn accept(&self) -> Outcome<String> {
        match (self.rule)(self.input.text()) {
            Ok(()) if self.problem().is_none() => Outcome::Accepted(self.input.text().to_owned()),
            _ => Outcome::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    fn short(text: &str) -> Result<(), String> {
        match text.len() {
            0 => Err(String::new()),
            1..=3 => Ok(()),
            _ => Err("too long".into()),
        }
    }

    fn press(prompt: &mut Prompt, key: &str) -> Outcome<String> {
        match Keymap::meant(Prompt::SCOPES, key) {
            Ok(action) => return prompt.on_action(action),
            Err(chord) => prompt.on_text(chord),
        }
        Outcome::Open
    }

    #[test]
    fn a_text_that_breaks_the_rule_is_explained_and_not_accepted() {
        let mut prompt = Prompt::new("t", "h", "", short);
        assert_eq!(prompt.problem(), None);
        assert_eq!(press(&mut prompt, "enter"), Outcome::Open);
        prompt.on_paste("abcd");
        assert_eq!(prompt.problem().as_deref(), Some("too long"));
        assert_eq!(press(&mut prompt, "enter"), Outcome::Open);
        press(&mut prompt, "backspace");
        assert_eq!(prompt.problem(), None);
        assert_eq!(press(&mut prompt, "enter"), Outcome::Accepted("abc".into()));
        assert_eq!(press(&mut prompt, "esc"), Outcome::Cancelled);
    }

    fn offer(text: &str, disabled: Option<&str>) -> Offer {
        let disabled = disabled.map(str::to_owned);
        Offer { text: text.into(), note: String::new(), begins: !text.ends_with('/'), disabled }
    }

    #[test]
    fn tab_goes_through_what_is_offered() {
        let mut prompt = Prompt::new("t", "h", "s3://b/", |_| Ok(()));
        prompt.offer([
            offer("aws:", None),
            offer("old:", Some("read-only")),
            offer("aws:b/", None),
        ]);
        let texts = |prompt: &mut Prompt, keys: &[&str]| {
            let press = |prompt: &mut Prompt, name: &&str| {
                self::press(prompt, name);
                prompt.input.text().to_owned()
            };
            keys.iter().map(|name| press(prompt, name)).collect::<Vec<_>>()
        };
        assert_eq!(texts(&mut prompt, &["tab", "tab"]), ["aws:", "old:"]);
        assert_eq!(prompt.problem().as_deref(), Some("read-only"));
        assert_eq!(press(&mut prompt, "enter"), Outcome::Open);
        assert_eq!(
            texts(&mut prompt, &["tab", "shift-tab", "shift-tab"]),
            ["aws:", "old:", "aws:"]
        );
        assert_eq!(texts(&mut prompt, &["right", "tab", "x"]), ["aws:", "aws:b/", "aws:b/x"]);
        assert_eq!(press(&mut prompt, "enter"), Outcome::Accepted("aws:b/x".into()));
    }

    #[test]
    fn a_refusal_stands_until_the_text_changes() {
        let mut prompt = Prompt::new("t", "h", "ab", short);
        prompt.refuse("taken");
        assert_eq!(prompt.problem().as_deref(), Some("taken"));
        assert_eq!(press(&mut prompt, "enter"), Outcome::Open);
        press(&mut prompt, "c");
        assert_eq!(press(&mut prompt, "enter"), Outcome::Accepted("abc".into()));
    }
}
