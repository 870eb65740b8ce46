//! Makes one client for each connection when it is first needed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::connection::Connection;
use crate::config::remembered::Refused;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::protection::AccessSpec;
use crate::domain::provider::RefusalNews;
use crate::domain::usage::Usage;
use crate::s3::client::Client;
use crate::s3::meter::Meter;
use crate::s3::refusals::Refusals;
use crate::s3::tasks::blocking;

/// Hears what is learned of a server, which is named as [`Connection::server`] does.
type Tell = Arc<dyn Fn(String, RefusalNews) + Send + Sync>;

/// Clients, each with what counts its requests.
type Made = HashMap<ConnectionName, (Client, Arc<Meter>)>;

/// Shared by requests and the transfer engine, so that both use one pool and one count.
pub struct Clients {
    connections: Mutex<Vec<Connection>>,
    made: Mutex<Made>,
    /// By [`Connection::server`].
    refusals: Mutex<HashMap<String, Refusals>>,
    /// What earlier sessions remember of servers.
    remembered: Vec<Refused>,
    tell: Tell,
    /// How objects of buckets are asked for until the program ends.
    access: Mutex<HashMap<(ConnectionName, Bucket), AccessSpec>>,
    /// New names by old ones: transfers may still know a connection by its old one.
    renamed: Mutex<HashMap<ConnectionName, ConnectionName>>,
}

impl Clients {
    pub fn new(
        connections: Vec<Connection>,
        remembered: Vec<Refused>,
        tell: impl Fn(String, RefusalNews) + Send + Sync + 'static,
    ) -> Clients {
        Clients {
            connections: Mutex::new(connections),
            made: Mutex::default(),
            refusals: Mutex::default(),
            remembered,
            tell: Arc::new(tell),
            access: Mutex::default(),
            renamed: Mutex::default(),
        }
    }

    /// Called off the loop: making a client may read certificates and the AWS files.
    pub fn get(&self, name: &ConnectionName) -> Result<Client, Error> {
        let name = &self.name_now(name);
        let mut made = lock(&self.made);
        if let Some((client, _)) = made.get(name) {
            return Ok(client.clone());
        }
        self.make(name, &mut made, Arc::default())
    }

    fn make(
        &self,
        name: &ConnectionName,
        made: &mut Made,
        meter: Arc<Meter>,
    ) -> Result<Client, Error> {
        let Some(mut connection) = self.connection(name) else {
            return Err(Error::new(ErrorKind::Config, "connect", name.as_str())
                .detail("no connection has this name any more"));
        };
        for ((of, bucket), access) in &*lock(&self.access) {
            if of == name {
                connection.know_access(bucket, access.clone());
            }
        }
        let refusals = self.refusals(connection.server());
        let client = Client::connect_knowing(&connection, Arc::clone(&meter), refusals)?;
        made.insert(name.clone(), (client.clone(), meter));
        Ok(client)
    }

    /// What this server refused, whichever connection asked it.
    fn refusals(&self, server: &str) -> Refusals {
        let new = || {
            let of_it = self.remembered.iter().filter(|refused| refused.endpoint == server);
            let known = of_it.map(|refused| (refused.capability, refused.reason()));
            let (tell, server) = (Arc::clone(&self.tell), server.to_owned());
            Refusals::new(known, move |news| tell(server.clone(), news))
        };
        lock(&self.refusals).entry(server.to_owned()).or_insert_with(new).clone()
    }

    fn name_now(&self, name: &ConnectionName) -> ConnectionName {
        let renamed = lock(&self.renamed);
        let mut now = name;
        // Each name is followed once: names may have been changed in a circle.
        for _ in 0..renamed.len() {
            match renamed.get(now) {
                Some(next) if self.connection(now).is_none() => now = next,
                _ => break,
            }
        }
        now.clone()
    }

    pub fn connection(&self, name: &ConnectionName) -> Option<Connection> {
        lock(&self.connections).iter().find(|connection| connection.name == *name).cloned()
    }

    /// A connection that was saved, in place of another where it replaces one; its client is made
    /// anew.
    pub fn put(&self, connection: Connection, replaced: Option<&ConnectionName>) {
        let replaced = replaced.unwrap_or(&connection.name).clone();
        lock(&self.made).retain(|name, _| *name != replaced && *name != connection.name);
        if replaced != connection.name {
            lock(&self.renamed).insert(replaced.clone(), connection.name.clone());
        }
        let mut connections = lock(&self.connections);
        match connections.iter_mut().find(|each| each.name == replaced) {
            Some(same) => *same = connection,
            None => connections.push(connection),
        }
    }

    /// The objects of a bucket are asked for so from now on: always, or until the program ends.
    pub fn know_access(&self, name: &ConnectionName, bucket: &Bucket, how: AccessSpec, kept: bool) {
        let place = (name.clone(), bucket.clone());
        if kept {
            lock(&self.access).remove(&place);
            let mut connections = lock(&self.connections);
            if let Some(known) = connections.iter_mut().find(|known| known.name == *name) {
                known.know_access(bucket, how);
            }
        } else {
            lock(&self.access).insert(place, how);
        }
        let mut made = lock(&self.made);
        if let Some((_, meter)) = made.remove(name) {
            // Counted on; what cannot be made is said by whoever needs it.
            drop(self.make(name, &mut made, meter));
        }
    }

    /// The next request asks anew for the keys of a connection.
    pub fn renew(&self, name: &ConnectionName) {
        if let Some((client, _)) = lock(&self.made).get(name) {
            client.renew_credentials();
        }
    }

    pub fn remove(&self, name: &ConnectionName) {
        lock(&self.made).remove(name);
        lock(&self.connections).retain(|connection| connection.name != *name);
    }

    /// What every connection has used so far. Empty while a client is being made.
    pub fn usages(&self) -> Vec<(ConnectionName, Usage)> {
        let Ok(made) = self.made.try_lock() else { return Vec::new() };
        made.iter().map(|(name, (_, meter))| (name.clone(), meter.usage())).collect()
    }

    /// Whose keys sign for every connection that asked for something. Empty while a client is being
    /// made.
    pub fn identities(&self) -> Vec<(ConnectionName, String)> {
        let Ok(made) = self.made.try_lock() else { return Vec::new() };
        let known = |(name, (client, _)): (&ConnectionName, &(Client, Arc<Meter>))| {
            Some((name.clone(), client.identity()?))
        };
        made.iter().filter_map(known).collect()
    }
}

/// Makes the client, where it is not made yet, on a thread that may block.
pub async fn client_of(clients: &Arc<Clients>, name: ConnectionName) -> Result<Client, Error> {
    let clients = Arc::clone(clients);
    blocking(move || clients.get(&name)).await
}

/// What a panic left behind a lock is whole: nothing under one can fail halfway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::provider::{Capability, Provider};

    fn connection(name: &str) -> Connection {
        Connection::with_keys(name, Provider::Other, "http://127.0.0.1:9", "auto", "id", "secret")
    }

    #[test]
    fn what_a_server_refused_holds_for_every_client_of_it_until_it_is_asked_again() {
        let capability = Capability::CopyObject;
        let why = "this server answered CopyObject with 501".to_owned();
        let (endpoint, since) = ("http://127.0.0.1:9".to_owned(), Timestamp::UNIX_EPOCH);
        let remembered = Refused { endpoint: endpoint.clone(), capability, why, since };
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let tell = move |server, news| lock(&hears).push((server, news));
        let other = Connection::with_keys(
            "other",
            Provider::Other,
            "http://127.0.0.1:7",
            "auto",
            "id",
            "secret",
        );
        let known = vec![connection("a"), connection("b"), other];
        let clients = Clients::new(known, vec![remembered], tell);
        let lacks = |name: &str| clients.get(&name.into()).unwrap().lacks(capability);
        let reason = lacks("a").unwrap();
        assert!(reason.contains("with 501 on 1970-01-01; the doctor asks again"), "{reason}");
        assert_eq!((lacks("b"), lacks("other")), (Some(reason), None));
        clients.get(&"b".into()).unwrap().forget_refusals();
        assert_eq!((lacks("a"), lacks("b")), (None, None));
        // A client that is made anew does not go back to what was remembered at the start.
        clients.put(connection("a"), None);
        assert_eq!(lacks("a"), None);
        assert_eq!(*lock(&told), [(endpoint, RefusalNews::Forgotten)]);
    }

    #[test]
    fn an_old_name_leads_to_the_connection_until_another_has_it() {
        let clients = Clients::new(vec![connection("a")], Vec::new(), |_, _| ());
        clients.put(connection("b"), Some(&"a".into()));
        clients.put(connection("c"), Some(&"b".into()));
        for old in ["a", "b", "c"] {
            assert_eq!(clients.name_now(&old.into()).as_str(), "c");
        }
        clients.put(connection("a"), None);
        assert_eq!(clients.name_now(&"a".into()).as_str(), "a");
        clients.put(connection("a"), Some(&"c".into()));
        assert_eq!(clients.name_now(&"b".into()).as_str(), "a");
        clients.remove(&"a".into());
        assert!(clients.get(&"b".into()).is_err(), "and it ends");
    }
}
