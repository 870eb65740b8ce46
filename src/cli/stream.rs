//! Streams an object to stdout, a pipe or a device, and stdin or a pipe to an object.

use std::io::ErrorKind::BrokenPipe;
use std::io::{IsTerminal, stdin, stdout};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::cli::args::describe::attributes;
use crate::cli::args::transfer::{GetArguments, PutArguments};
use crate::cli::connect::Choice;
use crate::cli::ends::{End, open_input, open_output, standard_input, unwritable};
use crate::cli::interrupt::interrupted;
use crate::cli::pace::PaceArguments;
use crate::cli::past::meant;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::progress::ProgressLine;
use crate::cli::report::verified;
use crate::config::stderr::say;
use crate::domain::address::Location;
use crate::domain::error::ErrorKind;
use crate::domain::object::{ObjectAddress, PutOptions};
use crate::domain::transfer::{JobId, JobOptions, Progress, Verification};
use crate::domain::transfer_event::{JobChange, TransferEvent};
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::stream::download::{Broken, download_stream};
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::stream::upload::upload_stream;

/// Between two looks at how far it is.
const LOOKS: Duration = Duration::from_millis(100);

pub async fn get(
    arguments: &GetArguments,
    end: &End,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let Location::Object { bucket, key } = &arguments.source else {
        let sentence = "only one object can go to stdout, a pipe or a device: s3://bucket/key";
        return Err(VerbError::Usage(sentence.to_owned()));
    };
    if arguments.recursive {
        let sentence = "-r needs a folder: one object goes to stdout, a pipe or a device";
        return Err(VerbError::Usage(sentence.to_owned()));
    }
    if arguments.wait {
        let sentence = "--wait needs a file: nobody keeps a pipe open for hours; thaw --wait waits";
        return Err(VerbError::Usage(sentence.to_owned()));
    }
    if choice.json && *end == End::Standard {
        return Err(VerbError::Usage("--json and - cannot both have stdout".to_owned()));
    }
    let client = choice.client()?;
    let object = ObjectAddress::new(bucket.clone(), key.clone());
    let object = meant(&client, object, &arguments.past).await?;
    let pipe = pipe(choice, &client, &object, arguments.pace);
    let got = match end {
        End::Standard => {
            let work = download_stream(&pipe, tokio::io::stdout());
            watched(&pipe, ProgressLine::beside(&stdout()), work).await
        }
        End::At(path) => {
            let target = open_output(path).await?;
            watched(&pipe, ProgressLine::new(), download_stream(&pipe, target)).await
        }
    };
    let verification = match (got, end) {
        (Ok(verification), _) => verification,
        (Err(Broken::Source(error)), _) => return Err(error.into()),
        (Err(Broken::Target(error)), End::At(path)) if error.kind() != BrokenPipe => {
            return Err(unwritable(&error, path).into());
        }
        (Err(Broken::Target(error)), _) => return Err(VerbError::Output(error)),
    };
    if choice.json {
        let mut printer = Printer::new(choice.json);
        let (from, bytes) = (object.to_string(), pipe.moved.bytes());
        let to = arguments.destination.display().to_string();
        printer.object(&json!({
            "job": "get", "from": from, "to": to, "state": "done", "bytes": bytes,
            "verified": verified(&verification),
        }))?;
        printer.flush()?;
    } else if let Verification::SizeOnly(why) = verification {
        say!("windlass: {}: only its length was compared: {why}", visible(&pipe.place()));
    }
    Ok(Status::Done)
}

/// The key of a stream, which a name alone can be left out of.
fn key_of(arguments: &PutArguments, end: &End) -> Result<ObjectAddress, VerbError> {
    let sentence = "a stream has no name: write the whole key, s3://bucket/key";
    let nameless = || VerbError::Usage(sentence.to_owned());
    let (bucket, key) = match &arguments.places.destination {
        Location::Object { bucket, key } => (bucket, key.clone()),
        Location::Prefix { bucket, prefix } => {
            (bucket, prefix.key(end.name().ok_or_else(nameless)?))
        }
        Location::Root => return Err(nameless()),
    };
    Ok(ObjectAddress::new(bucket.clone(), key))
}

pub async fn put(
    arguments: &PutArguments,
    end: &End,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let object = key_of(arguments, end)?;
    if arguments.dry_run {
        return Err(VerbError::Usage("--dry-run is for files: a stream is read once".to_owned()));
    }
    let conflict = arguments.conflict;
    if conflict.keep_both || conflict.if_newer || conflict.if_different {
        let sentence =
            "a stream has no name or time: only --force and --skip-existing work with it";
        return Err(VerbError::Usage(sentence.to_owned()));
    }
    let client = choice.client()?;
    client.prepare().await?;
    let sizes = arguments.parts.sizes(client.provider().facts().parts).map_err(VerbError::Usage)?;
    if *end == End::Standard && stdin().is_terminal() {
        say!("windlass: reading from the terminal, ctrl-d ends it");
    }
    let attributes = attributes(&arguments.describe, &arguments.lock)?;
    client.permits(&attributes)?;
    let mut options = PutOptions { only_if_absent: !conflict.force, ..PutOptions::default() };
    let rules = choice.settings.upload_rules_of(&choice.current, &object.bucket);
    let given = JobOptions { attributes, rules, ..JobOptions::default() };
    given.describe(object.key.as_str(), &mut options);
    let pipe = pipe(choice, &client, &object, arguments.pace);
    let sent = match end {
        End::Standard => {
            let work = upload_stream(&pipe, standard_input()?, &options, sizes, interrupted());
            watched(&pipe, ProgressLine::beside(&stdin()), work).await
        }
        End::At(path) => {
            let source = tokio::select! {
                source = open_input(path) => source?,
                () = interrupted() => {
                    return Err(pipe.fails(ErrorKind::Cancelled, "upload").into());
                }
            };
            let work = upload_stream(&pipe, source, &options, sizes, interrupted());
            watched(&pipe, ProgressLine::new(), work).await
        }
    };
    let piped = match sent {
        Err(error) if error.is(&ErrorKind::PreconditionFailed) && conflict.skip_existing => None,
        other => Some(other?),
    };
    let mut printer = Printer::new(choice.json);
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

pub fn pipe(choice: &Choice, client: &Client, object: &ObjectAddress, pace: PaceArguments) -> Pipe {
    let remote = Arc::new(client.sending_once());
    let rate = pace.rate(choice.settings.transfers.limit);
    Pipe::new(remote, object.clone(), pace.patience(), RateLimiter::of(rate))
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
        let wait = pipe.policy.wait_reason.wait();
        if wait.is_some() || waited {
            waited = wait.is_some();
            line.take(&TransferEvent::job(id, JobChange::Wait(wait)));
        }
        line.take(&TransferEvent::job(id, JobChange::Progress(progress)));
    }
}
