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

/// A side as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffSide {
    Item(DiffItem),
    Tree(DiffTree),
}

/// What is compared with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffPair {
    Items(DiffItem, DiffItem),
    Trees(DiffTree, DiffTree),
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

impl DiffEnd {
    /// The object or file of a name relative to it; `None` of an object, which has none below it.
    pub fn named(&self, relative: &str) -> Option<DiffEnd> {
        match self.clone().side(true) {
            DiffSide::Tree(tree) => Some(tree.item(relative).into()),
            DiffSide::Item(_) => None,
        }
    }

    /// `is_folder`: of a path that is one.
    pub fn side(self, is_folder: bool) -> DiffSide {
        match self {
            DiffEnd::Object(object) => DiffSide::Item(DiffItem::Stored(object)),
            DiffEnd::Prefix(bucket, prefix) => DiffSide::Tree(DiffTree::Stored(bucket, prefix)),
            DiffEnd::Local(path) if is_folder => DiffSide::Tree(DiffTree::Local(path)),
            DiffEnd::Local(path) => DiffSide::Item(DiffItem::Local(path)),
        }
    }
}

impl From<DiffItem> for DiffEnd {
    fn from(item: DiffItem) -> DiffEnd {
        match item {
            DiffItem::Stored(object) => DiffEnd::Object(object),
            DiffItem::Local(path) => DiffEnd::Local(path),
        }
    }
}

impl DiffPair {
    /// One item and a tree are that item and what is named so in the tree, as `diff` of a shell
    /// takes a file and a folder.
    ///
    /// # Errors
    /// A sentence where an item has no name.
    pub fn of(one: DiffSide, other: DiffSide) -> Result<DiffPair, String> {
        Ok(match (one, other) {
            (DiffSide::Tree(one), DiffSide::Tree(other)) => DiffPair::Trees(one, other),
            (DiffSide::Item(one), DiffSide::Item(other)) => DiffPair::Items(one, other),
            (DiffSide::Item(one), DiffSide::Tree(tree)) => {
                let other = tree.named_as(&one)?;
                DiffPair::Items(one, other)
            }
            (DiffSide::Tree(tree), DiffSide::Item(other)) => {
                DiffPair::Items(tree.named_as(&other)?, other)
            }
        })
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
    fn named_as(&self, item: &DiffItem) -> Result<DiffItem, String> {
        let nameless = || format!("{} has no name that could be looked for", item.place());
        Ok(self.item(item.name().ok_or_else(nameless)?))
    }

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
