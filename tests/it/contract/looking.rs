//! What a look into an object asks of the server: few requests, few bytes, and nothing once nobody
//! waits.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use windlass::app::event::Answer;
use windlass::domain::address::ConnectionName;
use windlass::domain::contents::Traffic;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::ObjectAddress;
use windlass::domain::object_view::{
    LookRequest, LookStep, ObjectView, SearchForm, Seen, SeenPart, TextPlace, ViewBody, ViewForm,
};
use windlass::domain::text_pattern::TextPattern;
use windlass::tui::looking::{Looks, look};

use super::target::{Target, noise};

const OPEN: LookStep = LookStep::Open { form: ViewForm::Best, glance: false };

async fn ask(
    target: &Target,
    looks: &Looks,
    object: &ObjectAddress,
    member: Option<&str>,
    wanted: LookStep,
) -> Result<Seen, Error> {
    let name = ConnectionName::new("here");
    let member = member.map(str::to_owned);
    let asked = LookRequest { object: object.clone(), member, wanted };
    match look(&target.client, looks, &name, asked, drop).await? {
        Answer::Seen(seen) => Ok(seen),
        other => panic!("{other:?}"),
    }
}

fn view(seen: Seen) -> (ObjectView, Traffic) {
    match seen.what {
        SeenPart::Opened(view) => (*view, seen.traffic),
        other => panic!("{other:?}"),
    }
}

fn text_of(seen: &Seen) -> Vec<&str> {
    let SeenPart::Part(body, _) = &seen.what else { panic!("{seen:?}") };
    let ViewBody::Text(window) = &**body else { panic!("{body:?}") };
    window.lines.iter().map(|line| line.line.text.as_str()).collect()
}

fn log(lines: u32) -> String {
    (0..lines).fold(String::new(), |text, n| text + &format!("{n:07} GET /a 200 ok\n"))
}

pub async fn the_end_of_a_long_log_costs_two_requests(target: Target) {
    let object = target.put("a.log", log(200_000).as_bytes()).await;
    let looks = Looks::default();
    let (opened, first) = view(ask(&target, &looks, &object, None, OPEN).await.unwrap());
    assert!(matches!(opened.body, ViewBody::Text(_)));
    assert!(first.requests <= 2 && first.bytes < 300_000, "{first:?}");
    let looks = Looks::default();
    let end = LookStep::Text(TextPlace::End);
    let seen = ask(&target, &looks, &object, None, end).await.unwrap();
    assert_eq!(text_of(&seen).last(), Some(&"0199999 GET /a 200 ok"));
    assert!(seen.traffic.requests <= 2 && seen.traffic.bytes < 300_000, "{:?}", seen.traffic);
}

pub async fn what_is_searched_for_is_found_in_a_log(target: Target) {
    let text = log(150_000).replacen("0123456 GET /a 200", "0123456 GET /a 500", 1);
    let object = target.put("b.log", text.as_bytes()).await;
    let looks = Looks::default();
    ask(&target, &looks, &object, None, OPEN).await.unwrap();
    let pattern = TextPattern::parse("500 ok").unwrap();
    let form = SearchForm::Text;
    let search = LookStep::Search { pattern, from: 0, backward: false, form };
    let seen = ask(&target, &looks, &object, None, search).await.unwrap();
    let SeenPart::Part(_, at) = seen.what else { panic!("{seen:?}") };
    let line = u64::try_from(text.find("500 ok").unwrap()).unwrap();
    assert_eq!(at, line);
    assert!(text_of(&seen).contains(&"0123456 GET /a 500 ok"));
}

pub async fn a_member_of_a_large_archive_is_read_alone(target: Target) {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("big.bin", stored).unwrap();
    writer.write_all(&noise(6 << 20)).unwrap();
    writer.start_file("notes.txt", stored).unwrap();
    writer.write_all(b"hello\n").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let object = target.put("all.zip", &bytes).await;
    let looks = Looks::default();
    let (opened, names) = view(ask(&target, &looks, &object, None, OPEN).await.unwrap());
    assert_eq!(opened.contents.members.len(), 2);
    assert!(names.bytes < 1 << 20, "{names:?}");
    let seen = ask(&target, &looks, &object, Some("notes.txt"), OPEN).await.unwrap();
    let (member, traffic) = view(seen);
    let ViewBody::Text(text) = &member.body else { panic!("{member:?}") };
    assert_eq!(text.lines[0].line.text, "hello");
    assert!(traffic.bytes < 2 << 20, "{traffic:?}");
    let folder = tempfile::tempdir().unwrap();
    let unpack = || LookStep::Unpack(folder.path().to_owned());
    let seen = ask(&target, &looks, &object, Some("notes.txt"), unpack()).await.unwrap();
    assert_eq!(seen.what, SeenPart::Unpacked(folder.path().join("notes.txt"), 6));
    assert_eq!(std::fs::read(folder.path().join("notes.txt")).unwrap(), b"hello\n");
    let taken = ask(&target, &looks, &object, Some("notes.txt"), unpack()).await.unwrap_err();
    assert_eq!(taken.kind, ErrorKind::LocalExists, "{taken:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    let none = ask(&target, &looks, &object, Some("none.txt"), OPEN).await.unwrap_err();
    assert_eq!(none.kind, ErrorKind::NotInside);
}

pub async fn an_object_that_was_replaced_is_not_mixed_with_the_old_one(target: Target) {
    let object = target.put("c.log", log(100_000).as_bytes()).await;
    let looks = Looks::default();
    ask(&target, &looks, &object, None, OPEN).await.unwrap();
    target.put("c.log", log(100_001).replace("ok", "no").as_bytes()).await;
    let end = LookStep::Text(TextPlace::End);
    let stale = ask(&target, &looks, &object, None, end).await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::SourceChanged, "{stale:?}");
    let tail = ask(&target, &looks, &object, None, LookStep::Tail).await.unwrap();
    assert_eq!(text_of(&tail).last(), Some(&"0100000 GET /a 200 no"));
}

pub async fn an_empty_object_and_one_that_is_not_there_are_told_apart(target: Target) {
    let looks = Looks::default();
    let empty = target.put("empty", b"").await;
    let (view, _) = view(ask(&target, &looks, &empty, None, OPEN).await.unwrap());
    assert_eq!(view.size, 0);
    let absent = target.object("absent");
    let error = ask(&target, &looks, &absent, None, OPEN).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchKey, "{error:?}");
}

pub async fn a_search_that_nobody_waits_for_stops(target: Target) {
    let object = target.put("d.log", &noise(24 << 20)).await;
    let (looks, told) = (Looks::default(), Arc::new(Mutex::new(0_u32)));
    let pattern = TextPattern::parse("0x000102030405060708090a").unwrap();
    let form = SearchForm::Bytes;
    let wanted = LookStep::Search { pattern, from: 0, backward: false, form };
    let asked = LookRequest { object: object.clone(), member: None, wanted };
    let (client, counted) = (target.client.clone(), told.clone());
    let started = Arc::new(tokio::sync::Notify::new());
    let passed = started.clone();
    let searching = tokio::spawn(async move {
        let tell = move |_| {
            *counted.lock().unwrap() += 1;
            passed.notify_one();
            // The machine may be quicker than the test.
            std::thread::sleep(Duration::from_millis(200));
        };
        look(&client, &looks, &ConnectionName::new("here"), asked, tell).await
    });
    started.notified().await;
    searching.abort();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = *told.lock().unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(*told.lock().unwrap() <= after + 1, "it goes on reading");
}
