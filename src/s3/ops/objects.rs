//! Sends the requests for one object: HEAD, and PUT of a whole body.

use std::sync::Arc;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::operation::put_object::{PutObject, PutObjectError, PutObjectInput};
use aws_sdk_s3::types::ChecksumMode;
use bytes::Bytes;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, ObjectHead, PutOptions, StoredObject, VersionId};
use crate::domain::provider::Provider;
use crate::s3::access::{Access, with_access};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::http::body::Body;
use crate::s3::http::body_pacing::{BodyPacing, PacedRequest};
use crate::s3::http::direct::{Payload, Route, Sending};
use crate::s3::http::integrity::{Check, Digests};
use crate::s3::ops::headers::{checksums, expires, object_head, opaque_tag, with_headers};
use crate::s3::ops::markers::{is_marker, of_version};
use crate::s3::ops::unusual::asking_for;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::errors::chain;
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::transport::upload_timeouts;
use crate::s3::tasks::blocking;

impl Client {
    /// Where HEAD is refused, which has no body to say why, a GET of one byte is asked: it says
    /// why, or what HEAD would have said.
    pub async fn head(&self, object: &ObjectAddress) -> Result<ObjectHead, Error> {
        let told = self.sdk().await?.provider == Provider::Aws;
        self.head_with(object, told).await
    }

    /// As [`Client::head`], with the checksums wherever they can be had.
    pub async fn whole_head(&self, object: &ObjectAddress) -> Result<ObjectHead, Error> {
        let told = self.sdk().await?.provider != Provider::R2;
        match self.head_with(object, told).await {
            // An answer to HEAD has no words: the bucket may be what is not there.
            Err(error) if error.is(&ErrorKind::NoSuchKey) && error.code.is_none() => {
                Err(match Box::pin(self.is_there(&object.bucket)).await {
                    Some(false) => Error { kind: ErrorKind::NoSuchBucket, ..error },
                    _ => error,
                })
            }
            other => other,
        }
    }

    /// One part of an object as HEAD tells it: its size in place of the object's, and how many
    /// there are. A server that knows no parts tells of the whole, and no number.
    pub async fn head_of_part(
        &self,
        object: &ObjectAddress,
        number: u32,
    ) -> Result<ObjectHead, Error> {
        self.prepare_for(&Call::on_object("HeadObject", object), &object.bucket).await?;
        let access = self.access(&object.bucket);
        self.ask_head(object, HeadAsked { sums: false, part: Some(number) }, &access).await
    }

    async fn head_with(&self, object: &ObjectAddress, sums: bool) -> Result<ObjectHead, Error> {
        self.prepare_for(&Call::on_object("HeadObject", object), &object.bucket).await?;
        let access = self.access(&object.bucket);
        let asked = match self.ask_head(object, sums.into(), &access).await {
            // It may not be encrypted with the key that is given.
            Err(error) if access.has_key() && error.status == Some(400) => {
                let plain = access.without_key();
                self.ask_head(object, sums.into(), &plain)
                    .await
                    .map_err(|plain| telling(error, plain))
            }
            other => other,
        };
        match asked {
            Err(error) if is_mute(&error) && !is_marker(&error, object) => {
                self.head_by_get(object, error).await
            }
            other => other.map_err(|error| of_version(error, object)),
        }
    }

    pub(in crate::s3) async fn ask_head(
        &self,
        object: &ObjectAddress,
        asked: HeadAsked,
        access: &Access,
    ) -> Result<ObjectHead, Error> {
        let call = Call::on_object("HeadObject", object);
        let mode = asked.sums.then_some(ChecksumMode::Enabled);
        let part = asked.part.and_then(|number| i32::try_from(number).ok());
        let output = self
            .run(&call, |sdk, bucket| {
                let request = with_access!(sdk.head_object(), access)
                    .bucket(bucket)
                    .key(key_for_sdk(&object.key))
                    .set_version_id(object.version_id())
                    .set_part_number(part)
                    .set_checksum_mode(mode.clone());
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        expect_version(object, output.version_id(), &call)?;
        let archive_tier = output.archive_status().map(|tier| tier.as_str().to_owned());
        let head = ObjectHead { archive_tier, ..object_head!(output) };
        match head.etag {
            Some(_) => Ok(head),
            // A login page of the network on the way answers 200 too.
            None => Err(call.fails(ErrorKind::NotS3, "the answer has no ETag")),
        }
    }

    /// Remembers for the session that the server compares another spelling of the ETag that a write
    /// names.
    pub fn learn_otherwise_written(&self) {
        self.conditions().learn_otherwise_written();
    }

    /// One PUT with its integrity check. An answer whose ETag speaks against the bytes is
    /// `Corrupt`.
    pub async fn put(
        &self,
        object: &ObjectAddress,
        body: Body,
        options: &PutOptions,
    ) -> Result<StoredObject, Error> {
        let call = Call::on_object("PutObject", object).writing();
        let (call, body) = (&call, &body);
        self.expect_own_key(call, object).await?;
        let expires = expires(&options.headers, call)?;
        let replaced = &options.if_match.as_ref().map(|tag| self.conditions().written(tag));
        let (output, check) = self
            .run(call, |sdk, bucket| async move {
                let route = self.route(&sdk, &object.bucket).await?;
                let sending = self.sending(body, route.as_ref()).await?;
                // The SDK's two builders share these setters and no trait.
                macro_rules! asked {
                    ($builder:expr) => {
                        with_access!(
                            with_headers!($builder, options, expires),
                            self.access(&object.bucket)
                        )
                        .bucket(bucket)
                        .key(key_for_sdk(&object.key))
                        .set_if_none_match(options.only_if_absent.then(|| "*".to_owned()))
                        .set_if_match(replaced.clone())
                        .set_content_md5(sending.check.content_md5())
                        .set_checksum_crc64_nvme(sending.check.crc64nvme())
                    };
                }
                let output = if let Some(route) = route {
                    let input = call.built(asked!(PutObjectInput::builder()).build())?;
                    let (form, sent) = (PutObject::new(), sending.by(body, self.pacing()));
                    route.store::<_, PutObjectError>(&form, input, &sent, call).await?
                } else {
                    let request = asked!(sdk.put_object());
                    let request = request.body(whole(body).await?.into()).customize();
                    let sent = request
                        .interceptor(Hooked(PacedRequest::of(self.pacing())))
                        .config_override(self.patient_with(body))
                        .send()
                        .await;
                    sent.map_err(|error| call.failed(error))?
                };
                Ok((output, sending.check))
            })
            .await
            .map_err(|error| asking_for(error, options))?;
        let made =
            object.clone().at_version(output.version_id().map(|id| VersionId(id.to_owned())));
        self.check_own_key(&made).await?;
        let opaque = self.access(&object.bucket).has_key() || opaque_tag!(output);
        let etag = stored_tag(output.e_tag(), &check, opaque, call)?;
        let confirmed = check.confirmed_by(&etag, output.checksum_crc64_nvme());
        Ok(StoredObject {
            etag: Some(etag),
            version_id: output.version_id().map(str::to_owned),
            checksums: checksums!(output),
            confirmed: confirmed.filter(|_| !opaque || check.crc64nvme().is_some()),
        })
    }

    /// Time for a body to be sent by the SDK.
    pub(in crate::s3) fn patient_with(&self, body: &Body) -> Builder {
        let watched = self.pacing().is_some();
        Builder::default().timeout_config(upload_timeouts(body.size(), watched))
    }

    /// The digests of a body, with the signature covering it where others could change it on its
    /// way.
    pub(in crate::s3) async fn sending(
        &self,
        body: &Body,
        route: Option<&Route>,
    ) -> Result<Digests, Error> {
        let open = route.is_some_and(|route| !route.is_private());
        let signed = open && !self.connection().bodies.unsigned;
        Digests::of(body, self.sdk().await?.crc64nvme, signed).await
    }
}

/// What a HEAD asks for beside what it always tells.
#[derive(Clone, Copy)]
pub(in crate::s3) struct HeadAsked {
    sums: bool,
    /// The number of the part that it is about.
    part: Option<u32>,
}

impl From<bool> for HeadAsked {
    fn from(sums: bool) -> HeadAsked {
        HeadAsked { sums, part: None }
    }
}

/// An answer about another version than was asked for is none: rclone answers with the current one.
/// Who keeps no versions may leave out the id that is called `null`.
pub(in crate::s3) fn expect_version(
    object: &ObjectAddress,
    answered: Option<&str>,
    call: &Call,
) -> Result<(), Error> {
    let asked = object.version.as_ref().map(VersionId::as_str).filter(|id| *id != "null");
    if asked.is_none_or(|asked| answered == Some(asked)) {
        return Ok(());
    }
    let why = "asked for one version, it answers with the current object";
    Err(call.fails(ErrorKind::Unsupported, why))
}

/// Chooses the refusal that tells more: the one with a key, or the one without.
pub(in crate::s3) fn telling(with_key: Error, plain: Error) -> Error {
    if plain.is(&ErrorKind::NoSuchKey) { plain } else { with_key }
}

/// Whether HEAD was refused for a reason that only a body could tell. A 404 tells enough.
fn is_mute(error: &Error) -> bool {
    error.code.is_none() && matches!(error.status, Some(400 | 401 | 403 | 405 | 501))
}

impl Digests {
    /// The body as it goes without the SDK.
    pub fn by(&self, body: &Body, pacing: Option<&Arc<dyn BodyPacing>>) -> Sending {
        let payload = self.sha256.clone().map_or(Payload::Unsigned, Payload::Sha256);
        Sending { body: body.clone(), payload, pacing: pacing.cloned() }
    }
}

impl Call {
    pub fn built<T>(&self, input: Result<T, BuildError>) -> Result<T, Error> {
        input.map_err(|error| self.fails(ErrorKind::InvalidRequest, chain(&error)))
    }
}

/// A body in memory, as the SDK takes it.
pub async fn whole(body: &Body) -> Result<Bytes, Error> {
    let body = body.clone();
    blocking(move || body.whole()).await
}

/// The tag of what was just stored, compared with what was sent unless encryption makes it
/// `opaque`.
pub fn stored_tag(
    tag: Option<&str>,
    check: &Check,
    opaque: bool,
    call: &Call,
) -> Result<ETag, Error> {
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Err(call.fails(ErrorKind::NotS3, "the server stored a body and gave no ETag"));
    };
    let tag = ETag::new(tag);
    if !opaque && check.contradicted_by(&tag) {
        let detail = format!("the server stored other bytes than were sent: its ETag is {tag}");
        return Err(call.fails(ErrorKind::Corrupt, detail));
    }
    Ok(tag)
}
