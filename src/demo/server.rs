//! Starts the server on loopback, hands out its address and keys, and stops it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::demo::answers::context::{Context, Rules};
use crate::demo::faults::Faults;
use crate::demo::front::Front;
use crate::demo::keys::{AccessKeys, Role};
pub use crate::demo::mode::Mode;
use crate::demo::store::Store;
use crate::domain::error::{Error, ErrorKind};

/// How the server is to be. The default is S3 on a free port with random keys.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// 0 takes a free one.
    pub port: u16,
    pub mode: Mode,
    /// The owner's keys; random where none are given.
    pub keys: Option<AccessKeys>,
    /// Further keys and what they may do.
    pub other_keys: Vec<(AccessKeys, Role)>,
    /// Buckets whose objects anybody may read and list.
    pub public_buckets: BTreeSet<String>,
    /// The region that requests must be signed for; `us-east-1`, or `auto` in R2 mode, where none
    /// is given.
    pub region: Option<String>,
    /// The least size of a part that is not the last, in bytes; 5 MiB where none is given.
    pub smallest_part: Option<u64>,
}

impl Default for ServerOptions {
    fn default() -> ServerOptions {
        ServerOptions {
            port: 0,
            mode: Mode::S3,
            keys: None,
            other_keys: Vec::new(),
            public_buckets: BTreeSet::new(),
            region: None,
            smallest_part: None,
        }
    }
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    endpoint: String,
    keys: AccessKeys,
    region: String,
    mode: Mode,
    store: Arc<Store>,
    faults: Arc<Faults>,
    stop: watch::Sender<bool>,
    listener: Option<JoinHandle<()>>,
}

const SMALLEST_PART: u64 = 5 * 1024 * 1024;

impl Server {
    /// Listens on 127.0.0.1 and serves on tasks of the running tokio runtime.
    pub async fn start(options: ServerOptions) -> Result<Server, Error> {
        let address = format!("127.0.0.1:{}", options.port);
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AddrInUse => Error::new(ErrorKind::Usage, "listen", &address)
                .detail("another program listens on this port: choose another one, or none"),
            _ => Error::new(ErrorKind::LocalIo, "listen", &address).detail(error.to_string()),
        };
        let listener = TcpListener::bind(&address).await.map_err(failed)?;
        let endpoint = format!("http://{}", listener.local_addr().map_err(failed)?);
        let keys = options.keys.clone().unwrap_or_else(AccessKeys::random);
        let rules = rules(options, keys.clone());
        let (region, mode) = (rules.region.clone(), rules.mode);
        let store = Arc::new(Store::new(mode));
        let faults = Arc::new(Faults::default());
        let context = Context { store: Arc::clone(&store), rules: Arc::new(rules) };
        let front = Arc::new(Front::new(context, Arc::clone(&faults)));
        let (stop, stopped) = watch::channel(false);
        let listener = Some(tokio::spawn(accept(listener, front, stopped)));
        Ok(Server { endpoint, keys, region, mode, store, faults, stop, listener })
    }

    /// `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    pub fn access_key_id(&self) -> &str {
        &self.keys.access_key_id
    }

    pub fn secret_access_key(&self) -> &str {
        &self.keys.secret_access_key
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Closes every connection and waits until the port is free again.
    pub async fn shut_down(mut self) {
        // An error means that the listener is gone already.
        let _ = self.stop.send(true);
        if let Some(listener) = self.listener.take() {
            let _ = listener.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

fn rules(options: ServerOptions, keys: AccessKeys) -> Rules {
    let usual = match options.mode {
        Mode::S3 => "us-east-1",
        Mode::R2 => "auto",
    };
    let mut holders = options.other_keys;
    holders.insert(0, (keys, Role::Owner));
    Rules {
        mode: options.mode,
        region: options.region.unwrap_or_else(|| usual.to_owned()),
        smallest_part: options.smallest_part.unwrap_or(SMALLEST_PART),
        holders,
        public_buckets: options.public_buckets,
    }
}

/// Connections live in the set of this task, so that they end with it.
async fn accept(listener: TcpListener, front: Arc<Front>, mut stopped: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&front)));
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, front: Arc<Front>) {
    // Without it small answers wait for the other side's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // How a connection ends is the client's affair.
    let _ = connection.await;
}

#[cfg(test)]
mod tests;
