//! Turns what the SDK reports into an error a person can act on.

pub mod codes;

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ConnectorError, ProvideErrorMetadata, SdkError};

use crate::domain::error::{Error, ErrorKind, NO_BODY, OPEN_CONNECTION};
use crate::s3::call::Call;
use crate::s3::sdk::guard::fault::ResponseFault;
use crate::s3::sdk::retry::retry_after;

const BUCKET_IN_ENDPOINT: &str =
    "the endpoint ends with the name of a bucket; it is the server's URL alone";

/// What Go's, nginx's and Apache's servers answer to http on a port for TLS.
const WANTS_TLS: [&str; 3] =
    ["HTTP request to an HTTPS server", "sent to HTTPS port", "speaking plain HTTP to an SSL"];

/// The longest piece of an unreadable answer that goes into an error.
const EXCERPT: usize = 200;

impl Call {
    /// The error a failed request becomes.
    #[expect(clippy::needless_pass_by_value, reason = "the SDK hands its error over")]
    pub fn failed<E>(&self, error: SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        match &error {
            SdkError::ServiceError(service) => self.refused(service.err(), service.raw()),
            SdkError::ResponseError(response) => {
                if let Some(fault) = ResponseFault::of(&error) {
                    let kind = fault.kind(self.operation);
                    return self.answered(kind, response.raw()).detail(fault.to_string());
                }
                let chain = chain(&error);
                let kind = cut_off(&chain).unwrap_or(ErrorKind::NotS3);
                self.answered(kind, response.raw()).detail(chain)
            }
            SdkError::TimeoutError(_) => self.fails(ErrorKind::TimedOut, chain(&error)),
            _ => self.unsent(&error),
        }
    }

    /// Credentials that could not be resolved.
    pub fn without_keys(&self, error: &CredentialsError) -> Error {
        if let Some(own) = find::<Error>(error) {
            return Error { operation: self.operation.to_owned(), ..own.clone() };
        }
        let chain = chain(error);
        self.fails(credentials_kind(error, &chain), chain)
    }

    /// A request that got no answer: no credentials, no way there, or nothing that could be built.
    fn unsent(&self, error: &(dyn StdError + 'static)) -> Error {
        let chain = chain(error);
        if let Some(cause) = find::<CredentialsError>(error) {
            return self.without_keys(cause);
        }
        let local = find::<std::io::Error>(error)
            .map(|cause| Error::from_io(cause, OPEN_CONNECTION, &self.place));
        if let Some(local) = local.filter(Error::lacks_open_files) {
            return local;
        }
        if let Some(cause) = find::<ConnectorError>(error) {
            let kind = match cause {
                // Of the server's own words: what the user writes is checked where it is read.
                _ if chain.contains("Invalid region") => ErrorKind::Config,
                _ if speaks_no_tls(&chain) => ErrorKind::WrongScheme { speaks_tls: false },
                _ if speaks_no_http(&chain) => ErrorKind::NotS3,
                _ if distrusts(&chain) => ErrorKind::Untrusted,
                cause if cause.is_timeout() => ErrorKind::TimedOut,
                cause if cause.is_user() => ErrorKind::InvalidRequest,
                _ if on_the_way(&chain) => ErrorKind::Unreachable,
                cause if cause.is_io() => ErrorKind::Interrupted,
                _ if cut_off(&chain).is_some() => ErrorKind::Interrupted,
                _ => ErrorKind::Unreachable,
            };
            return self.fails(kind, chain);
        }
        let kind = if chain.contains("credentials") || chain.contains("identity") {
            ErrorKind::NoCredentials
        } else if chain.contains("region") {
            ErrorKind::Config
        } else {
            ErrorKind::InvalidRequest
        };
        self.fails(kind, chain)
    }

    /// An answer that is a refusal, or that could not be read as anything.
    fn refused<E>(&self, error: &E, response: &HttpResponse) -> Error
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let status = response.status().as_u16();
        let region =
            header(response, "x-amz-bucket-region").or_else(|| element_in(response, "Region"));
        // Where no body came the SDK makes a code up from the status.
        let told = response.body().bytes().is_some_and(|body| !body.is_empty());
        let code = error.code().map(str::to_owned).or_else(|| element_in(response, "Code"));
        let Some(code) = code.filter(|code| told && !code.is_empty()) else {
            if self.operation == "ListBuckets" && holds(response, "<ListBucketResult") {
                return self.answered(ErrorKind::Config, response).detail(BUCKET_IN_ENDPOINT);
            }
            return self.without_code(response, region).detail(excerpt(error, response));
        };
        // Only an object can lack a key: the listing was sent to one.
        if code == "NoSuchKey" && self.operation.starts_with("ListObjects") {
            return self.answered(ErrorKind::Config, response).detail(BUCKET_IN_ENDPOINT);
        }
        let said = said(error, response);
        let kind = codes::kind(&code, status, self, region.clone());
        let kind = codes::by_words(kind, &said, region, self);
        let mut error_out = self.answered(kind, response).detail(reason(&code, &said));
        error_out.code = Some(code);
        if error_out.kind == ErrorKind::ClockSkew
            && let Some(date) = header(response, "date")
        {
            error_out.detail = format!("{} (the server's clock says {date})", error_out.detail);
        }
        error_out
    }

    /// An answer without an S3 error code: HEAD has no body; anything else is no S3.
    fn without_code(&self, response: &HttpResponse, region: Option<String>) -> Error {
        let status = response.status().as_u16();
        let bodiless = self.operation.starts_with("Head");
        let kind = if (300..400).contains(&status) && region.is_some() {
            ErrorKind::WrongRegion { expected: region }
        } else if status == 400 && WANTS_TLS.iter().any(|words| holds(response, words)) {
            ErrorKind::WrongScheme { speaks_tls: true }
        } else if bodiless || speaks_s3(response) || matches!(status, 429 | 500..=599) {
            codes::kind_of_status(status, self)
        } else {
            ErrorKind::NotS3
        };
        self.answered(kind, response)
    }

    /// An error about an answer, with what its head tells.
    pub fn answered(&self, kind: ErrorKind, response: &HttpResponse) -> Error {
        let mut error = Error::new(kind, self.operation, &*self.place);
        error.status = Some(response.status().as_u16());
        error.request_id = header(response, "x-amz-request-id")
            .or_else(|| header(response, "cf-ray"))
            .or_else(|| element_in(response, "RequestId"));
        error.host_id = header(response, "x-amz-id-2").or_else(|| text_in(response, "HostId"));
        error.retry_after = response.headers().get("retry-after").and_then(retry_after);
        error
    }

    /// An error inside a successful answer, about one of many keys.
    pub fn per_key(&self, code: &str, message: &str) -> Error {
        let kind = match codes::kind(code, 0, self, None) {
            ErrorKind::NotS3 => ErrorKind::Other,
            kind => codes::by_words(kind, message, None, self),
        };
        let mut error = self.fails(kind, reason(code, message));
        error.code = Some(code.to_owned()).filter(|code| !code.is_empty());
        error
    }

    /// A known S3 server gave an answer without a code: its status has to do.
    pub fn by_status(&self, error: &mut Error) {
        if error.kind == ErrorKind::NotS3
            && let Some(status @ 400..) = error.status
        {
            error.kind = codes::kind_of_status(status, self);
        }
    }
}

/// What is said beside a code. Some servers (Ceph, rclone) say the code once more, which is none.
fn reason<'a>(code: &str, said: &'a str) -> &'a str {
    if said == code { "" } else { said }
}

/// Every error from the outer to the innermost cause on one line. The SDK's texts name no secret;
/// those that name steps of this program instead of a cause are left out.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(inner) = cause {
        cause = inner.source();
        let line = inner.to_string();
        if text.ends_with(&line) || (cause.is_some() && names_a_step(&line)) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&line);
    }
    text
}

/// The SDK's words for a part of a request's way through it: the types and hooks of this program.
fn names_a_step(line: &str) -> bool {
    ["interceptor", "encountered an error", "_after_", "_before_"]
        .iter()
        .any(|sign| line.contains(sign))
}

/// What broke while a body was read.
pub fn body_error(error: &(dyn StdError + 'static), call: &Call) -> Error {
    let chain = chain(error);
    let kind = if chain.contains("hecksum") { ErrorKind::Corrupt } else { ErrorKind::Interrupted };
    call.fails(kind, chain)
}

fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(found) = inner.downcast_ref::<T>() {
            return Some(found);
        }
        cause = inner.source();
    }
    None
}

fn credentials_kind(error: &CredentialsError, chain: &str) -> ErrorKind {
    let text = chain.to_ascii_lowercase();
    if text.contains("expired") || text.contains("sso login") || text.contains("token has") {
        return ErrorKind::ExpiredCredentials;
    }
    match error {
        CredentialsError::InvalidConfiguration(_) => ErrorKind::Config,
        CredentialsError::ProviderTimedOut(_) => ErrorKind::TimedOut,
        _ => ErrorKind::NoCredentials,
    }
}

/// Whether a profile with single sign-on has no session: the SDK looks for it in a file of `aws sso
/// login`, and the server may have ended it.
pub fn lacks_session(error: &Error) -> bool {
    const SIGNS: [&str; 4] = ["sso token", "sso/cache", "unauthorizedexception", "sso session"];
    let text = error.detail.to_ascii_lowercase();
    matches!(error.kind, ErrorKind::NoCredentials | ErrorKind::Config)
        && SIGNS.iter().any(|sign| text.contains(sign))
}

/// Whether a socket failed before it was one: name, connect, proxy, TLS.
fn on_the_way(chain: &str) -> bool {
    const SIGNS: [&str; 8] =
        ["dns", "lookup", "connect error", "refused", "unreachable", "tls", "proxy", "handshake"];
    let text = chain.to_ascii_lowercase();
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// The sentence of rustls for an answer that is not TLS.
pub fn speaks_no_tls(chain: &str) -> bool {
    chain.contains("InvalidContentType")
}

/// The sentences of hyper for an answer that is not HTTP, and of rustls for one that is not TLS.
pub fn speaks_no_http(chain: &str) -> bool {
    const SIGNS: [&str; 3] = ["invalid HTTP", "message head is too large", "InvalidContentType"];
    SIGNS.iter().any(|sign| chain.contains(sign))
}

/// The sentence of rustls for a certificate it does not take.
pub fn distrusts(chain: &str) -> bool {
    chain.contains("invalid peer certificate")
}

fn cut_off(chain: &str) -> Option<ErrorKind> {
    const SIGNS: [&str; 6] =
        ["connection", "incomplete", "end of file", "reset", "body write", "minimum throughput"];
    SIGNS.iter().any(|sign| chain.contains(sign)).then_some(ErrorKind::Interrupted)
}

fn speaks_s3(response: &HttpResponse) -> bool {
    header(response, "x-amz-request-id").is_some()
        || header(response, "content-type")
            .is_some_and(|kind| kind.contains("xml") && !kind.contains("xhtml"))
}

/// The server's sentence, and what GCS puts beside it.
fn said<E: ProvideErrorMetadata>(error: &E, response: &HttpResponse) -> String {
    let message = error.message().unwrap_or_default();
    match text_in(response, "Details") {
        Some(details) if !message.contains(&details) => format!("{message} {details}"),
        _ => message.to_owned(),
    }
}

fn header(response: &HttpResponse, name: &str) -> Option<String> {
    response.headers().get(name).map(str::to_owned)
}

/// The text of an element of an answer, found without a parser: `<Region>` of an
/// `AuthorizationHeaderMalformed`, or `<Code>` beside an echo of a key that no XML may hold.
fn element_in(response: &HttpResponse, name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text_in(response, name).filter(|text| text.chars().all(plain))
}

/// The same, of any text that holds no further element.
fn text_in(response: &HttpResponse, name: &str) -> Option<String> {
    let body = String::from_utf8_lossy(response.body().bytes()?);
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text.trim();
    let plain = !text.is_empty() && !text.contains('<') && text.len() <= EXCERPT;
    plain.then(|| text.to_owned())
}

fn holds(response: &HttpResponse, sign: &str) -> bool {
    response.body().bytes().is_some_and(|body| String::from_utf8_lossy(body).contains(sign))
}

fn excerpt(error: &(dyn StdError + 'static), response: &HttpResponse) -> String {
    let status = response.status().as_u16();
    let kind = header(response, "content-type").unwrap_or_else(|| "no content type".into());
    let body = response.body().bytes().unwrap_or_default();
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]);
    if let Some(place) = header(response, "location").filter(|_| (300..400).contains(&status)) {
        return format!("HTTP {status}, sent on to {place}");
    }
    if text.trim().is_empty() {
        return format!("HTTP {status}, {kind}, {NO_BODY}");
    }
    let reason = if (200..300).contains(&status) { chain(error) } else { String::new() };
    format!("HTTP {status}, {kind}: {} {reason}", text.trim()).trim_end().to_owned()
}
