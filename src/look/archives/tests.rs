//! Lists archives and takes single members out of them.

use std::io::{Cursor, Write as _};

use ::tar::{Builder, EntryType, Header};
use ::zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::look::object_bytes::tests::source;

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Link);
    header.set_size(0);
    builder.append_link(&mut header, "linked", members[0].0).unwrap();
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn names(bytes: &[u8]) -> Contents {
    let source = source(bytes);
    let mut contents = Contents::of(ContentKind::Binary);
    match Packing::of(bytes) {
        Some(packing) => packed(&source, packing, &mut contents).unwrap(),
        None if is_tar(bytes) => tar(&source, &mut contents).unwrap(),
        None => zip(&source, &mut contents).unwrap(),
    }
    contents
}

fn member(bytes: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let mut read = Vec::new();
    let opened = open_member(&source(bytes), name);
    opened.and_then(|mut open| Ok(open.read_to_end(&mut read)?)).map_err(|e| e.to_string())?;
    Ok(read)
}

const MEMBERS: &[(&str, &[u8])] =
    &[("logs/one.txt", b"first"), ("logs/two.txt", b"second"), ("logs/one.txt", b"last")];

#[test]
fn the_last_of_a_name_is_taken_or_the_first_of_a_stream() {
    let tar = tar_of(MEMBERS);
    assert_eq!(names(&tar).members.len(), 4);
    assert_eq!(member(&tar, "logs/one.txt").unwrap(), b"last");
    assert_eq!(member(&tar, "linked").unwrap(), b"last");
    let packed = gzipped(&tar);
    assert_eq!(names(&packed).kind, ContentKind::Tar);
    assert_eq!(names(&packed).members, names(&tar).members);
    assert_eq!(member(&packed, "logs/one.txt").unwrap(), b"first");
    assert_eq!(member(&packed, "linked").unwrap(), b"first");
}

#[test]
fn what_is_not_there_is_said_with_what_is_near() {
    let tar = tar_of(MEMBERS);
    for archive in [tar.clone(), gzipped(&tar)] {
        let said = |name| member(&archive, name).unwrap_err();
        assert_eq!(
            said("logs/on.txt"),
            "the archive has no member logs/on.txt; near it: logs/one.txt, logs/two.txt"
        );
        assert_eq!(said("two.txt"), "the archive has no member two.txt; near it: logs/two.txt");
        assert_eq!(said("zzzz"), "the archive has no member zzzz");
        assert_eq!(said("logs"), "logs is a folder in the archive, and no file");
        assert_eq!(said("logs/"), "logs/ is a folder in the archive, and no file");
    }
    assert!(member(&gzipped(b"text"), "a").unwrap_err().contains("packed by gzip"));
    assert_eq!(
        member(b"text", "a").unwrap_err(),
        "the object is not an archive, and has no members"
    );
    assert_eq!(member(b"", "a").unwrap_err(), "the object is not an archive, and has no members");
}

#[test]
fn only_the_bytes_of_a_member_are_fetched() {
    let large = vec![9; 3_000_000];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for name in ["a", "b", "c"] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(&large).unwrap();
    }
    let tar = tar_of(&[("a", &large), ("b", &large), ("c", &large)]);
    for archive in [zip.finish().unwrap().into_inner(), tar] {
        let source = source(archive);
        let mut open = open_member(&source, "b").unwrap();
        assert_eq!(io_copy(&mut open), 3_000_000);
        assert!(source.fetched().bytes < 3_030_000, "{:?}", source.fetched());
        assert!(source.fetched().requests < 12, "{:?}", source.fetched());
    }
}

fn io_copy(open: &mut dyn Read) -> u64 {
    std::io::copy(open, &mut std::io::sink()).unwrap()
}

#[test]
fn members_without_end_are_cut_and_said() {
    // A megabyte that unpacks to the headers of half a million empty members.
    let one = &tar_of(&[("a", b"")])[..512];
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let many = one.repeat(1000);
    for _ in 0..502 {
        encoder.write_all(&many).unwrap();
    }
    let contents = names(&encoder.finish().unwrap());
    assert_eq!(contents.members.len(), super::MEMBERS);
    assert_eq!(contents.cut.as_deref(), Some("more than 500,000 members are not listed"));
}

#[test]
fn an_archive_that_is_cut_shows_what_it_has_and_says_so() {
    let tar = tar_of(MEMBERS);
    let contents = names(&tar[..1200]);
    assert_eq!(contents.members.len(), 1);
    assert_eq!(
        contents.cut.as_deref(),
        Some("the object is damaged: the tar archive is cut within a header")
    );
    let packed = gzipped(&tar);
    assert!(names(&packed[..packed.len() / 2]).cut.is_some());
}

#[test]
fn a_gzip_stream_says_its_name_and_size() {
    let mut encoder = flate2::GzBuilder::new()
        .filename("l\u{f6}g.txt".chars().map(|c| c as u8).collect::<Vec<u8>>())
        .write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"twelve bytes").unwrap();
    let contents = names(&encoder.finish().unwrap());
    assert!(contents.facts.contains(&("name".to_owned(), "lög.txt".to_owned())));
    assert!(
        contents.facts.iter().any(|(name, value)| name == "size at its end" && value == "12 B")
    );
}

#[test]
fn members_of_a_7z_archive_are_listed_and_unpacked() {
    let archive = include_bytes!("../../../tests/samples/three.7z");
    let mut contents = Contents::of(ContentKind::SevenZip);
    seven_zip(&source(&archive[..]), &mut contents).unwrap();
    let listed: Vec<_> = contents.members.iter().map(|m| (m.name.as_str(), m.size)).collect();
    assert!(listed.contains(&("logs/", None)), "{listed:?}");
    assert!(listed.contains(&("logs/two.txt", Some(6))), "{listed:?}");
    assert_eq!(member(archive, "logs/two.txt").unwrap(), b"second");
    assert_eq!(member(archive, "logs/one.txt").unwrap(), b"first");
    assert_eq!(member(archive, "empty").unwrap(), b"");
    assert!(member(archive, "logs").unwrap_err().contains("folder"));
    for end in 0..archive.len() {
        let cut = source(&archive[..end]);
        assert!(seven_zip(&cut, &mut Contents::of(ContentKind::SevenZip)).is_err(), "{end}");
    }
    for at in 0..archive.len() {
        let mut spoilt = archive.to_vec();
        spoilt[at] ^= 0xff;
        if let Ok(read) = member(&spoilt, "logs/two.txt") {
            assert_eq!(read, b"second", "{at}");
        }
    }
}
