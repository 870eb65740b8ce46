//! Searches in the inside of an object, and goes to a place in it.

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::prompt::Prompt;
use crate::app::dialogs::typed_path::resolve;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::scope::Pane;
use crate::app::screens::objects::downloading::folder_prompt;
use crate::app::screens::preview::PreviewBody;
use crate::app::screens::preview::scrolling::Aim;
use crate::app::screens::side::fetched::Fetched;
use crate::app::screens::side::looking::{LookQuestion, Looking};
use crate::app::screens::side::place_asked::PlaceAsked;
use crate::app::toasts::Level;
use crate::domain::object::ObjectAddress;
use crate::domain::object_view::{LookStep, SearchForm, TextPlace};
use crate::domain::text_pattern::TextPattern;

impl Looking {
    pub(super) fn ask_pattern(&mut self) {
        let before = self.pattern.as_ref().map_or("", TextPattern::as_str);
        let hint = "letters, /regex/ or bytes: 0x504b";
        let rule = |text: &str| TextPattern::parse(text).map(drop);
        let prompt = Prompt::new("Search", hint, before, rule);
        self.question.ask(Dialog::Prompt(prompt), LookQuestion::Search);
    }

    pub(super) fn ask_place(&mut self) {
        let hint = "a line: 1200, a byte: @4096, or a part: 50%";
        let rule = |text: &str| PlaceAsked::parse(text).map(drop);
        let prompt = Prompt::new("Go to", hint, "", rule);
        self.question.ask(Dialog::Prompt(prompt), LookQuestion::Place);
    }

    /// The member that is shown, or that the cursor is on.
    pub(super) fn member(&self) -> Option<&str> {
        let Fetched::Ready(preview) = &self.preview else { return None };
        match (&preview.member, &preview.body) {
            (None, PreviewBody::Members(members)) => {
                let entry = members.current()?;
                (!entry.folder).then_some(entry.name.as_str())
            }
            (member, _) => member.as_deref(),
        }
    }

    pub(super) fn ask_folder(&mut self, cx: &Context<'_>) {
        let Some(member) = self.member() else { return };
        let name = member.rsplit('/').next().unwrap_or(member);
        let title = format!("Unpack {name} into");
        let hint = "a folder on this machine; it is created if it is missing".to_owned();
        let session = cx.session;
        let folder = session.download_folder.as_ref().unwrap_or(&session.working_folder);
        let dialog = folder_prompt(title, hint, folder, session);
        self.question.ask(dialog, LookQuestion::Folder);
    }

    fn unpack(&mut self, folder: &str, object: &ObjectAddress, cx: &mut Context<'_>) {
        let session = cx.session;
        let resolved = resolve(folder.trim(), &session.working_folder, session.home.as_deref());
        let (Ok(folder), Some(member)) = (resolved, self.member().map(str::to_owned)) else {
            return;
        };
        cx.ask(Intent::RememberDownloadFolder(folder.clone()));
        self.ask_of_member(object, Some(member), LookStep::Unpack(folder), Aim::Top, cx);
        self.unpacks = true;
    }

    pub fn on_dialog_action(
        &mut self,
        action: Action,
        object: &ObjectAddress,
        cx: &mut Context<'_>,
    ) {
        let Some((question, DialogAnswer::Text(text))) = self.question.on_action(action, cx) else {
            return;
        };
        match question.about {
            LookQuestion::Search => {
                self.pattern = TextPattern::parse(&text).ok();
                self.search(false, object, cx);
            }
            LookQuestion::Folder => self.unpack(&text, object, cx),
            LookQuestion::Place => {
                let Ok(place) = PlaceAsked::parse(&text) else { return };
                self.go_to(place, object, cx);
            }
        }
    }

    pub fn on_dialog_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        self.question.on_text(chord, cx);
    }

    /// Searches on from what was found last, or from what is on screen.
    pub(super) fn search(&mut self, backward: bool, object: &ObjectAddress, cx: &mut Context<'_>) {
        let Some(pattern) = self.pattern.clone() else { return self.ask_pattern() };
        let Fetched::Ready(preview) = &mut self.preview else { return };
        let rows = cx.areas.rows(Pane::Side);
        let (place, found, form) = match &preview.body {
            PreviewBody::Text(text) if !preview.is_rendered() => {
                (text.place(), text.found, SearchForm::Text)
            }
            PreviewBody::Bytes(bytes) => (bytes.place(), bytes.found, SearchForm::Bytes),
            _ => {
                if !preview.search_rows(&pattern, backward, rows) {
                    let pattern = pattern.as_str();
                    cx.toast(Level::Note, format!("{pattern} is in no other row that is here"));
                }
                return;
            }
        };
        let from = match (found, backward) {
            (Some(found), false) => found + 1,
            (Some(found), true) => found,
            (None, _) => place,
        };
        self.tail = None;
        let step = LookStep::Search { pattern, from, backward, form };
        self.ask_more(object, step, Aim::Found, cx);
    }

    fn go_to(&mut self, place: PlaceAsked, object: &ObjectAddress, cx: &mut Context<'_>) {
        let Fetched::Ready(preview) = &mut self.preview else { return };
        self.tail = None;
        // How long a packed text is shows only at its end.
        let (size, known) = (preview.size, !preview.unpacked);
        let byte = |place: PlaceAsked| match place {
            PlaceAsked::Byte(at) if known => at.min(size),
            PlaceAsked::Byte(at) => at,
            PlaceAsked::Part(hundredths) => size / 100 * u64::from(hundredths),
            PlaceAsked::Line(line) => line,
        };
        let rendered = preview.is_rendered();
        let step = match (&preview.body, place) {
            (PreviewBody::Text(_), place) if rendered => {
                preview.go_to_row(place.row(preview.extent().len), cx.areas.rows(Pane::Side));
                return;
            }
            (PreviewBody::Text(_), PlaceAsked::Line(line)) => {
                LookStep::Text(TextPlace::Line(line.saturating_sub(1)))
            }
            (PreviewBody::Text(_), place) => LookStep::Text(TextPlace::Around(byte(place))),
            (PreviewBody::Bytes(_), place) => LookStep::Bytes(byte(place)),
            (_, place) => {
                preview.go_to_row(place.row(preview.extent().len), cx.areas.rows(Pane::Side));
                return;
            }
        };
        self.ask_more(object, step, Aim::Found, cx);
    }
}
