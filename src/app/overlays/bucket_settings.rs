//! Shows the settings of a bucket, one row each, and changes them.

mod change;
mod changing;
mod menus;
pub mod reading;

use crate::app::action::{Action, KeyHint};
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::question::QuestionSlot;
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{step, take_again};
use crate::app::overlays::bucket_settings::change::{SettingChange, SettingQuestion};
use crate::app::overlays::bucket_settings::reading::SettingReading;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::app::spot::Spot;
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::Error;
use crate::domain::provider::Provider;
use crate::domain::settings::{BucketSetting, SettingState};

#[derive(Clone, Debug)]
pub struct BucketSettings {
    pub bucket: Bucket,
    pub rows: Vec<SettingRow>,
    pub cursor: usize,
    /// A document that is read, or a change that is asked about.
    pub reading: Option<SettingReading>,
    connection: ConnectionName,
    provider: Provider,
    read_only: Option<String>,
    question: QuestionSlot<SettingQuestion>,
    /// What is being changed, from the editor to the server's answer.
    change: Option<SettingChange>,
    loading: Option<Ticket>,
}

#[derive(Clone, Debug)]
pub struct SettingRow {
    pub setting: BucketSetting,
    /// `None` while it is asked for.
    pub state: Option<SettingState>,
}

impl Part for BucketSettings {
    fn scopes(&self) -> &'static [Scope] {
        match (self.question.dialog(), &self.reading) {
            (Some(dialog), _) => dialog.scopes(),
            (None, Some(reading)) => reading.scopes(),
            (None, None) => Scope::Settings.outwards(),
        }
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    fn details(&self) -> Option<&Details> {
        match (self.question.dialog(), &self.reading) {
            (None, Some(SettingReading::Error(details))) => Some(details),
            _ => None,
        }
    }

    fn hints(&self) -> Vec<KeyHint> {
        if let Some(dialog) = self.question.dialog() {
            return dialog.hints();
        }
        if let Some(reading) = &self.reading {
            return reading.hints(self.is_sending());
        }
        vec![
            (Action::Accept, "whole"),
            (Action::ChangeSetting, "change"),
            (Action::EditSetting, "edit"),
            (Action::Delete, "clear"),
            (Action::Yes, "copy"),
            (Action::Refresh, "again"),
            (Action::Dismiss, if self.is_sending() { "do not wait" } else { "close" }),
        ]
    }

    /// A change that is written is not left for what is pasted.
    fn takes_paste(&self) -> bool {
        self.dialog().is_some() || self.change.is_some()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.question.is_open() {
            let about = self.question.get().map(|question| question.about.clone());
            match (self.question.on_action(action, cx), about) {
                (Some((question, answer)), _) => self.on_answer(question, answer, cx),
                (None, Some(about)) if !self.question.is_open() => self.on_left(about, cx),
                _ => {}
            }
        } else if self.reading.is_some() {
            self.on_reading(action, cx);
        } else {
            self.on_rows(action, cx);
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((question, answer)) = self.question.on_text(chord, cx) {
            self.on_answer(question, answer, cx);
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(dialog) = self.dialog_mut() {
            dialog.on_paste(text);
        }
    }

    fn point(&mut self, spot: Spot) -> Option<Action> {
        if let Some(dialog) = self.question.dialog_mut() {
            return dialog.point(spot);
        }
        if self.reading.is_some() { None } else { take_again(&mut self.cursor, spot) }
    }

    fn start(&mut self, cx: &mut Context<'_>) {
        self.load(cx);
    }

    fn owns(&self, ticket: Ticket) -> bool {
        let changing = self.change.as_ref().and_then(|change| change.ticket);
        self.loading == Some(ticket) || changing == Some(ticket)
    }

    fn waits_for(&self) -> Option<Ticket> {
        self.change.as_ref()?.ticket
    }

    fn is_waiting(&self) -> bool {
        self.loading.is_some() || self.is_sending()
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.loading != Some(ticket) {
            return self.on_change_reply(reply, cx);
        }
        match reply {
            Ok(Answer::Setting(setting, state)) => self.know(setting, *state),
            Ok(_) => self.loading = None,
            Err(error) => {
                self.loading = None;
                for row in self.rows.iter_mut().filter(|row| row.state.is_none()) {
                    row.state = Some(SettingState::Refused(error.clone()));
                }
                cx.ask(Intent::LogQuietly(error));
            }
        }
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.loading);
    }

    fn fit(&mut self, cx: &Context<'_>) {
        if let Some(Dialog::Editor(editor)) = self.question.dialog_mut() {
            editor.fit_window(cx.areas.window.height);
        }
    }
}

impl BucketSettings {
    pub fn new(bucket: Bucket, session: &Session) -> BucketSettings {
        let row = |setting| SettingRow { setting, state: None };
        BucketSettings {
            bucket,
            rows: BucketSetting::of(session.provider()).into_iter().map(row).collect(),
            cursor: 0,
            reading: None,
            connection: session.name().clone(),
            provider: session.provider(),
            read_only: session.read_only(),
            question: QuestionSlot::default(),
            change: None,
            loading: None,
        }
    }

    /// Asks for every setting, or asks anew.
    fn load(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.loading);
        for row in &mut self.rows {
            row.state = None;
        }
        let request = StorageRequest::Settings(self.bucket.clone());
        self.loading = Some(cx.request_of(self.connection.clone(), request));
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&SettingRow> {
        self.rows.get(self.cursor)
    }

    /// What is asked on top of the table.
    pub fn dialog_shown(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    pub fn is_sending(&self) -> bool {
        self.sent().is_some()
    }

    /// The setting that the editor or the server is at work on.
    pub fn sent(&self) -> Option<BucketSetting> {
        self.change.as_ref().filter(|change| change.ticket.is_some()).map(|change| change.setting)
    }

    fn know(&mut self, setting: BucketSetting, state: SettingState) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.setting == setting) {
            row.state = Some(state);
        }
    }

    fn on_rows(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Dismiss | Action::Close => {
                cx.abandon(&mut self.loading);
                cx.close_overlay(None);
            }
            Action::Refresh => self.load(cx),
            Action::Accept | Action::Open => self.open(cx),
            Action::Yes => self.copy(cx),
            Action::EditSetting => self.edit(cx),
            Action::ChangeSetting => self.ask_change(cx),
            Action::Delete => self.ask_clear(cx),
            _ => {
                step(&mut self.cursor, action, self.rows.len());
            }
        }
    }

    /// Shows the document, or why there is none.
    fn open(&mut self, cx: &mut Context<'_>) {
        let Some(row) = self.current() else { return };
        let setting = row.setting;
        self.reading = match &row.state {
            Some(SettingState::Set(stored)) => {
                Some(SettingReading::document(setting, &self.bucket, stored))
            }
            Some(SettingState::Refused(error)) => {
                let title = format!("{setting} of {}", self.bucket);
                Some(SettingReading::Error(Details::of_error(title, error.clone())))
            }
            Some(state @ (SettingState::Unset | SettingState::Lacking(_))) => {
                let text = format!("{setting}: {}", state.summary(setting));
                return cx.toast(Level::Note, text);
            }
            None => None,
        };
    }

    fn copy(&self, cx: &mut Context<'_>) {
        let Some(row) = self.current() else { return };
        if let Some(SettingState::Set(stored)) = &row.state {
            cx.ask(Intent::Copy {
                text: stored.document.pretty(),
                what: format!("the document of {}", row.setting),
                note: String::new(),
            });
        }
    }

    /// Why the row cannot be changed; `None` where it can.
    pub fn unchangeable(&self, row: &SettingRow) -> Option<String> {
        match &row.state {
            _ if self.read_only.is_some() => self.read_only.clone(),
            None => Some("it is being asked for".to_owned()),
            Some(SettingState::Lacking(why)) => Some(why.clone()),
            _ => row.setting.fixed().map(str::to_owned),
        }
    }

    fn refuse(&mut self, error: Error, cx: &mut Context<'_>) {
        cx.ask(Intent::LogQuietly(error.clone()));
        let name = self.change.as_ref().map_or("the setting", |change| change.setting.name());
        let title = format!("{name} of {} was not changed", self.bucket);
        self.reading = Some(SettingReading::Error(Details::of_error(title, error)));
    }
}
