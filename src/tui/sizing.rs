//! Walks all keys below a prefix for the interface, and counts what is beside them.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;

use crate::app::event::{Answer, Reply};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::ErrorKind;
use crate::domain::tally::{Beside, UnlistedTotals, Untold};
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

/// Old versions, delete markers and unfinished uploads, and which of them the server does not tell.
pub async fn beside(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    tell: impl Fn(Answer),
) -> Reply {
    let (mut beside, mut untold) = (UnlistedTotals::default(), Untold::default());
    let mut pages = VersionPages::new(client, VersionsQuery::below(bucket, prefix));
    loop {
        let page = match pages.next().await {
            Err(error) if error.is(&ErrorKind::Unsupported) => {
                untold.versions = true;
                break;
            }
            page => page?,
        };
        let Some(page) = page else { break };
        page.rows.iter().filter_map(Beside::of).for_each(|each| beside.count(each));
        tell(Answer::Beside { beside, untold, done: false });
    }
    let uploads = match client.uploads_below(bucket, prefix).await {
        Err(error) if error.is(&ErrorKind::Unsupported) => {
            untold.uploads = true;
            Vec::new()
        }
        uploads => uploads?,
    };
    let mut extents = pin!(client.extents_of(uploads));
    while let Some((_, extent)) = extents.try_next().await? {
        beside.count(Beside::Upload(extent.bytes));
        tell(Answer::Beside { beside, untold, done: false });
    }
    Ok(Answer::Beside { beside, untold, done: true })
}
