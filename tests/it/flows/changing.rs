//! Rows of an open listing that come and go in place while objects are stored and deleted.

use jiff::Timestamp;
use windlass::app::effect::{Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::app::screens::objects::loading::Loading;
use windlass::domain::change::{BucketChange, KeyChange};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::Class;
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{Failure, JobId, JobState, JobView, SourceRow, Target, Work};
use windlass::domain::transfer_event::{JobChange, TransferEvent};

use crate::flows::queue::{ends, news, upload};
use crate::support::app::{App, buckets, numbered_page, page};

fn stored(key: &str, size: u64) -> KeyChange {
    let modified = Timestamp::from_second(1_790_000_000).ok();
    KeyChange::Stored { key: key.into(), size, modified, class: Class::Standard }
}

fn deleted(key: &str) -> KeyChange {
    KeyChange::Deleted(key.into())
}

fn changed(app: &mut App, keys: &[KeyChange]) {
    changed_of(app, "test", keys);
}

fn changed_of(app: &mut App, connection: &str, keys: &[KeyChange]) {
    let (connection, bucket) = (connection.into(), "media".into());
    let change = BucketChange { connection, bucket, keys: keys.to_vec() };
    news(app, TransferEvent::StorageChanged(vec![change]));
}

fn deletion(id: u64, targets: &[Target]) -> JobView {
    let mut view = upload(id, "k", JobState::Running);
    view.spec.work = Work::Delete { bucket: "media".into(), targets: targets.to_vec() };
    view
}

/// 30,000 objects by size, the largest first: the numbers of each thousand from its end.
fn many_by_size() -> App {
    let mut app = App::at("s3://media/");
    app.keys("G");
    for number in 0..30 {
        let next = (number < 29).then(|| format!("t{number}"));
        app.reply(numbered_page(number * 1000, 1000, next.as_deref()));
    }
    app.keys("g g s S").arrange().effects();
    app
}

#[test]
fn a_deleted_row_goes_and_the_cursor_is_on_the_next_one() {
    let mut app = App::with_rows(&["a", "b", "c", "d"]);
    app.keys("j");
    changed(&mut app, &[deleted("b")]);
    assert_eq!((app.names(), app.cursor()), (vec!["a", "c", "d"], "c"));
    changed(&mut app, &[deleted("a")]);
    assert_eq!((app.names(), app.cursor()), (vec!["c", "d"], "c"), "the cursor stays on its row");
    app.keys("j");
    changed(&mut app, &[deleted("d"), deleted("never")]);
    assert_eq!((app.names(), app.cursor()), (vec!["c"], "c"), "the last row has none after it");
    changed(&mut app, &[deleted("c")]);
    assert!(app.names().is_empty());
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert!(app.requests().is_empty());
}

#[test]
fn what_is_stored_comes_where_it_belongs() {
    let mut app = App::with_rows(&["b", "d", "q/"]);
    app.keys("j j");
    changed(&mut app, &[stored("c", 9), stored("e", 1), stored("a/x/y", 1), stored("r/z", 1)]);
    assert_eq!(app.names(), ["a/", "q/", "r/", "b", "c", "d", "e"]);
    assert_eq!(app.cursor(), "d");
    app.keys("s S");
    assert_eq!(app.names(), ["a/", "q/", "r/", "c", "d", "b", "e"]);
    changed(&mut app, &[stored("f", 5), deleted("d")]);
    assert_eq!(app.names(), ["a/", "q/", "r/", "c", "f", "b", "e"]);
    assert_eq!(app.cursor(), "b");
    app.keys("s N");
    assert_eq!(app.names(), ["r/", "q/", "a/", "f", "e", "c", "b"]);
    app.keys("/").typed("e");
    changed(&mut app, &[stored("ee", 1), stored("x", 1)]);
    assert_eq!(app.names(), ["ee", "e"]);
    app.keys("esc s n");
    assert_eq!(app.names(), ["a/", "q/", "r/", "b", "c", "e", "ee", "f", "x"]);
    assert!(app.requests().is_empty());
}

#[test]
fn an_object_that_is_stored_again_keeps_its_mark_and_the_cursor() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("j space s S");
    assert_eq!((app.cursor(), app.names()), ("c", vec!["c", "b", "a"]));
    changed(&mut app, &[stored("c", 0), stored("b", 7)]);
    assert_eq!(app.names(), ["b", "a", "c"]);
    assert_eq!((app.cursor(), app.marked()), ("c", vec!["b"]));
    assert_eq!(app.state.parts.objects.browse.marking.marks.bytes(), 7);
    assert_eq!(app.state.parts.objects.browse.rows.listing().len(), 3);
}

#[test]
fn a_delete_in_many_sorted_rows_lists_nothing_again() {
    let mut app = many_by_size();
    app.keys("j j");
    assert_eq!(app.cursor(), "0002999");
    changed(&mut app, &[deleted("0002999")]);
    assert_eq!(app.cursor(), "0003999");
    assert_eq!(app.names().len(), 29_999);
    assert_eq!(app.names()[..4], ["0000999", "0001999", "0003999", "0004999"]);
    let keys: Vec<KeyChange> = (0..900).map(|n| deleted(&format!("{:07}", n * 7))).collect();
    changed(&mut app, &keys);
    let expected = (0..30_000).filter(|n| *n != 2999 && !(n % 7 == 0 && *n < 6300)).count();
    assert_eq!((app.names().len(), app.cursor()), (expected, "0003999"));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert!(app.requests().is_empty());
}

#[test]
fn an_order_that_is_on_its_way_brings_nothing_back() {
    let mut app = many_by_size();
    app.keys("s N");
    changed(&mut app, &[deleted("0029999"), stored("0029998-", 1), stored("p/x", 1)]);
    app.arrange();
    assert_eq!(app.names()[..4], ["p/", "0029998-", "0029998", "0029997"]);
    assert_eq!(app.names().len(), 30_001);
    assert!(!app.state.parts.objects.browse.is_moving());
}

#[test]
fn marks_go_with_their_rows_and_what_could_not_be_deleted_stays_marked() {
    let mut app = App::with_rows(&["a", "b", "c", "d"]);
    app.keys("space space space D y").effects();
    let targets = ["a", "b", "c"].map(|key| Target::Object(key.into()));
    news(&mut app, TransferEvent::Queued(deletion(1, &targets)));
    assert_eq!(app.marked(), ["a", "b", "c"]);
    changed(&mut app, &[deleted("a"), deleted("c")]);
    let error = Error::new(ErrorKind::AccessDenied, "DeleteObjects", "b");
    let failure = Failure { place: "b".into(), error: error.clone() };
    news(&mut app, TransferEvent::job(JobId(1), JobChange::Failed(failure)));
    ends(&mut app, 1, JobState::Failed(error));
    assert_eq!((app.names(), app.marked()), (vec!["b", "d"], vec!["b"]));
    assert!(app.requests().is_empty());
}

#[test]
fn a_page_from_before_the_delete_brings_nothing_back() {
    let mut app = App::at("s3://media/");
    app.reply(buckets(&["media"])).reply(page(&["a", "b"], Some("t1")));
    changed(&mut app, &[deleted("d"), stored("c2", 5), stored("z", 5), deleted("b")]);
    assert_eq!(app.names(), ["a"], "what the listing has not reached is left to it");
    app.reply(page(&["c", "d", "e"], Some("t2")));
    assert_eq!(app.names(), ["a", "c", "c2", "e"]);
    app.reply(page(&["f", "z"], None));
    assert_eq!(app.names(), ["a", "c", "c2", "e", "f", "z"]);
    assert_eq!(app.state.parts.objects.browse.rows.listing().len(), 6);
}

#[test]
fn the_last_page_from_before_a_store_gets_it() {
    let mut app = App::at("s3://media/");
    app.reply(buckets(&["media"])).reply(page(&["a"], Some("t1")));
    changed(&mut app, &[stored("z", 5)]);
    app.reply(page(&["b"], None));
    assert_eq!(app.names(), ["a", "b", "z"]);
}

#[test]
fn a_listing_that_is_pulled_anew_brings_nothing_back() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("R");
    changed(&mut app, &[deleted("b"), stored("d", 1)]);
    assert_eq!(app.names(), ["a", "c", "d"]);
    app.reply(page(&["a", "b", "c"], None));
    assert_eq!(app.names(), ["a", "c", "d"]);
}

#[test]
fn a_refresh_of_sorted_rows_shows_them_all_or_the_earlier_ones() {
    let mut app = many_by_size();
    app.keys("R").effects();
    for number in 0..29 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("n{number}"))));
        assert_eq!(app.names().len(), 30_000);
        assert_eq!(app.names()[0], "0000999");
    }
    app.reply(numbered_page(29_000, 1000, None)).arrange();
    assert_eq!(app.names().len(), 30_000);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
}

#[test]
fn a_prefix_is_looked_into_when_what_deletes_below_it_is_at_its_end() {
    let mut app = App::with_rows(&["a", "p/", "q/"]);
    let job = deletion(1, &[Target::Prefix("p/".into()), Target::Prefix("q/".into())]);
    news(&mut app, TransferEvent::Queued(job));
    changed(&mut app, &[deleted("p/1"), deleted("q/1"), deleted("x/1")]);
    assert_eq!(app.names(), ["p/", "q/", "a"]);
    ends(&mut app, 1, JobState::Done);
    let asked = Request::Storage(StorageRequest::FindEmpty {
        bucket: "media".into(),
        prefixes: vec!["p/".into(), "q/".into()],
    });
    assert_eq!(app.requests(), [asked]);
    changed(&mut app, &[stored("q/new", 1)]);
    app.reply(Ok(Answer::FoundEmpty(vec!["p/".into(), "q/".into()])));
    assert_eq!(app.names(), ["q/", "a"], "what was stored meanwhile is there");
    assert_eq!(app.cursor(), "q/");
}

#[test]
fn where_many_prefixes_were_emptied_the_jobs_word_is_taken() {
    let names: Vec<String> = (0..50).map(|n| format!("{n:02}/")).collect();
    let mut app = App::with_rows(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let target = |name: &String| Target::Prefix(name.as_str().into());
    let row = |name| SourceRow { target: target(name), size: None };
    let rows = names[..40].iter().map(row).collect::<Vec<_>>();
    news(&mut app, TransferEvent::Queued(deletion(1, &[Target::Rows(rows.into())])));
    let keys: Vec<_> = names[..40].iter().map(|name| deleted(&format!("{name}k"))).collect();
    changed(&mut app, &keys);
    ends(&mut app, 1, JobState::Done);
    assert!(app.requests().is_empty());
    assert_eq!((app.names().len(), app.cursor()), (10, "40/"));
}

#[test]
fn what_a_job_did_to_rows_of_another_place_is_not_said_of_a_row_here() {
    let names: Vec<String> = (0..50).map(|n| format!("{n:02}/")).collect();
    let mut app = App::with_rows(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let row = |name: &str| SourceRow { target: Target::Prefix(name.into()), size: None };
    let inside = vec![row("00/a/"), row("00/b/")];
    let mut targets: Vec<Target> =
        names[1..41].iter().map(|name| Target::Prefix(name.as_str().into())).collect();
    targets.push(Target::Rows(inside.into()));
    news(&mut app, TransferEvent::Queued(deletion(1, &targets)));
    let mut keys: Vec<_> = names[1..41].iter().map(|name| deleted(&format!("{name}k"))).collect();
    keys.push(deleted("00/a/k"));
    changed(&mut app, &keys);
    ends(&mut app, 1, JobState::Done);
    assert_eq!((app.names()[0], app.names().len()), ("00/", 10), "there is more in it");
    let asked = StorageRequest::FindEmpty { bucket: "media".into(), prefixes: vec!["00/".into()] };
    assert_eq!(app.requests(), [asked].map(Into::into));
}

#[test]
fn a_renamed_row_takes_the_cursor_along() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("j r ctrl-u").typed("x").keys("enter");
    app.reply(Ok(Answer::Checked(windlass::domain::conflicts::Conflicts::default()))).effects();
    changed(&mut app, &[stored("x", 2)]);
    assert_eq!((app.names(), app.cursor()), (vec!["a", "b", "c", "x"], "b"));
    changed(&mut app, &[deleted("b")]);
    assert_eq!((app.names(), app.cursor()), (vec!["a", "c", "x"], "x"));
    app.keys("g g r ctrl-u").typed("y").keys("enter");
    app.reply(Ok(Answer::Checked(windlass::domain::conflicts::Conflicts::default())));
    app.keys("j");
    changed(&mut app, &[stored("y", 1), deleted("a")]);
    assert_eq!(app.cursor(), "c", "who has gone on is not called back");
}

#[test]
fn a_new_prefix_has_the_cursor() {
    let mut app = App::with_rows(&["a/", "c/", "x"]);
    app.keys("n").typed("b/deep").keys("enter").effects();
    app.reply(Ok(Answer::PrefixCreated));
    assert_eq!((app.names(), app.cursor()), (vec!["a/", "b/", "c/", "x"], "b/"));
    assert!(app.requests().is_empty());
}

#[test]
fn places_that_were_left_and_other_tabs_know_of_it() {
    let mut app = App::with_rows(&["a", "p/"]);
    app.keys("T").reply(buckets(&["media"])).reply(page(&["a", "p/"], None));
    app.keys("enter").reply(page(&["1", "2"], None)).effects();
    changed(&mut app, &[deleted("a"), stored("b", 1), deleted("p/1")]);
    changed_of(&mut app, "other", &[deleted("p/2")]);
    assert_eq!(app.names(), ["2"]);
    app.keys("h");
    assert_eq!(app.names(), ["p/", "b"], "at once, while it is listed again");
    app.effects();
    app.keys("g t");
    assert_eq!(app.names(), ["p/", "b"]);
    assert!(app.requests().is_empty());
}

#[test]
fn what_was_cut_off_is_listed_again() {
    let mut app = App::with_rows(&["a", "b"]);
    let mut job = upload(1, "k", JobState::Running);
    news(&mut app, TransferEvent::Queued(job.clone()));
    ends(&mut app, 1, JobState::Cancelled);
    assert!(matches!(
        app.requests().as_slice(),
        [Request::Storage(StorageRequest::ListPage { token: None, .. })]
    ));
    let headers = ObjectHeaders::default();
    let (source, bucket, target) = ("/x".into(), "far".into(), Target::Object("k".into()));
    job.spec.work = Work::Upload { source, bucket, target, headers };
    job.id = JobId(2);
    news(&mut app, TransferEvent::Queued(job));
    ends(&mut app, 2, JobState::Cancelled);
    assert!(app.requests().is_empty(), "it is not on screen");
}

#[test]
fn a_server_that_lists_in_no_order_is_asked_again_when_the_job_is_done() {
    let mut app = App::with_rows(&["b", "a"]);
    news(&mut app, TransferEvent::Queued(upload(1, "k", JobState::Running)));
    changed(&mut app, &[stored("k", 1)]);
    assert!(app.requests().is_empty());
    ends(&mut app, 1, JobState::Done);
    assert!(matches!(
        app.requests().as_slice(),
        [Request::Storage(StorageRequest::ListPage { token: None, .. })]
    ));
}
