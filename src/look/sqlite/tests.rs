//! Tests the schemas of databases that SQLite wrote.

use rusqlite::Connection;

use crate::domain::contents::Contents;
use crate::look::inspect::inspect;
use crate::look::object_bytes::tests::source;

fn database(statements: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.sqlite");
    let connection = Connection::open(&file).unwrap();
    connection.execute_batch(statements).unwrap();
    connection.close().unwrap();
    std::fs::read(file).unwrap()
}

fn looked(bytes: Vec<u8>) -> Contents {
    inspect(&source(bytes), "a", None).unwrap()
}

#[test]
fn tables_are_told_with_their_columns() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let found = looked(database(&format!(
            "pragma encoding='{encoding}'; pragma page_size=1024;
             create table users(id integer primary key, \"größe\" text, unique(id));
             create table b(x);"
        )));
        assert_eq!(found.kind.name(), "sqlite");
        assert_eq!(found.encoding, Some(encoding.to_ascii_lowercase()));
        let told: Vec<_> =
            found.columns.iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect();
        assert_eq!(told, [("users.id", "integer"), ("users.größe", "text"), ("b.x", "")]);
        assert!(found.facts.contains(&("page size".into(), "1024".into())));
        assert_eq!(found.cut, None);
    }
}

#[test]
fn a_schema_of_many_pages_is_read_whole() {
    let table = |at: usize| format!("create table t{at}(a int, {} text);", "x".repeat(at * 10 + 1));
    let tables = (0..400).fold(String::new(), |all, at| all + &table(at));
    let found = looked(database(&format!("pragma page_size=512; begin; {tables} commit;")));
    assert_eq!(found.columns.len(), 800);
    assert_eq!(found.columns[799].name.len(), "t399.".len() + 3991);
    assert!(looked(database("create table a(b); drop table a;")).columns.is_empty());
}

#[test]
fn what_is_cut_or_damaged_says_so_and_ends() {
    let bytes = database("pragma page_size=512; create table a(b); create table c(d text);");
    for end in 0..bytes.len() {
        let _ = inspect(&source(&bytes[..end]), "a", None);
    }
    for at in 0..1024.min(bytes.len()) {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] = value;
            let _ = inspect(&source(bytes), "a", None);
        }
    }
    let cut = inspect(&source(&bytes[..bytes.len() - 512]), "a", None).unwrap();
    assert!(cut.cut.is_some());
}
