//! Adds, changes and removes connections: a menu, a form that tests what is entered, and saving.

mod asked;
mod closing;
pub mod code;
mod entering;
pub mod field;
pub mod form;
mod importing;
pub mod menus;
pub mod sign_in;
mod signing;
pub mod trial;

use std::collections::HashMap;

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::DialogAnswer;
use crate::app::dialogs::choice::Choice;
use crate::app::dialogs::completion::CompletedField;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::prompt::Prompt;
use crate::app::effect::{ConnectionRequest, Effect};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::screens::connecting::asked::FormKind;
use crate::app::screens::connecting::code::CodePrompt;
use crate::app::screens::connecting::form::{Form, Setting};
use crate::app::screens::connecting::menus::{AWS_WAYS, AwsMenuRow, ConnectChoice, ways};
use crate::app::screens::connecting::sign_in::SignIn;
use crate::app::screens::connecting::trial::Trial;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::config::connection::CredentialsSource;
use crate::config::origins::Origins;
use crate::config::pasted::Pasted;
use crate::config::pasted_address::is_address;
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::units::Counted;

#[derive(Clone, Debug, Default)]
pub struct Connecting {
    pub stage: Stage,
    pub trial: Trial,
    /// Why the last try to save failed.
    pub refused: Option<Error>,
    origins: Option<Origins>,
    /// Nothing was configured when the program began, and nothing is yet.
    first: bool,
    finding: Option<Ticket>,
    saving: Option<(Ticket, Option<ConnectionName>)>,
    removing: Option<Ticket>,
    signing_in: Option<Ticket>,
    /// Connections whose role wants a code, with the device; `true` where the question was turned
    /// down.
    codes: HashMap<ConnectionName, (String, bool)>,
}

#[derive(Clone, Debug, Default)]
pub enum Stage {
    #[default]
    Closed,
    Ways(Choice),
    Aws(Choice),
    Imports(Choice),
    /// The path of a file to take connections from.
    File(Prompt),
    Form(Box<Form>),
    /// Whether what was entered into the form is thrown away.
    Discard(Box<Form>, Confirm),
    Remove(Confirm, ConnectionName),
    SignIn(SignIn),
    Code(CodePrompt),
}

impl Part for Connecting {
    fn scopes(&self) -> &'static [Scope] {
        match &self.stage {
            Stage::Form(_) | Stage::Code(_) | Stage::File(_) => Scope::Text.outwards(),
            Stage::Remove(question, _) | Stage::Discard(_, question) => question.scopes(),
            _ => Scope::Menu.outwards(),
        }
    }

    fn hints(&self) -> Vec<KeyHint> {
        match &self.stage {
            Stage::Closed => Vec::new(),
            Stage::Ways(_) if self.first => {
                vec![(Action::Accept, "choose"), (Action::Dismiss, "continue without")]
            }
            Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => choice.hints(),
            Stage::File(prompt) => prompt.hints(),
            Stage::Discard(_, question) | Stage::Remove(question, _) => question.hints(),
            Stage::Code(_) => {
                vec![(Action::Accept, "sign in"), (Action::Dismiss, "continue without")]
            }
            Stage::SignIn(shown) => {
                let way_out = if shown.failed.is_some() { "close" } else { "stop waiting" };
                vec![(Action::Dismiss, way_out)]
            }
            Stage::Form(_) => vec![
                (Action::SaveConnection, "save"),
                (Action::TestConnection, "test"),
                (Action::ShowSecret, "show the secret"),
                (Action::NextField, "next"),
                (Action::Dismiss, "cancel"),
            ],
        }
    }

    fn has_letter(&self, chord: Chord) -> bool {
        match &self.stage {
            Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => {
                choice.lettered(chord).is_some()
            }
            _ => false,
        }
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let outcome = match &mut self.stage {
            Stage::Closed => Outcome::Open,
            Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => {
                choice.on_action(action).map(DialogAnswer::Row)
            }
            Stage::File(prompt) => prompt.on_action(action).map(DialogAnswer::Text),
            Stage::Discard(_, question) | Stage::Remove(question, _) => {
                question.on_action(action).map(|()| DialogAnswer::Yes)
            }
            Stage::Form(_) => return self.on_form_action(action, cx),
            Stage::Code(_) => return self.on_code_action(action, cx),
            Stage::SignIn(_) => {
                if let Action::Dismiss | Action::Close | Action::Accept = action {
                    self.close(cx);
                }
                Outcome::Open
            }
        };
        self.on_outcome(outcome, cx);
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        match &mut self.stage {
            Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice) => {
                let outcome = choice.on_text(chord).map(DialogAnswer::Row);
                self.on_outcome(outcome, cx);
            }
            Stage::File(prompt) => prompt.on_text(chord),
            Stage::Code(prompt) => prompt.on_text(chord),
            Stage::Form(form) => {
                self.refused = None;
                form.on_key(chord);
                if form.r2_is_complete() {
                    self.test(false, cx);
                }
            }
            Stage::Closed | Stage::Discard(..) | Stage::Remove(..) | Stage::SignIn(_) => {}
        }
    }

    fn covers(&self) -> bool {
        self.is_open()
    }

    fn takes_paste(&self) -> bool {
        self.is_open()
    }

    fn field(&mut self) -> Option<CompletedField<'_>> {
        match &mut self.stage {
            Stage::File(prompt) => Some(prompt.completing()),
            _ => None,
        }
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        match (&mut self.stage, spot) {
            (Stage::Ways(choice) | Stage::Aws(choice) | Stage::Imports(choice), Spot::Row(row)) => {
                choice.point(row)
            }
            (Stage::Form(form), spot) => form.point(spot),
            (Stage::Remove(question, _) | Stage::Discard(_, question), Spot::Button(button)) => {
                question.point(button)
            }
            _ => None,
        }
    }

    /// Keys and addresses are taken wherever they are pasted: at a menu they open the form they are
    /// for.
    fn on_paste(&mut self, text: &str, cx: &mut Context<'_>) {
        if let Stage::Ways(_) | Stage::Aws(_) = self.stage {
            if Pasted::read(text).is_none() && !is_address(text) {
                return;
            }
            self.open_form(Form::new(FormKind::R2, setting(cx)), cx);
        }
        match &mut self.stage {
            Stage::Code(prompt) => return prompt.on_paste(text),
            Stage::File(prompt) => return prompt.on_paste(text),
            _ => {}
        }
        if let Stage::Form(form) = &mut self.stage {
            form.on_paste(text);
            self.refused = None;
            self.test(false, cx);
        }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.finding == Some(ticket)
            || self.removing == Some(ticket)
            || self.signing_in == Some(ticket)
            || self.saving.as_ref().is_some_and(|(saving, _)| *saving == ticket)
            || self.trial.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::Origins(origins)) => {
                self.finding = None;
                if let Stage::Ways(choice) = &mut self.stage {
                    *choice = menus::welcome(self.first, Some(&origins)).starting_at(choice.cursor);
                }
                self.origins = Some(origins);
            }
            Ok(Answer::StoredKeyId(id)) => {
                self.finding = None;
                if let Stage::Form(form) | Stage::Discard(form, _) = &mut self.stage {
                    form.stored_id = id;
                }
            }
            Ok(Answer::Imports(imports)) => self.on_imports(imports),
            Ok(Answer::ConnectionSaved(connection)) => self.on_saved(connection, cx),
            Ok(Answer::ConnectionRemoved(name)) => {
                self.removing = None;
                cx.toast(Level::Done, format!("{name} was removed"));
                cx.ask(Intent::DropConnection(name));
            }
            Ok(Answer::SigningIn(line)) => {
                if let Stage::SignIn(shown) = &mut self.stage {
                    shown.lines.push(line);
                }
            }
            Ok(Answer::SignedIn) => self.on_signed_in(cx),
            Ok(Answer::CodeGiven) => self.on_code_given(cx),
            reply if self.trial.owns(ticket) => self.trial.on_reply(reply),
            Err(error) => self.on_failure(ticket, error, cx),
            Ok(_) => {}
        }
    }

    fn is_waiting(&self) -> bool {
        self.finding.is_some()
            || self.saving.is_some()
            || self.signing_in.is_some()
            || self.trial.runs()
    }
}

impl Connecting {
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed)
    }

    pub fn is_saving(&self) -> bool {
        self.saving.is_some()
    }

    /// The first thing a new user sees.
    pub fn welcome(&mut self, cx: &mut Context<'_>) {
        self.first = true;
        self.add(cx);
    }

    /// Asks for a new connection.
    pub fn add(&mut self, cx: &mut Context<'_>) {
        self.close(cx);
        self.stage = Stage::Ways(menus::welcome(self.first, self.origins.as_ref()));
        cx.abandon(&mut self.finding);
        self.finding = Some(cx.request(ConnectionRequest::FindOrigins));
    }

    pub fn change(&mut self, name: &ConnectionName, cx: &mut Context<'_>) {
        let Some(before) = cx.session.connections.iter().find(|each| each.name == *name) else {
            return;
        };
        let before = cx.session.with_server(before);
        let kept = matches!(before.credentials, CredentialsSource::Kept { .. });
        self.open_form(Form::of_connection(&before, setting(cx)), cx);
        if kept {
            self.finding = Some(cx.request_of(name.clone(), ConnectionRequest::StoredKeyId));
        }
    }

    /// Asks whether a connection is to be removed that so many unfinished transfers are `needing`.
    pub fn ask_remove(&mut self, name: &ConnectionName, needing: usize, cx: &mut Context<'_>) {
        self.close(cx);
        let mut question = Confirm::new("Remove a connection", "Remove", "Keep")
            .line("It is removed from config.toml, and its saved keys are deleted.")
            .line("Nothing in its buckets is changed.")
            .about([name.to_string()].into_iter());
        question.warning = waiting(needing);
        self.stage = Stage::Remove(question, name.clone());
    }

    fn on_outcome(&mut self, outcome: Outcome<DialogAnswer>, cx: &mut Context<'_>) {
        match (&self.stage, outcome) {
            (_, Outcome::Open) => {}
            (Stage::Ways(_), Outcome::Cancelled) => self.leave(cx),
            (Stage::Ways(_), Outcome::Accepted(DialogAnswer::Row(row))) => {
                self.go(ways(self.first).get(row).copied(), cx);
            }
            (Stage::Aws(_) | Stage::Imports(_), Outcome::Cancelled) => self.add(cx),
            (Stage::Aws(_), Outcome::Accepted(DialogAnswer::Row(row))) => self.open_aws(row, cx),
            (Stage::Imports(_), Outcome::Accepted(DialogAnswer::Row(row))) => {
                self.open_import(row, cx);
            }
            (Stage::File(_), Outcome::Cancelled) => self.show_imports(0),
            (Stage::File(_), Outcome::Accepted(DialogAnswer::Text(path))) => {
                self.read_file(&path, cx);
            }
            (Stage::Discard(..), outcome) => self.on_discard(outcome == Outcome::Cancelled, cx),
            (Stage::Remove(..), Outcome::Cancelled) => self.stage = Stage::Closed,
            (Stage::Remove(_, name), Outcome::Accepted(_)) => {
                let request = ConnectionRequest::RemoveConnection(name.clone());
                self.stage = Stage::Closed;
                self.removing = Some(cx.request(request));
            }
            _ => {}
        }
    }

    fn go(&mut self, way: Option<ConnectChoice>, cx: &mut Context<'_>) {
        match way {
            Some(ConnectChoice::R2) => self.open_form(Form::new(FormKind::R2, setting(cx)), cx),
            Some(ConnectChoice::Other) => {
                self.open_form(Form::new(FormKind::Other, setting(cx)), cx);
            }
            Some(ConnectChoice::Aws) => {
                self.stage =
                    Stage::Aws(menus::aws(self.origins.as_ref().unwrap_or(&Origins::default())));
            }
            Some(ConnectChoice::Import) => self.show_imports(0),
            Some(ConnectChoice::Demo) => cx.effect(Effect::Demo),
            Some(ConnectChoice::Chain) => self.leave(cx),
            Some(ConnectChoice::Quit) => cx.ask(Intent::Quit),
            None => {}
        }
    }

    fn open_aws(&mut self, row: usize, cx: &mut Context<'_>) {
        let profiles = self.origins.as_ref().map_or(&[][..], |origins| &origins.profiles);
        let form = match profiles.get(row) {
            Some(profile) => Form::of_profile(profile, setting(cx)),
            None => match AWS_WAYS.get(row - profiles.len()) {
                Some(AwsMenuRow::Keys) => Form::new(FormKind::Aws, setting(cx)),
                _ => Form::of_chain(setting(cx)),
            },
        };
        self.open_form(form, cx);
    }

    fn open_form(&mut self, mut form: Form, cx: &mut Context<'_>) {
        self.close(cx);
        form.opened();
        self.stage = Stage::Form(Box::new(form));
        self.test(false, cx);
    }

    fn on_failure(&mut self, ticket: Ticket, error: Error, cx: &mut Context<'_>) {
        if self.saving.take_if(|(saving, _)| *saving == ticket).is_some() {
            return self.on_refused(error, cx);
        }
        for waiting in [&mut self.finding, &mut self.removing, &mut self.signing_in] {
            waiting.take_if(|waiting| *waiting == ticket);
        }
        match &mut self.stage {
            Stage::File(prompt) => prompt.refuse(error.detail),
            Stage::SignIn(shown) => shown.failed = Some(error),
            Stage::Code(prompt) => {
                let (what, next) = (error.explain().what, cx.session.next(&error));
                prompt.refuse(format!("{what}; {next}"));
            }
            _ => cx.ask(Intent::Log(error)),
        }
    }

    /// Closes everything; at the first start, on with the AWS chain.
    fn leave(&mut self, cx: &mut Context<'_>) {
        self.close(cx);
        if std::mem::take(&mut self.first) {
            let connection = Box::new(cx.session.connection().clone());
            cx.ask(Intent::PutConnection { connection, replaced: None });
        }
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        self.trial.drop(cx);
        cx.abandon(&mut self.finding);
        cx.abandon(&mut self.signing_in);
        self.refused = None;
        self.stage = Stage::Closed;
    }
}

/// What becomes of transfers that need a connection which is to be removed.
fn waiting(needing: usize) -> Option<String> {
    let go_on = "paused, and can continue once a connection with this name exists again";
    match needing {
        0 => None,
        1 => Some(format!("1 transfer is not finished: it is {go_on}.")),
        many => {
            let transfers = Counted(many as u64, "transfer");
            Some(format!("{transfers} are not finished: they are {go_on}."))
        }
    }
}

fn setting(cx: &Context<'_>) -> Setting {
    // A name that nobody gave is free.
    let configured = cx.session.connections.iter().filter(|each| !each.is_unsaid());
    let taken = configured.map(|each| each.name.clone()).collect();
    Setting { taken, keyring: cx.session.keyring }
}
