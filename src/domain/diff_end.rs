//! Names what can be compared: objects, versions, files, and all that is below a place.

use std::path::{Path, PathBuf};

use crate::domain::address::{Bucket, Prefix};
use crate::domain::object::ObjectAddress;

/// One side of a comparison as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffEnd {
    Object(ObjectAddress),
    Prefix(Bucket, Prefix),
    /// A file or a folder.
    Local(PathBuf),
}

/// One object, version or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffItem {
    Stored(ObjectAddress),
    Local(PathBuf),
}

/// All that is below a prefix or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffTree {
    Stored(Bucket, Prefix),
    Local(PathBuf),
}

/// In what a name differs, as seen from the first side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffKind {
    /// Only the second side has it.
    New,
    /// Only the first side has it.
    Gone,
    Changed,
}

impl DiffKind {
    pub fn name(self) -> &'static str {
        match self {
            DiffKind::New => "new",
            DiffKind::Gone => "gone",
            DiffKind::Changed => "changed",
        }
    }
}

impl std::fmt::Display for DiffEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DiffEnd::Object(object) => object.fmt(f),
            DiffEnd::Prefix(bucket, prefix) => write!(f, "s3://{bucket}/{prefix}"),
            DiffEnd::Local(path) => path.display().fmt(f),
        }
    }
}

impl DiffItem {
    /// What comes after the last `/`.
    pub fn name(&self) -> Option<&str> {
        match self {
            DiffItem::Stored(object) => Some(object.key.name()),
            DiffItem::Local(path) => path.file_name()?.to_str(),
        }
    }

    /// The whole address or path, raw.
    pub fn place(&self) -> String {
        match self {
            DiffItem::Stored(object) => object.to_string(),
            DiffItem::Local(path) => path.display().to_string(),
        }
    }
}

impl DiffTree {
    /// The object or file of a name relative to it.
    pub fn item(&self, relative: &str) -> DiffItem {
        match self {
            DiffTree::Stored(bucket, prefix) => {
                DiffItem::Stored(ObjectAddress::new(bucket.clone(), prefix.key(relative)))
            }
            DiffTree::Local(folder) => DiffItem::Local(folder.join(Path::new(relative))),
        }
    }
}
