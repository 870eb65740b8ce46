//! Deletes keys, and believes only what the server says of each.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::config::{Builder, StalledStreamProtectionConfig};
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::domain::address::{Bucket, Key};
use crate::domain::error::{Error, ErrorKind, LOOK_DELETED};
use crate::domain::object::ObjectAddress;
use crate::domain::versions::KeyVersion;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::markers::is_marker;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::errors::chain;
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::md5_instead::Md5Instead;
use crate::s3::sdk::transport::batch_timeouts;

/// The most keys DeleteObjects takes.
const BATCH: usize = 1000;
/// Single deletes under way at once.
const AT_ONCE: usize = 16;

impl Client {
    /// Brings back those that were not deleted. An error of the whole means that nothing is known
    /// to be deleted.
    pub async fn delete(&self, bucket: &Bucket, keys: &[Key]) -> Result<Vec<(Key, Error)>, Error> {
        let newest: Vec<KeyVersion> = keys.iter().cloned().map(KeyVersion::newest).collect();
        let failed = self.delete_versions(bucket, &newest).await?;
        Ok(failed.into_iter().map(|(named, error)| (named.key, error)).collect())
    }

    /// As [`Client::delete`]; what names a version is gone for good, a delete marker too.
    pub async fn delete_versions(
        &self,
        bucket: &Bucket,
        named: &[KeyVersion],
    ) -> Result<Vec<(KeyVersion, Error)>, Error> {
        let (plain, odd): (Vec<KeyVersion>, Vec<KeyVersion>) =
            named.iter().cloned().partition(|named| fits_xml(&named.key));
        let mut failed = Vec::new();
        for batch in plain.chunks(BATCH) {
            failed.extend(self.delete_batch(bucket, batch).await?);
        }
        failed.extend(self.delete_singly(bucket, &odd).await);
        Ok(failed)
    }

    async fn delete_batch(
        &self,
        bucket: &Bucket,
        named: &[KeyVersion],
    ) -> Result<Vec<(KeyVersion, Error)>, Error> {
        if named.len() < 2 {
            return Ok(self.delete_singly(bucket, named).await);
        }
        let call = Call::on_bucket("DeleteObjects", bucket).writing();
        match self.send_batch(named, &call).await {
            Ok(output) => self.undeleted(bucket, named, &output, &call).await,
            Err(error) if refuses_batches(&error) => Ok(self.delete_singly(bucket, named).await),
            Err(error) => Err(error),
        }
    }

    async fn send_batch(
        &self,
        named: &[KeyVersion],
        call: &Call,
    ) -> Result<DeleteObjectsOutput, Error> {
        let md5 = Md5Instead::on(self.sdk().await?.provider);
        let delete =
            batch(named).map_err(|error| call.fails(ErrorKind::InvalidRequest, chain(&error)))?;
        if let Some(bucket) = &call.bucket {
            self.prepare_for(call, bucket).await?;
        }
        let payer = call.bucket.as_ref().and_then(|bucket| self.access(bucket).payer());
        self.run(call, |sdk, bucket| {
            let request = sdk.delete_objects().bucket(bucket).delete(delete.clone());
            let request = request.set_request_payer(payer.clone());
            let patience = Builder::default()
                .timeout_config(batch_timeouts(named.len()))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
            let request = request.customize().config_override(patience);
            let request = request.interceptor(Hooked(md5));
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// Everything the answer does not call deleted: its error, or what a look at it tells.
    async fn undeleted(
        &self,
        bucket: &Bucket,
        named: &[KeyVersion],
        output: &DeleteObjectsOutput,
        call: &Call,
    ) -> Result<Vec<(KeyVersion, Error)>, Error> {
        let deleted: HashSet<(&str, Option<&str>)> = output
            .deleted()
            .iter()
            .filter_map(|deleted| Some((deleted.key()?, deleted.version_id())))
            .collect();
        let keys: HashSet<&str> = deleted.iter().map(|(key, _)| *key).collect();
        let errors: HashMap<(&str, Option<&str>), _> = output
            .errors()
            .iter()
            .filter_map(|error| Some(((error.key()?, error.version_id()), error)))
            .collect();
        let mut failed = Vec::new();
        let mut unnamed = Vec::new();
        for one in named {
            let (key, version) = one.parts();
            // What was deleted by its key alone may be told with the marker that was made.
            let is_deleted = match version {
                Some(_) => deleted.contains(&(key, version)),
                None => keys.contains(key),
            };
            let refused = errors.get(&(key, version)).or_else(|| errors.get(&(key, None)));
            if let (false, Some(error)) = (is_deleted, refused) {
                let code = error.code().unwrap_or_default();
                let message = error.message().unwrap_or_default();
                let error = call.about(&one.address(bucket).to_string()).per_key(code, message);
                failed.push((one.clone(), self.said_of(error)));
            } else if !is_deleted {
                unnamed.push(one.clone());
            }
        }
        failed.extend(self.still_there(bucket, unnamed).await);
        Ok(self.with_locks(bucket, failed).await)
    }

    /// Ceph's gateway refuses a locked version among many as it refuses keys without the right to
    /// delete, and tells the two apart where it is asked for one alone. Where a few of them tell
    /// nothing more, the others do not either.
    async fn with_locks(
        &self,
        bucket: &Bucket,
        failed: Vec<(KeyVersion, Error)>,
    ) -> Vec<(KeyVersion, Error)> {
        let is_unclear = |(named, error): &(KeyVersion, Error)| {
            let (_, version) = named.parts();
            version.is_some() && error.is(&ErrorKind::AccessDenied) && error.detail.is_empty()
        };
        let (unclear, mut failed): (Vec<_>, Vec<_>) = failed.into_iter().partition(is_unclear);
        let mut batches = unclear.chunks(AT_ONCE);
        for batch in batches.by_ref() {
            let named: Vec<KeyVersion> = batch.iter().map(|(named, _)| named.clone()).collect();
            let told = self.delete_singly(bucket, &named).await;
            let denied = |(_, error): &(KeyVersion, Error)| error.is(&ErrorKind::AccessDenied);
            let tells_nothing = told.len() == named.len() && told.iter().all(denied);
            failed.extend(told);
            if tells_nothing {
                break;
            }
        }
        failed.extend(batches.flatten().cloned());
        failed
    }

    /// What the answer of a batch passes over, looked at one by one.
    async fn still_there(
        &self,
        bucket: &Bucket,
        named: Vec<KeyVersion>,
    ) -> Vec<(KeyVersion, Error)> {
        let looked = stream::iter(named).map(|one| {
            let object = one.address(bucket);
            async move {
                match self.head(&object).await {
                    Err(error)
                        if error.kind == ErrorKind::NoSuchKey && !is_marker(&error, &object) =>
                    {
                        None
                    }
                    Err(error) => Some((one, error)),
                    Ok(_) => {
                        let call = Call::on_object(LOOK_DELETED, &object);
                        let detail =
                            "the server did not name it in its answer, and it is still there";
                        Some((one, call.fails(ErrorKind::ServerFault, detail)))
                    }
                }
            }
            .boxed()
        });
        looked.buffer_unordered(AT_ONCE).filter_map(|found| async { found }).collect().await
    }

    async fn delete_singly(
        &self,
        bucket: &Bucket,
        named: &[KeyVersion],
    ) -> Vec<(KeyVersion, Error)> {
        let deletes = stream::iter(named.to_vec()).map(|one| {
            let object = one.address(bucket);
            async move { self.delete_one(&object).await.err().map(|error| (one, error)) }.boxed()
        });
        deletes.buffer_unordered(AT_ONCE).filter_map(|failed| async { failed }).collect().await
    }

    async fn delete_one(&self, object: &ObjectAddress) -> Result<(), Error> {
        let call = Call::on_object("DeleteObject", object).writing();
        self.run(&call, |sdk, bucket| {
            let request = sdk
                .delete_object()
                .bucket(bucket)
                .key(key_for_sdk(&object.key))
                .set_version_id(object.version_id())
                .set_request_payer(self.access(&object.bucket).payer());
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }
}

fn batch(named: &[KeyVersion]) -> Result<Delete, BuildError> {
    let mut delete = Delete::builder().quiet(false);
    for one in named {
        let (key, version) = one.parts();
        let identifier = ObjectIdentifier::builder().key(key);
        let identifier = identifier.set_version_id(version.map(str::to_owned));
        delete = delete.objects(identifier.build()?);
    }
    delete.build()
}

/// Whether a key survives XML 1.0 unchanged in every server: no control character, none of the two
/// non-characters, no space at its ends, which some servers trim.
fn fits_xml(key: &Key) -> bool {
    let key = key.as_str();
    key.trim() == key
        && !key.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

fn refuses_batches(error: &Error) -> bool {
    const CODES: [&str; 5] =
        ["MalformedXML", "NotImplemented", "MissingContentMD5", "InvalidDigest", "InvalidRequest"];
    error.kind == ErrorKind::Unsupported
        || error.code.as_deref().is_some_and(|code| CODES.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_xml_would_change_are_deleted_by_themselves() {
        assert!(fits_xml(&Key::new("a b/ü+&<>%/x")));
        for odd in ["a\u{1b}", "a\nb", " a", "a ", "a\u{fffe}", "\u{85}", "\u{7f}"] {
            assert!(!fits_xml(&Key::new(odd)), "{odd:?}");
        }
    }
}
