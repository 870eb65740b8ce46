//! Takes what is entered into the form: tries it as soon as it could be a connection, and saves it.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::effect::ConnectionRequest;
use crate::app::screens::connecting::form::Remark;
use crate::app::screens::connecting::{Connecting, Stage};
use crate::app::toasts::Level;
use crate::config::connection::Connection;
use crate::config::draft::Keep;
use crate::domain::error::{Error, ErrorKind};

impl Connecting {
    pub(super) fn on_form_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let waits = self.awaits_keyring();
        let Stage::Form(form) = &mut self.stage else { return false };
        match action {
            Action::ShowSecret => form.toggle_secret(),
            Action::SaveConnection => self.save(cx),
            Action::TestConnection => self.test(true, cx),
            Action::Dismiss if waits => {
                self.refused = None;
                form.remark = Some(Remark::Note("not saved: you stopped it".to_owned()));
                cx.abandon(&mut self.saving.take().map(|(ticket, _)| ticket));
            }
            Action::Dismiss => self.back(cx),
            Action::Accept if form.on_save() => self.save(cx),
            Action::Accept if form.on_cancel() => self.back(cx),
            Action::Accept | Action::Down | Action::NextField => self.step(false, cx),
            Action::Up | Action::PreviousField => self.step(true, cx),
            _ => {}
        }
        true
    }

    /// Goes to the next field of the form, or to the one before.
    pub(super) fn step(&mut self, back: bool, cx: &mut Context<'_>) {
        if let Stage::Form(form) = &mut self.stage {
            self.refused = None;
            form.step(back);
            self.test(false, cx);
        }
    }

    /// Tries what is entered, as soon as it could be a connection.
    pub(super) fn test(&mut self, again: bool, cx: &mut Context<'_>) {
        let Stage::Form(form) = &mut self.stage else { return };
        let draft = match form.draft() {
            // What was found of what was entered before stays.
            Err(lacking) if again => return form.point_at(lacking),
            draft => draft.ok(),
        };
        let made = draft.and_then(|draft| draft.connection(form.before.as_ref()).ok());
        match made {
            Some(connection) if again => self.trial.again(connection, cx),
            Some(connection) => self.trial.of(connection, cx),
            None => self.trial.drop(cx),
        }
    }

    /// Saves what is entered, whether it works or not.
    pub(super) fn save(&mut self, cx: &mut Context<'_>) {
        let Stage::Form(form) = &mut self.stage else { return };
        if self.saving.is_some() {
            return;
        }
        form.read_address();
        match form.draft() {
            Ok(draft) => {
                let replaced = form.before.as_ref().map(|before| before.name.clone());
                let request = ConnectionRequest::SaveConnection {
                    draft: Box::new(draft),
                    replaced: replaced.clone(),
                };
                self.saving = Some((cx.request(request), replaced));
            }
            Err(lacking) => form.point_at(lacking),
        }
    }

    pub(super) fn on_saved(&mut self, connection: Box<Connection>, cx: &mut Context<'_>) {
        let replaced = self.saving.take().and_then(|(_, replaced)| replaced);
        self.first = false;
        self.close(cx);
        cx.toast(Level::Done, format!("{} was saved", connection.name));
        cx.ask(Intent::PutConnection { connection, replaced });
    }

    pub(super) fn on_refused(&mut self, error: Error, cx: &Context<'_>) {
        if let (ErrorKind::Keyring(_), Stage::Form(form)) = (&error.kind, &mut self.stage)
            && form.has_new_keys()
        {
            return form.propose_file(&error.explain().what, &cx.session.key(Action::Accept));
        }
        self.refused = Some(error);
    }

    /// Whether a keyring may be asking the user for its password now.
    pub fn awaits_keyring(&self) -> bool {
        let Stage::Form(form) = &self.stage else { return false };
        self.saving.is_some() && form.keep() == Keep::Keyring
    }
}
