//! Rows come out exactly as they are stored.

use std::io::Write as _;

use crate::look::error::LookError;
use crate::look::object_bytes::tests::source;
use crate::look::rows::read::read_rows;
use crate::look::rows::request::{RowRequest, RowsFault, RowsRead};
use crate::look::rows::write::RowWriter;

fn request(from: u64, count: Option<u64>, columns: &[&str]) -> RowRequest {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    RowRequest { from, count, columns }
}

fn all() -> RowRequest {
    request(0, None, &[])
}

pub fn rows_of(
    name: &str,
    bytes: impl Into<Vec<u8>>,
    request: &RowRequest,
    json: bool,
) -> Result<(String, RowsRead), RowsFault> {
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, json);
    let read = read_rows(&source(bytes), name, None, request, &mut writer)?;
    drop(writer);
    Ok((String::from_utf8(out).unwrap(), read))
}

fn json(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    rows_of(name, bytes, &all(), true).unwrap().0
}

fn csv(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    rows_of(name, bytes, &all(), false).unwrap().0
}

const TABLE: &str = "a,b,a\n1,x,007\n2,\"y, z\",8\n3,,9\n";

#[test]
fn cells_of_csv_stay_text_under_the_names_of_their_columns() {
    assert_eq!(
        json("t.csv", TABLE),
        "{\"a\":\"1\",\"b\":\"x\",\"a_2\":\"007\"}\n{\"a\":\"2\",\"b\":\"y, z\",\"a_2\":\"8\"}\n\
         {\"a\":\"3\",\"b\":\"\",\"a_2\":\"9\"}\n"
    );
    assert_eq!(csv("t.csv", TABLE), "a,b,a_2\n1,x,007\n2,\"y, z\",8\n3,,9\n");
    assert_eq!(csv("t.csv", "a;b\r\n1;2\r\n"), "a,b\n1,2\n");
    assert_eq!(csv("t.csv", ""), "");
}

#[test]
fn rows_are_counted_from_0_and_columns_chosen_by_name() {
    let some = |request| rows_of("t.csv", TABLE, &request, false).unwrap().0;
    assert_eq!(some(request(1, Some(1), &[])), "a,b,a_2\n2,\"y, z\",8\n");
    assert_eq!(some(request(2, None, &["a_2", "a"])), "a_2,a\n9,3\n");
    assert_eq!(some(request(9, Some(5), &["b"])), "b\n");
    assert_eq!(some(request(0, Some(0), &[])), "a,b,a_2\n");
    let fault = rows_of("t.csv", TABLE, &request(0, None, &["c"]), false).unwrap_err();
    assert!(matches!(fault, RowsFault::NoColumn { name, known } if name == "c"
        && known == ["a", "b", "a_2"]));
}

#[test]
fn fields_too_many_are_kept_and_too_few_are_unknown() {
    let text = "a,b\n1,2,3,4\n5\n";
    assert_eq!(
        json("t.csv", text),
        "{\"a\":\"1\",\"b\":\"2\",\"column_3\":\"3\",\"column_4\":\"4\"}\n\
         {\"a\":\"5\",\"b\":null}\n"
    );
    assert_eq!(csv("t.csv", text), "a,b\n1,2,3,4\n5,\n");
}

#[test]
fn ndjson_keeps_numbers_and_says_what_is_no_json() {
    let text = "{\"a\":12345678901234567890.10, \"b\" : [1, {\"c\":\"x\"}]}\n\nbad\n\
                {\"a\":1e400,\"a\":\"\\u00e4\"}\n[1, 2]\n";
    let (out, read) = rows_of("t.ndjson", text, &all(), true).unwrap();
    assert_eq!(
        out,
        "{\"a\":12345678901234567890.10,\"b\":[1,{\"c\":\"x\"}]}\n\
         {\"a\":1e400,\"a_2\":\"ä\"}\n{\"value\":[1,2]}\n"
    );
    assert_eq!(read.rows, 3);
    assert_eq!(read.troubles, ["line 3 is not JSON: column 1: a value is expected"]);
}

#[test]
fn ndjson_as_csv_has_every_field_as_a_column() {
    let text = "{\"a\":1}\n{\"b\":\"x,y\",\"a\":null}\n{\"c\":{\"d\":[]}}\n";
    assert_eq!(csv("t.ndjson", text), "a,b,c\n1,,\n,\"x,y\",\n,,\"{\"\"d\"\":[]}\"\n");
    let some = rows_of("t.ndjson", text, &request(1, Some(1), &["b", "a"]), true).unwrap().0;
    assert_eq!(some, "{\"b\":\"x,y\",\"a\":null}\n");
    let fault = rows_of("t.ndjson", text, &request(0, None, &["x"]), true).unwrap_err();
    assert!(matches!(fault, RowsFault::NoColumn { known, .. } if known == ["a", "b", "c"]));
}

#[test]
fn nesting_is_written_as_it_was() {
    for value in ["[]", "{}", "[[],[{}],{\"a\":[]}]", "{\"a\":{\"b\":[1,\"x\"]},\"c\":null}"] {
        let line = format!("{{\"v\":{value}}}\n");
        assert_eq!(json("t.ndjson", line.clone()), line);
    }
    let deep = format!("{{\"v\":{}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(json("t.ndjson", deep.clone()), deep);
}

#[test]
fn compression_is_read_through() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(TABLE.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(csv("t.csv.gz", packed.clone()), csv("t.csv", TABLE));
    assert_eq!(
        csv("t.csv.zst", zstd::encode_all(TABLE.as_bytes(), 3).unwrap()),
        csv("t.csv", TABLE)
    );
    for end in 0..packed.len() {
        let _ = rows_of("t.csv.gz", &packed[..end], &all(), true);
    }
    assert!(rows_of("t.csv.gz", &packed[..packed.len() - 9], &all(), true).is_err());
}

#[test]
fn every_encoding_comes_out_as_utf_8() {
    let text = "größe,x\nä,1\n";
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(csv("t.csv", wide), text);
    assert_eq!(csv("t.csv", format!("\u{feff}{text}")), text);
}

#[test]
fn what_has_no_rows_says_so() {
    let fault = rows_of("t.txt", "just text\n", &all(), true).unwrap_err();
    assert!(matches!(fault, RowsFault::Look(LookError::Unsupported(_))));
}

#[test]
fn a_row_without_an_end_is_bounded() {
    let text = "a,b\n1,\"".to_owned() + &"x\n".repeat(40_000_000);
    let fault = rows_of("t.csv", text, &all(), true).unwrap_err();
    assert!(matches!(fault, RowsFault::Look(LookError::TooMuch(_))), "{fault:?}");
}

#[test]
fn a_quotation_mark_that_nothing_closes_is_named_with_its_line() {
    let told = |text: &str, request| rows_of("t.csv", text, &request, false).unwrap().1.troubles;
    let open = "a,b\n1,x\n2,\"open\n3,z\n";
    let troubles = told(open, all());
    assert!(troubles.len() == 1 && troubles[0].starts_with("line 3: "), "{troubles:?}");
    assert_eq!(told(open, request(0, Some(1), &[])), [""; 0], "it was not read so far");
    assert_eq!(told(open, request(1, Some(1), &[])).len(), 1);
    assert_eq!(told("a,\"b\n1,x\n", all()).len(), 1, "a header may be open, too");
    assert_eq!(told("a,b\n1,\"x\ny\"\n2,5\"\n", all()), [""; 0]);
}
