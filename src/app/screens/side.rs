//! The side pane shows the preview or the details of one object.

pub mod fetched;
pub mod following;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::context::{Context, Intent, SideTab};
use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::layout::Pane;
use crate::app::part::Part;
use crate::app::scope::Scope;
use crate::app::screens::details::lines;
use crate::app::screens::objects::reasons::disabled_of_one;
use crate::app::screens::preview::Preview;
use crate::app::screens::side::fetched::{Fetched, KeptPreviews};
use crate::app::screens::subject::Subject;
use crate::app::session::Session;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Class;
use crate::domain::object::{ObjectAddress, ObjectHead};

/// Bytes a preview fetches.
pub const PEEK_BYTES: u64 = 256 * 1024;

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
    pub preview: Fetched<Preview>,
    /// The first line on screen.
    pub offset: usize,
    head_ticket: Option<Ticket>,
    peek_ticket: Option<Ticket>,
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

    fn wanted(&self) -> &'static [Action] {
        &[
            Action::Download,
            Action::CopyLink,
            Action::LinkMenu,
            Action::Delete,
            Action::Copy,
            Action::Move,
            Action::Rename,
            Action::Preview,
            Action::Details,
            Action::Parent,
            Action::FollowCursor,
            Action::Zoom,
        ]
    }

    fn scopes(&self) -> &'static [Scope] {
        Scope::Side.outwards()
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let page = usize::from(cx.areas.rows(Pane::Side)).max(1);
        let last = self.last_offset(cx);
        self.offset = match action {
            Action::Down => self.offset.saturating_add(1),
            Action::Up => self.offset.saturating_sub(1),
            Action::PageDown => self.offset.saturating_add(page),
            Action::PageUp => self.offset.saturating_sub(page),
            Action::HalfPageDown => self.offset.saturating_add(page / 2),
            Action::HalfPageUp => self.offset.saturating_sub(page / 2),
            Action::First => 0,
            Action::Last => last,
            Action::Parent => {
                let beside = !cx.areas.objects.is_empty();
                cx.ask(if beside { Intent::Focus(Pane::Objects) } else { Intent::CloseSide });
                return true;
            }
            Action::Open => return true,
            Action::FollowCursor => {
                self.toggle_following(cx);
                return true;
            }
            Action::Details | Action::Preview => return self.turn_to(action, cx),
            _ => return self.act(action, cx),
        }
        .min(last);
        true
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.head_ticket == Some(ticket) || self.peek_ticket == Some(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        let head = self.head_ticket == Some(ticket);
        let waiting = if head { &mut self.head_ticket } else { &mut self.peek_ticket };
        *waiting = None;
        match reply {
            Ok(Answer::Head(head)) => {
                self.head = Fetched::Ready(head);
                self.peek_or_say(cx);
            }
            Ok(Answer::Peeked(peek)) => self.preview = Fetched::Ready(Preview::of(peek)),
            Ok(_) => {}
            Err(error) if head => {
                if self.preview == Fetched::Waiting && self.peek_ticket.is_none() {
                    self.preview = Fetched::Failed(error.clone());
                }
                self.head = self.failed(error, cx);
            }
            Err(error) => self.preview = self.failed(error, cx),
        }
    }

    fn is_waiting(&self) -> bool {
        self.head_ticket.is_some() || self.peek_ticket.is_some() || self.wakes.is_some()
    }

    fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        self.offset = self.offset.saturating_add_signed(by).min(self.last_offset(cx));
    }

    /// Breaks the lines of a preview to the width of the pane; the first byte on screen stays on
    /// screen.
    fn fit(&mut self, cx: &Context<'_>) {
        let width = cx.areas.content(Pane::Side).width;
        if width > 0
            && let Fetched::Ready(preview) = &mut self.preview
        {
            self.offset = preview.fit(width.into(), self.offset);
        }
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
        match action {
            Action::Parent | Action::Details | Action::Preview | Action::FollowCursor => None,
            _ if self.subject.is_none() => Some("no object is shown here".to_owned()),
            _ => disabled_of_one(action, session),
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
        if self.subject.as_ref() != Some(&subject) {
            self.clear(cx);
        }
        self.offset = 0;
        (self.opened, self.tab, self.asked) = (Some(true), tab, true);
        self.subject = Some(subject);
        self.fetch(cx);
    }

    /// Whether just this is on screen, or on its way there.
    pub fn shows(&self, tab: SideTab, subject: &Subject) -> bool {
        let begun = match self.tab {
            SideTab::Preview => self.preview != Fetched::Nothing,
            SideTab::Details => self.head != Fetched::Nothing,
        };
        self.is_open() && self.tab == tab && self.subject.as_ref() == Some(subject) && begun
    }

    pub fn close(&mut self, cx: &mut Context<'_>) {
        self.clear(cx);
        self.opened = Some(false);
    }

    fn last_offset(&self, cx: &Context<'_>) -> usize {
        self.lines(cx).saturating_sub(usize::from(cx.areas.rows(Pane::Side)).max(1))
    }

    /// How many lines can be scrolled through.
    fn lines(&self, cx: &Context<'_>) -> usize {
        match (self.tab, &self.subject, &self.preview, &self.head) {
            (SideTab::Preview, _, Fetched::Ready(preview), _) => preview.lines(),
            (SideTab::Details, Some(subject), _, Fetched::Ready(head)) => {
                let width = cx.areas.content(Pane::Side).width;
                lines(&subject.object, head, &cx.session.zone, width).len()
            }
            _ => 0,
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
            SideTab::Preview if self.preview == Fetched::Nothing && self.may_be_archived() => {
                self.preview = Fetched::Waiting;
                if self.head == Fetched::Nothing {
                    self.head_ticket = Some(cx.request(StorageRequest::Head(object)));
                    self.head = Fetched::Waiting;
                } else {
                    self.peek_or_say(cx);
                }
            }
            SideTab::Preview if self.preview == Fetched::Nothing => {
                let request = StorageRequest::Peek { object, bytes: PEEK_BYTES };
                self.peek_ticket = Some(cx.request(request));
                self.preview = Fetched::Waiting;
            }
            SideTab::Details | SideTab::Preview => {}
        }
    }

    /// Whether its class keeps it where a GET may be refused: it is looked at before.
    fn may_be_archived(&self) -> bool {
        let class = self.subject.as_ref().map(|subject| subject.class);
        matches!(class, Some(Class::Glacier | Class::DeepArchive))
    }

    /// Once the head of what may be archived is known: its start, or why it cannot be had.
    fn peek_or_say(&mut self, cx: &mut Context<'_>) {
        let Some(Subject { object, .. }) = self.subject.clone() else { return };
        let Fetched::Ready(head) = &self.head else { return };
        if self.preview != Fetched::Waiting || self.peek_ticket.is_some() {
            return;
        }
        if head.is_archived() {
            let error = Error::new(ErrorKind::InvalidRequest, "GetObject", object.to_string());
            let code = Some("InvalidObjectState".to_owned());
            self.preview = Fetched::Failed(Error { code, ..error.detail("it is archived") });
        } else {
            let request = StorageRequest::Peek { object, bytes: PEEK_BYTES };
            self.peek_ticket = Some(cx.request(request));
        }
    }

    /// Of what nobody asked for, an error is told where it would be shown, and in the events.
    fn failed<T>(&self, error: Error, cx: &mut Context<'_>) -> Fetched<T> {
        let told = error.clone();
        cx.ask(if self.asked { Intent::Log(told) } else { Intent::LogQuietly(told) });
        Fetched::Failed(error)
    }
}
