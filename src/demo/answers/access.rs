//! Decides who is known and what they may do.

use std::future::{Future, ready};
use std::pin::Pin;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Result, s3_error};

use crate::demo::answers::context::{Context, refused};
use crate::demo::keys::Role;

/// The key holders.
pub struct Holders(pub Context);

/// What each role may do.
pub struct Permissions(pub Context);

type Answer<'a, T> = Pin<Box<dyn Future<Output = S3Result<T>> + Send + 'a>>;

impl S3Auth for Holders {
    fn get_secret_key<'a, 'k, 'f>(&'a self, access_key: &'k str) -> Answer<'f, SecretKey>
    where
        'a: 'f,
        'k: 'f,
        Self: 'f,
    {
        Box::pin(ready(self.secret_of(access_key)))
    }
}

impl Holders {
    fn secret_of(&self, access_key: &str) -> S3Result<SecretKey> {
        let mut holders = self.0.rules.holders.iter();
        match holders.find(|(keys, _)| keys.access_key_id == access_key) {
            Some((keys, _)) => Ok(SecretKey::from(keys.secret_access_key.as_str())),
            None if self.0.is_r2() => Err(refused(401, "Unauthorized", "Unauthorized")),
            None => Err(s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records."
            )),
        }
    }
}

impl S3Access for Permissions {
    fn check<'a, 'c, 'x, 'f>(&'a self, cx: &'c mut S3AccessContext<'x>) -> Answer<'f, ()>
    where
        'a: 'f,
        'c: 'f,
        'x: 'f,
        Self: 'f,
    {
        let holder = cx.credentials().map(|credentials| credentials.access_key.as_str());
        Box::pin(ready(self.judge(holder, cx.s3_op().name(), cx.s3_path())))
    }
}

impl Permissions {
    fn judge(&self, holder: Option<&str>, operation: &str, path: &S3Path) -> S3Result<()> {
        let Some(holder) = holder else {
            let public = path
                .get_bucket_name()
                .is_some_and(|bucket| self.0.rules.public_buckets.contains(bucket));
            return allowed(public && is_public(operation));
        };
        let holders = &self.0.rules.holders;
        let role = holders.iter().find(|(keys, _)| keys.access_key_id == holder);
        allowed(role.is_some_and(|(_, role)| may(*role, operation)))
    }
}

fn allowed(allowed: bool) -> S3Result<()> {
    if allowed { Ok(()) } else { Err(s3_error!(AccessDenied, "Access Denied")) }
}

fn is_public(operation: &str) -> bool {
    matches!(operation, "GetObject" | "HeadObject" | "ListObjects" | "ListObjectsV2" | "HeadBucket")
}

fn may(role: Role, operation: &str) -> bool {
    let reads = ["Get", "Head", "List"].iter().any(|verb| operation.starts_with(verb));
    match role {
        Role::Owner => true,
        Role::ReadOnly => reads,
        Role::Objects => !is_of_buckets(operation),
    }
}

/// What an object-scoped token is refused.
fn is_of_buckets(operation: &str) -> bool {
    let settings = operation.contains("Bucket") && operation != "HeadBucket";
    let others = ["PublicAccessBlock", "ObjectLockConfiguration"];
    settings || others.iter().any(|name| operation.contains(name))
}

#[cfg(test)]
mod tests {
    use super::{is_public, may};
    use crate::demo::keys::Role;

    #[test]
    fn an_object_token_lists_objects_and_no_buckets() {
        assert!(may(Role::Objects, "ListObjectsV2") && may(Role::Objects, "DeleteObjects"));
        assert!(may(Role::Objects, "HeadBucket"));
        for operation in ["ListBuckets", "CreateBucket", "DeleteBucket", "GetBucketCors"] {
            assert!(!may(Role::Objects, operation), "{operation}");
        }
    }

    #[test]
    fn a_reader_changes_nothing() {
        assert!(may(Role::ReadOnly, "GetObject") && may(Role::ReadOnly, "ListBuckets"));
        for operation in ["PutObject", "DeleteObject", "CopyObject", "CreateMultipartUpload"] {
            assert!(!may(Role::ReadOnly, operation) && !is_public(operation), "{operation}");
        }
    }
}
