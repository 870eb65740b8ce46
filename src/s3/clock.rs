//! Keeps the server's clock, as its last answer told it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use jiff::Timestamp;

/// Clones speak of the same server.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Seconds since 1970; 0 before the first answer.
    told: Arc<AtomicI64>,
}

impl Clock {
    pub fn told(&self) -> Option<Timestamp> {
        let seconds = self.told.load(Ordering::Relaxed);
        Timestamp::from_second(seconds).ok().filter(|_| seconds > 0)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let told = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let Some(told) = told {
            self.told.store(told.secs(), Ordering::Relaxed);
        }
        Ok(())
    }
}
