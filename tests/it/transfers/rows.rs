//! Rows that were marked together are one job, which moves each as it would have been moved alone.

use std::fs;
use std::path::Path;

use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{
    JobSpec, JobState, OnConflict, SourceRow, Target, TransferCommand, Work,
};
use windlass::domain::transfer_event::JobChange;

use crate::transfers::fake::{Fake, Fault};
use crate::transfers::harness::{
    MIB, bytes, copy, error_of, job, moving, names_in, run, run_well, start, until, with,
};

fn rows(names: &[&str]) -> Target {
    let row = |name: &&str| match name.ends_with('/') {
        true => SourceRow { target: Target::Prefix(Prefix::new(*name)), size: None },
        false => SourceRow { target: Target::Object(Key::new(*name)), size: None },
    };
    Target::Rows(names.iter().map(row).collect::<Vec<_>>().into())
}

fn download_rows(names: &[&str], folder: &Path) -> JobSpec {
    let (bucket, source) = (Bucket::new("bucket"), rows(names));
    job(Work::Download { bucket, source, folder: folder.to_owned(), name: None, size: None })
}

fn stored(keys: &[&str]) -> std::sync::Arc<Fake> {
    let remote = Fake::new();
    for key in keys {
        remote.store(key, key.as_bytes());
    }
    remote
}

#[tokio::test]
async fn of_many_rows_none_is_looked_at_before_it_is_deleted() {
    for (count, looked) in [(20, 20), (1_001, 0)] {
        let keys: Vec<String> = (0..count).map(|number| format!("p/{number:04}")).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let remote = stored(&names[1..]);
        let targets = vec![rows(&names)];
        let spec = job(Work::Delete { bucket: Bucket::new("bucket"), targets });
        let view = run_well(&remote, with(spec, OnConflict::Skip)).await;
        assert_eq!(remote.keys(), [""; 0]);
        // The first was gone; who does not look does not know.
        assert_eq!(view.progress.skipped, u64::from(looked > 0));
        // What the server says of a few of each thousand is looked at.
        assert!(remote.count("head") >= looked && remote.count("head") < 45, "{count}");
    }
}

#[tokio::test]
async fn rows_of_one_last_name_are_refused_whole() {
    let keys = ["p/a/dup", "p/b/dup", "p/c/other"];
    let folder = tempfile::tempdir().unwrap();
    let copying = copy(rows(&keys), "bucket", Target::Prefix("q/".into()));
    for spec in [copying.clone(), moving(copying)] {
        for answer in [OnConflict::Fail, OnConflict::Overwrite] {
            let (remote, spec) = (stored(&keys), spec.clone());
            let view = run(&remote, with(spec, answer)).await;
            let error = error_of(&view);
            assert!(error.detail.contains("p/a/dup and p/b/dup would have one name"), "{error:?}");
            assert_eq!(remote.keys(), keys, "nothing is begun");
        }
    }
    let view = run(&stored(&keys), download_rows(&keys, folder.path())).await;
    assert!(error_of(&view).detail.contains("would have one name"), "{view:?}");
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn objects_and_prefixes_go_into_the_folder_under_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let remote = stored(&["p/a", "p/b", "p/raw/x", "p/raw/deep/y", "p/rawer", "p/left"]);
    let view = run_well(&remote, download_rows(&["p/a", "p/raw/", "p/rawer"], folder.path())).await;
    assert_eq!((view.progress.objects, view.progress.objects_total), (4, 4));
    assert_eq!(names_in(folder.path()), ["a", "raw", "rawer"]);
    assert_eq!(fs::read(folder.path().join("raw/deep/y")).unwrap(), b"p/raw/deep/y");
    assert_eq!(fs::read(folder.path().join("rawer")).unwrap(), b"p/rawer");
}

#[tokio::test]
async fn a_row_and_a_prefix_of_its_name_are_both_saved_and_none_leaves_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("down");
    let remote = stored(&["p/a", "p/a/b", "p/../x", "p//y"]);
    let names = ["p/../", "p//", "p/a", "p/a/"];
    run_well(&remote, download_rows(&names, &folder)).await;
    assert_eq!(names_in(outer.path()), ["down"]);
    assert_eq!(fs::read(folder.join("a")).unwrap(), b"p/a");
    assert_eq!(fs::read(folder.join("%61/b")).unwrap(), b"p/a/b");
    assert_eq!(names_in(&folder).len(), 4);
}

#[tokio::test]
async fn rows_and_what_is_below_them_are_deleted() {
    let remote = stored(&["p/a", "p/b", "p/raw/x", "p/raw/deep/y", "p/rawer"]);
    let (bucket, targets) = (Bucket::new("bucket"), vec![rows(&["p/a", "p/raw/"])]);
    let view = run_well(&remote, job(Work::Delete { bucket, targets })).await;
    assert_eq!((view.progress.objects, view.progress.objects_total), (3, 3));
    assert_eq!(remote.keys(), ["p/b", "p/rawer"]);
}

#[tokio::test]
async fn rows_are_copied_and_moved_to_a_prefix() {
    for moving in [false, true] {
        let remote = stored(&["p/a", "p/raw/x", "p/left"]);
        let mut spec = copy(rows(&["p/a", "p/raw/"]), "bucket", Target::Prefix("to/".into()));
        if let Work::Copy { moving: moves, .. } = &mut spec.work {
            *moves = moving;
        }
        run_well(&remote, spec).await;
        let expected: &[&str] = match moving {
            true => &["p/left", "to/a", "to/raw/x"],
            false => &["p/a", "p/left", "p/raw/x", "to/a", "to/raw/x"],
        };
        assert_eq!(remote.keys(), expected);
    }
    let remote = stored(&["p/a", "p/raw/x"]);
    let onto = copy(rows(&["p/a", "p/raw/"]), "bucket", Target::Prefix("p/".into()));
    assert_eq!(error_of(&run(&remote, onto).await).kind, ErrorKind::InvalidRequest);
    assert_eq!(remote.keys(), ["p/a", "p/raw/x"]);
}

#[tokio::test]
async fn what_failed_and_what_was_skipped_is_counted_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "mine").unwrap();
    let remote = stored(&["p/a", "p/b"]);
    let spec = download_rows(&["p/a", "p/b", "p/gone"], folder.path());
    let view = run(&remote, with(spec, OnConflict::Skip)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    let progress = view.progress;
    assert_eq!((progress.moved(), progress.skipped, progress.failed), (1, 1, 1));
    assert_eq!(fs::read(folder.path().join("b")).unwrap(), b"mine");
}

#[tokio::test]
async fn a_restart_moves_no_row_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let dying =
        Fake::scripted(|call| (call.operation == "get" && call.key > "p/4").then_some(Fault::Hang));
    let names: Vec<String> = (0..9).map(|number| format!("p/{number}")).collect();
    for key in &names {
        dying.store(key, &bytes(MIB));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let running = start(&dying, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download_rows(&names, &down)]));
    until(|| (0..=4).all(|number| down.join(number.to_string()).exists())).await;
    running.engine.shut_down().await;
    let remote = dying.rescripted(|_| None);
    let mut running = start(&remote, &journal);
    assert_eq!(running.restored().await.len(), 1);
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!((names_in(&down).len(), remote.count("get")), (9, 4));
}

#[tokio::test]
async fn the_name_a_file_was_saved_under_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "mine").unwrap();
    let remote = stored(&["p/a.txt", "q/a.txt"]);
    let spec = crate::transfers::harness::download("p/a.txt", folder.path());
    let view = run_well(&remote, with(spec, OnConflict::KeepBoth)).await;
    let Work::Download { name: Some(name), .. } = &*view.landed() else { panic!("{view:?}") };
    assert_eq!(name, "a (1).txt");
    let spec = copy(Target::Object("p/a.txt".into()), "bucket", Target::Object("q/a.txt".into()));
    let view = run_well(&remote, with(spec, OnConflict::KeepBoth)).await;
    let Work::Copy { target, .. } = &*view.landed() else { panic!("{view:?}") };
    assert_eq!(target.as_str(), "q/a (1).txt");
    // It is known after a restart, too.
    let journal = folder.path().join("q.db");
    let mut running = start(&remote, &journal);
    let spec = crate::transfers::harness::download("p/a.txt", folder.path());
    running.engine.send(TransferCommand::Enqueue(vec![with(spec, OnConflict::KeepBoth)]));
    running.until_change(|_, change| matches!(change, JobChange::Noted(_)).then_some(())).await;
    running.engine.shut_down().await;
    let view = start(&remote, &journal).restored().await.remove(0);
    assert_eq!(view.notes[0].saved_as.as_deref(), Some("a (2).txt"));
}
