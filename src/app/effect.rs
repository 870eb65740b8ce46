//! Defines everything the interface asks of its shell, as data.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::event::Ticket;
use crate::app::preference::Preference;
use crate::config::connection::Connection;
use crate::config::draft::Draft;
use crate::config::editor::EditFile;
use crate::config::secret::Secret;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::arrange::Arrangement;
use crate::domain::attributes::Attributes;
use crate::domain::diagnosis::Examination;
use crate::domain::diff_end::DiffEnd;
use crate::domain::listing::{ContinuationToken, Listing};
use crate::domain::metadata_change::MetadataChange;
use crate::domain::object::{ETag, NewBucket, ObjectAddress, UploadId};
use crate::domain::object_view::LookRequest;
use crate::domain::presign::LinkSpec;
use crate::domain::protection::AccessSpec;
use crate::domain::restoring::{RestorePoint, RestoreStep};
use crate::domain::settings::BucketSetting;
use crate::domain::settings::json::Json;
use crate::domain::settings::mfa::DeviceCode;
use crate::domain::temporary::KeyGrant;
use crate::domain::thaw::ThawWish;
use crate::domain::transfer::{JobSpec, SourceRows, Target, TransferCommand};
use crate::domain::unfinished::UploadMarker;
use crate::domain::versions::{KeyVersion, VersionMarker};
use crate::domain::wrong_type::WrongType;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Answered by [`crate::app::event::Event::Reply`] with the same ticket.
    Request {
        ticket: Ticket,
        connection: ConnectionName,
        request: Request,
    },
    /// The answer is not wanted any more: the task is aborted.
    Abandon(Ticket),
    /// No further step of it is begun; it is answered when those under way are done.
    Stop(Ticket),
    Transfer(TransferCommand),
    /// Put text on the clipboard; answered by `Event::Clipboard`.
    Copy(String),
    Save(Preference),
    /// Ring the terminal's bell.
    Bell,
    /// Have the terminal show a notification; words of our own only.
    Notify(String),
    /// Show a file or folder of this machine in the desktop's file browser; answered by
    /// `Event::Revealed`.
    Reveal(PathBuf),
    /// Open a link in the web browser of this machine; answered by `Event::NoBrowser` where there
    /// is none.
    Browse(String),
    /// Remove the file of a text that was edited: it is stored, or not wanted any more.
    RemoveEdited(EditFile),
    /// End this window and open the demo in its place.
    Demo,
    /// Give the terminal back to the shell until the user returns.
    Suspend,
    /// Paint every cell anew.
    Redraw,
    Quit,
}

/// A question, by who answers it.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    Storage(StorageRequest),
    /// Answered by [`crate::app::event::Answer::Seen`], more than once by a search.
    Look(LookRequest),
    Connections(ConnectionRequest),
    Indexes(IndexRequest),
    Machine(MachineRequest),
}

/// Questions to the storage of a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum StorageRequest {
    ListBuckets,
    ListPage {
        bucket: Bucket,
        prefix: Prefix,
        /// As it was at this moment; as it is now without one.
        at: Option<Timestamp>,
        token: Option<ContinuationToken>,
    },
    /// All further pages of a level, each answered as it comes; a last answer has no rows.
    ListRest {
        bucket: Bucket,
        prefix: Prefix,
        token: ContinuationToken,
    },
    /// The objects below a prefix that a line of criteria asks for, answering as it goes.
    Find {
        bucket: Bucket,
        prefix: Prefix,
        wanted: String,
        /// As it was at this moment; as it is now without one.
        at: Option<Timestamp>,
        /// Where an earlier search goes on.
        token: Option<ContinuationToken>,
    },
    Head(ObjectAddress),
    /// All that the server says of an object besides, by several requests.
    Whole(ObjectAddress),
    Presign(LinkSpec),
    /// What objects, and all below prefixes, have besides their bytes.
    Describe {
        bucket: Bucket,
        targets: Vec<Target>,
    },
    Comparison(ComparisonRequest),
    /// Describes objects anew that still have these ETags.
    ChangeMetadata {
        objects: Vec<(ObjectAddress, Option<ETag>)>,
        change: MetadataChange,
    },
    /// Objects whose content type does not fit, answering as they are found.
    FindTypes {
        bucket: Bucket,
        targets: Vec<Target>,
    },
    /// Gives each that is still what was looked at its type, answering as it goes.
    MendTypes(Vec<WrongType>),
    /// Asks for archived objects to be made readable.
    Thaw {
        bucket: Bucket,
        targets: Vec<Target>,
        wish: ThawWish,
    },
    /// The whole of an object that is to be edited.
    OpenText(ObjectAddress),
    /// Stores the text if the object still has this ETag; without one, only if no object exists.
    SaveText {
        object: ObjectAddress,
        etag: Option<ETag>,
        bytes: Vec<u8>,
    },
    /// Keys of R2 that may read a part of a bucket for a while.
    TemporaryKeys(KeyGrant),
    /// Makes a link and uses it without keys, for one byte at most.
    TestLink(LinkSpec),
    CreateBucket(Box<NewBucket>),
    /// Every setting of a bucket; told one by one, and ended by `Answer::SettingsRead`.
    Settings(Bucket),
    /// Answered by what is set then.
    SetSetting {
        bucket: Bucket,
        setting: BucketSetting,
        new: Json,
        before: Option<Json>,
        /// Of MFA delete.
        code: Option<DeviceCode>,
    },
    ClearSetting {
        bucket: Bucket,
        setting: BucketSetting,
        code: Option<DeviceCode>,
    },
    DeleteBucket(Bucket),
    /// A zero-byte object named like the prefix.
    CreatePrefix {
        bucket: Bucket,
        prefix: Prefix,
    },
    /// Which of the prefixes have no key below them.
    FindEmpty {
        bucket: Bucket,
        prefixes: Vec<Prefix>,
    },
    /// Counts objects and bytes below the targets, answering as it goes.
    Measure {
        bucket: Bucket,
        targets: Vec<Target>,
    },
    /// Every key below a prefix, answering page by page.
    Walk {
        bucket: Bucket,
        prefix: Prefix,
    },
    /// Counts old versions and unfinished uploads below a prefix, answering as it goes.
    CountBeside {
        bucket: Bucket,
        prefix: Prefix,
    },
    /// Sums what is below a prefix by storage class, answering as it goes.
    SumStored {
        bucket: Bucket,
        prefix: Prefix,
    },
    /// One page of the unfinished uploads of a bucket.
    ListUploads {
        bucket: Bucket,
        after: Option<UploadMarker>,
    },
    CountParts {
        object: ObjectAddress,
        upload: UploadId,
    },
    AbortUploads(Vec<(ObjectAddress, UploadId)>),
    Versions(VersionsRequest),
    /// The public domains of a bucket, as the provider's own API tells them.
    PublicAccess(Bucket),
}

/// Questions about two objects, files or trees of them.
#[derive(Clone, Debug, PartialEq)]
pub enum ComparisonRequest {
    /// In what they differ.
    Compare { one: DiffEnd, other: DiffEnd },
    /// Where the bytes of two objects or files begin to differ, reading as far as it takes.
    CompareBytes { one: DiffEnd, other: DiffEnd },
}

/// Questions about versions, and what is done to them.
#[derive(Clone, Debug, PartialEq)]
pub enum VersionsRequest {
    /// Whether a bucket keeps versions.
    Versioning(Bucket),
    /// One page of the versions of keys that begin so.
    ListVersions {
        bucket: Bucket,
        prefix: Prefix,
        after: Option<VersionMarker>,
    },
    /// Plans what brings keys back, counting as it goes.
    PlanRestore {
        bucket: Bucket,
        targets: Vec<Target>,
        wanted: RestorePoint,
    },
    /// Does what was planned, answering as it goes.
    Restore {
        bucket: Bucket,
        steps: Vec<RestoreStep>,
    },
    DeleteVersions {
        bucket: Bucket,
        named: Vec<KeyVersion>,
    },
    /// Every version of the targets for good, answering as it goes.
    EraseVersions {
        bucket: Bucket,
        targets: Vec<Target>,
    },
    /// Everything in a bucket for good, unfinished uploads too, answering as it goes.
    EmptyBucket(Bucket),
}

/// Questions about the indexes that this machine keeps of a connection's keys.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexRequest {
    /// Lists everything below a prefix and keeps it, answering as it goes.
    Make { bucket: Bucket, prefix: Prefix },
    /// Lists what has an index, tells what differs, and refreshes the index by it.
    Changes { bucket: Bucket, prefix: Prefix },
}

/// Questions about connections themselves.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionRequest {
    /// Tries a connection step by step, telling each as it ends; ends with
    /// [`crate::app::event::Answer::Examined`]. With `unsaved` that one is examined, whatever the
    /// request's own connection is.
    Examine {
        unsaved: Option<Box<Connection>>,
        examination: Examination,
    },
    /// What this machine has of connections already.
    FindOrigins,
    /// The key id that is kept for the request's connection.
    StoredKeyId,
    /// A file of another program that was named by hand.
    ReadImports(PathBuf),
    /// Into `config.toml`, the keys where the draft says; in place of `replaced` where it is a
    /// change.
    SaveConnection {
        draft: Box<Draft>,
        replaced: Option<ConnectionName>,
    },
    RemoveConnection(ConnectionName),
    /// Into the connection's section of `config.toml`; `None` takes it out.
    SavePublicDomain {
        bucket: Bucket,
        domain: Option<String>,
    },
    /// How the objects of a bucket are asked for: `kept` in `config.toml`, or until the program
    /// ends.
    SetBucketAccess {
        bucket: Bucket,
        access: AccessSpec,
        kept: bool,
    },
    /// What all uploads to a bucket give, into `config.toml`; `None` takes it out.
    RememberUploads {
        bucket: Bucket,
        attributes: Option<Box<Attributes>>,
    },
    /// Begins a session of the role that asks for a code.
    GiveCode(Secret),
    /// Runs `aws sso login`, telling each line it says; ends with
    /// [`crate::app::event::Answer::SignedIn`].
    SignIn {
        profile: Option<String>,
    },
}

/// Questions to this machine.
#[derive(Clone, Debug, PartialEq)]
pub enum MachineRequest {
    /// Filter and sort, off the loop.
    Arrange { listing: Listing, arrangement: Arrangement },
    /// The sizes of objects among rows that were listed, off the loop.
    CountListed { rows: SourceRows, now: Timestamp },
    /// The links that were handed out.
    ReadLedger,
    /// The rows of a local folder, folders first.
    ReadFolder(PathBuf),
    /// Whether the destination has what these jobs give, and which of their destinations exist
    /// already.
    Check(Vec<JobSpec>),
    /// Opens a text in the user's editor, which has the terminal until it is done; `name` tells it
    /// what kind of text it is. Answered by [`crate::app::event::Answer::Edited`].
    Edit { name: String, bytes: Vec<u8> },
    /// Puts a text that was edited here into a private file until it is stored; answered as `Edit`
    /// is.
    KeepText { name: String, bytes: Vec<u8> },
}

impl From<StorageRequest> for Request {
    fn from(request: StorageRequest) -> Request {
        Request::Storage(request)
    }
}

impl From<LookRequest> for Request {
    fn from(look: LookRequest) -> Request {
        Request::Look(look)
    }
}

impl From<ConnectionRequest> for Request {
    fn from(request: ConnectionRequest) -> Request {
        Request::Connections(request)
    }
}

impl From<IndexRequest> for Request {
    fn from(request: IndexRequest) -> Request {
        Request::Indexes(request)
    }
}

impl From<MachineRequest> for Request {
    fn from(request: MachineRequest) -> Request {
        Request::Machine(request)
    }
}
