//! A sheet that is read before anything else is done.

use crate::app::action::{Action, Scope};
use crate::app::chord::{Chord, KeyCode};
use crate::app::context::Context;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::outcome::Outcome;
use crate::app::part::Part;

#[derive(Clone, Debug)]
pub struct Notice(pub Details);

impl Part for Notice {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Dialog, Scope::List]
    }

    fn covers(&self) -> bool {
        true
    }

    fn details(&self) -> Option<&Details> {
        Some(&self.0)
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some(chord) = key_of(action) {
            self.on_text(chord, cx);
        }
        true
    }

    /// Nothing is behind Enter: it closes the sheet.
    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if chord.key == KeyCode::Enter || self.0.on_key(chord) == Outcome::Cancelled {
            cx.close_overlay(None);
        }
    }
}
