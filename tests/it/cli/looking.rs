//! Objects looked into: `look`, `rows`.

use std::io::Write as _;

use serde_json::{Value, json};
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::{Ran, Shop};

const PARQUET: &[u8] = include_bytes!("../fixtures/typed.parquet");

fn look(shop: &Shop, key: &str) -> Value {
    let line = shop.run(&["look", &format!("s3://media/{key}"), "--json"]).ended(0).json();
    assert_eq!(line.len(), 1);
    line[0].clone()
}

fn sent(shop: &Shop, operation: &str) -> usize {
    let log = shop.server().faults().log();
    log.iter().filter(|sent| sent.operation == operation).count()
}

#[test]
fn an_object_is_told_by_what_it_is_and_what_that_cost() {
    let shop = Shop::open();
    shop.store().put("media", "t.csv", "id,name\n1,a\n2,b\n");
    shop.store().put("media", "empty", "");
    shop.store().put("media", "t.parquet", PARQUET);
    shop.store().put("media", "x.bin", b"\0\x01\x02\x03".as_slice());
    let csv = look(&shop, "t.csv");
    assert_eq!(csv["kind"], "csv");
    let columns = json!([{ "name": "id", "type": "integer" }, { "name": "name", "type": "text" }]);
    assert_eq!(csv["columns"], columns);
    assert_eq!((&csv["rows"], &csv["encoding"]), (&json!(2), &json!("utf-8")));
    assert_eq!((&csv["bytes_fetched"], &csv["requests"]), (&json!(16), &json!(2)));
    assert_eq!((&csv["whole"], &csv["members"]), (&json!(true), &Value::Null));
    assert_eq!((sent(&shop, "HeadObject"), sent(&shop, "GetObject")), (1, 1));
    let empty = look(&shop, "empty");
    assert_eq!((&empty["kind"], &empty["requests"]), (&json!("empty"), &json!(1)));
    let parquet = look(&shop, "t.parquet");
    assert_eq!((&parquet["kind"], &parquet["rows"]), (&json!("parquet"), &json!(3)));
    assert_eq!(parquet["columns"][2], json!({ "name": "dec", "type": "DECIMAL(9,2)" }));
    assert_eq!(parquet["columns"][8]["type"], "LIST<INT32>");
    assert_eq!(look(&shop, "x.bin")["kind"], "binary");
    let people = shop.run(&["look", "s3://media/t.csv"]).ended(0).out;
    assert!(people.contains("kind           csv\n") && people.contains("integer"), "{people}");
}

#[test]
fn what_breaks_off_is_partly_told_and_what_is_damaged_fails() {
    let shop = Shop::open();
    shop.store().put("media", "cut.json", "{\"a\": [1, 2");
    shop.store().put("media", "cut.parquet", &PARQUET[..PARQUET.len() - 40]);
    let cut = shop.run(&["look", "s3://media/cut.json", "--json"]).ended(3).json();
    assert_eq!((&cut[0]["kind"], &cut[0]["whole"]), (&json!("json"), &json!(false)));
    for verb in ["look", "rows"] {
        let ran = shop.run(&[verb, "s3://media/cut.parquet", "--json"]).ended(1);
        assert!(ran.err.contains("damaged") && ran.out.is_empty(), "{}", ran.err);
        shop.run(&[verb, "s3://media/none"]).ended(1);
        shop.run(&[verb, "s3://media"]).ended(2);
    }
}

#[test]
fn an_archived_object_is_not_asked_for() {
    let shop = Shop::open();
    let object = Stored::whole(Content::held("a,b\n1,2\n"));
    let archived = Stored { storage_class: Some("GLACIER".to_owned()), ..object };
    shop.store().put_object("media", "t.csv", archived);
    for verb in ["look", "rows"] {
        let ran = shop.run(&[verb, "s3://media/t.csv"]).ended(1);
        assert!(ran.err.contains("archived") && ran.err.contains("thaw"), "{}", ran.err);
    }
    assert_eq!(sent(&shop, "GetObject"), 0);
}

fn rows(shop: &Shop, arguments: &[&str]) -> Ran {
    shop.run(&[&["rows"], arguments].concat())
}

#[test]
fn rows_are_printed_as_csv_and_as_json() {
    let shop = Shop::open();
    shop.store().put("media", "t.csv", "a,b,a\n1,x,007\n2,\"y, z\",8,more\n");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"{\"a\":1}\n{\"a\":12345678901234567890}\n").unwrap();
    shop.store().put("media", "t.ndjson.gz", packed.finish().unwrap());
    let csv = rows(&shop, &["s3://media/t.csv"]).ended(0).out;
    assert_eq!(csv, "a,b,a_2\n1,x,007\n2,\"y, z\",8,more\n");
    let lines = rows(&shop, &["s3://media/t.csv", "--json", "--from", "1"]).ended(0).json();
    assert_eq!(lines, [json!({ "a": "2", "b": "y, z", "a_2": "8", "column_4": "more" })]);
    let some = ["s3://media/t.csv", "--columns", "a_2,b", "--count", "1"];
    assert_eq!(rows(&shop, &some).ended(0).out, "a_2,b\n007,x\n");
    let exact = rows(&shop, &["s3://media/t.ndjson.gz", "--json"]).ended(0).out;
    assert_eq!(exact, "{\"a\":1}\n{\"a\":12345678901234567890}\n");
    let unknown = rows(&shop, &["s3://media/t.csv", "--columns", "nothing"]).ended(2);
    assert!(unknown.err.contains("nothing") && unknown.err.contains("a, b, a_2"));
    assert_eq!(unknown.out, "");
}

#[test]
fn rows_of_parquet_are_exact() {
    let shop = Shop::open();
    shop.store().put("media", "t.parquet", PARQUET);
    let out = rows(&shop, &["s3://media/t.parquet", "--json"]).ended(0).out;
    let expected = "\
{\"id\":1,\"u\":0,\"dec\":\"1.50\",\"name\":\"a\",\"f32\":0.1,\"day\":\"2026-11-01\",\
\"at\":\"2026-11-01T12:30:15.123456Z\",\"ns\":\"1970-01-01T00:00:00.000000001Z\",\
\"list\":[1,2],\"map\":{\"k\":1}}
{\"id\":null,\"u\":1,\"dec\":\"-12345.67\",\"name\":\"b \\\"q\\\", c\",\"f32\":-2.5,\
\"day\":\"1969-12-31\",\"at\":null,\"ns\":null,\"list\":[],\"map\":{}}
{\"id\":9223372036854775807,\"u\":18446744073709551615,\"dec\":null,\"name\":\"ü\",\
\"f32\":\"NaN\",\"day\":null,\"at\":\"2026-11-01T12:30:15.123456Z\",\
\"ns\":\"2026-11-01T12:30:15.123456789Z\",\"list\":null,\"map\":null}
";
    assert_eq!(out, expected);
    let some = ["s3://media/t.parquet", "--columns", "name,id", "--from", "1", "--count", "5"];
    let csv = rows(&shop, &some).ended(0).out;
    assert_eq!(csv, "name,id\n\"b \"\"q\"\", c\",\nü,9223372036854775807\n");
}

#[test]
fn a_line_that_is_no_json_is_named() {
    let shop = Shop::open();
    shop.store().put("media", "t.ndjson", "{\"a\":1}\n{\"a\":\n{\"b\":2}\n");
    let ran = rows(&shop, &["s3://media/t.ndjson", "--json"]).ended(3);
    assert_eq!(ran.out, "{\"a\":1}\n{\"b\":2}\n");
    assert!(ran.err.contains("line 2 "), "{}", ran.err);
    let error: Value = serde_json::from_str(ran.err.lines().next().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "Unreadable");
}

#[test]
fn an_object_that_is_replaced_while_it_is_read_is_no_mix_of_two() {
    let shop = Shop::open();
    let text = |letter: &str| "a,b\n".to_owned() + &format!("1,{letter}\n").repeat(200_000);
    shop.store().put("media", "t.csv", text("x"));
    let mut command = shop.command(&["rows", "s3://media/t.csv"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    // The pipe is full before the end, so that the rest is read after the change.
    while sent(&shop, "GetObject") < 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    shop.store().put("media", "t.csv", text("y"));
    let ended = child.wait_with_output().unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    assert!(!out.contains('y'));
    if out.len() < text("x").len() {
        assert_eq!(ended.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&ended.stderr).contains("changed"));
    }
}

#[test]
fn a_cell_that_is_not_closed_is_no_whole_table() {
    let shop = Shop::open();
    shop.store().put("media", "q.csv", "a,b\n\"open,2\n1,z\n2,z\n");
    let rows = shop.run(&["rows", "s3://media/q.csv"]).ended(3);
    assert!(rows.out.contains("2,z") && rows.err.contains("line 2: a quotation"), "{}", rows.err);
    let rows = shop.run(&["rows", "s3://media/q.csv", "--json"]).ended(3);
    assert!(rows.err.starts_with("{\"error\":") && rows.err.contains("line 2"), "{}", rows.err);
    let facts = look(&shop, "q.csv")["facts"].clone();
    assert_eq!(facts["line of a quotation mark that is not closed"], 2);
    shop.run(&["rows", "s3://media/q.csv", "--count", "0"]).ended(0);
}

#[test]
fn facts_that_are_numbers_are_numbers_for_programs_and_sizes_are_bytes() {
    let shop = Shop::open();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&vec![0; 3_000_000]).unwrap();
    shop.store().put("media", "x.gz", packed.finish().unwrap());
    shop.store().put("media", "x.ndjson", "{\"a\":1}\nbad\n{\"a\":2}\n");
    assert_eq!(look(&shop, "x.gz")["facts"]["size at its end"], 3_000_000);
    let people = shop.run(&["look", "s3://media/x.gz"]).ended(0).out;
    assert!(people.contains("2.9 MiB"), "{people}");
    let facts = look(&shop, "x.ndjson")["facts"].clone();
    assert_eq!(
        (&facts["lines that are no JSON"], &facts["first line that is no JSON"]),
        (&json!(1), &json!(2))
    );
}
