//! Deletes keys, and believes only what the server says of each.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::config::{Builder, StalledStreamProtectionConfig};
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures_util::{StreamExt as _, stream};

use crate::domain::address::{Bucket, Key};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::provider::Provider;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::errors::chain;
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
        let (plain, odd): (Vec<Key>, Vec<Key>) = keys.iter().cloned().partition(fits_xml);
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
        keys: &[Key],
    ) -> Result<Vec<(Key, Error)>, Error> {
        if keys.len() < 2 {
            return Ok(self.delete_singly(bucket, keys).await);
        }
        let call = Call::on_bucket("DeleteObjects", bucket).writing();
        match self.send_batch(keys, &call).await {
            Ok(output) => self.undeleted(bucket, keys, &output, &call).await,
            Err(error) if refuses_batches(&error) => Ok(self.delete_singly(bucket, keys).await),
            Err(error) => Err(error),
        }
    }

    async fn send_batch(&self, keys: &[Key], call: &Call) -> Result<DeleteObjectsOutput, Error> {
        let with_md5 = self.sdk().await?.provider != Provider::Aws;
        let delete =
            batch(keys).map_err(|error| call.fails(ErrorKind::InvalidRequest, chain(&error)))?;
        self.run(call, |sdk, bucket| {
            let request = sdk.delete_objects().bucket(bucket).delete(delete.clone());
            let request = request.set_request_payer(self.access().payer());
            let patience = Builder::default()
                .timeout_config(batch_timeouts(keys.len()))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
            let request = request.customize().config_override(patience);
            let request = if with_md5 { request.interceptor(Md5Instead) } else { request };
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// Every key the answer does not call deleted: its error, or what a look at it tells.
    async fn undeleted(
        &self,
        bucket: &Bucket,
        keys: &[Key],
        output: &DeleteObjectsOutput,
        call: &Call,
    ) -> Result<Vec<(Key, Error)>, Error> {
        let deleted: HashSet<&str> =
            output.deleted().iter().filter_map(|deleted| deleted.key()).collect();
        let errors: HashMap<&str, _> =
            output.errors().iter().filter_map(|error| Some((error.key()?, error))).collect();
        let mut failed = Vec::new();
        let mut unnamed = Vec::new();
        for key in keys {
            if let Some(error) = errors.get(key.as_str()) {
                let place = format!("s3://{bucket}/{key}");
                let code = error.code().unwrap_or_default();
                let message = error.message().unwrap_or_default();
                let error = call.about(&place).per_key(code, message);
                failed.push((key.clone(), self.said_of(error)));
            } else if !deleted.contains(key.as_str()) {
                unnamed.push(key.clone());
            }
        }
        failed.extend(self.still_there(bucket, unnamed).await);
        Ok(failed)
    }

    /// Keys the answer of a batch passes over, looked at one by one.
    async fn still_there(&self, bucket: &Bucket, keys: Vec<Key>) -> Vec<(Key, Error)> {
        let looked = stream::iter(keys).map(|key| async move {
            let object = ObjectAddress::new(bucket.clone(), key.clone());
            match self.head(&object).await {
                Err(error) if error.kind == ErrorKind::NoSuchKey => None,
                Err(error) => Some((key, error)),
                Ok(_) => {
                    let call = Call::on_object("DeleteObjects", &object);
                    let detail = "the server did not name it in its answer, and it is still there";
                    Some((key, call.fails(ErrorKind::Other, detail)))
                }
            }
        });
        looked.buffer_unordered(AT_ONCE).filter_map(|found| async { found }).collect().await
    }

    async fn delete_singly(&self, bucket: &Bucket, keys: &[Key]) -> Vec<(Key, Error)> {
        let deletes = stream::iter(keys.to_vec()).map(|key| async move {
            let object = ObjectAddress::new(bucket.clone(), key.clone());
            self.delete_one(&object).await.err().map(|error| (key, error))
        });
        deletes.buffer_unordered(AT_ONCE).filter_map(|failed| async { failed }).collect().await
    }

    async fn delete_one(&self, object: &ObjectAddress) -> Result<(), Error> {
        let call = Call::on_object("DeleteObject", object).writing();
        self.run(&call, |sdk, bucket| {
            let request = sdk
                .delete_object()
                .bucket(bucket)
                .key(object.key.as_str())
                .set_version_id(object.version_id())
                .set_request_payer(self.access().payer());
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }
}

fn batch(keys: &[Key]) -> Result<Delete, BuildError> {
    let mut delete = Delete::builder().quiet(false);
    for key in keys {
        delete = delete.objects(ObjectIdentifier::builder().key(key.as_str()).build()?);
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
