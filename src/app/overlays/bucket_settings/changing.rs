//! Changes a setting: by a form or in the editor, checked, shown as a difference, then sent.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::outcome::Outcome;
use crate::app::dialogs::question::Question;
use crate::app::dialogs::text_editor::TextEditor;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::{Effect, MachineRequest, StorageRequest};
use crate::app::event::{Answer, Reply};
use crate::app::list::step;
use crate::app::overlays::bucket_settings::BucketSettings;
use crate::app::overlays::bucket_settings::change::{SettingChange, SettingQuestion};
use crate::app::overlays::bucket_settings::menus::{
    DaysOf, SettingOffer, attach_prompt, class_menu, classes, code_prompt, days_prompt,
    detach_menu, form_of, offers, origin_prompt,
};
use crate::app::overlays::bucket_settings::reading::SettingReading;
use crate::app::toasts::Level;
use crate::config::editor::Edited;
use crate::domain::error::Error;
use crate::domain::settings::check::document;
use crate::domain::settings::forms::{SettingForm, domain_and_zone, origin, template};
use crate::domain::settings::json::Json;
use crate::domain::settings::mfa::DeviceCode;
use crate::domain::settings::refusal::place_of;
use crate::domain::settings::{BucketSetting, Clearing, SettingState, StoredSetting};

impl BucketSettings {
    pub(super) fn ask_change(&mut self, cx: &mut Context<'_>) {
        let Some(setting) = self.changeable(cx) else { return };
        let mut rows: Vec<ChoiceRow> = offers(setting).into_iter().map(|(row, _)| row).collect();
        if let (Some(last), Clearing::Never(why)) = (rows.last_mut(), setting.clearing()) {
            last.disabled = Some(why.to_owned());
        }
        let choice = Choice::new(format!("Change {setting}"), rows);
        self.question.ask(Dialog::Choice(choice), SettingQuestion::Menu(setting));
    }

    pub(super) fn ask_clear(&mut self, cx: &mut Context<'_>) {
        let Some(setting) = self.changeable(cx) else { return };
        let place = format!("{setting} of {}", self.bucket);
        let (yes, line) = match setting.clearing() {
            Clearing::Never(why) => {
                return cx.toast(Level::Note, format!("{setting} cannot be cleared: {why}"));
            }
            Clearing::Delete(_) => ("Clear", format!("Remove the document {place}?")),
            Clearing::PrivateAcl => ("Clear", format!("Make {place} private?")),
            Clearing::Put(text) => ("Clear", format!("Set {place} to {text}?")),
        };
        let confirm = Confirm::new("Clear a setting", yes, "Keep").line(line);
        let confirm = match setting.clearing() {
            Clearing::Put(_) => confirm.line("It cannot be removed, and this is as much as unset."),
            _ => confirm,
        };
        let old = self.stored(setting).map(|stored| &stored.document);
        let told = setting.consequences(old, None);
        let confirm = told.into_iter().fold(confirm, Confirm::line);
        self.question.ask(Dialog::Confirm(confirm), SettingQuestion::Clear(setting));
    }

    /// Opens the document in the editor; one that is not set begins as an example.
    pub(super) fn edit(&mut self, cx: &mut Context<'_>) {
        let Some(setting) = self.changeable(cx) else { return };
        self.hand_over(setting, self.text_of(setting), cx);
    }

    fn text_of(&self, setting: BucketSetting) -> String {
        match self.stored(setting) {
            Some(stored) => stored.document.pretty() + "\n",
            None => template(setting),
        }
    }

    fn hand_over(&mut self, setting: BucketSetting, text: String, cx: &mut Context<'_>) {
        let bytes = text.clone().into_bytes();
        let title = format!("{setting} of {}", self.bucket);
        if !cx.session.editor
            && let Ok(editor) = TextEditor::new(title, bytes.clone())
        {
            let (new, ticket) = (None, None);
            self.change = Some(SettingChange { setting, text, by_hand: true, new, ticket });
            let dialog = Dialog::Editor(Box::new(editor));
            return self.question.ask(dialog, SettingQuestion::Text(setting));
        }
        let name = format!("{}-{setting}.json", self.bucket);
        let ticket = Some(cx.request(MachineRequest::Edit { name, bytes }));
        self.change = Some(SettingChange { setting, text, by_hand: true, new: None, ticket });
    }

    /// The setting under the cursor, or why it cannot be changed.
    fn changeable(&mut self, cx: &mut Context<'_>) -> Option<BucketSetting> {
        let row = self.current()?;
        let setting = row.setting;
        match self.unchangeable(row) {
            Some(why) => {
                cx.toast(Level::Note, format!("{setting}: {why}"));
                None
            }
            None => Some(setting),
        }
    }

    fn stored(&self, setting: BucketSetting) -> Option<&StoredSetting> {
        let row = self.rows.iter().find(|row| row.setting == setting)?;
        match &row.state {
            Some(SettingState::Set(stored)) => Some(stored),
            _ => None,
        }
    }

    pub(super) fn on_answer(
        &mut self,
        question: Question<SettingQuestion>,
        answer: DialogAnswer,
        cx: &mut Context<'_>,
    ) {
        let Question { dialog, about, .. } = question;
        match (about, answer) {
            (SettingQuestion::Text(setting), _) => self.on_written_here(setting, &dialog, cx),
            (SettingQuestion::Menu(setting), DialogAnswer::Row(row)) => {
                self.take_offer(setting, row, cx);
            }
            (SettingQuestion::Class, DialogAnswer::Row(row)) => {
                if let Some(class) = classes(self.provider).get(row) {
                    self.ask_days(DaysOf::Move((*class).to_owned()));
                }
            }
            (SettingQuestion::Days(of), DialogAnswer::Text(text)) => {
                if let Some(form) = form_of(&of, &text) {
                    self.review_form(&form, cx);
                }
            }
            (SettingQuestion::Origin, DialogAnswer::Text(text)) => {
                if let Ok(origin) = origin(&text) {
                    self.review_form(&SettingForm::PresignedFrom { origin }, cx);
                }
            }
            (SettingQuestion::Attach, DialogAnswer::Text(text)) => {
                if let Ok((domain, zone)) = domain_and_zone(&text) {
                    self.review_form(&SettingForm::AttachDomain { domain, zone }, cx);
                }
            }
            (SettingQuestion::Detach(domains), DialogAnswer::Row(row)) => {
                if let Some(domain) = domains.into_iter().nth(row) {
                    self.review_form(&SettingForm::DetachDomain { domain }, cx);
                }
            }
            (SettingQuestion::Clear(setting), DialogAnswer::Yes) => {
                let old = self.stored(setting).map(|stored| &stored.document);
                if setting.needs_code(old, None) {
                    return self.ask_code(Some(setting));
                }
                self.send_clear(setting, None, cx);
            }
            (SettingQuestion::Code { clear }, DialogAnswer::Text(text)) => {
                let Ok(code) = DeviceCode::parse(&text) else { return };
                match clear {
                    Some(setting) => self.send_clear(setting, Some(code), cx),
                    None => self.send_new(Some(code), cx),
                }
            }
            (SettingQuestion::Mistake(_), DialogAnswer::Row(0)) => self.edit_again(cx),
            (SettingQuestion::Mistake(_), _) => self.change = None,
            (SettingQuestion::Discard(_), _) => (self.change, self.reading) = (None, None),
            _ => {}
        }
    }

    fn take_offer(&mut self, setting: BucketSetting, row: usize, cx: &mut Context<'_>) {
        let Some((_, offer)) = offers(setting).into_iter().nth(row) else { return };
        match offer {
            SettingOffer::Form(form) => self.review_form(&form, cx),
            SettingOffer::Days(of) => self.ask_days(of),
            SettingOffer::Class => {
                self.question
                    .ask(Dialog::Choice(class_menu(self.provider)), SettingQuestion::Class);
            }
            SettingOffer::Origin => {
                self.question.ask(Dialog::Prompt(origin_prompt()), SettingQuestion::Origin);
            }
            SettingOffer::Attach => {
                self.question.ask(Dialog::Prompt(attach_prompt()), SettingQuestion::Attach);
            }
            SettingOffer::Detach => self.ask_detach(setting, cx),
            SettingOffer::Edit => self.edit(cx),
            SettingOffer::Clear => self.ask_clear(cx),
        }
    }

    fn ask_detach(&mut self, setting: BucketSetting, cx: &mut Context<'_>) {
        let stored = self.stored(setting);
        let entries = stored.map_or(&[][..], |stored| setting.entries(&stored.document));
        let domains: Vec<String> =
            entries.iter().map(|entry| setting.name_of(entry).to_owned()).collect();
        if domains.is_empty() {
            return cx.toast(Level::Note, "no domain is attached");
        }
        let menu = Dialog::Choice(detach_menu(&domains));
        self.question.ask(menu, SettingQuestion::Detach(domains));
    }

    fn ask_days(&mut self, of: DaysOf) {
        self.question.ask(Dialog::Prompt(days_prompt(&of)), SettingQuestion::Days(of));
    }

    fn review_form(&mut self, form: &SettingForm, cx: &mut Context<'_>) {
        let setting = form.setting();
        let new = form.applied(self.stored(setting).map(|stored| &stored.document));
        self.review(setting, new.pretty(), new, false, cx);
    }

    /// Shows what would change; nothing is asked where nothing would.
    fn review(
        &mut self,
        setting: BucketSetting,
        text: String,
        new: Json,
        by_hand: bool,
        cx: &mut Context<'_>,
    ) {
        let old = self.stored(setting);
        if old.is_some_and(|old| old.document == new) {
            self.change = None;
            return cx.toast(Level::Note, format!("{setting}: nothing to change"));
        }
        self.reading = Some(SettingReading::change(setting, &self.bucket, old, Some(&new)));
        let new = Some(new);
        self.change = Some(SettingChange { setting, text, by_hand, new, ticket: None });
    }

    pub(super) fn on_reading(&mut self, action: Action, cx: &mut Context<'_>) {
        let sending = self.is_sending();
        let Some(reading) = &mut self.reading else { return };
        match (reading, action) {
            (SettingReading::Error(details), action) => {
                if details.on_action(action) == Outcome::Cancelled {
                    self.reading = None;
                }
            }
            (SettingReading::Change(_), Action::Yes) if !sending => self.send_change(cx),
            (SettingReading::Change(_), Action::EditSetting) if !sending => {
                self.edit_again(cx);
            }
            (SettingReading::Change(_), Action::Dismiss | Action::Close | Action::No)
                if !sending && self.change.as_ref().is_some_and(|change| change.by_hand) =>
            {
                self.ask_discard(None);
            }
            (_, Action::Dismiss | Action::Close | Action::No) => {
                self.reading = None;
                self.change = None;
                if sending {
                    // Its row shows what came of it.
                    self.load(cx);
                }
            }
            (SettingReading::Document(_), Action::EditSetting) => self.edit(cx),
            (SettingReading::Document(_), Action::Yes) => self.copy(cx),
            (reading, action) => {
                if let Some(page) = reading.page_mut() {
                    step(&mut page.scroll, action, page.lines.len());
                }
            }
        }
    }

    fn send_change(&mut self, cx: &mut Context<'_>) {
        let Some(change) = &self.change else { return };
        let old = self.stored(change.setting).map(|stored| &stored.document);
        if change.setting.needs_code(old, change.new.as_ref()) {
            return self.ask_code(None);
        }
        self.send_new(None, cx);
    }

    /// `clear` is the setting that is to be cleared; without one the change is sent.
    fn ask_code(&mut self, clear: Option<BucketSetting>) {
        let question = SettingQuestion::Code { clear };
        self.question.ask(Dialog::Prompt(code_prompt()), question);
    }

    fn send_clear(
        &mut self,
        setting: BucketSetting,
        code: Option<DeviceCode>,
        cx: &mut Context<'_>,
    ) {
        let bucket = self.bucket.clone();
        self.send(setting, StorageRequest::ClearSetting { bucket, setting, code }, cx);
    }

    fn send_new(&mut self, code: Option<DeviceCode>, cx: &mut Context<'_>) {
        let Some(change) = &self.change else { return };
        let (setting, Some(new)) = (change.setting, change.new.clone()) else { return };
        let before = self.stored(setting).map(|stored| stored.document.clone());
        let bucket = self.bucket.clone();
        let request = StorageRequest::SetSetting { bucket, setting, new, before, code };
        self.send(setting, request, cx);
    }

    fn send(&mut self, setting: BucketSetting, request: StorageRequest, cx: &mut Context<'_>) {
        let ticket = Some(cx.request_of(self.connection.clone(), request));
        let kept = self.change.take();
        let (text, by_hand, new) =
            kept.map_or((String::new(), false, None), |kept| (kept.text, kept.by_hand, kept.new));
        self.change = Some(SettingChange { setting, text, by_hand, new, ticket });
    }

    fn edit_again(&mut self, cx: &mut Context<'_>) {
        if let Some(change) = self.change.take() {
            self.reading = None;
            self.hand_over(change.setting, change.text, cx);
        }
    }

    /// What the editor or the server answered.
    pub(super) fn on_change_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some(change) = &mut self.change else { return };
        change.ticket = None;
        let setting = change.setting;
        match reply {
            Ok(Answer::Edited { file, edited: Edited::Changed(bytes) }) => {
                cx.effect(Effect::RemoveEdited(file));
                self.on_written(setting, String::from_utf8_lossy(&bytes).into_owned(), cx);
            }
            Ok(Answer::Edited { edited: Edited::Unchanged, .. }) => {
                self.on_unchanged(setting, cx);
            }
            Ok(Answer::Setting(setting, state)) => {
                (self.change, self.reading) = (None, None);
                cx.toast(Level::Done, format!("{setting}: {}", state.summary(setting)));
                self.know(setting, *state);
            }
            Ok(_) => self.change = None,
            Err(error) => self.on_refused(error, cx),
        }
    }

    fn on_written_here(&mut self, setting: BucketSetting, dialog: &Dialog, cx: &mut Context<'_>) {
        match dialog {
            Dialog::Editor(editor) if editor.is_changed() => {
                let text = String::from_utf8_lossy(&editor.bytes()).into_owned();
                self.on_written(setting, text, cx);
            }
            _ => self.on_unchanged(setting, cx),
        }
    }

    /// What was written before, and not sent, is shown again.
    fn on_unchanged(&mut self, setting: BucketSetting, cx: &mut Context<'_>) {
        cx.toast(Level::Note, format!("{setting}: nothing was changed"));
        self.show_again(setting, cx);
    }

    /// Shows what was written before the editor was opened, if anything was.
    fn show_again(&mut self, setting: BucketSetting, cx: &mut Context<'_>) {
        let begun = self.text_of(setting);
        let text = self.change.take().map(|change| change.text);
        if let Some(text) = text.filter(|text| *text != begun) {
            self.on_written(setting, text, cx);
        }
    }

    fn on_written(&mut self, setting: BucketSetting, text: String, cx: &mut Context<'_>) {
        match document(setting, &text) {
            Ok(new) => {
                let old = self.stored(setting).map(|stored| &stored.document);
                let new = setting.completed(new, old);
                self.review(setting, text, new, true, cx);
            }
            Err(mistake) => {
                let new = None;
                self.change =
                    Some(SettingChange { setting, text, by_hand: true, new, ticket: None });
                self.ask_after(setting, mistake.to_string());
            }
        }
    }

    fn ask_after(&mut self, setting: BucketSetting, mistake: String) {
        let rows = vec![
            ChoiceRow::new('e', "Edit it again"),
            ChoiceRow::new('d', "Drop what was written"),
        ];
        let choice = Choice::new(format!("{setting} was not sent"), rows).line(mistake.as_str());
        self.question.ask(Dialog::Choice(choice), SettingQuestion::Mistake(mistake));
    }

    /// A question was left: what was written is not lost by that.
    pub(super) fn on_left(&mut self, question: SettingQuestion, cx: &mut Context<'_>) {
        let setting = self.change.as_ref().map(|change| change.setting);
        match (question, setting) {
            // The editor asks by itself before it drops what was typed in it.
            (SettingQuestion::Text(_), Some(setting)) => self.show_again(setting, cx),
            (SettingQuestion::Mistake(mistake), Some(_)) => self.ask_discard(Some(mistake)),
            (SettingQuestion::Discard(Some(mistake)), Some(setting)) => {
                self.ask_after(setting, mistake);
            }
            _ => {}
        }
    }

    fn ask_discard(&mut self, mistake: Option<String>) {
        let dialog = Dialog::Confirm(Confirm::discard());
        self.question.ask(dialog, SettingQuestion::Discard(mistake));
    }

    /// A change stays on screen with why it was refused, and where; it can be edited again.
    fn on_refused(&mut self, error: Error, cx: &mut Context<'_>) {
        let text = self.change.as_ref().map(|change| change.text.clone()).unwrap_or_default();
        let Some(SettingReading::Change(page)) = &mut self.reading else {
            self.refuse(error, cx);
            self.change = None;
            return;
        };
        let place = place_of(&text, &error.detail);
        let place = place.map(|place| format!("{}: {}", place.at, place.what));
        cx.ask(Intent::LogQuietly(error.clone()));
        page.refusal = Some((error, place));
        page.scroll = 0;
    }
}
