//! Tests of reports, as S3 writes them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::look::object_bytes::tests::source;

const SCHEMA: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, \
                      ETag, StorageClass, IsMultipartUploaded";

fn manifest(format: &str, schema: &str) -> Looked<InventoryManifest> {
    let text = format!(
        r#"{{ "sourceBucket": "media", "destinationBucket": "arn:aws:s3:::reports",
             "version": "2016-11-30", "creationTimestamp": "1790000000000",
             "fileFormat": "{format}", "fileSchema": "{schema}",
             "files": [{{ "key": "r/data/a.csv.gz", "size": 7, "MD5checksum": "0f" }}] }}"#
    );
    InventoryManifest::parse(text.as_bytes())
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

fn objects(bytes: Vec<u8>, format: &InventoryFormat) -> Looked<Vec<String>> {
    let mut told = Vec::new();
    each_object(&source(bytes), format, |row| {
        let RowKind::Object { size, modified, class } = row.kind else { unreachable!() };
        let modified = modified.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let (name, etag) = (row.name, row.etag.unwrap_or("none"));
        told.push(format!("{name} {size} {modified} {etag} {}", class.as_str()));
        Ok(())
    })?;
    Ok(told)
}

#[test]
fn a_manifest_says_what_the_report_is_of_and_when_it_was_begun() {
    let read = manifest("CSV", SCHEMA).unwrap();
    assert_eq!(read.source_bucket, "media");
    assert_eq!(read.created.as_second(), 1_790_000_000);
    assert_eq!((read.files[0].key.as_str(), read.files[0].size), ("r/data/a.csv.gz", 7));
    let InventoryFormat::Csv(columns) = read.format else { panic!() };
    assert_eq!((columns.len(), columns[3].as_str()), (10, "IsLatest"));
    assert_eq!(
        manifest("Parquet", "message s3.inventory {}").unwrap().format,
        InventoryFormat::Parquet
    );
    let refused = |format, schema| manifest(format, schema).unwrap_err().to_string();
    assert!(refused("ORC", "struct<bucket:string>").contains("have the inventory written as CSV"));
    assert!(refused("CSV", "Bucket, Key").contains("a report without Size"));
    assert!(InventoryManifest::parse(b"{}").unwrap_err().to_string().contains("is not a manifest"));
}

#[test]
fn current_objects_of_csv_come_with_their_keys_decoded() {
    let format = manifest("CSV", SCHEMA).unwrap().format;
    let text = "\
\"media\",\"a%2Bb+c/%C3%A9%0A\",\"v1\",\"true\",\"false\",\"12\",\"2026-09-20T14:02:03.000Z\",\"0a1b\",\"GLACIER\",\"false\"
\"media\",\"old\",\"v0\",\"false\",\"false\",\"12\",\"2026-09-20T14:02:03.000Z\",\"0a1b\",\"STANDARD\",\"false\"
\"media\",\"gone\",\"v2\",\"true\",\"true\",\"\",\"2026-09-20T14:02:03.000Z\",\"\",\"\",\"\"
\"media\",\"b\",\"\",\"true\",\"false\",\"0\",\"\",\"\",\"\",\"\"
";
    let expected =
        ["a+b c/é\n 12 2026-09-20T14:02:03Z 0a1b GLACIER", "b 0 never none "].map(str::to_owned);
    assert_eq!(objects(packed(text), &format).unwrap(), expected);
    assert_eq!(objects(text.into(), &format).unwrap(), expected, "packed or not");
    assert_eq!(objects(packed(""), &format).unwrap(), Vec::<String>::new());
    let cut = packed(text);
    assert!(objects(cut[..cut.len() - 20].to_vec(), &format).is_err());
    for wrong in [
        "\"media\",\"a\"\n".to_owned(),
        text.replace("\"12\"", "\"twelve\""),
        text.replace("%0A", "%ff"),
        text.replace("true", "yes"),
        text.replace("2026-09-20T", "yesterday"),
    ] {
        assert!(objects(packed(&wrong), &format).is_err(), "{wrong}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_without_the_columns_is_refused() {
    let typed = include_bytes!("../../../tests/it/fixtures/typed.parquet");
    let refused = objects(typed.to_vec(), &InventoryFormat::Parquet).unwrap_err().to_string();
    assert!(refused.contains("a report without Key"), "{refused}");
    assert!(objects(b"PAR1".to_vec(), &InventoryFormat::Parquet).is_err());
}
