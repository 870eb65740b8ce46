//! Looks for wrong content types for the interface, and mends them, telling how far it is.

use futures_util::{Stream, StreamExt as _, stream};

use crate::app::event::{Answer, Reply};
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::Target;
use crate::domain::wrong_type::{MendedTypes, WrongType, WrongTypes};
use crate::s3::client::Client;
use crate::s3::ops::objects_of::ObjectsOf;
use crate::transfer::content_types::{look_at_type, mend_type};

/// Objects that are asked about at once.
const AT_ONCE: usize = 8;

/// Objects that are told of together at most.
const TOLD: usize = 64;

/// Everything named and below prefixes, in the order of the listing.
pub async fn find(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
    tell: impl Fn(Answer),
) -> Reply {
    let mut looked = 0;
    let mut pages = ObjectsOf::new(client, bucket, targets);
    while let Some(page) = pages.next().await? {
        let objects = stream::iter(page).map(|found| found.object);
        look_at(client, objects, &mut looked, &tell).await;
    }
    Ok(Answer::WrongTypes(WrongTypes { looked, done: true, ..WrongTypes::default() }))
}

async fn look_at(
    client: &Client,
    objects: impl Stream<Item = ObjectAddress>,
    looked: &mut u64,
    tell: &impl Fn(Answer),
) {
    let asked = objects.map(|object| async move { look_at_type(client, &object).await });
    let ended = asked.buffered(AT_ONCE).ready_chunks(TOLD);
    let mut ended = std::pin::pin!(ended);
    while let Some(some) = ended.next().await {
        *looked += some.len() as u64;
        let mut news = WrongTypes { looked: *looked, ..WrongTypes::default() };
        for one in some {
            match one {
                Ok(found) => news.found.extend(found),
                Err(error) => news.failed.push(error),
            }
        }
        tell(Answer::WrongTypes(news));
    }
}

/// Each that is still what was looked at.
pub async fn mend(client: &Client, wrong: Vec<WrongType>, tell: impl Fn(Answer)) -> Reply {
    let asked = stream::iter(wrong).map(|wrong| async move {
        let mended: Result<(), Error> = mend_type(client, &wrong).await;
        (wrong.object, mended)
    });
    let mut ended = std::pin::pin!(asked.buffered(AT_ONCE).ready_chunks(TOLD));
    while let Some(ended) = ended.next().await {
        tell(Answer::TypesMended(MendedTypes { ended, done: false }));
    }
    Ok(Answer::TypesMended(MendedTypes { done: true, ..MendedTypes::default() }))
}
