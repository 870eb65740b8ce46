//! Defines what a part may do: read the session and the layout, add effects, ask for intents.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::effect::{Effect, Request};
use crate::app::event::Ticket;
use crate::app::layout::Areas;
use crate::app::link_shown::LinkShown;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::preference::Preference;
use crate::app::scope::Pane;
use crate::app::screens::subject::Subject;
use crate::app::screens::versions::shown::ListedOf;
use crate::app::session::{Publicity, Session};
use crate::app::ticket::Tickets;
use crate::app::toasts::Level;
use crate::config::bookmarks::Bookmark;
use crate::config::connection::{Connection, KnownBucket};
use crate::config::remembered::LastPlace;
use crate::config::secret::Secret;
use crate::domain::address::{Bucket, ConnectionName, Location, Prefix};
use crate::domain::attributes::Attributes;
use crate::domain::change::KeyChange;
use crate::domain::error::Error;
use crate::domain::protection::AccessSpec;
use crate::domain::stored::Stored;
use crate::domain::transfer::{JobSpec, SourceRows, TransferCommand};
use crate::domain::versions::Versioning;

/// Given to a part for one event.
#[derive(Debug)]
pub struct Context<'a> {
    pub now: Timestamp,
    pub session: &'a Session,
    pub areas: &'a Areas,
    tickets: &'a mut Tickets,
    effects: Vec<Effect>,
    intents: Vec<Intent>,
}

/// What a part asks of the others; the router does it after the part is done.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Go to a place; an object opens its prefix with the cursor on it.
    Open(Location),
    /// Go to what was open when the last session ended.
    GoBack(LastPlace),
    /// Go to a bookmark, whatever connection it is of.
    GoToBookmark(Bookmark),
    /// Add a bookmark, or take it away.
    KeepBookmark {
        bookmark: Bookmark,
        kept: bool,
    },
    Focus(Pane),
    /// Go to an address that was typed or pasted.
    GoTo(String),
    /// Open the form of a new connection, filled with what was pasted.
    EnterConnection(Secret),
    /// Show the preview or the details of an object; asked for what is shown, the pane closes.
    Show {
        tab: SideTab,
        subject: Subject,
    },
    /// Perform an action on one object, whatever is marked and wherever the cursor is.
    ActOn {
        action: Action,
        subject: Subject,
    },
    /// Perform an action on rows of the open bucket, whatever is marked and wherever the cursor is.
    ActOnRows {
        action: Action,
        rows: SourceRows,
    },
    /// Count what is below a prefix, or of it the rows alone that are marked.
    ShowSizes {
        bucket: Bucket,
        prefix: Prefix,
        marked: Option<SourceRows>,
    },
    /// Show an object, and give the keys to the pane that shows it already.
    LookInto(Subject),
    /// Keep the keys below a prefix on this machine.
    Index {
        bucket: Bucket,
        prefix: Prefix,
    },
    CloseSide,
    CloseOverlay,
    CloseHelp,
    Tab(TabMove),
    Connect(ConnectionName),
    ShowOverlay(OverlaySubject),
    EditConnection(ConnectionName),
    RemoveConnection(ConnectionName),
    /// A connection was saved: it is used from now on, in place of the one it replaces.
    PutConnection {
        connection: Box<Connection>,
        replaced: Option<ConnectionName>,
    },
    /// A connection is no more.
    DropConnection(ConnectionName),
    /// List the buckets again.
    RefreshBuckets,
    /// List the objects again.
    RefreshObjects,
    /// List the unfinished uploads of a bucket.
    ShowUploads(Bucket),
    /// List the versions of an object, or what was deleted below a prefix.
    ShowVersions(ListedOf),
    /// Something was stored from here at the user's word: the cursor goes to it.
    Made {
        bucket: Bucket,
        change: KeyChange,
    },
    /// Something was found to be otherwise than it is shown: the cursor stays.
    Learned {
        bucket: Bucket,
        change: KeyChange,
    },
    /// The server says that the bucket is not there, or is not for these keys.
    BucketGone {
        bucket: Bucket,
        error: Error,
    },
    /// The bucket was deleted from here.
    BucketDeleted(Bucket),
    /// The bucket was made from here.
    BucketMade(Bucket),
    /// Delete all that is in a bucket, and then the bucket.
    EmptyBucket(Bucket),
    /// A job came to its end: what it changed may be on screen.
    Settled(Ending),
    RememberBucket {
        bucket: KnownBucket,
        known: bool,
    },
    /// The public domain of a bucket is configured, or not any more.
    KnowDomain {
        bucket: Bucket,
        domain: Option<String>,
    },
    /// What all uploads to a bucket give from now on.
    KnowUploads {
        connection: ConnectionName,
        bucket: Bucket,
        attributes: Option<Attributes>,
    },
    /// The objects of a bucket are asked for so from now on.
    KnowAccess {
        bucket: Bucket,
        access: AccessSpec,
        kept: bool,
    },
    /// What is below a prefix was summed.
    KnowStored {
        bucket: Bucket,
        prefix: Prefix,
        stored: Stored,
    },
    KnowPublicity {
        bucket: Bucket,
        publicity: Publicity,
    },
    /// A bucket keeps versions, or does not.
    KnowVersioning {
        bucket: Bucket,
        versioning: Versioning,
    },
    RememberDownloadFolder(PathBuf),
    Toast {
        level: Level,
        text: String,
    },
    /// Put text on the clipboard; once it is there, `what` is said to be, with the note in
    /// brackets.
    Copy {
        text: String,
        what: String,
        note: String,
    },
    /// Show a text that was copied, until the next thing is done.
    ShowText(LinkShown),
    /// Into the events list, with a toast.
    Log(Error),
    /// Into the events list alone: it is in nobody's way.
    LogQuietly(Error),
    /// As if its key were pressed.
    Run(Action),
    /// Leave as was chosen while transfers are not finished.
    Leave(QuitChoice),
    /// Leave without another question.
    Quit,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub spec: JobSpec,
    /// Nothing failed.
    pub done: bool,
    /// Some requests may have done what their answers did not tell.
    pub uncertain: bool,
}

/// What becomes of transfers that are not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuitChoice {
    Keep,
    Wait,
    Abort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabMove {
    /// The same place in a tab of its own.
    Open,
    Next,
    Previous,
    /// Counted from 0.
    To(usize),
    Close,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SideTab {
    #[default]
    Preview,
    Details,
}

impl SideTab {
    /// The one that an action shows.
    pub fn of(action: Action) -> SideTab {
        if action == Action::Details { SideTab::Details } else { SideTab::Preview }
    }
}

impl<'a> Context<'a> {
    pub fn new(
        now: Timestamp,
        session: &'a Session,
        areas: &'a Areas,
        tickets: &'a mut Tickets,
    ) -> Context<'a> {
        Context { now, session, areas, tickets, effects: Vec::new(), intents: Vec::new() }
    }

    /// Asks storage of the connection in use, or this machine.
    pub fn request(&mut self, request: impl Into<Request>) -> Ticket {
        self.request_of(self.session.name().clone(), request)
    }

    /// Asks storage of any connection.
    pub fn request_of(
        &mut self,
        connection: ConnectionName,
        request: impl Into<Request>,
    ) -> Ticket {
        let request = request.into();
        let ticket = self.tickets.issue(&request);
        self.effects.push(Effect::Request { ticket, connection, request });
        ticket
    }

    /// What is being changed on servers.
    pub fn changes(&self) -> Vec<String> {
        self.tickets.changes().iter().map(|(_, change)| change.doing.clone()).collect()
    }

    /// Gives up a request that is still out.
    pub fn abandon(&mut self, ticket: &mut Option<Ticket>) {
        self.effects.extend(ticket.take().map(Effect::Abandon));
    }

    /// As [`Context::abandon`], of one that changes something: says what may have come of it in
    /// words of the part's own.
    pub fn leave(&mut self, ticket: &mut Option<Ticket>, said: impl Into<String>) {
        if let Some(ticket) = *ticket {
            self.tickets.forget(ticket);
        }
        self.abandon(ticket);
        self.toast(Level::Ended, said);
    }

    /// Ends a request in order: what is under way is done, and its last answer counts it.
    pub fn stop(&mut self, ticket: Ticket) {
        self.effects.push(Effect::Stop(ticket));
    }

    pub fn transfer(&mut self, command: TransferCommand) {
        self.effects.push(Effect::Transfer(command));
    }

    pub fn copy(&mut self, text: impl Into<String>) {
        self.effects.push(Effect::Copy(text.into()));
    }

    pub fn save(&mut self, preference: Preference) {
        self.effects.push(Effect::Save(preference));
    }

    /// Asks for what has no method of its own: `Bell`, `Suspend`, `Redraw`.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn ask(&mut self, what: Intent) {
        self.intents.push(what);
    }

    /// Closes the overlay that asks; then `next` is done.
    pub fn close_overlay(&mut self, next: Option<Intent>) {
        self.ask(Intent::CloseOverlay);
        self.intents.extend(next);
    }

    pub fn toast(&mut self, level: Level, text: impl Into<String>) {
        self.ask(Intent::Toast { level, text: text.into() });
    }

    /// What the part added, for the router.
    pub fn finish(self) -> (Vec<Effect>, Vec<Intent>) {
        (self.effects, self.intents)
    }
}
