//! An account of R2 in several jurisdictions, each an embedded server of its own.

use std::sync::Arc;

use windlass::config::connection::Connection;
use windlass::demo::keys::AccessKeys;
use windlass::demo::server::{Mode, Server, ServerOptions};
use windlass::domain::address::Bucket;
use windlass::domain::jurisdiction::Jurisdiction;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

use crate::support::server::{connection, server_with};

/// Servers for `default`, `eu` and `us`; the last does not know the keys.
pub struct Account {
    pub servers: [Server; 3],
    pub connection: Connection,
    pub meter: Arc<Meter>,
    pub client: Client,
}

fn options(secret: &str) -> ServerOptions {
    let keys =
        AccessKeys { access_key_id: "0123456789abcdef".into(), secret_access_key: secret.into() };
    let smallest_part = Some(1024);
    ServerOptions { mode: Mode::R2, keys: Some(keys), smallest_part, ..ServerOptions::default() }
}

impl Account {
    pub async fn open() -> Account {
        let servers = [
            server_with(options("one secret")).await,
            server_with(options("one secret")).await,
            server_with(options("another secret")).await,
        ];
        let mut connection = connection(&servers[0]);
        let places = [Jurisdiction::Default, Jurisdiction::Eu, Jurisdiction::Us];
        connection.jurisdictions =
            places.into_iter().zip(servers.iter().map(Server::endpoint)).collect();
        let meter = Arc::new(Meter::default());
        let client = Client::connect(&connection, meter.clone()).unwrap();
        Account { servers, connection, meter, client }
    }

    /// The account, with a bucket in each of two jurisdictions and one name in both.
    pub async fn with_buckets() -> Account {
        let account = Account::open().await;
        for name in ["here", "both", "there@eu", "both@eu"] {
            account.client.create_bucket(&Bucket::new(name)).await.unwrap();
        }
        account
    }
}
