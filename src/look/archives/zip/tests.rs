//! Reads archives that the zip crate and others write, cut and spoilt ones.

use std::io::{Cursor, Write as _};

use ::zip::CompressionMethod;
use ::zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::look::object_bytes::tests::source;

fn archive(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        if let Some(folder) = name.strip_suffix('/') {
            writer.add_directory(folder, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn entries(bytes: &[u8]) -> Looked<Vec<ZipEntry>> {
    ZipDirectory::find(&source(bytes))?.entries().collect()
}

fn read_all(bytes: &[u8]) -> Looked<Vec<(String, Vec<u8>)>> {
    let directory = ZipDirectory::find(&source(bytes))?;
    let mut all = Vec::new();
    for entry in directory.entries() {
        let entry = entry?;
        let mut bytes = Vec::new();
        directory.open(&entry)?.read_to_end(&mut bytes)?;
        all.push((entry.name, bytes));
    }
    Ok(all)
}

/// One member by hand, as the fields say.
fn by_hand(name: &[u8], flags: u16, extra: &[u8], method: u16, packed: &[u8]) -> Vec<u8> {
    let mut fields = Vec::new();
    for word in [20, flags, method, 0, 0] {
        fields.extend_from_slice(&word.to_le_bytes());
    }
    let crc = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, packed);
    fields.extend_from_slice(&u32::try_from(crc).unwrap().to_le_bytes());
    let size = u32::try_from(packed.len()).unwrap().to_le_bytes();
    fields.extend_from_slice(&[size, size].concat());
    fields.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    let mut zip = [b"PK\x03\x04", fields.as_slice(), b"\0\0", name, packed].concat();
    let start = u32::try_from(zip.len()).unwrap();
    let length = u16::try_from(extra.len()).unwrap().to_le_bytes();
    let directory =
        [b"PK\x01\x02\x14\0", fields.as_slice(), &length, &[0; 14], name, extra].concat();
    zip.extend_from_slice(&directory);
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend_from_slice(&u32::try_from(directory.len()).unwrap().to_le_bytes());
    zip.extend_from_slice(&start.to_le_bytes());
    zip.extend_from_slice(b"\0\0");
    zip
}

#[test]
fn members_of_each_method_are_unpacked() {
    let text: Vec<u8> = (0..20_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    for method in [
        CompressionMethod::Stored,
        CompressionMethod::Deflated,
        CompressionMethod::Bzip2,
        CompressionMethod::Zstd,
        CompressionMethod::Xz,
    ] {
        let members: &[(&str, &[u8])] = &[("a/", b""), ("a/numbers", &text), ("empty", b"")];
        let Ok(read) = read_all(&archive(method, members)) else { panic!("{method}") };
        assert_eq!(read[0], ("a/".to_owned(), Vec::new()), "{method}");
        assert_eq!(read[1], ("a/numbers".to_owned(), text.clone()), "{method}");
        assert_eq!(read[2], ("empty".to_owned(), Vec::new()), "{method}");
    }
}

#[test]
fn methods_of_other_writers_are_read_or_named() {
    let zip = include_bytes!("../../../../tests/samples/methods.zip");
    let numbers: Vec<u8> = (1..=400_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let directory = ZipDirectory::find(&source(&zip[..])).unwrap();
    let read: Vec<_> = directory
        .entries()
        .map(|entry| {
            let mut bytes = Vec::new();
            let read = directory.open(entry.as_ref().unwrap())?.read_to_end(&mut bytes);
            assert_eq!(bytes, numbers);
            read.map_err(LookError::from)
        })
        .collect();
    assert!(read[..2].iter().all(Result::is_ok), "{read:?}");
    let unsupported = |what: &str| Err(LookError::Unsupported(what.to_owned()));
    assert_eq!(read[2], unsupported("members with the method PPMd (98)"));
    assert_eq!(read[3], unsupported("members that are encrypted"));
}

#[test]
fn an_archive_behind_other_bytes_and_before_others_is_found() {
    let zip = archive(CompressionMethod::Deflated, &[("a", b"aaa"), ("b", b"bbb")]);
    let before = [b"#!/bin/sh\nexit\n".to_vec(), zip.clone()].concat();
    let after = [zip, b"trailing".to_vec()].concat();
    for bytes in [before, after] {
        assert_eq!(read_all(&bytes).unwrap()[1], ("b".to_owned(), b"bbb".to_vec()));
    }
}

#[test]
fn names_are_of_cp437_where_nothing_says_otherwise() {
    let name = |name: &[u8], flags, extra: &[u8]| {
        entries(&by_hand(name, flags, extra, 0, b"")).unwrap().remove(0).name
    };
    assert_eq!(name(b"M\x81ller", 0, b""), "Müller");
    assert_eq!(name("Müller".as_bytes(), 0x800, b""), "Müller");
    assert_eq!(name("Müller".as_bytes(), 0, b""), "M├╝ller");
    let crc = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, b"?");
    let mut extra = vec![0x75, 0x70, 8, 0, 1];
    extra.extend_from_slice(&u32::try_from(crc).unwrap().to_le_bytes());
    extra.extend_from_slice("世".as_bytes());
    assert_eq!(name(b"?", 0, &extra), "世");
    assert_eq!(name(b"!", 0, &extra), "!", "the field is of another name");
}

#[test]
fn what_cannot_be_read_is_named() {
    let open = |bytes: &[u8]| {
        let directory = ZipDirectory::find(&source(bytes)).unwrap();
        let entry = directory.entries().next().unwrap().unwrap();
        let mut reader = directory.open(&entry)?;
        reader.read_to_end(&mut Vec::new()).map_err(LookError::from)
    };
    let said = |bytes: &[u8]| open(bytes).unwrap_err().to_string();
    assert!(said(&by_hand(b"a", 0, b"", 98, b"x")).contains("PPMd (98)"));
    assert!(said(&by_hand(b"a", 0, b"", 777, b"x")).contains("777"));
    assert!(said(&by_hand(b"a", 1, b"", 0, b"x")).contains("encrypted"));
    let mut wrong = by_hand(b"a", 0, b"", 0, b"xyz");
    wrong[31] = b'?';
    assert!(said(&wrong).contains("CRC"));
    let mut longer = by_hand(b"a", 0, b"", 0, b"xyz");
    let directory = longer.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    longer[directory + 24] = 2;
    assert!(said(&longer).contains("longer"));
    longer[directory + 24] = 4;
    assert!(said(&longer).contains("shorter"));
    longer[directory + 20..directory + 24].fill(0x7f);
    assert!(said(&longer).contains("beyond"));
}

#[test]
fn counts_that_do_not_fit_are_in_the_larger_record() {
    let extra = [&[1, 0, 16, 0][..], &3_u64.to_le_bytes(), &3_u64.to_le_bytes()].concat();
    let mut zip = by_hand(b"a", 0, &extra, 0, b"xyz");
    let directory = zip.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    zip[directory + 20..directory + 28].fill(0xff);
    let end = zip.len() - 22;
    let (size, offset) = ((end - directory) as u64, directory as u64);
    let mut large = zip[..end].to_vec();
    large.extend_from_slice(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for number in [1, 1, size, offset] {
        large.extend_from_slice(&u64::to_le_bytes(number));
    }
    large.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    large.extend_from_slice(&(end as u64).to_le_bytes());
    large.extend_from_slice(b"\x01\0\0\0PK\x05\x06\0\0\0\0");
    large.extend_from_slice(&[0xff; 12]);
    large.extend_from_slice(b"\0\0");
    assert_eq!(read_all(&large).unwrap(), [("a".to_owned(), b"xyz".to_vec())]);
    let shifted = [b"before".to_vec(), large].concat();
    assert_eq!(read_all(&shifted).unwrap(), [("a".to_owned(), b"xyz".to_vec())]);
}

#[test]
fn an_archive_that_is_cut_or_spoilt_anywhere_is_no_success() {
    let zip = archive(CompressionMethod::Deflated, &[("a", b"aaaaaaaaaaaa"), ("b", b"bbb")]);
    let whole = read_all(&zip).unwrap();
    for end in 0..zip.len() {
        assert!(read_all(&zip[..end]).is_err(), "{end}");
    }
    for at in 0..zip.len() {
        let mut spoilt = zip.clone();
        spoilt[at] ^= 0xff;
        if let Ok(read) = read_all(&spoilt) {
            assert!(read.iter().zip(&whole).all(|(one, other)| one.1 == other.1), "{at}");
        }
    }
}

#[test]
fn what_looks_like_records_costs_few_requests() {
    let source = source(b"PK\x05\x06".repeat(100_000));
    assert!(ZipDirectory::find(&source).is_err());
    assert!(source.fetched().requests <= 40, "{:?}", source.fetched());
}
