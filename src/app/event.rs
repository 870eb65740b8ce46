//! Defines everything that can happen to the interface.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::chord::Chord;
use crate::app::preference::Preference;
use crate::app::spot::Spot;
use crate::config::connection::Connection;
use crate::config::editor::{EditFile, Edited};
use crate::config::import::Import;
use crate::config::ledger::GivenLink;
use crate::config::origins::Origins;
use crate::domain::address::{ConnectionName, Prefix};
use crate::domain::arrange::Order;
use crate::domain::compared::{Compared, ComparedBytes, ComparedTrees};
use crate::domain::conflicts::Conflicts;
use crate::domain::description::{
    Descriptions, MetadataOutcome, OpenedText, ThawOutcome, WholeObject,
};
use crate::domain::diagnosis::Finding;
use crate::domain::emptied::Emptied;
use crate::domain::error::Error;
use crate::domain::indexed::{IndexChanges, IndexProgress};
use crate::domain::listing::{FoundRows, ListedPage, Page};
use crate::domain::object::{BucketListing, ETag, Measure, ObjectHead};
use crate::domain::object_view::Seen;
use crate::domain::presign::PresignedLink;
use crate::domain::provider::RefusalNews;
use crate::domain::public::PublicAccess;
use crate::domain::restoring::{RestorePlan, Restored};
use crate::domain::settings::{BucketSetting, SettingState};
use crate::domain::size_tree::SizeTree;
use crate::domain::stored::Stored;
use crate::domain::tally::{UnlistedTotals, Untold};
use crate::domain::temporary::TemporaryKeys;
use crate::domain::transfer_event::TransferEvent;
use crate::domain::unfinished::{
    AbortedUploads, UnfinishedUpload, UploadExtent, UploadMarker, UploadOwner,
};
use crate::domain::usage::Usage;
use crate::domain::versions::{KeyVersion, Versioning, VersionsPage};
use crate::domain::wrong_type::{MendedTypes, WrongTypes};

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Key(Chord),
    Mouse(Mouse),
    Paste(String),
    Resized {
        width: u16,
        height: u16,
    },
    /// The answer to a request; a request may be answered more than once where its docs say so.
    Reply {
        ticket: Ticket,
        /// Whose the request was.
        connection: ConnectionName,
        reply: Reply,
    },
    Transfer(TransferEvent),
    /// What a connection has used since it was opened.
    Metered {
        connection: ConnectionName,
        usage: Usage,
    },
    /// What was learned of the server of a connection, named as [`Connection::server`] does.
    Refusal {
        server: String,
        news: RefusalNews,
    },
    /// Whose keys sign for a connection: `work · AKIA…WXYZ`.
    Identified {
        connection: ConnectionName,
        identity: String,
    },
    /// How a copy to the clipboard went.
    Clipboard(ClipboardOutcome),
    /// What became of `Effect::Reveal`.
    Revealed(Revealed),
    /// No web browser can be opened from here for this link.
    NoBrowser(String),
    /// What was to be remembered over restarts could not be written.
    NotSaved {
        preference: Preference,
        error: Error,
    },
    /// The terminal is ours again after a suspension.
    Resumed,
    /// Only while something moves; at most 30 a second.
    Tick,
}

/// Names an outstanding request; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    /// Cells from the left and the top, from 0.
    pub column: u16,
    pub row: u16,
    /// What the last frame shows there.
    pub on: Option<Spot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Click,
    ScrollUp,
    ScrollDown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClipboardOutcome {
    /// The clipboard has it.
    Copied,
    /// Sent to the terminal by OSC 52, which acknowledges nothing.
    Sent,
    Failed(String),
}

/// How a file or folder was shown, with its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revealed {
    Shown(PathBuf),
    /// No file browser can be opened from here.
    NoDesktop(PathBuf),
    /// Neither it nor the folder it was in is there any more.
    Gone(PathBuf),
}

/// What a request is answered with: why not, otherwise.
pub type Reply = Result<Answer, Error>;

/// One for each kind of request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Buckets(BucketListing),
    Page(ListedPage),
    /// Sent repeatedly while searching; the last one is `done`.
    Found(FoundRows),
    /// Sent repeatedly while an index is made; the last one has its end.
    Indexing(IndexProgress),
    /// Sent repeatedly; the last one is `done`.
    IndexChanged(IndexChanges),
    /// The order of the rows of the listing that was sent, which may be a shorter one than today's.
    Arranged(Order),
    /// Of rows that were listed already.
    Counted(Box<SizeTree>),
    /// Sent repeatedly; the last one is `done` and has nothing.
    Walked {
        page: Arc<Page>,
        done: bool,
    },
    /// Sent repeatedly while counting; the last one is `done`.
    Beside {
        beside: UnlistedTotals,
        untold: Untold,
        done: bool,
    },
    Head(ObjectHead),
    /// `versions`: how many the key has, where that can be told.
    Whole {
        whole: Box<WholeObject>,
        versions: Option<u64>,
    },
    /// Sent repeatedly while a search goes on; the last one tells how it ended.
    Seen(Seen),
    Described(Descriptions),
    Compared(Box<Compared>),
    /// Sent repeatedly while bytes are read.
    ComparedBytes {
        bytes: ComparedBytes,
        done: bool,
    },
    /// Sent repeatedly while trees are compared; the last one is `done`.
    ComparedTrees(ComparedTrees),
    MetadataChanged(MetadataOutcome),
    /// Sent repeatedly; the last one is `done`.
    WrongTypes(WrongTypes),
    /// Sent repeatedly; the last one is `done`.
    TypesMended(MendedTypes),
    Thawed(ThawOutcome),
    TextOpened(OpenedText),
    TextSaved(Option<ETag>),
    Presigned(PresignedLink),
    TemporaryKeys(TemporaryKeys),
    /// Whoever has the link can use it.
    LinkTested,
    BucketCreated,
    BucketDeleted,
    PrefixCreated,
    /// The prefixes below which there is nothing.
    FoundEmpty(Vec<Prefix>),
    /// Sent repeatedly while counting; the last one has `done`.
    Measured(Measure),
    /// Sent repeatedly while counting; the last one is done.
    Stored(Stored),
    /// Oldest first.
    Ledger(Vec<GivenLink>),
    Folder(Vec<FolderEntry>),
    Uploads(ListedUploads),
    UploadExtent(UploadExtent),
    UploadsAborted(AbortedUploads),
    Versioning(Versioning),
    Versions(VersionsPage),
    /// What there is to do is told by `Measured` before.
    RestorePlanned(RestorePlan),
    /// Sent repeatedly while it goes on; the last one is `done`.
    Restored {
        restored: Restored,
        done: bool,
    },
    /// What was not deleted.
    VersionsDeleted(Vec<(KeyVersion, Error)>),
    /// Sent repeatedly while it goes on; the last one is `done`.
    Emptied {
        emptied: Emptied,
        done: bool,
    },
    Checked(Conflicts),
    /// What a text became in the user's editor. A changed one stays in its file until that is
    /// removed by [`crate::app::effect::Effect::RemoveEdited`].
    Edited {
        file: EditFile,
        edited: Edited,
    },
    /// One step of an examination; many for one request.
    Examining(Finding),
    /// The examination is at its end.
    Examined,
    PublicAccess(PublicAccess),
    Origins(Origins),
    /// Masked; `None` where it cannot be told.
    StoredKeyId(Option<String>),
    /// What the file has.
    Imports(Vec<Import>),
    /// The connection as it is from now on.
    ConnectionSaved(Box<Connection>),
    ConnectionRemoved(ConnectionName),
    PublicDomainSaved(Option<String>),
    BucketAccessSet,
    UploadsRemembered,
    /// A line of the program that signs in; many for one request.
    SigningIn(String),
    SignedIn,
    CodeGiven,
    Setting(BucketSetting, Box<SettingState>),
    /// Every setting was told.
    SettingsRead,
}

/// A page of unfinished uploads, with what the queues of this machine know of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedUploads {
    pub uploads: Vec<(UnfinishedUpload, UploadOwner)>,
    pub next: Option<UploadMarker>,
}

/// A row of the file picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderEntry {
    pub name: String,
    pub path: PathBuf,
    pub folder: bool,
    pub size: u64,
    pub modified: Option<Timestamp>,
}
