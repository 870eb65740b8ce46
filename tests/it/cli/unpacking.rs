//! Members of archives by `cat --member`, and lines read through compression.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::cli::shop::Shop;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

const MEMBERS: &[(&str, &[u8])] = &[("logs/one.txt", b"first\n"), ("logs/two.txt", b"second\n")];

#[test]
fn a_member_is_written_from_the_ranges_it_needs() {
    let shop = Shop::open();
    let large = vec![b'x'; 4_000_000];
    let with = [MEMBERS, &[("large", &large)]].concat();
    let tar = tarred(&with);
    shop.store().put("media", "a.tar.gz", gzip(&tar));
    shop.store().put("media", "a.tar.zst", zstd::encode_all(&tar[..], 1).unwrap());
    shop.store().put("media", "a.tar", tar);
    shop.store().put("media", "a.zip", zipped(&with));
    for archive in ["a.zip", "a.tar", "a.tar.gz", "a.tar.zst"] {
        let place = format!("s3://media/{archive}");
        let looked = shop.run(&["look", &place, "--json"]).ended(0).json().remove(0);
        assert_eq!(looked["members"][1]["name"], "logs/two.txt", "{looked}");
        let cat = |name: &str| shop.run(&["cat", &place, "--member", name]);
        assert_eq!(cat("logs/two.txt").ended(0).out, "second\n", "{archive}");
        assert_eq!(cat("large").ended(0).out.len(), 4_000_000, "{archive}");
        let absent = cat("logs/to.txt").ended(1);
        assert_eq!(absent.out, "");
        assert!(absent.err.contains("near it: ") && absent.err.contains("logs/two.txt"));
        assert!(cat("logs").ended(1).err.contains("is a folder"));
    }
    let range = &["cat", "s3://media/a.zip", "--member", "large", "--range", "0-1"];
    shop.run(range).ended(2);
    shop.store().put("media", "text", "no archive");
    assert!(
        shop.run(&["cat", "s3://media/text", "--member", "a"]).ended(1).err.contains("archive")
    );
}

#[test]
fn a_member_with_another_crc_or_an_unknown_method_is_no_success() {
    let shop = Shop::open();
    let zip = zipped(MEMBERS);
    let mut wrong = zip.clone();
    let directory = zip.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    wrong[directory + 16] ^= 1;
    shop.store().put("media", "crc.zip", wrong);
    let mut unknown = zip;
    unknown[directory + 10] = 98;
    shop.store().put("media", "method.zip", unknown);
    let cat = |archive: &str, name: &str| {
        shop.run(&["cat", &format!("s3://media/{archive}"), "--member", name])
    };
    assert!(cat("crc.zip", "logs/one.txt").ended(1).err.contains("CRC"));
    assert_eq!(cat("crc.zip", "logs/two.txt").ended(0).out, "second\n");
    let refused = cat("method.zip", "logs/one.txt").ended(1);
    assert!(refused.err.contains("PPMd"), "{}", refused.err);
    assert_eq!(refused.out, "");
}

#[test]
fn a_member_of_an_old_version_is_read() {
    let shop = Shop::open();
    shop.run(&["mb", "s3://kept", "--versioning"]).ended(0);
    for text in ["old", "new"] {
        shop.write("a.zip", zipped(&[("a", text.as_bytes())]));
        shop.run(&["put", "a.zip", "s3://kept/", "--force"]).ended(0);
    }
    let versions = shop.run(&["versions", "s3://kept/a.zip", "--json"]).ended(0).json();
    let old = versions[1]["version"].as_str().unwrap();
    let cat = ["cat", "s3://kept/a.zip", "--member", "a"];
    assert_eq!(shop.run(&cat).ended(0).out, "new");
    assert_eq!(shop.run(&[&cat[..], &["--version", old]].concat()).ended(0).out, "old");
}

#[test]
fn lines_are_read_through_gzip_and_zstd_and_bytes_are_not() {
    let shop = Shop::open();
    let text: String = (0..60_000).map(|line| format!("line {line}\n")).collect();
    let (one, two) = text.as_bytes().split_at(300_000);
    shop.store().put("media", "log.gz", [gzip(one), gzip(two)].concat());
    let zstd = [zstd::encode_all(one, 1).unwrap(), zstd::encode_all(two, 1).unwrap()].concat();
    shop.store().put("media", "log.zst", zstd);
    for key in ["s3://media/log.gz", "s3://media/log.zst"] {
        let out = |arguments: &[&str]| shop.run(&[arguments, &[key]].concat()).ended(0).out;
        assert_eq!(out(&["head", "-n", "2"]), "line 0\nline 1\n");
        assert_eq!(out(&["tail", "-n", "2"]), "line 59998\nline 59999\n");
        assert_eq!(out(&["tail", "-n", "99999"]), text);
        assert_eq!(out(&["head", "-n", "99999"]), text);
        assert_eq!(out(&["tail", "-n", "0"]), "");
        let followed = shop.run(&["tail", "-f", key]).ended(1);
        assert!(followed.err.contains("compressed"), "{}", followed.err);
    }
    let stored = shop.run(&["head", "-c", "2", "s3://media/log.gz"]).ended(0).out;
    assert!(stored.starts_with('\x1f'), "{stored}");
}

#[test]
fn a_stream_that_is_cut_prints_what_can_be_read_and_fails() {
    let shop = Shop::open();
    let text: String = (0..60_000).map(|line| format!("line {line}\n")).collect();
    let packed = gzip(text.as_bytes());
    shop.store().put("media", "cut.gz", packed[..packed.len() / 2].to_vec());
    assert_eq!(shop.run(&["head", "-n", "1", "s3://media/cut.gz"]).ended(0).out, "line 0\n");
    let all = shop.run(&["head", "-n", "60000", "s3://media/cut.gz"]).ended(1);
    assert!(all.out.len() > 100_000 && text.starts_with(&all.out));
    assert!(all.err.contains("the gzip stream is cut"), "{}", all.err);
    let last = shop.run(&["tail", "-n", "1", "s3://media/cut.gz"]).ended(1);
    assert!(last.out.starts_with("line ") || text.contains(&last.out));
    assert!(last.err.contains("cut"));
}
