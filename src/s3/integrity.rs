//! Digests of bodies: what goes with a request, and what an answer is compared with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum};
use md5::{Digest as _, Md5};

use crate::domain::object::ETag;
use crate::domain::provider::Provider;

/// The one check a PUT or part carries. R2 refuses two at once (400 `InvalidRequest`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `x-amz-checksum-crc64nvme`: AWS, where it is cheapest and kept with the object.
    Crc64Nvme(String),
    /// `Content-MD5`: understood by every other server measured.
    ContentMd5(String),
}

impl Check {
    pub fn of(body: &[u8], provider: Provider) -> Check {
        if provider.takes_trailing_checksums() {
            let sum = checksum(CrcAlgorithm::Crc64Nvme, body);
            return Check::Crc64Nvme(STANDARD.encode(sum.to_be_bytes()));
        }
        Check::ContentMd5(content_md5(body))
    }

    pub fn crc64nvme(&self) -> Option<String> {
        match self {
            Check::Crc64Nvme(value) => Some(value.clone()),
            Check::ContentMd5(_) => None,
        }
    }

    pub fn content_md5(&self) -> Option<String> {
        match self {
            Check::ContentMd5(value) => Some(value.clone()),
            Check::Crc64Nvme(_) => None,
        }
    }

    /// Whether an answer's ETag speaks against the bytes. Only a tag in the form of an MD5 can.
    pub fn contradicted_by(&self, etag: &ETag) -> bool {
        let (Check::ContentMd5(sent), Some(stored)) = (self, etag.md5_hex()) else { return false };
        let hex = STANDARD.decode(sent).unwrap_or_default().iter().fold(
            String::with_capacity(32),
            |mut hex, byte| {
                use std::fmt::Write as _;
                let _ = write!(hex, "{byte:02x}");
                hex
            },
        );
        !hex.eq_ignore_ascii_case(stored)
    }
}

/// The value of `Content-MD5`.
pub fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_carries_one_check_of_the_kind_the_provider_takes() {
        let aws = Check::of(b"123456789", Provider::Aws);
        assert_eq!(aws.crc64nvme().as_deref(), Some("rosUhgp5mIg="));
        assert_eq!(aws.content_md5(), None);
        let r2 = Check::of(b"", Provider::R2);
        assert_eq!(r2.content_md5().as_deref(), Some("1B2M2Y8AsgTpgAmY7PhCfg=="));
        assert_eq!(r2.crc64nvme(), None);
    }

    #[test]
    fn only_another_md5_contradicts_the_bytes() {
        let check = Check::of(b"", Provider::Other);
        assert!(!check.contradicted_by(&ETag::new("D41D8CD98F00B204E9800998ECF8427E")));
        assert!(check.contradicted_by(&ETag::new("00000000000000000000000000000000")));
        assert!(!check.contradicted_by(&ETag::new("opaque")));
        assert!(!check.contradicted_by(&ETag::new("00000000000000000000000000000000-2")));
    }
}
