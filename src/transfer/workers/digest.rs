//! Compares bytes with the digests that the server gives of them.

mod parts;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};

use crate::domain::error::{CHECK_BYTES, Error, ErrorKind};
use crate::domain::hex::hex;
use crate::domain::likeness::encrypted;
use crate::domain::object::{ByteRange, ETag, ObjectHead, UploadedPart};
use crate::domain::parts::{piece, piece_count};
use crate::domain::transfer::Verification;
use crate::s3::http::body::Body;
use crate::s3::http::crc64nvme::joined;
use crate::transfer::local::part_file::GrowingFile;
use crate::transfer::workers::digest::parts::{OfParts, Parts, Unfit};

/// A digest being computed, with the value it must come to.
pub struct DigestCheck {
    sum: Sum,
    expected: String,
}

enum Sum {
    Crc {
        digest: Box<crc_fast::Digest>,
        bytes: usize,
        name: &'static str,
    },
    Md5(Box<Md5>),
    Parts(Box<Parts>),
    /// Nothing can be compared so far.
    Nothing(OpenCheck),
}

/// What the bytes came to.
pub enum DigestOutcome {
    Settled(Verification),
    Open(OpenCheck),
}

/// Why nothing speaks for the bytes so far, and nothing against them for sure.
#[derive(Clone)]
pub enum OpenCheck {
    /// A guess of how large the parts were, and the digest it led to.
    Unfit(Box<Unfit>),
    /// Parts of no size that tools use.
    Unguessed(Box<OfParts>),
    NoDigest(&'static str),
}

impl OpenCheck {
    pub fn why(&self) -> String {
        match self {
            OpenCheck::Unfit(unfit) => unfit.why(),
            OpenCheck::Unguessed(_) => {
                "the object was made of parts, and the server does not tell how large they were"
                    .to_owned()
            }
            OpenCheck::NoDigest(why) => (*why).to_owned(),
        }
    }

    /// The parts that the object was made of.
    pub fn parts(&self) -> Option<&OfParts> {
        match self {
            OpenCheck::Unfit(unfit) => Some(&unfit.of),
            OpenCheck::Unguessed(of) => Some(of),
            OpenCheck::NoDigest(_) => None,
        }
    }
}

impl DigestOutcome {
    pub fn or_size_only(self) -> Verification {
        match self {
            DigestOutcome::Settled(verification) => verification,
            DigestOutcome::Open(open) => Verification::SizeOnly(open.why()),
        }
    }
}

/// Bytes whose MD5 takes about 25 µs, and to hand them to another thread and back costs as much.
const MD5_AT_ONCE: usize = 16 << 10;

const NVME: &str = "crc64nvme";

/// Checksums of whole objects that are worth comparing: name, algorithm, bytes of the value.
const CRCS: &[(&str, CrcAlgorithm, usize)] = &[
    (NVME, CrcAlgorithm::Crc64Nvme, 8),
    ("crc32c", CrcAlgorithm::Crc32Iscsi, 4),
    ("crc32", CrcAlgorithm::Crc32IsoHdlc, 4),
];

impl DigestCheck {
    pub fn of(head: &ObjectHead) -> DigestCheck {
        let nothing = |why| DigestCheck::without(OpenCheck::NoDigest(why));
        if head.size.is_none() {
            return nothing("the server recompressed the body and told no length");
        }
        for (name, algorithm, bytes) in CRCS {
            // A value with `-N` is a checksum of the parts' checksums.
            let known = head
                .checksums
                .iter()
                .find(|(known, value)| known.eq_ignore_ascii_case(name) && !value.contains('-'));
            if let Some((_, value)) = known {
                let digest = Box::new(crc_fast::Digest::new(*algorithm));
                let sum = Sum::Crc { digest, bytes: *bytes, name };
                return DigestCheck { sum, expected: value.clone() };
            }
        }
        if let Some(of) = OfParts::by_checksum(head) {
            return DigestCheck::guessed(of);
        }
        if encrypted(head) {
            return nothing("the ETag of an encrypted object is not a digest");
        }
        match head.etag.as_ref().map(|etag| (etag, etag.md5_hex())) {
            Some((_, Some(hex))) => {
                DigestCheck { sum: Sum::Md5(Box::default()), expected: hex.to_ascii_lowercase() }
            }
            Some((etag, None)) if etag.as_str().contains('-') => match OfParts::by_etag(head, etag)
            {
                Some(of) => DigestCheck::guessed(of),
                None => nothing("the server's ETag is not a digest"),
            },
            _ => nothing("the server gave no digest"),
        }
    }

    fn without(open: OpenCheck) -> DigestCheck {
        DigestCheck { sum: Sum::Nothing(open), expected: String::new() }
    }

    fn guessed(of: OfParts) -> DigestCheck {
        match of.usual() {
            Some(part_bytes) => DigestCheck::in_parts(of, part_bytes),
            None => DigestCheck::without(OpenCheck::Unguessed(Box::new(of))),
        }
    }

    /// The digest of parts of so many bytes each, the last maybe of fewer.
    pub fn in_parts(of: OfParts, part_bytes: u64) -> DigestCheck {
        let parts = Box::new(Parts::new(of, part_bytes));
        DigestCheck { sum: Sum::Parts(parts), expected: String::new() }
    }

    /// Why nothing can be compared, where that is so.
    pub fn open(&self) -> Option<&OpenCheck> {
        match &self.sum {
            Sum::Nothing(open) => Some(open),
            _ => None,
        }
    }

    /// Whether bytes need to be shown to it.
    pub fn compares(&self) -> bool {
        !matches!(self.sum, Sum::Nothing(_))
    }

    /// Whether it is a checksum of all the bytes, not one of parts.
    pub fn is_of_whole(&self) -> bool {
        matches!(self.sum, Sum::Crc { .. })
    }

    /// Whether so many bytes are summed sooner than another thread would take them over.
    pub fn is_quick(&self, bytes: usize) -> bool {
        bytes <= MD5_AT_ONCE || !matches!(self.sum, Sum::Md5(_) | Sum::Parts(_))
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.sum {
            Sum::Crc { digest, .. } => digest.update(bytes),
            Sum::Md5(digest) => digest.update(bytes),
            Sum::Parts(parts) => parts.update(bytes),
            Sum::Nothing(_) => {}
        }
    }

    /// `Corrupt` where the bytes are not the ones the server speaks of.
    pub fn finish(self, place: &str) -> Result<DigestOutcome, Error> {
        let (name, value) = match self.sum {
            Sum::Nothing(open) => return Ok(DigestOutcome::Open(open)),
            Sum::Parts(parts) => {
                return Ok(match parts.finish() {
                    Ok(name) => DigestOutcome::Settled(Verification::Digest(name.to_owned())),
                    Err(unfit) => DigestOutcome::Open(OpenCheck::Unfit(Box::new(unfit))),
                });
            }
            Sum::Md5(digest) => ("md5", hex(&digest.finalize())),
            Sum::Crc { digest, bytes, name } => {
                (name, STANDARD.encode(&digest.finalize().to_be_bytes()[8 - bytes..]))
            }
        };
        compared(name, value, &self.expected, place).map(DigestOutcome::Settled)
    }
}

/// Reads the file back, where there is something to compare it with.
pub fn verify(
    file: &GrowingFile,
    mut check: DigestCheck,
    size: u64,
    place: &str,
) -> Result<DigestOutcome, Error> {
    if check.compares() {
        walk(file, ByteRange { start: 0, end: size }, |bytes| check.update(bytes))?;
    }
    check.finish(place)
}

/// As [`verify`], where the CRC64NVMEs of ranges are known: of these nothing is read.
pub fn verify_ranges(
    file: &GrowingFile,
    check: DigestCheck,
    (size, range_size): (u64, u64),
    crcs: &BTreeMap<u32, u64>,
    place: &str,
) -> Result<DigestOutcome, Error> {
    let fits = matches!(&check.sum, Sum::Crc { name, .. } if *name == NVME);
    if !fits || crcs.is_empty() {
        return verify(file, check, size, place);
    }
    let mut whole = 0;
    for index in 0..piece_count(size, range_size) {
        let range = piece(size, range_size, index);
        let crc = match crcs.get(&index) {
            Some(crc) => *crc,
            None => read_crc(file, range)?,
        };
        whole = joined(whole, crc, range.len());
    }
    let value = STANDARD.encode(whole.to_be_bytes());
    compared(NVME, value, &check.expected, place).map(DigestOutcome::Settled)
}

fn read_crc(file: &GrowingFile, range: ByteRange) -> Result<u64, Error> {
    let mut digest = crc64nvme();
    walk(file, range, |bytes| digest.update(bytes))?;
    Ok(digest.finalize())
}

pub fn crc64nvme() -> crc_fast::Digest {
    crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme)
}

fn walk(file: &GrowingFile, range: ByteRange, mut see: impl FnMut(&[u8])) -> Result<(), Error> {
    let mut buffer = vec![0; 256 << 10];
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(buffer.len());
        file.read_at(at, &mut buffer[..length])?;
        see(&buffer[..length]);
        at += length as u64;
    }
    Ok(())
}

fn compared(name: &str, value: String, expected: &str, place: &str) -> Result<Verification, Error> {
    if value == expected {
        return Ok(Verification::Digest(name.to_owned()));
    }
    Err(wrong(place, format!("{name} is {value}, the server says {expected}")))
}

/// The bytes that came are not the object's.
pub fn wrong(place: &str, detail: String) -> Error {
    Error::new(ErrorKind::Corrupt, CHECK_BYTES, place).detail(detail)
}

pub fn md5_hex(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// The ETag a server gives an object that was sent whole; blocks.
pub fn md5_of(body: &Body) -> Result<ETag, Error> {
    let mut digest = Md5::new();
    body.walk(|piece| digest.update(piece))?;
    Ok(ETag::new(&hex(&digest.finalize())))
}

/// The ETag a server gives an object of these parts, where the parts' ETags are MD5s.
pub fn etag_of_parts<'a>(parts: impl ExactSizeIterator<Item = &'a UploadedPart>) -> Option<ETag> {
    let count = parts.len();
    let mut all = Md5::new();
    for part in parts {
        let hex = part.etag.md5_hex()?;
        let bytes = (0..16).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16));
        all.update(bytes.collect::<Result<Vec<u8>, _>>().ok()?);
    }
    Some(ETag::new(&format!("{}-{count}", hex(&all.finalize()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::local::folder::Folder;

    fn check(head: &ObjectHead, bytes: &[u8]) -> Result<Verification, Error> {
        let mut check = DigestCheck::of(head);
        check.update(bytes);
        check.finish("s3://b/k").map(DigestOutcome::or_size_only)
    }

    #[test]
    fn an_etag_of_one_put_is_compared() {
        let mut head = ObjectHead { size: Some(9), ..ObjectHead::default() };
        head.etag = Some(ETag::new(&md5_hex(b"123456789")));
        assert_eq!(check(&head, b"123456789"), Ok(Verification::Digest("md5".into())));
        assert!(check(&head, b"123456780").unwrap_err().is(&ErrorKind::Corrupt));
        head.etag = Some(ETag::new("opaque"));
        assert!(matches!(check(&head, b"x"), Ok(Verification::SizeOnly(_))));
    }

    #[test]
    fn a_checksum_of_the_whole_object_comes_before_the_etag() {
        let checksums = vec![("CRC64NVME".to_owned(), "rosUhgp5mIg=".to_owned())];
        let head = ObjectHead { size: Some(9), checksums, ..ObjectHead::default() };
        assert_eq!(check(&head, b"123456789"), Ok(Verification::Digest("crc64nvme".into())));
        assert!(check(&head, b"12345678").is_err());
    }

    #[test]
    fn the_etag_of_parts_is_the_md5_of_their_md5s() {
        let part = |number, bytes: &[u8]| UploadedPart {
            number,
            etag: ETag::new(&md5_hex(bytes)),
            size: bytes.len() as u64,
            crc64nvme: None,
        };
        let parts = [part(1, b"a"), part(2, b"b")];
        let etag = etag_of_parts(parts.iter()).unwrap();
        assert_eq!(etag.as_str(), "96e024ba2074fe77e8e965ba43a704be-2");
    }

    #[test]
    fn ranges_that_are_known_are_not_read_and_the_others_are() {
        let folder = tempfile::tempdir().unwrap();
        let (opened, _) = Folder::choose(folder.path()).unwrap();
        let file = GrowingFile::create(opened, ".x.windlass-part").unwrap();
        file.write_at(0, b"1234xxxx9").unwrap();
        let checksums = vec![("CRC64NVME".to_owned(), "rosUhgp5mIg=".to_owned())];
        let head = ObjectHead { size: Some(9), checksums, ..ObjectHead::default() };
        let of = |bytes: &[u8]| crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes);
        let known = BTreeMap::from([(1, of(b"5678"))]);
        let verified = |crcs| {
            verify_ranges(&file, DigestCheck::of(&head), (9, 4), crcs, "s3://b/k")
                .map(DigestOutcome::or_size_only)
        };
        assert_eq!(verified(&known), Ok(Verification::Digest("crc64nvme".into())));
        let wrong = BTreeMap::from([(1, of(b"5679"))]);
        assert!(verified(&wrong).unwrap_err().is(&ErrorKind::Corrupt));
        assert!(verified(&BTreeMap::new()).unwrap_err().is(&ErrorKind::Corrupt));
    }
}
