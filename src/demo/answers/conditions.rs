//! Decides conditional requests, such as `If-Match`, for reads, writes and copy sources.

use std::time::SystemTime;

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use crate::demo::answers::context::no_such_key;
use crate::demo::store::object::{Stored, Version};

/// The four conditions of a read or of a copy source.
#[derive(Default)]
pub struct Conditions {
    pub matches: Option<ETagCondition>,
    pub differs: Option<ETagCondition>,
    pub modified_since: Option<Timestamp>,
    pub unmodified_since: Option<Timestamp>,
}

fn fits(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => wanted.value() == etag,
    }
}

fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

impl Conditions {
    /// Judges a read: 412, or 304 where the client has it already.
    pub fn check_read(&self, object: &Stored, modified: SystemTime) -> S3Result<()> {
        let modified = Timestamp::from(modified);
        let refused = match &self.matches {
            Some(condition) => !fits(condition, &object.etag),
            None => self.unmodified_since.as_ref().is_some_and(|since| modified > *since),
        };
        if refused {
            return Err(failed());
        }
        let unchanged = match &self.differs {
            Some(condition) => fits(condition, &object.etag),
            None => self.modified_since.as_ref().is_some_and(|since| modified <= *since),
        };
        if unchanged { Err(not_modified(object)) } else { Ok(()) }
    }

    /// Judges the source of a copy: always 412.
    pub fn check_source(&self, object: &Stored, modified: SystemTime) -> S3Result<()> {
        self.check_read(object, modified).map_err(|_| failed())
    }

    pub fn is_empty(&self) -> bool {
        self.matches.is_none()
            && self.differs.is_none()
            && self.modified_since.is_none()
            && self.unmodified_since.is_none()
    }
}

fn not_modified(object: &Stored) -> S3Error {
    let mut error = s3_error!(NotModified, "Not Modified");
    if let Ok(etag) = ETag::Strong(object.etag.clone()).to_http_header() {
        error.set_headers([(http::header::ETAG, etag)].into_iter().collect());
    }
    error
}

/// Judges a write against what is there now.
pub fn check_write(
    current: Option<&Version>,
    matches: Option<&ETagCondition>,
    differs: Option<&ETagCondition>,
) -> S3Result<()> {
    let object = current.and_then(|version| version.object.as_ref());
    if let Some(condition) = matches {
        match object {
            None => return Err(no_such_key()),
            Some(object) if !fits(condition, &object.etag) => return Err(failed()),
            Some(_) => {}
        }
    }
    match (differs, object) {
        (Some(condition), Some(object)) if fits(condition, &object.etag) => Err(failed()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    use s3s::S3ErrorCode;
    use s3s::dto::{ETag, ETagCondition, Timestamp};

    use super::{Conditions, check_write};
    use crate::demo::store::content::Content;
    use crate::demo::store::object::{Stored, Version};

    const THEN: SystemTime = SystemTime::UNIX_EPOCH;

    fn etag(value: &str) -> ETagCondition {
        ETagCondition::ETag(ETag::Strong(value.to_owned()))
    }

    fn read(conditions: &Conditions) -> Option<S3ErrorCode> {
        let object = Stored { etag: "mine".to_owned(), ..Stored::default() };
        conditions.check_read(&object, THEN).err().map(|error| error.code().clone())
    }

    #[test]
    fn reads_are_judged_by_etag_before_time() {
        let hour = Some(Timestamp::from(THEN + Duration::from_hours(1)));
        let any = Conditions::default;
        assert_eq!(read(&Conditions { matches: Some(etag("mine")), ..any() }), None);
        let refused = Some(S3ErrorCode::PreconditionFailed);
        assert_eq!(read(&Conditions { matches: Some(etag("other")), ..any() }), refused);
        let unchanged = Some(S3ErrorCode::NotModified);
        assert_eq!(read(&Conditions { differs: Some(etag("mine")), ..any() }), unchanged);
        assert_eq!(read(&Conditions { modified_since: hour.clone(), ..any() }), unchanged);
        let both = Conditions { differs: Some(etag("other")), modified_since: hour, ..any() };
        assert_eq!(read(&both), None);
    }

    #[test]
    fn a_write_can_insist_on_the_first_or_on_the_known() {
        let there = Version {
            id: None,
            modified: THEN,
            object: Some(Arc::new(Stored::whole(Content::held("x")))),
        };
        let star = Some(&ETagCondition::Any);
        assert!(check_write(Some(&there), None, star).is_err());
        assert!(check_write(None, None, star).is_ok());
        assert!(check_write(Some(&there), Some(&etag("other")), None).is_err());
        let missing = check_write(None, Some(&etag("other")), None).expect_err("missing");
        assert_eq!(*missing.code(), S3ErrorCode::NoSuchKey);
    }
}
