//! Says of which place an index is, and what is in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::error::{Error, ErrorKind, READ_INDEX};
use crate::domain::indexed::IndexState;

/// The same bucket of another server, or seen by another connection, is another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPlace {
    pub connection: ConnectionName,
    /// The URL of the server; empty for AWS's own.
    pub server: String,
    pub bucket: Bucket,
    pub prefix: Prefix,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFacts {
    pub place: IndexPlace,
    pub keys: u64,
    /// Of the objects.
    pub bytes: u64,
    pub made_at: Timestamp,
    /// When the server was asked last.
    pub refreshed_at: Timestamp,
    /// The listing came to its end.
    pub whole: bool,
}

impl IndexFacts {
    /// What whoever sees its keys is to know.
    pub fn stand(&self) -> IndexState {
        IndexState { as_of: self.refreshed_at, whole: self.whole }
    }

    /// How the names of another place begin in this one.
    pub fn within<'a>(&self, place: &'a IndexPlace) -> &'a str {
        place.prefix.as_str().strip_prefix(self.place.prefix.as_str()).unwrap_or_default()
    }
}

impl IndexPlace {
    /// A prefix as a connection sees it. `server`: its URL; `None` for AWS's own.
    pub fn of(
        connection: &ConnectionName,
        server: Option<String>,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> IndexPlace {
        IndexPlace {
            connection: connection.clone(),
            server: server.unwrap_or_default(),
            bucket: bucket.clone(),
            prefix: prefix.clone(),
        }
    }

    /// Whether everything at another place is at this one too.
    pub fn covers(&self, other: &IndexPlace) -> bool {
        self.is_beside(other) && other.prefix.as_str().starts_with(self.prefix.as_str())
    }

    fn is_beside(&self, other: &IndexPlace) -> bool {
        self.connection == other.connection
            && self.server == other.server
            && self.bucket == other.bucket
    }

    /// `s3://bucket/prefix`.
    pub fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// Nothing is kept of it.
    pub fn is_missing(&self) -> Error {
        Error::new(ErrorKind::LocalMissing, READ_INDEX, self.location())
    }
}
