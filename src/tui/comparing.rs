//! Answers what screens ask of two objects: describes both, and compares their bytes.

use crate::app::event::{Answer, Reply};
use crate::domain::compared::{Compared, ComparedBytes, MOST_COMPARED};
use crate::domain::description::ObjectDescription;
use crate::domain::error::Error;
use crate::domain::likeness::Likeness;
use crate::domain::object::ObjectAddress;
use crate::s3::client::Client;
use crate::tui::describing::described;

pub async fn compare(client: &Client, one: ObjectAddress, other: ObjectAddress) -> Reply {
    let (one, other) = tokio::try_join!(described(client, one), described(client, other))?;
    let bytes = bytes(client, &one, &other).await?;
    Ok(Answer::Compared(Box::new(Compared { one, other, bytes })))
}

async fn bytes(
    client: &Client,
    one: &ObjectDescription,
    other: &ObjectDescription,
) -> Result<ComparedBytes, Error> {
    let likeness = Likeness::of(&one.head, &other.head);
    if likeness.is_same() {
        return Ok(ComparedBytes::SameBySum);
    }
    if one.head.is_archived() || other.head.is_archived() {
        return Ok(match likeness {
            Likeness::Other => ComparedBytes::Other,
            _ => ComparedBytes::Unread,
        });
    }
    let (here, there) = tokio::try_join!(
        client.start_of(&one.object, MOST_COMPARED),
        client.start_of(&other.object, MOST_COMPARED)
    )?;
    let whole = |description: &ObjectDescription, read: &[u8]| {
        description.head.size.is_some_and(|size| size == read.len() as u64)
    };
    let whole = whole(one, &here.bytes) && whole(other, &there.bytes);
    Ok(ComparedBytes::of(&here.bytes, &there.bytes, whole, likeness))
}
