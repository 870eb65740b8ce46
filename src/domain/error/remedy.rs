//! A remedy is what a person can do about an error, as data: screens name the key, verbs their
//! flag.

use std::borrow::Cow;
use std::fmt;

use crate::domain::shell;

/// One thing to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Something outside of Windlass, in words that hold everywhere.
    Do(Cow<'static, str>),
    /// Ask the server again.
    Refresh,
    /// Start again what was stopped.
    StartAgain,
    /// Enter a connection, which Windlass then keeps.
    AddConnection,
    EditConnection,
    /// Use another connection.
    SwitchConnection,
    /// Use a connection that signs its requests.
    Sign,
    /// Sign in by the AWS CLI, with this profile where it is known.
    SignIn(Option<String>),
    /// Sign in with a code of an MFA device.
    GiveCode,
    /// Give the connection other keys.
    ChangeKeys,
    /// Set the variables of the environment anew that have the keys.
    SetVariables,
    /// Keep the keys of the connection in a file in place of the keyring.
    KeepKeysInFile,
    /// Say in which region the bucket is, where that is known.
    SetRegion(Option<String>),
    /// Name a bucket that is not listed.
    AddBucket,
    /// Look which buckets there are.
    FindBucket,
    /// Look which objects there are.
    FindObject,
    /// Look which versions of an object there are.
    FindVersion,
    /// Look what is in the object.
    LookInside,
    /// Delete what is in the bucket.
    EmptyBucket,
    /// Decide what happens to what is there already.
    DecideExisting,
    /// Move the object although its copy lacks something.
    AcceptLoss,
    /// Upload what this program writes.
    Stream(&'static str),
    /// Abort the unfinished upload of this object.
    AbortUpload(String),
    /// Upload a file that grows as long as it is now.
    Snapshot,
    /// Say how long a stream will be, or send larger parts.
    SayLength,
    /// See the answer as the server gave it.
    ReadAnswer,
    /// Look at the queue that another window works on.
    ShowQueue,
    /// Set the damaged file of the queue aside, and begin a new queue.
    RenewQueue,
    /// See what the command line takes.
    ReadHelp,
    /// Let the doctor write, too.
    TestWriting,
    /// Ask for an archived object to be made readable.
    Thaw,
    /// Try again when what was asked for is readable.
    AwaitThaw,
    /// Say that whoever asks pays.
    PayRequests,
    /// Give the key of one's own that the object is encrypted with.
    GiveKey,
    /// Keep an index of the place.
    MakeIndex,
    /// Set this setting of this bucket.
    SetSetting {
        place: String,
        name: String,
    },
    /// Change the metadata of an object where it is.
    ChangeMetadata,
    /// Read the end of an object once.
    LeaveFollowing,
}

impl Remedy {
    /// What connects it with what is said before it.
    pub fn conjunction(&self) -> &'static str {
        match self {
            Remedy::Refresh => "then ",
            Remedy::SwitchConnection | Remedy::KeepKeysInFile | Remedy::PayRequests => "or ",
            _ => "",
        }
    }
}

impl From<&'static str> for Remedy {
    fn from(words: &'static str) -> Remedy {
        Remedy::Do(words.into())
    }
}

impl From<String> for Remedy {
    fn from(words: String) -> Remedy {
        Remedy::Do(words.into())
    }
}

/// In words without a key or flag, for whoever reads a report elsewhere.
impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Remedy::Do(words) => words,
            Remedy::Refresh => "try again",
            Remedy::StartAgain => "start it again if you still want it",
            Remedy::AddConnection => "add a connection",
            Remedy::EditConnection => "change the connection",
            Remedy::SwitchConnection => "use another connection",
            Remedy::Sign => "use a connection with keys",
            Remedy::SignIn(Some(profile)) => {
                return write!(f, "sign in again ({})", sso_login(profile));
            }
            Remedy::SignIn(None) => "sign in again (aws sso login)",
            Remedy::GiveCode => "sign in again, with the six digits it shows now",
            Remedy::ChangeKeys => "give the connection new keys",
            Remedy::SetVariables => {
                "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew, and \
                 start again"
            }
            Remedy::KeepKeysInFile => "keep the keys in secrets.toml",
            Remedy::SetRegion(Some(region)) => {
                return write!(f, "set region = \"{region}\" for the connection");
            }
            Remedy::SetRegion(None) => "look the bucket's region up and set it for the connection",
            Remedy::AddBucket => "add the bucket by name",
            Remedy::FindBucket => "check the bucket's name",
            Remedy::FindObject => "check the object's name",
            Remedy::FindVersion => "look at the object's versions",
            Remedy::LookInside => "look what is in the object",
            Remedy::EmptyBucket => {
                "delete them first; the listing does not show unfinished uploads"
            }
            Remedy::DecideExisting => "start again with overwrite, skip or keep both",
            Remedy::AcceptLoss => {
                "retry the transfer and accept the loss, or delete one of the two yourself"
            }
            Remedy::Stream(program) => return write!(f, "send what {program} writes as a stream"),
            Remedy::AbortUpload(object) => {
                return write!(f, "abort the unfinished upload that is left of {object}");
            }
            Remedy::Snapshot => "try again when nothing writes to it",
            Remedy::SayLength => "say how long it will be, or send larger parts",
            Remedy::ReadAnswer => "the code and the raw answer are in the details",
            Remedy::ShowQueue => "look at the queue meanwhile",
            Remedy::RenewQueue => {
                "start windlass: the file is renamed then, none of it is deleted, and a new queue \
                 begins"
            }
            Remedy::ReadHelp => "see what the command takes",
            Remedy::Thaw => "ask for it to be made readable, then try again",
            Remedy::AwaitThaw => "try again when it is readable",
            Remedy::PayRequests => "pay for requests of this bucket",
            Remedy::GiveKey => "give the key that it was stored with",
            Remedy::MakeIndex => "make an index of the place",
            Remedy::SetSetting { .. } => "set it if you want it",
            Remedy::ChangeMetadata => "change the metadata of an object where it is",
            Remedy::LeaveFollowing => "read its end once, without following it",
            Remedy::TestWriting => "test writing",
        })
    }
}

/// The command that begins a new session of a profile.
pub fn sso_login(profile: &str) -> String {
    format!("aws sso login --profile {}", shell::word(profile))
}
