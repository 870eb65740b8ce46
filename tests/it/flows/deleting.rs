//! Deletes: the question, its running count, and what a yes sends.

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::confirm::{Confirm, Tally};
use windlass::app::effect::{Effect, Request, StorageRequest, VersionsRequest};
use windlass::app::event::Answer;
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::emptied::Emptied;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::Measure;
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{
    JobId, JobSpec, JobState, JobView, Progress, Target, TransferCommand, Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::domain::versions::Versioning;

use crate::flows::queue::{ends, news, upload};
use crate::support::app::{App, apart, buckets, connection, page, startup};

fn question(app: &App) -> &Confirm {
    match app.state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("{other:?}"),
    }
}

fn deleted(app: &mut App) -> Option<Vec<Target>> {
    app.effects().into_iter().find_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => match specs.into_iter().next()?.work {
            Work::Delete { targets, .. } => Some(apart(&targets)),
            other => panic!("{other:?}"),
        },
        _ => None,
    })
}

fn measured(objects: u64, bytes: u64, done: bool) -> Measure {
    Measure { objects, bytes, done }
}

#[test]
fn enter_keeps_and_only_a_yes_deletes() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("D enter");
    assert!(app.state.dialog().is_none());
    assert_eq!(deleted(&mut app), None);
    app.keys("D n D esc");
    assert_eq!(deleted(&mut app), None);
    app.keys("D y");
    assert_eq!(deleted(&mut app), Some(vec![Target::Object("a.txt".into())]));
}

#[test]
fn marked_objects_are_named_counted_and_weighed() {
    let mut app = App::with_rows(&["a.txt", "b.txt", "c.txt"]);
    app.keys("space space D");
    let confirm = question(&app);
    assert_eq!(confirm.subjects, ["a.txt", "b.txt"]);
    assert!(confirm.lines[0].contains("media"));
    assert_eq!(confirm.tally, Some(Tally { objects: 2, bytes: 3, complete: true }));
    let asked =
        [Request::Storage(StorageRequest::Versions(VersionsRequest::Versioning("media".into())))];
    assert_eq!(app.requests(), asked, "whether the bucket keeps versions");
    app.keys("tab enter");
    assert_eq!(deleted(&mut app).unwrap().len(), 2);
    assert_eq!(app.marked(), ["a.txt", "b.txt"], "each mark goes with its row");
}

#[test]
fn what_is_below_a_prefix_is_counted_while_the_question_stands() {
    let mut app = App::with_rows(&["a.txt", "raw/", "z"]);
    app.keys("space space D");
    let targets = vec![Target::Prefix("raw/".into())];
    assert_eq!(
        app.requests(),
        [
            Request::Storage(StorageRequest::Versions(VersionsRequest::Versioning("media".into()))),
            Request::Storage(StorageRequest::Measure { bucket: "media".into(), targets }),
        ]
    );
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::Measured(measured(1000, 5000, false))));
    let so_far = Tally { objects: 1001, bytes: 5001, complete: false };
    assert_eq!(question(&app).tally, Some(so_far));
    app.reply_to(ticket, Ok(Answer::Measured(measured(1500, 9000, true))));
    assert!(question(&app).tally.unwrap().complete);
    app.keys("y enter");
    assert_eq!(deleted(&mut app), None, "much goes: a name is asked for");
    app.keys("ctrl-u").typed("media").keys("enter");
    assert_eq!(deleted(&mut app).unwrap().len(), 2);
}

#[test]
fn a_prefix_of_few_objects_goes_by_a_yes_once_they_are_counted() {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("D y enter");
    assert_eq!(deleted(&mut app), None, "it is not known how much goes");
    app.keys("esc D");
    app.reply(Ok(Answer::Measured(measured(1000, 9, true)))).keys("y");
    assert_eq!(deleted(&mut app), Some(vec![Target::Prefix("raw/".into())]));
}

#[test]
fn the_name_of_a_prefix_is_enough_before_it_is_counted() {
    for (keys, name, deletes) in
        [("esc", "", false), ("enter", "raw/", true), ("enter", "raw", true)]
    {
        let mut app = App::with_rows(&["a.txt", "raw/"]);
        app.keys("D");
        let ticket = app.last_ticket();
        app.reply_to(ticket, Ok(Answer::Measured(measured(7, 7, false)))).effects();
        app.typed(name).keys(keys);
        let effects = app.effects();
        assert!(effects.contains(&Effect::Abandon(ticket)), "{name}");
        let enqueued = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Transfer(TransferCommand::Enqueue(_))));
        assert_eq!(enqueued, deletes, "{name}");
    }
}

#[test]
fn a_name_that_is_being_typed_is_not_taken_away() {
    let mut app = App::with_rows(&["a.txt", "year/"]);
    app.keys("D").typed("ye");
    app.reply(Ok(Answer::Measured(measured(7, 7, true)))).typed("ar").keys("enter");
    assert_eq!(deleted(&mut app), Some(vec![Target::Prefix("year/".into())]));
}

#[test]
fn all_that_a_bucket_holds_goes_by_its_name() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("ctrl-a D y enter");
    assert_eq!(deleted(&mut app), None);
    app.keys("ctrl-u").typed("media").keys("enter");
    assert_eq!(deleted(&mut app).unwrap().len(), 2);
}

#[test]
fn a_word_that_is_typed_at_a_question_answers_nothing() {
    for word in ["Daily", "Dxy", "Dll", "Dhl", "Dryly", "Drop"] {
        let mut app = App::with_rows(&["a.txt", "b.txt"]);
        app.typed(word).keys("enter");
        assert_eq!(deleted(&mut app), None, "{word}");
    }
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.typed("Dx").wait(1).keys("y");
    assert_eq!(deleted(&mut app).unwrap().len(), 1, "after a pause it is an answer");
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("D right right enter");
    assert_eq!(deleted(&mut app), None, "past the last answer is nothing");
}

#[test]
fn a_count_that_fails_is_said_and_never_called_complete() {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("D");
    let denied = Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/raw/");
    app.fail("Measure", denied);
    let confirm = question(&app);
    assert!(confirm.lines.iter().any(|line| line.contains("could not be counted")));
    assert!(!confirm.tally.unwrap().complete);
}

#[test]
fn r2_says_that_nothing_comes_back() {
    let mut connection = connection("test");
    connection.provider = Provider::R2;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a"], None)).keys("D");
    let warning = question(&app).warning.as_deref().unwrap();
    assert!(warning == "This is final: R2 has no object versions.", "{warning}");
}

#[test]
fn the_question_says_what_a_deletion_means_in_this_bucket_and_asks_that_once() {
    for (versioning, said) in [
        (Versioning::Enabled, "delete marker"),
        (Versioning::Suspended, "suspended"),
        (Versioning::Never, "final"),
    ] {
        let mut app = App::with_rows(&["a.txt"]);
        app.keys("D");
        assert!(question(&app).warning.as_ref().unwrap().starts_with("Cannot be undone unless"));
        app.reply(Ok(Answer::Versioning(versioning)));
        assert!(question(&app).warning.as_ref().unwrap().contains(said), "{versioning:?}");
        app.effects();
        app.keys("esc D");
        assert!(question(&app).warning.as_ref().unwrap().contains(said));
        assert_eq!(app.requests(), [], "it is known");
    }
}

#[test]
fn all_versions_go_only_once_the_name_is_typed() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("g D y enter");
    let confirm = question(&app);
    assert!(confirm.warning.as_ref().unwrap().contains("final"));
    assert_eq!(confirm.typed.as_ref().unwrap().expected, "a.txt");
    app.effects();
    app.keys("ctrl-u").typed("a.txt").keys("enter");
    let targets = vec![Target::Object("a.txt".into())];
    let erases = StorageRequest::Versions(VersionsRequest::EraseVersions {
        bucket: "media".into(),
        targets,
    });
    assert_eq!(app.requests(), [Request::Storage(erases)]);
    let gone = |done, versions| {
        let emptied = Emptied { objects: 1, versions, bytes: 9, ..Emptied::default() };
        Ok(Answer::Emptied { emptied, done })
    };
    let ticket = app.last_ticket();
    app.answer(ticket, gone(false, 1));
    assert!(app.picture().contains("2 versions"), "{}", app.picture());
    app.reply_to(ticket, gone(true, 2));
    assert!(app.toast().contains("3 versions deleted"), "{}", app.toast());
    assert!(app.state.dialog().is_none());
}

/// With the question for the bucket `backups` open.
fn asked_of_bucket(found: Option<Measure>) -> App {
    let mut app = App::at("s3://");
    app.reply(buckets(&["backups", "media"])).effects();
    app.keys("D");
    let targets = vec![Target::Prefix("".into())];
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::Measure { bucket: "backups".into(), targets })]
    );
    if let Some(found) = found {
        app.reply(Ok(Answer::Measured(found)));
    }
    app
}

#[test]
fn a_bucket_goes_only_when_its_name_is_typed() {
    for found in [None, Some(measured(0, 0, true))] {
        let mut app = asked_of_bucket(found);
        app.keys("y enter");
        assert!(app.requests().is_empty());
        app.keys("ctrl-u").typed("backups").keys("enter");
        assert_eq!(
            app.requests(),
            [Request::Storage(StorageRequest::DeleteBucket("backups".into()))]
        );
        app.keys("enter");
        assert!(app.requests().is_empty(), "it is sent once");
        app.reply(Ok(Answer::BucketDeleted));
        assert_eq!(app.bucket_names(), ["media"]);
        assert!(app.state.dialog().is_none());
        assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
    }
}

#[test]
fn a_bucket_that_is_gone_leaves_the_cursor_where_it_is() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["a", "b", "c"])).keys("j D").typed("b").keys("enter");
    app.reply(Ok(Answer::BucketDeleted));
    assert_eq!(app.state.parts.buckets.current().unwrap().bucket.as_str(), "c");
    app.reply(buckets(&["a", "c"]));
    assert_eq!(app.state.parts.buckets.current().unwrap().bucket.as_str(), "c");
    app.keys("n").typed("bbb").keys("enter enter").reply(Ok(Answer::BucketCreated));
    assert_eq!(app.bucket_names(), ["a", "bbb", "c"]);
    assert_eq!(app.state.parts.buckets.current().unwrap().bucket.as_str(), "bbb");
}

fn emptied(app: &mut App) -> JobSpec {
    let mut specs = app.effects().into_iter().filter_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => Some(specs),
        _ => None,
    });
    let spec = specs.next().expect("it is emptied first").remove(0);
    let (bucket, targets) = ("backups".into(), vec![Target::Prefix("".into())]);
    assert_eq!(spec.work, Work::Delete { bucket, targets });
    spec
}

#[test]
fn a_bucket_that_is_not_empty_is_emptied_and_then_deleted() {
    let mut app = asked_of_bucket(Some(measured(1000, 5000, false)));
    assert_eq!(question(&app).tally.unwrap().objects, 1000);
    app.typed("backups").keys("enter");
    let spec = emptied(&mut app);
    assert!(app.bucket_names().contains(&"backups"));
    let view = JobView { spec, ..upload(7, "k", JobState::Running) };
    news(&mut app, TransferEvent::Queued(view));
    let progress = Progress { objects: 400, objects_total: 1200, ..Progress::default() };
    news(&mut app, TransferEvent::job(JobId(7), JobChange::Progress(progress)));
    assert!(question(&app).lines[0].starts_with("400 of 1,200+ objects"));
    app.effects();
    ends(&mut app, 7, JobState::Done);
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::Versions(VersionsRequest::EmptyBucket(
            "backups".into()
        )))]
    );
    let ticket = app.last_ticket();
    let emptied = Emptied { versions: 3, markers: 1_300, uploads: 1, ..Emptied::default() };
    app.answer(ticket, Ok(Answer::Emptied { emptied: emptied.clone(), done: false }));
    assert!(question(&app).lines[0].contains("1,304 old versions"), "{:?}", question(&app).lines);
    app.reply_to(ticket, Ok(Answer::Emptied { emptied, done: true }));
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::DeleteBucket("backups".into()))]);
    app.reply(Ok(Answer::BucketDeleted));
    assert_eq!(app.bucket_names(), ["media"]);
    assert!(app.state.dialog().is_none());
}

#[test]
fn emptying_can_be_hidden_and_stopped() {
    let mut app = asked_of_bucket(Some(measured(3, 3, true)));
    app.typed("backups").keys("enter");
    let view = JobView { spec: emptied(&mut app), ..upload(7, "k", JobState::Running) };
    news(&mut app, TransferEvent::Queued(view.clone()));
    app.keys("esc");
    assert!(app.state.dialog().is_none());
    ends(&mut app, 7, JobState::Done);
    app.reply(Ok(Answer::Emptied { emptied: Emptied::default(), done: true }));
    app.reply(Ok(Answer::BucketDeleted));
    assert_eq!(app.bucket_names(), ["media"], "it goes on behind");

    let mut app = asked_of_bucket(Some(measured(3, 3, true)));
    app.typed("backups").keys("enter");
    news(&mut app, TransferEvent::Queued(view));
    app.effects();
    app.keys("y");
    let cancel = Effect::Transfer(TransferCommand::Cancel(JobId(7)));
    assert!(app.effects().contains(&cancel));
    ends(&mut app, 7, JobState::Cancelled);
    assert!(app.toast().contains("stays"), "{}", app.toast());
    assert!(app.requests().is_empty());
}

#[test]
fn a_bucket_that_was_not_known_to_be_full_is_asked_about_again() {
    let mut app = asked_of_bucket(None);
    app.typed("backups").keys("enter");
    let full = || Error::new(ErrorKind::BucketNotEmpty, "DeleteBucket", "s3://backups");
    app.fail("DeleteBucket", full()).effects();
    app.reply(Ok(Answer::Measured(measured(3, 3, true)))).typed("backups").keys("enter");
    emptied(&mut app);
}

#[test]
fn old_versions_that_are_left_in_a_bucket_are_explained() {
    let mut app = asked_of_bucket(Some(measured(0, 0, true)));
    app.typed("backups").keys("enter");
    let full = Error::new(ErrorKind::BucketNotEmpty, "DeleteBucket", "s3://backups");
    app.fail("DeleteBucket", full.clone());
    let Some(Dialog::Details(details)) = app.state.dialog() else { panic!("no details") };
    assert_eq!(details.error, Some(full));
    assert!(details.facts[0].1.contains("old versions"), "{:?}", details.facts);
    app.keys("esc");
    assert_eq!(app.bucket_names(), ["backups", "media"]);
}

#[test]
fn a_deletion_that_is_stopped_counts_what_was_under_way() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("g D").typed("a.txt").keys("enter");
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert_eq!(app.effects(), [Effect::Stop(ticket)], "its answer is waited for");
    assert!(app.picture().contains("stopping"), "{}", app.picture());
    let emptied = Emptied { versions: 2, bytes: 9, left: true, ..Emptied::default() };
    app.answer(ticket, Ok(Answer::Emptied { emptied: emptied.clone(), done: false }));
    assert!(app.picture().contains("stopping"), "{}", app.picture());
    app.reply_to(ticket, Ok(Answer::Emptied { emptied: emptied.clone(), done: true }));
    assert_eq!(app.toast(), "stopped: 2 versions deleted, 9 B; the rest stays");
    for (ended, said) in [
        (Emptied { left: false, ..emptied.clone() }, "2 versions deleted, 9 B"),
        (
            Emptied { failed: 3, ..emptied },
            "stopped: 2 versions deleted, 9 B, 3 could not be; the rest stays",
        ),
    ] {
        app.keys("g D").typed("a.txt").keys("enter");
        let ticket = app.last_ticket();
        app.keys("esc").effects();
        app.reply_to(ticket, Ok(Answer::Emptied { emptied: ended, done: true }));
        assert_eq!(app.toast(), said);
    }

    app.keys("g D").typed("a.txt").keys("enter");
    let ticket = app.last_ticket();
    app.keys("esc").effects();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)), "every wait can be left");
    assert!(app.state.dialog().is_none());
}

#[test]
fn a_bucket_that_is_not_emptied_further_stays_and_says_what_is_gone() {
    let mut app = asked_of_bucket(Some(measured(3, 3, true)));
    app.typed("backups").keys("enter");
    let view = JobView { spec: emptied(&mut app), ..upload(7, "k", JobState::Running) };
    news(&mut app, TransferEvent::Queued(view));
    ends(&mut app, 7, JobState::Done);
    let ticket = app.last_ticket();
    app.effects();
    app.keys("y");
    assert_eq!(app.effects(), [Effect::Stop(ticket)]);
    let gone = Emptied { markers: 1_300, ..Emptied::default() };
    app.reply_to(ticket, Ok(Answer::Emptied { emptied: gone, done: true }));
    assert!(app.toast().contains("stays; 1,300 old versions"), "{}", app.toast());
    assert!(app.requests().is_empty(), "the bucket is not deleted");
}
