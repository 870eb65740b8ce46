//! Unfinished uploads of a bucket: listed page by page, counted near the cursor, given up after a
//! question.

use jiff::SignedDuration;
use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::uploads::UploadsLoading;
use windlass::app::effect::{Request, StorageRequest};
use windlass::app::event::{Answer, ListedUploads, Reply};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, UploadId};
use windlass::domain::unfinished::{
    AbortedUploads, UnfinishedUpload, UploadExtent, UploadMarker, UploadOwner,
};

use crate::support::app::{App, buckets};

fn listed(app: &App, rows: &[(&str, i64, UploadOwner)], next: Option<&str>) -> Reply {
    let row = |(name, hours, owner): &(&str, i64, UploadOwner)| {
        let object = ObjectAddress::new("media".into(), (*name).into());
        let since = Some(app.now - SignedDuration::from_hours(*hours));
        let upload = UploadId(format!("id-{name}"));
        (UnfinishedUpload { object, upload, since, by: String::new() }, *owner)
    };
    let next = next.map(|key| UploadMarker { key: key.to_owned(), upload: None });
    Ok(Answer::Uploads(ListedUploads { uploads: rows.iter().map(row).collect(), next }))
}

fn opened() -> App {
    let mut app = App::at("s3://");
    app.reply(buckets(&["media"])).keys("U");
    app
}

fn asked(app: &App) -> String {
    match app.state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm.lines.join(" "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_follow_each_other_and_parts_are_counted_one_row_at_a_time() {
    let mut app = opened();
    assert!(matches!(
        &app.requests()[..],
        [.., Request::Storage(StorageRequest::ListUploads { after: None, .. })]
    ));
    let first = listed(&app, &[("a", 99, UploadOwner::Unknown)], Some("a"));
    app.reply(first);
    let asked = app.requests();
    assert!(
        matches!(
            &asked[..],
            [
                Request::Storage(StorageRequest::ListUploads { after: Some(after), .. }),
                Request::Storage(StorageRequest::CountParts { .. }),
            ] if after.key == "a"
        ),
        "{asked:?}"
    );
    let second = listed(&app, &[("b", 2, UploadOwner::Unknown)], None);
    app.reply(second);
    assert_eq!(app.requests(), [], "one count at a time");
    app.reply(Ok(Answer::UploadExtent(UploadExtent { parts: 3, bytes: 9, last: None })));
    let requests = app.requests();
    let [Request::Storage(StorageRequest::CountParts { object, .. })] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert_eq!(object.key.as_str(), "b");
    app.keys("esc");
    assert!(app.state.dialog().is_none());
    assert_eq!(app.waiting().len(), 0, "what is not wanted any more is abandoned");
}

#[test]
fn what_looks_abandoned_is_given_up_after_a_question_that_names_count_and_age() {
    let mut app = opened();
    let rows = [
        ("old", 24 * 9, UploadOwner::Unknown),
        ("in-use", 24 * 9, UploadOwner::Queued),
        ("young", 2, UploadOwner::Unknown),
        ("left", 30, UploadOwner::Left),
    ];
    let page = listed(&app, &rows, None);
    app.reply(page).keys("a enter").effects();
    assert_eq!(
        asked(&app),
        "Abort these 2 uploads, started 1 day to 9 days ago, 1 of them left by Windlass?"
    );
    // No is the default.
    app.keys("enter");
    assert!(matches!(app.state.dialog(), Some(Dialog::Uploads(_))));
    app.keys("enter y");
    let sent = app.requests();
    let Some(Request::Storage(StorageRequest::AbortUploads(uploads))) = sent.last() else {
        panic!("{sent:?}")
    };
    let keys: Vec<_> = uploads.iter().map(|(object, _)| object.key.as_str()).collect();
    assert_eq!(keys, ["old", "left"]);
    let failed =
        vec![Error::new(ErrorKind::AccessDenied, "AbortMultipartUpload", "s3://media/left")];
    let gone = vec![UploadId("id-old".into())];
    let aborted = AbortedUploads { gone, failed, ..AbortedUploads::default() };
    app.reply(Ok(Answer::UploadsAborted(aborted)));
    let Some(Dialog::Uploads(list)) = app.state.dialog() else { panic!() };
    let left: Vec<_> = list.rows.iter().map(|row| row.upload.object.key.as_str()).collect();
    assert_eq!(left, ["in-use", "young", "left"]);
}

#[test]
fn a_young_one_is_given_up_only_with_a_warning_and_one_in_use_never() {
    let mut app = opened();
    let rows = [("in-use", 99, UploadOwner::Queued), ("young", 2, UploadOwner::Unknown)];
    let page = listed(&app, &rows, None);
    app.reply(page).keys("enter");
    assert!(matches!(app.state.dialog(), Some(Dialog::Uploads(_))), "it is in use");
    app.keys("space enter");
    assert!(asked(&app).contains("another program may still be writing"), "{}", asked(&app));
}

#[test]
fn an_abort_is_told_of_and_left_and_one_that_did_not_begin_counts_nothing() {
    let mut app = opened();
    let page = listed(&app, &[("old", 99, UploadOwner::Unknown)], None);
    app.reply(page).keys("enter y esc");
    assert!(app.picture().contains("aborting 1 unfinished upload; esc stops"), "{}", app.picture());
    app.keys("esc");
    assert!(app.waiting().is_empty(), "{:?}", app.waiting());
    app.keys("U");
    let page = listed(&app, &[("old", 99, UploadOwner::Unknown)], None);
    app.reply(page).keys("enter y");
    app.fail("AbortUploads", Error::new(ErrorKind::LocalIo, "read the queue", "queue.db"));
    assert!(!app.toast().contains("aborted"), "{}", app.toast());
}

#[test]
fn what_is_left_to_the_queue_and_what_nobody_saw_go_is_told() {
    let mut app = opened();
    let page = listed(&app, &[("old", 99, UploadOwner::Unknown)], None);
    app.reply(page).keys("enter y");
    let gone = vec![UploadId("id-old".into())];
    let aborted = AbortedUploads { gone, unseen: 1, queued: 2, ..AbortedUploads::default() };
    app.reply(Ok(Answer::UploadsAborted(aborted)));
    assert_eq!(
        app.toast(),
        "1 unfinished upload aborted; 1 abort not verified: this server does not list uploads any \
         more; 2 left alone: queued transfers will continue them"
    );
}

#[test]
fn uploads_in_a_circle_are_an_error_and_no_end() {
    let mut app = opened();
    for key in ["a", "b", "a"] {
        let page = listed(&app, &[(key, 99, UploadOwner::Unknown)], Some(key));
        app.reply(page);
    }
    let Some(Dialog::Uploads(list)) = app.state.dialog() else { panic!() };
    let failed = |error: &Error| error.is(&ErrorKind::BrokenListing);
    assert!(matches!(&list.loading, UploadsLoading::Failed(error) if failed(error)));
    assert_eq!(list.rows.len(), 3);
    let lists =
        |each: &Request| matches!(each, Request::Storage(StorageRequest::ListUploads { .. }));
    let asks_on = |(_, each): &(_, Request)| lists(each);
    assert!(!app.waiting().iter().any(asks_on));
}

#[test]
fn a_server_that_lists_none_of_them_says_why() {
    let mut app = opened();
    app.fail(
        "ListUploads",
        Error::new(ErrorKind::AccessDenied, "ListMultipartUploads", "s3://media"),
    );
    assert!(matches!(app.state.dialog(), Some(Dialog::Uploads(_))));
    app.keys("enter esc");
    assert!(app.state.dialog().is_none());
}

#[test]
fn the_uploads_of_the_open_bucket_are_listed_from_its_objects_too() {
    let mut app = App::with_rows(&["a"]);
    app.keys("U");
    let bucket = "media".into();
    let wanted = Request::Storage(StorageRequest::ListUploads { bucket, after: None });
    assert_eq!(app.requests(), [wanted]);
    assert!(app.picture().contains("⠋ listing unfinished uploads"), "{}", app.picture());
    let page = listed(&app, &[("young", 2, UploadOwner::Unknown)], None);
    app.reply(page).keys("a");
    assert_eq!(app.toast(), "none of them looks abandoned");
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).keys("2 U");
    assert!(app.state.dialog().is_none() && !app.toast().is_empty(), "{}", app.toast());
}
