//! Every request the server understands, and its answer.

use std::collections::HashMap;

use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_MATCH, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::Panel;
use super::body::{Answer, Pace};
use super::counters::Counters;
use super::objects::{Listing, checksums, etag, size_of};
use super::received::{Received, Sent};
use super::versions::{VersionsAsked, past};

/// Everything requests share.
pub struct Shop {
    panel: Panel,
    pub counters: Counters,
    received: Received,
}

/// What a request is about.
struct Asked {
    bucket: String,
    key: String,
    query: HashMap<String, String>,
}

impl Asked {
    fn of(request: &Request<Incoming>) -> Asked {
        let text = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path = request.uri().path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let pairs = request.uri().query().unwrap_or_default().split('&');
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query = pairs.map(|(name, value)| (text(name), text(value))).collect();
        Asked { bucket: bucket.to_owned(), key: text(key), query }
    }

    fn has(&self, name: &str) -> bool {
        self.query.contains_key(name)
    }

    fn text(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    fn place(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }
}

impl Shop {
    pub fn new(panel: Panel) -> Shop {
        Shop { panel, counters: Counters::default(), received: Received::default() }
    }

    pub async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let asked = Asked::of(&request);
        let (head, body) = request.into_parts();
        let got = self.drain(body, &head.headers).await;
        if let Some(latency) = self.panel.latency() {
            tokio::time::sleep(latency).await;
            if asked.has("list-type") {
                tokio::time::sleep(latency).await;
            }
        }
        match (head.method, asked.bucket.is_empty(), asked.key.is_empty()) {
            (Method::GET, true, _) => self.buckets(),
            (Method::HEAD, _, true) => self.empty("HeadBucket"),
            (Method::GET, _, true) => self.about_bucket(&asked),
            (Method::POST, _, true) => self.delete_many(),
            (Method::GET, ..) if asked.has("uploadId") => self.list_parts(&asked),
            (method @ (Method::GET | Method::HEAD), ..) => {
                self.object(&asked, &head.headers, method == Method::HEAD)
            }
            (Method::PUT, ..) if self.is_there(&asked, &head.headers) => {
                refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed")
            }
            (Method::PUT, ..) => self.put(&asked, Sent::new(got, &head.headers)),
            (Method::POST, ..) if asked.has("uploads") => self.begin(&asked, &head.headers),
            (Method::POST, ..) => self.complete(&asked),
            (Method::DELETE, ..) => self.delete(&asked),
            _ => refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        }
    }

    /// Takes a body in and drops it; gives how long it is without a frame around it.
    async fn drain(&self, mut body: Incoming, headers: &HeaderMap) -> u64 {
        let (mut got, mut pace) = (0, self.panel.rate().map(Pace::new));
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, bytes::Bytes::len) as u64;
            got += bytes;
            if let Some(pace) = &mut pace {
                pace.came(bytes).await;
            }
        }
        let framed =
            headers.get("x-amz-decoded-content-length").and_then(|value| value.to_str().ok());
        framed.and_then(|length| length.parse().ok()).unwrap_or(got)
    }

    /// Whether an object is not to be overwritten.
    fn is_there(&self, asked: &Asked, headers: &HeaderMap) -> bool {
        headers.contains_key(IF_NONE_MATCH) && self.received.find(&asked.place()).is_some()
    }

    fn buckets(&self) -> Response<Answer> {
        self.counters.count("ListBuckets");
        let bucket = |name| {
            format!(
                "<Bucket><Name>{name}</Name><CreationDate>2026-01-02T03:04:05.000Z</CreationDate>\
                 </Bucket>"
            )
        };
        document(&format!(
            "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>{}{}</Buckets>\
             </ListAllMyBucketsResult>",
            bucket("down"),
            bucket("up")
        ))
    }

    fn empty(&self, operation: &'static str) -> Response<Answer> {
        self.counters.count(operation);
        Response::new(Answer::text(""))
    }

    fn about_bucket(&self, asked: &Asked) -> Response<Answer> {
        if asked.has("location") {
            self.counters.count("GetBucketLocation");
            return document("<LocationConstraint/>");
        }
        if asked.has("versioning") && past(&asked.bucket).is_some() {
            self.counters.count("GetBucketVersioning");
            return document(
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            );
        }
        if let (true, Some(past)) = (asked.has("versions"), past(&asked.bucket)) {
            self.counters.count("ListObjectVersions");
            return xml(past.page(&VersionsAsked {
                prefix: asked.text("prefix"),
                key_marker: asked.text("key-marker"),
                version_marker: asked.text("version-id-marker"),
                max_keys: asked.text("max-keys").parse().ok(),
            }));
        }
        if asked.text("list-type") != "2" {
            self.counters.count("other");
            return refusal(StatusCode::NOT_IMPLEMENTED, "NotImplemented");
        }
        self.counters.count("ListObjectsV2");
        let listing = Listing {
            bucket: &asked.bucket,
            prefix: asked.text("prefix"),
            delimited: !asked.text("delimiter").is_empty(),
            token: asked.text("continuation-token").parse().ok(),
            behind: asked.text("start-after"),
            max_keys: asked.text("max-keys").parse().ok(),
            encoded: asked.text("encoding-type") == "url",
        };
        xml(listing.page())
    }

    fn delete_many(&self) -> Response<Answer> {
        self.counters.count("DeleteObjects");
        document("<DeleteResult/>")
    }

    fn object(&self, asked: &Asked, headers: &HeaderMap, head: bool) -> Response<Answer> {
        self.counters.count(if head { "HeadObject" } else { "GetObject" });
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let synthetic = || Some(size_of(&asked.key)?).filter(|_| asked.bucket == "down");
        let (size, tag, kept) = match (synthetic(), self.received.find(&asked.place())) {
            (Some(size), _) => (size, etag(size), checksums(&asked.key, size)),
            (None, Some(sent)) => (sent.size, sent.etag, sent.headers),
            (None, None) => return refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
        };
        if text(IF_MATCH.as_str()).is_some_and(|wanted| wanted.trim_matches('"') != tag) {
            return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let range = text(RANGE.as_str()).and_then(|range| ranged(range, size));
        let (at, end) = range.unwrap_or((0, size));
        if range.is_some() && at >= end {
            return refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
        }
        let mut response = Response::builder()
            .header(ETAG, format!("\"{tag}\""))
            .header(LAST_MODIFIED, "Fri, 02 Jan 2026 03:04:05 GMT")
            .header("accept-ranges", "bytes")
            .header("content-type", "binary/octet-stream")
            .header(CONTENT_LENGTH, end - at);
        if range.is_some() {
            response = response.status(StatusCode::PARTIAL_CONTENT);
            response = response.header(CONTENT_RANGE, format!("bytes {at}-{}/{size}", end - 1));
        }
        // Of a range no checksum is known.
        let checked = text("x-amz-checksum-mode").is_some() && range.is_none();
        for (name, value) in kept {
            if checked || !name.starts_with("x-amz-checksum-") {
                response = response.header(name, value);
            }
        }
        let body = if head {
            Answer::text("")
        } else {
            Answer::Synthetic { at, end, pace: self.panel.rate().map(Pace::new) }
        };
        response.body(body).unwrap()
    }

    fn put(&self, asked: &Asked, sent: Sent) -> Response<Answer> {
        let mut response = Response::builder().header(ETAG, format!("\"{}\"", sent.etag));
        for (name, value) in &sent.headers {
            if name.starts_with("x-amz-checksum-") {
                response = response.header(name, value);
            }
        }
        if asked.has("uploadId") {
            self.counters.count("UploadPart");
            let number = asked.text("partNumber").parse().unwrap_or(0);
            if !self.received.part(asked.text("uploadId"), number, sent) {
                return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
            }
        } else if !asked.key.is_empty() {
            self.counters.count("PutObject");
            self.received.put(&asked.place(), sent);
        }
        response.body(Answer::text("")).unwrap()
    }

    fn begin(&self, asked: &Asked, headers: &HeaderMap) -> Response<Answer> {
        self.counters.count("CreateMultipartUpload");
        let id = self.received.begin(headers);
        let (bucket, key) = (&asked.bucket, &asked.key);
        document(&format!(
            "<InitiateMultipartUploadResult><Bucket>{bucket}</Bucket><Key>{key}</Key>\
             <UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        ))
    }

    fn complete(&self, asked: &Asked) -> Response<Answer> {
        self.counters.count("CompleteMultipartUpload");
        let done = self.received.complete(asked.text("uploadId"), &asked.place());
        let Some((sent, crc)) = done else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let crc = crc.map_or_else(String::new, |crc| {
            let kind = "<ChecksumType>FULL_OBJECT</ChecksumType>";
            format!("<ChecksumCRC64NVME>{crc}</ChecksumCRC64NVME>{kind}")
        });
        document(&format!(
            "<CompleteMultipartUploadResult><Bucket>{}</Bucket><Key>{}</Key>\
             <ETag>&quot;{}&quot;</ETag>{crc}</CompleteMultipartUploadResult>",
            asked.bucket, asked.key, sent.etag
        ))
    }

    fn list_parts(&self, asked: &Asked) -> Response<Answer> {
        self.counters.count("ListParts");
        let id = asked.text("uploadId");
        let Some(parts) = self.received.parts(id) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        document(&format!(
            "<ListPartsResult><UploadId>{id}</UploadId><IsTruncated>\
             false</IsTruncated>{parts}</ListPartsResult>"
        ))
    }

    fn delete(&self, asked: &Asked) -> Response<Answer> {
        if asked.has("uploadId") {
            self.counters.count("AbortMultipartUpload");
            self.received.abort(asked.text("uploadId"));
        } else {
            self.counters.count("DeleteObject");
            self.received.delete(&asked.place());
        }
        let mut response = Response::new(Answer::text(""));
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    }
}

/// First byte and the one after the last, which are no range where nothing of the object is in it.
fn ranged(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let most = last.parse::<u64>().ok()?.min(size);
        return Some((size - most, size));
    }
    let first = first.parse::<u64>().ok()?;
    let end = last.parse::<u64>().map_or(size, |last| (last + 1).min(size));
    Some((first, end))
}

fn document(inner: &str) -> Response<Answer> {
    xml(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{inner}"))
}

fn xml(text: String) -> Response<Answer> {
    let mut response = Response::new(Answer::text(text));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
    response
}

fn refusal(status: StatusCode, code: &str) -> Response<Answer> {
    let mut response =
        document(&format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"));
    *response.status_mut() = status;
    response
}
