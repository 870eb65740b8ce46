//! Tests of indexes as a whole: written, searched, compared, damaged.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use jiff::Timestamp;

use crate::domain::address::{ConnectionName, Prefix};
use crate::domain::criteria::{Candidate, Criteria, Search};
use crate::domain::diff_end::DiffKind;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Class, Row, RowKind};
use crate::index::compare::IndexComparison;
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::folder::{drop_index, file_of, index_for, index_of, indexes};
use crate::index::reader::IndexReader;
use crate::index::renaming::rename_connection;
use crate::index::search::IndexSearch;
use crate::index::sorting::RowSorter;
use crate::index::writer::IndexWriter;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn place(prefix: &str) -> IndexPlace {
    IndexPlace {
        connection: "default".into(),
        server: "http://127.0.0.1:9000/".to_owned(),
        bucket: "media".into(),
        prefix: Prefix::new(prefix),
    }
}

fn object(name: &str, size: u64, second: i64) -> Row<'_> {
    let kind = RowKind::Object { size, modified: Some(time(second)), class: Class::Standard };
    Row { name, kind, version: None, etag: Some("0a1b-2") }
}

fn keep(folder: &Path, prefix: &str, rows: &[Row<'_>], whole: bool) -> Option<IndexFacts> {
    let mut writer = IndexWriter::create(folder, place(prefix)).unwrap();
    rows.iter().try_for_each(|row| writer.push(*row)).unwrap();
    writer.keep(whole, None, time(100)).unwrap()
}

fn found(index: &IndexReader, within: &str, criteria: &Criteria) -> Vec<String> {
    let mut names = Vec::new();
    let asked = IndexSearch { within, after: "", criteria, etags: true, now: time(100) };
    let searched = index.search(&asked, |found| {
        assert!(found.page.rows().all(|row| row.etag == Some("0a1b-2")));
        names.extend(found.page.rows().map(|row| row.name.to_owned()));
        Ok::<(), Error>(())
    });
    searched.unwrap();
    names
}

/// Many keys over several blocks, in order, some with what terminals act on.
fn keys() -> Vec<String> {
    let mut keys: Vec<String> =
        (0..20_000).map(|n| format!("{:02}/{n:07}.jpg", n / 1000)).collect();
    keys.extend(["05/\u{1b}[2J".to_owned(), "05/0005000.jpg\n".into(), "é/\u{10ffff}".into()]);
    keys.sort();
    keys
}

#[test]
fn an_index_is_searched_in_the_order_of_the_names() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("indexes");
    let keys = keys();
    let rows: Vec<Row<'_>> = keys.iter().map(|key| object(key, key.len() as u64, 7)).collect();
    let facts = keep(&folder, "p/", &rows, true).unwrap();
    assert_eq!((facts.keys, facts.whole), (20_003, true));
    assert_eq!(facts.bytes, keys.iter().map(|key| key.len() as u64).sum::<u64>());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = file_of(&folder, &place("p/"));
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let index = index_of(&folder, &place("p/")).unwrap();
    assert_eq!(found(&index, "", &Criteria::default()), keys);
    let within: Vec<_> =
        keys.iter().filter_map(|key| key.strip_prefix("05/")).map(str::to_owned).collect();
    assert_eq!(found(&index, "05/", &Criteria::default()), within);
    assert_eq!(found(&index, "05", &Criteria::default()).len(), within.len());
    assert!(found(&index, "zz", &Criteria::default()).is_empty());
    let glob = Criteria::default().glob("*4999.jpg").unwrap();
    assert_eq!(found(&index, "", &glob), ["04/0004999.jpg", "14/0014999.jpg"]);
    let large = Criteria::default().size(">14").unwrap();
    assert_eq!(found(&index, "", &large), ["05/0005000.jpg\n"]);
    let mut walk = index.walk();
    for key in &keys {
        assert_eq!(walk.peek().unwrap().unwrap().name, key);
        walk.advance();
    }
    assert!(walk.peek().unwrap().is_none());
}

#[test]
fn a_place_inside_of_another_one_is_found_in_its_index() {
    let home = tempfile::tempdir().unwrap();
    keep(home.path(), "", &[object("p/q/a", 1, 1)], true);
    keep(home.path(), "p/", &[object("q/a", 1, 1), object("q/b", 1, 1)], true);
    keep(home.path(), "p/q/", &[object("a", 1, 1)], false);
    let best = |prefix| index_for(home.path(), &place(prefix)).unwrap().facts.place.prefix;
    assert_eq!((best("p/q/x").as_str(), best("x").as_str(), best("p/").as_str()), ("p/", "", "p/"));
    let other = IndexPlace { connection: "work".into(), ..place("p/") };
    assert!(index_for(home.path(), &other).unwrap_err().is(&ErrorKind::LocalMissing));
    assert_eq!(indexes(home.path()).unwrap().0.len(), 3);
    drop_index(home.path(), &place("p/")).unwrap();
    assert!(drop_index(home.path(), &place("p/")).unwrap_err().is(&ErrorKind::LocalMissing));
    assert_eq!(best("p/q/x").as_str(), "");
    let nowhere = home.path().join("none");
    assert!(index_for(&nowhere, &place("")).unwrap_err().is(&ErrorKind::LocalMissing));
    assert_eq!(indexes(&nowhere).unwrap().0, []);
}

#[test]
fn what_is_not_whole_or_not_finished_replaces_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut unfinished = IndexWriter::create(home.path(), place("")).unwrap();
    unfinished.push(object("a", 1, 1)).unwrap();
    assert_eq!(keep(home.path(), "", &[object("a", 1, 1)], false).unwrap().keys, 1);
    keep(home.path(), "", &[object("a", 1, 1), object("b", 1, 1)], true);
    assert_eq!(keep(home.path(), "", &[object("a", 1, 1)], false), None);
    assert_eq!(index_of(home.path(), &place("")).unwrap().facts.keys, 2);
    drop(unfinished);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    let mut writer = IndexWriter::create(home.path(), place("")).unwrap();
    writer.push(object("b", 1, 1)).unwrap();
    writer.push(object("b", 1, 1)).unwrap();
    assert!(writer.push(object("a", 1, 1)).unwrap_err().is(&ErrorKind::Unsupported));
}

#[test]
fn what_comes_in_any_order_is_sorted_in_bounded_memory() {
    let home = tempfile::tempdir().unwrap();
    let keys = keys();
    for most in [100_000, 20_003, 1000, 999] {
        let mut sorter = RowSorter::of(home.path(), place(""), most);
        // In no order, and some twice.
        for at in 0..keys.len() + 50 {
            let key = &keys[at * 7919 % keys.len()];
            sorter.push(object(key, key.len() as u64, 7)).unwrap();
        }
        let mut writer = IndexWriter::create(home.path(), place("")).unwrap();
        sorter.write(&mut writer).unwrap();
        let facts = writer.keep(true, None, time(9)).unwrap().unwrap();
        assert_eq!(facts.keys, 20_003);
        let index = index_of(home.path(), &place("")).unwrap();
        assert_eq!(found(&index, "", &Criteria::default()), keys);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "no file is left");
    }
}

#[test]
fn a_search_goes_on_behind_a_name() {
    let home = tempfile::tempdir().unwrap();
    let keys = keys();
    let rows: Vec<Row<'_>> = keys.iter().map(|key| object(key, 1, 7)).collect();
    keep(home.path(), "", &rows, true);
    let index = index_of(home.path(), &place("")).unwrap();
    let (criteria, all) =
        (Criteria::default().glob("*5.jpg").unwrap(), |name: &str| name.ends_with("5.jpg"));
    for (within, after) in [("", ""), ("", "05/0005000.jpg"), ("05/", "05/0005003.jpg"), ("", "z")]
    {
        let asked = IndexSearch { within, after, criteria: &criteria, etags: false, now: time(1) };
        let (mut names, mut looked_at, mut last) = (Vec::new(), 0, String::new());
        let searched = index.search(&asked, |found| {
            names.extend(found.page.rows().map(|row| format!("{within}{}", row.name)));
            looked_at += found.looked_at;
            if !found.page.is_empty() {
                assert!(found.last > last && found.last >= *names.last().unwrap());
                last = found.last;
            }
            Ok::<(), Error>(())
        });
        searched.unwrap();
        let inside = |key: &&String| key.starts_with(within) && key.as_str() > after;
        let expected: Vec<_> = keys.iter().filter(inside).collect();
        assert_eq!(looked_at, expected.len() as u64, "{within} {after}");
        let expected: Vec<_> = expected.into_iter().filter(|key| all(key)).cloned().collect();
        assert_eq!(names, expected, "{within} {after}");
    }
}

#[test]
fn differences_are_told_in_the_order_of_the_names() {
    let home = tempfile::tempdir().unwrap();
    let before = [object("a", 1, 1), object("b", 2, 1), object("c", 3, 1), object("d", 4, 1)];
    keep(home.path(), "", &before, true);
    let index = index_of(home.path(), &place("")).unwrap();
    let mut comparison = IndexComparison::with(&index);
    let mut told = Vec::new();
    let mut tell = |row: Row<'_>, change| {
        told.push((row.name.to_owned(), change, row.size().unwrap()));
        Ok::<(), Error>(())
    };
    let now = [object("0", 9, 1), object("a", 1, 1), object("b", 2, 5), object("c", 7, 1)];
    now.iter().try_for_each(|row| comparison.row(*row, &mut tell)).unwrap();
    comparison.end(&mut tell).unwrap();
    let expected = [
        ("0", DiffKind::New, 9),
        ("b", DiffKind::Changed, 2),
        ("c", DiffKind::Changed, 7),
        ("d", DiffKind::Gone, 4),
    ];
    assert_eq!(told, expected.map(|(name, change, size)| (name.to_owned(), change, size)));
}

#[test]
fn a_file_that_was_cut_or_changed_is_refused() {
    let home = tempfile::tempdir().unwrap();
    keep(home.path(), "", &[object("a", 1, 1), object("b/\u{1}", 2, 9)], true);
    let path = file_of(home.path(), &place(""));
    let whole = fs::read(&path).unwrap();
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        assert!(IndexReader::open(&path).is_err(), "{end}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        fs::write(&path, &changed).unwrap();
        let read = IndexReader::open(&path).and_then(|index| {
            let mut walk = index.walk();
            while walk.peek()?.is_some() {
                walk.advance();
            }
            Ok(())
        });
        assert!(read.is_err(), "{at}");
    }
    assert_eq!(indexes(home.path()).unwrap().1.len(), 1);
}

#[test]
fn what_is_found_is_what_a_plain_look_at_each_key_finds() {
    let home = tempfile::tempdir().unwrap();
    let key = |n: usize| {
        let place = ["eu", "us", "é"][usize::from(n > 9_000) + usize::from(n > 11_000)];
        let end = ["log", "LOG.gz", "json", "", "é.md"][n % 5];
        format!("{place}/part-{n:04}-{:x}.{end}", n * 7919)
    };
    let mut keys: Vec<String> = (0..13_000).map(key).collect();
    keys.extend(["eu/part-0001/".to_owned(), "eu/PART".into(), "us/a\n12".into()]);
    keys.sort();
    let facts = |at: usize| (at as u64 % 900, i64::try_from(at * 37 % 5000).unwrap());
    let rows = keys.iter().enumerate().map(|(at, key)| object(key, facts(at).0, facts(at).1));
    keep(home.path(), "", &rows.collect::<Vec<_>>(), true);
    let index = index_of(home.path(), &place("")).unwrap();
    let now = time(6000);
    let mut matcher = Search::default();
    for line in [
        "'0012",
        "part9",
        "xq",
        "*.log",
        "part-*[12]3-*.json",
        "e*/part-*7-*",
        "ext=log 'eu",
        "ext=gz size>800",
        "type=data age<20m",
        "/\\bpart-00[1-4]/",
        "/(?i)PART-1.*gz$/",
        "*12*",
        "size=7",
        "age>80m class=standard",
        "class=GLACIER",
        "!log md",
        "/^us.*/ ext=md",
        "é",
    ] {
        let criteria = Criteria::parse_line(line).unwrap();
        for (within, after) in [("", ""), ("us/", ""), ("eu/part-0", "eu/part-0400"), ("é", "")] {
            let asked = IndexSearch { within, after, criteria: &criteria, etags: false, now };
            let mut found = Vec::new();
            let searched = index.search(&asked, |block| {
                found.extend(block.page.rows().map(|row| row.name.to_owned()));
                Ok::<(), Error>(())
            });
            searched.unwrap();
            let mut expected = Vec::new();
            for (at, key) in keys.iter().enumerate().filter(|(_, key)| key.as_str() > after) {
                let Some(name) = key.strip_prefix(within) else { continue };
                let (size, second) = facts(at);
                let modified = Some(time(second));
                let candidate = Candidate { name, size, modified, class: "STANDARD" };
                if criteria.hold_of(candidate, now, &mut matcher) {
                    expected.push(name.to_owned());
                }
            }
            assert_eq!(found, expected, "{line} {within} {after}");
        }
    }
}

#[test]
fn the_indexes_of_a_connection_follow_its_new_name() {
    let home = tempfile::tempdir().unwrap();
    let keys = keys();
    let rows: Vec<Row<'_>> = keys.iter().map(|key| object(key, 1, 7)).collect();
    let before = keep(home.path(), "p/", &rows, true).unwrap();
    let to = |name: &str| IndexPlace { connection: name.into(), ..place("p/") };
    let longer = ConnectionName::from("a much longer name");
    for (from, now) in [("default".into(), &longer), (longer.clone(), &"x".into())] {
        rename_connection(home.path(), &from, now).unwrap();
        assert!(index_of(home.path(), &to(from.as_str())).is_err());
        let index = index_of(home.path(), &to(now.as_str())).unwrap();
        assert_eq!((index.facts.keys, index.facts.made_at), (before.keys, before.made_at));
        assert_eq!(found(&index, "", &Criteria::default()), keys);
    }
    rename_connection(home.path(), &"nobody".into(), &"y".into()).unwrap();
    assert_eq!(indexes(home.path()).unwrap().0.len(), 1);
}
