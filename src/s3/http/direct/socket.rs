//! Opens a socket to a server, plain or under TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, OPEN_CONNECTION};
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::secure::Secure;
use crate::s3::sdk::errors::{distrusts, speaks_no_http};
use crate::s3::sdk::transport::CONNECT;

/// How long one address is tried alone before the next is tried beside it (RFC 8305, 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    pub host: String,
    pub port: u16,
    pub secure: bool,
}

impl Origin {
    pub fn of(endpoint: &Endpoint) -> Origin {
        let host = endpoint.host().to_owned();
        Origin { host, port: endpoint.port(), secure: endpoint.is_secure() }
    }
}

#[derive(Debug)]
pub enum Socket {
    Plain(TcpStream),
    Tls(Box<Secure>),
}

impl Socket {
    /// Opens one within the time a connection may take; `tls` is given where the origin is secure.
    pub async fn open(origin: &Origin, tls: Option<Arc<ClientConfig>>) -> Result<Socket, Fault> {
        let late = |_| Fault::TimedOut(format!("no connection within {} s", CONNECT.as_secs()));
        let tcp = timeout(CONNECT, dial(origin)).await.map_err(late)??;
        Socket::over(tcp, origin, tls).await
    }

    /// Opens TLS, where wanted, on a TCP connection to the server.
    pub async fn over(
        tcp: TcpStream,
        origin: &Origin,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Socket, Fault> {
        let late = |_| Fault::TimedOut(format!("no connection within {} s", CONNECT.as_secs()));
        let _ = tcp.set_nodelay(true);
        let Some(config) = tls else { return Ok(Socket::Plain(tcp)) };
        let name = ServerName::try_from(origin.host.clone())
            .map_err(|error| Fault::Unreachable(format!("the host of the endpoint: {error}")))?;
        let shaken = timeout(CONNECT, Secure::connect(tcp, config, name)).await;
        let stream = shaken.map_err(late)?.map_err(|error| unshaken(&error))?;
        Ok(Socket::Tls(Box::new(stream)))
    }

    /// `None` where everything goes in the clear.
    pub fn tls_version(&self) -> Option<&'static str> {
        let Socket::Tls(stream) = self else { return None };
        match stream.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => Some("TLS 1.2"),
            Some(ProtocolVersion::TLSv1_3) => Some("TLS 1.3"),
            _ => None,
        }
    }

    /// Whether nothing has come on it since its last answer; a server that ends an idle connection
    /// says so.
    pub fn is_quiet(&self) -> bool {
        let tcp = match self {
            Socket::Plain(tcp) => tcp,
            Socket::Tls(secure) => return secure.is_quiet(),
        };
        let mut byte = [0];
        matches!(tcp.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// What a handshake says that did not come to its end.
fn unshaken(error: &io::Error) -> Fault {
    let told = format!("TLS handshake: {error}");
    match told {
        told if distrusts(&told) => Fault::Untrusted(told),
        told if speaks_no_http(&told) => Fault::NoHttp(told),
        told => Fault::Unreachable(told),
    }
}

/// Why there is no connection: the server, or this machine that opens no more sockets.
fn undialled(step: &str, error: &io::Error, origin: &Origin) -> Fault {
    let ours = Error::from_io(error, OPEN_CONNECTION, &origin.host);
    match ours.lacks_open_files() {
        true => Fault::Source(ours),
        false => Fault::Unreachable(format!("{step}: {error}")),
    }
}

/// The first address that answers; each gets a head start before the next is tried too.
pub async fn dial(origin: &Origin) -> Result<TcpStream, Fault> {
    let host = origin.host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((host, origin.port)).await;
    let found: Vec<SocketAddr> =
        found.map_err(|error| undialled("dns error", &error, origin))?.collect();
    let mut tries: FuturesUnordered<_> = (0..)
        .zip(by_turns(&found))
        .map(|(place, address)| async move {
            sleep(HEAD_START * place).await;
            TcpStream::connect(address).await
        })
        .collect();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    while let Some(tried) = tries.next().await {
        match tried {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(undialled("connect error", &last, origin))
}

/// The families of addresses by turns, beginning with the one the system put first.
fn by_turns(found: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (ours, theirs): (Vec<SocketAddr>, Vec<SocketAddr>) =
        found.iter().partition(|address| address.is_ipv6() == first_is_v6);
    let longest = ours.len().max(theirs.len());
    (0..longest).flat_map(|at| [ours.get(at), theirs.get(at)]).flatten().copied().collect()
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(socket) => Pin::new(socket).poll_read(cx, into),
            Socket::Tls(socket) => Pin::new(socket).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Socket::Tls(socket) => Pin::new(socket).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_addresses_take_turns() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (six, other, four) = ("[::1]:1", "[::2]:1", "127.0.0.1:1");
        let found = [address(six), address(other), address(four)];
        assert_eq!(by_turns(&found), [address(six), address(four), address(other)]);
        assert_eq!(by_turns(&[]), []);
    }
}
