//! Sends `Content-Length: 0` with requests without a body, because some servers insist (411).

use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;

/// `Content-Length: 0` on a PUT or POST: Ceph answers 411 to an UploadPartCopy that has none.
#[derive(Debug)]
pub struct NoBody;

#[dyn_dispatch_hint]
impl Intercept for NoBody {
    fn name(&self) -> &'static str {
        "NoBody"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let sends = matches!(request.method(), "PUT" | "POST");
        let empty = request.body().content_length() == Some(0);
        if sends && empty && request.headers().get("content-length").is_none() {
            request.headers_mut().insert("content-length", "0");
        }
        Ok(())
    }
}
