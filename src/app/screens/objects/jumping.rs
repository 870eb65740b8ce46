//! Jumps to a key by its first letters: to a row that is here, or to where the server has it.

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::dialogs::input::Input;
use crate::app::list::{Hold, List};
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::loading::Loading;
use crate::app::toasts::Level;

impl Browse {
    /// Begins to take the letters.
    pub(super) fn ask_jump(&mut self) {
        self.jumping = Some(Input::prefilled(""));
    }

    pub(super) fn on_jump_action(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Accept | Action::Dismiss => self.jumping = None,
            _ => {
                self.on_action(action, cx);
            }
        }
    }

    /// Goes where the letters lead: to the first name that is not before them.
    pub(super) fn jump(&mut self, cx: &mut Context<'_>) {
        let Some(typed) = self.jumping.as_ref().map(|typed| typed.text().to_owned()) else {
            return;
        };
        let before = self.list.cursor;
        match self.rows.first_from(&typed) {
            Some(position) if !self.skips(&typed) => {
                self.list.cursor = position;
                self.moved(before, Hold::Row, cx);
            }
            _ if self.lies_elsewhere(&typed) => self.list_from(typed, cx),
            _ => {
                self.list.cursor = self.rows.len().saturating_sub(1);
                self.moved(before, Hold::Row, cx);
            }
        }
        self.fit(cx);
    }

    /// Whether names between the letters and the first row are not here.
    fn skips(&self, typed: &str) -> bool {
        self.from().is_some_and(|from| typed < from)
    }

    /// Whether the server may have names there that are not here.
    fn lies_elsewhere(&self, typed: &str) -> bool {
        let last = self.rows.listing().last_name();
        let open = !matches!(self.loading, Loading::Complete | Loading::Idle);
        let behind = open && last.is_some_and(|last| last < typed);
        self.searched().is_none() && self.at().is_none() && (behind || self.skips(typed))
    }

    /// Lists from a name on: one request leads to the middle of any listing.
    fn list_from(&mut self, name: String, cx: &mut Context<'_>) {
        if !self.marking.marks.is_empty() {
            return cx.toast(Level::Note, "it is not loaded, and going there would drop the marks");
        }
        self.list_anew(Some(name), cx);
    }

    /// Lists from the beginning again, where it was begun at a name.
    pub(super) fn list_from_beginning(&mut self, cx: &mut Context<'_>) {
        self.list_anew(None, cx);
    }

    fn list_anew(&mut self, from: Option<String>, cx: &mut Context<'_>) {
        self.stop(cx);
        self.set_from(from);
        self.list = List::default();
        self.hold = Hold::Top;
        self.rows.clear(cx);
        self.refresh(cx);
    }

    /// Whether a filter or the letters of a key are being typed.
    pub fn is_typed(&self) -> bool {
        self.typing.is_some() || self.jumping.is_some()
    }

    /// The name at which the listing begins, where it is not the first.
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    pub(super) fn set_from(&mut self, from: Option<String>) {
        self.from = from;
    }
}
