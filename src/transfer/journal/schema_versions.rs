//! Tests that journals of earlier versions are understood and continued.

use rusqlite::Connection;

use super::table::Table;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::object::UploadId;
use crate::domain::transfer::{JobId, JobState, OnArchived, Priority, Work};
use crate::transfer::fact::Partial;
use crate::transfer::journal::{file, known_uploads};
use crate::transfer::machine::Machine;

/// The tables of each version of the schema, as they were made then.
const TABLES: [&str; 2] = [
    "PRAGMA application_id = 1466852460;
     PRAGMA user_version = 1;
     CREATE TABLE facts (
        seq INTEGER PRIMARY KEY, job INTEGER, place TEXT, kind TEXT NOT NULL, fact TEXT NOT NULL);
     CREATE INDEX facts_of ON facts (job, place);
     CREATE TABLE outcomes (
        job INTEGER NOT NULL, place TEXT NOT NULL, outcome INTEGER NOT NULL, bytes INTEGER NOT NULL,
        detail TEXT NOT NULL, PRIMARY KEY (job, place)) WITHOUT ROWID;",
    "PRAGMA user_version = 2;
     CREATE TABLE passed (job INTEGER PRIMARY KEY, before TEXT NOT \
     NULL, folders INTEGER NOT NULL);
     CREATE TABLE left_uploads (
        connection TEXT NOT \
     NULL, bucket TEXT NOT NULL, upload TEXT NOT NULL, since INTEGER NOT NULL,
        PRIMARY KEY \
     (connection, bucket, upload)) WITHOUT ROWID;
     INSERT INTO passed VALUES (1, 'm', 0);
     \
     INSERT INTO left_uploads VALUES ('c', 'b', 'LEFT', 1790000000);",
];

const HEADERS: &str = r#"{"content_type":null,"content_encoding":null,"content_disposition":null,"content_language":null,"cache_control":null,"expires":null}"#;

/// Job 1, in the middle of a download: neither rules for files, nor a size, a target, an inode.
const FIRST: [(&str, &str); 4] = [
    (
        "",
        r#"{"Enqueued":{"job":1,"spec":{"connection":"c","work":{"Download":{"bucket":"b","source":{"Prefix":"p/"},"folder":"/down","name":null}},"on_conflict":"keep-both"}}}"#,
    ),
    (
        "p/x",
        r#"{"Opened":{"job":1,"place":"p/x","partial":{"File":{"folders":["f"],"name":".x.windlass-part","etag":"e","size":30000000,"range_size":8388608}}}}"#,
    ),
    ("p/x", r#"{"RangesDone":{"job":1,"place":"p/x","ranges":[0,3]}}"#),
    ("", r#"{"Noted":{"job":1,"note":{"place":"p/y","text":"saved as y (1)"}}}"#),
];

/// Job 2, an upload whose parts have no checksum, before it was stopped; and what came after: where
/// copies go to, moves, priorities, when a deletion began.
const LATER: [(&str, &str); 11] = [
    (
        "",
        r#"{"Enqueued":{"job":2,"spec":{"connection":"c","work":{"Upload":{"source":"/f","bucket":"b","target":{"Object":"k"},"headers":HEADERS}},"on_conflict":"overwrite","files":{"links":"skip"}}}}"#,
    ),
    (
        "k",
        r#"{"Opened":{"job":2,"place":"k","partial":{"Multipart":{"object":{"bucket":"b","key":"k"},"upload":"U","part_size":8388608,"size":20000000,"source":"s"}}}}"#,
    ),
    (
        "k",
        r#"{"PartsDone":{"job":2,"place":"k","parts":[{"number":1,"etag":"e1","size":8388608}]}}"#,
    ),
    ("", r#"{"Paused":{"job":2}}"#),
    (
        "",
        r#"{"Enqueued":{"job":3,"spec":{"connection":"c","work":{"Copy":{"bucket":"b","source":{"Object":"k"},"to_bucket":"o","target":{"Object":"k"}}},"on_conflict":"skip"}}}"#,
    ),
    (
        "",
        r#"{"Enqueued":{"job":4,"spec":{"connection":"c","work":{"Copy":{"bucket":"b","source":{"Object":"k"},"to_connection":"d","to_bucket":"o","target":{"Object":"k"},"moving":true}},"on_conflict":"fail"}}}"#,
    ),
    (
        "k",
        r#"{"Opened":{"job":4,"place":"k","partial":{"Copied":{"to":{"bucket":"o","key":"k"},"etag":"e","size":7,"verification":{"Digest":"md5"}}}}}"#,
    ),
    ("", r#"{"Prioritised":{"job":4,"priority":"high"}}"#),
    (
        "",
        r#"{"Enqueued":{"job":5,"spec":{"connection":"c","work":{"Delete":{"bucket":"b","targets":[{"Prefix":"p/"}]}},"on_conflict":"fail"}}}"#,
    ),
    ("", r#"{"Begun":{"job":5,"at":"2026-09-20T14:00:00Z"}}"#),
    ("", r#"{"Ordered":{"jobs":[5,1,2,3,4]}}"#),
];

/// What the Windlass of today adds.
const NOW: [(&str, &str); 10] = [
    ("", r#"{"QueuedFor":{"job":3,"servers":{"own":"http://a/","other":null}}}"#),
    ("", r#"{"LossAccepted":{"job":4}}"#),
    ("p/x", r#"{"RangesBegun":{"job":1,"place":"p/x","begun":{"0":5,"1":1000,"2":24}}}"#),
    ("", r#"{"Limited":{"limit":2097152}}"#),
    ("", r#"{"RestoreAwaited":{"job":1}}"#),
    ("p/y", r#"{"Postponed":{"job":1,"place":"p/y","looks":2,"next":"2026-09-20T14:20:00Z"}}"#),
    (
        "",
        r#"{"Enqueued":{"job":7,"spec":{"connection":"c","work":{"Download":{"bucket":"b","source":{"Rows":[{"target":{"Object":"p/x"},"size":9},{"target":{"Prefix":"p/d/"}}]},"folder":"/down","name":null}},"on_conflict":"fail"}}}"#,
    ),
    ("", r#"{"Reconnected":{"job":3,"from":"c","to":"new"}}"#),
    ("", r#"{"Reconnected":{"job":4,"from":"d","to":"new"}}"#),
    (
        "",
        r#"{"Enqueued":{"job":6,"spec":{"connection":"c","work":{"Download":{"bucket":"b","source":{"Object":"k"},"folder":"/down","name":"n","size":9}},"on_conflict":"fail","files":{"links":"report","keep_mode":true}}}}"#,
    ),
];

fn write(connection: &Connection, facts: &[(&str, &str)]) {
    for (place, fact) in facts {
        let fact = fact.replace("HEADERS", HEADERS);
        let said: serde_json::Value = serde_json::from_str(&fact).unwrap();
        let (kind, told) = said.as_object().unwrap().iter().next().unwrap();
        let place = Some(place).filter(|place| !place.is_empty());
        let values = rusqlite::params![told["job"].as_i64(), place, kind, fact];
        let insert = "INSERT INTO facts (job, place, kind, fact) VALUES (?1, ?2, ?3, ?4)";
        connection.execute(insert, values).unwrap();
    }
}

/// A journal of a form with these facts, opened by the Windlass of today.
fn opened(form: usize, facts: &[&[(&str, &str)]]) -> (tempfile::TempDir, Table, Machine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let connection = Connection::open(&path).unwrap();
    TABLES[..form].iter().for_each(|tables| connection.execute_batch(tables).unwrap());
    for facts in facts {
        write(&connection, facts);
    }
    drop(connection);
    let opening = file::open(&path).unwrap();
    assert_eq!((&opening.warnings[..], opening.replay.unread), (&[][..], 0));
    let mut machine = Machine::default();
    opening.replay.facts.iter().for_each(|fact| machine.apply(fact));
    (folder, opening.table, machine)
}

#[test]
fn a_download_of_the_first_form_keeps_its_ranges() {
    for form in [1, 2] {
        let (_folder, table, machine) = opened(form, &[&FIRST]);
        let view = machine.view(JobId(1)).unwrap();
        assert!(matches!(&view.spec.work, Work::Download { size: None, name: None, .. }));
        assert_eq!(view.spec.files, crate::domain::transfer::FileRules::default());
        assert_eq!(view.notes.len(), 1);
        let Partial::File(file) = &machine.open(JobId(1)).unwrap()["p/x"] else { panic!() };
        assert_eq!((&file.target, file.inode), (&None, None));
        // The last range is the rest.
        assert_eq!(file.bytes_done(), (8 << 20) + (30_000_000 - 3 * (8 << 20)));
        let asked = ["a", "z"].map(str::to_owned);
        assert_eq!(table.settled(JobId(1), &asked), Ok(vec![form == 2, false]));
    }
}

#[test]
fn what_was_added_later_is_understood_with_and_without_the_latest() {
    for latest in [&NOW[..], &[]] {
        let (folder, _table, machine) = opened(2, &[&FIRST, &LATER, latest]);
        let order: Vec<u64> = machine.order().iter().map(|job| job.0).collect();
        assert_eq!(order[..5], [5, 1, 2, 3, 4]);
        let view = |job| machine.view(JobId(job)).unwrap();
        assert_eq!((view(2).state, view(2).progress.bytes), (JobState::Paused, 8 << 20));
        assert!(!view(2).spec.files.keep_mode);
        let known = known_uploads(&folder.path().join("journal.sqlite")).unwrap();
        let named = |id: &str| (Bucket::new("b"), UploadId(id.to_owned()));
        assert!(known.queued.contains(&named("U")) && known.left.contains(&named("LEFT")));
        assert!(!view(3).spec.work.moves() && view(3).spec.other_connection().is_none());
        assert!(view(4).spec.work.moves());
        assert_eq!(view(4).priority, Priority::High);
        assert!(matches!(machine.open(JobId(4)).unwrap()["k"], Partial::Copied(_)));
        assert_eq!(machine.begun(JobId(5)).unwrap().to_string(), "2026-09-20T14:00:00Z");
        let (three, other) = if latest.is_empty() { ("c", "d") } else { ("new", "new") };
        assert_eq!(view(3).spec.connection.as_str(), three);
        assert_eq!(view(4).spec.connection.as_str(), "c");
        assert_eq!(view(4).spec.other_connection(), Some(&ConnectionName::new(other)));
        let Partial::File(file) = &machine.open(JobId(1)).unwrap()["p/x"] else { panic!() };
        let (begun, limit) = match latest {
            [] => (0, None),
            _ => (1024, Some(2 << 20)),
        };
        assert_eq!(machine.view(JobId(7)).is_some(), !latest.is_empty());
        assert_eq!(machine.servers(JobId(3)).own.is_some(), !latest.is_empty());
        let waits = view(1).spec.files.archived == OnArchived::Wait;
        assert_eq!(waits, !latest.is_empty());
        // A range that is whole is not begun.
        assert_eq!(file.begun.values().sum::<u64>(), begun);
        assert_eq!(machine.limit(), limit);
    }
}
