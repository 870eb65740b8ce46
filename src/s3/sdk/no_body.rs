//! Sends `Content-Length: 0` with requests without a body, because some servers insist (411).

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;

use crate::s3::sdk::hook::Hook;

/// `Content-Length: 0` on a PUT or POST: Ceph answers 411 to an UploadPartCopy that has none.
#[derive(Debug)]
pub struct NoBody;

impl Hook for NoBody {
    fn before_sending(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        let sends = matches!(request.method(), "PUT" | "POST");
        let empty = request.body().content_length() == Some(0);
        if sends && empty && request.headers().get("content-length").is_none() {
            request.headers_mut().insert("content-length", "0");
        }
        Ok(())
    }
}
