//! Examines where a bucket is, and how its name goes into a URL.

use crate::domain::address::{Bucket, Prefix};
use crate::domain::diagnosis::Step;
use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::doctor::report::Report;

/// Region and style of a bucket that was listed.
pub async fn as_it_is(client: &Client, bucket: &Bucket, report: &mut Report<'_>) {
    match client.regions(bucket).await {
        Ok((here, there)) if here != there => report.beware(
            Step::Region,
            format!(
                "the bucket is in {there}, the connection says {here}: every first request takes \
                 a detour"
            ),
        ),
        Ok((here, _)) => report.works(Step::Region, here),
        Err(error) => report.fails(Step::Region, error),
    }
    match client.sdk().await {
        Ok(sdk) => report.works(Step::Style, how(sdk.path_style)),
        Err(error) => report.fails(Step::Style, error),
    }
}

/// Whether the other style would have helped a listing that failed.
pub async fn as_it_could_be(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    failure: &Error,
    report: &mut Report<'_>,
) {
    report.skip(Step::Region..=Step::Region, "the bucket cannot be listed");
    if !by_style(failure) {
        return report.skip(Step::Style..=Step::Style, "the failure has another reason");
    }
    let style = match client.sdk().await {
        Ok(sdk) => sdk.path_style,
        Err(error) => return report.fails(Step::Style, error),
    };
    let instead = if style { "never" } else { "always" };
    match list_in_other_style(client, bucket, prefix).await {
        Ok(()) => report.beware(
            Step::Style,
            format!(
                "{} does not work, {} does: set path_style = \"{instead}\"",
                how(style),
                how(!style)
            ),
        ),
        Err(_) => report.skip(Step::Style..=Step::Style, "the other style does not work either"),
    }
}

fn how(path_style: bool) -> &'static str {
    if path_style { "path style" } else { "virtual-hosted style" }
}

/// What a server answers, or a resolver, that looks for the bucket in the wrong place of the URL.
fn by_style(failure: &Error) -> bool {
    matches!(
        failure.kind,
        ErrorKind::Unreachable
            | ErrorKind::Untrusted
            | ErrorKind::NotS3
            | ErrorKind::NoSuchBucket
            | ErrorKind::NoSuchKey
            | ErrorKind::InvalidName
            | ErrorKind::InvalidRequest
            | ErrorKind::WrongRegion { .. }
            | ErrorKind::WrongSecret
            | ErrorKind::Config
            | ErrorKind::Unsupported
    )
}

async fn list_in_other_style(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
) -> Result<(), Error> {
    let call = Call::on_bucket("ListObjectsV2", bucket);
    let sdk = client.sdk().await?.in_other_style();
    let request = sdk.list_objects_v2().bucket(client.wire(bucket)).prefix(prefix.as_str());
    request.max_keys(1).send().await.map(drop).map_err(|error| call.failed(error))
}
