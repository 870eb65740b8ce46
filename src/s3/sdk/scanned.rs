//! Parses successful answers in place of the SDK, which would build a value for every element.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{Output, OutputOrError};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{DeserializeResponse, SharedResponseDeserializer};
use aws_smithy_types::config_bag::{FrozenLayer, Storable, StoreReplace};

use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::sdk::guard::fault::ResponseFault;

/// Reads the whole body of a successful answer.
pub trait ReadBody: fmt::Debug + Send + Sync {
    /// Whether it was an answer of the kind; the SDK reads what is not.
    fn read(&self, body: &[u8]) -> Result<bool, ResponseFault>;
}

/// The reader of a request, as the guard finds it in the request's configuration.
#[derive(Clone, Debug)]
pub struct BodyScanner(pub Arc<dyn ReadBody>);

impl Storable for BodyScanner {
    type Storer = StoreReplace<Self>;
}

type Scan<T> = Arc<dyn Fn(&[u8]) -> Result<Option<T>, ResponseFault> + Send + Sync>;

/// What was read of the last answer to a request. The SDK's own output stays empty.
pub struct Scanned<T> {
    scan: Scan<T>,
    found: Arc<Mutex<Option<T>>>,
    sdk: Option<FrozenLayer>,
    output: fn() -> Output,
}

impl<T> Scanned<T> {
    /// `operation`: how the SDK reads what `scan` takes for no answer of the kind. `output`: an
    /// empty one of the operation.
    pub fn of(
        operation: &dyn RuntimePlugin,
        output: fn() -> Output,
        scan: impl Fn(&[u8]) -> Result<Option<T>, ResponseFault> + Send + Sync + 'static,
    ) -> Scanned<T> {
        let sdk = operation.config();
        Scanned { scan: Arc::new(scan), found: Arc::default(), sdk, output }
    }

    /// Takes the value that was parsed.
    ///
    /// # Errors
    /// `BrokenListing` where the SDK took the answer for one of the kind, and `scan` did not.
    pub fn take(&self, call: &Call) -> Result<T, Error> {
        let nothing = || call.fails(ErrorKind::BrokenListing, "the answer lists nothing");
        self.found().take().ok_or_else(nothing)
    }

    fn found(&self) -> MutexGuard<'_, Option<T>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Scanned<T> {
    fn clone(&self) -> Scanned<T> {
        Scanned {
            scan: Arc::clone(&self.scan),
            found: Arc::clone(&self.found),
            sdk: self.sdk.clone(),
            output: self.output,
        }
    }
}

impl<T> fmt::Debug for Scanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scanned")
    }
}

impl<T: Send> ReadBody for Scanned<T> {
    fn read(&self, body: &[u8]) -> Result<bool, ResponseFault> {
        let found = (self.scan)(body)?;
        let is_read = found.is_some();
        *self.found() = found;
        Ok(is_read)
    }
}

impl<T: Send + 'static> DeserializeResponse for Scanned<T> {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        cfg: &ConfigBag,
    ) -> OutputOrError {
        if response.status().is_success() && self.found().is_some() {
            return Ok((self.output)());
        }
        match self.sdk.as_ref().and_then(|sdk| sdk.load::<SharedResponseDeserializer>()) {
            Some(sdk) => sdk.deserialize_nonstreaming_with_config(response, cfg),
            None => Err(OrchestratorError::other("the SDK does not say how it reads the answer")),
        }
    }
}

#[dyn_dispatch_hint]
impl<T: Send + 'static> Intercept for Scanned<T> {
    fn name(&self) -> &'static str {
        "Scanned"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Nothing of an earlier answer is taken for this one's.
        self.found().take();
        let state = cfg.interceptor_state();
        state.store_put(BodyScanner(Arc::new(self.clone())));
        state.store_put(SharedResponseDeserializer::new(self.clone()));
        Ok(())
    }
}
