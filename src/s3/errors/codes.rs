//! The error codes of S3 and R2, and what each means for a person (r2/api/error-codes; S3 API reference).

use crate::domain::error::ErrorKind;
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
        "PreconditionFailed" | "ConditionalRequestConflict" if call.guards_source => {
            ErrorKind::SourceChanged
        }
        _ => plain(code).unwrap_or_else(|| kind_of_status(status, call)),
    }
}

/// What some servers say in words only: Garage calls every refused signature and key `AccessDenied`, R2 an id of the
/// wrong length an `InvalidArgument`, and Garage names the region it wants beside a scope that it does not expect.
pub fn by_words(kind: ErrorKind, said: &str, region: Option<String>) -> ErrorKind {
    let says = |words: &str| said.contains(words);
    match kind {
        ErrorKind::AccessDenied if says("Invalid signature") => ErrorKind::WrongSecret,
        ErrorKind::AccessDenied if says("No such key: GK") => ErrorKind::UnknownAccessKey,
        ErrorKind::InvalidRequest if says("access key has length") => ErrorKind::UnknownAccessKey,
        ErrorKind::InvalidRequest if says("unexpected scope") => {
            ErrorKind::WrongRegion { expected: region }
        }
        kind => kind,
    }
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
        "NoSuchKey" => ErrorKind::NoSuchKey,
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
        "PreconditionFailed" | "ConditionalRequestConflict" => ErrorKind::PreconditionFailed,
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
        | "Throttling" => ErrorKind::Throttled,
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
        412 if call.guards_source => ErrorKind::SourceChanged,
        412 => ErrorKind::PreconditionFailed,
        405 | 501 => ErrorKind::Unsupported,
        413 => ErrorKind::TooLarge,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::ServerFault,
        400.. => ErrorKind::InvalidRequest,
        _ => ErrorKind::NotS3,
    }
}
