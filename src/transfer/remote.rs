//! What the engine asks of storage: the one trait between transfers and the wire.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::domain::address::{Bucket, Key};
use crate::domain::error::Error;
use crate::domain::listing::ListedPage;
use crate::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, StoredObject, UploadId,
    UploadedPart,
};
use crate::domain::provider::{Capability, Provider};
use crate::s3::client::{Client, Download, ListQuery};
use crate::s3::http::body::Body;
use crate::s3::http::body_pacing::BodyPacing;

/// The answer to one request, on its way.
pub type RemoteFuture<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// Storage as the workers see it. Contracts are those of the methods of [`Client`] of the same
/// name.
pub trait Remote: Send + Sync {
    /// The same storage, whose bodies of objects and parts pass `flow` on their way out.
    fn through(self: Arc<Self>, flow: Arc<dyn BodyPacing>) -> Arc<dyn Remote>;

    /// Forgets the credentials in use, so that their source is asked again.
    fn renew_credentials(&self);

    fn provider(&self) -> Provider;

    fn lacks(&self, capability: Capability) -> Option<String>;

    /// As [`Client::clock`].
    fn clock(&self) -> Option<Timestamp> {
        None
    }

    /// As [`Client::keeps_conditions`].
    fn keeps_conditions(&self) -> Option<bool> {
        Some(self.lacks(Capability::ConditionalPut).is_none())
    }

    /// As [`Client::may_probe_conditions`].
    fn may_probe_conditions(&self) -> bool {
        false
    }

    fn learn_conditions(&self, _kept: bool) {}

    /// Names the server that a bucket is on, the same text for the same server and `None` where it
    /// cannot be told, and the bucket as it is called there.
    fn locate<'a>(&self, bucket: &'a Bucket) -> (Option<String>, &'a str) {
        (None, bucket.as_str())
    }

    /// Whether two buckets are on servers that do not copy from one another.
    fn are_apart(&self, _one: &Bucket, _other: &Bucket) -> bool {
        false
    }

    /// Whether a body is all in memory while it is sent, wherever it was before.
    fn holds_bodies(&self) -> bool {
        true
    }

    fn list_page<'a>(&'a self, query: &'a ListQuery) -> RemoteFuture<'a, ListedPage>;

    fn head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead>;

    fn get<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a GetOptions,
    ) -> RemoteFuture<'a, Download>;

    fn put<'a>(
        &'a self,
        object: &'a ObjectAddress,
        body: Body,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, StoredObject>;

    fn delete<'a>(
        &'a self,
        bucket: &'a Bucket,
        keys: &'a [Key],
    ) -> RemoteFuture<'a, Vec<(Key, Error)>>;

    fn copy<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        source_etag: Option<&'a ETag>,
        only_if_absent: bool,
        storage_class: Option<&'a str>,
    ) -> RemoteFuture<'a, StoredObject>;

    fn tags<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<(String, String)>>;

    /// As [`Client::grants`].
    fn grants<'a>(&'a self, _object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn create_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, UploadId>;

    fn upload_part<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        number: u32,
        body: Body,
    ) -> RemoteFuture<'a, UploadedPart>;

    fn copy_part<'a>(&'a self, part: CopyPart<'a>) -> RemoteFuture<'a, UploadedPart>;

    fn list_parts<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, Vec<UploadedPart>>;

    fn uploads_of<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<UploadId>>;

    fn complete_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        parts: &'a [UploadedPart],
        only_if_absent: bool,
    ) -> RemoteFuture<'a, StoredObject>;

    fn abort_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, ()>;
}

/// Whether two connections lead to one bucket, as far as their endpoints tell.
pub fn same_bucket(one: (&dyn Remote, &Bucket), other: (&dyn Remote, &Bucket)) -> bool {
    let (server, name) = one.0.locate(one.1);
    server.is_some() && (server, name) == other.0.locate(other.1)
}

/// One part of a server-side copy.
#[derive(Clone, Copy, Debug)]
pub struct CopyPart<'a> {
    pub from: &'a ObjectAddress,
    pub range: ByteRange,
    pub source_etag: Option<&'a ETag>,
    pub to: &'a ObjectAddress,
    pub upload: &'a UploadId,
    pub number: u32,
}

impl Remote for Client {
    fn through(self: Arc<Self>, flow: Arc<dyn BodyPacing>) -> Arc<dyn Remote> {
        Arc::new(Client::through(&self, flow))
    }

    fn renew_credentials(&self) {
        Client::renew_credentials(self);
    }

    fn provider(&self) -> Provider {
        Client::provider(self)
    }

    fn lacks(&self, capability: Capability) -> Option<String> {
        Client::lacks(self, capability)
    }

    fn clock(&self) -> Option<Timestamp> {
        Client::clock(self)
    }

    fn keeps_conditions(&self) -> Option<bool> {
        Client::keeps_conditions(self)
    }

    fn may_probe_conditions(&self) -> bool {
        Client::may_probe_conditions(self)
    }

    fn learn_conditions(&self, kept: bool) {
        Client::learn_conditions(self, kept);
    }

    fn locate<'a>(&self, bucket: &'a Bucket) -> (Option<String>, &'a str) {
        let (endpoint, name) = Client::locate(self, bucket);
        (Some(endpoint.unwrap_or_else(|| "aws".to_owned())), name)
    }

    fn are_apart(&self, one: &Bucket, other: &Bucket) -> bool {
        Client::are_apart(self, one, other)
    }

    fn holds_bodies(&self) -> bool {
        self.by_sdk().is_some()
    }

    fn list_page<'a>(&'a self, query: &'a ListQuery) -> RemoteFuture<'a, ListedPage> {
        Box::pin(Client::list_page(self, query))
    }

    fn head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead> {
        Box::pin(Client::head(self, object))
    }

    fn get<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a GetOptions,
    ) -> RemoteFuture<'a, Download> {
        Box::pin(Client::get(self, object, options))
    }

    fn put<'a>(
        &'a self,
        object: &'a ObjectAddress,
        body: Body,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, StoredObject> {
        Box::pin(Client::put(self, object, body, options))
    }

    fn delete<'a>(
        &'a self,
        bucket: &'a Bucket,
        keys: &'a [Key],
    ) -> RemoteFuture<'a, Vec<(Key, Error)>> {
        Box::pin(Client::delete(self, bucket, keys))
    }

    fn copy<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        source_etag: Option<&'a ETag>,
        only_if_absent: bool,
        storage_class: Option<&'a str>,
    ) -> RemoteFuture<'a, StoredObject> {
        Box::pin(Client::copy(self, from, to, source_etag, only_if_absent, storage_class))
    }

    fn tags<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<(String, String)>> {
        Box::pin(Client::tags(self, object))
    }

    fn grants<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<String>> {
        Box::pin(Client::grants(self, object))
    }

    fn create_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, UploadId> {
        Box::pin(Client::create_multipart(self, object, options))
    }

    fn upload_part<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        number: u32,
        body: Body,
    ) -> RemoteFuture<'a, UploadedPart> {
        Box::pin(Client::upload_part(self, object, upload, number, body))
    }

    fn copy_part<'a>(&'a self, part: CopyPart<'a>) -> RemoteFuture<'a, UploadedPart> {
        let CopyPart { from, range, source_etag, to, upload, number } = part;
        Box::pin(Client::copy_part(self, from, range, source_etag, to, upload, number))
    }

    fn list_parts<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, Vec<UploadedPart>> {
        Box::pin(Client::list_parts(self, object, upload))
    }

    fn uploads_of<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<UploadId>> {
        Box::pin(Client::uploads_of(self, object))
    }

    fn complete_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        parts: &'a [UploadedPart],
        only_if_absent: bool,
    ) -> RemoteFuture<'a, StoredObject> {
        Box::pin(Client::complete_multipart(self, object, upload, parts, only_if_absent))
    }

    fn abort_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, ()> {
        Box::pin(Client::abort_multipart(self, object, upload))
    }
}
