//! The metadata form, editing and thawing: keys in, requests and questions out.

use std::sync::Arc;
use std::time::Duration;

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::text_editor::LARGEST;
use windlass::app::effect::{ConnectionRequest, Effect, MachineRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::config::editor::{EditFile, Edited};
use windlass::domain::description::{
    Descriptions, MetadataOutcome, ObjectDescription, OpenedText, ThawOutcome,
};
use windlass::domain::error::{Error, ErrorKind, SAVE_TEXT};
use windlass::domain::listing::{Class, ListedPage, Page};
use windlass::domain::object::{ETag, ObjectAddress, ObjectHead, ObjectHeaders};
use windlass::domain::presign::PresignedLink;
use windlass::domain::protection::{AccessSpec, LockMode, Retention};
use windlass::domain::provider::Provider;
use windlass::domain::thaw::RestoreTier;
use windlass::domain::transfer::TransferCommand;

use crate::support::app::{App, apart};

fn described(key: &str, content_type: &str) -> ObjectDescription {
    let headers =
        ObjectHeaders { content_type: Some(content_type.into()), ..ObjectHeaders::default() };
    ObjectDescription {
        object: ObjectAddress::new("bucket".into(), key.into()),
        head: ObjectHead { headers, etag: Some(ETag::new(key)), ..ObjectHead::default() },
        tags: Some(Vec::new()),
        acl_unknown: false,
    }
}

fn told(objects: Vec<ObjectDescription>) -> Reply {
    Ok(Answer::Described(Descriptions { objects, ..Descriptions::default() }))
}

fn notes(app: &App) -> Vec<String> {
    match app.state.dialog() {
        Some(Dialog::Choice(choice)) => choice.rows.iter().map(|row| row.note.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn lines(app: &App) -> Vec<String> {
    match app.state.dialog() {
        Some(Dialog::Confirm(confirm)) => {
            confirm.lines.iter().chain(&confirm.warning).cloned().collect()
        }
        Some(Dialog::Choice(choice)) => choice.lines.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_differs_is_left_alone_and_the_difference_is_shown_before_it_is_saved() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space M");
    let requests = app.requests();
    let Some(Request::Storage(StorageRequest::Describe { targets, .. })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!(apart(targets).len(), 2);
    app.reply(told(vec![described("a", "text/plain"), described("b", "text/html")]));
    assert_eq!(&notes(&app)[..2], ["differs", "(none)"]);
    app.keys("c").typed("no-cache").keys("enter");
    assert_eq!(notes(&app)[1], "(none) → no-cache");
    app.keys("m").typed("nonsense").keys("enter");
    assert!(matches!(app.state.dialog(), Some(Dialog::Prompt(p)) if p.problem().is_some()));
    app.keys("esc v");
    assert_eq!(
        lines(&app),
        [
            "Cache control: (none) → no-cache  (2)".to_owned(),
            "2 objects of 2 are changed.".to_owned(),
        ]
    );
    app.keys("n");
    assert_eq!(notes(&app)[1], "(none) → no-cache", "a no leads back to the form");
    app.keys("v y");
    let requests = app.requests();
    let Some(Request::Storage(StorageRequest::ChangeMetadata { objects, change })) =
        requests.last()
    else {
        panic!("{requests:?}")
    };
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0].1, Some(ETag::new("a")), "only what is still as it was shown");
    assert_eq!(change.set.headers.content_type, None);
    let failed = vec![Error::new(ErrorKind::AccessDenied, "CopyObject", "s3://bucket/b")];
    app.reply(Ok(Answer::MetadataChanged(MetadataOutcome { changed: 1, same: 0, failed })));
    assert_eq!(app.toast(), "metadata of 1 object changed, 1 failed: E says why");
}

#[test]
fn a_field_that_is_accepted_as_it_is_changes_nothing() {
    let mut app = App::with_rows(&["a"]);
    app.keys("M").reply(told(vec![described("a", "text/plain")]));
    app.keys("t enter");
    assert_eq!(notes(&app)[0], "text/plain");
    assert_eq!(app.toast(), "nothing is changed by that");
    app.keys("v");
    assert!(matches!(app.state.dialog(), Some(Dialog::Choice(_))), "there is nothing to save");
    app.keys("c").typed("no-cache").keys("enter v");
    let Some(Dialog::Confirm(confirm)) = app.state.dialog() else { panic!("no question") };
    assert_eq!(confirm.subjects, ["a"], "the object is named");
}

#[test]
fn what_was_entered_is_not_lost_by_one_key() {
    let mut app = App::with_rows(&["a"]);
    app.keys("M").reply(told(vec![described("a", "text/plain")]));
    app.keys("c").typed("no-cache").keys("enter esc");
    assert!(app.picture().contains("Discard what you entered?"), "{}", app.picture());
    app.keys("esc");
    assert_eq!(notes(&app)[1], "(none) → no-cache");
    app.keys("esc y");
    assert!(app.state.dialog().is_none());
    app.keys("M").reply(told(vec![described("a", "text/plain")]));
    app.keys("esc");
    assert!(app.state.dialog().is_none(), "nothing was entered");
    app.keys("u ctrl-g c").typed("no-cache").keys("enter esc");
    assert!(app.picture().contains("Discard what you entered?"), "{}", app.picture());
    app.keys("esc v");
    assert!(app.picture().contains("no-cache"), "{}", app.picture());
}

#[test]
fn a_retention_is_said_before_the_answer() {
    let mut app = App::with_rows(&["a"]);
    app.keys("M");
    let mut kept = described("a", "text/plain");
    kept.head.retention = Some(Retention { mode: LockMode::Governance, until: app.now });
    app.reply(told(vec![kept]));
    app.keys("t").keys("ctrl-u").typed("x/y").keys("enter v");
    assert!(lines(&app).last().unwrap().contains("retention"), "{:?}", lines(&app));
    app.keys("esc esc y");
    app.keys("M");
    let mut both = described("a", "text/plain");
    (both.head.legal_hold, both.acl_unknown) = (Some(true), true);
    app.reply(told(vec![both]));
    app.keys("t").keys("ctrl-u").typed("x/y").keys("enter v");
    let said = lines(&app).pop().unwrap();
    assert!(said.contains("access rules") && said.contains("legal hold"), "{said}");
    app.keys("esc esc y");
    assert!(app.state.dialog().is_none());
    assert_eq!(app.waiting().len(), 0);
}

fn file() -> EditFile {
    let file = EditFile::make("a", b"mine").unwrap();
    file.remove();
    file
}

fn edited(app: &mut App, file: &EditFile) {
    app.keys("e");
    let opened = OpenedText { bytes: b"before".to_vec(), etag: Some(ETag::new("one")) };
    app.reply(Ok(Answer::TextOpened(opened)));
    let requests = app.requests();
    let Some(Request::Machine(MachineRequest::Edit { name, bytes })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!((name.as_str(), bytes.as_slice()), ("a", &b"before"[..]));
    let edited = Edited::Changed(b"mine".to_vec());
    app.reply(Ok(Answer::Edited { file: file.clone(), edited }));
}

fn sent(app: &mut App) -> (Option<ETag>, Vec<u8>) {
    match app.requests().pop() {
        Some(Request::Storage(StorageRequest::SaveText { etag, bytes, .. })) => (etag, bytes),
        other => panic!("{other:?}"),
    }
}

fn conflict() -> Error {
    Error::new(ErrorKind::PreconditionFailed, SAVE_TEXT, "s3://bucket/a")
}

#[test]
fn an_edit_is_saved_over_what_was_opened() {
    let mut app = App::with_rows(&["a"]);
    let file = file();
    edited(&mut app, &file);
    assert_eq!(sent(&mut app), (Some(ETag::new("one")), b"mine".to_vec()));
    app.reply(Ok(Answer::TextSaved(Some(ETag::new("two")))));
    assert_eq!(app.toast(), "saved a");
    assert!(app.effects().contains(&Effect::RemoveEdited(file)));
    app.keys("e");
    app.reply(Ok(Answer::TextOpened(OpenedText { bytes: Vec::new(), etag: None })));
    app.reply(Ok(Answer::Edited { file: self::file(), edited: Edited::Unchanged }));
    assert!(app.toast().contains("nothing was sent"), "{}", app.toast());
}

#[test]
fn a_conflict_shows_both_and_loses_neither() {
    let mut app = App::with_rows(&["a"]);
    let file = file();
    edited(&mut app, &file);
    sent(&mut app);
    app.fail("SaveText", conflict());
    let requests = app.requests();
    assert!(matches!(requests.last(), Some(Request::Storage(StorageRequest::OpenText(_)))));
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs)));
    let told = lines(&app);
    assert!(
        told.contains(&"- theirs".to_owned()) && told.contains(&"+ mine".to_owned()),
        "{told:?}"
    );
    app.keys("esc");
    assert!(app.picture().contains("6 B"), "what was learned is shown: {}", app.picture());
    assert!(app.toast().contains(&file.path.display().to_string()), "{}", app.toast());
    assert!(!app.effects().contains(&Effect::RemoveEdited(file.clone())));
    edited(&mut app, &file);
    sent(&mut app);
    app.fail("SaveText", conflict());
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs))).keys("o");
    assert_eq!(sent(&mut app), (Some(ETag::new("two")), b"mine".to_vec()));
}

#[test]
fn a_new_object_is_written_in_the_editor() {
    let mut app = App::with_rows(&["a"]);
    app.keys("N").typed("new.txt").keys("enter");
    let requests = app.requests();
    let Some(Request::Machine(MachineRequest::Edit { name, bytes })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!((name.as_str(), bytes.len()), ("new.txt", 0));
    let edited = Edited::Changed(b"text".to_vec());
    app.reply(Ok(Answer::Edited { file: file(), edited }));
    assert_eq!(sent(&mut app), (None, b"text".to_vec()), "nothing may be in its place");
    app.fail("SaveText", conflict());
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs)));
    let picture = app.picture();
    assert!(picture.contains("new.txt exists already") && !picture.contains("Somebody"));
}

/// How the bucket is asked to be asked for.
fn set(app: &mut App) -> (AccessSpec, bool) {
    match app.requests().pop() {
        Some(Request::Connections(ConnectionRequest::SetBucketAccess { access, kept, .. })) => {
            (access, kept)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_pays_and_a_key_of_ones_own_are_chosen_for_a_bucket() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g k");
    assert!(app.picture().contains("Access to media"), "{}", app.picture());
    assert!(notes(&app).contains(&"kept in config.toml".to_owned()));
    app.keys("n");
    assert!(app.waiting().is_empty(), "it is so now");
    app.keys("p");
    let paying = AccessSpec { requester_pays: true, ..AccessSpec::default() };
    assert_eq!(set(&mut app), (paying.clone(), false));
    app.reply(Ok(Answer::BucketAccessSet));
    assert_eq!(app.toast(), "media: you pay for requests");
    let (from, to) = ("test".into(), "test".into());
    let effects = app.effects();
    let again = Effect::Transfer(TransferCommand::Reconnect { from, to });
    assert!(effects.contains(&again), "{effects:?}");
    assert!(app.state.session.connection().known_buckets.is_empty(), "it passes");
    app.keys("O");
    assert!(app.toast().contains("as a curl command does"), "{}", app.toast());
    app.keys("y");
    let url = "https://h/a?signed".to_owned();
    let headers = vec![("x-amz-request-payer".to_owned(), "requester".to_owned())];
    let expires_at = app.now + Duration::from_secs(3600);
    app.reply(Ok(Answer::Presigned(PresignedLink {
        url,
        expires_at,
        shortened: None,
        access_key_id: "AKIA".into(),
        headers,
    })));
    let command = "curl -fL -H \"x-amz-request-payer: requester\" -o 'a' 'https://h/a?signed'";
    assert!(app.effects().contains(&Effect::Copy(command.to_owned())));

    app.keys("g k");
    assert!(lines(&app).contains(&"Now you pay for requests here.".to_owned()));
    app.keys("f").typed("/keys/media").keys("enter");
    let both = AccessSpec { key_file: Some("/keys/media".into()), ..paying };
    assert_eq!(set(&mut app), (both.clone(), true));
    app.fail("SetBucketAccess", Error::new(ErrorKind::Config, "read the key", "/keys/media"));
    assert!(app.state.dialog().is_none());
    app.keys("g k a");
    assert_eq!(set(&mut app).0.key_file, None, "that key was not taken");
    app.reply(Ok(Answer::BucketAccessSet));
    app.keys("g k f").typed("/keys/media").keys("enter").reply(Ok(Answer::BucketAccessSet));
    assert_eq!(app.state.session.connection().known_buckets[0].access, both);
    app.keys("g k c").typed("pass show media").keys("enter");
    let by_command =
        AccessSpec { key_file: None, key_command: Some("pass show media".into()), ..both };
    assert_eq!(set(&mut app), (by_command, false), "in the place of the file");
    app.reply(Ok(Answer::BucketAccessSet));
    app.keys("g k");
    assert!(!app.picture().contains("pass show"), "{}", app.picture());
    app.keys("esc");
    app.keys("g k n").reply(Ok(Answer::BucketAccessSet));
    assert!(app.state.session.access(&"media".into()).is_plain());
}

#[test]
fn archived_objects_are_asked_for_with_the_days_they_stay_readable() {
    let mut app = App::with_rows(&["a", "d/"]);
    app.keys("g h").keys("ctrl-u").typed("x").keys("enter");
    assert!(app.waiting().is_empty(), "that is no number of days");
    app.keys("ctrl-u").typed("3").keys("enter");
    let requests = app.requests();
    let Some(Request::Storage(StorageRequest::Thaw { wish, targets, .. })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!((wish.days, wish.tier, targets.len()), (3, RestoreTier::Standard, 1));
    let outcome = ThawOutcome { asked: 2, readable: 1, ..ThawOutcome::default() };
    app.reply(Ok(Answer::Thawed(outcome)));
    assert_eq!(app.toast(), "2 objects asked for, 1 object readable now");
    app.keys("g h enter").reply(Ok(Answer::Thawed(ThawOutcome::default())));
    assert_eq!(app.toast(), "nothing there is archived");
    let mut outcome = ThawOutcome { asked: 3, ..ThawOutcome::default() };
    outcome.broken = Some(Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/d/"));
    app.keys("g h enter").reply(Ok(Answer::Thawed(outcome)));
    let told = app.toast();
    let broke = "3 objects asked for; the listing broke, so not all were asked for: ";
    assert!(told.starts_with(broke) && told.contains("s3://media/d/"), "{told}");
    let mut outcome = ThawOutcome::default();
    (0..21).for_each(|_| outcome.fail(Error::new(ErrorKind::Other, "RestoreObject", "s3://m/a")));
    assert_eq!(outcome.errors.len(), 20, "a prefix has any number of objects");
    app.keys("g h enter").reply(Ok(Answer::Thawed(outcome)));
    assert_eq!(app.toast(), "21 objects failed");
}

#[test]
fn how_soon_an_archived_object_is_wanted_is_offered_for_the_days_that_are_typed() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g h");
    let picture = app.picture();
    for told in ["7 bulk", "5 to 12 hours", "7 expedited", "1 to 5 minutes", "7 standard"] {
        assert!(picture.contains(told), "{told}: {picture}");
    }
    app.keys("ctrl-u").typed("3");
    assert!(app.picture().contains("3 bulk"), "{}", app.picture());
    app.typed(" fast").keys("enter");
    assert!(app.picture().contains("then standard, bulk or expedited"), "{}", app.picture());
    assert!(app.waiting().is_empty());
    app.keys("ctrl-u").typed("3").keys("tab tab tab enter");
    let requests = app.requests();
    let Some(Request::Storage(StorageRequest::Thaw { wish, .. })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!((wish.days, wish.tier), (3, RestoreTier::Bulk));
}

#[test]
fn what_a_retrieval_costs_is_told_where_sizes_and_prices_are_known() {
    let archived = |class| {
        let mut rows = Page::default();
        rows.push_object("2019.tar", 5_000_000_000, None, class);
        rows.push_object("today.tar", 5_000_000_000, None, Class::Standard);
        let mut app = App::with_rows(&["x/"]);
        app.state.session.connections[0].provider = Provider::Aws;
        app.keys("l").reply(Ok(Answer::Page(ListedPage { page: Arc::new(rows), next: None })));
        app.keys("ctrl-a g h").picture()
    };
    let picture = archived(Class::Glacier);
    for told in ["~$0.0501 to retrieve", "~$0.00 to retrieve", "~$0.1600 to retrieve"] {
        assert!(picture.contains(told), "{told}: {picture}");
    }
    let deep = archived(Class::DeepArchive);
    for told in ["~$0.1001 to retrieve", "~$0.0125 to retrieve", "the most expensive"] {
        assert!(deep.contains(told), "{told}: {deep}");
    }
    let picture = archived(Class::Other);
    assert!(picture.contains("7 standard") && !picture.contains("to retrieve"), "{picture}");
}

/// The editor of this program, open on a text.
fn editing_here(text: &[u8]) -> App {
    let mut app = App::with_rows(&["a"]);
    app.state.session.editor = false;
    app.keys("e");
    let etag = Some(ETag::new("one"));
    app.reply(Ok(Answer::TextOpened(OpenedText { bytes: text.to_vec(), etag })));
    app
}

#[test]
fn a_small_text_is_edited_here_where_no_editor_is_named() {
    let mut app = editing_here(b"one\r\ntwo");
    assert!(app.picture().contains("s3://media/a"), "{}", app.picture());
    app.keys("end enter q j ctrl-o");
    let requests = app.requests();
    let Some(Request::Machine(MachineRequest::KeepText { bytes, .. })) = requests.last() else {
        panic!("{requests:?}")
    };
    assert_eq!(bytes, b"one\r\nqj\r\ntwo");
    let (file, edited) = (file(), Edited::Changed(bytes.clone()));
    app.reply(Ok(Answer::Edited { file: file.clone(), edited }));
    assert_eq!(sent(&mut app), (Some(ETag::new("one")), b"one\r\nqj\r\ntwo".to_vec()));
    app.fail("SaveText", conflict());
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs))).keys("e");
    assert!(app.picture().contains("qj"), "yours is edited once more: {}", app.picture());
    app.keys("esc");
    assert!(app.toast().contains(&file.path.display().to_string()), "{}", app.toast());
}

#[test]
fn a_text_that_could_not_be_stored_is_sent_as_it_is() {
    let mut app = editing_here(b"one");
    app.keys("x ctrl-o");
    let first = file();
    let edited = Edited::Changed(b"xone".to_vec());
    app.reply(Ok(Answer::Edited { file: first.clone(), edited }));
    sent(&mut app);
    app.fail("SaveText", conflict());
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs))).keys("e ctrl-o");
    let (second, edited) = (file(), Edited::Changed(b"xone".to_vec()));
    app.reply(Ok(Answer::Edited { file: second.clone(), edited }));
    assert_eq!(sent(&mut app), (Some(ETag::new("two")), b"xone".to_vec()));
    app.reply(Ok(Answer::TextSaved(None)));
    let effects = app.effects();
    for file in [first, second] {
        assert!(effects.contains(&Effect::RemoveEdited(file)), "{effects:?}");
    }
}

#[test]
fn a_text_that_outgrows_the_editor_here_is_not_lost() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g E");
    app.reply(Ok(Answer::TextOpened(OpenedText { bytes: b"one".to_vec(), etag: None })));
    app.keys("x ctrl-o");
    let (file, large) = (file(), vec![b'x'; LARGEST + 1]);
    app.reply(Ok(Answer::Edited { file: file.clone(), edited: Edited::Changed(large) }));
    app.fail("SaveText", conflict());
    let theirs = OpenedText { bytes: b"theirs".to_vec(), etag: Some(ETag::new("two")) };
    app.reply(Ok(Answer::TextOpened(theirs))).keys("e");
    assert!(app.toast().contains(&file.path.display().to_string()), "{}", app.toast());
}

#[test]
fn a_text_that_is_changed_here_is_not_left_by_one_key() {
    let mut app = editing_here(b"one");
    app.keys("esc");
    assert!(app.toast().contains("nothing was sent"), "{}", app.toast());
    let mut app = editing_here(b"one");
    app.keys("x esc");
    assert!(app.picture().contains("is lost if you leave now"), "{}", app.picture());
    app.keys("y ctrl-s");
    app.fail("KeepText", Error::new(ErrorKind::LocalIo, "write", "/tmp"));
    assert!(app.picture().contains("xyone"), "what is written stays: {}", app.picture());
    app.keys("esc esc");
    assert!(app.state.dialog().is_none());
    assert!(app.waiting().is_empty());
}

#[test]
fn what_cannot_be_edited_here_says_why() {
    let mut app = editing_here(b"\xff\xfe");
    let asked = app.requests();
    assert!(
        matches!(asked.last(), Some(Request::Machine(MachineRequest::Edit { .. }))),
        "vi takes it: {asked:?}"
    );
    let mut app = App::with_rows(&["a"]);
    app.keys("g E");
    app.reply(Ok(Answer::TextOpened(OpenedText { bytes: vec![0xff], etag: None })));
    assert!(app.toast().contains("is not UTF-8 text"), "{}", app.toast());
    assert!(app.toast().ends_with("press e for your editor"), "{}", app.toast());
    assert!(app.state.dialog().is_none());
    app.keys("g E");
    app.reply(Ok(Answer::TextOpened(OpenedText { bytes: b"hello".to_vec(), etag: None })));
    assert!(app.picture().contains("hello"), "whatever the editor is: {}", app.picture());
}
