//! Checks every answer before the SDK reads it: its length, that it is whole, that it is S3.

mod body;
pub mod fault;
mod limits;
mod xml;

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;

use crate::s3::sdk::guard::body::Guarded;
use crate::s3::sdk::scanned::BodyScanner;

pub use limits::most;
#[cfg(test)]
pub use xml::readable;
pub use xml::refusal;

/// The SDK reads half a document as if it were all, a login page as a deletion, the first piece of
/// a text as the whole, and as much as comes.
#[derive(Debug)]
pub struct ResponseGuard;

#[dyn_dispatch_hint]
impl Intercept for ResponseGuard {
    fn name(&self) -> &'static str {
        "ResponseGuard"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map_or("", Metadata::name).to_owned();
        let response = context.response_mut();
        let success = response.status().is_success();
        // The bytes of an object are their reader's to watch.
        if success && operation == "GetObject" {
            return Ok(());
        }
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let reader = cfg.load::<BodyScanner>().filter(|_| success).cloned();
        let guarded = Guarded::new(body, operation, success).read_by(reader);
        *response.body_mut() = SdkBody::from_body_1_x(guarded);
        Ok(())
    }
}
