//! Checks what a signed request must satisfy before its signature is looked at: clock, expiry,
//! region.

use http::{HeaderMap, header};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::percent_decode_str;

use crate::demo::mode::Mode;
use crate::demo::refusal::Refusal;

/// The most a request's clock may differ, as on AWS.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(15);
/// The longest a presigned URL may hold, in seconds.
const LONGEST_EXPIRY: i64 = 7 * 24 * 3600;

/// What a request says of its own signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    signed_at: Option<Timestamp>,
    region: Option<String>,
    /// Seconds; only where the signature is in the query.
    expires: Option<i64>,
}

impl Claim {
    pub fn of(headers: &HeaderMap, query: &str) -> Claim {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(authorization) = text(header::AUTHORIZATION.as_str()) {
            let scope = authorization.split_once("Credential=").map(|(_, rest)| rest);
            return Claim {
                signed_at: text("x-amz-date").and_then(parsed),
                region: scope.and_then(|scope| region(scope.split(',').next().unwrap_or(scope))),
                expires: None,
            };
        }
        Claim {
            signed_at: parameter(query, "X-Amz-Date").and_then(|date| parsed(&date)),
            region: parameter(query, "X-Amz-Credential").and_then(|scope| region(&scope)),
            expires: parameter(query, "X-Amz-Expires").and_then(|seconds| seconds.parse().ok()),
        }
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn parsed(date: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// `KEY/20260920/REGION/s3/aws4_request`
fn region(scope: &str) -> Option<String> {
    scope.split('/').nth_back(2).map(str::to_owned)
}

/// Refuses what is too early, too late, or expired.
pub fn check_clock(claim: &Claim, now: Timestamp, mode: Mode) -> Result<(), Refusal> {
    let Some(signed_at) = claim.signed_at else { return Ok(()) };
    let age = now.duration_since(signed_at);
    let Some(expires) = claim.expires else {
        return if age.abs() > MOST_SKEW { Err(skewed(signed_at, now)) } else { Ok(()) };
    };
    if !(1..=LONGEST_EXPIRY).contains(&expires) {
        return Err(Refusal::new(
            400,
            "AuthorizationQueryParametersError",
            "X-Amz-Expires must be between 1 second and a week (604800 seconds)",
        ));
    }
    if age < -MOST_SKEW {
        return Err(skewed(signed_at, now));
    }
    if age > SignedDuration::from_secs(expires) {
        return Err(expired(signed_at, expires, now, mode));
    }
    Ok(())
}

fn skewed(signed_at: Timestamp, now: Timestamp) -> Refusal {
    let message = "The difference between the request time and the current time is too large.";
    Refusal::new(403, "RequestTimeTooSkewed", message)
        .element("RequestTime", signed_at.strftime("%Y%m%dT%H%M%SZ").to_string())
        .element("ServerTime", now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .element("MaxAllowedSkewMilliseconds", MOST_SKEW.as_millis().to_string())
}

fn expired(signed_at: Timestamp, expires: i64, now: Timestamp, mode: Mode) -> Refusal {
    if mode == Mode::R2 {
        return Refusal::new(400, "ExpiredRequest", "Request has expired");
    }
    let until = signed_at + SignedDuration::from_secs(expires);
    Refusal::new(403, "AccessDenied", "Request has expired")
        .element("X-Amz-Expires", expires.to_string())
        .element("Expires", until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .element("ServerTime", now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Refuses what is signed for another region than the server's and the bucket's.
///
/// A request that is right for the server but not for the bucket is redirected, as AWS does.
pub fn check_region(
    claim: &Claim,
    server: &str,
    bucket: Option<&str>,
    mode: Mode,
) -> Result<(), Refusal> {
    let Some(signed) = claim.region.as_deref() else { return Ok(()) };
    if mode == Mode::R2 {
        return match signed {
            "auto" | "us-east-1" | "" => Ok(()),
            _ => Err(Refusal::new(
                400,
                "InvalidRegionName",
                &format!(
                    "The region name '{signed}' is not valid. Must be one of: wnam, enam, weur, \
                     eeur, apac, oc, auto"
                ),
            )),
        };
    }
    let expected = bucket.unwrap_or(server);
    if signed == expected {
        return Ok(());
    }
    if signed == server {
        let message = "The bucket you are attempting to access must be addressed using the \
                       specified endpoint. Please send all future requests to this endpoint.";
        return Err(Refusal::new(301, "PermanentRedirect", message)
            .element("Region", expected)
            .header("x-amz-bucket-region", expected));
    }
    let message = format!(
        "The authorization header is malformed; the region '{signed}' is wrong; expecting \
         '{expected}'"
    );
    Err(Refusal::new(400, "AuthorizationHeaderMalformed", &message)
        .element("Region", expected)
        .header("x-amz-bucket-region", expected))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use jiff::{SignedDuration, Timestamp};

    use super::{Claim, check_clock, check_region};
    use crate::demo::mode::Mode;

    fn signed() -> Claim {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-date", HeaderValue::from_static("20260920T120000Z"));
        headers.insert(
            "authorization",
            HeaderValue::from_static(
                "AWS4-HMAC-SHA256 Credential=K/20260920/eu-west-1/s3/aws4_request, \
                 SignedHeaders=host, Signature=0",
            ),
        );
        Claim::of(&headers, "")
    }

    fn noon() -> Timestamp {
        "2026-09-20T12:00:00Z".parse().expect("a time")
    }

    #[test]
    fn a_clock_may_differ_by_fifteen_minutes() {
        let check =
            |minutes| check_clock(&signed(), noon() + SignedDuration::from_mins(minutes), Mode::S3);
        assert!(check(15).is_ok() && check(-15).is_ok());
        assert_eq!(check(16).expect_err("skewed").code, "RequestTimeTooSkewed");
        assert_eq!(check(-16).expect_err("skewed").code, "RequestTimeTooSkewed");
    }

    #[test]
    fn a_presigned_link_holds_as_long_as_it_says() {
        let query = "X-Amz-Credential=K%2F20260920%2Fauto%2Fs3%2Faws4_request&\
                     X-Amz-Date=20260920T120000Z&X-Amz-Expires=60";
        let claim = Claim::of(&HeaderMap::new(), query);
        let check =
            |seconds, mode| check_clock(&claim, noon() + SignedDuration::from_secs(seconds), mode);
        assert!(check(60, Mode::S3).is_ok());
        assert_eq!(check(61, Mode::S3).expect_err("expired").status, 403);
        assert_eq!(check(61, Mode::R2).expect_err("expired").code, "ExpiredRequest");
    }

    #[test]
    fn a_wrong_region_is_told_the_right_one() {
        let check = |server, bucket| check_region(&signed(), server, bucket, Mode::S3);
        assert!(check("us-east-1", Some("eu-west-1")).is_ok());
        assert_eq!(check("us-east-1", None).expect_err("wrong").elements[0].1, "us-east-1");
        assert_eq!(check("eu-west-1", Some("us-east-2")).expect_err("moved").status, 301);
        assert!(check_region(&signed(), "auto", None, Mode::R2).is_err());
    }
}
