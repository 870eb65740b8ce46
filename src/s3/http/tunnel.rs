//! Sends one request on a socket of its own, straight or through the proxy.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Request, Response, Uri};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::network::Network;
use crate::config::proxy::{self, RequestTarget};
use crate::config::secret::Secret;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::socket::{Origin, Socket, dial};

/// How long a proxy may take to reach the server.
const TUNNEL: Duration = Duration::from_secs(10);
/// The longest head of a proxy's answer, in bytes.
const LONGEST_HEAD: usize = 8 << 10;

pub struct Tunnel {
    socket: Socket,
    host: HeaderValue,
    /// A proxy reads the whole URL.
    relayed: bool,
    /// Who asks, for that proxy.
    who: Option<HeaderValue>,
}

impl Tunnel {
    /// `tls` is used where the URL is `https`.
    pub async fn open(
        url: &Uri,
        network: &Network,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Tunnel, Fault> {
        let unfit = || Fault::Unreachable("the URL names no host".to_owned());
        let origin = origin(url).ok_or_else(unfit)?;
        let authority = url.authority().ok_or_else(unfit)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| unfit())?;
        let tls = tls.filter(|_| origin.secure);
        let target = RequestTarget { secure: origin.secure, host: &origin.host, port: origin.port };
        let Some(route) = proxy::route(network, target).map_err(Fault::Source)? else {
            let socket = Socket::open(&origin, tls).await?;
            return Ok(Tunnel { socket, host, relayed: false, who: None });
        };
        let who = route.user.as_ref().and_then(basic);
        let mut tcp = dial(&Origin { host: route.host, port: route.port, secure: false }).await?;
        if !origin.secure {
            return Ok(Tunnel { socket: Socket::Plain(tcp), host, relayed: true, who });
        }
        let asked = timeout(TUNNEL, ask(&mut tcp, &origin, who.as_ref())).await;
        asked.map_err(|_| Fault::TimedOut("the proxy did not reach the server".to_owned()))??;
        let socket = Socket::over(tcp, &origin, tls).await?;
        Ok(Tunnel { socket, host, relayed: false, who: None })
    }

    /// Sends the request, whose URL is whole, and brings back the head of the answer; the body
    /// comes as it is read.
    pub async fn send<B>(self, mut request: Request<B>) -> Result<Response<Incoming>, Fault>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Tunnel { socket, host, relayed, who } = self;
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

fn basic((user, password): &(String, Secret)) -> Option<HeaderValue> {
    let words = STANDARD.encode(format!("{user}:{}", password.expose()));
    let mut value = HeaderValue::from_str(&format!("Basic {words}")).ok()?;
    value.set_sensitive(true);
    Some(value)
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
