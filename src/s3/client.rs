//! A client of one connection.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use crate::config::connection::Connection;
use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::{ContinuationToken, ListedPage};
use crate::domain::object::{
    BucketEntry, ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, Stored,
    UploadId, UploadedPart,
};
use crate::domain::presign::{LinkSpec, PresignedLink};
use crate::domain::provider::{Capability, Provider};
use crate::s3::meter::Meter;

/// Cheap to clone; every clone shares pool, credentials and what was learned of the server.
#[derive(Clone, Debug)]
pub struct Client {}

/// What one page of a listing is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub bucket: Bucket,
    pub prefix: Prefix,
    /// Group by `/` (one level) or list every key below the prefix.
    pub delimited: bool,
    pub token: Option<ContinuationToken>,
    /// At most 1,000.
    pub max_keys: u16,
}

/// A body on its way in. The stream ends early with an error, never silently.
pub struct Download {
    /// Of the whole object, whatever range was asked.
    pub head: ObjectHead,
    /// The range the server sent, checked against the one that was asked.
    pub range: Option<ByteRange>,
    pub body: BoxStream<'static, Result<Bytes, Error>>,
}

impl Client {
    /// Prepares a client; sends nothing and resolves no credentials.
    pub fn connect(connection: &Connection, meter: Arc<Meter>) -> Result<Client, Error> {
        let _ = (connection, meter);
        todo!()
    }

    pub fn provider(&self) -> Provider {
        todo!()
    }

    /// Why this server cannot do it: from the provider's table or from a refusal seen in this session.
    pub fn lacks(&self, _capability: Capability) -> Option<String> {
        todo!()
    }

    pub async fn list_buckets(&self) -> Result<Vec<BucketEntry>, Error> {
        todo!()
    }

    pub async fn create_bucket(&self, _bucket: &Bucket) -> Result<(), Error> {
        todo!()
    }

    pub async fn delete_bucket(&self, _bucket: &Bucket) -> Result<(), Error> {
        todo!()
    }

    pub async fn list_page(&self, _query: &ListQuery) -> Result<ListedPage, Error> {
        todo!()
    }

    pub async fn head(&self, _object: &ObjectAddress) -> Result<ObjectHead, Error> {
        todo!()
    }

    pub async fn get(
        &self,
        _object: &ObjectAddress,
        _options: &GetOptions,
    ) -> Result<Download, Error> {
        todo!()
    }

    /// One PUT with its integrity check.
    pub async fn put(
        &self,
        _object: &ObjectAddress,
        _body: Bytes,
        _options: &PutOptions,
    ) -> Result<Stored, Error> {
        todo!()
    }

    /// Deletes up to 1,000 keys; brings back those that were not deleted.
    pub async fn delete(
        &self,
        _bucket: &Bucket,
        _keys: &[Key],
    ) -> Result<Vec<(Key, Error)>, Error> {
        todo!()
    }

    /// Server side, up to 5 GiB. `source_etag` makes it fail with `SourceChanged`.
    pub async fn copy(
        &self,
        _from: &ObjectAddress,
        _to: &ObjectAddress,
        _source_etag: Option<&ETag>,
        _only_if_absent: bool,
    ) -> Result<Stored, Error> {
        todo!()
    }

    pub async fn create_multipart(
        &self,
        _object: &ObjectAddress,
        _options: &PutOptions,
    ) -> Result<UploadId, Error> {
        todo!()
    }

    pub async fn upload_part(
        &self,
        _object: &ObjectAddress,
        _upload: &UploadId,
        _number: u32,
        _body: Bytes,
    ) -> Result<UploadedPart, Error> {
        todo!()
    }

    pub async fn copy_part(
        &self,
        _from: &ObjectAddress,
        _range: ByteRange,
        _source_etag: Option<&ETag>,
        _to: &ObjectAddress,
        _upload: &UploadId,
        _number: u32,
    ) -> Result<UploadedPart, Error> {
        todo!()
    }

    /// Every part the server holds; `Unsupported` where it cannot tell.
    pub async fn list_parts(
        &self,
        _object: &ObjectAddress,
        _upload: &UploadId,
    ) -> Result<Vec<UploadedPart>, Error> {
        todo!()
    }

    pub async fn complete_multipart(
        &self,
        _object: &ObjectAddress,
        _upload: &UploadId,
        _parts: &[UploadedPart],
        _only_if_absent: bool,
    ) -> Result<Stored, Error> {
        todo!()
    }

    pub async fn abort_multipart(
        &self,
        _object: &ObjectAddress,
        _upload: &UploadId,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Signs without sending; resolves credentials, whose end may shorten the link.
    pub async fn presign(&self, _link: &LinkSpec, _now: Timestamp) -> Result<PresignedLink, Error> {
        todo!()
    }
}
