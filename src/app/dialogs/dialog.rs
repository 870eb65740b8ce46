//! The one dialog that may be open, whichever it is.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::choice::Choice;
use crate::app::dialogs::completion::Completion;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::input::Input;
use crate::app::dialogs::link_menu::{LinkChoice, LinkMenu};
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::picker::Picker;
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::uploads::Uploads;
use crate::app::event::FolderEntry;
use crate::app::spot::Spot;

/// A screen keeps it beside what it asked it for.
#[derive(Clone, Debug)]
pub enum Dialog {
    Prompt(Prompt),
    Confirm(Confirm),
    Choice(Choice),
    Picker(Box<Picker>),
    LinkMenu(LinkMenu),
    Details(Details),
    Uploads(Box<Uploads>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    Yes,
    Text(String),
    /// The number of a row of a choice.
    Row(usize),
    Picked(Vec<FolderEntry>),
    Link(LinkChoice),
}

impl Dialog {
    /// What keys mean while it is open, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            _ if self.takes_text() => &[Scope::Text],
            Dialog::Confirm(_) | Dialog::Prompt(_) => &[Scope::Dialog],
            _ => &[Scope::Dialog, Scope::List],
        }
    }

    /// Whether a key is the letter of a row, whatever else it is bound to.
    pub fn has_letter(&self, chord: Chord) -> bool {
        match self {
            Dialog::Choice(choice) => choice.lettered(chord).is_some(),
            Dialog::LinkMenu(menu) => {
                menu.custom.is_none() && menu.choice.lettered(chord).is_some()
            }
            _ => false,
        }
    }

    /// Whether a letter, bound to `bound` here, does something in a question; `None` where text or
    /// other keys are asked for.
    pub fn knows_letter(&self, chord: Chord, bound: bool) -> Option<bool> {
        let KeyCode::Char(letter) = chord.key else { return None };
        if chord.ctrl || chord.alt || self.takes_text() {
            return None;
        }
        match self {
            Dialog::Confirm(_) => Some(bound || "yYnN".contains(letter)),
            Dialog::Choice(_) => Some(bound || letter == 'q' || self.has_letter(chord)),
            _ => None,
        }
    }

    /// Whether a key is, or may be, the answer to a question.
    pub fn is_question(&self) -> bool {
        matches!(self, Dialog::Confirm(_) | Dialog::Choice(_)) && !self.takes_text()
    }

    /// Performs an action of [`Dialog::scopes`]; what the dialog does not know does nothing.
    pub fn on_action(&mut self, action: Action) -> Outcome<DialogAnswer> {
        key_of(action).map_or(Outcome::Open, |chord| self.on_key(chord))
    }

    /// Takes a key that is bound to nothing: a character of a field, the letter of a row.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<DialogAnswer> {
        self.on_key(chord)
    }

    fn on_key(&mut self, chord: Chord) -> Outcome<DialogAnswer> {
        match self {
            Dialog::Prompt(prompt) => prompt.on_key(chord).map(DialogAnswer::Text),
            Dialog::Confirm(confirm) => confirm.on_key(chord).map(|()| DialogAnswer::Yes),
            Dialog::Choice(choice) => choice.on_key(chord).map(DialogAnswer::Row),
            Dialog::Picker(picker) => picker.on_key(chord).map(DialogAnswer::Picked),
            Dialog::LinkMenu(menu) => menu.on_key(chord).map(DialogAnswer::Link),
            Dialog::Details(details) => details.on_key(chord).map(|()| DialogAnswer::Yes),
            Dialog::Uploads(uploads) => uploads.on_key(chord).map(|()| DialogAnswer::Yes),
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        match self {
            Dialog::Prompt(prompt) => prompt.on_paste(text),
            Dialog::Confirm(confirm) => confirm.on_paste(text),
            Dialog::Picker(picker) => picker.on_paste(text),
            Dialog::LinkMenu(menu) => menu.on_paste(text),
            Dialog::Choice(_) | Dialog::Details(_) | Dialog::Uploads(_) => {}
        }
    }

    /// The text field that can be completed.
    pub fn field(&mut self) -> Option<(&mut Input, &mut Completion)> {
        match self {
            Dialog::Prompt(prompt) => Some(prompt.completing()),
            Dialog::Picker(picker) => picker.completing(),
            _ => None,
        }
    }

    /// Brings the cursor to what was clicked; gives the action that follows.
    pub fn point(&mut self, spot: Spot) -> Option<Action> {
        match (self, spot) {
            (Dialog::Choice(choice), Spot::Row(row)) => choice.point(row),
            (Dialog::LinkMenu(menu), Spot::Row(row)) if menu.custom.is_none() => {
                menu.choice.point(row)
            }
            (Dialog::Confirm(confirm), Spot::Button(button)) => confirm.point(button),
            (Dialog::Prompt(prompt), Spot::Row(row)) => {
                prompt.take_offer(row);
                None
            }
            (Dialog::Picker(picker), Spot::Row(row)) => picker.point(row),
            (Dialog::Uploads(uploads), Spot::Row(row)) => {
                let again = std::mem::replace(&mut uploads.cursor, row) == row;
                again.then_some(Action::Toggle)
            }
            _ => None,
        }
    }

    /// Whether every key is text now, save Esc, Enter and Tab.
    pub fn takes_text(&self) -> bool {
        match self {
            Dialog::Prompt(_) => true,
            Dialog::Confirm(confirm) => confirm.takes_text(),
            Dialog::Picker(picker) => picker.takes_text(),
            Dialog::LinkMenu(menu) => menu.custom.is_some(),
            Dialog::Choice(_) | Dialog::Details(_) | Dialog::Uploads(_) => false,
        }
    }
}

/// The key that dialogs themselves know an action by, whatever the user bound it to.
pub fn key_of(action: Action) -> Option<Chord> {
    let key = match action {
        Action::Accept => KeyCode::Enter,
        Action::Dismiss => KeyCode::Esc,
        Action::NextField => KeyCode::Tab,
        Action::PreviousField => return Some(Chord { shift: true, ..Chord::plain(KeyCode::Tab) }),
        Action::Toggle => KeyCode::Char(' '),
        Action::Yes => KeyCode::Char('y'),
        Action::No => KeyCode::Char('n'),
        Action::Down => KeyCode::Down,
        Action::Up => KeyCode::Up,
        Action::PageDown | Action::HalfPageDown => KeyCode::PageDown,
        Action::PageUp | Action::HalfPageUp => KeyCode::PageUp,
        Action::First => KeyCode::Home,
        Action::Last => KeyCode::End,
        Action::Open => KeyCode::Right,
        _ => return None,
    };
    Some(Chord::plain(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::dialogs::choice::ChoiceRow;
    use crate::app::dialogs::confirm::Confirm;
    use crate::app::keymap::{Keymap, Resolved};

    fn press(dialog: &mut Dialog, key: &str) -> Outcome<DialogAnswer> {
        let chord = Chord::parse(key).unwrap();
        match Keymap::default().resolve(dialog.scopes(), &[], chord) {
            Resolved::Action(action) => dialog.on_action(action),
            Resolved::Pending => Outcome::Open,
            Resolved::Unbound => dialog.on_text(chord),
        }
    }

    #[test]
    fn the_letter_of_a_row_is_that_even_where_it_is_bound_to_a_move() {
        let rows = ["o", "k"].map(|key| ChoiceRow::new(key.chars().next().unwrap_or(' '), key));
        let dialog = Dialog::Choice(Choice::new("t", rows.into()));
        let is_letter = |key| dialog.has_letter(Chord::parse(key).unwrap());
        assert_eq!(["o", "k", "j", "ctrl-k"].map(is_letter), [true, true, false, false]);
    }

    #[test]
    fn the_default_keys_reach_every_dialog() {
        let mut dialog = Dialog::Confirm(Confirm::new("t", "y", "n"));
        assert_eq!(press(&mut dialog, "y"), Outcome::Accepted(DialogAnswer::Yes));
        let mut dialog = Dialog::Prompt(Prompt::new("t", "h", "", |_| Ok(())));
        assert_eq!(press(&mut dialog, "y"), Outcome::Open);
        assert_eq!(press(&mut dialog, "space"), Outcome::Open);
        assert_eq!(press(&mut dialog, "enter"), Outcome::Accepted(DialogAnswer::Text("y ".into())));
        assert_eq!(press(&mut dialog, "ctrl-c"), Outcome::Cancelled);
        let mut dialog = Dialog::LinkMenu(LinkMenu::new(
            "k",
            &crate::app::dialogs::link_menu::LinkReasons::default(),
        ));
        assert_eq!(press(&mut dialog, "n"), Outcome::Accepted(DialogAnswer::Link(LinkChoice::Key)));
    }
}
