//! Looks inside an object: finds out what it is, and asks the reader of that kind.

use std::sync::Arc;

use crate::domain::contents::{ContentKind, Contents};
use crate::look::encoding::encoding_of;
use crate::look::error::{Looked, guarded};
use crate::look::fonts::font;
use crate::look::images::image;
use crate::look::media::media;
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::{FIRST, Opening};
use crate::look::packed::Packing;
#[cfg(feature = "parquet")]
use crate::look::parquet_table;
use crate::look::pdf::pdf;
use crate::look::{archives, arrow, avro, configs, csv_table, json, orc, programs, sqlite};

/// What is inside an object of this name and Content-Type. A reader that panics gives an error.
pub fn inspect(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
) -> Looked<Contents> {
    guarded(|| {
        let first = source.read(0, FIRST)?;
        let whole = first.len() as u64 == source.size();
        let opening = Opening { first: &first, whole, name, content_type };
        inside(source, &opening)
    })
}

fn inside(source: &Arc<ObjectBytes>, opening: &Opening<'_>) -> Looked<Contents> {
    let mut contents = Contents::of(opening.kind());
    match contents.kind {
        ContentKind::Text => text(opening, &mut contents),
        ContentKind::Json => json::contents(source, opening, &mut contents)?,
        ContentKind::Ndjson => json::lines(source, opening, &mut contents)?,
        ContentKind::Yaml => configs::yaml(source, opening, &mut contents)?,
        ContentKind::Toml => configs::toml(source, opening, &mut contents)?,
        ContentKind::Csv => csv_table::contents(source, opening, &mut contents)?,
        #[cfg(feature = "parquet")]
        ContentKind::Parquet => parquet_table::contents(source, &mut contents)?,
        #[cfg(not(feature = "parquet"))]
        ContentKind::Parquet => {}
        ContentKind::Avro => avro::contents(source, &mut contents)?,
        ContentKind::Orc => orc::contents(source, &mut contents)?,
        ContentKind::Arrow => arrow::contents(source, &mut contents)?,
        ContentKind::Sqlite => sqlite::contents(source, &mut contents)?,
        ContentKind::Zip => archives::zip(source, &mut contents)?,
        ContentKind::Tar => archives::tar(source, &mut contents)?,
        ContentKind::SevenZip => archives::seven_zip(source, &mut contents)?,
        ContentKind::Gzip | ContentKind::Zstd | ContentKind::Binary => {
            match Packing::of(opening.first) {
                Some(packing) => archives::packed(source, packing, &mut contents)?,
                None => programs::binary(source, opening.first, &mut contents)?,
            }
        }
        ContentKind::Image => image(source, opening.first, &mut contents)?,
        ContentKind::Pdf => pdf(source, opening.first, &mut contents)?,
        ContentKind::Audio | ContentKind::Video => media(source, opening.first, &mut contents)?,
        ContentKind::Font => font(source, opening.first, &mut contents)?,
        ContentKind::Elf => programs::elf(source, opening.first, &mut contents)?,
        ContentKind::Wasm => programs::wasm(source, opening.first, &mut contents)?,
        ContentKind::Empty => {}
    }
    Ok(contents)
}

fn text(opening: &Opening<'_>, contents: &mut Contents) {
    let encoding = encoding_of(opening.first, opening.whole);
    contents.encoding = encoding.map(|encoding| encoding.name().to_ascii_lowercase());
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::domain::contents::Traffic;
    use crate::look::object_bytes::tests::source;

    fn looked(name: &str, bytes: impl Into<Vec<u8>>) -> Contents {
        inspect(&source(bytes), name, None).unwrap()
    }

    fn told(contents: &Contents) -> Vec<(&str, &str)> {
        contents.columns.iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect()
    }

    #[test]
    fn a_csv_tells_columns_and_rows() {
        let found = looked("a.csv", "id;name;id\r\n1;\"a\nb\";007\r\n2;c;8\r\n\r\n3;d;9\r\n");
        assert_eq!(told(&found), [("id", "integer"), ("name", "text"), ("id_2", "text")]);
        assert_eq!((found.rows, found.encoding.as_deref()), (Some(3), Some("utf-8")));
        let plain = looked("a.csv", "1,2\n3,4");
        assert_eq!(told(&plain), [("column_1", "integer"), ("column_2", "integer")]);
        assert_eq!(plain.rows, Some(2));
        let header_only = looked("a.csv", "a,b\n");
        assert_eq!((header_only.rows, header_only.columns.len()), (Some(0), 2));
        let wide: Vec<u8> =
            "\u{feff}größe,x\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = looked("a.csv", wide);
        assert_eq!(told(&wide), [("größe", "integer"), ("x", "integer")]);
        assert_eq!(wide.encoding.as_deref(), Some("utf-16le"));
    }

    #[test]
    fn of_a_large_table_only_the_beginning_is_read() {
        let text = "id,name\n".to_owned() + &"1,some name of some length\n".repeat(400_000);
        let source = source(text);
        let found = inspect(&source, "a.csv", None).unwrap();
        assert_eq!((found.rows, found.columns.len(), found.cut), (None, 2, None));
        assert!(source.fetched().bytes < 1 << 20, "{:?}", source.fetched());
        let small = crate::look::object_bytes::tests::source("a,b\n1,2\n");
        inspect(&small, "a.csv", None).unwrap();
        assert_eq!(small.fetched(), Traffic { requests: 1, bytes: 8 });
    }

    #[test]
    fn ndjson_tells_the_union_of_its_fields() {
        let text = "{\"a\":1,\"b\":null}\n\n{\"b\":\"x\",\"a\":2.5}\nbad\n{\"c\":[1]}\n";
        let found = looked("a.ndjson", text);
        assert_eq!(told(&found), [("a", "number"), ("b", "string"), ("c", "array")]);
        assert_eq!(found.rows, Some(3));
        assert_eq!(found.numbers["lines that are no JSON"], 1);
        assert_eq!(found.numbers["first line that is no JSON"], 4);
    }

    #[test]
    fn json_tells_its_shape() {
        let found = looked("a.json", "[{\"a\":1,\"n\":{\"x\":[]}},{\"a\":null}]");
        assert_eq!(told(&found), [("a", "integer"), ("n", "object")]);
        assert_eq!(found.rows, Some(2));
        assert_eq!(found.facts[0].1, "array of 2 objects");
        let object = looked("a.json", "{\"a\":[1,2],\"b\":true}");
        assert_eq!(told(&object), [("a", "array"), ("b", "boolean")]);
        assert_eq!((object.rows, object.cut), (None, None));
        let wrong = looked("a.json", "{\"a\": 1,\n \"b\" 2}");
        assert_eq!(wrong.cut.as_deref(), Some("line 2, column 6: a colon is expected"));
        assert!(looked("a.json", "{\"a\": [1").cut.is_some());
    }

    #[test]
    fn hostile_texts_are_read_in_bounds() {
        let before = Instant::now();
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(looked("a.json", deep).facts[1].1, "10000");
        for name in ["a.json", "a.ndjson", "a.csv", "a.txt", "a.yaml"] {
            let line = "{\"a\":\"".to_owned() + &"x".repeat(50_000_000);
            let source = source(line);
            inspect(&source, name, None).unwrap();
            assert!(source.fetched().bytes < 1 << 20, "{name}");
        }
        assert!(before.elapsed() < Duration::from_secs(20));
    }
}
