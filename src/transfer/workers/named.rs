//! Names the object that a job reads: its key, and the version where an old one is meant.

use crate::domain::address::{Key, Prefix};
use crate::domain::object::VersionId;
use crate::domain::target::Target;
use crate::transfer::item::{Item, ItemKind};
use crate::transfer::local::names::LocalName;
use crate::transfer::workers::pages::FoundObject;

pub struct NamedObject {
    pub key: Key,
    /// The newest without one.
    pub version: Option<VersionId>,
    /// Unique in its job.
    pub place: String,
}

impl NamedObject {
    /// One that the user named; two versions of one key may be in one job.
    pub fn of(target: &Target) -> NamedObject {
        let key = Key::new(target.as_str());
        match target {
            Target::Version(key, version) => NamedObject {
                key: key.clone(),
                version: Some(version.clone()),
                place: format!("{key}?version={version}"),
            },
            _ => NamedObject { place: key.as_str().to_owned(), key, version: None },
        }
    }

    /// One of a listing, which has each key once.
    pub fn found(prefix: &Prefix, object: &FoundObject<'_>) -> NamedObject {
        let key = prefix.key(object.rest);
        let version = object.version.map(|id| VersionId(id.to_owned()));
        NamedObject { place: key.as_str().to_owned(), key, version }
    }
}

pub fn download_item(
    object: NamedObject,
    relative: &str,
    local: LocalName,
    size: Option<u64>,
) -> Item {
    let NamedObject { key, version, place } = object;
    let marker = relative.is_empty() || relative.ends_with('/');
    Item { place, size, kind: ItemKind::Download { key, version, local, marker } }
}
