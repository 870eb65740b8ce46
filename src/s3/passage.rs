//! One request on a socket of its own, straight or by way of the proxy that the connection or the environment names.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::network::Proxy;
use crate::s3::direct::fault::Fault;
use crate::s3::direct::socket::{Origin, Socket, dial};

/// How long a proxy may take to reach the server.
const TUNNEL: Duration = Duration::from_secs(10);
/// The longest head of a proxy's answer, in bytes.
const LONGEST_HEAD: usize = 8 << 10;

pub struct Passage {
    socket: Socket,
    host: HeaderValue,
    /// A proxy reads the whole URL.
    relayed: bool,
    /// Who asks, for that proxy.
    who: Option<HeaderValue>,
}

impl Passage {
    /// `tls` is used where the URL is `https`.
    pub async fn open(
        url: &Uri,
        proxy: &Proxy,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Passage, Fault> {
        let unfit = || Fault::Unreachable("the URL names no host".to_owned());
        let origin = origin(url).ok_or_else(unfit)?;
        let authority = url.authority().ok_or_else(unfit)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| unfit())?;
        let tls = tls.filter(|_| origin.secure);
        let Some(intercept) = matcher(proxy).and_then(|matcher| matcher.intercept(url)) else {
            let socket = Socket::open(&origin, tls).await?;
            return Ok(Passage { socket, host, relayed: false, who: None });
        };
        let at = intercept.uri();
        if at.scheme_str() != Some("http") {
            let why = "a proxy that is itself reached by TLS, or by SOCKS, is not used here";
            return Err(Fault::Unreachable(why.to_owned()));
        }
        let mut relay = self::origin(at).ok_or_else(unfit)?;
        relay.port = at.port_u16().unwrap_or(80);
        let mut tcp = dial(&relay).await?;
        let who = intercept.basic_auth().cloned();
        if !origin.secure {
            return Ok(Passage { socket: Socket::Plain(tcp), host, relayed: true, who });
        }
        let asked = timeout(TUNNEL, ask(&mut tcp, &origin, who.as_ref())).await;
        asked.map_err(|_| Fault::TimedOut("the proxy did not reach the server".to_owned()))??;
        let socket = Socket::over(tcp, &origin, tls).await?;
        Ok(Passage { socket, host, relayed: false, who: None })
    }

    /// Sends the request, whose URL is whole, and brings back the head of the answer; the body comes as it is read.
    pub async fn send<B>(self, mut request: Request<B>) -> Result<Response<Incoming>, Fault>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Passage { socket, host, relayed, who } = self;
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert(host);
        if let Some(who) = who {
            headers.insert(PROXY_AUTHORIZATION, who);
        }
        if !relayed {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            *request.uri_mut() = path.parse().unwrap_or_default();
        }
        let cut = |error: hyper::Error| Fault::Cut(error.to_string());
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(socket));
        let (mut sender, connection) = handshake.await.map_err(cut)?;
        tokio::spawn(async move { drop(connection.await) });
        sender.send_request(request).await.map_err(cut)
    }
}

fn origin(url: &Uri) -> Option<Origin> {
    let secure = url.scheme_str() != Some("http");
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let host = url.host().filter(|host| !host.is_empty())?;
    Some(Origin { host: host.to_owned(), port, secure })
}

fn matcher(proxy: &Proxy) -> Option<Matcher> {
    match proxy {
        Proxy::Environment => Some(Matcher::from_env()),
        Proxy::None => None,
        Proxy::Url(url) => Some(Matcher::builder().all(url.as_str()).build()),
    }
}

/// Has the proxy lead the socket to the server.
async fn ask(tcp: &mut TcpStream, origin: &Origin, who: Option<&HeaderValue>) -> Result<(), Fault> {
    let place = format!("{}:{}", origin.host, origin.port);
    let mut question = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n").into_bytes();
    if let Some(who) = who {
        question.extend_from_slice(b"Proxy-Authorization: ");
        question.extend_from_slice(who.as_bytes());
        question.extend_from_slice(b"\r\n");
    }
    question.extend_from_slice(b"\r\n");
    tcp.write_all(&question).await?;
    // Byte by byte: what comes after the head is the server's.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LONGEST_HEAD {
            return Err(Fault::NoHttp("the proxy's answer does not end".to_owned()));
        }
        head.push(tcp.read_u8().await?);
    }
    let status = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    match status {
        [b'2', ..] => Ok(()),
        status => {
            let status = String::from_utf8_lossy(status);
            Err(Fault::Unreachable(format!("connect error: the proxy answered {status}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_used_as_the_connection_says() {
        let url: Uri = "https://api.example.com/x".parse().unwrap();
        let by = |proxy: Proxy| matcher(&proxy).and_then(|found| found.intercept(&url));
        assert!(by(Proxy::None).is_none());
        let found = by(Proxy::Url("http://me:pw@127.0.0.1:3128".to_owned())).unwrap();
        assert_eq!(found.uri().port_u16(), Some(3128));
        assert!(found.basic_auth().is_some());
    }
}
