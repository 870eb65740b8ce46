//! Defines what is remembered over restarts.

use std::path::PathBuf;

use crate::config::bookmarks::Bookmark;
use crate::config::connection::KnownBucket;
use crate::config::ledger::GivenLink;
use crate::config::remembered::Refused;
use crate::domain::address::ConnectionName;

/// Something to remember over restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preference {
    DownloadFolder(PathBuf),
    /// A bucket added by name, or (`false`) taken off the list again.
    KnownBucket {
        connection: ConnectionName,
        bucket: KnownBucket,
        known: bool,
    },
    /// Added, or (`false`) taken away.
    Bookmark {
        bookmark: Bookmark,
        kept: bool,
    },
    /// Everything that is kept under the name of a connection is kept under its new name.
    ConnectionRenamed {
        from: ConnectionName,
        to: ConnectionName,
    },
    /// Into the ledger.
    LinksGiven(Vec<GivenLink>),
    Refused(Refused),
    /// What the server at this endpoint refused is asked again.
    AskedAgain(String),
}
