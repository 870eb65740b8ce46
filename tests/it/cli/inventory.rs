//! `index --inventory`: an index filled from a report of S3 Inventory that is in a bucket.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use crate::cli::shop::{Ran, Shop};

/// In a report with versions, in no order.
const FIRST: &str = "\
\"media\",\"p/z.jpg\",\"v1\",\"true\",\"false\",\"12\",\"2026-09-20T14:02:03.000Z\",\"0123456789abcdef0123456789abcdef\",\"GLACIER\"
\"media\",\"q\",\"v1\",\"true\",\"false\",\"1\",\"2026-09-20T14:02:03.000Z\",\"0a1b-2\",\"STANDARD\"
\"media\",\"p/a%2Bb+c/%C3%A9.txt\",\"v1\",\"true\",\"false\",\"7\",\"2026-09-20T14:02:03.000Z\",\"0a1b\",\"STANDARD\"
\"media\",\"p/gone\",\"v2\",\"true\",\"true\",\"\",\"2026-09-20T14:02:03.000Z\",\"\",\"\"
";
const SECOND: &str = "\
\"media\",\"p/old\",\"v1\",\"false\",\"false\",\"9\",\"2026-09-20T14:02:03.000Z\",\"0a1b\",\"STANDARD\"
\"media\",\"p/b.jpg\",\"v1\",\"true\",\"false\",\"9\",\"2026-09-20T14:02:03.000Z\",\"0a1b\",\"STANDARD\"
";
const SCHEMA: &str =
    "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass";
const MANIFEST: &str = "s3://reports/r/media/daily/manifest.json";

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn sum(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Stores a report, and gives its manifest.
fn report(shop: &Shop, format: &str, files: &[Vec<u8>]) -> Value {
    let files = files.iter().enumerate().map(|(number, bytes)| {
        let key = format!("r/media/daily/data/{number}");
        shop.store().put("reports", &key, bytes.clone());
        json!({ "key": key, "size": bytes.len(), "MD5checksum": sum(bytes) })
    });
    let manifest = json!({
        "sourceBucket": "media", "destinationBucket": "arn:aws:s3:::reports",
        "version": "2016-11-30", "creationTimestamp": "1790000000000",
        "fileFormat": format, "fileSchema": SCHEMA, "files": files.collect::<Vec<_>>(),
    });
    write(shop, &manifest);
    manifest
}

fn write(shop: &Shop, manifest: &Value) {
    shop.store().put("reports", "r/media/daily/manifest.json", manifest.to_string().into_bytes());
}

fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop
}

fn fill(shop: &Shop, place: &str) -> Ran {
    shop.run(&["index", "--json", place, "--inventory", MANIFEST])
}

fn found(shop: &Shop, place: &str, code: i32) -> Vec<Value> {
    shop.run(&["find", "--indexed", "--json", place]).ended(code).json()
}

fn keys(found: &[Value]) -> Vec<&str> {
    found.iter().map(|line| line["key"].as_str().unwrap()).collect()
}

#[test]
fn a_report_in_csv_fills_the_index_with_what_was_there_then() {
    let shop = shop();
    report(&shop, "CSV", &[packed(FIRST), packed(SECOND)]);
    let made = fill(&shop, "s3://media/p/").ended(0).json();
    assert_eq!((&made[0]["keys"], &made[0]["bytes"]), (&json!(3), &json!(28)));
    assert_eq!(made[0]["refreshed_at"], "2026-09-21T14:13:20Z", "as old as the report");
    assert_eq!((&made[0]["whole"], &made[0]["made_at"]), (&json!(true), &made[0]["refreshed_at"]));
    let all = found(&shop, "s3://media/p/", 0);
    assert_eq!(keys(&all), ["p/a+b c/é.txt", "p/b.jpg", "p/z.jpg"]);
    assert_eq!(all[2]["etag"], "0123456789abcdef0123456789abcdef");
    assert_eq!((&all[2]["class"], &all[2]["size"]), (&json!("GLACIER"), &json!(12)));
    assert_eq!(all[2]["modified"], "2026-09-20T14:02:03Z");
    let told = shop.run(&["find", "--indexed", "s3://media/p/"]).ended(0);
    assert!(told.err.contains(" old"), "{}", told.err);
    fill(&shop, "s3://media").ended(0);
    assert_eq!(found(&shop, "s3://media", 0).len(), 4);
    let folder = std::fs::read_dir(shop.path("state/indexes")).unwrap();
    assert_eq!(folder.count(), 2, "nothing else is left");
    shop.store().put("media", "p/b.jpg", vec![0; 3]);
    let changes = shop.run(&["index", "changes", "s3://media/p/", "--json"]).ended(0).json();
    assert_eq!(changes.len(), 3, "{changes:?}");
}

#[test]
fn a_report_that_cannot_be_used_is_refused_in_words() {
    let shop = shop();
    let manifest = report(&shop, "CSV", &[packed(FIRST)]);
    let refused = |change: &dyn Fn(&mut Value), code| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        write(&shop, &manifest);
        let ran = fill(&shop, "s3://media/p/").ended(code);
        assert!(
            !shop.path("state/indexes").exists() || found(&shop, "s3://media/p/", 1).is_empty()
        );
        ran.err
    };
    let said = refused(&|manifest| manifest["sourceBucket"] = json!("other"), 2);
    assert!(said.contains("is of s3://other, not of s3://media"), "{said}");
    let said = refused(&|manifest| manifest["fileFormat"] = json!("ORC"), 1);
    assert!(said.contains("have the inventory written as CSV"), "{said}");
    let said = refused(&|manifest| manifest["fileSchema"] = json!("Bucket, Key"), 1);
    assert!(said.contains("without Size"), "{said}");
    let said = refused(&|manifest| manifest["files"][0]["MD5checksum"] = json!("00"), 1);
    assert!(said.contains("MD5"), "{said}");
    let said = refused(&|manifest| manifest["files"][0]["size"] = json!(3), 1);
    assert!(said.contains("size"), "{said}");
    let said = refused(&|manifest| *manifest = json!([]), 1);
    assert!(said.contains("is not a manifest"), "{said}");
    shop.run(&["index", "s3://media", "--inventory", "s3://reports/r/"]).ended(2);
    shop.run(&["index", "s3://media", "--inventory", "s3://reports/none"]).ended(1);
}

#[test]
fn a_report_that_lacks_a_file_is_not_whole_and_replaces_no_index_that_is() {
    let shop = shop();
    let mut manifest = report(&shop, "CSV", &[packed(FIRST), packed(SECOND)]);
    manifest["files"][1]["MD5checksum"] = json!(sum(b"other"));
    write(&shop, &manifest);
    let ran = fill(&shop, "s3://media/p/").ended(1);
    assert!(ran.err.contains("MD5"), "{}", ran.err);
    assert_eq!((&ran.json()[0]["whole"], &ran.json()[0]["keys"]), (&json!(false), &json!(2)));
    assert_eq!(found(&shop, "s3://media/p/", 1).last().unwrap()["whole"], false);
    report(&shop, "CSV", &[packed(FIRST), packed(SECOND)]);
    fill(&shop, "s3://media/p/").ended(0);
    write(&shop, &manifest);
    let ran = fill(&shop, "s3://media/p/").ended(1);
    assert!(ran.err.contains("stays as it is"), "{}", ran.err);
    assert_eq!(found(&shop, "s3://media/p/", 0).len(), 3);
}

#[cfg(feature = "parquet")]
mod of_parquet {
    use std::sync::Arc;

    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    const MESSAGE: &str = "message inventory {
        required binary bucket (UTF8);
        required binary key (UTF8);
        optional boolean is_latest;
        optional boolean is_delete_marker;
        optional int64 size;
        optional int64 last_modified_date (TIMESTAMP_MILLIS);
        optional binary e_tag (UTF8);
        optional binary storage_class (UTF8);
    }";

    fn texts(texts: &[&str]) -> Vec<ByteArray> {
        texts.iter().map(|text| ByteArray::from(*text)).collect()
    }

    /// `p/a+b.txt`, a marker and an old version.
    fn file() -> Vec<u8> {
        let schema = Arc::new(parse_message_type(MESSAGE).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        for column in 0.. {
            let Some(mut into) = group.next_column().unwrap() else { break };
            let all: &[i16] = &[1, 1, 1];
            // The marker has neither size nor ETag nor class.
            let some: &[i16] = &[1, 0, 1];
            match column {
                0 => into.typed::<ByteArrayType>().write_batch(&texts(&["media"; 3]), None, None),
                1 => into.typed::<ByteArrayType>().write_batch(
                    &texts(&["p/a+b.txt", "p/gone", "p/old"]),
                    None,
                    None,
                ),
                2 => into.typed::<BoolType>().write_batch(&[true, true, false], Some(all), None),
                3 => into.typed::<BoolType>().write_batch(&[false, true, false], Some(all), None),
                4 => into.typed::<Int64Type>().write_batch(&[7, 9], Some(some), None),
                5 => {
                    into.typed::<Int64Type>().write_batch(&[1_789_000_000_000; 3], Some(all), None)
                }
                6 => into.typed::<ByteArrayType>().write_batch(
                    &texts(&["0a1b"; 2]),
                    Some(some),
                    None,
                ),
                _ => into.typed::<ByteArrayType>().write_batch(
                    &texts(&["GLACIER", "STANDARD"]),
                    Some(some),
                    None,
                ),
            }
            .unwrap();
            into.close().unwrap();
        }
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    #[test]
    fn a_report_in_parquet_has_its_keys_as_they_are() {
        let shop = shop();
        report(&shop, "Parquet", &[file()]);
        fill(&shop, "s3://media").ended(0);
        let all = found(&shop, "s3://media", 0);
        assert_eq!(keys(&all), ["p/a+b.txt"]);
        assert_eq!((&all[0]["size"], &all[0]["class"]), (&json!(7), &json!("GLACIER")));
        assert_eq!(
            (&all[0]["etag"], &all[0]["modified"]),
            (&json!("0a1b"), &json!("2026-09-10T00:26:40Z"))
        );
    }
}
