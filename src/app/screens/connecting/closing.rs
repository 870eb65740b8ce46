//! Opens the form with what was pasted, and asks before what was entered is lost.

use crate::app::context::Context;
use crate::app::dialogs::confirm::Confirm;
use crate::app::part::Part;
use crate::app::screens::connecting::asked::FormKind;
use crate::app::screens::connecting::form::Form;
use crate::app::screens::connecting::{Connecting, Stage, setting};
use crate::config::secret::Secret;

impl Connecting {
    /// Begins a new connection with what was pasted elsewhere.
    pub fn enter(&mut self, text: &Secret, cx: &mut Context<'_>) {
        self.open_form(Form::new(FormKind::R2, setting(cx)), cx);
        self.on_paste(text.expose(), cx);
    }

    /// Goes back from the form to where it was opened, after a question if something was entered.
    pub(super) fn back(&mut self, cx: &mut Context<'_>) {
        self.refused = None;
        match std::mem::take(&mut self.stage) {
            Stage::Form(form) if form.is_touched() => {
                self.stage = Stage::Discard(form, Confirm::discard());
            }
            Stage::Form(form) => self.discard(&form, cx),
            stage => self.stage = stage,
        }
    }

    pub(super) fn on_discard(&mut self, keeps: bool, cx: &mut Context<'_>) {
        match std::mem::take(&mut self.stage) {
            Stage::Discard(form, _) if keeps => self.stage = Stage::Form(form),
            Stage::Discard(form, _) => self.discard(&form, cx),
            stage => self.stage = stage,
        }
    }

    fn discard(&mut self, form: &Form, cx: &mut Context<'_>) {
        if form.before.is_some() { self.close(cx) } else { self.add(cx) }
    }
}
