//! Says on the screens what to do about an error, with the key that does it now.

use crate::app::action::Action;
use crate::app::session::Session;
use crate::config::connection::CredentialsSource;
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::error::remedy::{Remedy, sso_login};

impl Session {
    /// The key of an action, for a sentence: `g s`; the palette's name where it has no key.
    pub fn key(&self, action: Action) -> String {
        self.keymap.name_of(action.spec().scopes, action)
    }

    /// What to do next about an error.
    pub fn next(&self, error: &Error) -> String {
        error.explain().next(|remedy| self.say(remedy))
    }

    /// As [`Session::next`], where an action of its own tries again.
    pub fn next_by(&self, error: &Error, again: Option<Action>) -> String {
        error.explain().next(|remedy| match (remedy, again) {
            (Remedy::Refresh, Some(again)) => format!("try again with {}", self.key(again)),
            _ => self.say(remedy),
        })
    }

    /// What happened and what to do next, where there is one line for it.
    pub fn in_a_line(&self, error: &Error) -> String {
        format!("{}: {}", error.explain().what, self.next(error))
    }

    pub fn say(&self, remedy: &Remedy) -> String {
        let by = |action, does: &str| format!("{} {does}", self.key(action));
        match remedy {
            Remedy::Refresh => format!("refresh with {}", self.key(Action::Refresh)),
            Remedy::AddConnection => by(Action::AddConnection, "adds a connection"),
            Remedy::EditConnection => by(Action::EditConnection, "changes the connection"),
            Remedy::SwitchConnection => {
                format!("switch the connection with {}", self.key(Action::SwitchConnection))
            }
            Remedy::Sign => {
                format!("use a connection with keys ({})", self.key(Action::SwitchConnection))
            }
            Remedy::SignIn(Some(profile)) => {
                by(Action::SignIn, &format!("signs in again ({})", sso_login(profile)))
            }
            Remedy::SignIn(None) => by(Action::SignIn, "signs in again"),
            Remedy::GiveCode => {
                by(Action::SignIn, "signs in again, with the six digits it shows now")
            }
            Remedy::SetVariables => by(
                Action::EditConnection,
                "gives it new keys; or set the variables anew and restart",
            ),
            Remedy::ChangeKeys => by(Action::EditConnection, "gives it new keys"),
            Remedy::KeepKeysInFile => by(
                Action::EditConnection,
                "changes the connection, to keep the keys in secrets.toml",
            ),
            Remedy::SetRegion(Some(region)) => {
                by(Action::EditConnection, &format!("changes the connection: set {region} there"))
            }
            Remedy::SetRegion(None) => {
                let set = by(Action::EditConnection, "sets it");
                format!("look the bucket's region up; {set}")
            }
            Remedy::AddBucket => by(Action::AddBucket, "adds a bucket by name"),
            Remedy::FindBucket => {
                format!("refresh the buckets with {}, or check the name", self.key(Action::Refresh))
            }
            Remedy::FindObject => format!("refresh the listing with {}", self.key(Action::Refresh)),
            Remedy::EmptyBucket => {
                let lists = by(Action::UnfinishedUploads, "lists unfinished uploads");
                format!("delete them first; {lists}")
            }
            Remedy::AbortUpload(object) => {
                by(Action::UnfinishedUploads, &format!("lists what is left of {object}"))
            }
            Remedy::Do(_)
            | Remedy::ShowQueue
            | Remedy::RenewQueue
            | Remedy::FindVersion
            | Remedy::StartAgain
            | Remedy::DecideExisting
            | Remedy::AcceptLoss
            | Remedy::Stream(_)
            | Remedy::Snapshot
            | Remedy::SayLength
            | Remedy::ReadAnswer
            | Remedy::ReadHelp
            | Remedy::SetSetting { .. }
            | Remedy::LeaveFollowing => remedy.to_string(),
            Remedy::ChangeMetadata => by(Action::Metadata, "changes its metadata where it is"),
            Remedy::PayRequests => by(Action::BucketAccess, "pays for requests here"),
            Remedy::GiveKey => by(Action::BucketAccess, "gives the key for this bucket"),
            Remedy::MakeIndex => by(Action::Index, "makes one"),
            Remedy::LookInside => by(Action::Preview, "shows what is in it"),
            Remedy::Thaw => by(Action::Thaw, "asks for it to be made readable"),
            Remedy::AwaitThaw => {
                let says = self.key(Action::Details);
                format!(
                    "{says} says when it is readable; {} downloads it then",
                    self.key(Action::RetryJob)
                )
            }
            Remedy::TestWriting => by(Action::TestWriting, "tests writing"),
        }
    }

    /// What renews the keys of a connection: `g s signs in again`.
    pub fn renewal(&self, name: &ConnectionName) -> String {
        if name != self.name() {
            let key = self.key(Action::SwitchConnection);
            return format!("{key} leads to {name}, to renew its keys");
        }
        match &self.connection().credentials {
            CredentialsSource::Chain { profile: None } if self.keys_in_variables => {
                self.say(&Remedy::SetVariables)
            }
            CredentialsSource::Chain { .. } => self.say(&Remedy::SignIn(None)),
            CredentialsSource::Static { .. } | CredentialsSource::Kept { .. } => {
                self.say(&Remedy::ChangeKeys)
            }
            _ => "renew them where they were issued".to_owned(),
        }
    }
}
