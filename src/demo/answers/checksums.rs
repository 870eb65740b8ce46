//! Checks the checksums that a client gives, and computes the one that an object gets without
//! asking.

use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumType};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::demo::store::content::Content;
use crate::demo::store::object::md5;

/// The checksum fields of an input as one value.
macro_rules! given_checksum {
    ($input:expr) => {
        s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.clone(),
            checksum_crc32c: $input.checksum_crc32c.clone(),
            checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
            checksum_sha1: $input.checksum_sha1.clone(),
            checksum_sha256: $input.checksum_sha256.clone(),
            checksum_type: None,
        }
    };
}

/// An output with the checksum fields of a value.
macro_rules! with_checksum {
    ($output:ident { $($fields:tt)* }, $checksum:expr) => {{
        let checksum = &$checksum;
        $output {
            checksum_crc32: checksum.checksum_crc32.clone(),
            checksum_crc32c: checksum.checksum_crc32c.clone(),
            checksum_crc64nvme: checksum.checksum_crc64nvme.clone(),
            checksum_sha1: checksum.checksum_sha1.clone(),
            checksum_sha256: checksum.checksum_sha256.clone(),
            $($fields)*
        }
    }};
}

pub(crate) use {given_checksum, with_checksum};

/// The algorithms, by the names that requests use.
pub const ALGORITHMS: [&str; 5] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

/// Values in the order of [`ALGORITHMS`].
pub fn values(checksum: &Checksum) -> [Option<&String>; 5] {
    [
        checksum.checksum_crc32.as_ref(),
        checksum.checksum_crc32c.as_ref(),
        checksum.checksum_crc64nvme.as_ref(),
        checksum.checksum_sha1.as_ref(),
        checksum.checksum_sha256.as_ref(),
    ]
}

fn slot<'c>(checksum: &'c mut Checksum, algorithm: &str) -> Option<&'c mut Option<String>> {
    match algorithm {
        "CRC32" => Some(&mut checksum.checksum_crc32),
        "CRC32C" => Some(&mut checksum.checksum_crc32c),
        "CRC64NVME" => Some(&mut checksum.checksum_crc64nvme),
        "SHA1" => Some(&mut checksum.checksum_sha1),
        "SHA256" => Some(&mut checksum.checksum_sha256),
        _ => None,
    }
}

/// The algorithms that have a value.
pub fn named(checksum: &Checksum) -> Vec<&'static str> {
    let pairs = ALGORITHMS.into_iter().zip(values(checksum));
    pairs.filter_map(|(name, value)| value.map(|_| name)).collect()
}

/// Adds what came behind the body.
pub fn add_trailers(given: &mut Checksum, trailers: Option<TrailingHeaders>) {
    let Some(trailers) = trailers.and_then(|trailers| trailers.take()) else { return };
    for algorithm in ALGORITHMS {
        if let (Some(value), Some(slot)) = (trailer(&trailers, algorithm), slot(given, algorithm)) {
            *slot = Some(value);
        }
    }
}

fn trailer(trailers: &HeaderMap, algorithm: &str) -> Option<String> {
    let name = format!("x-amz-checksum-{}", algorithm.to_lowercase());
    Some(trailers.get(name)?.to_str().ok()?.trim().to_owned())
}

/// The digests of a content, of the wanted algorithms.
pub fn computed(content: &Content, wanted: &[&str]) -> Checksum {
    let on = |name| wanted.contains(&name);
    let mut hasher = ChecksumHasher {
        crc32: on("CRC32").then(Crc32::new),
        crc32c: on("CRC32C").then(Crc32c::new),
        crc64nvme: on("CRC64NVME").then(Crc64Nvme::new),
        sha1: on("SHA1").then(Sha1::new),
        sha256: on("SHA256").then(Sha256::new),
    };
    for chunk in content.chunks() {
        hasher.update(&chunk);
    }
    hasher.finalize()
}

/// Compares what was given with the content; at most one checksum beside the MD5, and on R2 one in
/// all.
pub fn verify(
    content: &Content,
    given: &Checksum,
    content_md5: Option<&str>,
    r2: bool,
) -> S3Result<()> {
    let names = named(given);
    if r2 && names.len() + usize::from(content_md5.is_some()) > 1 {
        return Err(s3_error!(
            InvalidRequest,
            "You can only specify one non-default checksum at a time."
        ));
    }
    if names.len() > 1 {
        return Err(s3_error!(
            InvalidRequest,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        ));
    }
    if let Some(digest) = content_md5 {
        verify_md5(content, digest)?;
    }
    let right = computed(content, &names);
    for ((name, given), right) in ALGORITHMS.iter().zip(values(given)).zip(values(&right)) {
        if given.is_some() && given != right {
            return Err(wrong(name));
        }
    }
    Ok(())
}

fn verify_md5(content: &Content, digest: &str) -> S3Result<()> {
    let given = STANDARD.decode(digest).ok().filter(|given| given.len() == 16);
    let Some(given) = given else {
        return Err(s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."));
    };
    if given == md5(content) {
        return Ok(());
    }
    Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
}

fn wrong(algorithm: &str) -> S3Error {
    s3_error!(BadDigest, "The {algorithm} you specified did not match the calculated checksum.")
}

/// The checksum of the checksums of the parts, as `COMPOSITE` uploads have it.
pub fn composite(parts: &[&Checksum], algorithm: &str) -> Option<Checksum> {
    let place = ALGORITHMS.iter().position(|name| *name == algorithm)?;
    let mut digests = Vec::new();
    for part in parts {
        digests.extend(STANDARD.decode(values(part)[place]?).ok()?);
    }
    let mut whole = computed(&Content::held(digests), &[algorithm]);
    let slot = slot(&mut whole, algorithm)?;
    *slot = slot.as_ref().map(|value| format!("{value}-{}", parts.len()));
    whole.checksum_type = Some(ChecksumType::from_static(ChecksumType::COMPOSITE));
    Some(whole)
}

/// The checksum of a whole object.
pub fn full_object(content: &Content, algorithm: &str) -> Checksum {
    Checksum {
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        ..computed(content, &[algorithm])
    }
}

#[cfg(test)]
mod tests {
    use s3s::dto::Checksum;

    use super::{composite, computed, verify};
    use crate::demo::store::content::Content;

    fn hello() -> Content {
        Content::held("hello")
    }

    #[test]
    fn right_checksums_pass_and_wrong_ones_are_refused() {
        let right = computed(&hello(), &["CRC32"]);
        assert_eq!(right.checksum_crc32.as_deref(), Some("NhCmhg=="));
        assert!(verify(&hello(), &right, None, false).is_ok());
        assert!(verify(&Content::held("jello"), &right, None, false).is_err());
        assert!(
            verify(&hello(), &Checksum::default(), Some("XUFAKrxLKna5cZ2REBfFkg=="), false).is_ok()
        );
        assert!(verify(&hello(), &Checksum::default(), Some("nonsense"), false).is_err());
    }

    #[test]
    fn two_checksums_at_once_are_refused_and_r2_counts_the_md5() {
        let right = computed(&hello(), &["CRC32", "SHA1"]);
        assert!(verify(&hello(), &right, None, false).is_err());
        let one = computed(&hello(), &["CRC32"]);
        let md5 = Some("XUFAKrxLKna5cZ2REBfFkg==");
        assert!(verify(&hello(), &one, md5, false).is_ok());
        assert!(verify(&hello(), &one, md5, true).is_err());
    }

    #[test]
    fn a_composite_counts_its_parts_and_needs_all_of_them() {
        let part = computed(&hello(), &["SHA256"]);
        let whole = composite(&[&part, &part], "SHA256").expect("all are there");
        assert!(whole.checksum_sha256.is_some_and(|value| value.ends_with("=-2")));
        assert!(composite(&[&part, &Checksum::default()], "SHA256").is_none());
    }
}
