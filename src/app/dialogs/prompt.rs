//! A question that is answered with a line of text, checked as it is typed.

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;

/// Says what is wrong with a text; an empty text that cannot be accepted yet gives an empty sentence.
pub type Rule = fn(&str) -> Result<(), String>;

/// A text that Tab puts into the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub text: String,
    /// Beside it: what it is; raw.
    pub note: String,
    /// Offered whatever is typed, if nothing goes on from that.
    pub begins: bool,
    /// Why it cannot be taken.
    pub disabled: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Prompt {
    pub title: String,
    /// What the text is about, one line; raw.
    pub hint: String,
    pub input: Input,
    rule: Rule,
    offers: Vec<Offer>,
    /// What was typed before the first Tab, and the number of the offer that stands there instead.
    turn: Option<(String, usize)>,
    /// What somebody else found wrong with the text that was accepted last.
    refusal: Option<String>,
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
            input: Input::new(text),
            rule,
            offers: Vec::new(),
            turn: None,
            refusal: None,
        }
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
        for offer in offers {
            if self.offers.iter().all(|known| known.text != offer.text) {
                self.offers.push(offer);
            }
        }
    }

    /// Offers that go on from what is typed; where none does, those that begin a text.
    pub fn offered(&self) -> Vec<&Offer> {
        let typed = self.turn.as_ref().map_or(self.input.text(), |(typed, _)| typed.as_str());
        let goes_on = |offer: &&Offer| offer.text.starts_with(typed) && offer.text != typed;
        let fitting: Vec<&Offer> = self.offers.iter().filter(goes_on).collect();
        if !fitting.is_empty() {
            return fitting;
        }
        self.offers.iter().filter(|offer| offer.begins).collect()
    }

    /// The number, among those offered, of the one that stands in the field.
    pub fn turn(&self) -> Option<usize> {
        self.turn.as_ref().map(|(_, at)| *at)
    }

    fn taken(&self) -> Option<&Offer> {
        self.turn().and_then(|at| self.offered().get(at).copied())
    }

    /// Puts an offer into the field, by its number among those offered.
    pub fn take_offer(&mut self, at: usize) {
        if at < self.offered().len() {
            self.stand_on(at);
        }
    }

    fn step(&mut self, back: bool) {
        let count = self.offered().len();
        if count == 0 {
            return;
        }
        let at = match (self.turn(), back) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(at), false) => (at + 1) % count,
            (Some(at), true) => (at + count - 1) % count,
        };
        self.stand_on(at);
        // The only one is taken for good: the next Tab goes on from it.
        if count == 1 && self.taken().is_some_and(|offer| offer.disabled.is_none()) {
            self.turn = None;
        }
    }

    fn stand_on(&mut self, at: usize) {
        let typed = self.turn.take().map_or_else(|| self.input.text().to_owned(), |turn| turn.0);
        self.turn = Some((typed, at));
        let text = self.taken().map(|offer| offer.text.clone()).unwrap_or_default();
        self.input.set(&text);
        self.refusal = None;
    }

    pub fn on_key(&mut self, chord: Chord) -> Outcome<String> {
        match chord.key {
            KeyCode::Esc => Outcome::Cancelled,
            KeyCode::Enter => self.accept(),
            KeyCode::Tab => {
                self.step(chord.shift);
                Outcome::Open
            }
            _ => {
                self.turn = None;
                if self.input.on_text(chord) {
                    self.refusal = None;
                }
                Outcome::Open
            }
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        self.turn = None;
        if self.input.on_paste(text) {
            self.refusal = None;
        }
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

    fn short(text: &str) -> Result<(), String> {
        match text.len() {
            0 => Err(String::new()),
            1..=3 => Ok(()),
            _ => Err("too long".into()),
        }
    }

    fn key(text: &str) -> Chord {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn a_text_that_breaks_the_rule_is_explained_and_not_accepted() {
        let mut prompt = Prompt::new("t", "h", "", short);
        assert_eq!(prompt.problem(), None);
        assert_eq!(prompt.on_key(key("enter")), Outcome::Open);
        prompt.on_paste("abcd");
        assert_eq!(prompt.problem().as_deref(), Some("too long"));
        assert_eq!(prompt.on_key(key("enter")), Outcome::Open);
        prompt.on_key(key("backspace"));
        assert_eq!(prompt.problem(), None);
        assert_eq!(prompt.on_key(key("enter")), Outcome::Accepted("abc".into()));
        assert_eq!(prompt.on_key(key("esc")), Outcome::Cancelled);
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
                prompt.on_key(key(name));
                prompt.input.text().to_owned()
            };
            keys.iter().map(|name| press(prompt, name)).collect::<Vec<_>>()
        };
        assert_eq!(texts(&mut prompt, &["tab", "tab"]), ["aws:", "old:"]);
        assert_eq!(prompt.problem().as_deref(), Some("read-only"));
        assert_eq!(prompt.on_key(key("enter")), Outcome::Open);
        assert_eq!(
            texts(&mut prompt, &["tab", "shift-tab", "shift-tab"]),
            ["aws:", "old:", "aws:"]
        );
        assert_eq!(texts(&mut prompt, &["right", "tab", "x"]), ["aws:", "aws:b/", "aws:b/x"]);
        assert_eq!(prompt.on_key(key("enter")), Outcome::Accepted("aws:b/x".into()));
    }

    #[test]
    fn a_refusal_stands_until_the_text_changes() {
        let mut prompt = Prompt::new("t", "h", "ab", short);
        prompt.refuse("taken");
        assert_eq!(prompt.problem().as_deref(), Some("taken"));
        assert_eq!(prompt.on_key(key("enter")), Outcome::Open);
        prompt.on_key(key("c"));
        assert_eq!(prompt.on_key(key("enter")), Outcome::Accepted("abc".into()));
    }
}
