//! Keeps what the SDK's types leave out of an answer: a header, an order.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;

/// What was read of the last answer to a request.
#[derive(Clone)]
pub struct LastAnswer<T> {
    read: fn(&HttpResponse) -> T,
    heard: Arc<Mutex<T>>,
}

impl<T: Clone + Default> LastAnswer<T> {
    pub fn by(read: fn(&HttpResponse) -> T) -> LastAnswer<T> {
        LastAnswer { read, heard: Arc::default() }
    }

    pub fn value(&self) -> T {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T> fmt::Debug for LastAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastAnswer")
    }
}

#[dyn_dispatch_hint]
impl<T: Send + 'static> Intercept for LastAnswer<T> {
    fn name(&self) -> &'static str {
        "LastAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let value = (self.read)(context.response());
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = value;
        Ok(())
    }
}
