//! Acting on buckets: new, delete.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::Context;
use crate::app::dialogs::dialog::Dialog;
use crate::app::event::{Reply, Ticket};
use crate::app::session::Session;
use crate::domain::address::Bucket;

#[derive(Clone, Debug, Default)]
pub struct BucketActing {
    dialog: Option<Dialog>,
}

impl BucketActing {
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// Performs an action on the bucket under the cursor; `false` where it is none of these.
    pub fn on_action(&mut self, _: Action, _: Option<&Bucket>, _: &mut Context<'_>) -> bool {
        false
    }

    pub fn on_dialog_action(&mut self, _: Action, _: &mut Context<'_>) {}

    pub fn on_dialog_text(&mut self, _: Chord, _: &mut Context<'_>) {}

    pub fn on_paste(&mut self, _: &str, _: &mut Context<'_>) {}

    pub fn owns(&self, _: Ticket) -> bool {
        false
    }

    pub fn on_reply(&mut self, _: Ticket, _: Reply, _: &mut Context<'_>) {}

    /// Why an action cannot be done here now.
    pub fn disabled(&self, _: Action, _: Option<&Bucket>, _: &Session) -> Option<String> {
        None
    }
}
