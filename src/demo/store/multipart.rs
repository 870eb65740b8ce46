//! Uploads in parts: what has arrived, and how it becomes an object.

use std::collections::BTreeMap;
use std::time::SystemTime;

use md5::{Digest, Md5};
use s3s::dto::Checksum;

use crate::demo::store::content::Content;
use crate::demo::store::object::Stored;
use crate::domain::hex::hex;

/// An upload that was begun and neither completed nor aborted.
#[derive(Clone, Debug)]
pub struct Upload {
    pub begun: SystemTime,
    /// Headers, metadata and class of the object to be; its content is still empty.
    pub object: Stored,
    pub checksum_algorithm: Option<String>,
    /// `COMPOSITE` or `FULL_OBJECT`.
    pub checksum_type: Option<String>,
    pub parts: BTreeMap<i32, StoredPart>,
}

#[derive(Clone, Debug)]
pub struct StoredPart {
    pub content: Content,
    pub md5: [u8; 16],
    pub checksum: Checksum,
    pub arrived: SystemTime,
}

/// Why an upload cannot be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NoParts,
    /// Numbers must ascend.
    Order,
    /// A named part did not arrive, or arrived otherwise.
    Part(i32),
    TooSmall(i32),
    /// R2's rule.
    UnequalLengths,
}

/// What the parts of a completed upload must satisfy.
#[derive(Clone, Copy, Debug)]
pub struct PartRules {
    /// In bytes; the last part is exempt.
    pub smallest: u64,
    /// Whether all but the last must have one length.
    pub equal: bool,
}

impl StoredPart {
    pub fn etag(&self) -> String {
        hex(&self.md5)
    }
}

impl Upload {
    /// The parts a client names for completion, checked. An ETag of `None` is not compared.
    pub fn chosen(
        &self,
        named: &[(i32, Option<String>)],
        rules: PartRules,
    ) -> Result<Vec<&StoredPart>, Refused> {
        if named.is_empty() {
            return Err(Refused::NoParts);
        }
        if named.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(Refused::Order);
        }
        let mut parts = Vec::with_capacity(named.len());
        for (number, etag) in named {
            let part = self.parts.get(number).ok_or(Refused::Part(*number))?;
            if etag.as_ref().is_some_and(|etag| *etag != part.etag()) {
                return Err(Refused::Part(*number));
            }
            parts.push(part);
        }
        check_lengths(named, &parts, rules)?;
        Ok(parts)
    }

    /// The object of these parts; its checksum is left to the caller.
    pub fn assembled(&self, parts: &[&StoredPart]) -> Stored {
        let mut hash = Md5::new();
        for part in parts {
            hash.update(part.md5);
        }
        let digest: [u8; 16] = hash.finalize().into();
        Stored {
            content: Content::joined(parts.iter().map(|part| part.content.clone())),
            etag: format!("{}-{}", hex(&digest), parts.len()),
            parts: parts.iter().map(|part| part.content.len()).collect(),
            ..self.object.clone()
        }
    }
}

fn check_lengths(
    named: &[(i32, Option<String>)],
    parts: &[&StoredPart],
    rules: PartRules,
) -> Result<(), Refused> {
    let Some((last, others)) = parts.split_last() else { return Ok(()) };
    for (part, (number, _)) in others.iter().zip(named) {
        if part.content.len() < rules.smallest {
            return Err(Refused::TooSmall(*number));
        }
    }
    let Some(first) = others.first().filter(|_| rules.equal) else { return Ok(()) };
    let length = first.content.len();
    let equal = others.iter().all(|part| part.content.len() == length);
    if equal && last.content.len() <= length { Ok(()) } else { Err(Refused::UnequalLengths) }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use s3s::dto::Checksum;

    use super::{PartRules, Refused, StoredPart, Upload};
    use crate::demo::store::content::Content;
    use crate::demo::store::object::{Stored, md5};

    const S3: PartRules = PartRules { smallest: 4, equal: false };
    const R2: PartRules = PartRules { smallest: 4, equal: true };

    fn upload(parts: &[&'static str]) -> Upload {
        let part = |text: &&'static str| {
            let content = Content::held(*text);
            StoredPart {
                md5: md5(&content),
                content,
                checksum: Checksum::default(),
                arrived: SystemTime::UNIX_EPOCH,
            }
        };
        Upload {
            begun: SystemTime::UNIX_EPOCH,
            object: Stored::default(),
            checksum_algorithm: None,
            checksum_type: None,
            parts: (1..).zip(parts.iter().map(part)).collect(),
        }
    }

    fn refused(parts: &[&'static str], numbers: &[i32], rules: PartRules) -> Option<Refused> {
        let named: Vec<_> = numbers.iter().map(|number| (*number, None)).collect();
        upload(parts).chosen(&named, rules).err()
    }

    #[test]
    fn parts_become_one_object_with_the_digest_of_digests() {
        let upload = upload(&["abcd", "efgh", "i"]);
        let named: Vec<_> = (1..=3).map(|number| (number, None)).collect();
        let object = upload.assembled(&upload.chosen(&named, S3).expect("accepted"));
        assert_eq!(object.content.to_bytes(), "abcdefghi");
        assert!(object.etag.ends_with("-3"));
        assert_eq!(object.parts, [4, 4, 1]);
    }

    #[test]
    fn what_s3_refuses_is_refused() {
        assert_eq!(refused(&["abcd"], &[], S3), Some(Refused::NoParts));
        assert_eq!(refused(&["abcd", "efgh"], &[2, 1], S3), Some(Refused::Order));
        assert_eq!(refused(&["abcd"], &[2], S3), Some(Refused::Part(2)));
        assert_eq!(refused(&["abc", "efgh"], &[1, 2], S3), Some(Refused::TooSmall(1)));
        assert_eq!(refused(&["abcd", "efghij", "k"], &[1, 2, 3], S3), None);
    }

    #[test]
    fn r2_wants_equal_lengths() {
        let unequal = Some(Refused::UnequalLengths);
        assert_eq!(refused(&["abcd", "efghij", "k"], &[1, 2, 3], R2), unequal);
        assert_eq!(refused(&["abcd", "efghij"], &[1, 2], R2), unequal);
        assert_eq!(refused(&["abcd", "efgh", "k"], &[1, 2, 3], R2), None);
    }
}
