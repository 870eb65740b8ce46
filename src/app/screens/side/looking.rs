//! Looks into the object of the side pane: opens it, reads on where one scrolls, searches in it.

mod searching;
mod wanted;

use std::time::Duration;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::question::QuestionSlot;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::scope::Pane;
use crate::app::screens::preview::scrolling::Aim;
use crate::app::screens::preview::{Preview, PreviewBody};
use crate::app::screens::side::fetched::Fetched;
use crate::app::toasts::Level;
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::object_view::{LookRequest, LookStep, SeenPart, TextPlace, ViewForm};
use crate::domain::text_pattern::TextPattern;
use crate::domain::units::Size;
use crate::domain::visible::visible;

/// How often the end of a text that grows is looked at.
const TAIL: Duration = Duration::from_secs(3);

#[derive(Clone, Debug, Default)]
pub struct Looking {
    pub preview: Fetched<Preview>,
    /// What was gone into on the way to it.
    outer: Vec<Preview>,
    opening: Option<(Ticket, ViewForm, Option<String>)>,
    /// What is read on, or searched for.
    more: Option<(Ticket, Aim)>,
    /// How far a search has come, in bytes.
    pub passed: Option<u64>,
    pub pattern: Option<TextPattern>,
    /// Where one went last, forward or back: one goes on there, and no answer asks for more.
    heading: Option<bool>,
    /// When the end is looked at next, where it is watched.
    tail: Option<Timestamp>,
    question: QuestionSlot<LookQuestion>,
    /// What is read on is a member that becomes a file.
    unpacks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LookQuestion {
    Search,
    Place,
    /// Where to unpack the member.
    Folder,
}

impl Looking {
    pub fn ready(preview: Fetched<Preview>) -> Looking {
        Looking { preview, ..Looking::default() }
    }

    /// The preview of the object itself, without what was gone into.
    pub fn into_outermost(self) -> Fetched<Preview> {
        let outermost = self.outer.into_iter().next().map(Fetched::Ready);
        outermost.unwrap_or(self.preview)
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.opening.as_ref().is_some_and(|(opening, ..)| *opening == ticket)
            || self.more.is_some_and(|(more, _)| more == ticket)
    }

    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// Whether an answer, or the time to look again, is waited for.
    pub fn is_waiting(&self) -> bool {
        self.opening.is_some() || self.more.is_some() || self.tail.is_some()
    }

    pub fn is_tailing(&self) -> bool {
        self.tail.is_some()
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog()
    }

    pub fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut()
    }

    pub fn question_is_open(&self) -> bool {
        self.question.is_open()
    }

    /// `asked`: somebody asked for just this object, whatever it takes.
    pub fn open(&mut self, object: &ObjectAddress, asked: bool, cx: &mut Context<'_>) {
        self.ask_open(object, ViewForm::Best, !asked, None, cx);
        self.preview = Fetched::Waiting;
    }

    /// Whether there is more inside than was read.
    pub fn stops_early(&self) -> bool {
        matches!(&self.preview, Fetched::Ready(preview) if preview.contents.cut.is_some())
    }

    fn ask_open(
        &mut self,
        object: &ObjectAddress,
        form: ViewForm,
        glance: bool,
        member: Option<String>,
        cx: &mut Context<'_>,
    ) {
        self.stop(cx);
        self.heading = None;
        let wanted = LookStep::Open { form, glance };
        let look = LookRequest { object: object.clone(), member: member.clone(), wanted };
        self.opening = Some((cx.request(look), form, member));
    }

    /// Gives up what is waited for.
    pub fn stop(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.opening.take().map(|(ticket, ..)| ticket));
        cx.abandon(&mut self.more.take().map(|(ticket, _)| ticket));
        if std::mem::take(&mut self.unpacks) {
            cx.toast(Level::Ended, "unpacking is stopped; no part of the file is left");
        }
        (self.passed, self.tail) = (None, None);
        self.question.close(cx);
    }

    fn ask_more(
        &mut self,
        object: &ObjectAddress,
        wanted: LookStep,
        aim: Aim,
        cx: &mut Context<'_>,
    ) {
        let Fetched::Ready(preview) = &self.preview else { return };
        let member = preview.member.clone();
        self.ask_of_member(object, member, wanted, aim, cx);
    }

    fn ask_of_member(
        &mut self,
        object: &ObjectAddress,
        member: Option<String>,
        wanted: LookStep,
        aim: Aim,
        cx: &mut Context<'_>,
    ) {
        cx.abandon(&mut self.more.take().map(|(ticket, _)| ticket));
        let look = LookRequest { object: object.clone(), member, wanted };
        self.more = Some((cx.request(look), aim));
        self.passed = None;
    }

    /// Reads on where what is on screen is near an end of what is here; to be told after every
    /// event.
    pub fn read_on(&mut self, object: &ObjectAddress, cx: &mut Context<'_>) {
        if self.tail.is_some_and(|due| due <= cx.now) && self.more.is_none() {
            self.tail = cx.now.checked_add(TAIL).ok();
            return self.ask_more(object, LookStep::Tail, Aim::End, cx);
        }
        if self.more.is_some() || self.opening.is_some() {
            return;
        }
        let Fetched::Ready(preview) = &self.preview else { return };
        let Some(forward) = self.heading.take() else { return };
        if let Some(wanted) = preview.wants(forward, cx.areas.rows(Pane::Side)) {
            self.ask_more(object, wanted, Aim::Stay, cx);
        }
    }

    /// An error of the opening is given back; one of reading on is told.
    pub fn on_reply(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        cx: &mut Context<'_>,
    ) -> Result<(), Error> {
        if self.more.is_some_and(|(more, _)| more == ticket) {
            self.on_more(reply, cx);
            return Ok(());
        }
        let Some((_, form, member)) = self.opening.take() else { return Ok(()) };
        match reply {
            Ok(Answer::Seen(seen)) => {
                let SeenPart::Opened(view) = seen.what else { return Ok(()) };
                let opened = Preview::of(*view, seen.traffic, form, member);
                if let Fetched::Ready(before) = std::mem::take(&mut self.preview)
                    && before.member != opened.member
                {
                    self.outer.push(before);
                }
                self.preview = Fetched::Ready(opened);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(error) => {
                // What is shown stays where another form or a member of it could not be had.
                if matches!(self.preview, Fetched::Ready(_)) {
                    cx.ask(Intent::Log(error));
                    return Ok(());
                }
                Err(error)
            }
        }
    }

    fn on_more(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let Some((_, aim)) = self.more else { return };
        let Fetched::Ready(preview) = &mut self.preview else { return };
        match reply {
            Ok(Answer::Seen(seen)) => {
                preview.traffic = seen.traffic;
                match seen.what {
                    SeenPart::Passed(passed) => {
                        self.passed = Some(passed);
                        return;
                    }
                    SeenPart::Part(body, at) => preview.take(*body, at, aim),
                    SeenPart::NotFound => {
                        let pattern = self.pattern.as_ref().map_or("", TextPattern::as_str);
                        cx.toast(Level::Note, format!("{pattern} is not found any further"));
                    }
                    SeenPart::Unpacked(path, bytes) => {
                        let path = visible(&path.display().to_string()).into_owned();
                        cx.toast(Level::Done, format!("{} unpacked into {path}", Size(bytes)));
                    }
                    SeenPart::Opened(_) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                (self.tail, self.heading) = (None, None);
                cx.ask(Intent::Log(error));
            }
        }
        (self.more, self.passed, self.unpacks) = (None, None, false);
    }

    /// Scrolls by whole rows.
    pub fn scroll(&mut self, by: isize, rows: u16) {
        let Fetched::Ready(preview) = &mut self.preview else { return };
        preview.scroll(by, rows);
        self.heading = Some(by > 0);
    }

    /// Performs an action of the preview; `false` where it is none.
    pub fn on_action(
        &mut self,
        action: Action,
        object: &ObjectAddress,
        cx: &mut Context<'_>,
    ) -> bool {
        let rows = cx.areas.rows(Pane::Side);
        let Fetched::Ready(preview) = &mut self.preview else { return false };
        match action {
            Action::Open => {
                if let Some(member) = preview.enter(rows) {
                    self.ask_open(object, ViewForm::Best, false, Some(member), cx);
                }
            }
            Action::Parent => {
                self.tail = None;
                return preview.leave(rows) || self.leave_member(cx);
            }
            Action::OtherForm => self.turn_form(object, cx),
            Action::SearchPreview => self.ask_pattern(),
            Action::NextMatch | Action::PreviousMatch => {
                self.search(action == Action::PreviousMatch, object, cx);
            }
            Action::GoToLine => self.ask_place(),
            Action::UnpackMember => self.ask_folder(cx),
            Action::TailEnd => self.toggle_tail(cx),
            Action::WrapLines => {
                if let PreviewBody::Text(text) = &mut preview.body {
                    text.toggle_wrapping();
                }
            }
            Action::CopyValue => {
                if let Some((text, what)) = preview.value() {
                    let (what, note) = (what.to_owned(), String::new());
                    cx.ask(Intent::Copy { text, what, note });
                }
            }
            Action::First | Action::Last => return self.go_to_edge(action, object, cx),
            action => {
                let moved = preview.on_action(action, rows);
                if moved {
                    self.heading = Some(is_forward(action));
                }
                if moved && !matches!(action, Action::Down | Action::PageDown) {
                    self.tail = None;
                }
                return moved;
            }
        }
        true
    }

    /// Goes to the first or last row, fetching it if needed.
    fn go_to_edge(&mut self, action: Action, object: &ObjectAddress, cx: &mut Context<'_>) -> bool {
        let Fetched::Ready(preview) = &mut self.preview else { return false };
        let first = action == Action::First;
        self.tail = None;
        let (step, aim) = match &preview.body {
            PreviewBody::Text(text) if first && !text.window.is_at_start() => {
                (LookStep::Text(TextPlace::Around(0)), Aim::Top)
            }
            PreviewBody::Text(text) if !first && !text.window.is_at_end() => {
                (LookStep::Text(TextPlace::End), Aim::End)
            }
            PreviewBody::Bytes(bytes) if first && bytes.window.start > 0 => {
                (LookStep::Bytes(0), Aim::Top)
            }
            PreviewBody::Bytes(bytes) if !first && bytes.window.end() < bytes.window.size => {
                let end = if preview.unpacked { u64::MAX } else { bytes.window.size };
                (LookStep::Bytes(end), Aim::End)
            }
            _ => {
                self.heading = Some(!first);
                return preview.on_action(action, cx.areas.rows(Pane::Side));
            }
        };
        self.ask_more(object, step, aim, cx);
        true
    }

    /// The next form: the best one, text, bytes, facts.
    fn turn_form(&mut self, object: &ObjectAddress, cx: &mut Context<'_>) {
        let Fetched::Ready(preview) = &self.preview else { return };
        let is_text = matches!(preview.body, PreviewBody::Text(_));
        let is_bytes = matches!(preview.body, PreviewBody::Bytes(_));
        let rendered = preview.form == ViewForm::Best && preview.is_rendered();
        let form = match preview.form {
            ViewForm::Best if is_bytes => ViewForm::Text,
            ViewForm::Best if is_text && !rendered => ViewForm::Bytes,
            ViewForm::Best => ViewForm::Text,
            ViewForm::Text => ViewForm::Bytes,
            ViewForm::Bytes => ViewForm::Facts,
            ViewForm::Facts => ViewForm::Best,
        };
        let member = preview.member.clone();
        self.ask_open(object, form, false, member, cx);
    }

    fn leave_member(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(outer) = self.outer.pop() else { return false };
        self.stop(cx);
        self.preview = Fetched::Ready(outer);
        true
    }

    /// Undoes one thing: a wait, the marks of a search, what was gone into.
    pub fn step_back(&mut self, cx: &mut Context<'_>) -> bool {
        if self.more.is_some() || self.tail.is_some() || (self.is_opening() && self.is_shown()) {
            self.stop(cx);
            return true;
        }
        if self.pattern.take().is_some() {
            return true;
        }
        let rows = cx.areas.rows(Pane::Side);
        let in_folder = match &mut self.preview {
            Fetched::Ready(Preview { body: PreviewBody::Members(members), .. }) => {
                members.leave(rows)
            }
            _ => false,
        };
        in_folder || self.leave_member(cx)
    }

    fn is_shown(&self) -> bool {
        matches!(self.preview, Fetched::Ready(_))
    }

    /// Goes to the end of a text and looks again and again whether it has grown.
    fn toggle_tail(&mut self, cx: &mut Context<'_>) {
        let Fetched::Ready(preview @ Preview { body: PreviewBody::Text(_), .. }) = &self.preview
        else {
            return;
        };
        if preview.unpacked {
            let why = "the end of a compressed text is not watched: all of it would be read again";
            return cx.toast(Level::Note, why);
        }
        if self.tail.take().is_some() {
            return cx.toast(Level::Note, "the end is not watched any more");
        }
        self.tail = Some(cx.now);
        cx.toast(Level::Note, "the end is watched: a request or two every 3 s");
    }
}

fn is_forward(action: Action) -> bool {
    matches!(action, Action::Down | Action::PageDown | Action::HalfPageDown | Action::Last)
}
