//! `-`: an object to stdout, stdin to an object.

use std::io::IsTerminal;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, stdin, stdout};

use crate::cli::args::{GetArguments, PutArguments};
use crate::cli::print::{Printer, Status, Trouble};
use crate::domain::address::Location;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    GetOptions, ObjectAddress, ObjectHeaders, PutOptions, UploadId, UploadedPart,
};
use crate::domain::provider::Capability;
use crate::s3::client::Client;

/// Bytes of a part. The length of stdin is not known, so that the largest upload is 10,000 of them: 312 GiB.
const PART: usize = 32 << 20;

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
    let mut download = client.get(&object, &GetOptions::default()).await?;
    let mut out = stdout();
    let mut written = 0_u64;
    while let Some(piece) = download.body.next().await {
        let piece = piece?;
        written += piece.len() as u64;
        out.write_all(&piece).await?;
    }
    out.flush().await?;
    match download.head.size {
        Some(size) if size != written => {
            let detail = format!("{written} of {size} bytes came");
            let place = object.to_string();
            Err(Error::new(ErrorKind::Interrupted, "GetObject", place).detail(detail).into())
        }
        _ => Ok(Status::Done),
    }
}

pub async fn put(arguments: &PutArguments, client: &Client) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.destination else {
        return Err(Trouble::Usage("stdin needs the whole key: s3://bucket/key".to_owned()));
    };
    if arguments.conflict.keep_both {
        return Err(Trouble::Usage("--keep-both needs a file with a name".to_owned()));
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
        Ok(()) => store(client, &object, options).await,
        Err(error) => Err(error),
    };
    let bytes = match stored {
        Err(error)
            if error.is(&ErrorKind::PreconditionFailed) && arguments.conflict.skip_existing =>
        {
            None
        }
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

/// Looks first where the server does not look itself.
async fn guard(client: &Client, object: &ObjectAddress, options: &PutOptions) -> Result<(), Error> {
    if !options.only_if_absent || client.lacks(Capability::ConditionalPut).is_none() {
        return Ok(());
    }
    match client.head(object).await {
        Ok(_) => Err(Error::new(ErrorKind::PreconditionFailed, "PutObject", object.to_string())),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(()),
        Err(error) => Err(error),
    }
}

/// One PUT where stdin ends within a part, else equal parts. Brings back the bytes stored.
async fn store(
    client: &Client,
    object: &ObjectAddress,
    mut options: PutOptions,
) -> Result<u64, Error> {
    let first = unless_interrupted(read_part()).await?;
    let supported = client.lacks(Capability::ConditionalPut).is_none();
    let only_if_absent = options.only_if_absent && supported;
    options.only_if_absent = only_if_absent;
    if first.len() < PART {
        let bytes = first.len() as u64;
        unless_interrupted(client.put(object, first, &options)).await?;
        return Ok(bytes);
    }
    let upload = client.create_multipart(object, &options).await?;
    let sent = unless_interrupted(send_parts(client, object, &upload, first)).await;
    let completed = match sent {
        Ok(parts) => {
            let bytes = parts.iter().map(|part| part.size).sum();
            client.complete_multipart(object, &upload, &parts, only_if_absent).await.map(|_| bytes)
        }
        Err(error) => Err(error),
    };
    if completed.is_err() {
        // The first error is the one to tell; an upload that stays behind costs storage, so try.
        let _ = client.abort_multipart(object, &upload).await;
    }
    completed
}

/// Ends with ctrl-c, so that what was begun can be taken back.
async fn unless_interrupted<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::select! {
        ended = work => ended,
        _ = tokio::signal::ctrl_c() => Err(Error::new(ErrorKind::Cancelled, "the upload", "")),
    }
}

async fn send_parts(
    client: &Client,
    object: &ObjectAddress,
    upload: &UploadId,
    first: Bytes,
) -> Result<Vec<UploadedPart>, Error> {
    let mut parts = Vec::new();
    let mut body = first;
    while !body.is_empty() {
        let number = u32::try_from(parts.len() + 1).unwrap_or(u32::MAX);
        let last = body.len() < PART;
        parts.push(client.upload_part(object, upload, number, body).await?);
        if last {
            break;
        }
        body = read_part().await?;
    }
    Ok(parts)
}

/// Reads until a part is full or stdin ends.
async fn read_part() -> Result<Bytes, Error> {
    let mut part = BytesMut::with_capacity(PART.min(1 << 20));
    let mut source = stdin().take(PART as u64);
    loop {
        part.reserve(64 << 10);
        match source.read_buf(&mut part).await {
            Ok(0) => return Ok(part.freeze()),
            Ok(_) => {}
            Err(error) => return Err(Error::from_io(&error, "read", "stdin")),
        }
    }
}
