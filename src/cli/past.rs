//! Finds the versions that `--at` and `--version` mean, and says how far a time can be trusted.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::args::versions::PastFlags;
use crate::config::stderr::say;
use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::units::{Elapsed, Moment};
use crate::domain::versions::{VersionEntry, Versioning};
use crate::domain::visible::visible;
use crate::s3::client::Client;

/// Clocks that differ by less are the same.
const SKEW: Duration = Duration::from_secs(30);

/// The object that the flags mean: a version where one is named, or the one of that time.
pub async fn meant(
    client: &Client,
    object: ObjectAddress,
    past: &PastFlags,
) -> Result<ObjectAddress, Error> {
    if let Some(at) = past.at {
        let version = version_at(client, &object, at).await?;
        return Ok(object.at_version(version.version));
    }
    Ok(object.at_version(past.version.clone()))
}

/// The version of an object at a time.
pub async fn version_at(
    client: &Client,
    object: &ObjectAddress,
    at: Timestamp,
) -> Result<VersionEntry, Error> {
    let found = client.version_at(object, at).await?;
    say_skew(client);
    if let Some(version) = found.filter(|version| !version.is_marker()) {
        return Ok(version);
    }
    let gaps = client.versioning(&object.bucket).await.ok().and_then(gaps);
    let gaps = gaps.map_or_else(String::new, |gaps| format!("; {gaps}"));
    Err(not_there(object, at, &gaps))
}

pub fn not_there(object: &ObjectAddress, at: Timestamp, more: &str) -> Error {
    let then = Moment(at, &TimeZone::system()).to_string();
    Error::new(ErrorKind::NoSuchKey, "ListObjectVersions", object.to_string())
        .detail(format!("the object was not there at {then}{more}"))
}

/// Says on stderr what of a time cannot be known: what was not kept, and how far the clocks differ.
pub async fn say_gaps(client: &Client, bucket: &Bucket) {
    if let Some(gaps) = client.versioning(bucket).await.ok().and_then(gaps) {
        say!("windlass: {}: {gaps}", visible(bucket.as_str()));
    }
    say_skew(client);
}

fn gaps(versioning: Versioning) -> Option<&'static str> {
    match versioning {
        Versioning::Enabled => None,
        Versioning::Suspended => {
            Some("versions are suspended: what was overwritten or deleted since is not known")
        }
        Versioning::Never => {
            Some("the bucket keeps no versions: what was overwritten or deleted is not known")
        }
    }
}

/// Versions have the server's time, and a time is read by this machine's clock.
fn say_skew(client: &Client) {
    let Some(there) = client.clock() else { return };
    let here = Timestamp::now();
    let behind = there < here;
    let skew = here.duration_since(there).unsigned_abs();
    if skew > SKEW {
        let side = if behind { "behind" } else { "ahead of" };
        let skew = Elapsed(skew);
        say!("windlass: the server's clock is {skew} {side} this machine's: times are its own");
    }
}
