//! Handles each request before the S3 service: log, faults, clock and region; and finishes its
//! answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};
use s3s::service::S3Service;
use tokio::time::sleep;

use crate::demo::answers;
use crate::demo::answers::context::{Bare, Context, Unconditional, WholeObject};
use crate::demo::faults::{Act, Faults, NetworkConditions, RecordedRequest};
use crate::demo::gate::{self, Claim};
use crate::demo::mode::Mode;
use crate::demo::operation::Target;
use crate::demo::refusal::{Refusal, escaped};
use crate::demo::wire::{Broken, Treatment, Wire};
use crate::domain::protection::as_http_date;

/// One for all connections.
pub struct Front {
    context: Context,
    faults: Arc<Faults>,
    service: S3Service,
    requests: AtomicU64,
}

impl Front {
    pub fn new(context: Context, faults: Arc<Faults>) -> Front {
        let service = answers::build(context.clone());
        Front { context, faults, service, requests: AtomicU64::new(1) }
    }

    /// An error closes the connection without an answer.
    pub async fn answer(&self, request: Request<Incoming>) -> Result<Response<Wire>, Broken> {
        let (parts, body) = request.into_parts();
        let target = Target::of(
            &parts.method,
            parts.uri.path(),
            parts.uri.query().unwrap_or(""),
            &parts.headers,
        );
        let (ticket, act) = self.faults.arrive(noted(&parts, &target));
        let conditions = self.faults.conditions();
        let late = match act {
            Some(Act::Delay(delay)) => conditions.latency + delay,
            _ => conditions.latency,
        };
        if !late.is_zero() {
            sleep(late).await;
        }
        let method = parts.method.clone();
        let resource = parts.uri.path().to_owned();
        let answer = self.perform(parts, body, &target, act.as_ref(), conditions).await?;
        let answer = self.touched(answer, &method, &target, &resource, conditions);
        let answer = falsified(answer, act.as_ref());
        self.faults.answered(ticket, answer.status().as_u16());
        Ok(answer.map(|body| Wire::new(body, treatment(act.as_ref(), conditions))))
    }

    async fn perform(
        &self,
        mut parts: Parts,
        body: Incoming,
        target: &Target,
        act: Option<&Act>,
        conditions: NetworkConditions,
    ) -> Result<Response<s3s::Body>, Broken> {
        match act {
            Some(Act::Reset) => return Err(Broken("closed by the script".to_owned())),
            Some(Act::Answer { .. } | Act::ErrorInside { .. } | Act::Foreign { .. }) => {
                drained(body).await;
                return Ok(act.and_then(scripted).unwrap_or_default());
            }
            Some(Act::IgnoreRange | Act::EndEarly { whole: true, .. }) => {
                parts.extensions.insert(WholeObject);
            }
            Some(Act::IgnoreConditions) => drop(parts.extensions.insert(Unconditional)),
            Some(Act::DropTagsAndLocks) => drop(parts.extensions.insert(Bare)),
            _ => {}
        }
        if let Err(refusal) = self.gate(&parts, target, conditions) {
            drained(body).await;
            return Ok(refusal.into_response());
        }
        let body = s3s::Body::from(body);
        let body = match conditions.bandwidth {
            Some(_) => s3s::Body::http_body_unsync(Wire::new(body, slow(conditions))),
            None => body,
        };
        let request = Request::from_parts(parts, body);
        let answer = if act == Some(&Act::Pretend) {
            let store = Arc::new(self.context.store.forked());
            answers::build(Context { store, ..self.context.clone() }).call(request).await
        } else {
            self.service.call(request).await
        };
        let answer = answer.map_err(|error| Broken(format!("{error:?}")))?;
        if act == Some(&Act::LoseAnswer) {
            return Err(Broken("answer lost by the script".to_owned()));
        }
        Ok(answer)
    }

    fn gate(
        &self,
        parts: &Parts,
        target: &Target,
        conditions: NetworkConditions,
    ) -> Result<(), Refusal> {
        let rules = &self.context.rules;
        let claim = Claim::of(&parts.headers, parts.uri.query().unwrap_or(""));
        gate::check_clock(&claim, now(conditions), rules.mode)?;
        let bucket = match target.operation {
            "CreateBucket" | "GetBucketLocation" => None,
            _ => self.context.store.region_of(&target.bucket),
        };
        gate::check_region(&claim, &rules.region, bucket.as_deref(), rules.mode)
    }

    /// Request id, date, and what XML cannot carry raw.
    fn touched(
        &self,
        answer: Response<s3s::Body>,
        method: &Method,
        target: &Target,
        resource: &str,
        conditions: NetworkConditions,
    ) -> Response<s3s::Body> {
        let id = format!("DEMO{:012X}", self.requests.fetch_add(1, Ordering::Relaxed));
        let (mut parts, mut body) = answer.into_parts();
        if parts.status == StatusCode::NOT_MODIFIED {
            body = s3s::Body::empty();
        } else if let Some(bytes) = body.bytes() {
            if parts.status.as_u16() >= 300 && method != Method::HEAD {
                body = s3s::Body::from(identified(bytes, resource, &id));
            } else if target.operation.starts_with("List") || target.operation == "DeleteObjects" {
                body = s3s::Body::from(referenced(bytes));
            }
        }
        if parts.status.as_u16() >= 300 {
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        let date = as_http_date(now(conditions));
        let served_by = match self.context.rules.mode {
            Mode::S3 => "AmazonS3",
            Mode::R2 => "cloudflare",
        };
        for (name, value) in
            [("x-amz-request-id", id.as_str()), ("date", &date), ("server", served_by)]
        {
            if let Ok(value) = HeaderValue::from_str(value) {
                parts.headers.insert(name, value);
            }
        }
        Response::from_parts(parts, body)
    }
}

fn now(conditions: NetworkConditions) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(conditions.clock_offset)
}

fn noted(parts: &Parts, target: &Target) -> RecordedRequest {
    let headers = parts
        .headers
        .iter()
        .filter(|(name, _)| **name != header::AUTHORIZATION)
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    RecordedRequest {
        method: parts.method.clone(),
        operation: target.operation.to_owned(),
        bucket: target.bucket.clone(),
        key: target.key.clone(),
        query: parts.uri.query().unwrap_or("").to_owned(),
        headers,
        status: None,
    }
}

/// Reads the body to its end, so that a client that is still sending gets to see the answer.
async fn drained(mut body: Incoming) {
    while let Some(Ok(_)) = body.frame().await {}
}

fn scripted(act: &Act) -> Option<Response<s3s::Body>> {
    match act {
        Act::Answer { status, code, headers } => {
            let message = "The server's script says so.";
            let mut refusal = Refusal::new(*status, code, message);
            refusal.headers.clone_from(headers);
            Some(refusal.into_response())
        }
        Act::ErrorInside { code } => {
            Some(Refusal::new(200, code, "The server's script says so.").into_response())
        }
        Act::Foreign { status, content_type, body } => {
            let mut response = Response::new(s3s::Body::from(body.clone()));
            *response.status_mut() = StatusCode::from_u16(*status).ok()?;
            let content_type = HeaderValue::from_str(content_type).ok()?;
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
            Some(response)
        }
        _ => None,
    }
}

/// Headers and text of an answer as the script has them.
fn falsified(mut answer: Response<s3s::Body>, act: Option<&Act>) -> Response<s3s::Body> {
    match act {
        Some(Act::Header { name, value }) => {
            let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return answer };
            answer.headers_mut().remove(&name);
            if let Some(value) = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok())
            {
                answer.headers_mut().insert(name, value);
            }
        }
        Some(Act::Rewrite { from, to }) => {
            let text = answer.body().bytes();
            if let Some(text) = text.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok()) {
                *answer.body_mut() = s3s::Body::from(text.replace(from, to));
                answer.headers_mut().remove(header::CONTENT_LENGTH);
            }
        }
        Some(Act::EndEarly { .. } | Act::RunOn(_)) => {
            answer.headers_mut().remove(header::CONTENT_LENGTH);
        }
        _ => {}
    }
    answer
}

fn slow(conditions: NetworkConditions) -> Treatment {
    Treatment { bandwidth: conditions.bandwidth, ..Treatment::default() }
}

fn treatment(act: Option<&Act>, conditions: NetworkConditions) -> Treatment {
    let usual = slow(conditions);
    match act {
        Some(Act::Cut(end)) => Treatment { cut: Some(*end), ..usual },
        Some(Act::Stall(end)) => Treatment { stall: Some(*end), ..usual },
        Some(Act::Flip(at)) => Treatment { flip: Some(*at), ..usual },
        Some(Act::EndEarly { after, .. }) => Treatment { end: Some(*after), ..usual },
        Some(Act::RunOn(more)) => Treatment { run_on: Some(*more), ..usual },
        Some(Act::Trickle(rate)) => Treatment { bandwidth: Some(*rate), ..usual },
        // The length that HTTP tells comes from the body.
        Some(Act::Header { name, value: None }) if name == "content-length" => {
            Treatment { run_on: Some(0), ..usual }
        }
        _ => usual,
    }
}

/// Adds what the error bodies of S3 end with.
fn identified(body: Bytes, resource: &str, id: &str) -> Bytes {
    let Some(text) = std::str::from_utf8(&body).ok().and_then(|text| text.strip_suffix("</Error>"))
    else {
        return body;
    };
    let resource = escaped(resource);
    Bytes::from(format!(
        "{text}<Resource>{resource}</Resource><RequestId>{id}</RequestId><HostId>\
         windlass-demo</HostId></Error>"
    ))
}

/// Writes control characters as character references, which is what S3 does without
/// `encoding-type=url`.
fn referenced(body: Bytes) -> Bytes {
    let raw = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\n' | b'\t');
    if !body.iter().any(raw) {
        return body;
    }
    let mut written = Vec::with_capacity(body.len() + 64);
    for byte in &body {
        if raw(byte) {
            written.extend_from_slice(format!("&#x{byte:x};").as_bytes());
        } else {
            written.push(*byte);
        }
    }
    Bytes::from(written)
}
