//! Reads archives that the tar crate writes, sparse ones by hand, cut and spoilt ones.

use ::tar::{Builder, EntryType, Header};

use super::*;
use crate::look::object_bytes::tests::source;

type Members = Vec<(String, u64, Vec<u8>)>;

fn read_all(bytes: &[u8]) -> Looked<Members> {
    let source = source(bytes);
    let mut walk = TarWalk::new(Section::whole(&source, 512));
    let mut all = Vec::new();
    while let Some(entry) = walk.step()? {
        let mut body = Vec::new();
        walk.clone().alone().body(&entry)?.take(1 << 20).read_to_end(&mut body)?;
        all.push((entry.shown(), entry.size, body));
    }
    Ok(all)
}

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header
}

fn archive() -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    builder.append_data(&mut header(EntryType::Directory, 0), "folder", &b""[..]).unwrap();
    builder.append_data(&mut header(EntryType::Regular, 3), "folder/a", &b"aaa"[..]).unwrap();
    let long = format!("folder/{}", "b".repeat(300));
    builder.append_data(&mut header(EntryType::Regular, 600), long, &[7; 600][..]).unwrap();
    builder.append_link(&mut header(EntryType::Link, 0), "hard", "folder/a").unwrap();
    builder.append_link(&mut header(EntryType::Symlink, 0), "soft", "folder/a").unwrap();
    builder.append_pax_extensions([("path", &b"\xc3\xa9"[..])]).unwrap();
    builder.append_data(&mut header(EntryType::Regular, 1), "replaced", &b"e"[..]).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn members_are_walked_with_their_long_names() {
    let all = read_all(&archive()).unwrap();
    let names: Vec<&str> = all.iter().map(|(name, ..)| name.as_str()).collect();
    let long = format!("folder/{}", "b".repeat(300));
    assert_eq!(names, ["folder/", "folder/a", &long, "hard", "soft", "é"]);
    assert_eq!(all[1].2, b"aaa");
    assert_eq!(all[2].2, [7; 600]);
    assert_eq!((all[3].1, all[5].2.as_slice()), (0, &b"e"[..]));
}

#[test]
fn an_archive_that_is_cut_anywhere_gives_the_beginning_and_an_error() {
    let tar = archive();
    let whole = read_all(&tar).unwrap();
    for end in 0..tar.len() - 1024 {
        match read_all(&tar[..end]) {
            // Between two members nothing shows.
            Ok(read) => assert!(end % BLOCK == 0 && whole.starts_with(&read), "{end}"),
            Err(error) => assert!(matches!(error, LookError::Malformed(_)), "{end}"),
        }
    }
}

#[test]
fn an_archive_that_is_spoilt_anywhere_does_no_harm() {
    let tar = archive();
    for at in 0..tar.len() {
        for byte in [0xff, b'7'] {
            let mut spoilt = tar.clone();
            spoilt[at] = byte;
            let _ = read_all(&spoilt);
        }
    }
}

/// A member with its checksum, of the type and the fields at these places.
fn block(name: &str, kind: u8, size: u64, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[156] = kind;
    for (at, bytes) in fields {
        block[*at..*at + bytes.len()].copy_from_slice(bytes);
    }
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(BLOCK), 0);
    padded
}

fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let length = (rest.len()..rest.len() + 10)
        .find(|all| all.to_string().len() + rest.len() == *all)
        .unwrap();
    format!("{length}{rest}")
}

fn extended(records: &[(&str, &str)]) -> Vec<u8> {
    let body: String = records.iter().map(|(key, value)| record(key, value)).collect();
    [block("x", b'x', body.len() as u64, &[]), padded(body.as_bytes())].concat()
}

#[test]
fn holes_of_sparse_files_are_zeros() {
    let mut expected = vec![0; 1000];
    expected[100..103].copy_from_slice(b"abc");
    expected[500..502].copy_from_slice(b"de");
    let octal = |number: u64| format!("{number:011o}\0").into_bytes();
    let map = [octal(100), octal(3), octal(500), octal(2)].concat();
    let old = block("s", b'S', 5, &[(386, &map), (483, &octal(1000))]);
    let old = [old, padded(b"abcde")].concat();
    let records = [
        ("GNU.sparse.major", "0"),
        ("GNU.sparse.name", "s"),
        ("GNU.sparse.size", "1000"),
        ("GNU.sparse.map", "100,3,500,2"),
    ];
    let listed = [extended(&records), block("other", b'0', 5, &[]), padded(b"abcde")].concat();
    let records = [
        ("GNU.sparse.offset", "100"),
        ("GNU.sparse.numbytes", "3"),
        ("GNU.sparse.offset", "500"),
        ("GNU.sparse.numbytes", "2"),
        ("GNU.sparse.size", "1000"),
        ("path", "s"),
    ];
    let paired = [extended(&records), block("other", b'0', 5, &[]), padded(b"abcde")].concat();
    let records = [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "s"),
        ("GNU.sparse.realsize", "1000"),
    ];
    let body = [padded(b"2\n100\n3\n500\n2\n"), padded(b"abcde")].concat();
    let in_body = [extended(&records), block("other", b'0', 517, &[]), body].concat();
    for tar in [old, listed, paired, in_body] {
        assert_eq!(read_all(&tar).unwrap(), [("s".to_owned(), 1000, expected.clone())]);
    }
}

#[test]
fn maps_that_lie_are_refused() {
    for map in ["0,5,3,5", "900,200", "18446744073709551615,2", "0,4", "x"] {
        let records = [("GNU.sparse.size", "1000"), ("GNU.sparse.map", map)];
        let tar = [extended(&records), block("s", b'0', 5, &[]), padded(b"abcde")].concat();
        assert!(matches!(read_all(&tar), Err(LookError::Malformed(_))), "{map}");
    }
}

#[test]
fn a_size_that_lies_takes_no_memory() {
    let huge = block("a", b'0', 0, &[(124, b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff")]);
    assert!(read_all(&huge).is_err());
    let name = block("a", b'L', 0, &[(124, b"\x80\0\0\0\0\0\0\0\xff\xff\xff\xff")]);
    assert!(read_all(&name).is_err());
}

#[test]
fn bodies_are_passed_over() {
    let mut builder = Builder::new(Vec::new());
    for name in ["a", "b", "c"] {
        let body = vec![1; 2_000_000];
        builder.append_data(&mut header(EntryType::Regular, 2_000_000), name, &body[..]).unwrap();
    }
    let source = source(builder.into_inner().unwrap());
    let mut walk = TarWalk::new(Section::whole(&source, 4096));
    while walk.step().unwrap().is_some() {}
    assert!(source.fetched().bytes < 20_000, "{:?}", source.fetched());
}
