//! `-`: an object to stdout, stdin to an object.

use std::io::{IsTerminal, stdin, stdout};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::cli::args::{GetArguments, PutArguments};
use crate::cli::interrupt::interrupted;
use crate::cli::pace::Pace;
use crate::cli::print::{Printer, Status, Trouble};
use crate::cli::progress::ProgressLine;
use crate::cli::report::verified;
use crate::domain::address::Location;
use crate::domain::error::ErrorKind;
use crate::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use crate::domain::transfer::{JobId, Progress, TransferEvent, Verification};
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::transfer::limits::rate::Rate;
use crate::transfer::stream::download::{Broken, download_stream};
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::stream::upload::upload_stream;

/// Between two looks at how far it is.
const LOOKS: Duration = Duration::from_millis(100);

pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub async fn get(
    arguments: &GetArguments,
    client: &Client,
    limit: Option<u64>,
) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.source else {
        return Err(Trouble::Usage("only one object can go to stdout: s3://bucket/key".to_owned()));
    };
    if arguments.recursive {
        return Err(Trouble::Usage("-r and - do not go together: name one object".to_owned()));
    }
    if arguments.output.json {
        return Err(Trouble::Usage("--json and - cannot both have stdout".to_owned()));
    }
    let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    let pipe = pipe(client, &object, arguments.pace, limit);
    let line = ProgressLine::beside(&stdout());
    let work = download_stream(&pipe, tokio::io::stdout());
    match watched(&pipe, line, work).await {
        Ok(Verification::Digest(_)) => Ok(Status::Done),
        Ok(Verification::SizeOnly(why)) => {
            eprintln!("windlass: {}: only its length was compared: {why}", visible(&pipe.place()));
            Ok(Status::Done)
        }
        Err(Broken::Source(error)) => Err(error.into()),
        Err(Broken::Target(error)) => Err(Trouble::Output(error)),
    }
}

pub async fn put(
    arguments: &PutArguments,
    client: &Client,
    limit: Option<u64>,
) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.destination else {
        return Err(Trouble::Usage("stdin needs the whole key: s3://bucket/key".to_owned()));
    };
    let conflict = arguments.conflict;
    if conflict.keep_both || conflict.if_newer || conflict.if_different {
        let sentence = "stdin has no name or time: only --force and --skip-existing can be given";
        return Err(Trouble::Usage(sentence.to_owned()));
    }
    client.prepare().await?;
    let sizes = arguments.parts.sizes(client.provider().facts().parts).map_err(Trouble::Usage)?;
    if stdin().is_terminal() {
        eprintln!("windlass: reading from the terminal, ctrl-d ends it");
    }
    let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    let content_type = arguments.content_type.clone();
    let options = PutOptions {
        headers: ObjectHeaders { content_type, ..ObjectHeaders::default() },
        only_if_absent: !conflict.force,
        ..PutOptions::default()
    };
    let pipe = pipe(client, &object, arguments.pace, limit);
    let line = ProgressLine::beside(&stdin());
    let work = upload_stream(&pipe, tokio::io::stdin(), &options, sizes, interrupted());
    let piped = match watched(&pipe, line, work).await {
        Err(error) if error.is(&ErrorKind::PreconditionFailed) && conflict.skip_existing => None,
        other => Some(other?),
    };
    let mut printer = Printer::new(arguments.output);
    if printer.json {
        let state = if piped.is_some() { "done" } else { "skipped" };
        let bytes = piped.as_ref().map(|piped| piped.bytes);
        let verified = piped.as_ref().map(|piped| verified(&piped.verification));
        let place = object.to_string();
        let told = json!({
            "job": "put", "to": place, "state": state, "bytes": bytes, "verified": verified,
        });
        printer.object(&told)?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

fn pipe(client: &Client, object: &ObjectAddress, pace: Pace, limit: Option<u64>) -> Pipe {
    let remote = Arc::new(client.sending_once());
    Pipe::new(remote, object.clone(), pace.patience(), Rate::of(pace.rate(limit)))
}

/// Says on stderr how far it is, and what it waits for.
async fn watched<T>(pipe: &Pipe, mut line: ProgressLine, work: impl Future<Output = T>) -> T {
    let (mut work, id) = (std::pin::pin!(work), JobId(0));
    let mut waited = false;
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = sleep(LOOKS) => {}
        }
        let (bytes, total) = (pipe.moved.bytes(), pipe.moved.total());
        let progress = Progress {
            bytes,
            bytes_total: total.max(bytes),
            objects_total: 1,
            expanded: total > 0,
            ..Progress::default()
        };
        let wait = pipe.gate.standing.wait();
        if wait.is_some() || waited {
            waited = wait.is_some();
            line.take(&TransferEvent::Waiting { id, wait });
        }
        line.take(&TransferEvent::Advanced(vec![(id, progress)]));
    }
}
