//! Indexes of the screen: made over the wire, and searched without it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use windlass::app::effect::{IndexRequest, StorageRequest};
use windlass::app::event::Answer;
use windlass::demo::faults::Fault;
use windlass::demo::seed::{MANY_KEYS, seed};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::diff_end::DiffKind;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::indexed::{IndexChanges, IndexEnd, IndexProgress};
use windlass::domain::listing::{ContinuationToken, FoundRows};
use windlass::s3::client::Client;
use windlass::tui::indexing::Indexes;

use crate::support::server::{connection, server};

const KEYS: u64 = 30_000;

fn indexes(folder: &Path) -> Indexes {
    Indexes { folder: Some(folder.to_owned()), connection: "test".into() }
}

fn many(server: Server) -> (Server, Client) {
    seed(server.store(), KEYS);
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    (server, client)
}

async fn made(client: &Client, folder: &Path, prefix: &str) -> Result<IndexProgress, Error> {
    let (bucket, prefix) = (Bucket::new(MANY_KEYS), Prefix::new(prefix));
    let told = Mutex::new(0);
    let tell = |answer| match answer {
        Answer::Indexing(IndexProgress { keys, end: None }) => {
            let mut told = told.lock().unwrap();
            assert!(keys >= *told);
            *told = keys;
        }
        other => panic!("{other:?}"),
    };
    let made = indexes(folder).ask(client, IndexRequest::Make { bucket, prefix }, tell).await;
    made.map(|answer| match answer {
        Answer::Indexing(progress) => progress,
        other => panic!("{other:?}"),
    })
}

async fn found(
    client: &Client,
    folder: &Path,
    (prefix, wanted): (&str, &str),
    token: Option<ContinuationToken>,
) -> Option<FoundRows> {
    let (bucket, prefix) = (Bucket::new(MANY_KEYS), Prefix::new(prefix));
    let wanted = wanted.to_owned();
    let request = StorageRequest::Find { bucket, prefix, wanted, at: None, token };
    match indexes(folder).found(client, &request).await?.unwrap() {
        Answer::Found(found) => Some(found),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_answers_what_the_server_would() {
    let (server, client) = many(server().await);
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("indexes");
    assert_eq!(found(&client, &folder, ("events/", "event"), None).await, None);
    let end = made(&client, &folder, "").await.unwrap();
    assert_eq!(end.end, Some(IndexEnd::Whole));
    let all = end.keys;
    server.faults().clear_log();
    let (mut names, mut looked_at, mut token) = (Vec::new(), 0, None);
    for _ in 0..20 {
        let found = found(&client, &folder, ("events/", "event"), token).await.unwrap();
        assert!(found.done && found.index.unwrap().whole);
        names.extend(found.page.rows().map(|row| row.name.to_owned()));
        looked_at += found.looked_at;
        token = found.behind;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(server.faults().log().len(), 0, "nothing is sent");
    assert!(looked_at >= KEYS && looked_at <= all);
    let mut listed = Vec::new();
    let (bucket, prefix) = (Bucket::new(MANY_KEYS), Prefix::new("events/"));
    let mut pages = client.keys_below(&bucket, &prefix, false);
    while let Some(page) = pages.next().await.unwrap() {
        listed.extend(page.rows().map(|row| row.name.to_owned()));
    }
    assert!(names == listed, "{} of {}", names.len(), listed.len());
    let live = found(&client, &folder, ("events/", "event from=server"), None).await;
    assert_eq!(live, None, "the server is asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stopped_or_breaks_replaces_no_whole_index() {
    let (server, client) = many(server().await);
    let home = tempfile::tempdir().unwrap();
    let count = || std::fs::read_dir(home.path()).unwrap().count();
    server.faults().add(Fault::answer(403, "AccessDenied").on("ListObjectsV2").forever());
    let refused = made(&client, home.path(), "").await.unwrap_err();
    assert!(refused.is(&ErrorKind::AccessDenied));
    assert_eq!(count(), 0);
    server.faults().clear();
    let whole = made(&client, home.path(), "").await.unwrap();
    server.faults().add(Fault::answer(403, "AccessDenied").on("ListObjectsV2").after(3).forever());
    let broken = made(&client, home.path(), "").await.unwrap();
    assert!(matches!(broken.end, Some(IndexEnd::Broken { kept: false, .. })), "{broken:?}");
    server.faults().clear();
    drop(tokio::time::timeout(std::time::Duration::ZERO, made(&client, home.path(), "")).await);
    assert_eq!(count(), 1);
    let still = found(&client, home.path(), ("", "size>=0"), None).await.unwrap();
    assert!(still.index.unwrap().whole && whole.keys >= KEYS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_is_told_and_the_index_is_fresh_then() {
    let server = server().await;
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let home = tempfile::tempdir().unwrap();
    for key in ["a", "b", "c"] {
        server.store().put(MANY_KEYS, key, vec![0; 3]);
    }
    let ask = |request| {
        let (client, indexes) = (client.clone(), indexes(home.path()));
        async move { indexes.ask(&client, request, |_| ()).await }
    };
    let place = || (Bucket::new(MANY_KEYS), Prefix::root());
    let changes = || {
        let (bucket, prefix) = place();
        ask(IndexRequest::Changes { bucket, prefix })
    };
    assert!(changes().await.unwrap_err().is(&ErrorKind::LocalMissing));
    made(&client, home.path(), "").await.unwrap();
    server.store().put(MANY_KEYS, "b", vec![1; 5]);
    server.store().put(MANY_KEYS, "d", vec![1; 6]);
    server.store().remove_at(MANY_KEYS, "a", std::time::SystemTime::now());
    let told = |answer| match answer {
        Answer::IndexChanged(IndexChanges { rows, changes, listed: 3, done: true, .. }) => {
            assert_eq!(changes, rows.len() as u64);
            rows.into_iter().map(|row| (row.name, row.change, row.size)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let expected = [("a", DiffKind::Gone, 3), ("b", DiffKind::Changed, 5), ("d", DiffKind::New, 6)];
    let expected = expected.map(|(name, change, size)| (name.to_owned(), change, size));
    assert_eq!(told(changes().await.unwrap()), expected);
    assert_eq!(told(changes().await.unwrap()), []);
}
