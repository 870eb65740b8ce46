//! Examines whether a server speaks S3, whether its clock agrees, and whether it knows the keys.

use jiff::{SignedDuration, Timestamp};

use crate::config::connection::CredentialsSource;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::diagnosis::{Examination, Step, Verdict};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::units::Counted;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::clock::Clock;
use crate::s3::doctor::report::{Report, Stop};
use crate::s3::sdk::hook::Hooked;

/// Signatures of clocks further apart are refused by S3 (RequestTimeTooSkewed).
const SKEW_LIMIT: SignedDuration = SignedDuration::from_mins(15);
/// A larger difference is reported, long before S3 refuses it.
const SKEW_NOTED: SignedDuration = SignedDuration::from_mins(1);

const NO_SERVER: Stop = Stop("no S3 server answered");
const NO_KEYS: Stop = Stop("the server does not know these keys");

/// Asks for the buckets, which tells more than its answer. The first bucket, where there is one.
pub async fn introduce(
    client: &Client,
    examination: &Examination,
    report: &mut Report<'_>,
) -> Result<Option<Bucket>, Stop> {
    let server = Clock::default();
    let anonymous = matches!(client.connection().credentials, CredentialsSource::Anonymous);
    let outcome = match (&examination.bucket, anonymous) {
        (Some(bucket), true) => look_into(client, bucket, &examination.prefix, &server).await,
        _ => list(client, &server).await,
    };
    let ahead = server.told().map(|told| Timestamp::now().duration_since(told));
    let several = client.endpoints().are_several() && outcome.as_ref().err().is_none_or(answered);
    let (outcome, told) = if several { everywhere(client).await } else { (outcome, None) };
    let error = outcome.as_ref().err();
    if let Some(error) = error.filter(|error| !answered(error)) {
        report.fails(Step::Speak, error.clone());
        report.skip(Step::Clock..=Step::ListBuckets, NO_SERVER.0);
        return Err(NO_SERVER);
    }
    report.works(Step::Speak, client.provider().facts().name.as_str());
    report.end(Step::Clock, clock(ahead, error));
    if anonymous {
        report.skip(Step::Sign..=Step::ListBuckets, "requests are not signed");
        return Ok(None);
    }
    if let Some(error) = error.filter(|error| !known(error)) {
        report.fails(Step::Sign, error.clone());
        report.skip(Step::ListBuckets..=Step::ListBuckets, NO_KEYS.0);
        return Err(NO_KEYS);
    }
    report.works(Step::Sign, client.identity().unwrap_or_default());
    match outcome {
        Ok(buckets) => {
            report.works(Step::ListBuckets, told.unwrap_or_else(|| how_many(buckets.len())));
            Ok(buckets.into_iter().next())
        }
        Err(error) => {
            report.fails(Step::ListBuckets, error);
            Ok(None)
        }
    }
}

fn how_many(buckets: usize) -> String {
    Counted(buckets as u64, "bucket").to_string()
}

/// What every jurisdiction lists, with those that refuse.
async fn everywhere(client: &Client) -> (Result<Vec<Bucket>, Error>, Option<String>) {
    let listing = match client.list_buckets().await {
        Ok(listing) => listing,
        Err(error) => return (Err(error), None),
    };
    let mut told = how_many(listing.entries.len());
    for (jurisdiction, error) in &listing.unlisted {
        let (name, what) = (jurisdiction.name(), error.explain().what);
        told.push_str(&format!("; jurisdiction {name}: {what}"));
    }
    (Ok(listing.entries.into_iter().map(|entry| entry.bucket).collect()), Some(told))
}

async fn list(client: &Client, server: &Clock) -> Result<Vec<Bucket>, Error> {
    let call = Call::on_account("ListBuckets", "");
    let output = client
        .run(&call, |sdk, _| {
            let request = sdk.list_buckets().customize().interceptor(Hooked(server.clone()));
            let call = &call;
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await?;
    Ok(output.buckets().iter().filter_map(|bucket| bucket.name()).map(Bucket::from).collect())
}

/// Who does not sign is asked nothing about an account.
async fn look_into(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    server: &Clock,
) -> Result<Vec<Bucket>, Error> {
    let call = Call::on_bucket("ListObjectsV2", bucket);
    client
        .run(&call, |sdk, bucket| {
            let request = sdk.list_objects_v2().bucket(bucket).prefix(prefix.as_str());
            let request = request.max_keys(1).customize().interceptor(Hooked(server.clone()));
            let call = &call;
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
        .map(|_| Vec::new())
}

/// Whether an S3 server gave the answer.
fn answered(error: &Error) -> bool {
    if error.is(&ErrorKind::ExpiredCredentials) && error.status.is_none() {
        return false;
    }
    !matches!(
        error.kind,
        ErrorKind::Unreachable
            | ErrorKind::Untrusted
            | ErrorKind::NotS3
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::NoCredentials
            | ErrorKind::CodeWanted
            | ErrorKind::Config
            | ErrorKind::Keyring(_)
    )
}

/// Whether the server knows who asks: refusing a list of buckets is normal for a scoped token.
fn known(error: &Error) -> bool {
    !matches!(
        error.kind,
        ErrorKind::UnknownAccessKey
            | ErrorKind::WrongSecret
            | ErrorKind::ExpiredCredentials
            | ErrorKind::ClockSkew
    )
}

/// `ahead`: how far this clock is ahead of the server's.
fn clock(ahead: Option<SignedDuration>, error: Option<&Error>) -> Verdict {
    if let Some(error) = error.filter(|error| error.is(&ErrorKind::ClockSkew)) {
        return Verdict::Fails(error.clone());
    }
    let Some(ahead) = ahead else {
        return Verdict::Skipped("the answer has no date".to_owned());
    };
    let off = ahead.abs();
    let side = if ahead.is_negative() { "behind" } else { "ahead of" };
    match off {
        off if off < SKEW_NOTED => Verdict::Works("agrees with the server's".to_owned()),
        off if off < SKEW_LIMIT => Verdict::Beware(format!(
            "{} s {side} the server's; at 15 min every request is refused",
            off.as_secs()
        )),
        off => Verdict::Beware(format!("{} min {side} the server's", off.as_mins())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_before_the_server_does() {
        let of = |seconds| clock(Some(SignedDuration::from_secs(seconds)), None);
        assert_eq!(of(-2), Verdict::Works("agrees with the server's".to_owned()));
        let Verdict::Beware(told) = of(-90) else { panic!("{:?}", of(-90)) };
        assert!(told.starts_with("90 s behind the server's"), "{told}");
        assert_eq!(of(3600), Verdict::Beware("60 min ahead of the server's".to_owned()));
        let skewed = Error::new(ErrorKind::ClockSkew, "ListBuckets", "");
        assert_eq!(clock(None, Some(&skewed)), Verdict::Fails(skewed.clone()));
    }

    #[test]
    fn a_scoped_token_is_a_known_one() {
        let of = |kind| Error::new(kind, "ListBuckets", "");
        assert!(known(&of(ErrorKind::AccessDenied)));
        assert!(!known(&of(ErrorKind::WrongSecret)));
        assert!(answered(&of(ErrorKind::WrongSecret)));
        assert!(!answered(&of(ErrorKind::NotS3)));
    }
}
