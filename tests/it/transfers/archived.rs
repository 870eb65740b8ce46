//! Downloads that wait for the embedded server to bring objects back from the archive.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use windlass::demo::server::Server;
use windlass::demo::store::content::Content;
use windlass::demo::store::guard::{Guard, Restoring};
use windlass::demo::store::object::Stored;
use windlass::domain::address::Bucket;
use windlass::domain::transfer::{
    FileRules, JobId, JobSpec, JobState, OnArchived, TransferCommand, Wait,
};
use windlass::domain::transfer_event::JobChange;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, server};
use crate::transfers::harness::{
    Running, download, download_prefix, error_of, names_in, options, run, start_with, until,
};

const HOUR: Duration = Duration::from_hours(1);

async fn opened() -> (Server, Arc<Client>) {
    let server = server().await;
    let client = Client::connect(&connection(&server), Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    (server, Arc::new(client))
}

/// An archived object that is readable after a while; one that nobody asked for without it.
fn archive(server: &Server, key: &str, readable_after: Option<Duration>) {
    // The server's clock counts whole seconds.
    let now = SystemTime::now() - Duration::from_secs(1);
    let restore = readable_after.map(|takes| Restoring::of(now, takes, 1));
    let guard = Guard { restore, ..Guard::default() };
    let storage_class = Some("GLACIER".to_owned());
    let object = Stored { storage_class, guard, ..Stored::whole(Content::held("cold")) };
    server.store().put_object("bucket", key, object);
}

fn waiting(spec: JobSpec) -> JobSpec {
    let files = FileRules { archived: OnArchived::Wait, ..FileRules::default() };
    JobSpec { files, ..spec }
}

fn tuning(journal: &Path, restore_look: Duration) -> Tuning {
    Tuning { restore_look, slots: 1, ..options(Some(journal.to_owned())) }
}

async fn until_restore(running: &mut Running) -> (u64, jiff::Timestamp) {
    running
        .until_change(|_, change| match change {
            JobChange::Wait(Some(Wait::Restore { objects, next })) => Some((*objects, *next)),
            JobChange::State { state: state @ JobState::Failed(_), .. } => {
                panic!("it failed: {state:?}")
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_download_goes_on_by_itself_once_the_object_is_readable() {
    let (server, client) = opened().await;
    let folder = tempfile::tempdir().unwrap();
    let down = folder.path().join("down");
    archive(&server, "cold", Some(Duration::from_secs(2)));
    let tuning = tuning(&folder.path().join("q.db"), Duration::from_millis(200));
    let mut running = start_with(&client, tuning);
    let spec = waiting(download("cold", &down));
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    assert_eq!(until_restore(&mut running).await.0, 1);
    assert_eq!(names_in(&down), [""; 0], "no part file lies there for hours");
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(fs::read(down.join("cold")).unwrap(), b"cold");
    let asked = (server.faults().count("GetObject"), server.faults().count("HeadObject"));
    assert!(asked.0 == 2 && (3..=6).contains(&asked.1), "{asked:?}");
}

#[tokio::test]
async fn others_are_downloaded_while_some_wait_and_none_of_them_waits_in_their_place() {
    let (server, client) = opened().await;
    let folder = tempfile::tempdir().unwrap();
    let down = folder.path().join("down");
    for key in ["p/a", "p/b", "p/c"] {
        archive(&server, key, Some(HOUR));
    }
    for key in ["p/d", "p/e", "other"] {
        server.store().put_object("bucket", key, Stored::whole(Content::held("warm")));
    }
    let mut running = start_with(&client, tuning(&folder.path().join("q.db"), HOUR));
    let specs = vec![waiting(download_prefix("p/", &down)), download("other", &down)];
    running.engine.send(TransferCommand::Enqueue(specs));
    assert_eq!(until_restore(&mut running).await.0, 3);
    until(|| down.join("other").exists() && names_in(&down) == ["d", "e", "other"]).await;
    let asked = server.faults().count("HeadObject");
    assert_eq!(asked, 3, "one look at each");
    // Told to look now, it does; one of them is readable by now.
    archive(&server, "p/b", Some(Duration::ZERO));
    running.engine.send(TransferCommand::Resume(JobId(1)));
    until(|| down.join("b").exists()).await;
    assert_eq!(until_restore(&mut running).await.0, 2);
    assert_eq!(server.faults().count("HeadObject"), asked + 3);
    running.engine.send(TransferCommand::Pause(JobId(1)));
    running.until_state(|state| *state == JobState::Paused).await;
    running.engine.send(TransferCommand::Resume(JobId(1)));
    assert_eq!(until_restore(&mut running).await.0, 2);
    running.engine.send(TransferCommand::Cancel(JobId(1)));
    running.until_state(|state| *state == JobState::Cancelled).await;
    assert_eq!(names_in(&down), ["b", "d", "e", "other"]);
}

#[tokio::test]
async fn a_restart_waits_on_until_the_time_that_was_told() {
    let (server, client) = opened().await;
    let folder = tempfile::tempdir().unwrap();
    let (down, journal) = (folder.path().join("down"), folder.path().join("q.db"));
    archive(&server, "cold", Some(Duration::from_secs(2)));
    let look = Duration::from_secs(3);
    let mut running = start_with(&client, tuning(&journal, look));
    running.engine.send(TransferCommand::Enqueue(vec![waiting(download("cold", &down))]));
    let (_, next) = until_restore(&mut running).await;
    running.engine.shut_down().await;
    let asked = server.faults().count("GetObject");
    let mut again = start_with(&client, tuning(&journal, look));
    assert_eq!(until_restore(&mut again).await, (1, next));
    assert_eq!(server.faults().count("GetObject"), asked, "nobody asks before that");
    again.until_state(|state| *state == JobState::Done).await;
    assert!(jiff::Timestamp::now() >= next);
    assert_eq!(fs::read(down.join("cold")).unwrap(), b"cold");
}

#[tokio::test]
async fn what_nobody_asked_for_fails_and_what_failed_can_be_told_to_wait() {
    let (server, client) = opened().await;
    let folder = tempfile::tempdir().unwrap();
    let down = folder.path().join("down");
    archive(&server, "cold", None);
    let view = run(&client, waiting(download("cold", &down))).await;
    let error = error_of(&view);
    assert!(error.is_archived() && !error.is_being_restored(), "{error:?}");

    archive(&server, "cold", Some(HOUR));
    let mut running = start_with(&client, tuning(&folder.path().join("q.db"), HOUR));
    running.engine.send(TransferCommand::Enqueue(vec![download("cold", &down)]));
    let failed = running.until_state(JobState::finished).await;
    let JobState::Failed(error) = failed else { panic!("{failed:?}") };
    assert!(error.is_being_restored(), "{error:?}");
    running.engine.send(TransferCommand::AwaitRestore(JobId(1)));
    until_restore(&mut running).await;
    // The copy is gone again before anybody read it.
    archive(&server, "cold", None);
    running.engine.send(TransferCommand::Resume(JobId(1)));
    let failed = running.until_state(JobState::finished).await;
    let JobState::Failed(error) = failed else { panic!("{failed:?}") };
    assert!(error.is_archived() && !error.is_being_restored(), "{error:?}");
}
