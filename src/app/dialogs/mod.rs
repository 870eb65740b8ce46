//! Models the questions that a screen asks on top of itself; `ui` paints them.

pub mod choice;
pub mod completion;
pub mod confirm;
pub mod details;
pub mod input;
pub mod link_menu;
pub mod outcome;
pub mod picker;
pub mod prompt;
pub mod question;
pub mod text_editor;
pub mod typed_path;
pub mod uploads;

use crate::app::action::{Action, KeyHint};
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
use crate::app::dialogs::text_editor::TextEditor;
use crate::app::dialogs::uploads::Uploads;
use crate::app::event::FolderEntry;
use crate::app::scope::Scope;
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
    Editor(Box<TextEditor>),
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
            Dialog::Prompt(_) => Prompt::SCOPES,
            Dialog::Confirm(confirm) => confirm.scopes(),
            Dialog::Choice(_) => Choice::SCOPES,
            Dialog::Picker(picker) => picker.scopes(),
            Dialog::LinkMenu(menu) => menu.scopes(),
            Dialog::Details(_) => Details::SCOPES,
            Dialog::Uploads(_) => Uploads::SCOPES,
            Dialog::Editor(_) => TextEditor::SCOPES,
        }
    }

    /// The keys worth a place in the footer.
    pub fn hints(&self) -> Vec<KeyHint> {
        match self {
            Dialog::Prompt(prompt) => prompt.hints(),
            Dialog::Confirm(confirm) => confirm.hints(),
            Dialog::Choice(choice) => choice.hints(),
            Dialog::Picker(picker) => picker.hints(),
            Dialog::LinkMenu(menu) => menu.hints(),
            Dialog::Details(details) => details.hints(),
            Dialog::Uploads(uploads) => uploads.hints(),
            Dialog::Editor(editor) => editor.hints(),
        }
    }

    /// Whether a key is the letter of a row, whatever else it is bound to.
    pub fn has_letter(&self, chord: Chord) -> bool {
        match self {
            Dialog::Choice(choice) => choice.lettered(chord).is_some(),
            Dialog::LinkMenu(menu) => {
                menu.typing.is_none() && menu.choice.lettered(chord).is_some()
            }
            Dialog::Prompt(_)
            | Dialog::Confirm(_)
            | Dialog::Picker(_)
            | Dialog::Details(_)
            | Dialog::Uploads(_)
            | Dialog::Editor(_) => false,
        }
    }

    /// Whether a letter, bound to `bound` here, does something in a question; `None` where text or
    /// other keys are asked for.
    pub fn knows_letter(&self, chord: Chord, bound: bool) -> Option<bool> {
        if !matches!(chord.key, KeyCode::Char(_)) || chord.ctrl || chord.alt || self.takes_text() {
            return None;
        }
        self.asks_by_letter().then(|| bound || self.has_letter(chord))
    }

    /// Whether a key is, or may be, the answer to a question.
    pub fn is_question(&self) -> bool {
        self.asks_by_letter() && !self.takes_text()
    }

    /// Whether it is a question whose answers are keys.
    fn asks_by_letter(&self) -> bool {
        match self {
            Dialog::Confirm(_) | Dialog::Choice(_) => true,
            Dialog::Prompt(_)
            | Dialog::Picker(_)
            | Dialog::LinkMenu(_)
            | Dialog::Details(_)
            | Dialog::Uploads(_)
            | Dialog::Editor(_) => false,
        }
    }

    /// Performs an action of [`Dialog::scopes`]; what the dialog does not know does nothing.
    pub fn on_action(&mut self, action: Action) -> Outcome<DialogAnswer> {
        match self {
            Dialog::Prompt(prompt) => prompt.on_action(action).map(DialogAnswer::Text),
            Dialog::Confirm(confirm) => confirm.on_action(action).map(|()| DialogAnswer::Yes),
            Dialog::Choice(choice) => choice.on_action(action).map(DialogAnswer::Row),
            Dialog::Picker(picker) => picker.on_action(action).map(DialogAnswer::Picked),
            Dialog::LinkMenu(menu) => menu.on_action(action).map(DialogAnswer::Link),
            Dialog::Details(details) => details.on_action(action).map(|()| DialogAnswer::Yes),
            Dialog::Uploads(uploads) => uploads.on_action(action).map(|()| DialogAnswer::Yes),
            Dialog::Editor(editor) => editor.on_action(action).map(|()| DialogAnswer::Yes),
        }
    }

    /// Takes a key that is bound to nothing: a character of a field, the letter of a row.
    pub fn on_text(&mut self, chord: Chord) -> Outcome<DialogAnswer> {
        match self {
            Dialog::Prompt(prompt) => prompt.on_text(chord),
            Dialog::Confirm(confirm) => confirm.on_text(chord),
            Dialog::Choice(choice) => return choice.on_text(chord).map(DialogAnswer::Row),
            Dialog::Picker(picker) => picker.on_text(chord),
            Dialog::LinkMenu(menu) => return menu.on_text(chord).map(DialogAnswer::Link),
            Dialog::Editor(editor) => return editor.on_text(chord).map(|()| DialogAnswer::Yes),
            Dialog::Details(_) | Dialog::Uploads(_) => {}
        }
        Outcome::Open
    }

    pub fn on_paste(&mut self, text: &str) {
        match self {
            Dialog::Prompt(prompt) => prompt.on_paste(text),
            Dialog::Confirm(confirm) => confirm.on_paste(text),
            Dialog::Picker(picker) => picker.on_paste(text),
            Dialog::LinkMenu(menu) => menu.on_paste(text),
            Dialog::Editor(editor) => editor.on_paste(text),
            Dialog::Choice(_) | Dialog::Details(_) | Dialog::Uploads(_) => {}
        }
    }

    /// The text field that can be completed.
    pub fn field(&mut self) -> Option<(&mut Input, &mut Completion)> {
        match self {
            Dialog::Prompt(prompt) => Some(prompt.completing()),
            Dialog::Picker(picker) => picker.completing(),
            Dialog::Confirm(_)
            | Dialog::Choice(_)
            | Dialog::LinkMenu(_)
            | Dialog::Details(_)
            | Dialog::Uploads(_)
            | Dialog::Editor(_) => None,
        }
    }

    /// Brings the cursor to what was clicked; gives the action that follows.
    pub fn point(&mut self, spot: Spot) -> Option<Action> {
        match (self, spot) {
            (Dialog::Choice(choice), Spot::Row(row)) => choice.point(row),
            (Dialog::LinkMenu(menu), Spot::Row(row)) if menu.typing.is_none() => {
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
            (
                Dialog::Choice(_)
                | Dialog::LinkMenu(_)
                | Dialog::Confirm(_)
                | Dialog::Prompt(_)
                | Dialog::Picker(_)
                | Dialog::Uploads(_)
                | Dialog::Details(_)
                | Dialog::Editor(_),
                _,
            ) => None,
        }
    }

    /// Whether every key is text now, save those that no character is.
    fn takes_text(&self) -> bool {
        self.scopes().contains(&Scope::Text) || self.scopes().contains(&Scope::Editor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::dialogs::choice::ChoiceRow;
    use crate::app::dialogs::confirm::Confirm;
    use crate::app::dialogs::link_menu::{LinkReasons, LinkSubject};
    use crate::app::keymap::Keymap;

    fn press(dialog: &mut Dialog, key: &str) -> Outcome<DialogAnswer> {
        let chord = Chord::parse(key).unwrap();
        match Keymap::meant(dialog.scopes(), key) {
            Ok(action) if !dialog.has_letter(chord) => dialog.on_action(action),
            _ => dialog.on_text(chord),
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
        let mut dialog =
            Dialog::LinkMenu(LinkMenu::new(LinkSubject::default(), LinkReasons::default()));
        assert_eq!(press(&mut dialog, "n"), Outcome::Accepted(DialogAnswer::Link(LinkChoice::Key)));
    }
}
