//! Says what a request changes on a server: while it is under way, and where its answer is not
//! waited for.

use std::fmt::Display;

use crate::app::action::Action;
use crate::app::effect::{ConnectionRequest, Request, StorageRequest, VersionsRequest};
use crate::app::session::Session;
use crate::domain::units::Counted;

/// What a request changes on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerChange {
    /// `creating bucket media`.
    pub doing: String,
    /// What holds where nobody waits for the answer: `bucket media may have been created`.
    perhaps: String,
    /// Whether a listing tells what came of it.
    listed: bool,
}

impl ServerChange {
    /// `None` where nothing that a server keeps is changed.
    pub fn of(request: &Request) -> Option<ServerChange> {
        match request {
            Request::Storage(request) => ServerChange::of_storage(request),
            Request::Connections(ConnectionRequest::Examine { examination, .. })
                if examination.writes =>
            {
                Some(ServerChange {
                    doing: "testing writing".to_owned(),
                    perhaps: "test objects may be left".to_owned(),
                    listed: true,
                })
            }
            Request::Connections(_)
            | Request::Look(_)
            | Request::Indexes(_)
            | Request::Machine(_) => None,
        }
    }

    fn of_storage(request: &StorageRequest) -> Option<ServerChange> {
        Some(match request {
            StorageRequest::CreateBucket(new) => {
                listed(format!("bucket {}", new.bucket), "creating", "created")
            }
            StorageRequest::DeleteBucket(bucket) => {
                listed(format!("bucket {bucket}"), "deleting", "deleted")
            }
            StorageRequest::CreatePrefix { prefix, .. } => {
                listed(format!("prefix {prefix}"), "creating", "created")
            }
            StorageRequest::SetSetting { bucket, setting, .. } => {
                unlisted(format!("{setting} of {bucket}"), "changing", "changed")
            }
            StorageRequest::ClearSetting { bucket, setting, .. } => {
                unlisted(format!("{setting} of {bucket}"), "clearing", "cleared")
            }
            StorageRequest::ChangeMetadata { objects, .. } => {
                let of = match objects.as_slice() {
                    [(one, _)] => one.key.name().to_owned(),
                    many => Counted(many.len() as u64, "object").to_string(),
                };
                unlisted(format!("the metadata of {of}"), "changing", "changed")
            }
            StorageRequest::MendTypes(wrong) => {
                let of = Counted(wrong.len() as u64, "object");
                unlisted(format!("the Content-Type of {of}"), "mending", "mended")
            }
            StorageRequest::Thaw { .. } => ServerChange {
                doing: "asking for archived objects to be made readable".to_owned(),
                perhaps: "some archived objects may have been asked for".to_owned(),
                listed: false,
            },
            StorageRequest::SaveText { object, .. } => listed(object.key.name(), "saving", "saved"),
            StorageRequest::AbortUploads(uploads) => {
                let uploads = Counted(uploads.len() as u64, "unfinished upload");
                unlisted(uploads, "aborting", "aborted")
            }
            StorageRequest::Versions(request) => return ServerChange::of_versions(request),
            StorageRequest::ListBuckets
            | StorageRequest::ListPage { .. }
            | StorageRequest::ListRest { .. }
            | StorageRequest::Find { .. }
            | StorageRequest::Head(_)
            | StorageRequest::Whole(_)
            | StorageRequest::Presign(_)
            | StorageRequest::Describe { .. }
            | StorageRequest::Comparison(_)
            | StorageRequest::FindTypes { .. }
            | StorageRequest::OpenText(_)
            | StorageRequest::TemporaryKeys(_)
            | StorageRequest::TestLink(_)
            | StorageRequest::Settings(_)
            | StorageRequest::FindEmpty { .. }
            | StorageRequest::Measure { .. }
            | StorageRequest::Walk { .. }
            | StorageRequest::CountBeside { .. }
            | StorageRequest::SumStored { .. }
            | StorageRequest::ListUploads { .. }
            | StorageRequest::CountParts { .. }
            | StorageRequest::PublicAccess(_) => return None,
        })
    }

    fn of_versions(request: &VersionsRequest) -> Option<ServerChange> {
        Some(match request {
            VersionsRequest::Restore { steps, .. } => {
                listed(Counted(steps.len() as u64, "object"), "restoring", "restored")
            }
            VersionsRequest::DeleteVersions { named, .. } => {
                listed(Counted(named.len() as u64, "version"), "deleting", "deleted")
            }
            VersionsRequest::EraseVersions { .. } => listed("versions", "deleting", "deleted"),
            VersionsRequest::EmptyBucket(bucket) => {
                listed(format!("what is left in {bucket}"), "deleting", "deleted")
            }
            VersionsRequest::Versioning(_)
            | VersionsRequest::ListVersions { .. }
            | VersionsRequest::PlanRestore { .. } => return None,
        })
    }

    /// What is said where nobody waits for the answer any more.
    pub fn left(&self, session: &Session) -> String {
        match self.listed {
            true => format!("{}; {} lists again", self.perhaps, session.key(Action::Refresh)),
            false => self.perhaps.clone(),
        }
    }
}

/// A change of which a listing shows what came.
fn listed(what: impl Display, doing: &str, done: &str) -> ServerChange {
    ServerChange { listed: true, ..unlisted(what, doing, done) }
}

fn unlisted(what: impl Display, doing: &str, done: &str) -> ServerChange {
    ServerChange {
        doing: format!("{doing} {what}"),
        perhaps: format!("{what} may have been {done}"),
        listed: false,
    }
}
