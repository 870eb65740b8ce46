//! `-`: an object to stdout, stdin to an object.

use std::future::Future;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use serde_json::json;
use tokio::io::{AsyncRead, ReadBuf, Stdin, stdin, stdout};

use crate::cli::args::{GetArguments, PutArguments};
use crate::cli::print::{Printer, Status, Trouble};
use crate::domain::address::Location;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use crate::domain::provider::Capability;
use crate::s3::client::Client;
use crate::transfer::limits::Patience;
use crate::transfer::stream::{download_stream, upload_stream};

pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub async fn get(arguments: &GetArguments, client: &Client) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.source else {
        return Err(Trouble::Usage("only one object can go to stdout: s3://bucket/key".to_owned()));
    };
    if arguments.output.json {
        return Err(Trouble::Usage("--json and - cannot both have stdout".to_owned()));
    }
    let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    download_stream(client, &object, stdout(), Patience::default()).await?;
    Ok(Status::Done)
}

pub async fn put(arguments: &PutArguments, client: &Client) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.destination else {
        return Err(Trouble::Usage("stdin needs the whole key: s3://bucket/key".to_owned()));
    };
    if arguments.conflict.keep_both {
        return Err(Trouble::Usage("--keep-both needs a file with a name".to_owned()));
    }
    if io::stdin().is_terminal() {
        eprintln!("windlass: reading from the terminal, ctrl-d ends it");
    }
    let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    let stored = match guard(client, &object, arguments.conflict.force).await {
        Ok(only_if_absent) => store(arguments, client, &object, only_if_absent).await,
        Err(error) => Err(error),
    };
    let bytes = match stored {
        Err(error) if exists(&error) && arguments.conflict.skip_existing => None,
        other => Some(other?),
    };
    let mut printer = Printer::new(arguments.output);
    if printer.json {
        let state = if bytes.is_some() { "done" } else { "skipped" };
        let place = object.to_string();
        printer.object(&json!({ "job": "put", "to": place, "state": state, "bytes": bytes }))?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

fn exists(error: &Error) -> bool {
    error.is(&ErrorKind::PreconditionFailed)
}

/// Whether the server shall refuse to overwrite; looks first where it cannot.
async fn guard(client: &Client, object: &ObjectAddress, force: bool) -> Result<bool, Error> {
    if force || client.lacks(Capability::ConditionalPut).is_none() {
        return Ok(!force);
    }
    match client.head(object).await {
        Ok(_) => Err(Error::new(ErrorKind::PreconditionFailed, "PutObject", object.to_string())),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Brings back how many bytes were stored.
async fn store(
    arguments: &PutArguments,
    client: &Client,
    object: &ObjectAddress,
    only_if_absent: bool,
) -> Result<u64, Error> {
    let headers =
        ObjectHeaders { content_type: arguments.content_type.clone(), ..ObjectHeaders::default() };
    let options = PutOptions { headers, only_if_absent, ..PutOptions::default() };
    let source = UntilInterrupted { stdin: stdin(), interrupt: Box::pin(tokio::signal::ctrl_c()) };
    let patience = Patience::default();
    upload_stream(client, object, source, &options, patience).await.map(|(_, bytes)| bytes)
}

/// Stdin that fails at ctrl-c, so that an upload in parts is aborted and not left on the server.
struct UntilInterrupted {
    stdin: Stdin,
    interrupt: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
}

impl AsyncRead for UntilInterrupted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.interrupt.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::Error::other("interrupted")));
        }
        Pin::new(&mut self.stdin).poll_read(context, buffer)
    }
}
