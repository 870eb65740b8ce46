//! Starts the embedded server for a test and the connection that reaches it.

use windlass::config::connection::Connection;
use windlass::demo::server::{Mode, Server, ServerOptions};
use windlass::domain::provider::Provider;

/// An empty S3 server that takes parts as small as 1 KiB.
pub async fn server() -> Server {
    server_with(ServerOptions { smallest_part: Some(1024), ..ServerOptions::default() }).await
}

/// An empty server with R2's habits.
pub async fn r2_server() -> Server {
    let options =
        ServerOptions { mode: Mode::R2, smallest_part: Some(1024), ..ServerOptions::default() };
    server_with(options).await
}

pub async fn server_with(options: ServerOptions) -> Server {
    Server::start(options).await.expect("loopback has a free port")
}

/// The owner's connection.
pub fn connection(server: &Server) -> Connection {
    let provider = match server.mode() {
        Mode::S3 => Provider::Other,
        Mode::R2 => Provider::R2,
    };
    Connection::with_keys(
        "demo",
        provider,
        &server.endpoint(),
        server.region(),
        server.access_key_id(),
        server.secret_access_key(),
    )
}
