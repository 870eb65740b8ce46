//! Examinations that write: whatever happens in the middle, nothing stays on the server.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use windlass::config::connection::Connection;
use windlass::demo::faults::Fault;
use windlass::demo::server::Server;
use windlass::demo::store::bucket::Versioning;
use windlass::domain::diagnosis::{Examination, Finding, Step, Verdict};
use windlass::s3::client::Client;

use crate::support::server::{connection, server};

fn client(connection: &Connection) -> Client {
    Client::connect(connection, Arc::default()).unwrap()
}

fn writing() -> Examination {
    Examination { bucket: Some("media".into()), prefix: "tmp/".into(), writes: true }
}

/// Below the prefix there is one object, and after the written one was told a signal.
async fn shop() -> (Server, Arc<Notify>) {
    let server = server().await;
    server.store().put("media", "tmp/kept", "kept");
    (server, Arc::default())
}

fn signal(written: &Arc<Notify>) -> impl FnMut(Finding) + Send + use<> {
    let written = written.clone();
    move |finding| {
        if finding.step == Step::Write {
            written.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_that_is_stopped_takes_back_what_it_wrote() {
    let (server, written) = shop().await;
    let client = client(&connection(&server));
    let stopping = written.clone();
    client
        .examine(&writing(), &mut signal(&written), async move { stopping.notified().await })
        .await;
    assert_eq!(server.store().keys("media"), ["tmp/kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_that_nobody_waits_for_takes_back_what_it_wrote() {
    let (server, written) = shop().await;
    let (examined, signalled) = (client(&connection(&server)), written.clone());
    let running = tokio::spawn(async move {
        examined.examine(&writing(), &mut signal(&signalled), pending()).await;
    });
    written.notified().await;
    running.abort();
    let mut tries = 0;
    while server.store().keys("media") != ["tmp/kept"] && tries < 1000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        tries += 1;
    }
    assert_eq!(server.store().keys("media"), ["tmp/kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_are_told_once_and_in_order_whatever_fails() {
    let (server, _) = shop().await;
    let good = connection(&server);
    let wrong_bucket = Examination { bucket: Some("no-such-bucket".into()), ..writing() };
    let nowhere = Connection { endpoint: Some("http://127.0.0.1:9".into()), ..good.clone() };
    let read_only = Connection { read_only: true, ..good.clone() };
    for (connection, examination) in [
        (&good, writing()),
        (&good, Examination::default()),
        (&good, wrong_bucket),
        (&nowhere, writing()),
        (&read_only, writing()),
    ] {
        let mut told = Vec::new();
        client(connection)
            .examine(&examination, &mut |finding: Finding| told.push(finding), pending())
            .await;
        let steps: Vec<Step> = told.iter().map(|finding| finding.step).collect();
        assert_eq!(steps, Step::ALL, "{examination:?}");
        let writes = told.iter().find(|finding| finding.step == Step::Write).unwrap();
        let wrote = matches!(writes.verdict, Verdict::Works(_));
        assert_eq!(wrote, std::ptr::eq(connection, &raw const good) && examination == writing());
    }
    assert_eq!(server.store().keys("media"), ["tmp/kept"]);
}

async fn told_of_deleting(server: &Server) -> Verdict {
    let mut told = Vec::new();
    client(&connection(server))
        .examine(&writing(), &mut |finding: Finding| told.push(finding), pending())
        .await;
    let deleting = told.into_iter().find(|finding| finding.step == Step::Delete);
    deleting.expect("every step is told").verdict
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_examination_leaves_no_versions_or_says_that_it_does() {
    let (server, _) = shop().await;
    server.store().set_versioning("media", Versioning::Enabled);
    let versions = async || {
        let root = windlass::domain::address::Prefix::new("tmp/.windlass");
        let query = windlass::s3::ops::versions::VersionsQuery::below(&"media".into(), &root);
        client(&connection(&server)).versions_page(&query).await.unwrap().rows.len()
    };
    assert_eq!(told_of_deleting(&server).await, Verdict::Works(String::new()));
    assert_eq!(versions().await, 0);
    let refusal = Fault::answer(403, "AccessDenied").on("ListObjectVersions").forever();
    server.faults().add(refusal);
    let told = told_of_deleting(&server).await;
    assert!(
        matches!(&told, Verdict::Beware(why) if why.contains("versions cannot be listed")),
        "{told:?}"
    );
    server.faults().clear();
    assert!(versions().await > 0, "which is what was said");
}
