//! Storage in memory that fails as a script tells it to.

mod body;
mod script;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt;
use md5::{Digest, Md5};
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::{Class, ContinuationToken, ListedPage, Page};
use windlass::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, StoredObject, UploadId,
    UploadedPart,
};
use windlass::domain::provider::{Capability, Provider};
use windlass::s3::client::ListQuery;
use windlass::s3::http::body::Body;
use windlass::s3::http::body_pacing::BodyPacing;
use windlass::s3::http::incoming::Download;
use windlass::transfer::remote::{CopyPart, Remote, RemoteFuture};
use windlass::transfer::server::Server;

use body::body_of;
pub use script::{Call, Fault};

type Script = Box<dyn Fn(&Call<'_>) -> Option<Fault> + Send + Sync>;

#[derive(Clone, Default)]
struct Object {
    bytes: Bytes,
    etag: String,
    options: PutOptions,
}

struct Upload {
    object: ObjectAddress,
    options: PutOptions,
    parts: BTreeMap<u32, Bytes>,
}

#[derive(Default)]
struct FakeContents {
    objects: BTreeMap<(String, String), Object>,
    uploads: HashMap<String, Upload>,
    calls: Vec<String>,
    next_upload: usize,
}

pub struct Fake {
    contents: Mutex<FakeContents>,
    script: Script,
    page: usize,
    /// Bytes of bodies that were taken, under every script.
    served: Arc<AtomicU64>,
}

pub fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Fake {
    pub fn new() -> Arc<Fake> {
        Fake::scripted(|_| None)
    }

    pub fn scripted(
        script: impl Fn(&Call<'_>) -> Option<Fault> + Send + Sync + 'static,
    ) -> Arc<Fake> {
        let (contents, served) = (Mutex::default(), Arc::default());
        Arc::new(Fake { contents, script: Box::new(script), page: 7, served })
    }

    /// The same storage under another script.
    pub fn rescripted(
        &self,
        script: impl Fn(&Call<'_>) -> Option<Fault> + Send + Sync + 'static,
    ) -> Arc<Fake> {
        let mut old = self.contents.lock().unwrap();
        let contents = FakeContents { calls: Vec::new(), ..std::mem::take(&mut *old) };
        let (script, served) = (Box::new(script), Arc::clone(&self.served));
        Arc::new(Fake { contents: Mutex::new(contents), script, page: self.page, served })
    }

    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    pub fn store(&self, key: &str, bytes: &[u8]) {
        self.store_with(key, bytes, PutOptions::default());
    }

    pub fn store_with(&self, key: &str, bytes: &[u8], options: PutOptions) {
        let object = Object { bytes: Bytes::copy_from_slice(bytes), etag: md5_hex(bytes), options };
        self.contents.lock().unwrap().objects.insert(("bucket".into(), key.into()), object);
    }

    /// Under an ETag that others chose.
    pub fn store_tagged(&self, key: &str, bytes: &[u8], etag: &str) {
        self.store(key, bytes);
        let key = ("bucket".to_owned(), key.to_owned());
        let mut contents = self.contents.lock().unwrap();
        etag.clone_into(&mut contents.objects.get_mut(&key).unwrap().etag);
    }

    pub fn bytes(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let contents = self.contents.lock().unwrap();
        contents
            .objects
            .get(&(bucket.to_owned(), key.to_owned()))
            .map(|object| object.bytes.clone())
    }

    pub fn options(&self, key: &str) -> PutOptions {
        let contents = self.contents.lock().unwrap();
        contents.objects[&("bucket".to_owned(), key.to_owned())].options.clone()
    }

    pub fn keys(&self) -> Vec<String> {
        self.contents.lock().unwrap().objects.keys().map(|(_, key)| key.clone()).collect()
    }

    pub fn uploads(&self) -> usize {
        self.contents.lock().unwrap().uploads.len()
    }

    pub fn calls(&self) -> Vec<String> {
        self.contents.lock().unwrap().calls.clone()
    }

    /// Parts of all uploads that are not completed.
    pub fn parts(&self) -> usize {
        self.contents.lock().unwrap().uploads.values().map(|open| open.parts.len()).sum()
    }

    pub fn count(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| call.starts_with(operation)).count()
    }

    /// Notes the request and asks the script.
    async fn begin(
        &self,
        operation: &'static str,
        key: &str,
        range: Option<ByteRange>,
    ) -> Result<Option<Fault>, Error> {
        tokio::task::yield_now().await;
        let number = {
            let mut contents = self.contents.lock().unwrap();
            contents.calls.push(format!("{operation} {key}"));
            contents.calls.len()
        };
        match (self.script)(&Call { number, operation, key, range }) {
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Slow(wait)) => {
                tokio::time::sleep(wait).await;
                Ok(None)
            }
            Some(Fault::SlowThen(wait, then)) => {
                tokio::time::sleep(wait).await;
                then();
                Ok(None)
            }
            Some(Fault::Replace(bytes)) => {
                self.store(key, &bytes);
                Ok(None)
            }
            other => Ok(other),
        }
    }

    fn end<T>(fault: Option<Fault>, value: T) -> Result<T, Error> {
        match fault {
            Some(Fault::LoseAnswer) => Err(failure(ErrorKind::Interrupted)),
            _ => Ok(value),
        }
    }

    fn find(&self, address: &ObjectAddress) -> Result<Object, Error> {
        let contents = self.contents.lock().unwrap();
        let key = (address.bucket.to_string(), address.key.to_string());
        contents.objects.get(&key).cloned().ok_or_else(|| failure(ErrorKind::NoSuchKey))
    }

    fn write(
        &self,
        to: &ObjectAddress,
        object: Object,
        absent: bool,
    ) -> Result<StoredObject, Error> {
        let mut contents = self.contents.lock().unwrap();
        let key = (to.bucket.to_string(), to.key.to_string());
        if absent && contents.objects.contains_key(&key) {
            return Err(failure(ErrorKind::PreconditionFailed));
        }
        let etag = Some(ETag::new(&object.etag));
        contents.objects.insert(key, object);
        Ok(StoredObject { etag, confirmed: Some("md5"), ..StoredObject::default() })
    }
}

pub fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "fake", "s3://b")
}

fn head_of(object: &Object) -> ObjectHead {
    // As an edge that unpacks bodies on the way.
    let unpacked = object.options.headers.content_encoding.as_deref() == Some("edge");
    ObjectHead {
        size: (!unpacked).then_some(object.bytes.len() as u64),
        etag: Some(ETag::new(&object.etag)),
        headers: object.options.headers.clone(),
        user_metadata: object.options.user_metadata.clone(),
        storage_class: object.options.storage_class.clone(),
        tags: object.options.tags.len() as u32,
        ..ObjectHead::default()
    }
}

impl Server for Fake {
    fn renew_credentials(&self) {
        self.contents.lock().unwrap().calls.push("renew".to_owned());
    }

    fn provider(&self) -> Provider {
        Provider::Other
    }

    fn lacks(&self, _capability: Capability) -> Option<String> {
        None
    }
}

impl Remote for Fake {
    fn paced_by(self: Arc<Self>, _pacing: Arc<dyn BodyPacing>) -> Arc<dyn Remote> {
        self
    }

    fn list_page<'a>(&'a self, query: &'a ListQuery) -> RemoteFuture<'a, ListedPage> {
        async move {
            let fault = self.begin("list", query.prefix.as_str(), None).await?;
            let contents = self.contents.lock().unwrap();
            let (token, last) = query.token.as_ref().map(ContinuationToken::parts).unzip();
            let after = token.flatten().or(last.flatten()).unwrap_or_default();
            let mut page = Page::default();
            let mut keys = contents.objects.iter().filter(|((bucket, key), _)| {
                bucket == query.bucket.as_str()
                    && key.starts_with(query.prefix.as_str())
                    && key.as_str() > after
            });
            let mut last = String::new();
            for ((_, key), object) in keys.by_ref().take(self.page) {
                let name = &key[query.prefix.as_str().len()..];
                if page.is_empty() && matches!(fault, Some(Fault::Repeat)) {
                    let before = after.strip_prefix(query.prefix.as_str());
                    page.push_object(before.unwrap_or(name), 0, None, Class::Standard);
                }
                page.push_object(name, object.bytes.len() as u64, None, Class::Standard);
                last.clone_from(key);
            }
            let next = match fault {
                Some(Fault::GoOnAt(key)) => Some(ContinuationToken(key.to_owned())),
                _ => keys.next().map(|_| ContinuationToken(last)),
            };
            Ok(ListedPage { page: Arc::new(page), next })
        }
        .boxed()
    }

    fn head<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, ObjectHead> {
        async move {
            self.begin("head", object.key.as_str(), None).await?;
            self.find(object).map(|found| head_of(&found))
        }
        .boxed()
    }

    fn get<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a GetOptions,
    ) -> RemoteFuture<'a, Download> {
        async move {
            let fault = self.begin("get", object.key.as_str(), options.range).await?;
            let found = self.find(object)?;
            if options.if_match.as_ref().is_some_and(|etag| etag.as_str() != found.etag) {
                return Err(failure(ErrorKind::SourceChanged));
            }
            let head = head_of(&found);
            let size = found.bytes.len() as u64;
            let asked = options.range.filter(|_| !matches!(fault, Some(Fault::IgnoreRange)));
            let Some(range) = asked else {
                return Ok(Download {
                    head,
                    range: None,
                    body: body_of(found.bytes, fault, &self.served).into(),
                });
            };
            if range.start >= size {
                let mut error = failure(ErrorKind::InvalidRequest);
                error.status = Some(416);
                return Err(error);
            }
            let range = ByteRange { start: range.start, end: range.end.min(size) };
            let bytes = found.bytes.slice(range.start as usize..range.end as usize);
            let body = body_of(bytes, fault, &self.served).into();
            Ok(Download { head, range: Some(range), body })
        }
        .boxed()
    }

    fn put<'a>(
        &'a self,
        object: &'a ObjectAddress,
        body: Body,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, StoredObject> {
        async move {
            let body = body.whole()?;
            let fault = self.begin("put", object.key.as_str(), None).await?;
            let etag = md5_hex(&body);
            let new = Object { bytes: body, etag, options: options.clone() };
            Self::end(fault, self.write(object, new, options.only_if_absent)?)
        }
        .boxed()
    }

    fn delete<'a>(
        &'a self,
        bucket: &'a Bucket,
        keys: &'a [Key],
    ) -> RemoteFuture<'a, Vec<(Key, Error)>> {
        async move {
            self.begin("delete", keys.first().map_or("", Key::as_str), None).await?;
            let mut refused = Vec::new();
            let mut contents = self.contents.lock().unwrap();
            for key in keys {
                if key.as_str().contains("locked") {
                    refused.push((key.clone(), failure(ErrorKind::Locked)));
                } else {
                    contents.objects.remove(&(bucket.to_string(), key.to_string()));
                }
            }
            Ok(refused)
        }
        .boxed()
    }

    fn copy<'a>(
        &'a self,
        from: &'a ObjectAddress,
        to: &'a ObjectAddress,
        source_etag: Option<&'a ETag>,
        only_if_absent: bool,
        storage_class: Option<&'a str>,
    ) -> RemoteFuture<'a, StoredObject> {
        async move {
            let fault = self.begin("copy", from.key.as_str(), None).await?;
            let mut found = self.find(from)?;
            found.options.storage_class = storage_class.map(str::to_owned);
            if source_etag.is_some_and(|etag| etag.as_str() != found.etag) {
                return Err(failure(ErrorKind::SourceChanged));
            }
            Self::end(fault, self.write(to, found, only_if_absent)?)
        }
        .boxed()
    }

    fn tags<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<(String, String)>> {
        async move {
            self.begin("tags", object.key.as_str(), None).await?;
            Ok(self.find(object)?.options.tags)
        }
        .boxed()
    }

    fn create_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        options: &'a PutOptions,
    ) -> RemoteFuture<'a, UploadId> {
        async move {
            let fault = self.begin("create", object.key.as_str(), None).await?;
            let mut contents = self.contents.lock().unwrap();
            contents.next_upload += 1;
            let id = format!("upload-{}", contents.next_upload);
            let (object, options) = (object.clone(), options.clone());
            contents.uploads.insert(id.clone(), Upload { object, options, parts: BTreeMap::new() });
            Self::end(fault, UploadId(id))
        }
        .boxed()
    }

    fn upload_part<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        number: u32,
        body: Body,
    ) -> RemoteFuture<'a, UploadedPart> {
        async move {
            let body = body.whole()?;
            let fault = self.begin("part", object.key.as_str(), None).await?;
            let mut contents = self.contents.lock().unwrap();
            let open = contents
                .uploads
                .get_mut(&upload.0)
                .ok_or_else(|| failure(ErrorKind::NoSuchUpload))?;
            let (etag, size) = (ETag::new(&md5_hex(&body)), body.len() as u64);
            open.parts.insert(number, body);
            Self::end(fault, UploadedPart { number, etag, size, crc64nvme: None })
        }
        .boxed()
    }

    fn copy_part<'a>(&'a self, part: CopyPart<'a>) -> RemoteFuture<'a, UploadedPart> {
        async move {
            let found = self.find(part.from)?;
            let body = found.bytes.slice(part.range.start as usize..part.range.end as usize);
            self.upload_part(part.to, part.upload, part.number, body.into()).await
        }
        .boxed()
    }

    fn list_parts<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, Vec<UploadedPart>> {
        async move {
            self.begin("parts", object.key.as_str(), None).await?;
            let contents = self.contents.lock().unwrap();
            let open =
                contents.uploads.get(&upload.0).ok_or_else(|| failure(ErrorKind::NoSuchUpload))?;
            let part = |(number, body): (&u32, &Bytes)| UploadedPart {
                number: *number,
                etag: ETag::new(&md5_hex(body)),
                size: body.len() as u64,
                crc64nvme: None,
            };
            Ok(open.parts.iter().map(part).collect())
        }
        .boxed()
    }

    fn uploads_of<'a>(&'a self, object: &'a ObjectAddress) -> RemoteFuture<'a, Vec<UploadId>> {
        async move {
            self.begin("uploads", object.key.as_str(), None).await?;
            let contents = self.contents.lock().unwrap();
            let same = contents.uploads.iter().filter(|(_, open)| open.object == *object);
            Ok(same.map(|(id, _)| UploadId(id.clone())).collect())
        }
        .boxed()
    }

    fn complete_multipart<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
        parts: &'a [UploadedPart],
        only_if_absent: bool,
    ) -> RemoteFuture<'a, StoredObject> {
        async move {
            let fault = self.begin("complete", object.key.as_str(), None).await?;
            let open = self.contents.lock().unwrap().uploads.remove(&upload.0);
            let open = open.ok_or_else(|| failure(ErrorKind::NoSuchUpload))?;
            assert_eq!(&open.object, object);
            let listed: Vec<u32> = parts.iter().map(|part| part.number).collect();
            assert_eq!(listed, open.parts.keys().copied().collect::<Vec<_>>());
            let sizes: Vec<usize> = open.parts.values().map(Bytes::len).collect();
            assert!(sizes.windows(2).rev().skip(1).all(|pair| pair[0] == pair[1]), "equal parts");
            let bytes: Vec<u8> = open.parts.values().flatten().copied().collect();
            let digests: Vec<u8> = open.parts.values().flat_map(Md5::digest).collect();
            let etag = format!("{}-{}", md5_hex(&digests), open.parts.len());
            let new = Object { bytes: bytes.into(), etag, options: open.options };
            Self::end(fault, self.write(object, new, only_if_absent)?)
        }
        .boxed()
    }

    fn abort_for_good<'a>(
        &'a self,
        object: &'a ObjectAddress,
        upload: &'a UploadId,
    ) -> RemoteFuture<'a, bool> {
        async move {
            self.begin("abort", object.key.as_str(), None).await?;
            self.contents.lock().unwrap().uploads.remove(&upload.0);
            Ok(true)
        }
        .boxed()
    }
}
