//! One client for each connection, made when it is first needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::connection::Connection;
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::usage::Usage;
use crate::s3::client::Client;
use crate::s3::meter::Meter;

/// Shared by requests and the transfer engine, so that both use one pool and one count.
#[derive(Debug)]
pub struct Clients {
    connections: Vec<Connection>,
    made: Mutex<HashMap<ConnectionName, (Client, Arc<Meter>)>>,
}

impl Clients {
    pub fn new(connections: Vec<Connection>) -> Clients {
        Clients { connections, made: Mutex::default() }
    }

    /// Called off the loop: making a client may read certificates and the AWS files.
    pub fn get(&self, name: &ConnectionName) -> Result<Client, Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((client, _)) = made.get(name) {
            return Ok(client.clone());
        }
        let connection = self.connections.iter().find(|connection| connection.name == *name);
        let Some(connection) = connection else {
            return Err(Error::new(ErrorKind::Config, "connect", name.as_str())
                .detail("no connection has this name any more"));
        };
        let meter = Arc::new(Meter::default());
        let client = Client::connect(connection, Arc::clone(&meter))?;
        made.insert(name.clone(), (client.clone(), meter));
        Ok(client)
    }

    /// What every connection has used so far. Empty while a client is being made.
    pub fn usages(&self) -> Vec<(ConnectionName, Usage)> {
        let Ok(made) = self.made.try_lock() else { return Vec::new() };
        made.iter().map(|(name, (_, meter))| (name.clone(), meter.usage())).collect()
    }
}
