//! An item is one object of a job, as its expansion finds it.

use std::path::PathBuf;

use crate::domain::address::Key;
use crate::domain::error::Error;
use crate::domain::object::VersionId;
use crate::transfer::local::names::LocalName;

/// What one worker moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Unique in its job: the key, the path below the uploaded folder, or the first key of a batch.
    pub place: String,
    /// Bytes; `None` where only the request will tell.
    pub size: Option<u64>,
    pub kind: ItemKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Download {
        key: Key,
        /// The newest where none is named.
        version: Option<VersionId>,
        /// Below the job's folder.
        local: LocalName,
        /// A key that is empty below its prefix or ends with the delimiter: where it has no bytes,
        /// its folder is all there is to make.
        marker: bool,
    },
    Upload {
        path: PathBuf,
        key: Key,
    },
    Copy {
        from: Key,
        /// The newest where none is named.
        version: Option<VersionId>,
        to: Key,
    },
    /// At most 1,000 keys with their bytes.
    Delete {
        keys: Vec<(Key, u64)>,
    },
    /// Found, and known to be impossible.
    Impossible {
        error: Error,
    },
}

/// Objects of more bytes are moved in parts, several at once.
const ONE_REQUEST: u64 = 8 << 20;

impl Item {
    /// Requests that move bytes of it at once, as far as is known; 1 of what is small or moved by
    /// the server.
    pub fn parts(&self) -> usize {
        match &self.kind {
            ItemKind::Download { .. } | ItemKind::Upload { .. } => {
                let parts = self.size.unwrap_or(0).div_ceil(ONE_REQUEST).max(1);
                usize::try_from(parts).unwrap_or(usize::MAX)
            }
            _ => 1,
        }
    }

    /// The place of each object it stands for.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let (keys, alone) = match &self.kind {
            ItemKind::Delete { keys } => (keys.as_slice(), None),
            _ => (&[][..], Some(self.place.as_str())),
        };
        keys.iter().map(|(key, _)| key.as_str()).chain(alone)
    }

    /// Objects this item stands for.
    pub fn objects(&self) -> u64 {
        match &self.kind {
            ItemKind::Delete { keys } => keys.len() as u64,
            _ => 1,
        }
    }
}
