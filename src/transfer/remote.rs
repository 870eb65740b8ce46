//! Defines the one trait by which the engine asks storage.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::domain::address::{Bucket, Key};
use crate::domain::asked_attributes::AskedAttributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::ListedPage;
use crate::domain::object::{
    ByteRange, CopyOptions, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, StoredObject,
    UploadId, UploadedPart,
};
use crate::domain::versions::KeyVersion;
use crate::s3::client::{Client, ListQuery};
use crate::s3::http::body::Body;
use crate::s3::http::body_pacing::BodyPacing;
use crate::s3::http::incoming::Download;
use crate::transfer::server::Server;

/// The answer to one request, on its way.
pub type RemoteFuture<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// The requests that the workers send; what they know of who answers is [`Server`]. Contracts are
/// those of the methods of [`Client`] of the same name.
pub trait Remote: Server {
    /// The same storage, whose bodies of objects and parts pass `pacing` on their way out.
    fn paced_by(self: Arc<Self>, pacing: Arc<dyn BodyPacing>) -> Arc<dyn Remote>;

    /// As [`Client::asking_for_tags_anew`]; `None` of a storage that asks anew anyway.
    fn asking_for_tags_anew(&self) -> Option<Arc<dyn Remote>> {
        None
    }

    fn list_page<'a>(&'a self, query: &'a ListQuery) -> RemoteFuture<'a, ListedPage>;

    fn head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead>;

    /// As [`Client::whole_head`]; of a storage without checksums, what HEAD tells.
    fn whole_head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead> {
        self.head(object)
    }

    /// As [`Client::head_of_part`]; of a storage that tells nothing of parts, what HEAD tells.
    fn head_of_part<'a>(
        &'a self,
        object: &'a ObjectAddress,
        _number: u32,
    ) -> RemoteFuture<'a, ObjectHead> {
        self.head(object)
    }

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

    /// Deletes the one version that is named, for good.
    fn delete_version<'a>(&'a self, version: &'a ObjectAddress) -> RemoteFuture<'a, ()> {
        Box::pin(async move {
            Err(Error::new(ErrorKind::Unsupported, "DeleteObject", version.to_string()))
        })
    }

    fn copy<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        source_etag: Option<&'a ETag>,
        only_if_absent: bool,
        storage_class: Option<&'a str>,
    ) -> RemoteFuture<'a, StoredObject>;

    /// As [`Client::copy_as`]; of a storage that describes nothing anew, as [`Remote::copy`].
    fn copy_as<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        options: &'a CopyOptions,
    ) -> RemoteFuture<'a, StoredObject> {
        let class = options.storage_class.as_deref();
        self.copy(from, to, options.source_etag.as_ref(), options.only_if_absent, class)
    }

    fn tags<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<(String, String)>>;

    /// As [`Client::grants`].
    fn grants<'a>(&'a self, _object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// As [`Client::put_right`]; of a storage that drops nothing, nothing.
    fn put_right<'a>(
        &'a self,
        _object: &'a ObjectAddress,
        _asked: &'a AskedAttributes,
    ) -> RemoteFuture<'a, bool> {
        Box::pin(async { Ok(true) })
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

    fn abort_for_good<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, bool>;
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
    fn paced_by(self: Arc<Self>, pacing: Arc<dyn BodyPacing>) -> Arc<dyn Remote> {
        Arc::new(Client::paced_by(&self, pacing))
    }

    fn asking_for_tags_anew(&self) -> Option<Arc<dyn Remote>> {
        Some(Arc::new(Client::asking_for_tags_anew(self)))
    }

    fn list_page<'a>(&'a self, query: &'a ListQuery) -> RemoteFuture<'a, ListedPage> {
        Box::pin(Client::list_page(self, query))
    }

    fn head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead> {
        Box::pin(Client::head(self, object))
    }

    fn whole_head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead> {
        Box::pin(Client::whole_head(self, object))
    }

    fn head_of_part<'a>(
        &'a self,
        object: &'a ObjectAddress,
        number: u32,
    ) -> RemoteFuture<'a, ObjectHead> {
        Box::pin(Client::head_of_part(self, object, number))
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

    fn delete_version<'a>(&'a self, version: &'a ObjectAddress) -> RemoteFuture<'a, ()> {
        Box::pin(async move {
            let named = KeyVersion { key: version.key.clone(), version: version.version.clone() };
            let failed = Client::delete_versions(self, &version.bucket, &[named]).await?;
            failed.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
        })
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

    fn copy_as<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        options: &'a CopyOptions,
    ) -> RemoteFuture<'a, StoredObject> {
        Box::pin(Client::copy_as(self, from, to, options))
    }

    fn tags<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<(String, String)>> {
        Box::pin(Client::tags(self, object))
    }

    fn grants<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<String>> {
        Box::pin(Client::grants(self, object))
    }

    fn put_right<'a>(
        &'a self,
        object: &'a ObjectAddress,
        asked: &'a AskedAttributes,
    ) -> RemoteFuture<'a, bool> {
        Box::pin(Client::put_right(self, object, asked))
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

    fn abort_for_good<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, bool> {
        Box::pin(Client::abort_for_good(self, object, upload))
    }
}
