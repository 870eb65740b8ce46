//! Stores a text that somebody wrote, where nobody else wrote meanwhile.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind, SAVE_TEXT};
use crate::domain::likeness::Likeness;
use crate::domain::object::{ETag, ObjectAddress, PutOptions};
use crate::domain::provider::Capability;
use crate::s3::client::Client;
use crate::s3::http::body::Body;
use crate::s3::ops::opening::Opened;
use crate::s3::ops::rewrite::Described;
use crate::s3::tasks::blocking;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::local::content::{SNIFFED, content_type};
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::workers::digest::DigestCheck;
use crate::transfer::workers::settle::DownloadedObject;
use crate::transfer::write::{Expected, MayReplace, Write, Written};

/// The name under which uploads keep the time of the file.
const TIME: &str = "mtime";

/// Tries of one request.
const TRIES: u32 = 3;

const CHANGED: &str = "somebody else changed the object since it was opened";
const DELETED: &str = "somebody else deleted the object since it was opened";

/// Opens an object as a text whose bytes are the object's, as far as the server tells: what was
/// spoilt on its way would be saved.
pub async fn open_text(client: &Client, object: &ObjectAddress) -> Result<Opened, Error> {
    let opened = Box::pin(client.open_text(object)).await?;
    let place = object.to_string();
    let named = place.clone();
    let (opened, finding) = blocking(move || {
        let mut check = DigestCheck::of(&opened.head);
        check.update(&opened.bytes);
        check.finish(&named).map(|finding| (opened, finding))
    })
    .await?;
    let pipe = pipe(client, object);
    let (remote, policy, head) = (&*pipe.remote, &pipe.policy, &opened.head);
    let (bytes, place) = (&opened.bytes, &place);
    let again = |mut check: DigestCheck| async move {
        check.update(bytes);
        check.finish(place)
    };
    Box::pin(DownloadedObject { remote, policy, object, head }.settle(finding, again)).await?;
    Ok(opened)
}

/// Stores a text over what was opened with this ETag, with everything that it has, and gives the
/// new ETag.
///
/// # Errors
/// `PreconditionFailed` where the object is another one by now, or gone; `AccessDenied` where its
/// tags cannot be read and would be lost; `Interrupted` where it may be saved or not.
pub async fn save_text(
    client: &Client,
    object: &ObjectAddress,
    opened: Option<&ETag>,
    bytes: Vec<u8>,
) -> Result<Option<ETag>, Error> {
    let gone = |error: Error| match error.is(&ErrorKind::NoSuchKey) {
        true => conflict(object, DELETED),
        false => error,
    };
    let described = Box::pin(client.described(object)).await.map_err(gone)?;
    if described.head.etag.as_ref() != opened {
        return Err(conflict(object, CHANGED));
    }
    let lacks = client.lacks(Capability::ObjectTags);
    let tags = described.kept_tags(object, lacks.as_deref())?;
    let options = PutOptions { tags, ..options(&described) };
    let may_replace = opened.map_or(MayReplace::Anything, MayReplace::Only);
    let pipe = pipe(client, object);
    let written = Box::pin(write(&pipe, bytes, &options, may_replace)).await.map_err(gone)?;
    let etag = written.ok_or_else(|| conflict(object, CHANGED))?;
    match pipe.put_right(&options).await {
        Err(error) if error.is(&ErrorKind::Loss) => Err(error),
        // The text is stored, whatever could not be looked at.
        _ => Ok(etag),
    }
}

/// Stores the text of a new object, where there is none, and gives its ETag.
///
/// # Errors
/// `PreconditionFailed` where there is one; `Interrupted` where it may be saved or not.
pub async fn save_new_text(
    client: &Client,
    object: &ObjectAddress,
    bytes: Vec<u8>,
) -> Result<Option<ETag>, Error> {
    let mut options = PutOptions::default();
    let start = &bytes[..bytes.len().min(SNIFFED)];
    options.headers.content_type = Some(content_type(object.key.name(), start));
    let pipe = pipe(client, object);
    Box::pin(pipe.expect_absent()).await.map_err(in_the_way)?;
    let written = Box::pin(write(&pipe, bytes, &options, MayReplace::Nothing)).await?;
    written.ok_or_else(|| in_the_way(pipe.exists()))
}

/// Somebody waits for it: also a server that cannot be reached gets a few tries and no more.
fn pipe(client: &Client, object: &ObjectAddress) -> Pipe {
    let patience = Patience { tries: TRIES, outage: Some(Duration::ZERO), ..Patience::default() };
    let remote = Arc::new(client.sending_once());
    Pipe::new(remote, object.clone(), patience, RateLimiter::default())
}

/// What keeps everything but the bytes and their time.
fn options(opened: &Described) -> PutOptions {
    let mut options = opened.head.as_options();
    let now = Timestamp::now();
    // Its bytes are of now, whatever file they came of.
    if let Some(time) = options.user_metadata.get_mut(TIME) {
        *time = format!("{}.{:09}", now.as_second(), now.subsec_nanosecond());
    }
    let kept = options.protection.retention.filter(|kept| kept.until > now);
    options.protection.retention = kept;
    options.protection.grants.clone_from(&opened.acl);
    options
}

/// The ETag of what was stored; `None` where something else is in its place.
async fn write(
    pipe: &Pipe,
    bytes: Vec<u8>,
    options: &PutOptions,
    may_replace: MayReplace<'_>,
) -> Result<Option<Option<ETag>>, Error> {
    let body = &Body::from(bytes);
    let write = pipe.write(Expected::Body(body), may_replace);
    let write = Write { may_be_ours: false, ..write };
    let send = |conditional| {
        let options = conditioned(options, may_replace, conditional);
        async move { pipe.put(body, &options).await }
    };
    Ok(match Box::pin(write.send(send)).await.map_err(in_the_way)? {
        Written::Stored(stored) => Some(stored.etag),
        // An answer was lost, and what is there may be somebody else's.
        Written::Found(_, Likeness::Unknown) => {
            return Err(Error::new(ErrorKind::Interrupted, SAVE_TEXT, pipe.place()));
        }
        Written::Found(found, _) => Some(found.etag),
        Written::Taken => None,
    })
}

fn conditioned(options: &PutOptions, may_replace: MayReplace<'_>, conditional: bool) -> PutOptions {
    let if_match = match may_replace {
        MayReplace::Only(etag) if conditional => Some(etag.clone()),
        _ => None,
    };
    let only_if_absent = conditional && matches!(may_replace, MayReplace::Nothing);
    PutOptions { only_if_absent, if_match, ..options.clone() }
}

fn conflict(object: &ObjectAddress, detail: &str) -> Error {
    Error::new(ErrorKind::PreconditionFailed, SAVE_TEXT, object.to_string()).detail(detail)
}

/// Somebody else was quicker.
fn in_the_way(error: Error) -> Error {
    match error.is(&ErrorKind::PreconditionFailed) {
        true => Error { operation: SAVE_TEXT.to_owned(), ..error },
        false => error,
    }
}
