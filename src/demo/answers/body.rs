//! Takes in the body of a request.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, StdError, s3_error};

use crate::demo::answers::context::refused;

/// What is reserved at most before bytes have come.
const RESERVED: usize = 64 * 1024 * 1024;

/// The whole body; `length` is what the request announced.
pub async fn received(body: Option<StreamingBlob>, length: Option<i64>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let announced = length.and_then(|length| usize::try_from(length).ok());
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0).min(RESERVED));
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| broken(&error))?);
    }
    if announced.is_some_and(|announced| announced != bytes.len()) {
        return Err(incomplete());
    }
    Ok(bytes.freeze())
}

fn incomplete() -> S3Error {
    s3_error!(
        IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
}

/// The service tells its reasons only as text.
fn broken(error: &StdError) -> S3Error {
    let reason = error.to_string();
    if reason.contains("Sha256Mismatch") {
        let message =
            "The provided 'x-amz-content-sha256' header does not match what was computed.";
        refused(400, "XAmzContentSHA256Mismatch", message)
    } else if reason.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch)
    } else {
        incomplete()
    }
}
