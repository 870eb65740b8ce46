//! Schemas of tables that the writers of others made; those bytes cut and changed everywhere.

use crate::domain::contents::Contents;
use crate::look::error::Looked;
use crate::look::inspect::inspect;
use crate::look::object_bytes::tests::source;

const FIXTURES: [(&str, &[u8]); 5] = [
    ("avro", include_bytes!("../../tests/it/fixtures/events.avro")),
    ("orc", include_bytes!("../../tests/it/fixtures/events.orc")),
    ("arrow", include_bytes!("../../tests/it/fixtures/events.arrow")),
    ("arrows", include_bytes!("../../tests/it/fixtures/events.arrows")),
    ("parquet", include_bytes!("../../tests/it/fixtures/typed.parquet")),
];

fn looked(bytes: &[u8]) -> Looked<Contents> {
    inspect(&source(bytes), "a", None)
}

fn fixture(name: &str) -> Contents {
    let bytes = FIXTURES.iter().find(|(known, _)| *known == name).unwrap().1;
    looked(bytes).unwrap()
}

fn told(contents: &Contents) -> Vec<(&str, &str)> {
    contents.columns.iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect()
}

#[test]
fn avro_tells_its_schema_and_records() {
    let found = fixture("avro");
    let expected =
        [("id", "long"), ("n", "null|string"), ("d", "decimal(9,2)"), ("tags", "array<string>")];
    assert_eq!(told(&found), expected);
    assert_eq!((found.kind.name(), found.rows), ("avro", Some(30)));
    assert!(found.facts.contains(&("codec".into(), "deflate".into())));
}

#[test]
fn orc_tells_its_schema_and_rows() {
    let found = fixture("orc");
    let expected = [
        ("id", "bigint"),
        ("dec", "decimal(9,2)"),
        ("m", "map<string,array<int>>"),
        ("s", "struct<a:int,b:varchar(10)>"),
    ];
    assert_eq!(told(&found), expected);
    assert_eq!((found.kind.name(), found.rows), ("orc", Some(30)));
    assert!(found.facts.contains(&("compression".into(), "snappy".into())));
}

#[test]
fn arrow_tells_its_schema_and_rows_as_file_and_as_stream() {
    let expected = [
        ("id", "int64"),
        ("dec", "decimal128(9, 2)"),
        ("at", "timestamp[us, tz=UTC]"),
        ("list", "list<item: int32>"),
        ("map", "map<string, int64>"),
    ];
    for (name, rows) in [("arrow", 6), ("arrows", 3)] {
        let found = fixture(name);
        assert_eq!(told(&found), expected);
        assert_eq!((found.kind.name(), found.rows), ("arrow", Some(rows)));
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_tells_its_schema_in_the_words_of_the_format() {
    let found = fixture("parquet");
    let types: Vec<&str> = found.columns.iter().map(|c| c.type_name.as_str()).collect();
    let expected = [
        "INT64",
        "UINT_64",
        "DECIMAL(9,2)",
        "UTF8",
        "FLOAT",
        "DATE",
        "TIMESTAMP(MICROS,true)",
        "TIMESTAMP(NANOS,false)",
        "LIST<INT32>",
        "MAP<UTF8,INT64>",
    ];
    assert_eq!(types, expected);
    assert_eq!(found.rows, Some(3));
    assert!(found.facts.contains(&("row groups".into(), "2".into())));
}

#[test]
fn bytes_cut_anywhere_are_no_whole_table() {
    for (name, bytes) in FIXTURES {
        for end in 8..bytes.len() {
            let whole = looked(&bytes[..end]).is_ok_and(|found| {
                found.cut.is_none() && found.kind.is_table() && found.rows.is_some()
            });
            // A stream of Arrow may end after any message, and blocks of Avro after any block.
            let may = matches!(name, "arrows" | "avro");
            assert!(may || !whole, "{name} cut at {end}");
        }
    }
}

#[test]
fn bytes_changed_anywhere_end_the_look_in_order() {
    for (_, bytes) in FIXTURES {
        for at in 0..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = bytes.to_vec();
                bytes[at] = value;
                let _ = looked(&bytes);
            }
        }
    }
}
