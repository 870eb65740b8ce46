//! Asks for everything a server says about one object; what it refuses is left empty.

use aws_sdk_s3::types::{GetObjectAttributesParts, ObjectAttributes};
use futures_util::FutureExt as _;

use crate::domain::description::WholeObject;
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::protection::Retention;
use crate::domain::provider::Capability;
use crate::s3::access::with_access;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::headers::{checksums, retention};
use crate::s3::ops::of_version::{ask_of_version, other_answer};
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::hook::Hooked;

impl Client {
    /// Only a HEAD that is refused is an error.
    pub async fn whole_object(&self, object: &ObjectAddress) -> Result<WholeObject, Error> {
        let mut head = self.whole_head(object).await?;
        // Together they are too large for the stack of a worker.
        let (tags, grants, attributes) = tokio::join!(
            self.asked(Capability::ObjectTags, self.tags(object)).boxed(),
            self.asked(Capability::Acl, self.grants(object)).boxed(),
            self.asked(Capability::Attributes, self.attributes(object)).boxed(),
        );
        if let Some(attributes) = attributes {
            head.parts = head.parts.or(attributes.parts);
            for (name, value) in attributes.checksums {
                if head.checksums.iter().all(|(known, _)| *known != name) {
                    head.checksums.push((name, value));
                }
            }
        }
        if head.parts.is_none() {
            head.parts = head.etag.as_ref().and_then(parts_of);
        }
        self.ask_locks(object, &mut head).boxed().await;
        Ok(WholeObject { head, tags, grants })
    }

    /// How many versions and delete markers its key has; `None` where that cannot be told.
    pub async fn count_versions(&self, object: &ObjectAddress) -> Option<u64> {
        let asked = self.asked(Capability::Versions, self.versions_of(object)).await?;
        Some(asked.versions().len() as u64)
    }

    /// What HEAD leaves out for keys that may not read it, or as some servers do.
    async fn ask_locks(&self, object: &ObjectAddress, head: &mut ObjectHead) {
        // Only versions can be locked.
        if head.version_id.is_none() {
            return;
        }
        if head.retention.is_none() {
            let asked = self.asked(Capability::Retention, self.retention(object)).await;
            head.retention = asked.flatten();
        }
        if head.legal_hold.is_none() {
            let asked = self.asked(Capability::Retention, self.legal_hold(object)).await;
            head.legal_hold = asked.flatten();
        }
    }

    /// Sends nothing where the server is known to lack it.
    async fn asked<T>(
        &self,
        capability: Capability,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Option<T> {
        if self.lacks(capability).is_some() {
            return None;
        }
        answer.await.ok()
    }

    async fn attributes(&self, object: &ObjectAddress) -> Result<Found, Error> {
        let call = Call::on_object("GetObjectAttributes", object).needing(Capability::Attributes);
        let other = other_answer();
        let asked = self
            .run(&call, |sdk, bucket| {
                let request =
                    with_access!(sdk.get_object_attributes(), self.access(&object.bucket))
                        .bucket(bucket)
                        .key(key_for_sdk(&object.key))
                        .set_version_id(object.version_id())
                        .object_attributes(ObjectAttributes::Checksum)
                        .object_attributes(ObjectAttributes::ObjectParts)
                        .customize()
                        .interceptor(Hooked(other.clone()));
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await;
        let output = asked.map_err(|error| self.misunderstood(&call, error, other.value()))?;
        let parts = output.object_parts().and_then(GetObjectAttributesParts::total_parts_count);
        Ok(Found {
            parts: parts.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0),
            checksums: output.checksum().map(|sums| checksums!(sums)).unwrap_or_default(),
        })
    }

    pub(in crate::s3) async fn retention(
        &self,
        object: &ObjectAddress,
    ) -> Result<Option<Retention>, Error> {
        let call = Call::on_object("GetObjectRetention", object).needing(Capability::Retention);
        let output = ask_of_version!(self, &call, object, get_object_retention)?;
        let found = output.retention();
        let mode = found.and_then(|found| found.mode());
        let mode = mode.map(|mode| aws_sdk_s3::types::ObjectLockMode::from(mode.as_str()));
        Ok(retention(mode.as_ref(), found.and_then(|found| found.retain_until_date())))
    }

    pub(in crate::s3) async fn legal_hold(
        &self,
        object: &ObjectAddress,
    ) -> Result<Option<bool>, Error> {
        let call = Call::on_object("GetObjectLegalHold", object).needing(Capability::Retention);
        let output = ask_of_version!(self, &call, object, get_object_legal_hold)?;
        let status = output.legal_hold().and_then(|hold| hold.status());
        Ok(status.map(|status| status.as_str() == "ON"))
    }
}

/// What GetObjectAttributes adds.
struct Found {
    parts: Option<u32>,
    checksums: Vec<(String, String)>,
}

/// How many parts an ETag names.
fn parts_of(etag: &crate::domain::object::ETag) -> Option<u32> {
    let (_, count) = etag.as_str().rsplit_once('-').filter(|_| etag.is_of_parts())?;
    count.parse().ok()
}
