//! A question that is answered with a line of text, checked as it is typed.

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;

/// Says what is wrong with a text; an empty text that cannot be accepted yet gives an empty sentence.
pub type Rule = fn(&str) -> Result<(), String>;

#[derive(Clone, Debug)]
pub struct Prompt {
    pub title: String,
    /// What the text is about, one line; raw.
    pub hint: String,
    pub input: Input,
    rule: Rule,
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
            refusal: None,
        }
    }

    /// Why the text cannot be accepted; `None` where it can or where nothing is typed yet.
    pub fn problem(&self) -> Option<String> {
        let broken = (self.rule)(self.input.text()).err();
        broken.or_else(|| self.refusal.clone()).filter(|sentence| !sentence.is_empty())
    }

    /// Shows `sentence` until the text changes.
    pub fn refuse(&mut self, sentence: impl Into<String>) {
        self.refusal = Some(sentence.into());
    }

    pub fn on_key(&mut self, chord: Chord) -> Outcome<String> {
        match chord.key {
            KeyCode::Esc => Outcome::Cancelled,
            KeyCode::Enter => self.accept(),
            _ => {
                if self.input.on_text(chord) {
                    self.refusal = None;
                }
                Outcome::Open
            }
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        if self.input.on_paste(text) {
            self.refusal = None;
        }
    }

    fn accept(&self) -> Outcome<String> {
        match (self.rule)(self.input.text()) {
            Ok(()) if self.refusal.is_none() => Outcome::Accepted(self.input.text().to_owned()),
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
