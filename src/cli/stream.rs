//! `-`: an object to stdout, stdin to an object.

use std::io::IsTerminal;
use std::path::Path;

use serde_json::json;
use tokio::io::{stdin, stdout};

use crate::cli::args::{GetArguments, PutArguments};
use crate::cli::interrupt::interrupted;
use crate::cli::print::{Printer, Status, Trouble};
use crate::domain::address::Location;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use crate::domain::provider::Capability;
use crate::s3::client::Client;
use crate::transfer::limits::rate::Rate;
use crate::transfer::stream::{download_stream, upload_stream};

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
    let (patience, rate) = (arguments.pace.patience(), Rate::of(arguments.pace.rate(limit)));
    download_stream(&client.sending_once(), &object, stdout(), patience, rate).await?;
    Ok(Status::Done)
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
    if std::io::stdin().is_terminal() {
        eprintln!("windlass: reading from the terminal, ctrl-d ends it");
    }
    let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    let options = PutOptions {
        headers: ObjectHeaders {
            content_type: arguments.content_type.clone(),
            ..ObjectHeaders::default()
        },
        only_if_absent: !arguments.conflict.force,
        ..PutOptions::default()
    };
    let stored = match guard(client, &object, &options).await {
        Ok(options) => {
            let patience = arguments.pace.patience();
            let rate = Rate::of(arguments.pace.rate(limit));
            let client = client.sending_once();
            upload_stream(&client, &object, stdin(), &options, patience, rate, interrupted()).await
        }
        Err(error) => Err(error),
    };
    let bytes = match stored {
        Err(error)
            if error.is(&ErrorKind::PreconditionFailed) && arguments.conflict.skip_existing =>
        {
            None
        }
        other => Some(other?.1),
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

/// Looks first where the server does not look itself.
async fn guard(
    client: &Client,
    object: &ObjectAddress,
    options: &PutOptions,
) -> Result<PutOptions, Error> {
    if !options.only_if_absent || client.lacks(Capability::ConditionalPut).is_none() {
        return Ok(options.clone());
    }
    match client.head(object).await {
        Ok(_) => Err(Error::new(ErrorKind::PreconditionFailed, "PutObject", object.to_string())),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => {
            Ok(PutOptions { only_if_absent: false, ..options.clone() })
        }
        Err(error) => Err(error),
    }
}
