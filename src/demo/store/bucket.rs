//! Keeps one bucket: its keys with their versions, its uploads under way, its settings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use s3s::dto::{
    BucketAccelerateStatus, CORSRules, Grant, InventoryConfiguration, LifecycleRules,
    LoggingEnabled, NotificationConfiguration, ObjectLockConfiguration, OwnershipControls, Payer,
    PublicAccessBlockConfiguration, ReplicationConfiguration, ServerSideEncryptionConfiguration,
    Tag, TransitionDefaultMinimumObjectSize, WebsiteConfiguration,
};

use crate::demo::store::lazy::Lazy;
use crate::demo::store::multipart::Upload;
use crate::demo::store::object::{Stored, Version};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// What a client may set on a bucket and read back.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub cors: Option<CORSRules>,
    pub lifecycle: Option<LifecycleRules>,
    pub policy: Option<String>,
    pub grants: Option<Vec<Grant>>,
    pub tags: Option<Vec<Tag>>,
    pub encryption: Option<ServerSideEncryptionConfiguration>,
    pub public_access_block: Option<PublicAccessBlockConfiguration>,
    pub minimum_size: Option<TransitionDefaultMinimumObjectSize>,
    pub ownership: Option<OwnershipControls>,
    pub object_lock: Option<ObjectLockConfiguration>,
    pub logging: Option<LoggingEnabled>,
    pub notifications: Option<NotificationConfiguration>,
    pub website: Option<WebsiteConfiguration>,
    pub replication: Option<ReplicationConfiguration>,
    pub accelerate: Option<BucketAccelerateStatus>,
    pub payer: Option<Payer>,
    /// Versions are deleted with the code of a device only.
    pub mfa_delete: bool,
    /// The inventory reports by their ids.
    pub inventories: BTreeMap<String, InventoryConfiguration>,
    /// Where R2 was asked to keep it.
    pub hint: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Bucket {
    pub created: SystemTime,
    pub region: String,
    pub versioning: Versioning,
    pub settings: Settings,
    /// The uploads by key and upload id.
    pub uploads: BTreeMap<(String, String), Upload>,
    /// Versions of a key, oldest first. Empty ones hide a lazy object that was deleted.
    keys: BTreeMap<String, Vec<Version>>,
    lazy: Option<Lazy>,
}

/// What a delete did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The version that was removed, or the marker that was made.
    pub version: Option<String>,
    /// Whether that is a delete marker.
    pub marker: bool,
}

impl Bucket {
    pub fn new(created: SystemTime, region: &str) -> Bucket {
        Bucket {
            created,
            region: region.to_owned(),
            versioning: Versioning::Never,
            settings: Settings::default(),
            uploads: BTreeMap::new(),
            keys: BTreeMap::new(),
            lazy: None,
        }
    }

    pub fn set_lazy(&mut self, lazy: Lazy) {
        self.lazy = Some(lazy);
    }

    /// Whether nothing is in it, old versions and delete markers included.
    pub fn is_empty(&self) -> bool {
        self.rows(Bound::Unbounded).next().is_none()
    }

    /// The versions of a key, oldest first.
    pub fn versions(&self, key: &str) -> Cow<'_, [Version]> {
        match self.keys.get(key) {
            Some(versions) => Cow::Borrowed(versions.as_slice()),
            None => Cow::Owned(self.lazy.iter().filter_map(|lazy| lazy.get(key)).collect()),
        }
    }

    /// The newest state of a key, which may be a delete marker.
    pub fn newest(&self, key: &str) -> Option<Version> {
        self.versions(key).last().cloned()
    }

    /// The object that a plain GET gets.
    pub fn current(&self, key: &str) -> Option<(Version, Arc<Stored>)> {
        let version = self.newest(key)?;
        let object = version.object.clone()?;
        Some((version, object))
    }

    /// Keys and their versions from the bound on, in order.
    pub fn rows(&self, from: Bound<String>) -> impl Iterator<Item = (String, Cow<'_, [Version]>)> {
        let mut lazy =
            self.lazy.as_ref().map(|lazy| lazy.from(&from)).into_iter().flatten().peekable();
        let mut held = self.keys.range((from, Bound::Unbounded)).peekable();
        let merged = std::iter::from_fn(move || {
            let take_lazy = match (lazy.peek(), held.peek()) {
                (Some((computed, _)), Some((key, _))) if computed == *key => {
                    lazy.next();
                    false
                }
                (Some((computed, _)), Some((key, _))) => computed < *key,
                (lazy, _) => lazy.is_some(),
            };
            if take_lazy {
                return lazy.next().map(|(key, version)| (key, Cow::Owned(vec![version])));
            }
            held.next().map(|(key, versions)| (key.clone(), Cow::Borrowed(versions.as_slice())))
        });
        merged.filter(|(_, versions)| !versions.is_empty())
    }

    /// Current objects from the bound on, in order.
    pub fn objects(&self, from: Bound<String>) -> impl Iterator<Item = (String, Version)> + '_ {
        self.rows(from).filter_map(|(key, versions)| {
            let newest = versions.last().filter(|version| version.object.is_some())?;
            Some((key, newest.clone()))
        })
    }

    /// Stores an object and gives its version id where the bucket keeps versions.
    pub fn put(
        &mut self,
        key: &str,
        object: Arc<Stored>,
        now: SystemTime,
        fresh_id: String,
    ) -> Option<String> {
        let id = (self.versioning == Versioning::Enabled).then_some(fresh_id);
        self.add(key, Version { id: id.clone(), modified: now, object: Some(object) });
        match self.versioning {
            Versioning::Never => None,
            _ => Some(id.unwrap_or_else(|| "null".to_owned())),
        }
    }

    /// A new newest version; the `null` version exists only once.
    fn add(&mut self, key: &str, version: Version) {
        let mut versions = self.versions(key).into_owned();
        if version.id.is_none() {
            versions.retain(|other| other.id.is_some());
        }
        versions.push(version);
        self.keys.insert(key.to_owned(), versions);
    }

    /// Deletes as a plain DELETE does: with versions it adds a marker.
    pub fn delete(&mut self, key: &str, now: SystemTime, fresh_id: String) -> Removed {
        if self.versioning == Versioning::Never {
            self.set_versions(key, Vec::new());
            return Removed::default();
        }
        let id = (self.versioning == Versioning::Enabled).then_some(fresh_id);
        let marker = Version { id, modified: now, object: None };
        let version = Some(marker.id().to_owned());
        self.add(key, marker);
        Removed { version, marker: true }
    }

    /// Whether retention and legal holds can be put on its objects.
    pub fn keeps_locks(&self) -> bool {
        self.settings.object_lock.is_some()
    }

    /// Whether a version is there and may not be deleted.
    pub fn is_locked(&self, key: &str, id: &str, now: SystemTime, bypass: bool) -> bool {
        let versions = self.versions(key);
        let found = versions.iter().find(|version| version.id() == id);
        let object = found.and_then(|version| version.object.as_ref());
        object.is_some_and(|object| object.guard.is_locked(now, bypass))
    }

    /// Removes one version for good.
    pub fn delete_version(&mut self, key: &str, id: &str) -> Removed {
        let mut versions = self.versions(key).into_owned();
        let place = versions.iter().position(|version| version.id() == id);
        let gone = place.map(|place| versions.remove(place));
        let marker = gone.is_some_and(|version| version.object.is_none());
        self.set_versions(key, versions);
        Removed { version: Some(id.to_owned()), marker }
    }

    fn set_versions(&mut self, key: &str, versions: Vec<Version>) {
        let hides = self.lazy.as_ref().is_some_and(|lazy| lazy.get(key).is_some());
        if versions.is_empty() && !hides {
            self.keys.remove(key);
        } else {
            self.keys.insert(key.to_owned(), versions);
        }
    }

    /// Changes an object in place, as tags and ACLs do. False where the version is missing or a
    /// marker.
    pub fn change(
        &mut self,
        key: &str,
        id: Option<&str>,
        change: impl FnOnce(&mut Stored),
    ) -> bool {
        let mut versions = self.versions(key).into_owned();
        let found = match id {
            None => versions.last_mut(),
            Some(id) => versions.iter_mut().find(|version| version.id() == id),
        };
        let Some(object) = found.and_then(|version| version.object.as_mut()) else { return false };
        change(Arc::make_mut(object));
        self.set_versions(key, versions);
        true
    }
}

#[cfg(test)]
mod tests;
