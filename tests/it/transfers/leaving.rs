//! What deletes and moves ask of a server, and what they leave alone.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use windlass::config::connection::Connection;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{JobState, Target, TransferCommand, TransferEvent, Work};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::EngineOptions;
use windlass::transfer::headless::run_to_end;

use crate::support::server::{connection, server};
use crate::transfers::harness::{connect, copy, job, options, start, until};

async fn client(server: &Server, provider: Provider) -> Arc<Client> {
    let to = Connection { provider, ..connection(server) };
    let client = Client::connect(&to, Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    Arc::new(client.sending_once())
}

fn prefix(text: &str) -> Target {
    Target::Prefix(Prefix::new(text))
}

#[tokio::test]
async fn a_delete_that_goes_on_later_leaves_what_was_stored_meanwhile() {
    let server = server().await;
    let client = client(&server, Provider::Other).await;
    for number in 0..1500 {
        server.store().put("bucket", &format!("p/{number:04}"), "x");
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("queue.db");
    let never = Act::Delay(Duration::from_secs(3600));
    server.faults().add(Fault::new(never).on("DeleteObjects").after(1).forever());
    let running = start(&client, &journal);
    let work = Work::Delete { bucket: Bucket::new("bucket"), targets: vec![prefix("p/")] };
    running.engine.send(TransferCommand::Enqueue(vec![job(work)]));
    let (faults, store) = (server.faults(), server.store());
    until(|| faults.count("DeleteObjects") > 1 && store.keys("bucket").len() <= 500).await;
    drop(running);
    server.faults().clear();
    // Another program stores one that was deleted, and one that never was there.
    let later = SystemTime::now() + Duration::from_secs(5);
    for key in ["p/0000", "p/9999"] {
        let object =
            Stored { content: Content::held("new"), ..Stored::whole(Content::held("new")) };
        server.store().put_object_at("bucket", key, object, later);
    }
    let mut running = start(&client, &journal);
    let note = running
        .until(|event| match event {
            TransferEvent::ObjectNoted { note, .. } => Some(note.text.clone()),
            _ => None,
        })
        .await;
    assert!(note.contains("stored after the deletion began"), "{note}");
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(server.store().keys("bucket"), ["p/0000", "p/9999"]);
}

#[tokio::test]
async fn a_server_that_does_not_copy_is_not_asked_for_every_object() {
    let server = server().await;
    let client = client(&server, Provider::Other).await;
    for number in 0..20 {
        server.store().put("bucket", &format!("p/{number}"), "x");
    }
    server.faults().add(Fault::answer(400, "InvalidRequest").on("CopyObject").forever());
    let spec = copy(prefix("p/"), "bucket", prefix("q/"));
    let few = EngineOptions { slots: 1, ..options(None) };
    let views = run_to_end(few, connect(&client), vec![spec], |_| ()).await;
    assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
    assert_eq!(server.store().keys("bucket").len(), 40);
    let asked = server.faults().count("CopyObject");
    assert!(asked < 10, "{asked} of 20");
}

#[tokio::test]
async fn a_move_looks_at_its_source_twice_and_takes_the_answer_for_its_copy() {
    let server = server().await;
    let client = client(&server, Provider::Aws).await;
    for name in ["a", "b", "c"] {
        server.store().put("bucket", &format!("p/{name}"), name);
    }
    let mut spec = copy(prefix("p/"), "bucket", prefix("q/"));
    if let Work::Copy { moving, .. } = &mut spec.work {
        *moving = true;
    }
    let moved = || run_to_end(options(None), connect(&client), vec![spec.clone()], |_| ());
    assert_eq!(moved().await[0].state, JobState::Done);
    assert_eq!(server.store().keys("bucket"), ["q/a", "q/b", "q/c"]);
    let count = |operation| server.faults().count(operation);
    assert_eq!((count("HeadObject"), count("CopyObject")), (9, 3));
    // What is there is not overwritten, and what was to go there stays.
    server.store().put("bucket", "p/a", "other");
    assert!(matches!(moved().await[0].state, JobState::Failed(_)));
    assert_eq!(server.store().bytes("bucket", "q/a").unwrap(), "a");
    assert_eq!(server.store().bytes("bucket", "p/a").unwrap(), "other");
}
