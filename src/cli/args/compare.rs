//! Defines the arguments of `diff`, and what its two sides can be.

use clap::Args;

use crate::domain::address::Location;
use crate::domain::diff_end::DiffEnd;
use crate::domain::object::{ObjectAddress, VersionId};

pub const DIFF_EXAMPLES: &str = "\
Examples:
  windlass diff s3://site/index.html index.html     An object and a file of this machine
  windlass diff 's3://site/a.css?version=ID' s3://site/a.css
                                                    An old version and the one of today
  windlass diff s3://site/ s3://site-backup/        What is new, gone or changed in the second
  windlass diff s3://media/photos/ photos/

Exit codes: 0 nothing differs, 1 something does, 2 it cannot be told.";

/// Stands before the id of a version, at the end of a location.
const VERSION: &str = "?version=";

#[derive(Debug, Args)]
pub struct DiffArguments {
    /// s3://bucket/key, s3://bucket/key?version=ID, s3://bucket/prefix/, a file or a folder
    #[arg(value_parser = parse)]
    pub one: DiffEnd,
    /// What it is compared with
    #[arg(value_parser = parse)]
    pub other: DiffEnd,
}

fn parse(text: &str) -> Result<DiffEnd, String> {
    if !text.starts_with("s3://") {
        return match text {
            "" => Err("an empty name is not a file".to_owned()),
            "-" => Err("a pipe cannot be compared: write it to a file first".to_owned()),
            path => Ok(DiffEnd::Local(path.into())),
        };
    }
    let (place, version) = match text.rsplit_once(VERSION) {
        Some((_, "")) => return Err(format!("{text:?} names no version after {VERSION}")),
        Some((place, version)) => (place, Some(VersionId(version.to_owned()))),
        None => (text, None),
    };
    match Location::parse(place)? {
        Location::Root => Err("diff needs a bucket: s3://bucket/prefix/".to_owned()),
        Location::Prefix { .. } if version.is_some() => {
            Err(format!("{place} is a prefix: only an object has versions"))
        }
        Location::Prefix { bucket, prefix } => Ok(DiffEnd::Prefix(bucket, prefix)),
        Location::Object { bucket, key } => {
            Ok(DiffEnd::Object(ObjectAddress::new(bucket, key).at_version(version)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Bucket, Prefix};

    fn object(key: &str, version: Option<&str>) -> DiffEnd {
        let object = ObjectAddress::new(Bucket::new("b"), key.into());
        let version = version.map(|id| VersionId(id.to_owned()));
        DiffEnd::Object(object.at_version(version))
    }

    #[test]
    fn a_side_is_a_location_a_version_or_a_path() {
        assert_eq!(parse("s3://b/k"), Ok(object("k", None)));
        assert_eq!(parse("s3://b/k?version=a?b"), Ok(object("k", Some("a?b"))));
        assert_eq!(parse("s3://b/k?v=1"), Ok(object("k?v=1", None)));
        let bucket = DiffEnd::Prefix(Bucket::new("b"), Prefix::new(""));
        assert_eq!(parse("s3://b"), Ok(bucket));
        assert_eq!(parse("b/k"), Ok(DiffEnd::Local("b/k".into())));
        for wrong in ["", "-", "s3://", "s3://b/p/?version=1", "s3://b/k?version="] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
