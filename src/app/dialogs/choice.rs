//! A menu has rows with a letter each; rows that cannot be taken are greyed with the reason.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::step;
use crate::app::scope::Scope;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub title: String,
    /// What is asked, one sentence a line.
    pub lines: Vec<String>,
    /// What it is about: names, raw.
    pub subjects: Vec<String>,
    /// What is to be known of each of the subjects, in their order.
    pub facts: Vec<String>,
    pub rows: Vec<ChoiceRow>,
    pub cursor: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceRow {
    /// Pressed to take the row at once.
    pub key: Option<char>,
    pub title: String,
    /// Stands beside the title and says what it comes to.
    pub note: String,
    /// Why it cannot be taken.
    pub disabled: Option<String>,
}

impl ChoiceRow {
    pub fn new(key: char, title: impl Into<String>) -> ChoiceRow {
        ChoiceRow { key: Some(key), title: title.into(), note: String::new(), disabled: None }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> ChoiceRow {
        self.note = note.into();
        self
    }

    #[must_use]
    pub fn disabled(mut self, reason: Option<String>) -> ChoiceRow {
        self.disabled = reason;
        self
    }
}

impl Choice {
    pub fn new(title: impl Into<String>, rows: Vec<ChoiceRow>) -> Choice {
        let cursor = rows.iter().position(|row| row.disabled.is_none()).unwrap_or(0);
        Choice {
            title: title.into(),
            lines: Vec::new(),
            subjects: Vec::new(),
            facts: Vec::new(),
            rows,
            cursor,
        }
    }

    #[must_use]
    pub fn line(mut self, sentence: impl Into<String>) -> Choice {
        self.lines.push(sentence.into());
        self
    }

    #[must_use]
    pub fn starting_at(mut self, cursor: usize) -> Choice {
        self.cursor = cursor.min(self.rows.len().saturating_sub(1));
        self
    }

    /// What keys mean in it; the letter of a row comes before them.
    pub const SCOPES: &[Scope] = Scope::Menu.outwards();

    pub fn hints(&self) -> Vec<KeyHint> {
        vec![(Action::Accept, "choose"), (Action::Dismiss, "cancel")]
    }

    /// Accepted with the number of the row. Greyed rows are visited too: their reason is read
    /// there.
    pub fn on_action(&mut self, action: Action) -> Outcome<usize> {
        let movement = match action {
            Action::Dismiss | Action::Close => return Outcome::Cancelled,
            Action::Accept => return self.take(self.cursor),
            Action::NextField => Action::Down,
            Action::PreviousField => Action::Up,
            other => other,
        };
        step(&mut self.cursor, movement, self.rows.len());
        Outcome::Open
    }

    /// The letter of a row takes it.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<usize> {
        let Some(at) = self.lettered(chord) else { return Outcome::Open };
        self.cursor = at;
        self.take(at)
    }

    /// The row that has this letter.
    pub fn lettered(&self, chord: Chord) -> Option<usize> {
        let KeyCode::Char(letter) = chord.key else { return None };
        let plain = !chord.ctrl && !chord.alt;
        plain.then(|| self.rows.iter().position(|row| row.key == Some(letter))).flatten()
    }

    /// A row that is clicked is taken.
    pub fn point(&mut self, row: usize) -> Option<Action> {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        Some(Action::Accept)
    }

    fn take(&self, at: usize) -> Outcome<usize> {
        match self.rows.get(at) {
            Some(row) if row.disabled.is_none() => Outcome::Accepted(at),
            _ => Outcome::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;

    fn menu() -> Choice {
        Choice::new(
            "Existing files",
            vec![
                ChoiceRow::new('o', "Overwrite").disabled(Some("read-only".into())),
                ChoiceRow::new('s', "Skip"),
                ChoiceRow::new('k', "Keep both"),
            ],
        )
    }

    fn press(choice: &mut Choice, keys: &[&str]) -> Outcome<usize> {
        let mut outcome = Outcome::Open;
        for key in keys {
            let chord = Chord::parse(key).unwrap();
            outcome = match Keymap::meant(Choice::SCOPES, key) {
                Ok(action) if choice.lettered(chord).is_none() => choice.on_action(action),
                _ => choice.on_text(chord),
            };
        }
        outcome
    }

    #[test]
    fn a_letter_takes_its_row_even_where_it_is_also_a_move() {
        assert_eq!(press(&mut menu(), &["s"]), Outcome::Accepted(1));
        assert_eq!(press(&mut menu(), &["k"]), Outcome::Accepted(2));
    }

    #[test]
    fn a_greyed_row_can_be_read_and_not_taken() {
        let mut choice = menu();
        assert_eq!(choice.cursor, 1);
        assert_eq!(press(&mut choice, &["o", "enter"]), Outcome::Open);
        assert_eq!(choice.cursor, 0);
        assert_eq!(press(&mut choice, &["down", "enter"]), Outcome::Accepted(1));
        assert_eq!(press(&mut choice, &["esc"]), Outcome::Cancelled);
    }

    #[test]
    fn the_cursor_stops_at_the_ends() {
        let mut choice = menu();
        assert_eq!(press(&mut choice, &["j", "j", "j", "j", "enter"]), Outcome::Accepted(2));
        assert_eq!(press(&mut choice, &["up", "shift-tab", "up", "up", "enter"]), Outcome::Open);
    }
}
