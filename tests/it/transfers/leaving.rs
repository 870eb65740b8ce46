//! What deletes, moves and downloads of one object ask of a server, and what they leave alone.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use windlass::config::connection::Connection;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::provider::{Capability, Provider, RefusalNews};
use windlass::domain::transfer::{JobState, Target, TransferCommand, Verification, Work};
use windlass::domain::transfer_event::JobChange;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::s3::refusals::Refusals;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::limits::slots::LaneLimits;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, server};
use crate::transfers::harness::{
    bytes, connect, copy, download, job, options, run_well, start, start_with, until,
};

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
    // One request after the other: the first keys go first.
    let most_slots = LaneLimits { small: 1, parts: 1 };
    let few = Tuning { slots: 1, most_slots, ..options(Some(journal.clone())) };
    let running = start_with(&client, few);
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
        .until_change(|_, change| match change {
            JobChange::Noted(note) => Some(note.text.clone()),
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
    let few = Tuning { slots: 1, ..options(None) };
    let views = run_to_end(few, connect(&client), vec![spec], |_| ()).await;
    assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
    assert_eq!(server.store().keys("bucket").len(), 40);
    let asked = server.faults().count("CopyObject");
    assert!(asked < 10, "{asked} of 20");
}

#[tokio::test]
async fn a_move_looks_at_its_source_its_copy_and_whether_the_source_is_gone() {
    for provider in [Provider::Aws, Provider::Other] {
        moves_and_looks(provider).await;
    }
}

async fn moves_and_looks(provider: Provider) {
    let server = server().await;
    let client = client(&server, provider).await;
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
    let asked = (count("HeadObject"), count("CopyObject"), count("DeleteObject"));
    // The source, its place to be, the copy, the source before it goes, and that it is gone.
    assert_eq!(asked, (15, 3, 3), "{provider}");
    // What is there is not overwritten, and what was to go there stays.
    server.store().put("bucket", "p/a", "other");
    assert!(matches!(moved().await[0].state, JobState::Failed(_)));
    assert_eq!(server.store().bytes("bucket", "q/a").unwrap(), "a");
    assert_eq!(server.store().bytes("bucket", "p/a").unwrap(), "other");
    // Not even where it happens to have the same bytes.
    server.store().put("bucket", "p/a", "a");
    assert!(matches!(moved().await[0].state, JobState::Failed(_)));
    assert_eq!(server.store().bytes("bucket", "p/a").unwrap(), "a");
    // A copy of ours whose answer was lost is known for what it is.
    server.store().remove("bucket", "q/a");
    server.faults().add(Fault::new(Act::LoseAnswer).on("CopyObject"));
    assert_eq!(moved().await[0].state, JobState::Done);
    assert_eq!(server.store().keys("bucket"), ["q/a", "q/b", "q/c"]);
}

#[tokio::test]
async fn an_object_of_a_listed_size_is_asked_for_whole_and_compared_with_its_checksum() {
    let server = server().await;
    let client = client(&server, Provider::Aws).await;
    let object = ObjectAddress::new(Bucket::new("bucket"), Key::new("k"));
    let body = bytes(3 << 20);
    client.put(&object, body.clone().into(), &PutOptions::default()).await.unwrap();
    for (listed, by) in [(None, "md5"), (Some(3 << 20), "crc64nvme"), (Some(9), "crc64nvme")] {
        server.faults().clear_log();
        let folder = tempfile::tempdir().unwrap();
        let mut spec = download("k", folder.path());
        if let Work::Download { size, .. } = &mut spec.work {
            *size = listed;
        }
        let views = run_to_end(options(None), connect(&client), vec![spec], |_| ()).await;
        assert_eq!(views[0].verification, Some(Verification::Digest(by.to_owned())), "{listed:?}");
        assert!(std::fs::read(folder.path().join("k")).unwrap() == body);
        assert_eq!(server.faults().log().len(), 1, "{:?}", server.faults().log());
    }
}

#[tokio::test]
async fn what_a_server_does_not_know_is_asked_and_told_once() {
    for (status, code) in [(501, "NotImplemented"), (405, "MethodNotAllowed")] {
        let server = server().await;
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let refusals = Refusals::new([], move |news| hears.lock().unwrap().push(news));
        let to = connection(&server);
        let client = Client::connect_knowing(&to, Arc::default(), refusals).unwrap();
        for number in 0..9 {
            server.store().put("bucket", &format!("p/{number}"), "x");
        }
        server.store().put("bucket", "q/5", "mine");
        server.faults().add(Fault::answer(status, code).on("CopyObject").forever());
        let spec = copy(prefix("p/"), "bucket", prefix("q/"));
        let remote = connect(&Arc::new(client.sending_once()));
        let views = run_to_end(options(None), remote, vec![spec], |_| ()).await;
        let why = format!("this server answered CopyObject with {status}");
        let capability = Capability::CopyObject;
        assert_eq!(*told.lock().unwrap(), [RefusalNews::Refused { capability, why }]);
        // What goes through this machine instead overwrites nothing.
        assert_eq!((views[0].progress.objects, views[0].progress.failed), (8, 1));
        assert_eq!(server.store().bytes("bucket", "q/5").unwrap(), "mine");
        // Every other job knows it, and the screen, until it is asked again.
        let log = || server.faults().log();
        let asked = || log().iter().filter(|each| each.operation == "CopyObject").count();
        let before = asked();
        let (remote, spec) =
            (Arc::new(client.sending_once()), copy(prefix("p/"), "bucket", prefix("r/")));
        run_well(&remote, spec).await;
        assert_eq!(asked(), before);
        client.forget_refusals();
        assert_eq!(client.lacks(capability), None);
        assert_eq!(told.lock().unwrap().last(), Some(&RefusalNews::Forgotten));
    }
}
