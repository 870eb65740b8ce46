//! Acting on objects and prefixes: download, upload, links, copy, delete, new.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::Context;
use crate::app::dialogs::dialog::Dialog;
use crate::app::event::{Reply, Ticket};
use crate::app::screens::objects::browse::Browse;
use crate::app::session::Session;

#[derive(Clone, Debug, Default)]
pub struct Acting {
    dialog: Option<Dialog>,
}

impl Acting {
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// Performs an action; `false` where it is none of these.
    pub fn on_action(&mut self, _: Action, _: &mut Browse, _: &mut Context<'_>) -> bool {
        false
    }

    pub fn on_dialog_action(&mut self, _: Action, _: &mut Browse, _: &mut Context<'_>) {}

    pub fn on_dialog_text(&mut self, _: Chord, _: &mut Browse, _: &mut Context<'_>) {}

    pub fn on_paste(&mut self, _: &str, _: &mut Browse, _: &mut Context<'_>) {}

    pub fn owns(&self, _: Ticket) -> bool {
        false
    }

    pub fn on_reply(&mut self, _: Ticket, _: Reply, _: &mut Browse, _: &mut Context<'_>) {}

    /// Why an action cannot be done here now.
    pub fn disabled(&self, _: Action, _: &Browse, _: &Session) -> Option<String> {
        None
    }
}
