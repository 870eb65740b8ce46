//! Help: the keys that work in what is focused, searched by word.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::context::{Context, Intent};
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::input::Input;
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::take_again;
use crate::app::overlays::rows::ActionRow;
use crate::app::part::Part;
use crate::app::spot::Spot;

#[derive(Clone, Debug)]
pub struct Help {
    rows: Vec<ActionRow>,
    pub search: Input,
    pub searching: bool,
    /// Counts the rows shown.
    pub cursor: usize,
}

const PAGE: usize = 10;

impl Part for Help {
    fn scopes(&self) -> &'static [Scope] {
        if self.searching { &[Scope::Text] } else { &[Scope::Dialog, Scope::List] }
    }

    fn covers(&self) -> bool {
        true
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(chord) = key_of(action) {
            self.on_text(chord, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        match self.on_key(chord) {
            Outcome::Open => {}
            Outcome::Cancelled => cx.close_overlay(None),
            Outcome::Accepted(row) => cx.close_overlay(Some(Intent::Run(row.action))),
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        self.search_for(text);
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        take_again(&mut self.cursor, spot)
    }
}

impl Help {
    pub fn new(rows: Vec<ActionRow>) -> Help {
        Help { rows, search: Input::default(), searching: false, cursor: 0 }
    }

    /// Rows in which every word of the search occurs: in title, doc line or keys.
    pub fn shown(&self) -> Vec<&ActionRow> {
        let words = self.search.text().to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        self.rows.iter().filter(|row| words.iter().all(|word| mentions(row, word))).collect()
    }

    /// Accepted with the row whose action is to be run.
    pub fn on_key(&mut self, chord: Chord) -> Outcome<ActionRow> {
        match chord.key {
            KeyCode::Enter => return self.take(),
            KeyCode::Esc if self.searching || !self.search.is_empty() => self.end_search(),
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Down => self.step(1),
            KeyCode::Up => self.step(-1),
            KeyCode::PageDown => self.step(PAGE.cast_signed()),
            KeyCode::PageUp => self.step(-PAGE.cast_signed()),
            _ if self.searching => self.search_on(chord),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.step(isize::MAX),
            KeyCode::Char('/') => self.searching = true,
            KeyCode::Char('q' | '?') => return Outcome::Cancelled,
            _ => {}
        }
        Outcome::Open
    }

    fn take(&self) -> Outcome<ActionRow> {
        match self.shown().get(self.cursor) {
            Some(row) if row.disabled.is_none() => Outcome::Accepted((*row).clone()),
            _ => Outcome::Open,
        }
    }

    fn search_on(&mut self, chord: Chord) {
        if self.search.on_text(chord) {
            self.cursor = 0;
        }
    }

    fn search_for(&mut self, text: &str) {
        self.searching = true;
        self.search.on_paste(text);
        self.cursor = 0;
    }

    fn end_search(&mut self) {
        self.search = Input::default();
        self.searching = false;
        self.cursor = 0;
    }

    fn step(&mut self, by: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }
}

fn mentions(row: &ActionRow, word: &str) -> bool {
    row.title.to_lowercase().contains(word)
        || row.doc.to_lowercase().contains(word)
        || row.keys.iter().any(|key| key.to_lowercase() == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, Scope};
    use crate::app::keymap::Keymap;
    use crate::app::overlays::rows::rows_here;

    fn help() -> Help {
        let scopes = [Scope::Objects, Scope::List, Scope::Global];
        let why = |action| (action == Action::Delete).then(|| "read-only".to_owned());
        Help::new(rows_here(&Keymap::default(), &scopes, why))
    }

    fn press(help: &mut Help, keys: &str) -> Outcome<ActionRow> {
        let mut outcome = Outcome::Open;
        for key in keys.split(' ') {
            outcome = help.on_key(Chord::parse(key).unwrap());
        }
        outcome
    }

    #[test]
    fn a_search_finds_by_title_doc_and_key() {
        let mut help = help();
        press(&mut help, "/ p r e s i g n");
        assert_eq!(help.shown()[0].action, Action::CopyLink);
        press(&mut help, "esc / c t r l - a");
        assert!(help.shown().iter().any(|row| row.action == Action::MarkAll));
    }

    #[test]
    fn enter_runs_a_row_unless_it_is_greyed() {
        let mut help = help();
        help.search_for("delete after");
        assert_eq!(press(&mut help, "enter"), Outcome::Open);
        press(&mut help, "esc");
        help.search_for("download the");
        assert!(
            matches!(press(&mut help, "enter"), Outcome::Accepted(row) if row.action == Action::Download)
        );
    }

    #[test]
    fn esc_ends_the_search_before_it_closes() {
        let mut help = help();
        assert_eq!(press(&mut help, "/ x esc"), Outcome::Open);
        assert_eq!(press(&mut help, "esc"), Outcome::Cancelled);
    }
}
