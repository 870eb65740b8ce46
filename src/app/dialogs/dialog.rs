//! The one dialog that may be open, whichever it is.

use crate::app::chord::Chord;
use crate::app::dialogs::choice::Choice;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::link_menu::{LinkChoice, LinkMenu};
use crate::app::dialogs::link_shown::LinkShown;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::picker::Picker;
use crate::app::dialogs::prompt::Prompt;
use crate::app::event::FolderEntry;

/// A screen keeps it beside what it asked it for.
#[derive(Clone, Debug)]
pub enum Dialog {
    Prompt(Prompt),
    Confirm(Confirm),
    Choice(Choice),
    Picker(Box<Picker>),
    LinkMenu(LinkMenu),
    LinkShown(LinkShown),
    Details(Details),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    Text(String),
    /// The number of a row of a choice.
    Row(usize),
    Picked(Vec<FolderEntry>),
    Link(LinkChoice),
    CopyAgain,
}

impl Dialog {
    pub fn on_key(&mut self, chord: Chord) -> Outcome<Answer> {
        match self {
            Dialog::Prompt(prompt) => prompt.on_key(chord).map(Answer::Text),
            Dialog::Confirm(confirm) => confirm.on_key(chord).map(|()| Answer::Yes),
            Dialog::Choice(choice) => choice.on_key(chord).map(Answer::Row),
            Dialog::Picker(picker) => picker.on_key(chord).map(Answer::Picked),
            Dialog::LinkMenu(menu) => menu.on_key(chord).map(Answer::Link),
            Dialog::LinkShown(shown) => shown.on_key(chord).map(|()| Answer::CopyAgain),
            Dialog::Details(details) => details.on_key(chord).map(|()| Answer::Yes),
        }
    }

    pub fn on_paste(&mut self, text: &str) {
        match self {
            Dialog::Prompt(prompt) => prompt.on_paste(text),
            Dialog::Confirm(confirm) => confirm.on_paste(text),
            Dialog::Picker(picker) => picker.on_paste(text),
            Dialog::LinkMenu(menu) => menu.on_paste(text),
            Dialog::Choice(_) | Dialog::LinkShown(_) | Dialog::Details(_) => {}
        }
    }

    /// Whether every key is text now, save Esc, Enter and Tab.
    pub fn takes_text(&self) -> bool {
        match self {
            Dialog::Prompt(_) => true,
            Dialog::Confirm(confirm) => confirm.takes_text(),
            Dialog::Picker(picker) => picker.takes_text(),
            Dialog::LinkMenu(menu) => menu.custom.is_some(),
            Dialog::Choice(_) | Dialog::LinkShown(_) | Dialog::Details(_) => false,
        }
    }
}
