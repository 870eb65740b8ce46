//! Packs with the crates' own writers, cuts and spoils, and unpacks.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// Two lines, by xz 5.4.
const XZ: &str = concat!(
    "fd377a585a000004e6d6b4460200210116000000742fe5a30100116c696e65206f6e650a6c69",
    "6e652074776f0a000000b4e91e44e19a9bf100012a124b0854bc1fb6f37d010000000004595a",
);

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// What comes out, and the error after it.
fn unpack(bytes: &[u8]) -> (Vec<u8>, Option<LookError>) {
    let packing = Packing::of(bytes).unwrap();
    let mut unpacked = packing.open(io::Cursor::new(bytes.to_vec())).unwrap();
    let mut all = Vec::new();
    let error = unpacked.read_to_end(&mut all).err().map(LookError::from);
    assert_eq!(unpacked.given(), all.len() as u64);
    (all, error)
}

#[test]
fn streams_that_follow_one_another_are_one() {
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let xz = from_hex(XZ);
    for packed in [
        [gzip(b"line one\n"), gzip(b""), gzip(b"line two\n")].concat(),
        [gzip(b"line one\nline two\n"), vec![0; 700]].concat(),
        [skipped.to_vec(), zstd(b"line one\n"), skipped.to_vec(), zstd(b"line two\n")].concat(),
        [bzip2(b"line one\n"), bzip2(b"line two\n")].concat(),
        xz.clone(),
    ] {
        assert_eq!(unpack(&packed), (b"line one\nline two\n".to_vec(), None));
    }
    assert_eq!(unpack(&[xz.clone(), xz].concat()).0.len(), 36);
}

#[test]
fn a_stream_that_is_cut_gives_what_it_has_and_an_error() {
    let text: Vec<u8> = (0..5_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    for packed in [gzip(&text), zstd(&text), bzip2(&text), from_hex(XZ)] {
        let whole = unpack(&packed);
        assert_eq!(whole.1, None);
        let step = (packed.len() / 300).max(1);
        for end in (10..packed.len()).step_by(step) {
            let (read, error) = unpack(&packed[..end]);
            assert!(whole.0.starts_with(&read));
            assert!(matches!(error, Some(LookError::Malformed(_))), "{end}: {error:?}");
        }
    }
}

#[test]
fn a_stream_that_is_spoilt_is_an_error_or_the_same() {
    let text: Vec<u8> = (0..500_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    for packed in [gzip(&text), zstd(&text), bzip2(&text), from_hex(XZ)] {
        let whole = unpack(&packed).0;
        for at in 10..packed.len() {
            let mut spoilt = packed.clone();
            spoilt[at] ^= 0x55;
            if Packing::of(&spoilt).is_some() {
                let (read, error) = unpack(&spoilt);
                assert!(error.is_some() || read == whole || read.is_empty(), "{at}");
            }
        }
    }
}

#[test]
fn what_follows_a_gzip_stream_is_named_after_all_was_read() {
    let (read, error) = unpack(&[gzip(b"abc"), b"\0garbage".to_vec()].concat());
    assert_eq!(read, b"abc");
    assert_eq!(error, Some(LookError::malformed("bytes follow the gzip stream")));
}

#[test]
fn a_window_larger_than_memory_allows_is_refused_and_no_damage() {
    // A frame header that asks for a window of 2 GiB, and an empty block.
    let (_, error) = unpack(&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0]);
    assert!(matches!(error, Some(LookError::Unsupported(_))), "{error:?}");
    // A block of xz that asks for a dictionary of 4 GiB.
    let mut xz = from_hex(XZ);
    let filter = xz.windows(2).position(|two| two == [0x21, 0x01]).unwrap();
    xz[filter + 2] = 40;
    let header = usize::from(xz[12]) * 4 + 4;
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, &xz[12..12 + header - 4]);
    let crc = u32::try_from(crc).unwrap().to_le_bytes();
    xz[12 + header - 4..12 + header].copy_from_slice(&crc);
    let (_, error) = unpack(&xz);
    assert!(matches!(error, Some(LookError::Unsupported(_))), "{error:?}");
}

#[test]
fn a_limit_is_an_error_only_where_there_is_more() {
    let limited = |bytes: u64| {
        let mut all = Vec::new();
        let mut limited = Limited::new(&b"abc"[..], bytes, "more".to_owned());
        (limited.read_to_end(&mut all).map_err(LookError::from), all)
    };
    assert_eq!(limited(3), (Ok(3), b"abc".to_vec()));
    assert_eq!(limited(2), (Err(LookError::TooMuch("more".to_owned())), b"ab".to_vec()));
}

#[test]
fn only_the_first_bytes_of_a_format_are_known() {
    for text in ["BZh9 is not bzip2", "BZ", "", "\x1f", "(\u{b5}/"] {
        assert_eq!(Packing::of(text.as_bytes()), None, "{text}");
    }
}
