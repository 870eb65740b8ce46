//! Reads further pages of the list of buckets, whose token AWS and R2 give in different places.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;

/// Asked for on AWS, which gives an account with more buckets no list without pages.
pub const PER_PAGE: i32 = 1000;

/// R2 ends a list after 1,000 buckets and says only in headers that there are more
/// (r2/api/s3/extensions).
pub const R2_TOKEN: &str = "cf-continuation-token";
const R2_MORE: &str = "cf-is-truncated";
const R2_NEXT: &str = "cf-next-continuation-token";

/// What an answer's headers say of the next page.
#[derive(Clone, Debug, Default)]
pub struct Next(Arc<Mutex<Option<String>>>);

impl Next {
    pub fn token(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Next {
    fn name(&self) -> &'static str {
        "NextPageOfBuckets"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let next = headers.get(R2_NEXT).filter(|_| headers.get(R2_MORE) != Some("false"));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = next.map(str::to_owned);
        Ok(())
    }
}
