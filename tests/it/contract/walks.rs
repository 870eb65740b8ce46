//! Everything below a prefix over the wire: by many cursors the same as by one.

use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;
use windlass::app::effect::StorageRequest;
use windlass::app::event::Answer;
use windlass::demo::faults::Fault;
use windlass::demo::seed::{MANY_KEYS, seed};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::{ContinuationToken, FoundRows, ListedPage};
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::transfer::Target;
use windlass::s3::client::{Client, ListQuery};
use windlass::s3::ops::objects_of::ObjectsOf;
use windlass::s3::ops::pages::Pages;
use windlass::transfer::queued_uploads::QueuedUploads;
use windlass::tui::requests::ask_storage;

use crate::support::server::{connection, r2_server, server};

const KEYS: u64 = 60_000;

/// Pages that one cursor reads.
const SERIAL: usize = KEYS as usize / 1000;

fn bucket() -> Bucket {
    Bucket::new(MANY_KEYS)
}

fn prefix() -> Prefix {
    Prefix::new("events/")
}

fn many(server: Server) -> (Server, Client) {
    seed(server.store(), KEYS);
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    (server, client)
}

async fn names(client: &Client) -> Result<Vec<String>, Error> {
    let mut pages = client.keys_below(&bucket(), &prefix(), false);
    let mut names = Vec::new();
    while let Some(page) = pages.next().await? {
        names.extend(page.rows().map(|row| row.name.to_owned()));
    }
    Ok(names)
}

fn is_few(server: &Server) -> bool {
    let asked = server.faults().count("ListObjectsV2");
    println!("{asked} requests for {SERIAL} pages");
    asked * 100 <= SERIAL * 135
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_cursors_list_what_one_does_in_few_more_requests() {
    for server in [server().await, r2_server().await] {
        let (server, client) = many(server);
        let mut serial = Vec::new();
        let mut pages = Pages::new(&client, ListQuery::below(&bucket(), &prefix()));
        while let Some(page) = pages.next().await.unwrap() {
            serial.extend(page.rows().map(|row| row.name.to_owned()));
        }
        server.faults().clear_log();
        assert!(names(&client).await.unwrap() == serial);
        assert!(is_few(&server));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_counted_is_all() {
    let (server, client) = many(server().await);
    let measured = client.measure(&bucket(), &[Target::Prefix(prefix())], drop).await.unwrap();
    assert_eq!((measured.objects, measured.done), (KEYS, true));
    assert!(is_few(&server));
    server.faults().clear_log();
    let stored = client.stored(&bucket(), &prefix(), |_| ()).await.unwrap();
    assert_eq!((stored.objects(), stored.bytes()), (KEYS, measured.bytes));
    assert!(is_few(&server));
}

/// The names of a level as the screen lists it: its first page, and all further ones at once.
async fn level(client: &Client) -> Vec<String> {
    let (bucket, prefix) = (bucket(), prefix());
    let first = ListQuery { delimited: true, ..ListQuery::below(&bucket, &prefix) };
    let first = client.list_page(&first).await.unwrap();
    let server = first.next.as_ref().and_then(|next| next.parts().0).unwrap_or_default();
    let mut names: Vec<String> = first.page.rows().map(|row| row.name.to_owned()).collect();
    let last = prefix.key(names.last().unwrap());
    let token = ContinuationToken::behind(server, last.as_str());
    let pages = Mutex::new(vec![]);
    let tell = |answer| match answer {
        Answer::Page(listed) => pages.lock().unwrap().push(listed),
        other => panic!("{other:?}"),
    };
    let request = StorageRequest::ListRest { bucket, prefix, token };
    let (queued, stop) = (QueuedUploads::default(), CancellationToken::new());
    let end = ask_storage(client, request, queued, tell, &stop).await.unwrap();
    assert_eq!(end, Answer::Page(ListedPage::default()));
    let pages = pages.into_inner().unwrap();
    names.extend(pages.iter().flat_map(|listed| listed.page.rows()).map(|row| row.name.to_owned()));
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_level_of_the_screen_is_listed_by_many_cursors_too() {
    for server in [server().await, r2_server().await] {
        let (server, client) = many(server);
        let below = names(&client).await.unwrap();
        server.faults().clear_log();
        let rows = level(&client).await;
        assert!(rows == below, "{} of {}", rows.len(), below.len());
        assert!(is_few(&server));
    }
}

/// What a search of the screen answers, with all that it told before.
async fn search(client: &Client, token: Option<&FoundRows>) -> Vec<FoundRows> {
    let token = token.and_then(|found| found.behind.clone());
    let (bucket, prefix, wanted) = (bucket(), prefix(), "event".to_owned());
    let request = StorageRequest::Find { bucket, prefix, wanted, at: None, token };
    let told = Mutex::new(Vec::new());
    let tell = |answer| match answer {
        Answer::Found(found) => told.lock().unwrap().push(found),
        other => panic!("{other:?}"),
    };
    let (queued, stop) = (QueuedUploads::default(), CancellationToken::new());
    let last = match ask_storage(client, request, queued, tell, &stop).await.unwrap() {
        Answer::Found(found) => found,
        other => panic!("{other:?}"),
    };
    let mut told = told.into_inner().unwrap();
    told.push(last);
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_goes_on_where_it_found_enough() {
    for server in [server().await, r2_server().await] {
        let (_server, client) = many(server);
        let (mut found, mut last, mut looked_at) = (Vec::new(), None, 0);
        for round in 1.. {
            let told = search(&client, last.as_ref()).await;
            let rows = told.iter().flat_map(|told| told.page.rows());
            found.extend(rows.map(|row| row.name.to_owned()));
            last = told.into_iter().next_back();
            let Some(last) = &last else { unreachable!() };
            looked_at += last.looked_at;
            assert!(last.done && round < 20);
            if last.behind.is_none() {
                break;
            }
        }
        assert_eq!(looked_at, KEYS);
        assert!(found == names(&client).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_gives_way_to_a_server_that_has_enough() {
    let (server, client) = many(server().await);
    let throttled = Fault::slow_down().on("ListObjectsV2").after(12).times(3);
    server.faults().add(throttled);
    assert_eq!(names(&client).await.unwrap().len() as u64, KEYS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_that_is_refused_midway_is_not_whole() {
    let (server, client) = many(server().await);
    let refused = Fault::answer(403, "AccessDenied").on("ListObjectsV2").after(15).forever();
    server.faults().add(refused);
    assert!(names(&client).await.unwrap_err().is(&ErrorKind::AccessDenied));
    let measured = client.measure(&bucket(), &[Target::Prefix(prefix())], drop).await;
    assert!(measured.unwrap_err().is(&ErrorKind::AccessDenied));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_without_versions_is_emptied_by_many_cursors() {
    let (server, client) = many(r2_server().await);
    let whole = client.measure(&bucket(), &[Target::Prefix(Prefix::root())], drop).await.unwrap();
    let before = server.faults().count("ListObjectsV2");
    let emptied = client.empty_bucket(&bucket(), &CancellationToken::new(), |_| ()).await.unwrap();
    assert_eq!(emptied.objects, whole.objects);
    assert_eq!((emptied.bytes, emptied.failed), (whole.bytes, 0));
    assert!(names(&client).await.unwrap().is_empty());
    // One more round shows that nothing is left.
    let asked = server.faults().count("ListObjectsV2") - before;
    assert!(asked * 100 <= (SERIAL + 2) * 140, "{asked} requests for {SERIAL} pages");
}

/// What is marked is meant, however much it is.
#[tokio::test]
async fn a_limit_is_of_what_is_below_prefixes_and_no_page_is_listed_ahead_of_it() {
    // Its last pages are believed to be the last.
    let server = r2_server().await;
    for number in 0..2500 {
        server.store().put("media", &format!("p/{number:04}"), "x");
    }
    server.store().put("media", "q/a", "x");
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let (media, named) = (Bucket::new("media"), |key: &str| Target::Object(key.into()));
    let targets =
        [named("x"), Target::Prefix("p/".into()), named("y"), Target::Prefix("q/".into())];
    for (limit, found, more, pages) in
        [(1500, 1502, true, 2), (2500, 2502, true, 4), (2501, 2503, false, 4)]
    {
        server.faults().clear_log();
        let mut objects = ObjectsOf::new(&client, &media, &targets).at_most_below(limit);
        let mut keys = Vec::new();
        while let Some(page) = objects.next().await.unwrap() {
            keys.extend(page.into_iter().map(|each| each.object.key));
        }
        assert_eq!((keys.len(), objects.more), (found, more), "at most {limit}");
        assert!(keys.contains(&"y".into()), "at most {limit}");
        assert_eq!(server.faults().count("ListObjectsV2"), pages, "at most {limit}");
    }
}

#[tokio::test]
async fn what_a_server_does_not_tell_is_said_to_be_untold_and_not_to_be_none() {
    let (versions, uploads) = ("ListObjectVersions", "ListMultipartUploads");
    for lacking in [&[versions][..], &[uploads], &[versions, uploads]] {
        let server = server().await;
        server.store().put("media", "p/a", "x");
        let client = Client::connect(&connection(&server), Arc::default()).unwrap();
        let object = ObjectAddress::new("media".into(), "p/begun".into());
        let upload = client.create_multipart(&object, &PutOptions::default()).await.unwrap();
        client.upload_part(&object, &upload, 1, vec![1; 1000].into()).await.unwrap();
        for operation in lacking {
            server.faults().add(Fault::answer(501, "NotImplemented").on(operation).forever());
        }
        let count =
            StorageRequest::CountBeside { bucket: "media".into(), prefix: Prefix::new("p/") };
        let counted =
            ask_storage(&client, count, QueuedUploads::default(), drop, &CancellationToken::new())
                .await;
        let Ok(Answer::Beside { beside, untold, done: true }) = counted else {
            panic!("{counted:?}")
        };
        let lacks = |operation| lacking.contains(&operation);
        assert_eq!((untold.versions, untold.uploads), (lacks(versions), lacks(uploads)));
        assert_eq!(beside.uploads.bytes, if untold.uploads { 0 } else { 1000 });
    }
}

/// Only what the server lacks is untold: a refusal is told as it is.
#[tokio::test]
async fn what_may_not_be_counted_is_an_error() {
    let server = server().await;
    server.store().put("media", "p/a", "x");
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let denied = Fault::answer(403, "AccessDenied").on("ListMultipartUploads").forever();
    server.faults().add(denied);
    let count = StorageRequest::CountBeside { bucket: "media".into(), prefix: Prefix::new("p/") };
    let refused =
        ask_storage(&client, count, QueuedUploads::default(), drop, &CancellationToken::new())
            .await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::AccessDenied);
}
