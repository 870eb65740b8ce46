//! Signs the connection in use in again, by the AWS CLI or with a code.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::effect::ConnectionRequest;
use crate::app::screens::connecting::code::CodePrompt;
use crate::app::screens::connecting::sign_in::{SignIn, profile_of};
use crate::app::screens::connecting::{Connecting, Stage};
use crate::app::toasts::Level;
use crate::domain::address::ConnectionName;

impl Connecting {
    /// Has the AWS CLI sign the profile of the connection in use in anew.
    pub fn sign_in(&mut self, cx: &mut Context<'_>) {
        let Ok(profile) = profile_of(cx.session) else { return };
        let name = cx.session.name().clone();
        if let Some((device, _)) = self.codes.get(&name).cloned() {
            self.close(cx);
            self.stage = Stage::Code(CodePrompt::new(name, device));
            return;
        }
        self.close(cx);
        self.signing_in = Some(cx.request(ConnectionRequest::SignIn { profile: profile.clone() }));
        self.stage = Stage::SignIn(SignIn { profile, ..SignIn::default() });
    }

    /// A request of a connection needs a code. Who turned the question down is not asked unasked
    /// again.
    pub fn want_code(&mut self, name: ConnectionName, device: String) {
        let (_, declined) = self.codes.entry(name.clone()).or_insert((device.clone(), false));
        if !*declined && !self.is_open() {
            self.stage = Stage::Code(CodePrompt::new(name, device));
        }
    }

    /// What was refused before is asked again.
    pub(super) fn on_signed_in(&mut self, cx: &mut Context<'_>) {
        self.signing_in = None;
        self.close(cx);
        cx.toast(Level::Done, "signed in");
        cx.ask(Intent::Run(Action::Refresh));
    }

    pub(super) fn on_code_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let Stage::Code(prompt) = &mut self.stage else { return false };
        match action {
            Action::Dismiss => {
                if let Some((_, declined)) = self.codes.get_mut(&prompt.connection) {
                    *declined = true;
                }
                self.close(cx);
            }
            Action::Accept => {
                if let Some(code) = prompt.take() {
                    let connection = prompt.connection.clone();
                    let request = ConnectionRequest::GiveCode(code);
                    self.signing_in = Some(cx.request_of(connection, request));
                }
            }
            _ => {}
        }
        true
    }

    pub(super) fn on_code_given(&mut self, cx: &mut Context<'_>) {
        self.signing_in = None;
        if let Stage::Code(prompt) = &self.stage {
            self.codes.remove(&prompt.connection);
        }
        self.close(cx);
        cx.toast(Level::Done, "signed in, until the role's session ends");
        cx.ask(Intent::RefreshBuckets);
        cx.ask(Intent::Run(Action::Refresh));
    }
}
