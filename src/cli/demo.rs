//! Runs `demo`: the embedded server with sample buckets, for the browser or alone.

use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

use crate::cli::args::DemoArguments;
use crate::cli::print::{Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall, runtime};
use crate::config::connection::Connection;
use crate::config::stderr::say;
use crate::demo::seed::seed;
use crate::demo::server::{Mode, Server, ServerOptions};
use crate::domain::error::Error;
use crate::domain::provider::Provider;

/// The name of the connection to the embedded server.
pub const DEMO: &str = "demo";

/// Starts the server, still empty; it serves as long as it is kept.
pub async fn start(arguments: &DemoArguments) -> Result<Server, Error> {
    let options = ServerOptions {
        port: arguments.port.unwrap_or(0),
        mode: if arguments.r2 { Mode::R2 } else { Mode::S3 },
        ..ServerOptions::default()
    };
    Server::start(options).await
}

/// Puts the sample buckets into it.
pub fn fill(server: &Server, arguments: &DemoArguments) {
    seed(server.store(), arguments.keys.unwrap_or(0));
}

/// The connection that reaches it.
pub fn connection(server: &Server) -> Connection {
    let provider = match server.mode() {
        Mode::S3 => Provider::Other,
        Mode::R2 => Provider::R2,
    };
    Connection::with_keys(
        DEMO,
        provider,
        &server.endpoint(),
        server.region(),
        server.access_key_id(),
        server.secret_access_key(),
    )
}

impl RunVerb for DemoArguments {
    fn run(&self, _: VerbCall<'_>) -> Result<Status, VerbError> {
        runtime()?.block_on(serve(self))
    }
}

/// Serves without the browser until ctrl-c, and prints the environment that points any client at
/// it.
async fn serve(arguments: &DemoArguments) -> Result<Status, VerbError> {
    let server = start(arguments).await?;
    fill(&server, arguments);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut out = io::stdout();
    for (name, value) in [
        ("AWS_ENDPOINT_URL", server.endpoint().as_str()),
        ("AWS_ACCESS_KEY_ID", server.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", server.secret_access_key()),
        ("AWS_REGION", server.region()),
        ("AWS_DEFAULT_REGION", server.region()),
    ] {
        writeln!(out, "export {name}={value}")?;
    }
    out.flush()?;
    say!("windlass: serving on {}, ctrl-c ends it", server.endpoint());
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    server.shut_down().await;
    Ok(Status::Done)
}
