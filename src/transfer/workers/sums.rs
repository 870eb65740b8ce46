//! Compares a copy with its source by the checksums that servers keep of the whole.

use crate::domain::error::{Error, ErrorKind, LOOK_AT_COPY};
use crate::domain::likeness::Likeness;
use crate::domain::object::{ETag, ObjectAddress, ObjectHead, UploadedPart};
use crate::domain::provider::Provider;
use crate::domain::transfer::Verification;
use crate::s3::http::integrity::crc64nvme_of_parts;
use crate::transfer::fact::Multipart;
use crate::transfer::remote::Remote;
use crate::transfer::task::Task;
use crate::transfer::workers::digest::etag_of_parts;

/// What holds of a copy whose bytes nothing spoke for so far but their number: the name of the
/// digest where both ends have the same one. `etag` is the source's at the time of the copy.
///
/// # Errors
/// `Corrupt` where both have one, and it is not the same.
pub async fn compared(
    task: &Task,
    (from, etag): (&ObjectAddress, Option<&ETag>),
    to: &ObjectAddress,
    seen: Verification,
) -> Result<Verification, Error> {
    let told = [&task.source, &task.remote].map(|remote| tells_more(&**remote));
    if matches!(seen, Verification::Digest(_)) || told == [false, false] {
        return Ok(seen);
    }
    // Who may not look again knows what was seen.
    let Ok(own) = task.source_policy.send(|| task.source.whole_head(from)).await else {
        return Ok(seen);
    };
    if own.checksums.is_empty() || own.etag.as_ref() != etag {
        return Ok(seen);
    }
    let Ok(copy) = task.policy.send(|| task.remote.whole_head(to)).await else { return Ok(seen) };
    match Likeness::of(&own, &copy) {
        Likeness::Same(Some(digest)) => Ok(Verification::Digest(digest.to_owned())),
        Likeness::Other => Err(Error::new(ErrorKind::Corrupt, LOOK_AT_COPY, to.to_string())
            .detail("the server has another checksum of it than of its source")),
        Likeness::Same(None) | Likeness::Unknown => Ok(seen),
    }
}

/// Whether a HEAD that asks for checksums may tell more than one that does not: of AWS all ask for
/// them, of R2 none.
pub fn tells_more(remote: &dyn Remote) -> bool {
    !matches!(remote.provider(), Provider::Aws | Provider::R2)
}

/// What speaks for a copy that has its source's ETag.
pub fn by_etag(head: &ObjectHead) -> Verification {
    match head.etag.as_ref().and_then(|etag| etag.md5_hex()) {
        Some(_) => Verification::Digest("md5".to_owned()),
        None => Verification::SizeOnly("server-side copy, same ETag".to_owned()),
    }
}

/// The parts' ETags come from the server alone: only the source's own ETag can confirm them.
pub fn verified(head: &ObjectHead, multipart: &Multipart) -> Verification {
    if head.etag.is_some() && etag_of_parts(multipart.parts.values()) == head.etag {
        return Verification::Digest("md5".to_owned());
    }
    let parts: Vec<UploadedPart> = multipart.parts.values().cloned().collect();
    let known = head.checksums.iter().find(|(name, _)| name.eq_ignore_ascii_case("crc64nvme"));
    if known.is_some_and(|(_, value)| crc64nvme_of_parts(&parts).as_ref() == Some(value)) {
        return Verification::Digest("crc64nvme".to_owned());
    }
    Verification::SizeOnly(
        "copied by the server in parts, from a source that stayed the same".into(),
    )
}

/// How the reason begins why no digest of the whole was compared, where the bytes were read from an
/// object that stayed the same and sent with digests that the server confirmed.
const ON_ITS_WAY: &str = "each part was checked on its way";

pub fn on_its_way(verification: Verification) -> Verification {
    match verification {
        Verification::SizeOnly(why) => Verification::SizeOnly(format!("{ON_ITS_WAY}, {why}")),
        digest @ Verification::Digest(_) => digest,
    }
}

/// Whether more than the number of its bytes speaks for a copy.
pub fn is_more_than_size(verification: &Verification) -> bool {
    match verification {
        Verification::SizeOnly(why) => why.starts_with(ON_ITS_WAY),
        Verification::Digest(_) => true,
    }
}
