//! Versions and time: the list of versions, the bucket as it was, what is brought back.

use std::sync::Arc;

use jiff::Timestamp;
use windlass::app::effect::{ComparisonRequest, Effect, Request, StorageRequest, VersionsRequest};
use windlass::app::event::Answer;
use windlass::domain::diff_end::DiffEnd;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::{Class, ListedPage, Page, Row, RowKind};
use windlass::domain::object::{ObjectAddress, VersionId};
use windlass::domain::restoring::{RestorePlan, RestorePoint, RestoreStep, Restored};
use windlass::domain::transfer::{Target, TransferCommand};
use windlass::domain::versions::{
    KeyVersion, VersionEntry, VersionMarker, VersionState, Versioning, VersionsPage,
};

use crate::support::app::App;

fn entry(key: &str, id: &str, latest: bool, marker: bool) -> VersionEntry {
    VersionEntry {
        key: key.into(),
        version: VersionId(id.to_owned()),
        latest,
        modified: Timestamp::from_second(1_790_000_000).ok(),
        state: match marker {
            true => VersionState::DeleteMarker,
            false => VersionState::Object { size: 7, etag: None, class: None },
        },
    }
}

fn versions(rows: Vec<VersionEntry>, next: Option<&str>) -> Result<Answer, Error> {
    let next = next.map(|key| VersionMarker { key: key.to_owned(), version: None });
    Ok(Answer::Versions(VersionsPage { rows, prefixes: Vec::new(), next }))
}

fn storage(app: &mut App) -> Vec<StorageRequest> {
    let storage = |request| match request {
        Request::Storage(request) => Some(request),
        _ => None,
    };
    app.requests().into_iter().filter_map(storage).collect()
}

/// `a.txt` was stored twice, deleted and stored again.
fn listed() -> App {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("V");
    let (bucket, prefix) = ("media".into(), "a.txt".into());
    assert_eq!(
        storage(&mut app),
        [StorageRequest::Versions(VersionsRequest::ListVersions { bucket, prefix, after: None })]
    );
    let rows = vec![
        entry("a.txt", "4", true, false),
        entry("a.txt", "3", false, true),
        entry("a.txt", "2", false, false),
        entry("a.txt.bak", "1", true, false),
    ];
    app.reply(versions(rows, Some("b")));
    app
}

#[test]
fn the_versions_of_an_object_are_of_exactly_its_key_and_no_page_more_is_asked_for() {
    let mut app = listed();
    assert_eq!(storage(&mut app), []);
    let picture = app.picture();
    assert!(picture.contains("Versions of a.txt") && picture.contains("latest"), "{picture}");
    assert!(picture.contains("delete marker") && !picture.contains(".bak"), "{picture}");
    app.keys("esc");
    assert!(!app.picture().contains("Versions of"));
}

#[test]
fn a_version_is_copied_on_top_or_deleted_for_good() {
    let mut app = listed();
    app.keys("j j r");
    let Some(StorageRequest::Versions(VersionsRequest::Restore { steps, .. })) =
        storage(&mut app).pop()
    else {
        panic!()
    };
    let object = entry("a.txt", "2", false, false);
    let over = Some(entry("a.txt", "4", true, false));
    assert_eq!(steps, [RestoreStep::Copy { object, over }]);
    let restored = Restored { restored: 1, ..Restored::default() };
    app.reply(Ok(Answer::Restored { restored, done: true }));
    assert!(app.toast().contains("1 object restored"), "{}", app.toast());
    let asked = storage(&mut app);
    let lists = |request: &StorageRequest| {
        matches!(request, StorageRequest::Versions(VersionsRequest::ListVersions { .. }))
    };
    assert!(asked.iter().any(lists), "it is listed again: {asked:?}");
    let mut app = listed();
    app.keys("D");
    assert!(app.picture().contains("This is final"), "{}", app.picture());
    app.keys("n D y");
    let named = KeyVersion { key: "a.txt".into(), version: Some(VersionId("4".to_owned())) };
    let deletes = StorageRequest::Versions(VersionsRequest::DeleteVersions {
        bucket: "media".into(),
        named: vec![named],
    });
    assert_eq!(storage(&mut app), [deletes]);
}

fn status(app: &App) -> String {
    app.picture().lines().rev().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn what_is_done_to_versions_behind_a_closed_list_is_seen_and_done_one_after_the_other() {
    let mut app = listed();
    app.keys("D y");
    assert!(status(&app).contains("deleting 1 version"), "{}", app.picture());
    app.keys("D");
    assert!(app.toast().contains("wait for the end"), "{}", app.toast());
    assert_eq!(app.waiting().len(), 1);
    app.keys("esc").wait(10);
    assert!(status(&app).contains("deleting 1 version"), "{}", app.picture());
    app.reply(Ok(Answer::VersionsDeleted(Vec::new())));
    assert_eq!((app.toast(), app.state.under_way()), ("deleted for good", None));
}

#[test]
fn what_is_too_large_for_one_request_is_restored_behind_a_closed_list_too() {
    let mut app = listed();
    app.keys("j j r esc").effects();
    let large = vec![entry("a.txt", "2", false, false)];
    let restored = Restored { large, ..Restored::default() };
    app.reply(Ok(Answer::Restored { restored, done: true }));
    let copies = |effect: &Effect| matches!(effect, Effect::Transfer(TransferCommand::Enqueue(_)));
    assert!(app.effects().iter().any(copies));
}

#[test]
fn a_version_is_compared_with_the_one_before_it() {
    let object = |id: &str| {
        let object = ObjectAddress::new("media".into(), "a.txt".into());
        object.at_version(VersionId(id.to_owned()))
    };
    let mut app = listed();
    app.keys("=");
    let compare = StorageRequest::Comparison(ComparisonRequest::Compare {
        one: DiffEnd::Object(object("2")),
        other: DiffEnd::Object(object("4")),
    });
    assert_eq!(storage(&mut app), [compare], "a delete marker has no bytes");
    app.keys("esc j j =");
    assert!(app.toast().contains("no version before it"), "{}", app.toast());
}

#[test]
fn a_version_is_looked_at_downloaded_and_linked() {
    let version = VersionId("2".to_owned());
    let object = ObjectAddress::new("media".into(), "a.txt".into()).at_version(version.clone());
    let mut app = listed();
    app.keys("j j i");
    assert!(storage(&mut app).contains(&StorageRequest::Head(object.clone())));
    let mut app = listed();
    app.keys("j j y");
    let Some(StorageRequest::Presign(spec)) = storage(&mut app).pop() else { panic!() };
    assert_eq!(spec.object, object);
    let mut app = listed();
    app.keys("j d");
    assert!(app.toast().contains("delete marker"), "{}", app.toast());
}

#[test]
fn what_was_deleted_below_a_prefix_is_restored_by_marks() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("V").effects();
    let rows = vec![
        entry("raw/a", "2", true, true),
        entry("raw/a", "1", false, false),
        entry("raw/b", "1", true, false),
        entry("raw/c", "3", true, true),
        entry("raw/c", "2", false, true),
        entry("raw/c", "1", false, false),
        entry("raw/never", "1", true, true),
    ];
    app.reply(versions(rows, None));
    assert!(app.picture().contains("Deleted below s3://media/raw/"), "{}", app.picture());
    app.keys("a r");
    let Some(StorageRequest::Versions(VersionsRequest::Restore { steps, .. })) =
        storage(&mut app).pop()
    else {
        panic!()
    };
    let markers = |ids: &[&str]| ids.iter().map(|id| VersionId((*id).to_owned())).collect();
    let undelete = |key, ids: &[&str]| RestoreStep::Undelete {
        markers: markers(ids),
        object: entry(key, "1", false, false),
    };
    assert_eq!(steps, [undelete("raw/a", &["2"]), undelete("raw/c", &["3", "2"])]);
}

#[test]
fn a_refused_list_says_why() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("V");
    app.fail("ListVersions", Error::new(ErrorKind::AccessDenied, "ListObjectVersions", "s3://b"));
    assert!(app.picture().contains("may not read here"), "{}", app.picture());
}

fn past(rows: &[(&str, Option<&str>)]) -> Result<Answer, Error> {
    let mut page = Page::of_the_past(rows.len(), None);
    for (name, version) in rows {
        let kind = match version {
            Some(_) => RowKind::Object { size: 1, modified: None, class: Class::Standard },
            None => RowKind::Prefix,
        };
        page.push_row(Row { name, kind, version: *version, etag: None });
    }
    Ok(Answer::Page(ListedPage { page: Arc::new(page), next: None }))
}

/// The place as it was two hours ago.
fn travelled() -> App {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("g @");
    app.reply(Ok(Answer::Versioning(Versioning::Enabled))).effects();
    app.typed("2h").keys("enter");
    let Some(StorageRequest::ListPage { at: Some(at), .. }) = storage(&mut app).pop() else {
        panic!("{}", app.picture())
    };
    assert_eq!(app.now.duration_since(at).as_secs(), 7200);
    app.reply(past(&[("gone.txt", Some("v1")), ("raw/", None)]));
    app
}

#[test]
fn an_object_of_the_past_is_compared_and_a_prefix_is_not() {
    for (keys, why) in [
        ("g g =", "prefixes of the past cannot be compared"),
        ("g g space space =", "prefixes of the past cannot be compared"),
    ] {
        let mut app = travelled();
        app.keys(keys);
        assert!(app.toast().contains(why), "{keys}: {}", app.toast());
        assert!(app.state.dialog().is_none(), "{keys}");
    }
    let mut app = travelled();
    app.keys("G =");
    assert!(app.picture().contains("Compare gone.txt with"), "{}", app.picture());
}

#[test]
fn the_past_is_shown_loudly_walked_and_only_read() {
    let mut app = travelled();
    let picture = app.picture();
    assert!(picture.contains("AS IT WAS") && picture.contains("gone.txt"), "{picture}");
    for keys in ["D", "u", "r", "m", "n"] {
        app.keys(keys);
        assert!(app.toast().contains("only read"), "{keys}: {}", app.toast());
        assert!(app.state.dialog().is_none());
    }
    app.effects();
    app.keys("g g enter");
    let asked = storage(&mut app);
    assert!(matches!(&asked[..], [.., StorageRequest::ListPage { at: Some(_), .. }]), "{asked:?}");
    app.reply(past(&[("x", Some("v2"))]));
    app.keys("y");
    let Some(StorageRequest::Presign(spec)) = storage(&mut app).pop() else { panic!() };
    assert_eq!(spec.object.version, Some(VersionId("v2".to_owned())));
    app.keys("esc esc");
    let asked = storage(&mut app);
    assert!(
        matches!(&asked[..], [.., StorageRequest::ListPage { at: None, .. }]),
        "esc comes back to now: {asked:?}"
    );
}

#[test]
fn a_moment_that_is_none_or_still_to_come_is_refused_where_it_is_typed() {
    let mut app = App::with_rows(&["a.txt"]);
    for (typed, said) in [("soonish", "not a time"), ("2999-01-01", "in the future")] {
        app.keys("g @").typed(typed).keys("enter");
        assert!(app.picture().contains(said), "{}", app.picture());
        app.keys("esc");
    }
}

#[test]
fn what_is_brought_back_is_planned_and_counted_first() {
    let mut app = travelled();
    app.keys("G space g u");
    let asked = storage(&mut app);
    let Some(StorageRequest::Versions(VersionsRequest::PlanRestore {
        targets,
        wanted: RestorePoint::At(_),
        ..
    })) = asked.last()
    else {
        panic!("{asked:?}")
    };
    let version = VersionId("v1".to_owned());
    assert_eq!(*targets, [Target::Version("gone.txt".into(), version)]);
    app.keys("y");
    assert_eq!(storage(&mut app), [], "nothing is done before it is planned");
    let object = entry("gone.txt", "v1", false, false);
    let step = RestoreStep::Undelete { markers: vec![VersionId("m".to_owned())], object };
    let mut plan = RestorePlan::default();
    plan.add(step.clone());
    plan.add(RestoreStep::Later(entry("new", "1", true, false)));
    app.reply(Ok(Answer::RestorePlanned(plan)));
    assert!(app.picture().contains("1 object made later stays."), "{}", app.picture());
    app.effects();
    app.keys("y");
    let restores = StorageRequest::Versions(VersionsRequest::Restore {
        bucket: "media".into(),
        steps: vec![step.clone()],
    });
    assert_eq!(storage(&mut app), [restores]);
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert_eq!(app.effects(), [Effect::Stop(ticket)]);
    let restored = Restored { restored: 1, left: true, ..Restored::default() };
    app.reply(Ok(Answer::Restored { restored, done: true }));
    assert_eq!(app.toast(), "stopped: 1 object restored, the rest stays as it is");
    assert!(app.picture().contains("AS IT WAS"), "the past stays open: {}", app.picture());
    app.keys("g u");
    let mut plan = RestorePlan::default();
    plan.add(step.clone());
    app.reply(Ok(Answer::RestorePlanned(plan))).keys("y");
    let restored = Restored { restored: 1, ..Restored::default() };
    app.reply(Ok(Answer::Restored { restored, done: true }));
    assert!(!app.picture().contains("AS IT WAS"), "it is now again: {}", app.picture());
}

/// The restoration of one object, stopped and at its end.
fn stopped_with(restored: Restored) -> App {
    let mut app = travelled();
    app.keys("g u");
    let object = entry("gone.txt", "v1", false, false);
    let mut plan = RestorePlan { unchanged: 1, ..RestorePlan::default() };
    plan.add(RestoreStep::Undelete { markers: vec![VersionId("m".to_owned())], object });
    app.reply(Ok(Answer::RestorePlanned(plan)));
    assert!(app.picture().contains("1 object stays as it is."), "{}", app.picture());
    app.keys("y esc").effects();
    app.reply(Ok(Answer::Restored { restored, done: true }));
    app
}

#[test]
fn what_is_stopped_says_whether_anything_is_left() {
    let one = Restored { restored: 1, ..Restored::default() };
    let app = stopped_with(one.clone());
    assert!(!app.toast().contains("stopped"), "all was done: {}", app.toast());
    let app = stopped_with(Restored { left: true, failed: 2, ..one.clone() });
    let said = "stopped: 1 object restored, 2 could not be, the rest stays as it is";
    assert_eq!(app.toast(), said);
    let large = vec![entry("gone.txt", "v1", false, false)];
    let mut app = stopped_with(Restored { large, ..one });
    assert!(app.toast().starts_with("stopped:"), "{}", app.toast());
    assert!(!app.effects().iter().any(|effect| matches!(effect, Effect::Transfer(_))));
}

#[test]
fn an_empty_list_offers_nothing_and_says_why_nothing_is_done() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("V").reply(versions(Vec::new(), None));
    let footer = app.picture().lines().last().unwrap_or_default().to_owned();
    assert!(!footer.contains("restore") && footer.contains("close"), "{footer}");
    for key in ["r", "y", "d", "="] {
        app.keys(key);
        assert!(app.toast().contains("there is no row here"), "{key}: {}", app.toast());
    }
    assert!(app.requests().iter().all(|request| !format!("{request:?}").contains("Restore")));
}
