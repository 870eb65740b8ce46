//! Makes a bucket whose objects are locked, encrypted, archived, or of a wrong type.

use std::time::{Duration, SystemTime};

use s3s::dto::{ObjectLockConfiguration, ObjectLockEnabled};

use crate::demo::store::Store;
use crate::demo::store::bucket::Versioning;
use crate::demo::store::content::Content;
use crate::demo::store::guard::Guard;
use crate::demo::store::object::Stored;

/// The bucket.
pub const VAULT: &str = "vault";

pub fn protected(store: &Store, now: SystemTime) {
    store.create_bucket(VAULT);
    store.set_versioning(VAULT, Versioning::Enabled);
    let enabled = ObjectLockEnabled::from_static(ObjectLockEnabled::ENABLED);
    store.with(|contents| {
        if let Some(bucket) = contents.buckets.get_mut(VAULT) {
            bucket.settings.object_lock =
                Some(ObjectLockConfiguration { object_lock_enabled: Some(enabled), rule: None });
        }
    });
    let month = now + Duration::from_secs(30 * 86_400);
    let kept = |mode: &str| Guard { retention: Some((mode.to_owned(), month)), ..Guard::default() };
    let kms = Some(("aws:kms".to_owned(), Some("alias/vault".to_owned())));
    for (key, content_type, class, guard) in [
        ("contracts/harbour.txt", "text/plain", None, kept("COMPLIANCE")),
        ("contracts/draft.txt", "text/plain", None, kept("GOVERNANCE")),
        ("evidence.txt", "text/plain", None, Guard { held: true, ..Guard::default() }),
        ("encrypted.txt", "text/plain", None, Guard { encryption: kms, ..Guard::default() }),
        ("archive/2019.log", "text/plain", Some("GLACIER"), Guard::default()),
        ("archive/2018.log", "text/plain", Some("DEEP_ARCHIVE"), Guard::default()),
        ("archive/2021.log", "text/plain", Some("GLACIER_IR"), Guard::default()),
        ("pages/about.html", "binary/octet-stream", None, Guard::default()),
    ] {
        let text = Content::held(format!("This is {key}.\n"));
        let object = Stored { guard, ..Stored::whole(text).of_type(content_type) };
        let object = Stored { storage_class: class.map(str::to_owned), ..object };
        store.put_object_at(VAULT, key, object, now - Duration::from_secs(3600));
    }
}
