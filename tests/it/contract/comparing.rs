//! What two objects, files and trees of them differ in, as the screen asks it.

use std::sync::Mutex;

use tokio_util::sync::CancellationToken;
use windlass::app::effect::{ComparisonRequest, StorageRequest};
use windlass::app::event::Answer;
use windlass::domain::compared::{Compared, ComparedBytes, ComparedSide, ComparedTrees};
use windlass::domain::diff_end::{DiffEnd, DiffKind};
use windlass::domain::error::Error;
use windlass::domain::value_difference::ValueDifference;
use windlass::transfer::queued_uploads::QueuedUploads;
use windlass::tui::requests::ask_storage;

use super::target::{Target, noise};

async fn ask(target: &Target, one: DiffEnd, other: DiffEnd) -> Result<Vec<Answer>, Error> {
    let told = Mutex::new(Vec::new());
    let tell = |answer| told.lock().unwrap().push(answer);
    let request = StorageRequest::Comparison(ComparisonRequest::Compare { one, other });
    let last = Box::pin(ask_storage(
        &target.client,
        request,
        QueuedUploads::default(),
        tell,
        &CancellationToken::new(),
    ))
    .await?;
    let mut told = told.into_inner().unwrap();
    told.push(last);
    Ok(told)
}

/// Where they begin to differ, by their bytes.
async fn by_bytes(target: &Target, one: DiffEnd, other: DiffEnd) -> ComparedBytes {
    let request = StorageRequest::Comparison(ComparisonRequest::CompareBytes { one, other });
    let stop = CancellationToken::new();
    let asked = ask_storage(&target.client, request, QueuedUploads::default(), drop, &stop);
    match Box::pin(asked).await.unwrap() {
        Answer::ComparedBytes { bytes, done: true } => bytes,
        other => panic!("{other:?}"),
    }
}

async fn pair(target: &Target, one: DiffEnd, other: DiffEnd) -> Compared {
    match ask(target, one, other).await.unwrap().pop() {
        Some(Answer::Compared(compared)) => *compared,
        other => panic!("{other:?}"),
    }
}

/// What differs, and whether all was compared.
async fn trees(target: &Target, one: DiffEnd, other: DiffEnd) -> Vec<(String, DiffKind)> {
    let mut found = Vec::new();
    let mut end = ComparedTrees::default();
    for answer in ask(target, one, other).await.unwrap() {
        let Answer::ComparedTrees(news) = answer else { panic!("{answer:?}") };
        assert!(news.failed.is_empty(), "{:?}", news.failed);
        found.extend(news.differing.iter().map(|each| (each.name.clone(), each.difference)));
        end = news;
    }
    assert!(end.done && end.compared == end.names, "{end:?}");
    found
}

pub async fn two_prefixes_differ_in_what_is_new_gone_or_changed(target: Target) {
    for (key, bytes) in [
        ("one/same.txt", "same"),
        ("one/changed.txt", "abc"),
        ("one/deep/gone.txt", "gone"),
        ("two/same.txt", "same"),
        ("two/changed.txt", "abd"),
        ("two/new.txt", "new"),
    ] {
        target.put(key, bytes.as_bytes()).await;
    }
    let bucket = target.bucket.clone();
    let prefix = |name: &str| DiffEnd::Prefix(bucket.clone(), target.prefix.child(name));
    let expected = [
        ("changed.txt".to_owned(), DiffKind::Changed),
        ("deep/gone.txt".to_owned(), DiffKind::Gone),
        ("new.txt".to_owned(), DiffKind::New),
    ];
    assert_eq!(trees(&target, prefix("one/"), prefix("two/")).await, expected);
    assert_eq!(trees(&target, prefix("one/"), prefix("one/")).await, []);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("same.txt"), "same").unwrap();
    std::fs::write(folder.path().join("changed.txt"), "abe").unwrap();
    std::fs::write(folder.path().join("new.txt"), "new").unwrap();
    let local = DiffEnd::Local(folder.path().to_owned());
    assert_eq!(trees(&target, prefix("one/"), local).await, expected);
}

pub async fn an_object_and_a_file_differ_in_size_lines_and_values(target: Target) {
    let object = target.put("a.json", br#"{"a": [1, 2], "b": true}"#).await;
    let end = || DiffEnd::Object(object.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let local = || DiffEnd::Local(path.clone());

    std::fs::write(&path, br#"{"b":true,"a":[1,3]}"#).unwrap();
    let compared = pair(&target, end(), local()).await;
    assert!(matches!(compared.bytes, ComparedBytes::Lines(_)), "{:?}", compared.bytes);
    assert!(matches!(&compared.other, ComparedSide::Local(file) if file.size == 20));
    let (one, other) = (Some("2".to_owned()), Some("3".to_owned()));
    let value = ValueDifference { path: ".a[1]".to_owned(), one, other };
    assert_eq!(compared.values, Some(vec![value]));

    std::fs::write(&path, br#"{"b":true,"a":[1,2]}"#).unwrap();
    assert_eq!(pair(&target, end(), local()).await.values, Some(Vec::new()));

    std::fs::write(&path, br#"{"a": [1, 2], "b": true}"#).unwrap();
    let compared = pair(&target, end(), local()).await;
    let same = matches!(compared.bytes, ComparedBytes::Same | ComparedBytes::SameBySum);
    assert!(same, "{:?}", compared.bytes);

    // A folder has the file of the object's name.
    let folder = DiffEnd::Local(folder.path().to_owned());
    let compared = pair(&target, folder, end()).await;
    assert!(matches!(&compared.one, ComparedSide::Local(file) if file.path == path));
    let missing = DiffEnd::Local(path.with_file_name("none"));
    assert!(ask(&target, end(), missing).await.is_err());
}

pub async fn a_file_that_is_the_same_is_told_by_a_digest(target: Target) {
    let bytes = noise(300_000);
    let object = target.put("big.bin", &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.bin");
    std::fs::write(&path, &bytes).unwrap();
    let tag = target.client.head(&object).await.unwrap().etag;
    let before = target.meter.usage().received;
    let compared = pair(&target, DiffEnd::Object(object), DiffEnd::Local(path)).await;
    let fetched = target.meter.usage().received - before;
    if tag.is_some_and(|tag| tag.md5_hex().is_some()) {
        assert_eq!(compared.bytes, ComparedBytes::SameBySum);
        // Asked for tags, `rclone serve s3` answers with the object itself.
        let whole = target.has_quirk("keys-are-files");
        assert!(whole || fetched < 100_000, "{fetched}");
    } else {
        assert!(matches!(compared.bytes, ComparedBytes::SameBySum | ComparedBytes::Same));
    }
}

pub async fn the_first_byte_that_differs_is_found_behind_what_is_read_at_first(target: Target) {
    let bytes = noise(1_500_000);
    let mut changed = bytes.clone();
    changed[1_400_000] ^= 1;
    let object = target.put("big.bin", &bytes).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.bin");
    let ends = || (DiffEnd::Object(object.clone()), DiffEnd::Local(path.clone()));
    std::fs::write(&path, &changed).unwrap();
    let compared = pair(&target, ends().0, ends().1).await;
    assert!(
        matches!(compared.bytes, ComparedBytes::SameStart(_) | ComparedBytes::Other),
        "{:?}",
        compared.bytes
    );
    let found = by_bytes(&target, ends().0, ends().1).await;
    assert_eq!(found, ComparedBytes::From(1_400_000));
    std::fs::write(&path, &bytes[..1_200_000]).unwrap();
    assert_eq!(by_bytes(&target, ends().0, ends().1).await, ComparedBytes::From(1_200_000));
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(by_bytes(&target, ends().0, ends().1).await, ComparedBytes::Same);
}
