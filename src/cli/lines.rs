//! Runs `head` and `tail`: prints the first or last lines or bytes of an object, by ranges.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::cli::args::metadata::{LinesArguments, TailArguments};
use crate::cli::connect::Choice;
use crate::cli::print::{Status, VerbError};
use crate::cli::several::one;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::error::{Error, ErrorKind, FOLLOW};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectAddress, VersionId};
use crate::domain::visible::visible;
use crate::look::error::{Looked, guarded};
use crate::look::lines::{last_lines, start_of_lines, write_lines};
use crate::look::object_bytes::ObjectBytes;
use crate::look::packed::Packing;
use crate::look::section::Section;
use crate::s3::client::Client;

/// Bytes of the first range; each that follows is twice as long, up to the largest.
const FIRST: u64 = 64 << 10;
const LARGEST: u64 = 8 << 20;

/// Between two looks at an object that is followed.
const LOOKS: Duration = Duration::from_secs(2);

/// Bytes before the end that are compared before anything is added.
const COMPARED: u64 = 1024;

impl RunVerb for LinesArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| head(self, choice).await)
    }
}

async fn head(arguments: &LinesArguments, choice: &Choice) -> Result<Status, VerbError> {
    let client = choice.client()?;
    let object = address(arguments, "head")?;
    match arguments.bytes {
        Some(bytes) => first_bytes(&client, &object, bytes).await?,
        None => first_lines(&client, &object, arguments.lines).await?,
    }
    Ok(Status::Done)
}

impl RunVerb for TailArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| tail(self, choice).await)
    }
}

async fn tail(arguments: &TailArguments, choice: &Choice) -> Result<Status, VerbError> {
    let client = choice.client()?;
    let object = address(&arguments.which, "tail")?;
    if arguments.which.bytes.is_none()
        && let Some(packing) = packing(&client, &object).await?
    {
        if arguments.follow {
            return Err(not_followed(&object, packing).into());
        }
        return last_unpacked(&client, &object, packing, arguments.which.lines).await;
    }
    let seen = end_of(&client, &object, &arguments.which).await?;
    write(&seen.shown)?;
    if arguments.follow {
        follow(&client, &object, &arguments.which, seen).await?;
    }
    Ok(Status::Done)
}

fn address(arguments: &LinesArguments, verb: &str) -> Result<ObjectAddress, VerbError> {
    Ok(one(&arguments.location, verb)?.at_version(arguments.version.clone().map(VersionId)))
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

async fn first_bytes(client: &Client, object: &ObjectAddress, most: u64) -> Result<(), VerbError> {
    if most == 0 {
        client.head(object).await?;
        return Ok(());
    }
    let range = Some(ByteRange { start: 0, end: most });
    let options = GetOptions { range, ..GetOptions::default() };
    let mut download = client.get(object, &options).await?;
    while let Some(piece) = download.body.next().await {
        write(&piece?)?;
    }
    Ok(())
}

async fn first_lines(client: &Client, object: &ObjectAddress, lines: u64) -> Result<(), VerbError> {
    let (mut left, mut start, mut length) = (lines, 0, FIRST);
    let mut etag = None;
    while left > 0 {
        let range = ByteRange { start, end: start + length };
        let read = read(client, object, range, etag.as_ref()).await?;
        if let Some(packing) = Packing::of(&read.bytes).filter(|_| start == 0) {
            return first_unpacked(client, object, packing, lines).await;
        }
        let mut shown = 0;
        while left > 0
            && let Some(at) = read.bytes[shown..].iter().position(|byte| *byte == b'\n')
        {
            (shown, left) = (shown + at + 1, left - 1);
        }
        let shown = if left > 0 { read.bytes.len() } else { shown };
        write(&read.bytes[..shown])?;
        start += read.bytes.len() as u64;
        if read.bytes.is_empty() || read.size.is_none_or(|size| start >= size) {
            break;
        }
        (etag, length) = (read.etag, (length * 2).min(LARGEST));
    }
    if lines == 0 {
        client.head(object).await?;
    }
    Ok(())
}

/// How an object is compressed, by its first bytes.
async fn packing(client: &Client, object: &ObjectAddress) -> Result<Option<Packing>, Error> {
    let start = client.start_of(object, Packing::KNOWN_BY).await?;
    Ok(Packing::of(&start.bytes))
}

fn not_followed(object: &ObjectAddress, packing: Packing) -> Error {
    let detail = format!(
        "it is compressed by {}, and what is added to a compressed object cannot be unpacked alone",
        packing.name()
    );
    Error::new(ErrorKind::Unsupported, FOLLOW, object.to_string()).detail(detail)
}

async fn first_unpacked(
    client: &Client,
    object: &ObjectAddress,
    packing: Packing,
    lines: u64,
) -> Result<(), VerbError> {
    let written = unpacked(client, object, packing, move |source| {
        write_lines(source, Some(lines), &mut io::stdout().lock())
    });
    written.await?.map_err(VerbError::Output)
}

/// The last lines of what can be read are printed though it is cut.
async fn last_unpacked(
    client: &Client,
    object: &ObjectAddress,
    packing: Packing,
    lines: u64,
) -> Result<Status, VerbError> {
    let read = unpacked(client, object, packing, move |source| Ok(last_lines(source, lines)));
    let (last, ended) = read.await?;
    write(&last)?;
    match ended {
        Ok(()) => Ok(Status::Done),
        Err(error) => Err(error.into_error(&object.to_string()).into()),
    }
}

/// Reads what comes out of compression on a thread that may wait.
async fn unpacked<T: Send + 'static>(
    client: &Client,
    object: &ObjectAddress,
    packing: Packing,
    work: impl FnOnce(&mut dyn io::Read) -> Looked<T> + Send + 'static,
) -> Result<T, Error> {
    let ranges = client.ranges(object, CancellationToken::new()).await?;
    let source = Arc::new(ObjectBytes::new(Arc::new(ranges), u64::MAX));
    let first = usize::try_from(FIRST).unwrap_or(usize::MAX);
    let read = spawn_blocking(move || {
        guarded(|| work(&mut packing.open(Section::whole(&source, first))?))
    });
    read.await?.map_err(|error| error.into_error(&object.to_string()))
}

struct Read {
    bytes: Vec<u8>,
    /// Of the whole object.
    size: Option<u64>,
    etag: Option<ETag>,
}

async fn read(
    client: &Client,
    object: &ObjectAddress,
    range: ByteRange,
    etag: Option<&ETag>,
) -> Result<Read, Error> {
    let options = GetOptions { range: Some(range), if_match: etag.cloned() };
    let mut download = client.get(object, &options).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = download.body.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(Read { bytes, size: download.head.size, etag: download.head.etag })
}

/// The end of an object as it was looked at.
struct Seen {
    /// What is asked for of it.
    shown: Vec<u8>,
    size: u64,
    etag: Option<ETag>,
    /// The last bytes, to be known again by.
    last: Vec<u8>,
}

async fn end_of(
    client: &Client,
    object: &ObjectAddress,
    arguments: &LinesArguments,
) -> Result<Seen, Error> {
    let head = client.head(object).await?;
    let size = head.size.ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "tail", object.to_string())
            .detail("the server does not give the length, so its end cannot be found")
    })?;
    let etag = head.etag;
    let least = arguments.bytes.map_or(FIRST, |bytes| bytes.max(COMPARED)).min(size);
    let mut end = Vec::new();
    let mut length = least;
    while (end.len() as u64) < size {
        let to = size - end.len() as u64;
        let range = ByteRange { start: to.saturating_sub(length), end: to };
        let mut block = read(client, object, range, etag.as_ref()).await?.bytes;
        block.extend_from_slice(&end);
        end = block;
        if arguments.bytes.is_some() || start_of_lines(&end, arguments.lines).is_some() {
            break;
        }
        length = (length * 2).min(LARGEST);
    }
    let from = if let Some(bytes) = arguments.bytes {
        end.len().saturating_sub(usize::try_from(bytes).unwrap_or(usize::MAX))
    } else {
        start_of_lines(&end, arguments.lines).unwrap_or(0)
    };
    let compared = end.len().min(usize::try_from(COMPARED).unwrap_or(usize::MAX));
    let last = end[end.len() - compared..].to_vec();
    Ok(Seen { shown: end.split_off(from), size, etag, last })
}

/// Prints what is added, until the program is ended from outside.
async fn follow(
    client: &Client,
    object: &ObjectAddress,
    arguments: &LinesArguments,
    mut seen: Seen,
) -> Result<(), VerbError> {
    let mut gone = false;
    loop {
        sleep(LOOKS).await;
        let head = match client.head(object).await {
            Ok(head) => head,
            Err(error) if error.is(&ErrorKind::NoSuchKey) => {
                if !std::mem::replace(&mut gone, true) {
                    tell(object, "is gone; waiting for it to come back");
                }
                continue;
            }
            Err(error) if error.retryable() => continue,
            Err(error) => return Err(error.into()),
        };
        if head.etag == seen.etag && !gone {
            continue;
        }
        match added(client, object, &seen, head.size).await {
            Ok(Some(next)) if !gone => {
                write(&next.shown)?;
                seen = next;
            }
            Ok(_) => {
                tell(object, "was replaced by another one");
                if let Some(packing) = packing(client, object).await? {
                    return Err(not_followed(object, packing).into());
                }
                seen = end_of(client, object, arguments).await?;
                write(&seen.shown)?;
            }
            // It changed once more between the two looks.
            Err(error) if error.is(&ErrorKind::SourceChanged) || error.retryable() => continue,
            Err(error) => return Err(error.into()),
        }
        gone = false;
    }
}

fn tell(object: &ObjectAddress, what: &str) {
    say!("windlass: {} {what}", visible(&object.to_string()));
}

/// What came after the end that was seen; `None` where that end is not where it was.
async fn added(
    client: &Client,
    object: &ObjectAddress,
    seen: &Seen,
    size: Option<u64>,
) -> Result<Option<Seen>, Error> {
    let Some(size) = size.filter(|size| *size >= seen.size) else { return Ok(None) };
    let start = seen.size - seen.last.len() as u64;
    if start == size {
        // It was empty, and is.
        return Ok(Some(Seen { shown: Vec::new(), size, etag: None, last: Vec::new() }));
    }
    let range = ByteRange { start, end: size };
    let read = read(client, object, range, None).await?;
    let Some(shown) = read.bytes.strip_prefix(seen.last.as_slice()) else { return Ok(None) };
    let size = start + read.bytes.len() as u64;
    let kept = read.bytes.len().min(usize::try_from(COMPARED).unwrap_or(usize::MAX));
    let last = read.bytes[read.bytes.len() - kept..].to_vec();
    Ok(Some(Seen { shown: shown.to_vec(), size, etag: read.etag, last }))
}
