//! Computes the digests that go with a request, and compares those of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::domain::error::Error;
use crate::domain::hex::hex;
use crate::domain::object::{ETag, UploadedPart};
use crate::s3::http::body::Body;
use crate::s3::http::crc64nvme::joined;
use crate::s3::tasks::blocking;

/// Hashed on the thread that asks, up to this size, in bytes.
const AT_ONCE: u64 = 128 << 10;

/// What goes ahead of a body.
#[derive(Clone, Debug)]
pub struct Digests {
    pub check: Check,
    /// In hexadecimal, where the signature is to cover the bytes.
    pub sha256: Option<String>,
}

impl Digests {
    /// Computed from the bytes as they are now; a body that is elsewhere is read once.
    pub async fn of(body: &Body, crc64nvme: bool, signed: bool) -> Result<Digests, Error> {
        let body = body.clone();
        if matches!(body, Body::Held(_)) && body.size() <= AT_ONCE {
            return Digests::now(&body, crc64nvme, signed);
        }
        blocking(move || Digests::now(&body, crc64nvme, signed)).await
    }

    fn now(body: &Body, crc64nvme: bool, signed: bool) -> Result<Digests, Error> {
        let mut crc = crc64nvme.then(|| crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme));
        let mut md5 = (!crc64nvme).then(Md5::new);
        let mut sha256 = signed.then(Sha256::new);
        body.walk(|piece| {
            crc.as_mut().into_iter().for_each(|crc| crc.update(piece));
            md5.as_mut().into_iter().for_each(|md5| md5.update(piece));
            sha256.as_mut().into_iter().for_each(|sha256| sha256.update(piece));
        })?;
        let check = match (crc, md5) {
            (Some(crc), _) => Check::Crc64Nvme(STANDARD.encode(crc.finalize().to_be_bytes())),
            (None, md5) => Check::ContentMd5(STANDARD.encode(md5.unwrap_or_default().finalize())),
        };
        Ok(Digests { check, sha256: sha256.map(|sha256| hex(&sha256.finalize())) })
    }
}

/// The one check a PUT or part carries. R2 refuses two at once (400 `InvalidRequest`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `x-amz-checksum-crc64nvme`: AWS, where it is cheapest and kept with the object.
    Crc64Nvme(String),
    /// `Content-MD5`: understood by every other server measured.
    ContentMd5(String),
}

impl Check {
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
        !hex(&STANDARD.decode(sent).unwrap_or_default()).eq_ignore_ascii_case(stored)
    }

    /// The name of the digest, where the answer shows that the server has these bytes.
    pub fn confirmed_by(&self, etag: &ETag, crc64nvme: Option<&str>) -> Option<&'static str> {
        match self {
            Check::Crc64Nvme(sent) => (crc64nvme == Some(sent)).then_some("crc64nvme"),
            Check::ContentMd5(_) => {
                (etag.md5_hex().is_some() && !self.contradicted_by(etag)).then_some("md5")
            }
        }
    }
}

/// The CRC64NVME of an object out of those of its parts, in their order; `None` where one of them
/// has none.
pub fn crc64nvme_of_parts(parts: &[UploadedPart]) -> Option<String> {
    let value = |part: &UploadedPart| {
        let bytes = STANDARD.decode(part.crc64nvme.as_ref()?).ok()?;
        Some((u64::from_be_bytes(bytes.try_into().ok()?), part.size))
    };
    let mut values = parts.iter().map(value);
    let (first, _) = values.next()??;
    let whole = values.try_fold(first, |whole, next| {
        let (crc, length) = next?;
        Some(joined(whole, crc, length))
    })?;
    Some(STANDARD.encode(whole.to_be_bytes()))
}

/// The value of `Content-MD5`.
pub fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(Md5::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &'static str, crc64nvme: bool, signed: bool) -> Digests {
        Digests::now(&Body::from(body), crc64nvme, signed).unwrap()
    }

    #[test]
    fn a_body_carries_one_check_of_the_kind_the_provider_takes() {
        let aws = of("123456789", true, false).check;
        assert_eq!(aws.crc64nvme().as_deref(), Some("rosUhgp5mIg="));
        assert_eq!(aws.content_md5(), None);
        let r2 = of("", false, false).check;
        assert_eq!(r2.content_md5().as_deref(), Some("1B2M2Y8AsgTpgAmY7PhCfg=="));
        assert_eq!(r2.crc64nvme(), None);
    }

    #[test]
    fn the_checksum_of_the_whole_comes_out_of_those_of_its_parts() {
        let part = |number, body: &'static str| UploadedPart {
            number,
            etag: ETag::new("e"),
            size: body.len() as u64,
            crc64nvme: of(body, true, false).check.crc64nvme(),
        };
        let parts = [part(1, "1234"), part(2, "56"), part(3, ""), part(4, "789")];
        assert_eq!(crc64nvme_of_parts(&parts).as_deref(), Some("rosUhgp5mIg="));
        let turned = [part(1, "56"), part(2, "1234"), part(3, ""), part(4, "789")];
        assert_ne!(crc64nvme_of_parts(&turned).as_deref(), Some("rosUhgp5mIg="));
        let unknown = UploadedPart { crc64nvme: None, ..part(2, "x") };
        assert_eq!(crc64nvme_of_parts(&[part(1, "1"), unknown]), None);
        assert_eq!(crc64nvme_of_parts(&[]), None);
    }

    #[test]
    fn the_signature_covers_the_bytes_where_it_is_asked_to() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(of("", false, true).sha256.as_deref(), Some(empty));
        assert_eq!(of("", false, false).sha256, None);
    }

    #[test]
    fn only_another_md5_contradicts_the_bytes_and_only_the_same_confirms_them() {
        let check = of("", false, false).check;
        let same = ETag::new("D41D8CD98F00B204E9800998ECF8427E");
        let other = ETag::new("00000000000000000000000000000000");
        assert!(!check.contradicted_by(&same));
        assert!(check.contradicted_by(&other));
        assert!(!check.contradicted_by(&ETag::new("opaque")));
        assert!(!check.contradicted_by(&ETag::new("00000000000000000000000000000000-2")));
        assert_eq!(check.confirmed_by(&same, None), Some("md5"));
        assert_eq!(check.confirmed_by(&ETag::new("opaque"), None), None);
        assert_eq!(check.confirmed_by(&other, None), None);
        let crc = of("123456789", true, false).check;
        assert_eq!(crc.confirmed_by(&other, Some("rosUhgp5mIg=")), Some("crc64nvme"));
        assert_eq!(crc.confirmed_by(&other, None), None);
    }
}
