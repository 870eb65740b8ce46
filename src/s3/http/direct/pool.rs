//! Keeps connections for the next request, for less time than servers keep them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use rustls::ClientConfig;
use tokio::runtime::{Handle, Id};

use crate::config::network::Network;
use crate::domain::error::Error;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::socket::{Origin, Socket};
use crate::s3::http::direct::tls;
use crate::s3::sdk::transport::IDLE;
use crate::s3::tasks::blocking;

/// Kept at once for one origin.
const MOST: usize = 256;

/// Whose driver serves a socket, and where it leads. The interface and the engine share a client
/// and no runtime, and a socket does not outlive its own.
type PoolKey = (Id, Origin);

#[derive(Debug, Default)]
pub struct Pool {
    network: Network,
    idle: Mutex<HashMap<PoolKey, Vec<(Socket, Instant)>>>,
    tls: OnceLock<Arc<ClientConfig>>,
}

/// A socket out of the pool, and whether a request was sent on it before.
#[derive(Debug)]
pub struct Lease {
    pub socket: Socket,
    pub used: bool,
    home: PoolKey,
    pool: Arc<Pool>,
}

impl Lease {
    /// Gives it back for the next request; only after an answer was read to its last byte.
    pub fn give_back(self) {
        let mut idle = self.pool.idle();
        let kept = idle.entry(self.home).or_default();
        kept.retain(|(_, since)| since.elapsed() < IDLE);
        if kept.len() < MOST {
            kept.push((self.socket, Instant::now()));
        }
    }
}

impl Pool {
    pub fn new(network: Network) -> Pool {
        Pool { network, ..Pool::default() }
    }

    /// One that was used last where `fresh` does not ask for a new one, because the oldest end
    /// first.
    pub async fn lend(self: &Arc<Self>, origin: &Origin, fresh: bool) -> Result<Lease, Fault> {
        let home = (Handle::current().id(), origin.clone());
        let lease = |socket, used, home| Lease { socket, used, home, pool: Arc::clone(self) };
        if !fresh && let Some(socket) = self.idle_socket(&home) {
            return Ok(lease(socket, true, home));
        }
        let tls = if origin.secure { Some(self.tls().await.map_err(Fault::Source)?) } else { None };
        Ok(lease(Socket::open(origin, tls).await?, false, home))
    }

    fn idle_socket(&self, home: &PoolKey) -> Option<Socket> {
        let mut idle = self.idle();
        let kept = idle.get_mut(home)?;
        while let Some((socket, since)) = kept.pop() {
            if since.elapsed() < IDLE && socket.is_quiet() {
                return Some(socket);
            }
        }
        None
    }

    /// Made when it is first needed: the platform's roots take long to read.
    async fn tls(&self) -> Result<Arc<ClientConfig>, Error> {
        if let Some(config) = self.tls.get() {
            return Ok(Arc::clone(config));
        }
        let network = self.network.clone();
        let made = blocking(move || tls::config(&network)).await?;
        Ok(Arc::clone(self.tls.get_or_init(|| made)))
    }

    /// A poisoned lock holds sockets that are as good as before.
    fn idle(&self) -> MutexGuard<'_, HashMap<PoolKey, Vec<(Socket, Instant)>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
