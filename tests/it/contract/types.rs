//! Wrong content types for the screen, found and mended over the wire.

use std::sync::{Arc, Mutex};

use windlass::app::event::Answer;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::ObjectAddress;
use windlass::domain::transfer::Target;
use windlass::domain::wrong_type::{MendedTypes, WrongType, WrongTypes};
use windlass::s3::client::Client;
use windlass::tui::content_types::{find, mend};

use crate::support::server::{connection, server};

async fn found(client: &Client, targets: &[Target]) -> (u64, Vec<WrongType>) {
    let told = Mutex::new(Vec::new());
    let tell = |answer| match answer {
        Answer::WrongTypes(WrongTypes { found, failed, done: false, .. }) => {
            assert!(failed.is_empty(), "{failed:?}");
            told.lock().unwrap().extend(found);
        }
        other => panic!("{other:?}"),
    };
    let end = find(client, &"media".into(), targets, tell).await.unwrap();
    let Answer::WrongTypes(WrongTypes { looked, done: true, .. }) = end else { panic!("{end:?}") };
    (looked, told.into_inner().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_types_are_found_and_mended_unless_somebody_else_was_quicker() {
    let server = server().await;
    let store = server.store();
    store.create_bucket("media");
    for (key, bytes) in [
        ("site/a.html", &b"<p>"[..]),
        ("site/deep/b.css", b"p {}"),
        ("site/picture", b"\x89PNG\r\n\x1a\n"),
        ("other.html", b"<p>"),
    ] {
        store.put("media", key, bytes.to_vec());
    }
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let site = [Target::Prefix("site/".into())];
    let (looked, wrong) = found(&client, &site).await;
    let told: Vec<_> = wrong
        .iter()
        .map(|each| (each.object.key.as_str(), each.finding.should.as_str(), each.finding.by_name))
        .collect();
    let html = ("site/a.html", "text/html", true);
    let css = ("site/deep/b.css", "text/css", true);
    assert_eq!((looked, &told[..]), (3, &[html, css, ("site/picture", "image/png", false)][..]));
    let one = [Target::Object("other.html".into())];
    assert_eq!(found(&client, &one).await.1.len(), 1, "what is marked alone");

    store.put("media", "site/a.html", b"<p>new".to_vec());
    let ended = Mutex::new(Vec::new());
    let tell = |answer| match answer {
        Answer::TypesMended(MendedTypes { ended: news, .. }) => ended.lock().unwrap().extend(news),
        other => panic!("{other:?}"),
    };
    mend(&client, wrong, tell).await.unwrap();
    let ended = ended.into_inner().unwrap();
    let kinds: Vec<_> =
        ended.into_iter().map(|(_, ended)| ended.map_err(|error| error.kind)).collect();
    assert_eq!(kinds, [Err(ErrorKind::SourceChanged), Ok(()), Ok(())]);
    let picture = ObjectAddress::new("media".into(), "site/picture".into());
    let head = client.head(&picture).await.unwrap();
    assert_eq!(head.headers.content_type.as_deref(), Some("image/png"));
    let (looked, left) = found(&client, &site).await;
    assert_eq!((looked, left.len()), (3, 1), "the changed one is as it was");
}
