//! Sends `Content-Length: 0` with requests without a body, because some servers insist (411).

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;

use crate::s3::sdk::hook::Hook;

/// `Content-Length: 0` on what writes: Ceph answers 411 to an UploadPartCopy that has none,
/// OpenStack Swift waits for the body of a DELETE until the connection closes.
#[derive(Debug)]
pub struct NoBody;

impl Hook for NoBody {
    fn before_sending(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        let sends = matches!(request.method(), "PUT" | "POST" | "DELETE");
        let empty = request.body().content_length() == Some(0);
        if sends && empty && request.headers().get("content-length").is_none() {
            request.headers_mut().insert("content-length", "0");
        }
        Ok(())
    }
}

/// A request without a body names no type of one: OpenStack Swift takes that of a PutObjectAcl for
/// the object's own.
pub fn of_no_type(request: &mut HttpRequest) {
    if request.body().content_length() == Some(0) {
        request.headers_mut().remove("content-type");
    }
}
