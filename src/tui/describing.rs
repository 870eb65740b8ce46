//! Answers what screens ask of the metadata of objects: reads it, changes it, and edits texts.

use std::pin::pin;

use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::app::event::{Answer, Reply};
use crate::domain::address::Bucket;
use crate::domain::description::{
    Descriptions, MOST_DESCRIBED, MetadataOutcome, ObjectDescription, OpenedText, ThawOutcome,
};
use crate::domain::error::Error;
use crate::domain::metadata_change::MetadataChange;
use crate::domain::object::{ETag, ObjectAddress};
use crate::domain::thaw::ThawWish;
use crate::domain::transfer::Target;
use crate::s3::client::Client;
use crate::s3::ops::objects_of::ObjectsOf;
use crate::transfer::saving::{open_text, save_new_text, save_text};
use crate::transfer::thawing::{ThawState, ask_to_thaw, expect_restore};

/// Objects that are asked about at once.
const AT_ONCE: usize = 8;

/// All that is named, and the first [`MOST_DESCRIBED`] of what is below prefixes.
pub async fn describe(client: &Client, bucket: &Bucket, targets: &[Target]) -> Reply {
    let (objects, more) = objects(client, bucket, targets).await?;
    let asked = stream::iter(objects).map(|object| described(client, object));
    let all: Vec<Result<ObjectDescription, Error>> = asked.buffered(AT_ONCE).collect().await;
    let mut found = Descriptions { more, ..Descriptions::default() };
    for one in all {
        match one {
            Ok(described) => found.objects.push(described),
            Err(error) => found.failed.push(error),
        }
    }
    if found.objects.is_empty()
        && let Some(error) = found.failed.pop()
    {
        return Err(error);
    }
    Ok(Answer::Described(found))
}

/// All that the server says of one object, and what it does not say left out.
pub async fn whole(client: &Client, object: &ObjectAddress) -> Reply {
    let whole = Box::new(client.whole_object(object).boxed().await?);
    let versions = client.count_versions(object).boxed().await;
    Ok(Answer::Whole { whole, versions })
}

pub async fn described(client: &Client, object: ObjectAddress) -> Result<ObjectDescription, Error> {
    let described = client.described(&object).await?;
    let (head, tags, acl_unknown) = (described.head, described.tags, described.acl_unknown);
    Ok(ObjectDescription { object, head, tags, acl_unknown })
}

/// All that are named, the first of those below prefixes, and whether there are more of these.
async fn objects(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
) -> Result<(Vec<ObjectAddress>, bool), Error> {
    let mut found = Vec::new();
    let mut pages = ObjectsOf::new(client, bucket, targets).at_most_below(MOST_DESCRIBED);
    while let Some(page) = pages.next().await? {
        found.extend(page.into_iter().map(|each| each.object));
    }
    Ok((found, pages.more))
}

/// Changes each that is still what was shown.
pub async fn change(
    client: &Client,
    objects: Vec<(ObjectAddress, Option<ETag>)>,
    change: &MetadataChange,
) -> Reply {
    client.permits_change(change)?;
    let asked = stream::iter(objects).map(|(object, etag)| async move {
        client.change_if_still(&object, etag.as_ref(), change).await
    });
    let all: Vec<Result<bool, Error>> = asked.buffer_unordered(AT_ONCE).collect().await;
    let mut outcome = MetadataOutcome::default();
    for one in all {
        match one {
            Ok(true) => outcome.changed += 1,
            Ok(false) => outcome.same += 1,
            Err(error) => outcome.failed.push(error),
        }
    }
    Ok(Answer::MetadataChanged(outcome))
}

/// Asks for each that is archived, however many there are.
pub async fn thaw(client: &Client, bucket: &Bucket, targets: &[Target], wish: ThawWish) -> Reply {
    expect_restore(client, bucket.as_str()).await?;
    let (mut outcome, mut pages) =
        (ThawOutcome::default(), ObjectsOf::new(client, bucket, targets));
    loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(error) if outcome == ThawOutcome::default() => return Err(error),
            // What was asked for is told all the same.
            Err(error) => {
                outcome.broken = Some(error);
                break;
            }
        };
        let asked = stream::iter(page).map(|found| async move {
            ask_to_thaw(client, &found.object, found.class, wish).await
        });
        let mut asked = pin!(asked.buffer_unordered(AT_ONCE));
        while let Some(state) = asked.next().await {
            match state {
                Ok(None) => {}
                Ok(Some(ThawState::Asked)) => outcome.asked += 1,
                Ok(Some(ThawState::Running)) => outcome.running += 1,
                Ok(Some(ThawState::Readable(_))) => outcome.readable += 1,
                Err(error) => outcome.fail(error),
            }
        }
    }
    Ok(Answer::Thawed(outcome))
}

pub async fn open(client: &Client, object: &ObjectAddress) -> Reply {
    let opened = open_text(client, object).await?;
    Ok(Answer::TextOpened(OpenedText { bytes: opened.bytes, etag: opened.etag }))
}

/// Stores the text if the object still has this ETag; without one, only if no object exists.
pub async fn save(
    client: &Client,
    object: &ObjectAddress,
    etag: Option<ETag>,
    bytes: Vec<u8>,
) -> Reply {
    Ok(Answer::TextSaved(match &etag {
        Some(_) => save_text(client, object, etag.as_ref(), bytes).await?,
        None => save_new_text(client, object, bytes).await?,
    }))
}
