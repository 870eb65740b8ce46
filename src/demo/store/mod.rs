//! Keeps everything of the server in memory, behind one lock.

pub mod bucket;
pub mod content;
pub mod guard;
pub mod lazy;
pub mod multipart;
pub mod object;
pub mod page;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use s3s::dto::{Grant, Grantee, Permission, Tag, Type};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::demo::keys::noise;
use crate::demo::mode::Mode;
use crate::demo::store::bucket::{Bucket, Versioning};
use crate::demo::store::content::Content;
use crate::demo::store::lazy::Lazy;
use crate::demo::store::object::Stored;

/// The buckets. The methods of its own are for tests and for seeding; the service goes through
/// [`Store::with`].
#[derive(Debug, Default)]
pub struct Store {
    mode: Mode,
    contents: Mutex<StoreContents>,
}

/// What the lock guards.
#[derive(Clone, Debug, Default)]
pub struct StoreContents {
    pub buckets: BTreeMap<String, Bucket>,
    ids: u64,
}

impl StoreContents {
    /// Version and upload ids: unique and without meaning.
    pub fn fresh_id(&mut self) -> String {
        self.ids += 1;
        format!("{:08x}.{}", self.ids, &noise()[..24])
    }
}

/// The time now in whole seconds, as S3 stamps.
pub fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

impl Store {
    pub fn new(mode: Mode) -> Store {
        Store { mode, contents: Mutex::default() }
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The key as it is stored: R2 normalises keys to NFC.
    pub fn stored_key<'k>(&self, key: &'k str) -> Cow<'k, str> {
        if self.mode == Mode::R2 && !is_nfc(key) {
            return Cow::Owned(key.nfc().collect());
        }
        Cow::Borrowed(key)
    }

    /// The same as it is now, which changes by itself from here on.
    pub fn forked(&self) -> Store {
        Store { mode: self.mode, contents: Mutex::new(self.with(|contents| contents.clone())) }
    }

    /// Runs while nobody else reads or writes; must not block.
    pub fn with<R>(&self, act: impl FnOnce(&mut StoreContents) -> R) -> R {
        act(&mut self.contents.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a bucket where there is none.
    pub fn create_bucket(&self, name: &str) {
        self.create_bucket_in(name, "");
    }

    /// As [`Store::create_bucket`], in a region of its own; empty for the server's.
    pub fn create_bucket_in(&self, name: &str, region: &str) {
        self.with(|contents| {
            let make = || Bucket::new(now(), region);
            contents.buckets.entry(name.to_owned()).or_insert_with(make);
        });
    }

    /// Puts an object as it is, unchecked; makes the bucket where there is none.
    pub fn put_object(&self, bucket: &str, key: &str, object: Stored) {
        self.put_object_at(bucket, key, object, now());
    }

    pub fn put_object_at(&self, bucket: &str, key: &str, object: Stored, modified: SystemTime) {
        self.create_bucket(bucket);
        let key = self.stored_key(key);
        self.with(|contents| {
            let id = contents.fresh_id();
            if let Some(bucket) = contents.buckets.get_mut(bucket) {
                bucket.put(&key, Arc::new(object), modified, id);
            }
        });
    }

    /// Objects that are computed when they are read, beside those that are held.
    pub fn put_lazy(&self, bucket: &str, lazy: Lazy) {
        self.create_bucket(bucket);
        self.with(|contents| {
            if let Some(bucket) = contents.buckets.get_mut(bucket) {
                bucket.set_lazy(lazy);
            }
        });
    }

    pub fn set_versioning(&self, bucket: &str, versioning: Versioning) {
        self.with(|contents| {
            if let Some(bucket) = contents.buckets.get_mut(bucket) {
                bucket.versioning = versioning;
            }
        });
    }

    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        self.put_object(bucket, key, Stored::whole(Content::held(bytes)));
    }

    /// Tags of an object that is there.
    pub fn set_tags(&self, bucket: &str, key: &str, tags: &[(&str, &str)]) {
        let Some(object) = self.object(bucket, key) else { return };
        let tag = |(name, value): &(&str, &str)| Tag {
            key: Some((*name).to_owned()),
            value: Some((*value).to_owned()),
        };
        let tags = tags.iter().map(tag).collect();
        self.put_object(bucket, key, Stored { tags, ..(*object).clone() });
    }

    /// Lets everybody read an object that is there, by its ACL.
    pub fn make_public(&self, bucket: &str, key: &str) {
        let Some(object) = self.object(bucket, key) else { return };
        let everybody = Grantee {
            display_name: None,
            email_address: None,
            id: None,
            type_: Type::from_static(Type::GROUP),
            uri: Some("http://acs.amazonaws.com/groups/global/AllUsers".to_owned()),
        };
        let read = Permission::from_static(Permission::READ);
        let grants = Some(vec![Grant { grantee: Some(everybody), permission: Some(read) }]);
        self.put_object(bucket, key, Stored { grants, ..(*object).clone() });
    }

    /// The current object of a key.
    pub fn object(&self, bucket: &str, key: &str) -> Option<Arc<Stored>> {
        self.with(|contents| contents.buckets.get(bucket)?.current(key).map(|(_, object)| object))
    }

    pub fn bytes(&self, bucket: &str, key: &str) -> Option<Bytes> {
        self.object(bucket, key).map(|object| object.content.to_bytes())
    }

    pub fn remove(&self, bucket: &str, key: &str) {
        self.remove_at(bucket, key, now());
    }

    /// Deletes a key as a plain DELETE did at some time.
    pub fn remove_at(&self, bucket: &str, key: &str, at: SystemTime) {
        self.with(|contents| {
            let id = contents.fresh_id();
            if let Some(bucket) = contents.buckets.get_mut(bucket) {
                bucket.delete(key, at, id);
            }
        });
    }

    /// Removes a bucket with all that is in it.
    pub fn remove_bucket(&self, bucket: &str) {
        self.with(|contents| contents.buckets.remove(bucket));
    }

    pub fn buckets(&self) -> Vec<String> {
        self.with(|contents| contents.buckets.keys().cloned().collect())
    }

    /// The current keys of a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.with(|contents| {
            let bucket = contents.buckets.get(bucket);
            let objects = bucket.into_iter().flat_map(|bucket| bucket.objects(Bound::Unbounded));
            objects.map(|(key, _)| key).collect()
        })
    }

    /// How many uploads of the bucket are neither completed nor aborted.
    pub fn uploads_under_way(&self, bucket: &str) -> usize {
        self.with(|contents| contents.buckets.get(bucket).map_or(0, |bucket| bucket.uploads.len()))
    }

    /// The region of a bucket that has one of its own.
    pub(in crate::demo) fn region_of(&self, bucket: &str) -> Option<String> {
        let region = self.with(|contents| Some(contents.buckets.get(bucket)?.region.clone()))?;
        (!region.is_empty()).then_some(region)
    }
}
