//! Lists the keys that work in what is focused, and finds them by word.

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::input::Input;
use crate::app::list::{step, take_again};
use crate::app::overlays::rows::ActionRow;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::spot::Spot;

#[derive(Clone, Debug)]
pub struct Help {
    rows: Vec<ActionRow>,
    pub search: Input,
    pub searching: bool,
    /// Counts the rows shown.
    pub cursor: usize,
    /// It lies over a question, an overlay or a menu: its rows are only read, so that no answer is
    /// given by it.
    over: bool,
}

impl Part for Help {
    fn scopes(&self) -> &'static [Scope] {
        if self.searching { Scope::Text.outwards() } else { Scope::Help.outwards() }
    }

    fn hints(&self) -> Vec<KeyHint> {
        match self.searching {
            true if self.over => {
                vec![(Action::Accept, "keep the search"), (Action::Dismiss, "end search")]
            }
            true => vec![(Action::Accept, "run"), (Action::Dismiss, "end search")],
            false if self.over => vec![(Action::Filter, "search"), (Action::Dismiss, "close")],
            false => vec![
                (Action::Filter, "search"),
                (Action::Accept, "run"),
                (Action::Dismiss, "close"),
            ],
        }
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        match action {
            Action::Accept if self.over => self.searching = false,
            Action::Accept => {
                if let Some(action) = self.taken() {
                    cx.ask(Intent::CloseHelp);
                    cx.ask(Intent::Run(action));
                }
            }
            Action::Dismiss if self.searching || !self.search.is_empty() => self.end_search(),
            Action::Dismiss | Action::Close | Action::Help => cx.ask(Intent::CloseHelp),
            Action::Filter => self.searching = true,
            _ => {
                let len = self.shown().len();
                step(&mut self.cursor, action, len);
            }
        }
        true
    }

    fn on_text(&mut self, chord: Chord, _: &mut Context<'_>) {
        if self.searching && self.search.on_text(chord) {
            self.cursor = 0;
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
        Help { rows, search: Input::default(), searching: false, cursor: 0, over: false }
    }

    /// Of what lies over the panes.
    pub fn over(rows: Vec<ActionRow>) -> Help {
        Help { over: true, ..Help::new(rows) }
    }

    /// Rows in which every word of the search occurs: in title, doc line or keys.
    pub fn shown(&self) -> Vec<&ActionRow> {
        let words = self.search.text().to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        self.rows.iter().filter(|row| words.iter().all(|word| mentions(row, word))).collect()
    }

    /// The action of the row under the cursor, where it can be done.
    fn taken(&self) -> Option<Action> {
        let shown = self.shown();
        let row = shown.get(self.cursor).filter(|row| row.disabled.is_none());
        row.map(|row| row.action)
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
}

fn mentions(row: &ActionRow, word: &str) -> bool {
    row.title.to_lowercase().contains(word)
        || row.doc.to_lowercase().contains(word)
        || row.keys.iter().any(|key| key.to_lowercase() == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Action;
    use crate::app::keymap::Keymap;
    use crate::app::overlays::rows::rows_here;
    use crate::app::scope::Scope;

    fn help() -> Help {
        let scopes = [Scope::Objects, Scope::List, Scope::Global];
        let why = |action| (action == Action::Delete).then(|| "read-only".to_owned());
        Help::new(rows_here(&Keymap::default(), &scopes, why))
    }

    #[test]
    fn a_search_finds_by_title_doc_and_key() {
        let mut help = help();
        help.search_for("presign");
        assert_eq!(help.shown()[0].action, Action::CopyLink);
        help.end_search();
        help.search_for("ctrl-a");
        assert!(help.shown().iter().any(|row| row.action == Action::MarkAll));
    }

    #[test]
    fn a_row_is_taken_unless_it_is_greyed() {
        let mut help = help();
        help.search_for("delete after");
        assert_eq!(help.taken(), None);
        help.end_search();
        help.search_for("download the");
        assert_eq!(help.taken(), Some(Action::Download));
    }
}
