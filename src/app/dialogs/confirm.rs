//! A confirmation is a yes-or-no question whose default is no; where much is lost, a name must be
//! typed.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;
use crate::app::scope::Scope;
use crate::domain::transfer::{SourceRows, Target};

#[derive(Clone, Debug)]
pub struct Confirm {
    pub title: String,
    /// The question and what follows from a yes, one sentence a line.
    pub lines: Vec<String>,
    /// What it is about: names, raw; [`Confirm::more`] counts those that are not here.
    pub subjects: Vec<String>,
    pub more: u64,
    pub tally: Option<Tally>,
    /// Printed so that it is not overlooked: what cannot be undone.
    pub warning: Option<String>,
    pub yes: String,
    pub no: String,
    /// Whether the yes has the focus; it never has it at first.
    pub on_yes: bool,
    pub typed: Option<TypedName>,
}

/// How much a yes is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub objects: u64,
    pub bytes: u64,
    /// The numbers are final; otherwise "at least".
    pub complete: bool,
}

/// The name that must be typed before a yes is taken.
#[derive(Clone, Debug)]
pub struct TypedName {
    pub expected: String,
    pub input: Input,
    /// A yes was asked for with what is typed now, which is not the name.
    refused: bool,
}

impl TypedName {
    fn new(expected: impl Into<String>) -> TypedName {
        TypedName { expected: expected.into(), input: Input::default(), refused: false }
    }

    /// Why no yes is taken yet, once one was asked for.
    pub fn problem(&self) -> Option<String> {
        let TypedName { expected, input, refused } = self;
        refused.then(|| match input.is_empty() {
            true => format!("type {expected} first"),
            false => format!("this is not {expected}"),
        })
    }

    /// The last `/` of a prefix may be left out.
    fn is_right(&self) -> bool {
        let typed = self.input.text();
        let without = self.expected.strip_suffix('/').filter(|name| !name.is_empty());
        typed == self.expected || without == Some(typed)
    }
}

/// Subjects that are listed by name; the rest is counted.
pub const NAMED_SUBJECTS: usize = 5;

impl Confirm {
    pub fn new(title: impl Into<String>, yes: impl Into<String>, no: impl Into<String>) -> Confirm {
        Confirm {
            title: title.into(),
            lines: Vec::new(),
            subjects: Vec::new(),
            more: 0,
            tally: None,
            warning: None,
            yes: yes.into(),
            no: no.into(),
            on_yes: false,
            typed: None,
        }
    }

    /// Asks before what was entered is lost.
    pub fn discard() -> Confirm {
        Confirm::new("Discard what you entered?", "Discard", "Keep editing")
            .line("Nothing of it is saved yet.")
    }

    #[must_use]
    pub fn line(mut self, sentence: impl Into<String>) -> Confirm {
        self.lines.push(sentence.into());
        self
    }

    #[must_use]
    pub fn about<S: Into<String>>(mut self, names: impl ExactSizeIterator<Item = S>) -> Confirm {
        self.more = names.len().saturating_sub(NAMED_SUBJECTS) as u64;
        self.subjects = names.take(NAMED_SUBJECTS).map(Into::into).collect();
        self
    }

    /// As [`Confirm::about`], of rows.
    #[must_use]
    pub fn about_rows(mut self, rows: &SourceRows, name: impl Fn(&Target) -> String) -> Confirm {
        self.more = rows.len().saturating_sub(NAMED_SUBJECTS) as u64;
        let named = rows.first_listed(NAMED_SUBJECTS);
        self.subjects = named.iter().map(|row| name(&row.target)).collect();
        self
    }

    #[must_use]
    pub fn tally(mut self, tally: Tally) -> Confirm {
        self.tally = Some(tally);
        self
    }

    #[must_use]
    pub fn warning(mut self, sentence: impl Into<String>) -> Confirm {
        self.warning = Some(sentence.into());
        self
    }

    #[must_use]
    pub fn typing(mut self, expected: impl Into<String>) -> Confirm {
        self.typed = Some(TypedName::new(expected));
        self
    }

    /// What keys mean in it, innermost first: where a name is typed, characters are that.
    pub fn scopes(&self) -> &'static [Scope] {
        if self.typed.is_some() { Scope::Text.outwards() } else { Scope::Confirm.outwards() }
    }

    pub fn hints(&self) -> Vec<KeyHint> {
        let mut hints = Vec::new();
        if self.typed.is_none() {
            hints.extend([(Action::Yes, "yes"), (Action::No, "no"), (Action::NextField, "next")]);
        }
        hints.extend([(Action::Accept, "accept"), (Action::Dismiss, "cancel")]);
        hints
    }

    /// Whether a yes would be taken.
    pub fn ready(&self) -> bool {
        self.typed.as_ref().is_none_or(TypedName::is_right)
    }

    pub fn on_action(&mut self, action: Action) -> Outcome<()> {
        match action {
            Action::Dismiss => return Outcome::Cancelled,
            Action::Accept => return self.on_enter(),
            Action::NextField | Action::PreviousField => {
                self.on_yes = !self.on_yes && self.is_asked_rightly();
            }
            _ if self.typed.is_some() => {}
            Action::Yes => return Outcome::Accepted(()),
            Action::No => return Outcome::Cancelled,
            // The yes stands to the left of the no; past either of them is nothing.
            Action::ToYes => self.on_yes = true,
            Action::ToNo => self.on_yes = false,
            _ => {}
        }
        Outcome::Open
    }

    /// A character of the name.
    pub fn on_text(&mut self, chord: Chord) {
        if let Some(name) = &mut self.typed {
            name.refused &= !name.input.on_text(chord);
            self.on_yes = false;
        }
    }

    /// Asks for a name from now on, or no longer; what is being typed is not taken away.
    pub fn ask_name(&mut self, expected: Option<String>) {
        match (&self.typed, expected) {
            (None, Some(expected)) => {
                self.typed = Some(TypedName::new(expected));
                self.on_yes = false;
            }
            (Some(name), None) if name.input.text().is_empty() => self.typed = None,
            _ => {}
        }
    }

    /// The first button is the yes, the second the no.
    pub fn point(&mut self, button: usize) -> Option<Action> {
        match button {
            0 if self.is_asked_rightly() => {
                self.on_yes = true;
                Some(Action::Accept)
            }
            0 => None,
            _ => Some(Action::Dismiss),
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        if let Some(name) = &mut self.typed {
            name.refused &= !name.input.on_paste(text);
            self.on_yes = false;
        }
    }

    /// Whether a yes that is asked for is taken; where it is not, it says why.
    fn is_asked_rightly(&mut self) -> bool {
        let ready = self.ready();
        if let Some(name) = &mut self.typed {
            name.refused = !ready;
        }
        ready
    }

    /// With a name to type, Enter in the field is the yes once the name is right and nothing
    /// before.
    fn on_enter(&mut self) -> Outcome<()> {
        let ready = self.is_asked_rightly();
        match (&self.typed, self.on_yes, ready) {
            (Some(_), _, false) => Outcome::Open,
            (None, false, _) => Outcome::Cancelled,
            (_, _, true) | (None, true, _) => Outcome::Accepted(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    fn press(confirm: &mut Confirm, keys: &[&str]) -> Outcome<()> {
        let mut outcome = Outcome::Open;
        for key in keys {
            outcome = match Keymap::meant(confirm.scopes(), key) {
                Ok(action) => confirm.on_action(action),
                Err(chord) => {
                    confirm.on_text(chord);
                    Outcome::Open
                }
            };
        }
        outcome
    }

    fn question() -> Confirm {
        Confirm::new("Delete", "Delete", "Keep")
    }

    #[test]
    fn enter_alone_says_no() {
        assert_eq!(press(&mut question(), &["enter"]), Outcome::Cancelled);
        assert_eq!(press(&mut question(), &["tab", "enter"]), Outcome::Accepted(()));
        assert_eq!(press(&mut question(), &["tab", "tab", "enter"]), Outcome::Cancelled);
        assert_eq!(press(&mut question(), &["left", "enter"]), Outcome::Accepted(()));
        assert_eq!(press(&mut question(), &["left", "left", "enter"]), Outcome::Accepted(()));
    }

    #[test]
    fn a_letter_that_is_no_answer_does_nothing() {
        for letter in ('a'..='z').filter(|letter| !"yn".contains(*letter)) {
            assert_eq!(press(&mut question(), &[&letter.to_string()]), Outcome::Open, "{letter}");
        }
    }

    #[test]
    fn past_the_last_answer_is_nothing() {
        assert_eq!(press(&mut question(), &["right", "enter"]), Outcome::Cancelled);
        let there_and_back = ["left", "right", "right", "enter"];
        assert_eq!(press(&mut question(), &there_and_back), Outcome::Cancelled);
    }

    #[test]
    fn a_name_is_asked_for_and_no_longer_unless_somebody_types_it() {
        let mut confirm = question();
        confirm.ask_name(Some("raw/".into()));
        assert!(!confirm.ready());
        confirm.ask_name(None);
        assert!(confirm.ready() && confirm.typed.is_none());
        confirm.ask_name(Some("raw/".into()));
        assert_eq!(press(&mut confirm, &["r"]), Outcome::Open);
        confirm.ask_name(None);
        assert!(confirm.typed.is_some());
        assert_eq!(press(&mut confirm, &["a", "w", "enter"]), Outcome::Accepted(()));
    }

    #[test]
    fn letters_answer_and_others_do_not() {
        assert_eq!(press(&mut question(), &["y"]), Outcome::Accepted(()));
        assert_eq!(press(&mut question(), &["n"]), Outcome::Cancelled);
        assert_eq!(press(&mut question(), &["esc"]), Outcome::Cancelled);
        assert_eq!(press(&mut question(), &["x", "space", "ctrl-y", "D"]), Outcome::Open);
        assert_eq!(press(&mut question(), &["l", "h", "l", "enter"]), Outcome::Cancelled);
    }

    #[test]
    fn a_name_to_type_must_be_right_before_anything_is_yes() {
        let mut confirm = question().typing("my");
        let problem = |confirm: &Confirm| confirm.typed.as_ref().and_then(TypedName::problem);
        assert_eq!(problem(&confirm), None);
        assert_eq!(press(&mut confirm, &["enter"]), Outcome::Open);
        assert_eq!(problem(&confirm).as_deref(), Some("type my first"));
        assert_eq!(press(&mut confirm, &["y"]), Outcome::Open);
        assert_eq!(problem(&confirm), None, "what is typed is not judged before a yes");
        for asked in ["enter", "tab"] {
            assert_eq!(press(&mut confirm, &["y", asked]), Outcome::Open);
            assert_eq!(problem(&confirm).as_deref(), Some("this is not my"), "{asked}");
        }
        assert_eq!(confirm.point(0), None);
        assert_eq!(press(&mut confirm, &["tab", "enter"]), Outcome::Open);
        assert_eq!(press(&mut confirm, &["ctrl-u", "m", "y", "enter"]), Outcome::Accepted(()));
        assert_eq!(press(&mut confirm, &["x", "enter"]), Outcome::Open);
        assert_eq!(press(&mut confirm, &["esc"]), Outcome::Cancelled);
    }

    #[test]
    fn the_first_names_are_shown_and_the_rest_counted() {
        let names: Vec<String> = (0..8).map(|n| format!("k{n}")).collect();
        let confirm = question().about(names.iter().cloned());
        assert_eq!(confirm.subjects.len(), NAMED_SUBJECTS);
        assert_eq!(confirm.more, 3);
    }
}
