//! Answers questions of the interface to storage, by the client of a connection.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;

use crate::app::effect::StorageRequest;
use crate::app::event::{Answer, Measure, Peek, Reply};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, GetOptions, ObjectAddress, ObjectHeaders, PutOptions};
use crate::domain::parts::Growing;
use crate::domain::transfer::Target;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;
use crate::transfer::journal::KnownUploads;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::Rate;
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::stream::upload::upload_stream;
use crate::tui::uploads;

/// The most a page of a listing may have.
pub const PAGE: u16 = 1000;

/// Answers a question to storage; `tell` has what is known before the end.
pub async fn ask_storage(
    client: &Client,
    request: StorageRequest,
    known: impl FnOnce() -> KnownUploads + Send + 'static,
    tell: impl Fn(Answer) + Send + Sync,
) -> Reply {
    Ok(match request {
        StorageRequest::ListBuckets => Answer::Buckets(client.list_buckets().await?),
        StorageRequest::ListPage { bucket, prefix, token } => {
            let query = ListQuery { bucket, prefix, delimited: true, token, max_keys: PAGE };
            Answer::Page(client.list_page(&query).await?)
        }
        StorageRequest::Head(object) => Answer::Head(client.head(&object).await?),
        StorageRequest::Peek { object, bytes } => {
            Answer::Peeked(peek(client, &object, bytes).await?)
        }
        StorageRequest::Presign(link) => {
            Answer::Presigned(client.presign(&link, Timestamp::now()).await?)
        }
        StorageRequest::CreateBucket(bucket) => {
            client.create_bucket(&bucket).await?;
            Answer::BucketCreated
        }
        StorageRequest::DeleteBucket(bucket) => {
            client.delete_bucket(&bucket).await?;
            Answer::BucketDeleted
        }
        StorageRequest::CreatePrefix { bucket, prefix } => {
            create_prefix(client, bucket, &prefix).await?;
            Answer::PrefixCreated
        }
        StorageRequest::FindEmpty { bucket, prefixes } => {
            Answer::FoundEmpty(client.empty_of(&bucket, prefixes).await?)
        }
        StorageRequest::Measure { bucket, targets } => {
            Answer::Measured(measure(client, &bucket, &targets, &tell).await?)
        }
        StorageRequest::ListUploads { bucket, after } => {
            Answer::Uploads(uploads::page(client, &bucket, after.as_ref(), known).await?)
        }
        StorageRequest::CountParts { object, upload } => {
            Answer::UploadExtent(client.upload_extent(&object, &upload).await?)
        }
        StorageRequest::AbortUploads(chosen) => uploads::abort(client, chosen, known).await,
        StorageRequest::PublicAccess(bucket) => {
            Answer::PublicAccess(client.public_access(&bucket).await?)
        }
    })
}

async fn peek(client: &Client, object: &ObjectAddress, bytes: u64) -> Result<Peek, Error> {
    let range = Some(ByteRange { start: 0, end: bytes.max(1) });
    let options = GetOptions { range, ..GetOptions::default() };
    let mut download = match client.get(object, &options).await {
        // No range of an empty object can be had, nor any of a server that ignores them: its answer
        // is left after its first bytes.
        Err(error) if error.status == Some(416) || error.is(&ErrorKind::Unsupported) => {
            client.get(object, &GetOptions::default()).await?
        }
        other => other?,
    };
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut start = Vec::new();
    while let Some(piece) = download.body.next().await {
        start.extend_from_slice(&piece?);
        if start.len() >= most {
            start.truncate(most);
            break;
        }
    }
    let head = download.head;
    Ok(Peek { bytes: start, size: head.size, content_type: head.headers.content_type })
}

async fn create_prefix(client: &Client, bucket: Bucket, prefix: &Prefix) -> Result<(), Error> {
    let object = ObjectAddress { bucket, key: prefix.key("") };
    let headers = ObjectHeaders {
        content_type: Some("application/x-directory".to_owned()),
        ..ObjectHeaders::default()
    };
    let options = PutOptions { headers, only_if_absent: true, ..PutOptions::default() };
    let patience = Patience { outage: Some(Duration::ZERO), ..Patience::default() };
    let pipe = Pipe::new(Arc::new(client.sending_once()), object, patience, Rate::default());
    let sizes = Growing::new(client.provider().facts().parts);
    let stored = upload_stream(&pipe, tokio::io::empty(), &options, sizes, pending()).await;
    match stored {
        // It is there already: what was asked for.
        Err(error) if error.is(&ErrorKind::PreconditionFailed) => Ok(()),
        other => other.map(drop),
    }
}

async fn measure(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
    tell: &impl Fn(Answer),
) -> Result<Measure, Error> {
    let mut sum = Measure::default();
    for target in targets {
        match target {
            Target::Object(key) => {
                let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
                let head = client.head(&object).await?;
                sum.objects += 1;
                sum.bytes += head.size.unwrap_or(0);
            }
            Target::Prefix(prefix) => {
                measure_prefix(client, bucket, prefix, &mut sum, tell).await?;
            }
            Target::Rows(_) => {}
        }
    }
    Ok(Measure { done: true, ..sum })
}

async fn measure_prefix(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    sum: &mut Measure,
    tell: &impl Fn(Answer),
) -> Result<(), Error> {
    let query = ListQuery {
        bucket: bucket.clone(),
        prefix: prefix.clone(),
        delimited: false,
        token: None,
        max_keys: PAGE,
    };
    let mut pages = Pages::new(client, query);
    while let Some(page) = pages.next().await? {
        sum.objects += page.len() as u64;
        sum.bytes += page.rows().filter_map(|row| row.size()).sum::<u64>();
        tell(Answer::Measured(*sum));
    }
    Ok(())
}
