//! Tests the journal when it is old, newer, damaged, full, removed or locked.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::domain::address::{Key, Prefix};
use crate::domain::object::{ETag, ObjectAddress, ObjectHeaders};
use crate::domain::transfer::{JobSpec, Note, OnConflict, Target, Verification, Work};
use crate::transfer::fact::{Multipart, Outcome, PlaceOrder};
use crate::transfer::machine::Machine;

const JOB: JobId = JobId(1);

/// A journal as a Windlass of the first form left it: one job done, one in the middle of three
/// objects, an unfinished upload and a failure.
const FIRST_FORM: &str = r#"
    PRAGMA journal_mode = WAL;
    PRAGMA application_id = 1466852460;
    PRAGMA user_version = 1;
    CREATE TABLE facts (
        seq INTEGER PRIMARY KEY, job INTEGER, place TEXT, kind TEXT NOT NULL, fact TEXT NOT NULL);
    CREATE INDEX facts_of ON facts (job, place);
    CREATE TABLE outcomes (
        job INTEGER NOT NULL, place TEXT NOT NULL, outcome INTEGER NOT NULL, bytes INTEGER NOT NULL,
        detail TEXT NOT NULL, PRIMARY KEY (job, place)) WITHOUT ROWID;
    INSERT INTO facts (job, place, kind, fact) VALUES
        (1, NULL, 'Enqueued', '{"Enqueued":{"job":1,"spec":{"connection":"c","work":{"Delete":{"bucket":"b","targets":[{"Object":"k"}]}},"on_conflict":"fail"}}}'),
        (1, NULL, 'Counted', '{"Counted":{"job":1,"done":7,"skipped":1,"bytes":70,"verifications":[]}}'),
        (1, NULL, 'Finished', '{"Finished":{"job":1,"error":null}}'),
        (2, NULL, 'Enqueued', '{"Enqueued":{"job":2,"spec":{"connection":"c","work":{"Upload":{"source":"/f","bucket":"b","target":{"Prefix":"p/"},"headers":{"content_type":null,"content_encoding":null,"content_disposition":null,"content_language":null,"cache_control":null,"expires":null}}},"on_conflict":"overwrite"}}}'),
        (2, 'large', 'Opened', '{"Opened":{"job":2,"place":"large","partial":{"Multipart":{"object":{"bucket":"b","key":"p/large"},"upload":"U","part_size":8388608,"size":20000000,"source":"s","parts":{}}}}}'),
        (2, 'large', 'PartsDone', '{"PartsDone":{"job":2,"place":"large","parts":[{"number":2,"etag":"e2","size":8388608}]}}');
    INSERT INTO outcomes VALUES
        (2, 'a', 0, 5, '{"Digest":"md5"}'),
        (2, 'b', 2, 0, '{"kind":"AccessDenied","operation":"PutObject","place":"s3://b/p/b","detail":"","status":403,"code":null,"request_id":null,"retry_after":null}');
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("journal.sqlite")
    }

    fn sql(&self, sql: &str) {
        Connection::open(self.journal()).unwrap().execute_batch(sql).unwrap();
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn spec() -> JobSpec {
    let work = Work::Upload {
        source: PathBuf::from("/f"),
        bucket: Bucket::new("b"),
        target: Target::Prefix(Prefix::new("p/")),
        headers: ObjectHeaders::default(),
    };
    serde_json::from_value(serde_json::json!({
        "connection": "c", "work": work, "on_conflict": OnConflict::Overwrite,
    }))
    .unwrap()
}

fn done(place: &str) -> Fact {
    let outcome = Outcome::Done(Some(Verification::Digest("md5".into())));
    Fact::Settled { job: JOB, place: place.into(), bytes: 10, outcome }
}

fn machine(facts: &[Fact]) -> Machine {
    let mut machine = Machine::default();
    for fact in facts {
        machine.apply(fact);
    }
    machine
}

async fn opened(news: &mut UnboundedReceiver<JournalNews>) -> (Vec<Fact>, bool, Vec<Error>) {
    loop {
        match told(news).await {
            JournalNews::Opened { facts, kept, warnings } => return (facts, kept, warnings),
            JournalNews::Halted(error) => panic!("{error:?}"),
            _ => {}
        }
    }
}

async fn told(news: &mut UnboundedReceiver<JournalNews>) -> JournalNews {
    tokio::time::timeout(Duration::from_secs(30), news.recv()).await.unwrap().unwrap()
}

fn started(path: &Path) -> (Journal, UnboundedReceiver<JournalNews>) {
    let (tell, news) = unbounded_channel();
    (Journal::start(Some(path.to_owned()), tell), news)
}

#[test]
fn a_journal_of_the_first_form_is_copied_and_brought_up_to_date() {
    let folder = Folder::new();
    folder.sql(FIRST_FORM);
    // The reader beside a writer changes nothing.
    let before = peek(&folder.journal()).unwrap();
    let opening = file::open(&folder.journal()).unwrap();
    assert_eq!(opening.warnings, []);
    assert_eq!(opening.replay.facts, before.facts);
    let machine = machine(&opening.replay.facts);
    let (one, two) = (machine.view(JOB).unwrap(), machine.view(JobId(2)).unwrap());
    assert_eq!((one.progress.objects, one.progress.bytes), (8, 70));
    assert_eq!((two.progress.objects, two.progress.failed, two.failures.len()), (1, 1, 1));
    let open = machine.open(JobId(2)).unwrap();
    assert_eq!(open["large"].bytes(), 8_388_608);
    let asked = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(opening.table.settled(JobId(2), &asked), Ok(vec![true, true, false]));
    assert!(folder.names().contains(&"journal.sqlite.form-1-1".to_owned()), "{:?}", folder.names());
    let copy = Connection::open(folder.0.path().join("journal.sqlite.form-1-1")).unwrap();
    assert_eq!(schema::version(&copy), Ok(1));
    drop(opening);
    let again = file::open(&folder.journal()).unwrap();
    assert_eq!(again.replay.facts, before.facts);
    assert!(!folder.names().contains(&"journal.sqlite.form-1-2".to_owned()), "copied once");
}

#[test]
fn a_file_that_cannot_be_migrated_is_set_aside_as_it_was() {
    let folder = Folder::new();
    folder.sql(FIRST_FORM);
    folder.sql("CREATE TABLE passed (job TEXT); PRAGMA wal_checkpoint(TRUNCATE);");
    let before = fs::read(folder.journal()).unwrap();
    let opening = file::open(&folder.journal()).unwrap();
    assert_eq!(opening.warnings.len(), 1);
    assert_eq!(opening.replay.facts, []);
    let aside = folder.0.path().join("journal.sqlite.damaged-1");
    let (after, kept) = (Connection::open(&aside).unwrap(), fs::read(&aside).unwrap());
    assert_eq!(schema::version(&after), Ok(1));
    assert!(kept == before, "nothing of it was changed");
}

#[test]
fn a_journal_of_a_later_form_is_never_touched() {
    let folder = Folder::new();
    folder.sql(FIRST_FORM);
    folder.sql("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE);");
    let before = fs::read(folder.journal()).unwrap();
    let opening = file::open(&folder.journal()).unwrap();
    assert!(opening.lock.is_none());
    let said = opening.warnings[0].explain();
    assert!(said.what.contains("newer Windlass"), "{said:?}");
    assert!(peek(&folder.journal()).unwrap_err().is(&ErrorKind::Config));
    assert_eq!(fs::read(folder.journal()).unwrap(), before);
}

#[test]
fn facts_that_are_not_known_here_are_kept_and_said() {
    let folder = Folder::new();
    folder.sql(FIRST_FORM);
    folder.sql(
        r#"INSERT INTO facts (job, kind, fact) VALUES
            (2, 'Blessed', '{"Blessed":{"job":2,"by":"a later one"}}'),
            (9, 'Enqueued', '{"Enqueued":{"job":9,"spec":{"work":{"Sing":{}}}}}');
        INSERT INTO outcomes VALUES (2, 'z', 0, 1, '{"Sworn":"by it"}');"#,
    );
    let mut opening = file::open(&folder.journal()).unwrap();
    assert_eq!(opening.replay.unread, 2);
    assert!(opening.warnings[0].detail.contains("2 entries"), "{:?}", opening.warnings);
    let mut machine = machine(&opening.replay.facts);
    assert_eq!(machine.views().len(), 2);
    // The number of the job that is not understood is not given to another.
    let facts = machine.decide(&crate::domain::transfer::TransferCommand::Enqueue(vec![spec()]));
    assert_eq!(facts[0].job(), Some(JobId(10)));
    opening.table.append(&facts).unwrap();
    let kept: i64 = Connection::open(folder.journal())
        .unwrap()
        .query_row("SELECT count(*) FROM facts WHERE kind = 'Blessed' OR job = 9", [], |r| r.get(0))
        .unwrap();
    assert_eq!(kept, 2);
}

#[test]
fn a_file_cut_anywhere_is_read_or_set_aside_and_never_deleted() {
    let whole = Folder::new();
    drop(file::open(&whole.journal()).unwrap());
    let mut table = Table::open(&whole.journal()).unwrap();
    table.append(&[Fact::Enqueued { job: JOB, spec: spec() }]).unwrap();
    let places = (0..300).map(|n| done(&format!("{n:03}"))).collect::<Vec<_>>();
    table.append(&places).unwrap();
    table.close();
    drop(table);
    let bytes = fs::read(whole.journal()).unwrap();
    for length in [1, 99, 100, 1000, 4096, 5000, 8192, bytes.len() / 2, bytes.len() - 1] {
        let folder = Folder::new();
        fs::write(folder.journal(), &bytes[..length]).unwrap();
        let opening = file::open(&folder.journal()).unwrap();
        assert!(opening.lock.is_some(), "cut at {length}: {:?}", opening.warnings);
        assert!(opening.warnings[0].is(&ErrorKind::Corrupt), "{length}");
        let aside = folder.0.path().join("journal.sqlite.damaged-1");
        assert_eq!(fs::read(aside).unwrap(), bytes[..length], "{length}");
        assert_eq!(opening.replay.facts, [], "{length}");
    }
}

#[test]
fn a_damaged_log_costs_what_was_in_it_and_no_more() {
    let folder = Folder::new();
    let mut table = Table::open(&folder.journal()).unwrap();
    table.append(&[Fact::Enqueued { job: JOB, spec: spec() }]).unwrap();
    table.close();
    table.append(&[Fact::Paused { job: JOB }]).unwrap();
    let log = folder.0.path().join("journal.sqlite-wal");
    let (main, mut logged) = (fs::read(folder.journal()).unwrap(), fs::read(&log).unwrap());
    drop(table);
    let middle = logged.len() / 2;
    logged[40..middle].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(folder.journal(), main).unwrap();
    fs::write(&log, logged).unwrap();
    let opening = file::open(&folder.journal()).unwrap();
    assert_eq!(opening.warnings, []);
    assert_eq!(opening.replay.facts, [Fact::Enqueued { job: JOB, spec: spec() }]);
}

#[test]
fn a_full_disk_tears_no_group_and_the_next_one_goes_through() {
    let folder = Folder::new();
    let mut table = Table::open(&folder.journal()).unwrap();
    table.append(&[Fact::Enqueued { job: JOB, spec: spec() }]).unwrap();
    let pages: i64 = table.connection.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
    table.connection.pragma_update(None, "max_page_count", pages).unwrap();
    let many: Vec<Fact> = (0..5000).map(|n| done(&format!("{n:05}"))).collect();
    let error = table.append(&many).unwrap_err();
    assert!(error.is(&ErrorKind::DiskFull), "{error:?}");
    assert_eq!(table.replay().unwrap().facts.len(), 1, "all or nothing");
    table.connection.pragma_update(None, "max_page_count", 1 << 30).unwrap();
    table.append(&many).unwrap();
    assert_eq!(machine(&table.replay().unwrap().facts).view(JOB).unwrap().progress.objects, 5000);
}

#[tokio::test]
async fn what_cannot_be_written_waits_and_nothing_is_relied_on_before() {
    let folder = Folder::new();
    let (journal, mut news) = started(&folder.journal());
    opened(&mut news).await;
    let other = Connection::open(folder.journal()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = journal.clone();
    let writing =
        tokio::spawn(async move { waiting.append(vec![Fact::Paused { job: JOB }]).await });
    assert!(matches!(told(&mut news).await, JournalNews::Stuck(_)));
    assert!(!writing.is_finished());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(writing.await.unwrap(), Ok(()));
    assert!(matches!(told(&mut news).await, JournalNews::Written(_)));
}

#[tokio::test]
async fn a_file_removed_under_us_is_written_again_with_everything() {
    let folder = Folder::new();
    let (journal, mut news) = started(&folder.journal());
    opened(&mut news).await;
    journal.append(vec![Fact::Enqueued { job: JOB, spec: spec() }]).await.unwrap();
    for name in folder.names() {
        fs::remove_file(folder.0.path().join(name)).unwrap();
    }
    journal.append(vec![Fact::Paused { job: JOB }]).await.unwrap();
    journal.append(vec![Fact::Resumed { job: JOB }]).await.unwrap();
    let found = peek(&folder.journal()).unwrap();
    assert_eq!(found.facts.len(), 3);
    assert_eq!(found.holder.unwrap().process, std::process::id(), "the lock is there again");
    journal.close().await;
    assert_eq!(peek(&folder.journal()).unwrap().facts.len(), 3);
}

#[tokio::test]
async fn the_second_shows_what_the_first_has_and_takes_it_over_when_that_ends() {
    let folder = Folder::new();
    let (first, mut first_news) = started(&folder.journal());
    opened(&mut first_news).await;
    first.append(vec![Fact::Enqueued { job: JOB, spec: spec() }, done("a")]).await.unwrap();
    let (second, mut news) = started(&folder.journal());
    let (facts, kept, warnings) = opened(&mut news).await;
    assert_eq!((facts, kept), (Vec::new(), false));
    assert!(warnings[0].is(&ErrorKind::Locked), "{warnings:?}");
    let own = vec![Fact::Enqueued { job: JOB, spec: spec() }, done("x"), done("y")];
    second.append(own).await.unwrap();
    let held = |news: JournalNews| match news {
        JournalNews::Held(holder, facts) => Some((holder, facts)),
        _ => None,
    };
    let (holder, facts) = loop {
        if let Some(held) = held(told(&mut news).await) {
            break held;
        }
    };
    assert_eq!(holder.process, std::process::id());
    assert!(holder.since.is_some());
    assert_eq!(machine(&facts).view(JOB).unwrap().progress.objects, 1);
    first.append(vec![done("b")]).await.unwrap();
    let (_, facts) = held(told(&mut news).await).expect("what changed is shown");
    assert_eq!(machine(&facts).view(JOB).unwrap().progress.objects, 2);
    drop(first);
    while !matches!(told(&mut news).await, JournalNews::Free) {}
    second.adopt();
    let (facts, kept, warnings) = opened(&mut news).await;
    assert!(kept && warnings.is_empty(), "{warnings:?}");
    let machine = machine(&facts);
    let counts: Vec<_> = machine.views().iter().map(|v| (v.id, v.progress.objects)).collect();
    assert_eq!(counts, [(JOB, 2), (JobId(2), 2)]);
    let places = ["x", "z"].map(str::to_owned).to_vec();
    assert_eq!(second.settled(JobId(2), places).await, Ok(vec![true, false]));
    second.append(vec![Fact::Paused { job: JobId(2) }]).await.unwrap();
    assert_eq!(
        peek(&folder.journal()).unwrap().facts.iter().filter(|f| f.job() == Some(JobId(2))).count(),
        3
    );
}

#[test]
fn a_lock_of_a_process_that_is_gone_holds_nobody_up() {
    let folder = Folder::new();
    fs::write(folder.0.path().join("journal.sqlite.lock"), "4711").unwrap();
    assert_eq!(lock::holder(&folder.journal()), None);
    let opening = file::open(&folder.journal()).unwrap();
    assert!(opening.lock.is_some());
    let holder = lock::holder(&folder.journal()).unwrap();
    assert_eq!(holder.process, std::process::id());
    assert!(holder.to_string().contains("since 2"), "{holder}");
}

#[test]
fn a_job_that_passes_its_objects_does_not_make_the_journal_grow() {
    let folder = Folder::new();
    let mut table = Table::open(&folder.journal()).unwrap();
    table.append(&[Fact::Enqueued { job: JOB, spec: spec() }]).unwrap();
    let (mut largest, total) = (0, 60_000);
    let order = PlaceOrder::Folders;
    let place = |n: u32| format!("photos/2026/a-name-of-some-length-{n:07}.jpg");
    for batch in 0..total / 2000 {
        let mut facts: Vec<Fact> =
            (batch * 2000..(batch + 1) * 2000).map(|n| done(&place(n))).collect();
        if batch == 3 {
            let error = Error::new(ErrorKind::AccessDenied, "PutObject", "");
            let (place, outcome) = (place(6001), Outcome::Failed(error));
            facts[1] = Fact::Settled { job: JOB, place, bytes: 0, outcome };
        }
        facts.push(Fact::Passed { job: JOB, before: place((batch + 1) * 2000 - 100), order });
        table.append(&facts).unwrap();
        largest = largest.max(fs::metadata(folder.journal()).unwrap().len());
    }
    table.close();
    assert!(largest < 1_000_000, "{largest} bytes");
    let view = machine(&table.replay().unwrap().facts).view(JOB).unwrap();
    assert_eq!((view.progress.objects, view.progress.failed), (u64::from(total) - 1, 1));
    assert_eq!(view.progress.bytes, (u64::from(total) - 1) * 10);
    let asked = [place(5), place(6001), place(total - 50), place(total)];
    assert_eq!(table.settled(JOB, &asked), Ok(vec![true, true, true, false]));
    let error = Some(Error::new(ErrorKind::Partial, "PutObject", ""));
    let again = [Fact::Finished { job: JOB, error }, Fact::Retried { job: JOB }];
    table.append(&again).unwrap();
    assert_eq!(table.settled(JOB, &asked), Ok(vec![true, false, true, false]));
    table.append(&[done(&place(6001)), Fact::Finished { job: JOB, error: None }]).unwrap();
    let view = machine(&table.replay().unwrap().facts).view(JOB).unwrap();
    assert_eq!((view.progress.objects, view.progress.failed), (u64::from(total), 0));
    assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
}

#[test]
fn an_upload_that_could_not_be_aborted_is_remembered() {
    let folder = Folder::new();
    let mut table = Table::open(&folder.journal()).unwrap();
    let object = ObjectAddress::new(Bucket::new("b"), Key::new("p/k"));
    let (upload, place) = (UploadId("U".into()), "k".to_owned());
    let parts = [(
        1,
        crate::domain::object::UploadedPart {
            number: 1,
            etag: ETag::new("e"),
            size: 5,
            crc64nvme: None,
        },
    )];
    let (size, source) = (9, String::new());
    let multipart = Multipart {
        object,
        upload: upload.clone(),
        part_size: 5,
        size,
        source,
        parts: parts.into(),
    };
    let note = Note { place: place.clone(), text: "t".into(), saved_as: None };
    table
        .append(&[
            Fact::Enqueued { job: JOB, spec: spec() },
            Fact::Opened { job: JOB, place: place.clone(), partial: Partial::Multipart(multipart) },
            Fact::Noted { job: JOB, note },
        ])
        .unwrap();
    let named = (Bucket::new("b"), upload);
    let known = known_uploads(&folder.journal()).unwrap();
    assert_eq!((known.queued.contains(&named), known.left.len()), (true, 0));
    table.append(&[Fact::Left { job: JOB, place }, Fact::Removed { job: JOB }]).unwrap();
    let known = known_uploads(&folder.journal()).unwrap();
    assert_eq!((known.queued.len(), known.left.contains(&named)), (0, true));
}

#[test]
fn what_a_walk_has_passed_is_told_in_the_order_of_folders() {
    let folder = Folder::new();
    let mut table = Table::open(&folder.journal()).unwrap();
    let order = PlaceOrder::Folders;
    let places = ["a/b", "a-b", "a.txt", "b"].map(str::to_owned);
    table.append(&[Fact::Enqueued { job: JOB, spec: spec() }]).unwrap();
    table
        .append(&[
            done("a/b"),
            done("a-b"),
            Fact::Passed { job: JOB, before: "a.txt".into(), order },
        ])
        .unwrap();
    assert_eq!(table.settled(JOB, &places), Ok(vec![true, true, false, false]));
    let rows = "SELECT count(*) FROM outcomes";
    assert_eq!(table.connection.query_row(rows, [], |r| r.get(0)), Ok(0));
    table.append(&[Fact::Passed { job: JOB, before: "a/c".into(), order }]).unwrap();
    assert_eq!(table.settled(JOB, &places), Ok(vec![true, true, false, false]), "never back");
}
