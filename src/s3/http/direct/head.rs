//! Writes and reads the heads of HTTP/1.1 messages (RFC 9112).

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::primitives::SdkBody;
use bytes::BytesMut;
use httparse::Status;

use crate::s3::http::direct::fault::Fault;

/// The longest head of an answer that is read, in bytes, and the most headers it may have.
pub const LONGEST_HEAD: usize = 64 << 10;
const MOST_HEADERS: usize = 128;

/// How the end of a body is known (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Length(u64),
    Chunked,
    /// Whatever comes until the connection ends.
    UntilClosed,
}

/// The head of a final answer.
#[derive(Debug)]
pub struct Head {
    pub response: HttpResponse,
    pub framing: Framing,
    /// The server lets the connection serve another request.
    pub kept: bool,
}

/// A request's head with every header it carries, ready to be sent.
pub fn written(request: &HttpRequest) -> Result<BytesMut, Fault> {
    let unfit = |what: &str| Fault::NoHttp(format!("the request cannot be written: {what}"));
    let uri: http::Uri = request.uri().parse().map_err(|_| unfit("its URL"))?;
    let target = uri.path_and_query().ok_or_else(|| unfit("its path"))?;
    let mut head = BytesMut::with_capacity(2 << 10);
    for part in [request.method(), " ", target.as_str(), " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    for (name, value) in request.headers() {
        if value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(unfit(name));
        }
        for part in [name, ": ", value, "\r\n"] {
            head.extend_from_slice(part.as_bytes());
        }
    }
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

/// Takes the head of an answer off the front of `bytes`; `None` where it has not all come. Interim
/// answers (1xx) are passed over.
pub fn take(bytes: &mut BytesMut, to_head: bool) -> Result<Option<Head>, Fault> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let length = match parsed.parse(bytes) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) if bytes.len() < LONGEST_HEAD => return Ok(None),
            Ok(Status::Partial) => return Err(no_http("its head is too long")),
            Err(error) => return Err(no_http(&error.to_string())),
        };
        let status = parsed.code.unwrap_or_default();
        if (100..200).contains(&status) && status != 101 {
            drop(bytes.split_to(length));
            continue;
        }
        let head = head(&parsed, status, to_head)?;
        drop(bytes.split_to(length));
        return Ok(Some(head));
    }
}

fn head(parsed: &httparse::Response, status: u16, to_head: bool) -> Result<Head, Fault> {
    let mut response = http::Response::builder().status(status);
    for header in parsed.headers.iter() {
        response = response.header(header.name, header.value);
    }
    let response = response.body(SdkBody::empty()).map_err(|e| no_http(&e.to_string()))?;
    let values = |name: &str| -> Vec<String> {
        let all = response.headers().get_all(name).iter();
        all.flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(|value| value.trim().to_ascii_lowercase())
            .collect()
    };
    let framing = if to_head || matches!(status, 204 | 304) {
        Framing::Length(0)
    } else {
        framing(&values("transfer-encoding"), &values("content-length"))?
    };
    let connection = values("connection");
    let says = |word: &str| connection.iter().any(|value| value == word);
    let both = !values("transfer-encoding").is_empty() && !values("content-length").is_empty();
    let kept = match parsed.version {
        Some(1) => !says("close"),
        _ => says("keep-alive"),
    };
    let kept = kept && !both && status != 101 && framing != Framing::UntilClosed;
    let response = HttpResponse::try_from(response).map_err(|e| no_http(&e.to_string()))?;
    Ok(Head { response, framing, kept })
}

fn framing(encodings: &[String], lengths: &[String]) -> Result<Framing, Fault> {
    match encodings.last().map(String::as_str) {
        Some("chunked") => return Ok(Framing::Chunked),
        Some(_) => return Ok(Framing::UntilClosed),
        None => {}
    }
    let Some(length) = lengths.first() else { return Ok(Framing::UntilClosed) };
    if lengths.iter().any(|other| other != length) || !length.bytes().all(|b| b.is_ascii_digit()) {
        return Err(no_http("its Content-Length is not one number"));
    }
    length.parse().map(Framing::Length).map_err(|_| no_http("its Content-Length is not a number"))
}

/// The words that hyper has for it, so that both paths say the same.
fn no_http(why: &str) -> Fault {
    Fault::NoHttp(format!("the answer is invalid HTTP: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Result<Option<Head>, Fault> {
        take(&mut BytesMut::from(text), false)
    }

    fn framed(headers: &str) -> Framing {
        taken(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n")).unwrap().unwrap().framing
    }

    #[test]
    fn the_end_of_a_body_is_known_as_the_standard_says() {
        assert_eq!(framed("Content-Length: 5\r\n"), Framing::Length(5));
        assert_eq!(framed("Content-Length: 5, 5\r\n"), Framing::Length(5));
        assert_eq!(framed("Transfer-Encoding: gzip, chunked\r\n"), Framing::Chunked);
        assert_eq!(framed("Transfer-Encoding: gzip\r\n"), Framing::UntilClosed);
        assert_eq!(framed(""), Framing::UntilClosed);
        for wrong in ["Content-Length: 5, 6", "Content-Length: +5", "Content-Length: -1"] {
            assert!(taken(&format!("HTTP/1.1 200 OK\r\n{wrong}\r\n\r\n")).is_err(), "{wrong}");
        }
        let mut none = BytesMut::from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(take(&mut none, true).unwrap().unwrap().framing, Framing::Length(0));
    }

    #[test]
    fn a_connection_is_kept_only_where_both_sides_know_where_the_answer_ends() {
        let kept = |text: &str| taken(text).unwrap().unwrap().kept;
        assert!(kept("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(!kept("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"));
        assert!(!kept("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(!kept("HTTP/1.1 200 OK\r\n\r\n"));
        let both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert!(!kept(both));
    }

    #[test]
    fn interim_answers_are_passed_over_and_half_a_head_waits() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\nrest";
        let mut bytes = BytesMut::from(text);
        let head = take(&mut bytes, false).unwrap().unwrap();
        assert_eq!(head.response.status().as_u16(), 204);
        assert_eq!(&bytes[..], b"rest");
        assert!(taken("HTTP/1.1 200 OK\r\nContent-").unwrap().is_none());
        assert!(taken("SSH-2.0-OpenSSH\r\n\r\n").is_err());
    }
}
