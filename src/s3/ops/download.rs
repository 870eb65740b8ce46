//! Requests the body of an object, whole or a range of it.

use aws_sdk_s3::operation::get_object::{GetObject, GetObjectError, GetObjectOutput};
use aws_sdk_s3::types::ChecksumMode;
use futures_util::StreamExt as _;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, ObjectStart};
use crate::domain::provider::Provider;
use crate::s3::access::{Access, with_access};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::http::direct::arriving::Arriving;
use crate::s3::http::incoming::{Download, Incoming};
use crate::s3::ops::headers::object_head;
use crate::s3::ops::markers::of_version;
use crate::s3::ops::objects::{expect_version, telling};
use crate::s3::sdk::blank_key::key_for_sdk;

impl Client {
    /// The first bytes of an object, at most so many.
    pub async fn start_of(&self, object: &ObjectAddress, bytes: u64) -> Result<ObjectStart, Error> {
        let (head, bytes) = self.head_and_start(object, bytes).await?;
        let (size, content_type, etag) = (head.size, head.headers.content_type, head.etag);
        Ok(ObjectStart { bytes, size, content_type, etag })
    }

    /// As [`Client::start_of`], with all that the answer says of the object.
    pub(in crate::s3) async fn head_and_start(
        &self,
        object: &ObjectAddress,
        bytes: u64,
    ) -> Result<(ObjectHead, Vec<u8>), Error> {
        let range = Some(ByteRange { start: 0, end: bytes.max(1) });
        let options = GetOptions { range, ..GetOptions::default() };
        let mut download = match self.get(object, &options).await {
            // No range of an empty object can be had, nor any of a server that ignores them: its
            // answer is left after its first bytes.
            Err(error) if error.status == Some(416) || error.is(&ErrorKind::Unsupported) => {
                self.get(object, &GetOptions::default()).await?
            }
            other => other?,
        };
        let most = usize::try_from(bytes).unwrap_or(usize::MAX);
        let mut start = Vec::new();
        while let Some(piece) = download.body.next().await {
            start.extend_from_slice(&piece?);
            if start.len() >= most {
                start.truncate(most);
                break;
            }
        }
        Ok((download.head, start))
    }

    /// A range may reach beyond the object's end; it comes back cut to it, and an empty object has
    /// no range at all. A server that ignores the range is `Unsupported`; one that sends another
    /// range is `Corrupt`; another ETag than `if_match` is `SourceChanged` even where the server
    /// ignores conditions.
    pub async fn get(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
    ) -> Result<Download, Error> {
        let call = Call::on_object("GetObject", object).guarding_source(options.if_match.is_some());
        let from_start = options.range.is_some_and(|range| range.start == 0);
        let arrived = match self.send_get(object, options, &call).await {
            Err(error) if from_start && error.status == Some(416) => {
                return self.get_empty(object, options, &call).await;
            }
            other => other.map_err(|error| of_version(error, object))?,
        };
        self.download(arrived, options, call)
    }

    /// What HEAD would have said, read from the answer to a GET of the first byte; the GET's own
    /// refusal where it says more than `refused`.
    pub(in crate::s3) async fn head_by_get(
        &self,
        object: &ObjectAddress,
        refused: Error,
    ) -> Result<ObjectHead, Error> {
        let call = Call::on_object("GetObject", object);
        let first = Some(ByteRange { start: 0, end: 1 });
        let mut options = GetOptions { range: first, ..GetOptions::default() };
        let mut answer = self.send_get(object, &options, &call).await;
        if answer.as_ref().is_err_and(|error| error.status == Some(416)) {
            options.range = None;
            answer = self.send_get(object, &options, &call).await;
        }
        let arrived = match answer {
            Ok(arrived) => arrived,
            Err(error) if error.code.is_some() => return Err(error),
            Err(_) => return Err(refused),
        };
        // Its body is not read: a server that ignores the range sends all of it.
        let output = arrived.output;
        let ranged = output.content_range().map(parse_content_range);
        let mut head = object_head!(output);
        if head.etag.is_none() {
            return Err(refused);
        }
        if let Some(ranged) = ranged {
            head.size = ranged.and_then(|(_, whole)| whole);
            if head.size != Some(1) {
                head.checksums.clear();
            }
        }
        Ok(head)
    }

    async fn send_get(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
        call: &Call,
    ) -> Result<Arrived, Error> {
        self.prepare_for(call, &object.bucket).await?;
        let access = self.access(&object.bucket);
        match self.send_get_by(object, options, call, &access).await {
            // It may not be encrypted with the key that is given.
            Err(error) if access.has_key() && error.status == Some(400) => {
                let plain = access.without_key();
                let sent = self.send_get_by(object, options, call, &plain).await;
                sent.map_err(|plain| telling(error, plain))
            }
            other => other,
        }
    }

    async fn send_get_by(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
        call: &Call,
        access: &Access,
    ) -> Result<Arrived, Error> {
        let mode = (self.sdk().await?.provider == Provider::Aws).then_some(ChecksumMode::Enabled);
        let mode = &mode;
        self.run(call, |sdk, bucket| async move {
            let request = with_access!(sdk.get_object(), access)
                .bucket(bucket)
                .key(key_for_sdk(&object.key))
                .set_version_id(object.version_id())
                .set_range(options.range.map(ByteRange::header))
                .set_if_match(options.if_match.as_ref().map(ETag::quoted));
            let Some(route) = self.route(&sdk, &object.bucket).await? else {
                let sent = request.send().await.map_err(|error| call.failed(error));
                return sent.map(|output| Arrived { output, arriving: None });
            };
            // The SDK adds it on its way; only a body that comes whole can be held against it.
            let request = request.set_checksum_mode(mode.clone());
            let input = call.built(request.as_input().clone().build())?;
            let fetched = route.fetch::<_, GetObjectError>(&GetObject::new(), input, call).await;
            fetched.map(|(output, arriving)| Arrived { output, arriving: Some(arriving) })
        })
        .await
        .and_then(|arrived| {
            expect_version(object, arrived.output.version_id(), call)?;
            Ok(arrived)
        })
    }

    /// A range from byte 0 that cannot be satisfied speaks of an empty object.
    async fn get_empty(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
        call: &Call,
    ) -> Result<Download, Error> {
        let whole = GetOptions { range: None, ..options.clone() };
        let arrived = self.send_get(object, &whole, call).await?;
        if arrived.output.content_length() != Some(0) {
            let detail = "the server refused a range from byte 0 of an object that is not empty";
            return Err(call.fails(ErrorKind::Unsupported, detail));
        }
        self.download(arrived, &whole, call.clone())
    }

    fn download(
        &self,
        arrived: Arrived,
        options: &GetOptions,
        call: Call,
    ) -> Result<Download, Error> {
        let Arrived { output, arriving } = arrived;
        let mut head = object_head!(output);
        if head.etag.is_none() {
            // A login page of the network on the way answers 200 too.
            return Err(call.fails(ErrorKind::NotS3, "the answer has no ETag"));
        }
        if let (Some(asked), Some(got)) = (&options.if_match, &head.etag)
            && asked != got
        {
            return Err(call.fails(ErrorKind::SourceChanged, format!("its ETag is {got} by now")));
        }
        let mut range = None;
        let mut expected = head.size;
        if let Some(asked) = options.range {
            let (sent, whole) = sent_range(asked, output.content_range(), head.size, &call)?;
            head.size = whole;
            expected = Some(sent.len());
            range = (!sent.is_empty()).then_some(sent);
            if whole != expected {
                // Where it is one of these bytes it is none of the object.
                head.checksums.clear();
            }
        }
        let meter = self.meter().clone();
        let body = match arriving {
            Some(arriving) => Incoming::by_socket(arriving, expected, meter, call),
            None => Incoming::by_sdk(output.body, expected, meter, call),
        };
        Ok(Download { head, range, body })
    }
}

/// An answer whose body is still on its way.
struct Arrived {
    output: GetObjectOutput,
    /// The body, where it does not come by the SDK.
    arriving: Option<Arriving>,
}

/// The range an answer carries and the size of the whole object.
fn sent_range(
    asked: ByteRange,
    header: Option<&str>,
    length: Option<u64>,
    call: &Call,
) -> Result<(ByteRange, Option<u64>), Error> {
    let Some(header) = header else {
        return match length {
            // As long as what was asked could be a part as well: then nothing says how much is
            // missing.
            Some(length) if asked.start == 0 && length < asked.end => {
                Ok((ByteRange { start: 0, end: length }, Some(length)))
            }
            _ => Err(call.fails(ErrorKind::Unsupported, "the server ignored the range")),
        };
    };
    let wrong = || {
        let detail = format!("asked for {}, answered with {header:?}", asked.header());
        call.fails(ErrorKind::Corrupt, detail)
    };
    let (sent, whole) = parse_content_range(header).ok_or_else(wrong)?;
    let end = whole.map_or(sent.end, |whole| asked.end.min(whole));
    if sent.start != asked.start || sent.end != end || sent.end > asked.end {
        return Err(wrong());
    }
    if length.is_some_and(|length| length != sent.len()) {
        return Err(wrong());
    }
    Ok((sent, whole))
}

/// Reads `bytes 0-4/10` and `bytes 0-4/*` (RFC 9110, 14.4).
fn parse_content_range(header: &str) -> Option<(ByteRange, Option<u64>)> {
    let (range, whole) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let start = first.parse().ok()?;
    let end = last.parse::<u64>().ok()?.checked_add(1)?;
    let whole = if whole == "*" { None } else { Some(whole.parse().ok()?) };
    (start < end).then_some((ByteRange { start, end }, whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Bucket;

    fn range(start: u64, end: u64) -> ByteRange {
        ByteRange { start, end }
    }

    fn sent(
        asked: ByteRange,
        header: Option<&str>,
        length: Option<u64>,
    ) -> Result<(ByteRange, Option<u64>), ErrorKind> {
        let call = Call::on_bucket("GetObject", &Bucket::new("b"));
        sent_range(asked, header, length, &call).map_err(|error| error.kind)
    }

    #[test]
    fn a_range_is_taken_only_where_it_is_the_one_asked() {
        let whole = Some(10);
        assert_eq!(sent(range(0, 5), Some("bytes 0-4/10"), Some(5)), Ok((range(0, 5), whole)));
        assert_eq!(sent(range(5, 99), Some("bytes 5-9/10"), Some(5)), Ok((range(5, 10), whole)));
        assert_eq!(sent(range(0, 5), Some("bytes 0-4/*"), None), Ok((range(0, 5), None)));
        for wrong in ["bytes 1-5/10", "bytes 0-3/10", "bytes 0-9/10", "0-4/10", "bytes 4-0/10"] {
            assert_eq!(sent(range(0, 5), Some(wrong), None), Err(ErrorKind::Corrupt), "{wrong}");
        }
        assert_eq!(sent(range(0, 5), Some("bytes 0-4/10"), Some(6)), Err(ErrorKind::Corrupt));
    }

    #[test]
    fn a_whole_body_in_place_of_a_range_will_do_where_it_is_the_same_bytes() {
        assert_eq!(sent(range(0, 50), None, Some(10)), Ok((range(0, 10), Some(10))));
        for longer in [5, 10] {
            assert_eq!(sent(range(0, 5), None, Some(longer)), Err(ErrorKind::Unsupported));
        }
        assert_eq!(sent(range(2, 5), None, Some(3)), Err(ErrorKind::Unsupported));
        assert_eq!(sent(range(0, 5), None, None), Err(ErrorKind::Unsupported));
    }
}
