//! A server whose bodies cost nearly nothing: synthetic ones down, counted and dropped ones up;
//! plain, over TLS, or far away.

pub mod answers;
pub mod body;
pub mod counters;
pub mod objects;
pub mod received;
pub mod tls;
pub mod versions;

use std::io::{Read, stdin};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use answers::Shop;

/// How the server can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Plain,
    Tls,
    /// 30 ms before each answer, 60 before a page of keys; 85 MiB/s on each connection.
    Wan,
}

impl Panel {
    pub fn name(self) -> &'static str {
        match self {
            Panel::Plain => "plain",
            Panel::Tls => "tls",
            Panel::Wan => "wan",
        }
    }

    fn named(name: &str) -> Panel {
        match name {
            "tls" => Panel::Tls,
            "wan" => Panel::Wan,
            _ => Panel::Plain,
        }
    }

    pub fn latency(self) -> Option<Duration> {
        (self == Panel::Wan).then_some(Duration::from_millis(30))
    }

    /// Bytes a second of one connection.
    pub fn rate(self) -> Option<u64> {
        (self == Panel::Wan).then_some(85 << 20)
    }
}

/// Serves until stdin ends. The first line tells where objects are, the second where the counters
/// are; the certificate that signed the server's is written to `authority`.
pub fn serve(panel: &str, authority: &str) {
    let panel = Panel::named(panel);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    std::thread::spawn(|| {
        let _ = stdin().read(&mut [0]);
        std::process::exit(0);
    });
    runtime.block_on(async {
        let shop = Arc::new(Shop::new(panel));
        let acceptor = (panel == Panel::Tls).then(|| tls::acceptor(authority));
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = TcpListener::bind(any).await.unwrap();
        let back = TcpListener::bind(any).await.unwrap();
        println!("{scheme}://{}", door.local_addr().unwrap());
        println!("{}", back.local_addr().unwrap());
        tokio::spawn(counted(back, Arc::clone(&shop)));
        loop {
            let Ok((stream, _)) = door.accept().await else { continue };
            let (shop, acceptor) = (Arc::clone(&shop), acceptor.clone());
            tokio::spawn(connection(stream, acceptor, shop));
        }
    });
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, shop: Arc<Shop>) {
    let _ = stream.set_nodelay(true);
    shop.counters.opened();
    match acceptor {
        None => answer(stream, &shop).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream, &shop).await;
            }
        }
    }
    shop.counters.connections.fetch_sub(1, Ordering::Relaxed);
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, shop: &Arc<Shop>) {
    let service = service_fn(|request| {
        let shop = Arc::clone(shop);
        async move { Ok::<_, std::convert::Infallible>(shop.answer(request).await) }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// `GET /` tells the counters and sets them back.
async fn counted(back: TcpListener, shop: Arc<Shop>) {
    while let Ok((stream, _)) = back.accept().await {
        let service = service_fn(|_| {
            let told = shop.counters.take();
            async move { Ok::<_, std::convert::Infallible>(hyper::Response::new(told)) }
        });
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}
