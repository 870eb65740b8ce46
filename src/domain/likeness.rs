//! Decides from what a server says of two objects whether they hold the same bytes.

use crate::domain::object::{ETag, ObjectHead};

/// What sizes, checksums and ETags say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// A digest of the bytes is the same: its name, where the server's tag is known to be one.
    Same(Option<&'static str>),
    /// Something that means the bytes differs.
    Other,
    /// Nothing that means the bytes can be compared; the sizes do not differ.
    Unknown,
}

/// Checksums that servers tell of whole objects.
const CHECKSUMS: [&str; 5] = ["crc64nvme", "sha256", "sha1", "crc32c", "crc32"];

impl Likeness {
    /// ETags are compared where both are of one form and neither object is encrypted with a key of
    /// its own. Two that were made of parts and differ may still be the same: the parts may have
    /// had other sizes.
    pub fn of(one: &ObjectHead, other: &ObjectHead) -> Likeness {
        if one.size.zip(other.size).is_some_and(|(one, other)| one != other) {
            return Likeness::Other;
        }
        if let Some((name, same)) = CHECKSUMS.iter().find_map(|name| of_sums(name, one, other)) {
            return if same { Likeness::Same(Some(name)) } else { Likeness::Other };
        }
        if encrypted(one) || encrypted(other) {
            return Likeness::Unknown;
        }
        match (&one.etag, &other.etag) {
            (Some(one), Some(other)) => of_tags(one, other),
            _ => Likeness::Unknown,
        }
    }

    pub fn is_same(self) -> bool {
        matches!(self, Likeness::Same(_))
    }
}

/// The checksum of the whole that both have, and whether it is the same.
fn of_sums(
    name: &'static str,
    one: &ObjectHead,
    other: &ObjectHead,
) -> Option<(&'static str, bool)> {
    let (one, other) = (sum(name, one)?, sum(name, other)?);
    Some((name, one == other))
}

/// A value with `-N` is a checksum of the parts' checksums.
fn sum<'a>(name: &str, head: &'a ObjectHead) -> Option<&'a str> {
    let named = head.checksums.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.as_str()).filter(|value| !value.contains('-'))
}

fn of_tags(one: &ETag, other: &ETag) -> Likeness {
    let same = one.as_str().eq_ignore_ascii_case(other.as_str());
    match (one.md5_hex().is_some(), other.md5_hex().is_some()) {
        (true, true) if same => Likeness::Same(Some("md5")),
        (true, true) => Likeness::Other,
        _ if same && one.is_of_parts() => Likeness::Same(Some("md5")),
        _ if same => Likeness::Same(None),
        _ => Likeness::Unknown,
    }
}

/// Whether a key of its own makes the object's ETag no digest of its bytes.
pub fn encrypted(head: &ObjectHead) -> bool {
    head.more.iter().any(|(label, text)| {
        let text = format!("{label} {text}").to_ascii_lowercase();
        text.contains("kms") || text.contains("customer") || text.contains("sse-c")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "9e107d9d372bb6826bd81d3542a419d6";
    const OTHER: &str = "e4d909c290d0fb1ca068ffaddf22cbd0";

    fn head(size: u64, etag: &str) -> ObjectHead {
        ObjectHead { size: Some(size), etag: Some(ETag::new(etag)), ..ObjectHead::default() }
    }

    fn kms(head: ObjectHead) -> ObjectHead {
        ObjectHead { more: vec![("encryption".into(), "aws:kms".into())], ..head }
    }

    fn summed(head: ObjectHead, name: &str, value: &str) -> ObjectHead {
        ObjectHead { checksums: vec![(name.into(), value.into())], ..head }
    }

    #[test]
    fn md5s_and_sizes_tell_what_is_the_same() {
        let of = |one: &ObjectHead, other: &ObjectHead| Likeness::of(one, other);
        assert_eq!(of(&head(1, ONE), &head(1, ONE)), Likeness::Same(Some("md5")));
        assert_eq!(of(&head(1, ONE), &head(1, OTHER)), Likeness::Other);
        assert_eq!(of(&head(1, ONE), &head(2, ONE)), Likeness::Other);
        let unsized_one = ObjectHead { size: None, ..head(1, ONE) };
        assert!(of(&unsized_one, &head(1, ONE)).is_same());
    }

    #[test]
    fn tags_of_different_forms_or_of_encrypted_objects_mean_nothing() {
        let parts = |tag: &str| head(9, &format!("{tag}-2"));
        assert_eq!(Likeness::of(&parts(ONE), &head(9, OTHER)), Likeness::Unknown);
        assert_eq!(Likeness::of(&parts(ONE), &parts(OTHER)), Likeness::Unknown);
        assert_eq!(Likeness::of(&parts(ONE), &parts(ONE)), Likeness::Same(Some("md5")));
        assert_eq!(Likeness::of(&head(9, "x"), &head(9, "x")), Likeness::Same(None));
        assert_eq!(Likeness::of(&kms(head(1, ONE)), &head(1, OTHER)), Likeness::Unknown);
        assert_eq!(Likeness::of(&head(1, ONE), &kms(head(1, ONE))), Likeness::Unknown);
    }

    #[test]
    fn a_checksum_of_the_whole_outweighs_tags() {
        let one = summed(kms(head(1, ONE)), "CRC64NVME", "AAA=");
        let same = summed(kms(head(1, OTHER)), "crc64nvme", "AAA=");
        assert_eq!(Likeness::of(&one, &same), Likeness::Same(Some("crc64nvme")));
        let other = summed(head(1, ONE), "CRC64NVME", "BBB=");
        assert_eq!(Likeness::of(&one, &other), Likeness::Other);
        let of_parts = summed(head(1, ONE), "CRC64NVME", "AAA=-2");
        assert_eq!(Likeness::of(&of_parts, &head(1, ONE)), Likeness::Same(Some("md5")));
    }
}
