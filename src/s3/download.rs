//! A body on its way in: the range that was asked, no byte less, no byte more.

use std::sync::Arc;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectAddress};
use crate::s3::call::Call;
use crate::s3::client::{Client, Download};
use crate::s3::errors::body_error;
use crate::s3::headers::object_head;
use crate::s3::meter::Meter;

impl Client {
    /// A range may reach beyond the object's end; it comes back cut to it, and an empty object has no range at all.
    /// A server that ignores the range is `Unsupported`; one that sends another range is `Corrupt`; another ETag than
    /// `if_match` is `SourceChanged` even where the server ignores conditions.
    pub async fn get(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
    ) -> Result<Download, Error> {
        let call = Call::on_object("GetObject", object).guarding_source(options.if_match.is_some());
        let from_start = options.range.is_some_and(|range| range.start == 0);
        let output = match self.send_get(object, options, &call).await {
            Err(error) if from_start && error.status == Some(416) => {
                return self.get_empty(object, options, &call).await;
            }
            other => other?,
        };
        self.download(output, options, call)
    }

    async fn send_get(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
        call: &Call,
    ) -> Result<GetObjectOutput, Error> {
        self.run(call, |sdk| {
            let request = sdk
                .get_object()
                .bucket(object.bucket.as_str())
                .key(object.key.as_str())
                .set_range(options.range.map(ByteRange::header))
                .set_if_match(options.if_match.as_ref().map(ETag::quoted));
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// A range from byte 0 that cannot be satisfied speaks of an empty object.
    async fn get_empty(
        &self,
        object: &ObjectAddress,
        options: &GetOptions,
        call: &Call,
    ) -> Result<Download, Error> {
        let whole = GetOptions { range: None, ..options.clone() };
        let output = self.send_get(object, &whole, call).await?;
        if output.content_length() != Some(0) {
            let detail = "the server refused a range from byte 0 of an object that is not empty";
            return Err(call.fails(ErrorKind::Unsupported, detail));
        }
        self.download(output, &whole, call.clone())
    }

    fn download(
        &self,
        output: GetObjectOutput,
        options: &GetOptions,
        call: Call,
    ) -> Result<Download, Error> {
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
        }
        let meter = self.meter().clone();
        Ok(Download { head, range, body: body(output.body, expected, meter, call) })
    }
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
            // As long as what was asked could be a part as well: then nothing says how much is missing.
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

/// Watches the length: too few bytes are `Interrupted`, too many `Corrupt`.
fn body(
    stream: ByteStream,
    expected: Option<u64>,
    meter: Arc<Meter>,
    call: Call,
) -> BoxStream<'static, Result<Bytes, Error>> {
    let state = Some((stream, 0_u64));
    stream::unfold(state, move |state| {
        let (call, meter) = (call.clone(), meter.clone());
        async move {
            let (mut stream, got) = state?;
            let chunk = match stream.next().await {
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => return Some((Err(body_error(&error, &call)), None)),
                None => {
                    let short = expected.filter(|expected| got < *expected)?;
                    let detail = format!("the body ended after {got} of {short} bytes");
                    return Some((Err(call.fails(ErrorKind::Interrupted, detail)), None));
                }
            };
            let got = got + chunk.len() as u64;
            meter.received(chunk.len() as u64);
            if let Some(promised) = expected.filter(|expected| got > *expected) {
                let detail = format!("the server sent more than the {promised} bytes it promised");
                return Some((Err(call.fails(ErrorKind::Corrupt, detail)), None));
            }
            Some((Ok(chunk), Some((stream, got))))
        }
    })
    .boxed()
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
