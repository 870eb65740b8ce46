//! Answers the requests of the interface from storage and this machine.

use std::ops::ControlFlow;
use std::sync::Arc;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::app::effect::{ComparisonRequest, StorageRequest};
use crate::app::event::{Answer, Reply};
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::listing::ListedPage;
use crate::domain::settings::{BucketSetting, SettingState};
use crate::domain::stored::Stored;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;
use crate::transfer::aborting::abort_unqueued;
use crate::transfer::create_prefix::create_prefix;
use crate::transfer::queued_uploads::QueuedUploads;
use crate::tui::{comparing, content_types, describing, finding, sizing, uploads, versions};

/// The most a page of a listing may have.
pub const PAGE: u16 = 1000;

/// Answers a question to storage; `tell` has what is known before the end. What changes much ends
/// in order once `stop` is cancelled. `queued` are uploads that the queue goes on with.
pub async fn ask_storage(
    client: &Client,
    request: StorageRequest,
    queued: QueuedUploads,
    tell: impl Fn(Answer) + Send + Sync,
    stop: &CancellationToken,
) -> Reply {
    let asked = Box::pin(ask_or_leave(client, request, queued, &tell, stop)).await?;
    match asked {
        ControlFlow::Break(answer) => Ok(answer),
        ControlFlow::Continue(request) => Box::pin(comparing::ask(client, request, tell)).await,
    }
}

/// Answers all but a comparison, which is given back: beside the frame of all the others the stack
/// of a worker has no room for it.
async fn ask_or_leave(
    client: &Client,
    request: StorageRequest,
    queued: QueuedUploads,
    tell: impl Fn(Answer) + Send + Sync,
    stop: &CancellationToken,
) -> Result<ControlFlow<Answer, ComparisonRequest>, Error> {
    Ok(ControlFlow::Break(match request {
        StorageRequest::ListBuckets => Answer::Buckets(client.list_buckets().await?),
        StorageRequest::ListPage { bucket, prefix, at, token } => {
            let all = ListQuery::below(&bucket, &prefix);
            let query = ListQuery { delimited: true, at, token, max_keys: PAGE, ..all };
            Answer::Page(client.list_page(&query).await?)
        }
        StorageRequest::ListRest { bucket, prefix, token } => {
            let all = ListQuery::below(&bucket, &prefix);
            let query = ListQuery { delimited: true, token: Some(token), max_keys: PAGE, ..all };
            let mut pages = KeyPages::new(client, query);
            while let Some(page) = pages.next().await? {
                let next = pages.behind();
                tell(Answer::Page(ListedPage { page, next }));
            }
            Answer::Page(ListedPage::default())
        }
        StorageRequest::Find { bucket, prefix, wanted, at, token } => {
            let query = ListQuery { at, token, ..ListQuery::below(&bucket, &prefix) };
            let tell = |found| tell(Answer::Found(found));
            Answer::Found(finding::find(client, query, &wanted, tell).await?)
        }
        StorageRequest::Head(object) => Answer::Head(client.head(&object).await?),
        StorageRequest::Whole(object) => describing::whole(client, &object).await?,
        StorageRequest::Presign(link) => {
            Answer::Presigned(client.presign(&link, Timestamp::now()).await?)
        }
        StorageRequest::TemporaryKeys(grant) => {
            Answer::TemporaryKeys(client.temporary_keys(&grant, Timestamp::now()).await?)
        }
        StorageRequest::TestLink(spec) => {
            let link = client.presign(&spec, Timestamp::now()).await?;
            client.test_link(&spec.object, spec.method, &link.url).await?;
            Answer::LinkTested
        }
        StorageRequest::Describe { bucket, targets } => {
            describing::describe(client, &bucket, &targets).await?
        }
        StorageRequest::ChangeMetadata { objects, change } => {
            describing::change(client, objects, &change).boxed().await?
        }
        StorageRequest::FindTypes { bucket, targets } => {
            content_types::find(client, &bucket, &targets, tell).await?
        }
        StorageRequest::MendTypes(wrong) => content_types::mend(client, wrong, tell).await?,
        StorageRequest::Thaw { bucket, targets, wish } => {
            describing::thaw(client, &bucket, &targets, wish).await?
        }
        StorageRequest::Comparison(request) => return Ok(ControlFlow::Continue(request)),
        StorageRequest::OpenText(object) => describing::open(client, &object).await?,
        StorageRequest::SaveText { object, etag, bytes } => {
            describing::save(client, &object, etag, bytes).boxed().await?
        }
        StorageRequest::CreateBucket(bucket) => {
            client.make_bucket(&bucket).await?;
            Answer::BucketCreated
        }
        StorageRequest::Settings(bucket) => {
            client.prepare().await?;
            let each = |setting, state| tell(Answer::Setting(setting, Box::new(state)));
            client.settings(&bucket, each).await;
            Answer::SettingsRead
        }
        StorageRequest::SetSetting { bucket, setting, new, before, code } => {
            let (before, code) = (before.as_ref(), code.as_ref());
            client.set_setting_with(&bucket, setting, &new, before, code).await?;
            setting_now(client, &bucket, setting).await
        }
        StorageRequest::ClearSetting { bucket, setting, code } => {
            client.clear_setting_with(&bucket, setting, code.as_ref()).await?;
            setting_now(client, &bucket, setting).await
        }
        StorageRequest::DeleteBucket(bucket) => {
            client.delete_bucket(&bucket).await?;
            Answer::BucketDeleted
        }
        StorageRequest::CreatePrefix { bucket, prefix } => {
            create_prefix(Arc::new(client.sending_once()), bucket, &prefix).await?;
            Answer::PrefixCreated
        }
        StorageRequest::FindEmpty { bucket, prefixes } => {
            Answer::FoundEmpty(client.empty_of(&bucket, prefixes).await?)
        }
        StorageRequest::Measure { bucket, targets } => {
            let tell = |sum| tell(Answer::Measured(sum));
            Answer::Measured(client.measure(&bucket, &targets, tell).await?)
        }
        StorageRequest::Walk { bucket, prefix } => {
            sizing::walk(client, &bucket, &prefix, tell).await?
        }
        StorageRequest::CountBeside { bucket, prefix } => {
            sizing::beside(client, &bucket, &prefix, tell).await?
        }
        StorageRequest::SumStored { bucket, prefix } => {
            let tell = |sum: &Stored| tell(Answer::Stored(sum.clone()));
            Answer::Stored(client.stored(&bucket, &prefix, tell).await?)
        }
        StorageRequest::ListUploads { bucket, after } => {
            Answer::Uploads(uploads::page(client, &bucket, after.as_ref(), &queued).await?)
        }
        StorageRequest::CountParts { object, upload } => {
            Answer::UploadExtent(client.upload_extent(&object, &upload).await?)
        }
        StorageRequest::Versions(request) => versions::ask(client, request, tell, stop).await?,
        StorageRequest::AbortUploads(chosen) => {
            let aborted = abort_unqueued(client, &queued, chosen, |_, _, _| ()).await?;
            Answer::UploadsAborted(aborted)
        }
        StorageRequest::PublicAccess(bucket) => {
            Answer::PublicAccess(client.public_access(&bucket).await?)
        }
    }))
}

async fn setting_now(client: &Client, bucket: &Bucket, setting: BucketSetting) -> Answer {
    let state = SettingState::of(client.setting(bucket, setting).await);
    Answer::Setting(setting, Box::new(state))
}
