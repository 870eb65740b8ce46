//! Examines what may be read: a listing, an object's head and body, a condition, a link.

use std::ops::RangeInclusive;

use futures_util::StreamExt as _;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::diagnosis::Step;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead};
use crate::s3::client::{Client, ListQuery};
use crate::s3::doctor::report::{Report, Stop, refused_as_it_should};
use crate::s3::doctor::{bucket, link};

/// An ETag that no object has.
const OTHER_ETAG: &str = "\"00000000000000000000000000000000\"";

const BODIES: RangeInclusive<Step> = Step::Head..=Step::Cors;

/// Stops where the bucket is not there for these keys at all.
pub async fn read(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    report: &mut Report<'_>,
) -> Result<(), Stop> {
    let key = match first_key(client, bucket, prefix).await {
        Ok(key) => key,
        Err(error) => {
            report.fails(Step::List, error.clone());
            bucket::as_it_could_be(client, bucket, prefix, &error, report).await;
            report.skip(BODIES, "no object could be found");
            // Whoever may only write may not list.
            let worth_writing = error.is(&ErrorKind::AccessDenied);
            return if worth_writing { Ok(()) } else { Err(Stop("the bucket cannot be listed")) };
        }
    };
    report.works(Step::List, if key.is_none() { "there is nothing" } else { "" });
    bucket::as_it_is(client, bucket, report).await;
    let Some(key) = key else {
        report.skip(BODIES, "there is no object here");
        return Ok(());
    };
    look_at(client, &ObjectAddress::new(bucket.clone(), key), report).await;
    Ok(())
}

async fn look_at(client: &Client, object: &ObjectAddress, report: &mut Report<'_>) {
    let Some(head) = report.outcome(Step::Head, client.head(object).await) else {
        return report.skip(Step::Read..=Step::Cors, "the object cannot be looked at");
    };
    if report.outcome(Step::Read, first_byte(client, object, &head).await).is_none() {
        return report.skip(Step::ConditionalRead..=Step::Cors, "the object cannot be read");
    }
    let options = GetOptions { range: None, if_match: Some(ETag::new(OTHER_ETAG)) };
    let refused = match client.get(object, &options).await {
        // Noticed here, not by the server, which sent the object all the same.
        Err(error) if error.is(&ErrorKind::SourceChanged) && error.status.is_none() => Ok(()),
        outcome => outcome.map(drop),
    };
    let verdict = refused_as_it_should(
        refused,
        &[ErrorKind::SourceChanged, ErrorKind::PreconditionFailed],
        "If-Match is accepted and ignored: an object that is replaced during a download is told \
         by its ETag only",
    );
    report.end(Step::ConditionalRead, verdict);
    link::share(client, object, head.size == Some(0), report).await;
}

/// The first object anywhere below the prefix.
async fn first_key(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
) -> Result<Option<Key>, Error> {
    let query = ListQuery { max_keys: 1, ..ListQuery::below(bucket, prefix) };
    let listed = client.list_page(&query).await?;
    Ok(listed.page.rows().next().map(|row| prefix.key(row.name)))
}

async fn first_byte(
    client: &Client,
    object: &ObjectAddress,
    head: &ObjectHead,
) -> Result<(), Error> {
    let range = head.size.is_some_and(|size| size > 0).then_some(ByteRange { start: 0, end: 1 });
    let options = GetOptions { range, ..GetOptions::default() };
    let mut download = client.get(object, &options).await?;
    download.body.next().await.transpose().map(drop)
}
