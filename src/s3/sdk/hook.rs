//! Lets code of ours change a request of the SDK, and read its answer.

use std::any::type_name;
use std::fmt;

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;

/// What is done at each attempt. A moment that is left out changes and reads nothing.
pub trait Hook: fmt::Debug + Send + Sync {
    /// What it changes here is signed.
    fn before_signing(&self, _request: &mut HttpRequest) -> Result<(), BoxError> {
        Ok(())
    }

    /// What it changes here is not signed.
    fn before_sending(&self, _request: &mut HttpRequest) -> Result<(), BoxError> {
        Ok(())
    }

    /// An answer came, and the SDK has read it or failed to.
    fn after_answer(&self, _response: &HttpResponse) {}
}

/// A hook as the SDK takes it.
#[derive(Clone, Debug)]
pub struct Hooked<H>(pub H);

impl<H: Hook> Intercept for Hooked<H> {
    fn name(&self) -> &'static str {
        type_name::<H>()
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.before_signing(context.request_mut())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.before_sending(context.request_mut())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.after_answer(context.response());
        Ok(())
    }
}
