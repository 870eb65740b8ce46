//! Computes the digest of an object made of parts: the digest of their digests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};

use crate::domain::hex::hex;
use crate::domain::object::{ETag, ObjectHead};
use crate::domain::parts::{MIB, PartLimits, part_size, piece_count};
use crate::domain::units::Size;

/// Part sizes of the tools that make objects, in MiB, the commonest first: the AWS CLI and
/// Windlass, rclone and the SDKs, then what people and other tools choose.
const USUAL: [u64; 20] =
    [8, 5, 16, 50, 64, 100, 10, 15, 20, 25, 32, 40, 48, 80, 128, 200, 250, 256, 512, 1024];

/// The digest of an object of parts as a server tells it: nobody says how large the parts were.
#[derive(Clone)]
pub struct OfParts {
    name: &'static str,
    fresh: Hash,
    size: u64,
    pub count: u32,
    expected: String,
}

impl OfParts {
    /// The ETag of a multipart upload: the MD5 of the parts' MD5s, and their number.
    pub fn by_etag(head: &ObjectHead, etag: &ETag) -> Option<OfParts> {
        let (digest, count) = etag.as_str().split_once('-')?;
        ETag::new(digest).md5_hex()?;
        let (size, count) = (head.size?, count.parse().ok()?);
        let expected = etag.as_str().to_ascii_lowercase();
        Some(OfParts { name: "md5", fresh: Hash::Md5(Box::default()), size, count, expected })
    }

    /// A composite checksum of a kind that is worth computing.
    pub fn by_checksum(head: &ObjectHead) -> Option<OfParts> {
        const KINDS: [(&str, CrcAlgorithm); 2] =
            [("crc32c", CrcAlgorithm::Crc32Iscsi), ("crc32", CrcAlgorithm::Crc32IsoHdlc)];
        KINDS.into_iter().find_map(|(name, algorithm)| {
            let known = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
            let (_, value) = head.checksums.iter().find(known)?;
            let (_, count) = value.split_once('-')?;
            let fresh = Hash::Crc(Box::new(crc_fast::Digest::new(algorithm)));
            let (size, count) = (head.size?, count.parse().ok()?);
            Some(OfParts { name, fresh, size, count, expected: value.clone() })
        })
    }

    /// Whether parts of so many bytes are as many as there were.
    pub fn fits(&self, part_bytes: u64) -> bool {
        part_bytes > 0 && piece_count(self.size, part_bytes) == self.count
    }

    /// The commonest part size that makes so many parts of so many bytes.
    pub fn usual(&self) -> Option<u64> {
        let own = part_size(self.size, &PartLimits::default());
        own.into_iter().chain(USUAL.map(|mib| mib * MIB)).find(|part| self.fits(*part))
    }
}

/// A digest of digests on its way. It shows that the bytes are right; that they are wrong it shows
/// only where the size of the parts is the one that they had.
pub struct Parts {
    of: OfParts,
    hash: Hash,
    whole: Hash,
    part_bytes: u64,
    /// Bytes that the part under way still lacks.
    left: u64,
    count: u32,
}

#[derive(Clone)]
enum Hash {
    Md5(Box<Md5>),
    Crc(Box<crc_fast::Digest>),
}

impl Hash {
    fn update(&mut self, bytes: &[u8]) {
        match self {
            Hash::Md5(digest) => digest.update(bytes),
            Hash::Crc(digest) => digest.update(bytes),
        }
    }

    /// The value, in the bytes that go into the digest of digests; starts anew. CRCs here have 32
    /// bits.
    fn take(&mut self) -> Vec<u8> {
        match self {
            Hash::Md5(digest) => digest.finalize_reset().to_vec(),
            Hash::Crc(digest) => {
                let value = digest.finalize().to_be_bytes()[4..].to_vec();
                digest.reset();
                value
            }
        }
    }
}

/// The digest of parts of this size is another than the server's.
#[derive(Clone)]
pub struct Unfit {
    pub of: OfParts,
    part_bytes: u64,
    value: String,
}

impl Unfit {
    /// Whether these were the parts, where they had so many bytes.
    pub fn is_of(&self, part_bytes: u64) -> bool {
        self.part_bytes == part_bytes || self.of.count == 1
    }

    /// What speaks against the bytes.
    pub fn against(&self) -> String {
        let Unfit { of, part_bytes, value } = self;
        let (name, size) = (of.name, Size(*part_bytes));
        format!("{name} of the parts of {size} is {value}, the server says {}", of.expected)
    }

    pub fn why(&self) -> String {
        let size = Size(self.part_bytes);
        format!(
            "the digest of parts of {size} is another one: the parts had another size, or bytes \
             are wrong, and the server does not tell which"
        )
    }
}

impl Parts {
    pub fn new(of: OfParts, part_bytes: u64) -> Parts {
        let (hash, whole) = (of.fresh.clone(), of.fresh.clone());
        Parts { of, hash, whole, part_bytes, left: part_bytes, count: 0 }
    }

    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            self.hash.update(&bytes[..length]);
            self.left -= length as u64;
            bytes = &bytes[length..];
            if self.left == 0 {
                self.end_part();
            }
        }
    }

    fn end_part(&mut self) {
        let digest = self.hash.take();
        self.whole.update(&digest);
        self.count += 1;
        self.left = self.part_bytes;
    }

    /// The name of the digest, where it is the server's.
    pub fn finish(mut self) -> Result<&'static str, Unfit> {
        if self.left < self.part_bytes || self.count == 0 {
            self.end_part();
        }
        let value = match (&self.hash, self.whole.take()) {
            (Hash::Md5(_), value) => hex(&value),
            (Hash::Crc(_), value) => STANDARD.encode(value),
        };
        let value = format!("{value}-{}", self.count);
        if value == self.of.expected {
            return Ok(self.of.name);
        }
        Err(Unfit { of: self.of, part_bytes: self.part_bytes, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::UploadedPart;
    use crate::domain::transfer::Verification;
    use crate::transfer::workers::digest::{DigestCheck, etag_of_parts, md5_hex};

    fn made_of(parts: &[&[u8]]) -> (ObjectHead, Vec<u8>) {
        let uploaded: Vec<UploadedPart> = (1..)
            .zip(parts)
            .map(|(number, part)| UploadedPart {
                number,
                etag: ETag::new(&md5_hex(part)),
                size: part.len() as u64,
                crc64nvme: None,
            })
            .collect();
        let bytes = parts.concat();
        let etag = etag_of_parts(uploaded.iter());
        (ObjectHead { size: Some(bytes.len() as u64), etag, ..ObjectHead::default() }, bytes)
    }

    fn verify(head: &ObjectHead, bytes: &[u8]) -> Verification {
        let mut check = DigestCheck::of(head);
        bytes.chunks(1_000_003).for_each(|chunk| check.update(chunk));
        check.finish("s3://b/k").unwrap().or_size_only()
    }

    fn block(length: u64, seed: u8) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8 ^ seed).collect()
    }

    #[test]
    fn an_etag_of_parts_of_a_usual_size_is_computed_again() {
        for (part, count) in [(8, 1), (8, 3), (5, 4), (16, 2), (50, 2)] {
            let mut parts: Vec<Vec<u8>> = (0..count - 1).map(|at| block(part * MIB, at)).collect();
            parts.push(block(part * MIB - 7, 99));
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let (head, mut bytes) = made_of(&parts);
            assert_eq!(verify(&head, &bytes), Verification::Digest("md5".into()), "{part} {count}");
            bytes[5] ^= 1;
            assert!(matches!(verify(&head, &bytes), Verification::SizeOnly(_)));
        }
    }

    #[test]
    fn parts_of_another_size_are_not_verified_and_not_called_corrupt() {
        let (head, bytes) = made_of(&[&block(6 * MIB, 1), &block(6 * MIB, 2), &block(5, 3)]);
        let Verification::SizeOnly(why) = verify(&head, &bytes) else { panic!("verified") };
        assert!(why.contains("the parts had another size, or bytes are wrong"), "{why}");
        let mut head = head;
        head.etag = Some(ETag::new("0123456789abcdef0123456789abcdef-999"));
        assert!(!DigestCheck::of(&head).compares(), "no usual size makes so many parts");
    }

    #[test]
    fn a_composite_checksum_is_computed_again() {
        let parts = [block(8 * MIB, 1), block(100, 2)];
        let crc = |bytes: &[u8]| {
            let value = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, bytes);
            u32::try_from(value).unwrap().to_be_bytes()
        };
        let value = STANDARD.encode(crc(&[crc(&parts[0]), crc(&parts[1])].concat()));
        let head = ObjectHead {
            size: Some(8 * MIB + 100),
            checksums: vec![("CRC32".to_owned(), format!("{value}-2"))],
            ..ObjectHead::default()
        };
        assert_eq!(verify(&head, &parts.concat()), Verification::Digest("crc32".into()));
    }
}
