//! Answers requests of the interface: storage by its client, this machine on threads that may
//! block.

use std::fs::{self, DirEntry};
use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::app::effect::Request;
use crate::app::event::{FolderEntry, Measure, Peek, Reply};
use crate::config::connection::Connection;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::arrange::arrange_while;
use crate::domain::diagnosis::Examination;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    BucketListing, ByteRange, GetOptions, ObjectAddress, ObjectHeaders, PutOptions,
};
use crate::domain::parts::Growing;
use crate::domain::transfer::{JobSpec, Target};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;
use crate::transfer::journal::KnownUploads;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::Rate;
use crate::transfer::stream::pipe::Pipe;
use crate::transfer::stream::upload::upload_stream;
use crate::tui::destinations::conflicts;
use crate::tui::uploads;

/// The most a page of a listing may have.
pub const PAGE: u16 = 1000;

/// One sort or filter at a time: those that wait can still be abandoned, one under way gives up
/// soon, and two cores stay useful.
static ARRANGING: Semaphore = Semaphore::const_new(1);

/// Sends one answer, or several for [`Request::Measure`]. `client` gives that of the connection in
/// use where none is named.
pub async fn answer(
    request: Request,
    client: impl Fn(Option<ConnectionName>) -> BoxFuture<'static, Result<Client, Error>>,
    known: impl FnOnce() -> KnownUploads + Send + 'static,
    send: impl Fn(Reply) + Send + Sync,
) {
    match request {
        Request::ListBuckets => send(Reply::Buckets(buckets(client(None).await).await)),
        Request::ListPage { bucket, prefix, token } => {
            let query = ListQuery { bucket, prefix, delimited: true, token, max_keys: PAGE };
            send(Reply::Page(match client(None).await {
                Ok(client) => client.list_page(&query).await,
                Err(error) => Err(error),
            }));
        }
        Request::Head(object) => send(Reply::Head(match client(None).await {
            Ok(client) => client.head(&object).await,
            Err(error) => Err(error),
        })),
        Request::Peek { object, bytes } => send(Reply::Peeked(match client(None).await {
            Ok(client) => peek(&client, &object, bytes).await,
            Err(error) => Err(error),
        })),
        Request::Presign(link) => send(Reply::Presigned(match client(None).await {
            Ok(client) => client.presign(&link, Timestamp::now()).await,
            Err(error) => Err(error),
        })),
        Request::CreateBucket(bucket) => send(Reply::BucketCreated(match client(None).await {
            Ok(client) => client.create_bucket(&bucket).await,
            Err(error) => Err(error),
        })),
        Request::DeleteBucket(bucket) => send(Reply::BucketDeleted(match client(None).await {
            Ok(client) => client.delete_bucket(&bucket).await,
            Err(error) => Err(error),
        })),
        Request::ListUploads { bucket, after } => send(Reply::Uploads(match client(None).await {
            Ok(client) => uploads::page(&client, &bucket, after.as_ref(), known).await,
            Err(error) => Err(error),
        })),
        Request::CountParts { object, upload } => {
            send(Reply::UploadExtent(match client(None).await {
                Ok(client) => client.upload_extent(&object, &upload).await,
                Err(error) => Err(error),
            }));
        }
        Request::AbortUploads(chosen) => {
            send(uploads::abort(client(None).await, chosen, known).await);
        }
        Request::PublicAccess(bucket) => send(Reply::PublicAccess(match client(None).await {
            Ok(client) => client.public_access(&bucket).await,
            Err(error) => Err(error),
        })),
        Request::CreatePrefix { bucket, prefix } => {
            send(Reply::PrefixCreated(match client(None).await {
                Ok(client) => create_prefix(&client, bucket, &prefix).await,
                Err(error) => Err(error),
            }));
        }
        Request::FindEmpty { bucket, prefixes } => {
            send(Reply::FoundEmpty(match client(None).await {
                Ok(client) => client.empty_of(&bucket, prefixes).await,
                Err(error) => Err(error),
            }));
        }
        Request::Measure { bucket, targets } => match client(None).await {
            Ok(client) => measure(&client, &bucket, &targets, &send).await,
            Err(error) => send(Reply::Measured(Err(error))),
        },
        Request::Examine { unsaved, examination } => {
            let client = match unsaved {
                Some(connection) => connect(*connection).await,
                // What was refused before is asked again.
                None => client(None).await.inspect(Client::forget_refusals),
            };
            examine(client, &examination, send).await;
        }
        Request::Arrange { listing, arrangement } => {
            // The semaphore is never closed.
            let turn = ARRANGING.acquire().await;
            let superseded = CancellationToken::new();
            let _when_dropped = superseded.clone().drop_guard();
            let ordered = spawn_blocking(move || {
                let _turn = turn;
                arrange_while(&listing, &arrangement, || !superseded.is_cancelled())
            });
            if let Ok(Some(order)) = ordered.await {
                send(Reply::Arranged(order));
            }
        }
        Request::ReadFolder(path) => {
            let place = path.display().to_string();
            let read = spawn_blocking(move || read_folder(&path)).await;
            send(Reply::Folder(read.unwrap_or_else(|error| Err(lost(&error, &place)))));
        }
        // Answered before anything comes here: they are about connections, not by one.
        Request::FindOrigins
        | Request::SaveConnection { .. }
        | Request::SavePublicDomain { .. }
        | Request::RemoveConnection(_)
        | Request::StoredKeyId
        | Request::GiveCode(_)
        | Request::ReadImports(_)
        | Request::SignIn { .. } => {}
        Request::Check(specs) => {
            let other = specs.iter().find_map(JobSpec::other_connection).cloned();
            let target = match other {
                Some(name) => Some(client(Some(name)).await),
                None => None,
            };
            send(Reply::Checked(conflicts(specs, client(None).await, target).await));
        }
    }
}

async fn buckets(client: Result<Client, Error>) -> Result<BucketListing, Error> {
    client?.list_buckets().await
}

/// A client of a connection that is not saved, or not yet.
async fn connect(connection: Connection) -> Result<Client, Error> {
    let place = connection.name.clone();
    let made = spawn_blocking(move || Client::connect(&connection, Arc::default())).await;
    made.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Other, "connect", place.as_str()).detail(error.to_string()))
    })
}

async fn examine(
    client: Result<Client, Error>,
    examination: &Examination,
    send: impl Fn(Reply) + Send + Sync,
) {
    match client {
        Ok(client) => {
            let mut tell = |finding| send(Reply::Examining(finding));
            client.examine(examination, &mut tell, pending()).await;
            send(Reply::Examined(Ok(())));
        }
        Err(error) => send(Reply::Examined(Err(error))),
    }
}

async fn peek(client: &Client, object: &ObjectAddress, bytes: u64) -> Result<Peek, Error> {
    let range = Some(ByteRange { start: 0, end: bytes.max(1) });
    let options = GetOptions { range, ..GetOptions::default() };
    let mut download = match client.get(object, &options).await {
        // No range of an empty object can be had, nor any of a server that ignores them: its answer
        // is left after its first bytes.
        Err(error) if error.status == Some(416) || error.is(&ErrorKind::Unsupported) => {
            client.get(object, &GetOptions::default()).await?
        }
        other => other?,
    };
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut start = Vec::new();
    while let Some(piece) = download.body.next().await {
        start.extend_from_slice(&piece?);
        if start.len() >= most {
            start.truncate(most);
            break;
        }
    }
    let head = download.head;
    Ok(Peek { bytes: start, size: head.size, content_type: head.headers.content_type })
}

async fn create_prefix(client: &Client, bucket: Bucket, prefix: &Prefix) -> Result<(), Error> {
    let object = ObjectAddress { bucket, key: prefix.key("") };
    let headers = ObjectHeaders {
        content_type: Some("application/x-directory".to_owned()),
        ..ObjectHeaders::default()
    };
    let options = PutOptions { headers, only_if_absent: true, ..PutOptions::default() };
    let patience = Patience { outage: Some(Duration::ZERO), ..Patience::default() };
    let pipe = Pipe::new(Arc::new(client.sending_once()), object, patience, Rate::default());
    let sizes = Growing::new(client.provider().facts().parts);
    let stored = upload_stream(&pipe, tokio::io::empty(), &options, sizes, pending()).await;
    match stored {
        // It is there already: what was asked for.
        Err(error) if error.is(&ErrorKind::PreconditionFailed) => Ok(()),
        other => other.map(drop),
    }
}

async fn measure(client: &Client, bucket: &Bucket, targets: &[Target], send: &impl Fn(Reply)) {
    let mut sum = Measure::default();
    for target in targets {
        let counted = match target {
            Target::Object(key) => {
                let object = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
                client.head(&object).await.map(|head| {
                    sum.objects += 1;
                    sum.bytes += head.size.unwrap_or(0);
                })
            }
            Target::Prefix(prefix) => measure_prefix(client, bucket, prefix, &mut sum, send).await,
            Target::Rows(_) => Ok(()),
        };
        if let Err(error) = counted {
            return send(Reply::Measured(Err(error)));
        }
    }
    sum.done = true;
    send(Reply::Measured(Ok(sum)));
}

async fn measure_prefix(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    sum: &mut Measure,
    send: &impl Fn(Reply),
) -> Result<(), Error> {
    let query = ListQuery {
        bucket: bucket.clone(),
        prefix: prefix.clone(),
        delimited: false,
        token: None,
        max_keys: PAGE,
    };
    let mut pages = Pages::new(client, query);
    while let Some(page) = pages.next().await? {
        sum.objects += page.len() as u64;
        sum.bytes += page.rows().filter_map(|row| row.size()).sum::<u64>();
        send(Reply::Measured(Ok(*sum)));
    }
    Ok(())
}

/// Folders first, each part in the order of names.
fn read_folder(path: &Path) -> Result<Vec<FolderEntry>, Error> {
    let fail = |error: &std::io::Error| Error::from_io(error, "read the folder", path.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| fail(&error))? {
        entries.push(folder_entry(&entry.map_err(|error| fail(&error))?));
    }
    entries.sort_by(|one, other| {
        other.folder.cmp(&one.folder).then_with(|| one.name.cmp(&other.name))
    });
    Ok(entries)
}

/// A link counts as what it points at; one that points nowhere is an empty file.
fn folder_entry(entry: &DirEntry) -> FolderEntry {
    let path = entry.path();
    let found = fs::metadata(&path).ok();
    let modified = found.as_ref().and_then(|found| found.modified().ok());
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    FolderEntry {
        name: entry.file_name().to_string_lossy().into_owned(),
        folder: found.as_ref().is_some_and(fs::Metadata::is_dir),
        size: found.as_ref().map_or(0, fs::Metadata::len),
        modified: modified
            .and_then(|since| Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()),
        path,
    }
}

fn lost(error: &JoinError, place: &str) -> Error {
    Error::new(ErrorKind::Other, "read the folder", place).detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_hidden_files_are_there() {
        let home = tempfile::tempdir().unwrap();
        for name in ["b.txt", ".hidden", "a.txt"] {
            fs::write(home.path().join(name), "four").unwrap();
        }
        fs::create_dir(home.path().join("z")).unwrap();
        std::os::unix::fs::symlink("nowhere", home.path().join("broken")).unwrap();
        let entries = read_folder(home.path()).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["z", ".hidden", "a.txt", "b.txt", "broken"]);
        assert!(entries[0].folder);
        assert_eq!((entries[1].size, entries[4].size), (4, 0));
        assert!(entries[1].modified.is_some());
        assert!(read_folder(&home.path().join("none")).is_err());
    }
}
