//! Follows the first requests to a server: until one was answered, a failure is told at once and
//! explained.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_s3::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::retries::classifiers::RetryClassifierPriority;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::config::network::Network;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind};
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::socket::{Origin, Socket, dial};
use crate::s3::http::direct::tls;
use crate::s3::sdk::errors::chain;

/// How long the other protocol is tried.
const LOOK: Duration = Duration::from_secs(3);

/// Clones speak of the same server.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    answered: Arc<AtomicBool>,
    /// The other protocol was tried: what is wrong may pass.
    looked: Arc<AtomicBool>,
}

impl Contact {
    /// Whether the server ever answered.
    pub fn is_made(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub fn made(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Whether it is for the caller to look: true until the first look.
    pub fn may_look(&self) -> bool {
        !self.looked.load(Ordering::Relaxed)
    }

    pub fn looked(&self) {
        self.looked.store(true, Ordering::Relaxed);
    }
}

#[dyn_dispatch_hint]
impl Intercept for Contact {
    fn name(&self) -> &'static str {
        "Contact"
    }

    fn read_after_transmit(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.made();
        Ok(())
    }
}

impl ClassifyRetry for Contact {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(ctx, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, ctx: &InterceptorContext, _: &RetryAction) -> RetryAction {
        let Some(Err(error)) = ctx.output_or_error() else { return RetryAction::NoActionIndicated };
        if self.is_made() || ctx.response().is_some() {
            return RetryAction::NoActionIndicated;
        }
        let nobody = error.as_connector_error().is_some_and(|error| is_nobody(&chain(error)));
        if self.may_look() || nobody {
            return RetryAction::RetryForbidden;
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "Contact"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_before(
            RetryClassifierPriority::modeled_as_retryable_classifier(),
        )
    }
}

/// Whether there is nobody to be asked: the port is closed, or the name is not known.
fn is_nobody(chain: &str) -> bool {
    Error::new(ErrorKind::Unreachable, "", "").detail(chain).is_nobody()
}

/// Whether an error may mean that the port speaks the other of http and https.
pub fn may_be_other_scheme(error: &Error, endpoint: &Endpoint) -> bool {
    use ErrorKind::{Interrupted, NotS3, TimedOut, Unreachable};
    let silent = error.status.is_none() && !error.is_nobody();
    // Some servers say so in HTTP, and a HEAD has no room for their words.
    let bad_request = error.status == Some(400) && error.code.is_none() && !endpoint.is_secure();
    bad_request || silent && matches!(error.kind, Interrupted | NotS3 | TimedOut | Unreachable)
}

/// Tries the other protocol; `Some` says whether the port speaks TLS where the endpoint says
/// otherwise.
pub async fn other_scheme(endpoint: &Endpoint, network: &Network) -> Option<bool> {
    let found = match endpoint.is_secure() {
        true => timeout(LOOK, speaks_http(endpoint)).await.unwrap_or(false),
        false => timeout(LOOK, speaks_tls(endpoint, network)).await.unwrap_or(false),
    };
    found.then_some(!endpoint.is_secure())
}

/// Whether a TLS handshake begins; whose certificate it is does not matter here.
async fn speaks_tls(endpoint: &Endpoint, network: &Network) -> bool {
    let network = Network { insecure: true, ..network.clone() };
    let Ok(config) = tls::config(&network) else { return false };
    let origin = Origin { secure: true, ..Origin::of(endpoint) };
    match Socket::open(&origin, Some(config)).await {
        Ok(_) | Err(Fault::Untrusted(_)) => true,
        // It refuses this handshake in the words of TLS.
        Err(Fault::Unreachable(why)) => why.to_ascii_lowercase().contains("alert"),
        Err(_) => false,
    }
}

async fn speaks_http(endpoint: &Endpoint) -> bool {
    let Ok(mut tcp) = dial(&Origin::of(endpoint)).await else { return false };
    let asked =
        format!("HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", endpoint.authority());
    let mut answer = [0; 5];
    tcp.write_all(asked.as_bytes()).await.is_ok()
        && tcp.read_exact(&mut answer).await.is_ok()
        && answer == *b"HTTP/"
}
