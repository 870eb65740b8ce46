//! Everything the interface knows, composed; it decides nothing.

use jiff::Timestamp;

use crate::app::action::{Action, Scope};
use crate::app::chord::Chord;
use crate::app::clipboard::Clipboard;
use crate::app::completing::{CompletedField, Completing};
use crate::app::context::{Context, Intent};
use crate::app::dialogs::details::Details;
use crate::app::dialogs::dialog::Dialog;
use crate::app::effect::Effect;
use crate::app::event::Reply;
use crate::app::keymap::{Keymap, Resolved};
use crate::app::layout::{Areas, Pane, Shape, Size};
use crate::app::link_shown::LinkShown;
use crate::app::log::Log;
use crate::app::overlays::overlay::Overlay;
use crate::app::screens::buckets::Buckets;
use crate::app::screens::connecting::Connecting;
use crate::app::screens::connecting::sign_in::profile_of;
use crate::app::screens::objects::Objects;
use crate::app::screens::objects::reasons::disabled_of_one;
use crate::app::screens::places::Places;
use crate::app::screens::side::SidePane;
use crate::app::screens::transfers::TransfersPane;
use crate::app::session::Session;
use crate::app::tabs::{MOST, Tabs};
use crate::app::ticket::Tickets;
use crate::app::toasts::Toasts;
use crate::app::usage::UsageMeter;
use crate::config::remembered::LastPlace;

#[derive(Clone, Debug)]
pub struct State {
    /// When the last event came; what turns is painted by it.
    pub now: Timestamp,
    pub size: Size,
    pub focus: Pane,
    pub zoomed: bool,
    /// Where everything is now; corrected after every event.
    pub areas: Areas,
    pub session: Session,
    pub keymap: Keymap,
    /// The beginning of a sequence of keys.
    pub pending: Vec<Chord>,
    /// When a letter was typed last that is no answer to the question that is open.
    pub stray: Option<Timestamp>,
    pub buckets: Buckets,
    pub objects: Objects,
    pub side: SidePane,
    pub places: Places,
    pub connecting: Connecting,
    /// Over everything, whatever is focused.
    pub overlay: Option<Overlay>,
    pub completing: Completing,
    pub transfers: TransfersPane,
    pub toasts: Toasts,
    pub log: Log,
    pub usage: UsageMeter,
    pub clipboard: Clipboard,
    /// What was copied, above the status line until the next thing is done.
    pub shown: Option<LinkShown>,
    /// Those that are not on screen.
    pub tabs: Tabs,
    tickets: Tickets,
}

/// The parts that act, apart from what a [`Context`] borrows.
pub struct Parts<'a> {
    pub buckets: &'a mut Buckets,
    pub objects: &'a mut Objects,
    pub side: &'a mut SidePane,
    pub places: &'a mut Places,
    pub connecting: &'a mut Connecting,
    pub transfers: &'a mut TransfersPane,
    pub overlay: &'a mut Option<Overlay>,
    pub completing: &'a mut Completing,
}

impl Parts<'_> {
    /// What is asked beside the panes, whoever asks it.
    pub fn dialog(&mut self) -> Option<&mut Dialog> {
        let dialogs = [
            self.places.dialog_mut(),
            self.buckets.dialog_mut(),
            self.objects.dialog_mut(),
            self.transfers.dialog_mut(),
        ];
        dialogs.into_iter().flatten().next()
    }

    /// Asks for what completes the text that is typed.
    pub fn complete(&mut self, cx: &mut Context<'_>) {
        let mut completing = std::mem::take(self.completing);
        completing.follow(self.field(), cx);
        *self.completing = completing;
    }

    pub fn on_completed(&mut self, reply: Reply, cx: &mut Context<'_>) {
        let mut completing = std::mem::take(self.completing);
        completing.on_reply(reply, self.field(), cx);
        *self.completing = completing;
        if let Some(Overlay::Palette(palette)) = self.overlay {
            palette.arrange();
        }
    }

    /// The text field that has the keys.
    fn field(&mut self) -> Option<CompletedField<'_>> {
        if self.overlay.is_some() {
            return self.overlay.as_mut()?.field();
        }
        if self.connecting.is_open() {
            return self.connecting.field();
        }
        self.dialog()?.field()
    }
}

/// What parts have asked for so far during one event.
#[derive(Debug, Default)]
pub struct Asked {
    pub effects: Vec<Effect>,
    pub moves: Vec<Intent>,
}

/// The parts that take keys, from the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    Overlay,
    Connecting,
    Places,
    Buckets,
    Objects,
    Side,
    Transfers,
}

impl State {
    /// Shows nothing yet and asks for nothing.
    pub fn empty(session: Session, keymap: Keymap, size: Size) -> State {
        let mut state = State {
            now: Timestamp::UNIX_EPOCH,
            size,
            focus: Pane::Buckets,
            zoomed: false,
            areas: Areas::default(),
            session,
            keymap,
            pending: Vec::new(),
            stray: None,
            buckets: Buckets::default(),
            objects: Objects::default(),
            side: SidePane::default(),
            places: Places::default(),
            connecting: Connecting::default(),
            overlay: None,
            completing: Completing::default(),
            transfers: TransfersPane::default(),
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
        act: impl FnOnce(Parts<'_>, &mut Context<'_>) -> T,
    ) -> T {
        let State {
            session,
            areas,
            tickets,
            buckets,
            objects,
            side,
            places,
            connecting,
            transfers,
            overlay,
            completing,
            ..
        } = self;
        let mut context = Context::new(now, session, areas, tickets);
        let parts =
            Parts { buckets, objects, side, places, connecting, transfers, overlay, completing };
        let done = act(parts, &mut context);
        let (effects, moves) = context.finish();
        asked.effects.extend(effects);
        asked.moves.extend(moves);
        done
    }

    /// Gives up whatever the panes wait for, and empties them.
    pub fn drop_requests(&mut self, now: Timestamp, asked: &mut Asked) {
        self.with(now, asked, |parts, cx| {
            parts.buckets.stop(cx);
            parts.objects.acting.drop_all(cx);
            parts.objects.browse.forget(cx);
            parts.side.forget(cx);
        });
    }

    /// Computes the places anew.
    pub fn place(&mut self) {
        self.side.set_wide(Areas::has_third_column(self.size));
        let shape = Shape {
            focus: self.focus,
            zoomed: self.zoomed,
            side_open: self.side.is_open(),
            jobs: self.transfers.queue.rows().len(),
            bucket_names: self.buckets.bucket_list.name_cells(),
            bucket_days: self.buckets.bucket_list.tells_days(),
            classes: self.objects.browse.rows.listing().classes_differ(),
        };
        self.areas = Areas::of(self.size, shape);
    }

    /// Who takes the keys now.
    pub fn keyboard(&self) -> Keyboard {
        if self.overlay.is_some() {
            return Keyboard::Overlay;
        }
        if self.connecting.is_open() {
            return Keyboard::Connecting;
        }
        if self.places.dialog().is_some() {
            return Keyboard::Places;
        }
        if self.buckets.dialog().is_some() {
            return Keyboard::Buckets;
        }
        if self.objects.dialog().is_some() || self.objects.browse.typing.is_some() {
            return Keyboard::Objects;
        }
        if self.transfers.dialog().is_some() {
            return Keyboard::Transfers;
        }
        match self.focus {
            Pane::Buckets => Keyboard::Buckets,
            Pane::Objects => Keyboard::Objects,
            Pane::Side => Keyboard::Side,
            Pane::Transfers => Keyboard::Transfers,
        }
    }

    /// What keys mean now, innermost first.
    pub fn scopes(&self) -> &'static [Scope] {
        match self.keyboard() {
            Keyboard::Overlay => self.overlay.as_ref().map_or(&[], Overlay::scopes),
            Keyboard::Connecting => self.connecting.scopes(),
            Keyboard::Places => self.places.scopes(),
            Keyboard::Buckets => self.buckets.scopes(),
            Keyboard::Objects => self.objects.scopes(),
            Keyboard::Side => self.side.scopes(),
            Keyboard::Transfers => self.transfers.scopes(),
        }
    }

    /// Whether a key is quit for the second time, as ctrl-c is: whatever was answered before, this
    /// leaves.
    pub fn leaves_at_once(&self, chord: Chord) -> bool {
        let quits = || self.keymap.resolve(&[Scope::Global], &[], chord);
        chord.ctrl && self.places.is_leaving() && quits() == Resolved::Action(Action::Quit)
    }

    /// The question that is open, whoever asks it.
    pub fn dialog(&self) -> Option<&Dialog> {
        let dialogs = [
            self.places.dialog(),
            self.buckets.dialog(),
            self.objects.dialog(),
            self.transfers.dialog(),
        ];
        dialogs.into_iter().flatten().next()
    }

    /// The sheet that is read, whoever shows it.
    pub fn details(&self) -> Option<&Details> {
        match (&self.overlay, self.dialog()) {
            (Some(Overlay::Events(events)), _) => events.opened.as_ref(),
            (Some(Overlay::Doctor(doctor)), _) => doctor.opened.as_ref(),
            (None, Some(Dialog::Details(details))) => Some(details),
            _ => None,
        }
    }

    /// Why an action cannot be done now; `None` where it can.
    pub fn disabled(&self, action: Action) -> Option<String> {
        let scopes = action.spec().scopes;
        if scopes.contains(&Scope::Transfers) && self.focus == Pane::Transfers {
            return self.transfers.disabled(action, &self.session);
        }
        if scopes.contains(&Scope::Side) && self.focus == Pane::Side {
            return self.side_disabled(action);
        }
        if scopes.contains(&Scope::Objects) && self.focus != Pane::Buckets {
            return self.objects.disabled(action, &self.session);
        }
        if scopes.contains(&Scope::Buckets) {
            return self.buckets.disabled(action, &self.session);
        }
        match action {
            Action::HistoryBack | Action::HistoryForward => {
                self.objects.disabled(action, &self.session)
            }
            Action::LastPlace if self.session.last.is_none() => {
                Some("no other place is remembered from an earlier session".to_owned())
            }
            Action::SignIn => profile_of(self.session.connection()).err().map(str::to_owned),
            Action::FocusSide if !self.side.is_open() => {
                Some("no preview is open: press p or i on an object".to_owned())
            }
            Action::NewTab if self.tabs.count() >= MOST => {
                Some(format!("there are {MOST} tabs: W closes one"))
            }
            Action::NextTab | Action::PreviousTab if self.tabs.count() == 1 => {
                Some("this is the only tab: T opens another".to_owned())
            }
            Action::CloseTab if self.tabs.count() == 1 => {
                Some("this is the only tab: q quits".to_owned())
            }
            _ => None,
        }
    }

    /// What the side pane can do to the object it shows.
    fn side_disabled(&self, action: Action) -> Option<String> {
        let moves = matches!(action, Action::Parent | Action::Details | Action::Preview);
        if moves || action == Action::FollowCursor {
            return None;
        }
        match self.side.subject() {
            Some(_) => disabled_of_one(action, &self.session),
            None => Some("no object is shown here".to_owned()),
        }
    }

    /// What is open, for the next session.
    pub fn last_place(&self) -> Option<LastPlace> {
        let place = self.objects.browse.place()?;
        Some(LastPlace {
            connection: self.session.name().clone(),
            bucket: place.bucket.to_string(),
            prefix: place.prefix.as_str().to_owned(),
        })
    }

    /// Whether ticks are wanted: something is waited for or will go away by itself.
    pub fn wants_tick(&self) -> bool {
        self.toasts.current().is_some()
            || self.connecting.is_waiting()
            || self.buckets.is_waiting()
            || self.objects.browse.is_moving()
            || self.side.is_waiting()
            || self.completing.is_waiting()
            || self.objects.acting.is_waiting()
            || self.buckets.acting.is_waiting()
            || self.transfers.queue.active() > 0
            || self.transfers.is_waiting()
            || matches!(&self.overlay, Some(Overlay::Doctor(doctor)) if doctor.is_running())
    }
}
