//! The side pane: the preview or the details of one object.

use crate::app::action::{Action, Scope};
use crate::app::context::{Context, Move, SideTab};
use crate::app::effect::Request;
use crate::app::event::{Reply, Ticket};
use crate::app::layout::Pane;
use crate::app::screens::details::lines;
use crate::app::screens::preview::Preview;
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};

/// Bytes a preview fetches.
pub const PEEK_BYTES: u64 = 256 * 1024;

#[derive(Clone, Debug, Default)]
pub struct Side {
    /// What is shown of which object; nothing while the pane is closed.
    pub subject: Option<(SideTab, ObjectAddress)>,
    pub head: Fetched<ObjectHead>,
    pub preview: Fetched<Preview>,
    /// The first line on screen.
    pub offset: usize,
    head_ticket: Option<Ticket>,
    peek_ticket: Option<Ticket>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fetched<T> {
    #[default]
    Nothing,
    Waiting,
    Ready(T),
    Failed(Error),
}

impl Side {
    pub fn is_open(&self) -> bool {
        self.subject.is_some()
    }

    pub fn tab(&self) -> Option<SideTab> {
        self.subject.as_ref().map(|(tab, _)| *tab)
    }

    pub fn object(&self) -> Option<&ObjectAddress> {
        self.subject.as_ref().map(|(_, object)| object)
    }

    pub fn scopes(&self) -> &'static [Scope] {
        &[Scope::Side, Scope::List, Scope::Global]
    }

    /// Shows an object; what is fetched of it already is not fetched again.
    pub fn show(&mut self, tab: SideTab, object: ObjectAddress, cx: &mut Context<'_>) {
        if self.object() != Some(&object) {
            self.close(cx);
        }
        self.offset = 0;
        match tab {
            SideTab::Details => self.fetch_head(&object, cx),
            SideTab::Preview => self.fetch_preview(&object, cx),
        }
        self.subject = Some((tab, object));
    }

    pub fn close(&mut self, cx: &mut Context<'_>) {
        cx.abandon(&mut self.head_ticket);
        cx.abandon(&mut self.peek_ticket);
        *self = Side::default();
    }

    /// Fetches again what is shown.
    pub fn refresh(&mut self, cx: &mut Context<'_>) {
        if let Some((tab, object)) = self.subject.clone() {
            self.close(cx);
            self.show(tab, object, cx);
        }
    }

    pub fn is_waiting(&self) -> bool {
        self.head_ticket.is_some() || self.peek_ticket.is_some()
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
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
                cx.ask(Move::CloseSide);
                return true;
            }
            Action::Open => return true,
            Action::Details | Action::Preview => return self.turn_to(action, cx),
            _ => return false,
        }
        .min(last);
        true
    }

    pub fn scroll(&mut self, by: isize, cx: &Context<'_>) {
        self.offset = self.offset.saturating_add_signed(by).min(self.last_offset(cx));
    }

    /// Breaks the lines of a preview to the width of the pane; the first byte on screen stays on screen.
    pub fn fit(&mut self, cx: &Context<'_>) {
        let width = cx.areas.side.inner().width;
        if width > 0
            && let Fetched::Ready(preview) = &mut self.preview
        {
            self.offset = preview.fit(width.into(), self.offset);
        }
    }

    fn last_offset(&self, cx: &Context<'_>) -> usize {
        self.lines(cx).saturating_sub(usize::from(cx.areas.rows(Pane::Side)).max(1))
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.head_ticket == Some(ticket) || self.peek_ticket == Some(ticket)
    }

    pub fn on_reply(&mut self, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Reply::Head(head) => {
                self.head_ticket = None;
                self.head = fetched(head, cx);
            }
            Reply::Peeked(peek) => {
                self.peek_ticket = None;
                self.preview = fetched(peek.map(Preview::of), cx);
            }
            _ => {}
        }
    }

    /// How many lines can be scrolled through.
    fn lines(&self, cx: &Context<'_>) -> usize {
        match (&self.subject, &self.preview, &self.head) {
            (Some((SideTab::Preview, _)), Fetched::Ready(preview), _) => preview.lines(),
            (Some((SideTab::Details, object)), _, Fetched::Ready(head)) => {
                lines(object, head, &cx.session.zone, cx.areas.side.inner().width).len()
            }
            _ => 0,
        }
    }

    fn turn_to(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let tab = if action == Action::Details { SideTab::Details } else { SideTab::Preview };
        if self.tab() == Some(tab) {
            cx.ask(Move::CloseSide);
        } else if let Some(object) = self.object().cloned() {
            self.show(tab, object, cx);
        }
        true
    }

    fn fetch_head(&mut self, object: &ObjectAddress, cx: &mut Context<'_>) {
        if !matches!(self.head, Fetched::Ready(_) | Fetched::Waiting) {
            self.head_ticket = Some(cx.request(Request::Head(object.clone())));
            self.head = Fetched::Waiting;
        }
    }

    fn fetch_preview(&mut self, object: &ObjectAddress, cx: &mut Context<'_>) {
        if !matches!(self.preview, Fetched::Ready(_) | Fetched::Waiting) {
            let (object, bytes) = (object.clone(), PEEK_BYTES);
            self.peek_ticket = Some(cx.request(Request::Peek { object, bytes }));
            self.preview = Fetched::Waiting;
        }
    }
}

fn fetched<T>(result: Result<T, Error>, cx: &mut Context<'_>) -> Fetched<T> {
    match result {
        Ok(value) => Fetched::Ready(value),
        Err(error) => {
            cx.ask(Move::Log(error.clone()));
            Fetched::Failed(error)
        }
    }
}
