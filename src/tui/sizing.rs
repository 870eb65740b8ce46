//! Walks all keys below a prefix for the interface, and counts what is beside them.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;

use crate::app::event::{Answer, Reply};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::ErrorKind;
use crate::domain::tally::UnlistedTotals;
use crate::domain::versions::VersionState;
use crate::s3::client::Client;
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// Every page of what is below a prefix; the last answer has nothing.
pub async fn walk(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    tell: impl Fn(Answer),
) -> Reply {
    let mut pages = client.keys_below(bucket, prefix, false);
    while let Some(page) = pages.next().await? {
        tell(Answer::Walked { page, done: false });
    }
    Ok(Answer::Walked { page: Arc::default(), done: true })
}

/// Old versions, delete markers and unfinished uploads; what a server does not know is none.
pub async fn beside(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    tell: impl Fn(Answer),
) -> Reply {
    let mut beside = UnlistedTotals::default();
    let mut pages = VersionPages::new(client, VersionsQuery::below(bucket, prefix));
    loop {
        let page = match pages.next().await {
            Err(error) if error.is(&ErrorKind::Unsupported) => break,
            page => page?,
        };
        let Some(page) = page else { break };
        for row in &page.rows {
            match &row.state {
                VersionState::DeleteMarker => beside.markers += 1,
                VersionState::Object { size, .. } if !row.latest => beside.versions.count(*size),
                VersionState::Object { .. } => {}
            }
        }
        tell(Answer::Beside { beside, done: false });
    }
    let uploads = match client.uploads_below(bucket, prefix).await {
        Err(error) if error.is(&ErrorKind::Unsupported) => Vec::new(),
        uploads => uploads?,
    };
    let mut extents = pin!(client.extents_of(uploads));
    while let Some((_, extent)) = extents.try_next().await? {
        beside.uploads.count(extent.bytes);
        tell(Answer::Beside { beside, done: false });
    }
    Ok(Answer::Beside { beside, done: true })
}
