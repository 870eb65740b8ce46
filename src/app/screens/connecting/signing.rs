//! Signs the connection in use in anew: by the AWS CLI, or with a code.

use crate::app::action::Action;
use crate::app::chord::{Chord, KeyCode};
use crate::app::context::{Context, Intent};
use crate::app::effect::Request;
use crate::app::screens::connecting::code::CodePrompt;
use crate::app::screens::connecting::sign_in::{SignIn, profile_of};
use crate::app::screens::connecting::{Connecting, Stage};
use crate::app::toasts::Level;
use crate::domain::error::Error;

impl Connecting {
    /// Has the AWS CLI sign the profile of the connection in use in anew.
    pub fn sign_in(&mut self, cx: &mut Context<'_>) {
        let Ok(profile) = profile_of(cx.session.connection()) else { return };
        let name = cx.session.name().clone();
        if let Some((device, _)) = self.codes.get(&name).cloned() {
            self.close(cx);
            self.stage = Stage::Code(CodePrompt::new(name, device));
            return;
        }
        self.close(cx);
        self.signing_in = Some(cx.request(Request::SignIn { profile: profile.clone() }));
        self.stage = Stage::SignIn(SignIn { profile, ..SignIn::default() });
    }

    /// A request of the connection in use needs a code. Who turned the question down is not asked
    /// unasked again.
    pub fn want_code(&mut self, device: String, cx: &Context<'_>) {
        let name = cx.session.name().clone();
        let (_, declined) = self.codes.entry(name.clone()).or_insert((device.clone(), false));
        if !*declined && !self.is_open() {
            self.stage = Stage::Code(CodePrompt::new(name, device));
        }
    }

    /// What was refused before is asked again.
    pub(super) fn on_signed_in(&mut self, ended: Result<(), Error>, cx: &mut Context<'_>) {
        self.signing_in = None;
        match (ended, &mut self.stage) {
            (Ok(()), _) => {
                self.close(cx);
                cx.toast(Level::Done, "signed in");
                cx.ask(Intent::Run(Action::Refresh));
            }
            (Err(error), Stage::SignIn(shown)) => shown.failed = Some(error),
            (Err(error), _) => cx.ask(Intent::Log(error)),
        }
    }

    pub(super) fn on_code_key(&mut self, chord: Chord, cx: &mut Context<'_>) {
        let Stage::Code(prompt) = &mut self.stage else { return };
        match chord.key {
            KeyCode::Esc => {
                if let Some((_, declined)) = self.codes.get_mut(&prompt.connection) {
                    *declined = true;
                }
                self.close(cx);
            }
            KeyCode::Enter => {
                if let Some(code) = prompt.take() {
                    let connection = prompt.connection.clone();
                    self.signing_in = Some(cx.request_of(connection, Request::GiveCode(code)));
                }
            }
            _ => prompt.on_key(chord),
        }
    }

    pub(super) fn on_code_given(&mut self, ended: Result<(), Error>, cx: &mut Context<'_>) {
        self.signing_in = None;
        match (ended, &mut self.stage) {
            (Ok(()), _) => {
                self.codes.remove(cx.session.name());
                self.close(cx);
                cx.toast(Level::Done, "signed in, until the role's session ends");
                cx.ask(Intent::RefreshBuckets);
                cx.ask(Intent::Run(Action::Refresh));
            }
            (Err(error), Stage::Code(prompt)) => {
                let said = error.explain();
                prompt.refuse(format!("{}; {}", said.what, said.next));
            }
            (Err(error), _) => cx.ask(Intent::Log(error)),
        }
    }
}
