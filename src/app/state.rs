//! The state is everything the interface knows; it decides nothing.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::clipboard::Clipboard;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::effect::Effect;
use crate::app::event::Ticket;
use crate::app::keymap::Resolved;
use crate::app::layout::{Areas, Shape, WindowSize};
use crate::app::link_shown::LinkShown;
use crate::app::log::Log;
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::Parts;
use crate::app::screens::connecting::sign_in::profile_of;
use crate::app::server_change::ServerChange;
use crate::app::session::Session;
use crate::app::tabs::{MOST, Tab, Tabs};
use crate::app::ticket::Tickets;
use crate::app::toasts::Toasts;
use crate::app::usage::UsageMeter;
use crate::config::bookmarks::Bookmark;
use crate::config::remembered::LastPlace;

#[derive(Clone, Debug)]
pub struct State {
    /// When the last event came; what turns is painted by it.
    pub now: Timestamp,
    pub size: WindowSize,
    pub focus: Pane,
    pub zoomed: bool,
    /// Where everything is now; corrected after every event.
    pub areas: Areas,
    pub session: Session,
    /// The beginning of a sequence of keys.
    pub pending: Vec<Chord>,
    /// When a letter was typed last that is no answer to the question that is open.
    pub stray: Option<Timestamp>,
    pub parts: Parts,
    pub toasts: Toasts,
    pub log: Log,
    pub usage: UsageMeter,
    pub clipboard: Clipboard,
    /// What was copied, above the status line until the next thing is done.
    pub shown: Option<LinkShown>,
    /// The tabs that are not on screen.
    pub tabs: Tabs,
    tickets: Tickets,
}

/// What parts have asked for so far during one event.
#[derive(Debug, Default)]
pub struct Asked {
    pub effects: Vec<Effect>,
    pub intents: Vec<Intent>,
}

impl State {
    /// Shows nothing yet and asks for nothing.
    pub fn empty(session: Session, size: WindowSize) -> State {
        let mut state = State {
            now: Timestamp::UNIX_EPOCH,
            size,
            focus: Pane::Buckets,
            zoomed: false,
            areas: Areas::default(),
            session,
            pending: Vec::new(),
            stray: None,
            parts: Parts::default(),
            toasts: Toasts::default(),
            log: Log::default(),
            usage: UsageMeter::default(),
            clipboard: Clipboard::default(),
            shown: None,
            tabs: Tabs::default(),
            tickets: Tickets::default(),
        };
        state.place();
        state
    }

    /// Lets parts act; what they ask for is added to `asked`.
    pub fn with<T>(
        &mut self,
        now: Timestamp,
        asked: &mut Asked,
        act: impl FnOnce(&mut Parts, &mut Context<'_>) -> T,
    ) -> T {
        let mut context = Context::new(now, &self.session, &self.areas, &mut self.tickets);
        let done = act(&mut self.parts, &mut context);
        let (effects, intents) = context.finish();
        asked.effects.extend(effects);
        asked.intents.extend(intents);
        done
    }

    /// Gives up whatever is waited for, and empties the panes.
    pub fn drop_requests(&mut self, now: Timestamp, asked: &mut Asked) {
        self.with(now, asked, |parts, cx| {
            for part in parts.all_mut() {
                part.stop(cx);
            }
        });
    }

    /// Computes the places anew.
    pub fn place(&mut self) {
        self.parts.side.set_wide(Areas::has_third_column(self.size));
        if self.focus == Pane::Side && !self.parts.side.is_open() {
            // It was open only because the window had room for it.
            self.focus = Pane::Objects;
        }
        let shape = Shape {
            focus: self.focus,
            zoomed: self.zoomed,
            open: Pane::ALL.map(|pane| self.parts.pane(pane).is_some_and(Part::stays_shown)),
            jobs: self.parts.transfers.queue.rows().len(),
            bucket_names: self.parts.buckets.bucket_list.name_cells(),
            bucket_days: self.parts.buckets.bucket_list.tells_days(),
            classes: self.parts.objects.browse.rows.listing().classes_differ(),
        };
        self.areas = Areas::of(self.size, shape);
    }

    /// Who has the keys now.
    pub fn keyboard(&self) -> Option<&dyn Part> {
        self.parts.keyboard(self.focus)
    }

    /// Whether something lies over the panes.
    pub fn is_covered(&self) -> bool {
        self.parts.all().any(Part::covers)
    }

    /// What keys mean now, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        self.keyboard().map_or(&[], Part::scopes)
    }

    /// Whether a key is quit for the second time, as ctrl-c is: whatever was answered before, this
    /// leaves.
    pub fn leaves_at_once(&self, chord: Chord) -> bool {
        let quits = || self.session.keymap.resolve(&[Scope::Global], &[], chord);
        chord.ctrl && self.parts.places.is_leaving() && quits() == Resolved::Action(Action::Quit)
    }

    /// The question that is open beside the panes, whoever asks it.
    pub fn dialog(&self) -> Option<&Dialog> {
        self.parts.all().find_map(Part::dialog)
    }

    /// Why an action cannot be done by whoever has the keys; `None` where it can.
    pub fn refused(&self, action: Action) -> Option<String> {
        let over = self.keyboard().filter(|part| part.takes_keys());
        let Some(part) = over else { return self.disabled(action) };
        part.scopes().iter().find_map(|scope| self.forbidden(action, *scope, part))
    }

    /// Why an action cannot be done in the panes now; `None` where it can.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let key = |action| self.session.key(action);
        if let Some((scope, pane)) = self.pane_of(action) {
            let forbidden = self.forbidden(action, scope, pane);
            return forbidden.or_else(|| pane.disabled(action, &self.session));
        }
        match action {
            Action::HistoryBack | Action::HistoryForward => {
                self.parts.objects.disabled(action, &self.session)
            }
            Action::LastPlace if self.session.last.is_none() => {
                Some("no other place is remembered from an earlier session".to_owned())
            }
            Action::SignIn => profile_of(&self.session).err().map(str::to_owned),
            Action::FocusSide if !self.parts.side.is_open() => {
                let (preview, details) = (key(Action::Preview), key(Action::Details));
                Some(format!("no preview is open: {preview} or {details} on an object opens it"))
            }
            Action::NewTab if self.tabs.count() >= MOST => {
                Some(format!("there are {MOST} tabs: {} closes one", key(Action::CloseTab)))
            }
            Action::NextTab | Action::PreviousTab if self.tabs.count() == 1 => {
                Some(format!("this is the only tab: {} opens another", key(Action::NewTab)))
            }
            Action::CloseTab if self.tabs.count() == 1 => {
                Some(format!("this is the only tab: {} quits", key(Action::Quit)))
            }
            _ => None,
        }
    }

    /// Why the connection or its server does not do what the row of the table asks of them.
    fn forbidden(&self, action: Action, scope: Scope, part: &dyn Part) -> Option<String> {
        let (spec, session) = (action.spec(), &self.session);
        if part.is_local(action, session) {
            return None;
        }
        let read_only = spec.writes.and_then(|_| part.read_only(session));
        let needed = || spec.needs.iter().find(|(at, _)| *at == scope);
        read_only.or_else(|| needed().and_then(|(_, capability)| session.lacks(*capability)))
    }

    /// The pane that an action is about: the focused one, or where it works otherwise.
    fn pane_of(&self, action: Action) -> Option<(Scope, &dyn Part)> {
        let works = |pane: &Pane| action.spec().works_in(pane.scope());
        let focused = Some(self.focus).filter(works);
        let pane = focused.or_else(|| Pane::ALL.into_iter().rev().find(works))?;
        Some((pane.scope(), self.parts.pane(pane)?))
    }

    /// What is being changed on servers, oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &ServerChange> {
        self.tickets.changes().iter().map(|(_, change)| change)
    }

    /// The change that whoever has the keys waits for.
    pub fn change_waited_for(&self) -> Option<&ServerChange> {
        let waits_for = self.keyboard()?.waits_for()?;
        let mut changes = self.tickets.changes().iter();
        changes.find(|(ticket, _)| *ticket == waits_for).map(|(_, change)| change)
    }

    /// What is under way that is seen nowhere else, and the key that leaves it.
    pub fn under_way(&self) -> Option<String> {
        if let Some(change) = self.change_waited_for() {
            let leave = self.session.keymap.name_of(self.scopes(), Action::Dismiss);
            return Some(format!("{}; {leave} does not wait", change.doing));
        }
        let doing = self.parts.all().find_map(Part::under_way);
        // What lies over the panes has that key for itself.
        if let Some(doing) = &doing
            && !self.keyboard().is_some_and(Part::takes_keys)
        {
            return Some(format!("{doing}; {} stops", self.session.key(Action::StepBack)));
        }
        doing.or_else(|| self.changes().next_back().map(|change| change.doing.clone()))
    }

    /// Takes the changes that nobody waits for any more; the one that was `answered` is told
    /// already.
    pub fn take_left_changes(&mut self, answered: Option<Ticket>) -> Vec<ServerChange> {
        let (parts, tabs) = (&self.parts, &self.tabs);
        let owned =
            |ticket| parts.all().any(|part| part.owns(ticket)) || tabs.owner(ticket).is_some();
        let left = self.tickets.take_unowned(owned).into_iter();
        left.filter(|(ticket, _)| Some(*ticket) != answered).map(|(_, change)| change).collect()
    }

    /// What is open, as a bookmark.
    pub fn here(&self) -> Option<Bookmark> {
        let place = self.parts.objects.browse.place()?;
        Some(Bookmark {
            connection: self.session.name().clone(),
            bucket: place.bucket.to_string(),
            prefix: place.prefix.as_str().to_owned(),
            search: place.search.clone(),
        })
    }

    /// What is open, for the next session.
    pub fn last_place(&self) -> Option<LastPlace> {
        let place = self.parts.objects.browse.place()?;
        Some(LastPlace {
            connection: self.session.name().clone(),
            bucket: place.bucket.to_string(),
            prefix: place.prefix.as_str().to_owned(),
        })
    }

    /// Whether ticks are wanted: something is waited for or will go away by itself.
    pub fn wants_tick(&self) -> bool {
        let watches = |tab: &Tab| tab.parts.objects.browse.watch().is_some();
        self.toasts.current().is_some()
            || self.parts.all().any(Part::is_waiting)
            || self.changes().next().is_some()
            || self.tabs.others().any(|(_, tab)| watches(tab))
    }
}
