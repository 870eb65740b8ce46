//! Maps the error codes of S3 and R2 to what each means for a person.

use crate::domain::error::{Error, ErrorKind, OPERATION_ABORTED, UNSIGNED};
use crate::s3::call::Call;

pub fn kind(code: &str, status: u16, call: &Call, region: Option<String>) -> ErrorKind {
    match code {
        "AuthorizationHeaderMalformed" if region.is_none() => ErrorKind::InvalidRequest,
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "Redirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "IncorrectEndpoint" => ErrorKind::WrongRegion { expected: region },
        "PreconditionFailed" | "ConditionalRequestConflict" => unmet(call),
        "InvalidRange" => outside(call),
        _ => plain(code).unwrap_or_else(|| kind_of_status(status, call)),
    }
}

/// What servers say, in any case, where a lock forbids a write.
const LOCKS: [&str; 5] = ["object lock", "worm", "legal hold", "retention", "retain until"];

/// What some servers say in words only: Garage calls every refused signature and key
/// `AccessDenied`, R2 an id of the wrong length an `InvalidArgument`, Garage names the region it
/// wants beside a scope that it does not expect, and AWS, Ceph and MinIO refuse what a lock
/// protects with `AccessDenied` or `InvalidRequest`.
pub fn by_words(kind: ErrorKind, said: &str, region: Option<String>, call: &Call) -> ErrorKind {
    let says = |words: &str| said.contains(words);
    let locked = || {
        let said = said.to_ascii_lowercase();
        // A bucket that has no locks, or whose versions must stay on for them.
        let of_bucket = said.contains("configuration")
            || said.contains("bucket") && (said.contains("enabled") || said.contains("configured"));
        call.writes && !of_bucket && LOCKS.iter().any(|sign| said.contains(sign))
    };
    match kind {
        ErrorKind::AccessDenied | ErrorKind::InvalidRequest if locked() => ErrorKind::Locked,
        ErrorKind::AccessDenied if says("Invalid signature") => ErrorKind::WrongSecret,
        ErrorKind::AccessDenied if says("No such key: GK") => ErrorKind::UnknownAccessKey,
        ErrorKind::InvalidRequest if says("access key has length") => ErrorKind::UnknownAccessKey,
        ErrorKind::InvalidRequest if says("unexpected scope") => {
            ErrorKind::WrongRegion { expected: region }
        }
        kind => kind,
    }
}

/// A refusal of a request that carried no signature. Servers have their own codes for that, and
/// some answer as if they spoke no S3 at all (Swift, LocalStack).
pub fn unsigned(error: Error) -> Error {
    const CODES: [&str; 6] = [
        "UnsupportedAlgorithm",
        "MissingSecurityHeader",
        "MissingAuthenticationToken",
        "InvalidArgument",
        "AuthorizationHeaderMalformed",
        "InvalidRequest",
    ];
    let coded = error.code.as_deref().is_some_and(|code| CODES.contains(&code));
    let kind = match error.kind {
        ErrorKind::UnknownAccessKey => ErrorKind::AccessDenied,
        ErrorKind::InvalidRequest if coded && matches!(error.status, Some(400 | 401)) => {
            ErrorKind::AccessDenied
        }
        ErrorKind::AccessDenied | ErrorKind::NotS3 => error.kind.clone(),
        _ => return error,
    };
    let detail = format!("{UNSIGNED}: {}", error.detail);
    Error { kind, detail, ..error }
}

/// A condition does not hold, of the source, or of what is written to. Where none was sent, the
/// answer is not the server's to this request.
fn unmet(call: &Call) -> ErrorKind {
    match (call.guards_source, call.writes) {
        (true, _) => ErrorKind::SourceChanged,
        (false, true) => ErrorKind::PreconditionFailed,
        (false, false) => ErrorKind::InvalidRequest,
    }
}

/// A range that begins behind the end. Where the object was seen before, it became shorter.
fn outside(call: &Call) -> ErrorKind {
    if call.guards_source { ErrorKind::SourceChanged } else { ErrorKind::NotInside }
}

fn plain(code: &str) -> Option<ErrorKind> {
    who(code).or_else(|| place(code)).or_else(|| state(code)).or_else(|| way(code))
}

fn who(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "NotEntitled" | "Forbidden"
        | "AccessForbidden" | "NotSignedUp" => ErrorKind::AccessDenied,
        "InvalidAccessKeyId" | "Unauthorized" | "InvalidClientTokenId" | "InvalidSecurity" => {
            ErrorKind::UnknownAccessKey
        }
        "SignatureDoesNotMatch" => ErrorKind::WrongSecret,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "InvalidToken" => {
            ErrorKind::ExpiredCredentials
        }
        "RequestTimeTooSkewed" | "RequestExpired" | "ExpiredRequest" => ErrorKind::ClockSkew,
        _ => return None,
    })
}

fn place(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchBucket" => ErrorKind::NoSuchBucket,
        "NoSuchKey" | "NoSuchVersion" => ErrorKind::NoSuchKey,
        "NoSuchUpload" => ErrorKind::NoSuchUpload,
        "InvalidBucketName" | "InvalidObjectName" | "KeyTooLongError" | "KeyTooLong" => {
            ErrorKind::InvalidName
        }
        _ => return None,
    })
}

fn state(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "BucketNotEmpty" => ErrorKind::BucketNotEmpty,
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" | "BucketConflict" => {
            ErrorKind::BucketExists
        }
        "ObjectLockedByBucketPolicy" | "ObjectLocked" => ErrorKind::Locked,
        "NotImplemented" | "MethodNotAllowed" | "UnsupportedOperation" | "XNotImplemented" => {
            ErrorKind::Unsupported
        }
        "InvalidObjectState" => ErrorKind::InvalidRequest,
        "EntityTooLarge" | "MetadataTooLarge" | "MaxMessageLengthExceeded" => ErrorKind::TooLarge,
        "BadDigest"
        | "InvalidDigest"
        | "XAmzContentSHA256Mismatch"
        | "XAmzContentChecksumMismatch" => ErrorKind::Corrupt,
        _ => return None,
    })
}

fn way(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "SlowDown"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "ThrottlingException"
        | "Throttling"
        | OPERATION_ABORTED => ErrorKind::Throttled,
        "IncompleteBody" | "ClientDisconnect" | "RequestTimeout" => ErrorKind::Interrupted,
        "InternalError" | "ServiceUnavailable" => ErrorKind::ServerFault,
        _ => return None,
    })
}

/// What a status means where no code says more.
pub fn kind_of_status(status: u16, call: &Call) -> ErrorKind {
    match status {
        401 => ErrorKind::UnknownAccessKey,
        403 => ErrorKind::AccessDenied,
        404 if call.operation.contains("Bucket") => ErrorKind::NoSuchBucket,
        // A key that the server's HTTP layer cannot take, a newline for one.
        404 if call.operation.starts_with("Put") => ErrorKind::InvalidName,
        404 => ErrorKind::NoSuchKey,
        408 => ErrorKind::TimedOut,
        412 => unmet(call),
        416 => outside(call),
        405 | 501 => ErrorKind::Unsupported,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::ServerFault,
        400.. => ErrorKind::InvalidRequest,
        _ => ErrorKind::NotS3,
    }
}
