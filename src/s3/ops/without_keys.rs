//! Sends a request without keys, as whoever is given a link does.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::error::BoxError;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::presign::LinkMethod;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::hook::{Hook, Hooked};

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// Puts another request in the place of a signed one: same pool, proxy and roots, but no keys.
#[derive(Clone)]
pub struct WithoutKeys {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    /// The origin that the answer allows.
    allowed: Arc<Mutex<Option<String>>>,
}

impl Hook for WithoutKeys {
    fn before_sending(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        request.set_method(self.method)?;
        request.set_uri(self.url.as_str())?;
        let headers = request.headers_mut();
        let signed: Vec<String> = headers.iter().map(|(name, _)| name.to_owned()).collect();
        for name in signed {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            headers.insert(*name, value.clone());
        }
        Ok(())
    }

    fn after_answer(&self, response: &HttpResponse) {
        let allowed = response.headers().get(ALLOW_ORIGIN).map(str::to_owned);
        *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) = allowed;
    }
}

/// The link is a secret, and so may a header be.
impl fmt::Debug for WithoutKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithoutKeys").field("method", &self.method).finish_non_exhaustive()
    }
}

impl WithoutKeys {
    pub fn new(
        method: &'static str,
        url: &str,
        headers: Vec<(&'static str, String)>,
    ) -> WithoutKeys {
        WithoutKeys { method, url: url.to_owned(), headers, allowed: Arc::default() }
    }

    /// The origin that the answer allows.
    pub fn allowed_origin(&self) -> Option<String> {
        self.allowed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Client {
    /// Sends what is not signed in the place of a request that would be.
    pub(in crate::s3) async fn send_without_keys(
        &self,
        call: &Call,
        object: &ObjectAddress,
        without_keys: &WithoutKeys,
    ) -> Result<(), Error> {
        let sdk = self.sdk_client(Some(&object.bucket)).await?;
        let request =
            sdk.get_object().bucket(self.wire(&object.bucket)).key(key_for_sdk(&object.key));
        let sent = request.customize().interceptor(Hooked(without_keys.clone())).send().await;
        sent.map(drop).map_err(|error| call.failed(error))
    }

    /// Uses a link without keys, asking for one byte at most. A link that would change something is
    /// not used: `Unsupported`.
    pub async fn test_link(
        &self,
        object: &ObjectAddress,
        method: LinkMethod,
        url: &str,
    ) -> Result<(), Error> {
        let call = Call::on_object("test the link", object);
        let mut headers = match method {
            LinkMethod::Get => vec![("range", "bytes=0-0".to_owned())],
            LinkMethod::Head => Vec::new(),
            LinkMethod::Put | LinkMethod::Delete => {
                let detail = "using this link would change the object, so it was not tried";
                return Err(call.fails(ErrorKind::Unsupported, detail));
            }
        };
        headers.extend(self.link_access(object, method).await?.headers(method, None));
        let without_keys = WithoutKeys::new(method.as_str(), url, headers);
        match self.send_without_keys(&call, object, &without_keys).await {
            // An empty object has no first byte, and the link leads to it.
            Err(error) if error.status == Some(416) => Ok(()),
            other => other,
        }
    }
}
