//! A notice is a sheet that is read before anything else is done.

use crate::app::action::{Action, KeyHint};
use crate::app::context::Context;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::outcome::Outcome;
use crate::app::part::Part;
use crate::app::scope::Scope;

#[derive(Clone, Debug)]
pub struct NoticeSheet(pub Details);

impl Part for NoticeSheet {
    fn scopes(&self) -> &'static [Scope] {
        Details::SCOPES
    }

    fn details(&self) -> Option<&Details> {
        Some(&self.0)
    }

    fn hints(&self) -> Vec<KeyHint> {
        self.0.hints()
    }

    /// Nothing is behind Enter: it closes the sheet.
    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if action == Action::Accept || self.0.on_action(action) == Outcome::Cancelled {
            cx.close_overlay(None);
        }
        true
    }
}
