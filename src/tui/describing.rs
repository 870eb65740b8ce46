//! Answers what screens ask of the metadata of objects: reads it, changes it, and edits texts.

use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::app::event::{Answer, Reply};
use crate::domain::address::Bucket;
use crate::domain::description::{
    Descriptions, MOST_DESCRIBED, MetadataOutcome, ObjectDescription, OpenedText, ThawOutcome,
};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::metadata_change::{ChangeKind, MetadataChange};
use crate::domain::object::{ETag, ObjectAddress};
use crate::domain::thaw::ThawWish;
use crate::domain::transfer::Target;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;
use crate::s3::ops::restore::Asked;
use crate::transfer::saving::{save_new_text, save_text};

/// Objects that are asked about at once.
const AT_ONCE: usize = 8;

/// All that is named and all that is below prefixes.
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

async fn objects(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
) -> Result<(Vec<ObjectAddress>, bool), Error> {
    let mut found = Vec::new();
    for target in Target::each(targets) {
        match &*target {
            Target::Object(key) => found.push(ObjectAddress::new(bucket.clone(), key.clone())),
            // The past is only read.
            Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => {}
            Target::Prefix(prefix) => {
                let mut pages = Pages::new(client, ListQuery::below(bucket, prefix));
                while let Some(page) = pages.next().await? {
                    let keys = page.rows().map(|row| prefix.key(row.name));
                    found.extend(keys.map(|key| ObjectAddress::new(bucket.clone(), key)));
                    if found.len() > MOST_DESCRIBED {
                        found.truncate(MOST_DESCRIBED);
                        return Ok((found, true));
                    }
                }
            }
        }
    }
    Ok((found, false))
}

/// Changes each that is still what was shown.
pub async fn change(
    client: &Client,
    objects: Vec<(ObjectAddress, Option<ETag>)>,
    change: &MetadataChange,
) -> Reply {
    client.permits(&change.set)?;
    let asked = stream::iter(objects).map(|(object, etag)| async move {
        let before = client.described(&object).await?;
        if before.head.etag != etag {
            return Err(Error::new(ErrorKind::SourceChanged, "CopyObject", object.to_string()));
        }
        let tags = before.tags.clone().unwrap_or_default();
        let refused = before.refuses(&object, change).is_some();
        if !refused && change.kind(&before.head, &tags) == ChangeKind::Nothing {
            return Ok(false);
        }
        client.change_metadata(&object, &before, change).await.map(|()| true)
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

pub async fn thaw(client: &Client, bucket: &Bucket, targets: &[Target], wish: ThawWish) -> Reply {
    let (objects, _) = objects(client, bucket, targets).await?;
    let asked = stream::iter(objects).map(|object| async move {
        let head = client.head(&object).await?;
        if !head.is_archived() {
            return Ok(None);
        }
        if head.restore.as_ref().is_some_and(|restore| restore.running) {
            return Ok(Some(Asked::Before));
        }
        client.restore_archived(&object, &head, wish).await.map(Some)
    });
    let all: Vec<Result<Option<Asked>, Error>> = asked.buffer_unordered(AT_ONCE).collect().await;
    let mut outcome = ThawOutcome::default();
    for one in all {
        match one {
            Ok(None) => outcome.readable += 1,
            Ok(Some(Asked::Now)) => outcome.asked += 1,
            Ok(Some(Asked::Before)) => outcome.running += 1,
            Err(error) => outcome.failed.push(error),
        }
    }
    Ok(Answer::Thawed(outcome))
}

pub async fn open(client: &Client, object: &ObjectAddress) -> Reply {
    let opened = client.open_text(object).await?;
    let etag = opened.described.head.etag;
    Ok(Answer::TextOpened(OpenedText { bytes: opened.bytes, etag }))
}

/// Over what has this ETag; where there is none, nothing may be there.
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
