//! The side pane shows the preview or the details of one object.

pub mod fetched;
pub mod following;
pub mod looking;
mod place_asked;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Intent, SideTab};
use crate::app::dialogs::Dialog;
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::layout::Areas;
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::details::{facts, whole_facts};
use crate::app::screens::objects::reasons::disabled_of_one;
use crate::app::screens::preview::facts::FactsPane;
use crate::app::screens::side::fetched::{Fetched, KeptPreviews};
use crate::app::screens::side::looking::Looking;
use crate::app::screens::subject::Subject;
use crate::app::session::Session;
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};

/// What is worth a place in the footer beside the details.
const DETAILS_WANTED: &[Action] = &[
    Action::CopyValue,
    Action::Download,
    Action::CopyLink,
    Action::LinkMenu,
    Action::Delete,
    Action::Copy,
    Action::Move,
    Action::Rename,
    Action::Preview,
    Action::Parent,
    Action::FollowCursor,
    Action::Zoom,
];

#[derive(Clone, Debug, Default)]
pub struct SidePane {
    /// `None` where nobody said: it is open where the window has room for it.
    opened: Option<bool>,
    /// The window has room for a third column.
    wide: bool,
    tab: SideTab,
    /// What is shown; nothing while the cursor is on no object.
    subject: Option<Subject>,
    /// The cursor may go on without it.
    pub stays: bool,
    pub head: Fetched<ObjectHead>,
    /// What the head says, once it is here.
    pub details: Option<FactsPane>,
    pub looking: Looking,
    /// What the details have besides the head.
    whole: Fetched<()>,
    head_ticket: Option<Ticket>,
    whole_ticket: Option<Ticket>,
    /// When the subject became what it is.
    changed: Option<Timestamp>,
    /// It is fetched then, unless the cursor goes on.
    due: Option<Timestamp>,
    /// When something is fetched, if nothing but time passes.
    wakes: Option<Timestamp>,
    /// The user asked for just this object: what goes wrong is said aloud.
    asked: bool,
    kept: KeptPreviews,
}

impl Part for SidePane {
    fn pane(&self) -> Option<Pane> {
        Some(Pane::Side)
    }

    fn focused_by(&self) -> Option<Action> {
        Some(Action::FocusSide)
    }

    fn stays_shown(&self) -> bool {
        self.is_open()
    }

    fn takes_focus(&self, _: &Areas) -> bool {
        self.is_open()
    }

    fn wanted(&self) -> &'static [Action] {
        match self.tab {
            SideTab::Details => DETAILS_WANTED,
            SideTab::Preview => self.looking.wanted(),
        }
    }

    fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(Scope::Side.outwards(), Dialog::scopes)
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.looking.dialog()
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.looking.dialog_mut()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.looking.question_is_open() {
            if let Some(subject) = &self.subject {
                self.looking.on_dialog_action(action, &subject.object, cx);
            }
            return true;
        }
        if self.on_content(action, cx) {
            return true;
        }
        match action {
            Action::Parent => {
                let beside = !cx.areas.pane(Pane::Objects).is_empty();
                cx.ask(if beside { Intent::Focus(Pane::Objects) } else { Intent::CloseSide });
            }
            Action::FollowCursor => self.toggle_following(cx),
            Action::Details | Action::Preview => return self.turn_to(action, cx),
            action if self.act(action, cx) => {}
            // What moves here has nothing to move.
            action => return action.spec().works_in(Scope::List),
        }
        true
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        self.looking.on_dialog_text(chord, cx);
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(dialog) = self.dialog_mut() {
            dialog.on_paste(text);
        }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        let asked = [self.head_ticket, self.whole_ticket];
        asked.contains(&Some(ticket)) || self.looking.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.whole_ticket == Some(ticket) {
            return self.on_whole(reply, cx);
        }
        if self.head_ticket != Some(ticket) {
            if let Err(error) = self.looking.on_reply(ticket, reply, cx) {
                self.looking.preview = self.failed(error, cx);
            }
            return;
        }
        self.head_ticket = None;
        match reply {
            Ok(Answer::Head(head)) => {
                self.head = Fetched::Ready(head);
                self.ask_whole(cx);
                self.open_or_say(cx);
            }
            Ok(_) => {}
            Err(error) => {
                if self.looking.preview == Fetched::Waiting && !self.looking.is_opening() {
                    self.looking.preview = Fetched::Failed(error.clone());
                }
                self.head = self.failed(error, cx);
            }
        }
    }

    fn is_waiting(&self) -> bool {
        let asked = self.head_ticket.is_some() || self.whole_ticket.is_some();
        asked || self.looking.is_waiting() || self.wakes.is_some()
    }

    fn click(&mut self, line: u16, _: bool, cx: &mut Context<'_>) {
        let rows = cx.areas.rows(Pane::Side);
        match (self.tab, &mut self.details, &mut self.looking.preview) {
            (SideTab::Details, Some(details), _) => {
                if let Some(row) = details.list.at_line(line, details.len()) {
                    details.list.cursor = row;
                }
            }
            (SideTab::Preview, _, Fetched::Ready(preview)) => {
                let top = preview.heading_lines();
                if let Some(line) = line.checked_sub(top) {
                    let row = preview.extent().offset + usize::from(line);
                    preview.go_to_row(row, rows);
                }
            }
            _ => {}
        }
    }

    fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        let rows = cx.areas.rows(Pane::Side);
        match (self.tab, &mut self.details) {
            (SideTab::Details, Some(details)) => {
                let len = details.len();
                details.list.scroll(by, len, rows);
            }
            (SideTab::Details, None) => {}
            (SideTab::Preview, _) => self.looking.scroll(by, rows),
        }
    }

    /// Breaks the lines to the width of the pane; the first byte on screen stays on screen.
    fn fit(&mut self, cx: &Context<'_>) {
        let content = cx.areas.content(Pane::Side);
        if content.width == 0 {
            return;
        }
        if let Fetched::Ready(preview) = &mut self.looking.preview {
            preview.fit(content.width, content.height);
        }
        if let (None, Fetched::Ready(head), Some(subject)) =
            (&self.details, &self.head, &self.subject)
        {
            self.details = Some(FactsPane::new(facts(&subject.object, head, &cx.session.zone)));
        }
        if let Some(details) = &mut self.details {
            details.fit(content.width, content.height);
        }
    }

    fn step_back(&mut self, focus: Pane, cx: &mut Context<'_>) -> bool {
        focus == Pane::Side && self.tab == SideTab::Preview && self.looking.step_back(cx)
    }

    fn refresh(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(subject) = self.subject.clone() {
            self.forget(cx);
            self.show(self.tab, subject, cx);
        }
        true
    }

    fn stop(&mut self, cx: &mut Context<'_>) {
        self.forget(cx);
    }

    fn disabled(&self, action: Action, session: &Session) -> Option<String> {
        if let Action::Parent | Action::Details | Action::Preview | Action::FollowCursor = action {
            return None;
        }
        let Some(subject) = &self.subject else {
            return Some("no object is shown here".to_owned());
        };
        match action {
            Action::CopyValue if self.tab == SideTab::Details => None,
            action if is_of_preview(action) && self.tab == SideTab::Details => {
                Some("this works in the preview".to_owned())
            }
            action if is_of_preview(action) => self.looking.disabled(action),
            _ => disabled_of_one(action, &subject.object.bucket, session),
        }
    }
}

impl SidePane {
    pub fn is_open(&self) -> bool {
        self.opened.unwrap_or(self.wide)
    }

    /// What is chosen of the two; `None` while the pane is closed.
    pub fn tab(&self) -> Option<SideTab> {
        self.is_open().then_some(self.tab)
    }

    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    pub fn object(&self) -> Option<&ObjectAddress> {
        self.subject.as_ref().map(|subject| &subject.object)
    }

    /// Whether the window has room for a third column.
    pub fn set_wide(&mut self, wide: bool) {
        self.wide = wide;
    }

    /// A pane that is as open as this one, for another tab.
    pub fn like(&self) -> SidePane {
        SidePane { opened: self.opened, tab: self.tab, stays: self.stays, ..SidePane::default() }
    }

    /// Shows an object at once; what is fetched of it already is not fetched again.
    pub fn show(&mut self, tab: SideTab, subject: Subject, cx: &mut Context<'_>) {
        if self.subject.as_ref() != Some(&subject) || self.is_partly_opened() {
            self.clear(cx);
            self.kept.take(&subject);
        }
        (self.opened, self.tab, self.asked) = (Some(true), tab, true);
        self.subject = Some(subject);
        self.fetch(cx);
    }

    /// Whether just this is on screen, or on its way there.
    pub fn shows(&self, tab: SideTab, subject: &Subject) -> bool {
        let begun = match self.tab {
            SideTab::Preview => self.looking.preview != Fetched::Nothing,
            SideTab::Details => self.head != Fetched::Nothing,
        };
        let begun = begun && !(tab == SideTab::Preview && self.is_partly_opened());
        self.is_open() && self.tab == tab && self.subject.as_ref() == Some(subject) && begun
    }

    /// It was opened because the cursor rested on it, and there is more to see.
    fn is_partly_opened(&self) -> bool {
        !self.asked && self.looking.stops_early()
    }

    pub fn close(&mut self, cx: &mut Context<'_>) {
        self.clear(cx);
        self.opened = Some(false);
    }

    /// An action of what is shown; `false` where it is none.
    fn on_content(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let Some(subject) = &self.subject else { return false };
        match (self.tab, &mut self.details) {
            (SideTab::Preview, _) => self.looking.on_action(action, &subject.object, cx),
            (SideTab::Details, Some(details)) if action == Action::CopyValue => {
                if let Some(text) = details.value() {
                    let (what, note) = ("value".to_owned(), String::new());
                    cx.ask(Intent::Copy { text, what, note });
                }
                true
            }
            (SideTab::Details, Some(details)) => {
                details.on_action(action, cx.areas.rows(Pane::Side))
            }
            (SideTab::Details, None) => false,
        }
    }

    /// What else works on an object works on the one that is shown.
    fn act(&self, action: Action, cx: &mut Context<'_>) -> bool {
        let Some(subject) = self.subject.clone() else { return false };
        let works = action.spec().works_in(Scope::Side);
        if works {
            cx.ask(Intent::ActOn { action, subject });
        }
        works
    }

    fn turn_to(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let tab = SideTab::of(action);
        match self.subject.clone() {
            Some(subject) if !self.shows(tab, &subject) => self.show(tab, subject, cx),
            None if self.tab != tab => self.tab = tab,
            _ => cx.ask(Intent::CloseSide),
        }
        true
    }

    fn fetch(&mut self, cx: &mut Context<'_>) {
        let Some(Subject { object, .. }) = self.subject.clone() else { return };
        match self.tab {
            SideTab::Details if self.head == Fetched::Nothing => {
                self.head_ticket = Some(cx.request(StorageRequest::Head(object)));
                self.head = Fetched::Waiting;
            }
            SideTab::Details => self.ask_whole(cx),
            SideTab::Preview if self.looking.preview != Fetched::Nothing => {}
            SideTab::Preview if self.may_be_archived() => {
                self.looking.preview = Fetched::Waiting;
                if self.head == Fetched::Nothing {
                    self.head_ticket = Some(cx.request(StorageRequest::Head(object)));
                    self.head = Fetched::Waiting;
                } else {
                    self.open_or_say(cx);
                }
            }
            SideTab::Preview => self.looking.open(&object, self.asked, cx),
        }
    }

    /// What HEAD does not tell costs some requests more: they are sent where somebody asked for
    /// the details of just this object.
    fn ask_whole(&mut self, cx: &mut Context<'_>) {
        let known = !matches!(self.head, Fetched::Ready(_))
            || self.whole != Fetched::Nothing
            || !self.asked;
        if self.tab != SideTab::Details || known || self.whole_ticket.is_some() {
            return;
        }
        if let Some(object) = self.object().cloned() {
            self.whole_ticket = Some(cx.request(StorageRequest::Whole(object)));
        }
    }

    fn on_whole(&mut self, reply: Reply, cx: &mut Context<'_>) {
        (self.whole_ticket, self.whole) = (None, Fetched::Ready(()));
        let Some(subject) = &self.subject else { return };
        match reply {
            Ok(Answer::Whole { whole, versions }) => {
                let facts = whole_facts(&subject.object, &whole, versions, &cx.session.zone);
                let list = self.details.as_ref().map(|details| details.list).unwrap_or_default();
                let mut details = FactsPane::new(facts);
                details.list = list;
                self.details = Some(details);
            }
            Ok(_) => {}
            Err(error) => cx.ask(Intent::LogQuietly(error)),
        }
    }

    /// Whether its class keeps it where a GET may be refused: it is looked at before.
    fn may_be_archived(&self) -> bool {
        self.subject.as_ref().is_some_and(Subject::is_archived)
    }

    /// Once the head of what may be archived is known: what is inside, or why it cannot be had.
    fn open_or_say(&mut self, cx: &mut Context<'_>) {
        let Some(Subject { object, .. }) = self.subject.clone() else { return };
        let Fetched::Ready(head) = &self.head else { return };
        if self.looking.preview != Fetched::Waiting || self.looking.is_opening() {
            return;
        }
        if head.is_archived() {
            let restoring = head.is_being_restored();
            let error = Error::of_archived(object.to_string(), restoring);
            self.looking.preview = Fetched::Failed(error);
        } else {
            self.looking.open(&object, self.asked, cx);
        }
    }

    /// Shows an error of what nobody asked for in its own place, and in the events.
    fn failed<T>(&self, error: Error, cx: &mut Context<'_>) -> Fetched<T> {
        let told = error.clone();
        cx.ask(if self.asked { Intent::Log(told) } else { Intent::LogQuietly(told) });
        Fetched::Failed(error)
    }
}

/// Actions of what is shown of the inside of an object.
fn is_of_preview(action: Action) -> bool {
    matches!(
        action,
        Action::OtherForm
            | Action::SearchPreview
            | Action::NextMatch
            | Action::PreviousMatch
            | Action::GoToLine
            | Action::TailEnd
            | Action::WrapLines
            | Action::CopyValue
            | Action::ScrollRight
            | Action::SortRows
            | Action::HideColumn
            | Action::FoldAll
            | Action::UnfoldAll
            | Action::UnpackMember
    )
}
