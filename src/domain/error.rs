//! Describes what went wrong and where.

pub mod explain;
pub mod remedy;
pub mod report;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::error::remedy::Remedy;
use crate::domain::provider::Provider;

/// The step at which a second window finds that the first has the queue.
pub const LOCK_JOURNAL: &str = "lock the journal";

/// The step at which a verb finds that a window has the queue.
pub const ORDER_QUEUE: &str = "work on the queue";

/// The step at which a damaged queue is found.
pub const OPEN_JOURNAL: &str = "open the journal";

/// The step that describes an object anew.
pub const CHANGE_METADATA: &str = "change the metadata";

/// The step that looks at what a server has of a setting that was set.
pub const KEEP_SETTING: &str = "keep the setting";

/// The step that opens a socket to a server.
pub const OPEN_CONNECTION: &str = "open a connection";

/// The steps that look at what was written.
pub const LOOK_AT_OBJECT: &str = "look at the object";
pub const LOOK_AT_COPY: &str = "look at the copy";

/// The step that compares bytes that came with what the server says of them.
pub const CHECK_BYTES: &str = "check the bytes";

/// Before the name that a damaged queue has now, in the detail of what is said of it.
pub const KEPT_AS: &str = "; it is kept as ";

/// The step at which a queue turns out to say more than is known here.
pub const READ_JOURNAL: &str = "read the journal";

/// The step at which the roots to trust are read.
pub const READ_CA_BUNDLE: &str = "read the CA bundle";

/// The step at which `~/.aws/config` and `~/.aws/credentials` are read.
pub const READ_AWS_FILES: &str = "read the AWS files";

/// Before the name of a proxy in the detail of what went wrong on the way.
pub const BY_PROXY: &str = "; by way of ";

/// What names a proxy that stands in the section of the connection.
pub const OWN_PROXY: &str = "the connection's proxy";

/// The step at which a folder of Windlass's own is made.
pub const MAKE_FOLDER: &str = "make the folder";

/// The step at which an index of keys is read, and at which one is written.
pub const READ_INDEX: &str = "read the index";
pub const WRITE_INDEX: &str = "write the index";

/// The request for the keys of a role.
pub const ASSUME_ROLE: &str = "AssumeRole";

/// The step at which a file is read to be uploaded.
pub const READ_FILE: &str = "read the file";

/// The step at which a downloaded file gets its name.
pub const SAVE_FILE: &str = "save the file";

/// How the detail of a refusal begins where the request had no signature.
pub const UNSIGNED: &str = "the request was not signed";

/// How the detail of a refusal begins where the server gave no reason, before what was asked for.
pub const UNEXPLAINED: &str = "no reason was given; the request asked for ";

/// How the detail of a refusal begins where a key of one's own was sent.
pub const WITH_OWN_KEY: &str = "the request came with a key of yours (SSE-C)";

/// What is said of a server that refuses such a key over http.
pub const KEY_NEEDS_TLS: &str = "the server takes a key of one's own over https alone";

/// The step at which a text is opened in the user's editor.
pub const EDIT: &str = "edit the object";

/// The step at which a folder for temporary files is made.
pub const TEMPORARY: &str = "make a temporary folder";

/// The step at which stdin is read.
pub const READ_STDIN: &str = "read stdin";

/// How the detail of an answer without a body ends.
pub const NO_BODY: &str = "no body";

/// The step at which an object is found that a server was asked to delete.
pub const LOOK_DELETED: &str = "look for what was deleted";

/// The step at which tags and locks are put that a server dropped.
pub const PUT_RIGHT: &str = "look at what was stored";

/// The step at which a text that was edited is stored.
pub const SAVE_TEXT: &str = "save the object";
/// The code of a server that carries out another request about the same thing at this moment.
pub const OPERATION_ABORTED: &str = "OperationAborted";
/// The code of a server that is to read an archived object.
const IS_ARCHIVED: &str = "InvalidObjectState";
/// What is said of an archived object that somebody asked for.
pub const BEING_RESTORED: &str = "it is being restored";
/// What is said of a version that is no object.
pub const IS_DELETE_MARKER: &str = "this version is a delete marker, which has no bytes";

/// What is said where a key, or everything below a prefix, has no version, or not that one.
pub const NO_VERSION: &str = "there is no version of this object";
pub const NO_SUCH_VERSION: &str = "the object has no version of this id";
pub const NO_VERSION_BELOW: &str = "there is no version of anything below this prefix";

/// What is said of a copy that would be its own source.
pub const SAME_OBJECT: &str = "source and destination are the same object";

/// The step at which what is in an object is shown.
pub const LOOK_INSIDE: &str = "look inside";

/// The step at which the end of an object is followed.
pub const FOLLOW: &str = "follow the object";

/// What stands in a detail before the object whose upload could not be aborted either.
pub const UNABORTED: &str = "an unfinished upload is left of ";

/// The step at which a stream is sent whose length is not known.
pub const SEND_STREAM: &str = "send the stream";

/// The step at which a destination turns out to be no folder.
pub const OPEN_FOLDER: &str = "open the folder";

/// A failure below the shells. `Display` is one line without secrets; [`Error::explain`] says why
/// and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    pub kind: ErrorKind,
    /// The request or step in the field's words: `ListObjectsV2`, `rename`, `parse config.toml`.
    pub operation: String,
    /// What it was about: `s3://bucket/key`, a path, an endpoint. Empty where nothing is more
    /// exact.
    pub place: String,
    /// What the server or the system said, raw; made visible before it is shown.
    pub detail: String,
    pub status: Option<u16>,
    pub code: Option<String>,
    pub request_id: Option<String>,
    /// AWS's second id, which its support asks for beside the first.
    #[serde(default)]
    pub host_id: Option<String>,
    /// Who asked, where that is what went wrong: `work · AKIA…WXYZ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// How keys that do not hold any more are renewed, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<Renewal>,
    /// Whose rules the server follows, where it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// What the server asked to wait before another try.
    pub retry_after: Option<Duration>,
}

/// The kinds that are told apart because a person does something different about each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    // ─── who one is ───
    NoCredentials,
    /// The access key id is unknown.
    UnknownAccessKey,
    /// The secret does not fit the access key id.
    WrongSecret,
    ExpiredCredentials,
    /// The role asks for a code of the device that the detail names.
    CodeWanted,
    AccessDenied,
    ClockSkew,
    /// The connection is configured read-only; nothing was sent.
    ReadOnly,
    // ─── where one is ───
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    WrongRegion {
        expected: Option<String>,
    },
    InvalidName,
    /// A connection leads to another server than what was queued is for.
    AnotherServer,
    // ─── what is in the way ───
    BucketNotEmpty,
    BucketExists,
    PreconditionFailed,
    /// The source is not what it was when the transfer began.
    SourceChanged,
    Locked,
    /// The copy lacks something of its source, which is therefore kept.
    Loss,
    /// The provider or this server lacks it (501, or the capability table).
    Unsupported,
    TooLarge,
    InvalidRequest,
    // ─── the way there ───
    /// DNS, connect or TLS.
    Unreachable,
    /// The server's certificate is not trusted here, is for another name, or is not valid now.
    Untrusted,
    TimedOut,
    /// Cut in the middle of a body.
    Interrupted,
    /// Something answered that speaks no S3.
    NotS3,
    /// The endpoint says http and the port speaks TLS, or the reverse.
    WrongScheme {
        speaks_tls: bool,
    },
    Throttled,
    ServerFault,
    // ─── bytes ───
    /// Checksum, length or ETag differ from what was sent or promised.
    Corrupt,
    /// A listing that claims to go on and gives no way to, or goes in a circle.
    BrokenListing,
    /// The inside of an object cannot be shown: it is damaged, of a form that is not known here, or
    /// too much; the detail says which.
    Unreadable,
    /// A part of an object was asked for that it does not have: a member, a range; the detail says
    /// which.
    NotInside,
    // ─── documents ───
    /// A setting that is not set.
    NotSet,
    /// A document that is not what it is to be; nothing was sent.
    BadDocument,
    // ─── this machine ───
    LocalMissing,
    LocalDenied,
    LocalExists,
    /// A folder, link, pipe, socket or device where a regular file is taken, or a file whose size
    /// is not known.
    LocalSpecial,
    DiskFull,
    LocalName,
    LocalIo,
    // ─── ourselves ───
    Config,
    /// The connection stands in no `config.toml`, which would keep what is to be saved for it.
    NotConfigured,
    /// The system's keyring, which has the keys or is to have them.
    Keyring(KeyringFault),
    Usage,
    Cancelled,
    /// Some of many failed; the detail counts them.
    Partial,
    Other,
}

/// How keys are renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renewal {
    /// This profile signs in by `aws sso login`.
    SignIn(String),
    /// The connection has keys of its own and needs new ones.
    NewKeys,
    /// The keys are variables of the environment that the program was started with.
    Variables,
}

/// What stands between Windlass and the system's keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyringFault {
    /// This build asks no keyring.
    NotBuilt,
    /// None answers on this machine.
    Absent,
    /// It stayed locked, or the user let nobody in.
    Locked,
    NoEntry,
    /// An entry without a half, or one that is no text.
    Damaged,
    /// It did not answer in time, as one that waits for a password.
    Silent,
    Refused,
}

impl Error {
    pub fn new(kind: ErrorKind, operation: impl Into<String>, place: impl Into<String>) -> Error {
        Error {
            kind,
            operation: operation.into(),
            place: place.into(),
            detail: String::new(),
            status: None,
            code: None,
            request_id: None,
            host_id: None,
            identity: None,
            renewal: None,
            provider: None,
            retry_after: None,
        }
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Error {
        self.detail = detail.into();
        self
    }

    /// The refusal of a GET of an archived object that is known without asking.
    pub fn of_archived(place: impl Into<String>, being_restored: bool) -> Error {
        let detail = if being_restored { BEING_RESTORED } else { "it is archived" };
        let code = Some(IS_ARCHIVED.to_owned());
        let error = Error::new(ErrorKind::InvalidRequest, "GetObject", place).detail(detail);
        Error { code, ..error }
    }

    /// Whether an archived object was to be read.
    pub fn is_archived(&self) -> bool {
        self.code.as_deref() == Some(IS_ARCHIVED)
    }

    /// Whether an archived object was to be read that somebody asked for.
    pub fn is_being_restored(&self) -> bool {
        self.is_archived() && self.detail == BEING_RESTORED
    }

    /// A failed call of the system on a local file.
    pub fn from_io(error: &std::io::Error, operation: &str, path: impl fmt::Display) -> Error {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            Io::NotFound => ErrorKind::LocalMissing,
            Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::LocalDenied,
            Io::AlreadyExists => ErrorKind::LocalExists,
            Io::StorageFull | Io::QuotaExceeded | Io::FileTooLarge => ErrorKind::DiskFull,
            Io::InvalidFilename => ErrorKind::LocalName,
            _ => ErrorKind::LocalIo,
        };
        Error::new(kind, operation, path.to_string()).detail(error.to_string())
    }

    /// Whether the system lets this process open no more files and sockets: EMFILE has this number
    /// on every Unix.
    pub fn lacks_open_files(&self) -> bool {
        self.kind == ErrorKind::LocalIo && self.detail.contains("(os error 24)")
    }

    /// A file that cannot be read and that `named_by` names: a setting with its place, or a flag.
    pub fn of_named_file(
        error: &std::io::Error,
        operation: &str,
        named_by: &str,
        path: &Path,
    ) -> Error {
        use std::io::ErrorKind as Io;
        let path = path.display().to_string();
        let why = match error.kind() {
            Io::NotFound => "which is not there".to_owned(),
            Io::PermissionDenied => "which you may not read".to_owned(),
            Io::IsADirectory => "which is a folder".to_owned(),
            _ => format!("which cannot be read: {error}"),
        };
        let detail = format!("{named_by} names {path}, {why}");
        Error::new(ErrorKind::Config, operation, path).detail(detail)
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Unreachable
                | ErrorKind::TimedOut
                | ErrorKind::Interrupted
                | ErrorKind::Throttled
                | ErrorKind::ServerFault
                | ErrorKind::Corrupt
        )
    }

    /// Whether the server reported success in an answer that cannot be read.
    pub fn is_unreadable(&self) -> bool {
        let answered = self.status.is_some_and(|status| (200..300).contains(&status));
        answered && self.kind == ErrorKind::NotS3
    }

    /// Whether it reported success and said nothing.
    pub fn is_empty_answer(&self) -> bool {
        self.is_unreadable() && self.detail.ends_with(NO_BODY)
    }

    /// Whether there is nobody to be asked: the port is closed, or the name is not known. It does
    /// not pass in seconds.
    pub fn is_nobody(&self) -> bool {
        let detail = self.detail.to_ascii_lowercase();
        let says = |signs: &[&str]| signs.iter().any(|sign| detail.contains(sign));
        self.kind == ErrorKind::Unreachable && says(&["connection refused", "dns error", "lookup"])
    }

    /// What names the proxy by way of which the request went, where that is known.
    pub fn proxy(&self) -> Option<&str> {
        self.detail.split_once(BY_PROXY).map(|(_, named_by)| named_by)
    }

    /// The object whose upload could not be aborted either.
    pub fn unaborted(&self) -> Option<&str> {
        self.detail.split_once(UNABORTED).map(|(_, object)| object)
    }

    /// Whether who asked is a part of what went wrong.
    pub fn is_about_identity(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::NoCredentials
                | ErrorKind::UnknownAccessKey
                | ErrorKind::WrongSecret
                | ErrorKind::ExpiredCredentials
                | ErrorKind::CodeWanted
                | ErrorKind::AccessDenied
                | ErrorKind::NoSuchBucket
        )
    }

    /// What renews the keys, where that is what helps: worth a few words beside any name of the
    /// error.
    pub fn renewed_by(&self) -> Option<Remedy> {
        let ended = matches!(self.kind, ErrorKind::ExpiredCredentials | ErrorKind::CodeWanted);
        match self.renewal {
            Some(Renewal::NewKeys) => Some(Remedy::ChangeKeys),
            Some(Renewal::Variables) => ended.then_some(Remedy::SetVariables),
            _ => ended.then_some(Remedy::SignIn(None)),
        }
    }

    /// On one line, with what the server or the system said.
    pub fn in_a_line(&self) -> String {
        match self.detail.as_str() {
            detail if self.explain().what.contains(detail) => self.to_string(),
            detail => format!("{self}: {detail}"),
        }
    }

    pub fn is(&self, kind: &ErrorKind) -> bool {
        self.kind == *kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain().what)?;
        if !self.place.is_empty() {
            write!(f, " ({})", self.place)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
