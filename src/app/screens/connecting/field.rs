//! A field of the form is a line of text, or one of a few answers.

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::input::Input;
use crate::config::connection_options::OptionSpec;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldId {
    /// An account id, or any address that leads to the server.
    Address,
    Jurisdiction,
    /// Where the keys come from.
    Source,
    Profile,
    IdVariable,
    SecretVariable,
    Command,
    Region,
    KeyId,
    Secret,
    /// One of [`OPTIONS`], by its name.
    ///
    /// [`OPTIONS`]: crate::config::connection_options::OPTIONS
    Option(&'static str),
    Name,
    Keep,
}

#[derive(Clone, Debug)]
pub struct FormField {
    pub id: FieldId,
    pub label: &'static str,
    /// What goes in or is chosen, for whoever stands on it.
    pub hint: &'static str,
    pub entry: Entry,
}

#[derive(Clone, Debug)]
pub enum Entry {
    Text(Input),
    Choice { options: &'static [&'static str], at: usize },
}

impl FormField {
    pub fn text(id: FieldId, label: &'static str, hint: &'static str) -> FormField {
        FormField { id, label, hint, entry: Entry::Text(Input::default()) }
    }

    pub fn secret(id: FieldId, label: &'static str, hint: &'static str) -> FormField {
        FormField { id, label, hint, entry: Entry::Text(Input::masked()) }
    }

    pub fn option(spec: &OptionSpec) -> FormField {
        let id = FieldId::Option(spec.name);
        match spec.answers {
            [] => FormField::text(id, spec.label, spec.hint),
            answers => FormField::choice(id, spec.label, spec.hint, answers),
        }
    }

    pub fn choice(
        id: FieldId,
        label: &'static str,
        hint: &'static str,
        options: &'static [&'static str],
    ) -> FormField {
        FormField { id, label, hint, entry: Entry::Choice { options, at: 0 } }
    }

    /// What is typed; nothing for a choice.
    pub fn typed(&self) -> &str {
        match &self.entry {
            Entry::Text(input) => input.text(),
            Entry::Choice { .. } => "",
        }
    }

    /// The text or the answer.
    pub fn entered(&self) -> &str {
        match &self.entry {
            Entry::Text(input) => input.text(),
            Entry::Choice { options, at } => options.get(*at).copied().unwrap_or_default(),
        }
    }

    /// Takes a text or one of the answers.
    pub fn enter(&mut self, text: &str) {
        match &mut self.entry {
            Entry::Text(input) => input.set(text),
            Entry::Choice { options, at } => {
                *at = options.iter().position(|option| *option == text).unwrap_or(*at);
            }
        }
    }

    /// The number of the answer.
    pub fn chosen(&self) -> usize {
        match self.entry {
            Entry::Choice { at, .. } => at,
            Entry::Text(_) => 0,
        }
    }

    pub fn set(&mut self, text: &str) {
        if let Entry::Text(input) = &mut self.entry {
            input.set(text);
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self.entry, Entry::Text(_))
    }

    pub fn choose(&mut self, number: usize) {
        if let Entry::Choice { options, at } = &mut self.entry {
            *at = number.min(options.len().saturating_sub(1));
        }
    }

    /// Whether what is in it is another thing now.
    pub fn on_key(&mut self, chord: Chord) -> bool {
        match &mut self.entry {
            Entry::Text(input) => input.on_text(chord),
            Entry::Choice { options, at } => {
                let count = options.len();
                *at = match chord.key {
                    KeyCode::Right | KeyCode::Char(' ') => (*at + 1) % count,
                    KeyCode::Left => (*at + count - 1) % count,
                    _ => return false,
                };
                true
            }
        }
    }
}
