//! Signs requests with the connection's keys, and asks for new keys before they end.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::config::http::HttpRequest;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use tokio::sync::Mutex;

use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::sdk::errors::chain;

/// Keys are asked for again this long before they end, and after this long where they name no end.
const BEFORE_THE_END: Duration = Duration::from_secs(10);
const WITHOUT_END: Duration = Duration::from_mins(15);

/// A server's clock may differ this much before requests are signed by it: servers refuse at 15
/// minutes.
const TOLERATED: i64 = 240;

#[derive(Debug)]
pub struct Signer {
    provider: SharedCredentialsProvider,
    /// With the time at which they are asked for again.
    known: Mutex<Option<(Credentials, SystemTime)>>,
    /// Seconds by which the server's clock is ahead of ours.
    skew: AtomicI64,
}

/// What the signature covers of a body.
#[derive(Clone, Debug)]
pub enum Payload {
    Nothing,
    /// Its SHA-256 in hexadecimal.
    Sha256(String),
    /// A digest header stands for it.
    Unsigned,
}

impl Signer {
    pub fn new(provider: SharedCredentialsProvider) -> Signer {
        Signer { provider, known: Mutex::default(), skew: AtomicI64::new(0) }
    }

    pub async fn sign(
        &self,
        request: &mut HttpRequest,
        region: &str,
        payload: &Payload,
        call: &Call,
    ) -> Result<(), Error> {
        let identity = self.credentials(call).await?.into();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let unsignable = |why: String| call.fails(ErrorKind::InvalidRequest, why);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("s3")
            .time(self.now())
            .settings(settings)
            .build()
            .map_err(|error| unsignable(chain(&error)))?;
        let body = match payload {
            Payload::Nothing => SignableBody::empty(),
            Payload::Sha256(digest) => SignableBody::Precomputed(digest.clone()),
            Payload::Unsigned => SignableBody::UnsignedPayload,
        };
        let signable =
            SignableRequest::new(request.method(), request.uri(), request.headers().iter(), body)
                .map_err(|error| unsignable(chain(&error)))?;
        let signed = sign(signable, &params.into()).map_err(|error| unsignable(chain(&error)))?;
        let (instructions, _) = signed.into_parts();
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    async fn credentials(&self, call: &Call) -> Result<Credentials, Error> {
        // Held while they are fetched, so that one request asks for all that wait.
        let mut known = self.known.lock().await;
        if let Some((credentials, until)) = &*known
            && SystemTime::now() < *until
        {
            return Ok(credentials.clone());
        }
        let fetched = self.provider.provide_credentials().await;
        let credentials = fetched.map_err(|error| call.without_keys(&error))?;
        let until = match credentials.expiry() {
            Some(end) => end - BEFORE_THE_END,
            None => SystemTime::now() + WITHOUT_END,
        };
        *known = Some((credentials.clone(), until));
        Ok(credentials)
    }

    /// The server no longer takes the keys: the next request asks for others.
    pub async fn forget_keys(&self) {
        *self.known.lock().await = None;
    }

    /// Signs by the server's clock from now on. Gives whether that differs from how it was.
    pub fn learn_clock(&self, theirs: SystemTime) -> bool {
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        };
        let ahead = seconds(theirs) - seconds(SystemTime::now());
        let skew = if ahead.abs() > TOLERATED { ahead } else { 0 };
        self.skew.swap(skew, Ordering::Relaxed) != skew
    }

    fn now(&self) -> SystemTime {
        let skew = self.skew.load(Ordering::Relaxed);
        let by = Duration::from_secs(skew.unsigned_abs());
        if skew < 0 { SystemTime::now() - by } else { SystemTime::now() + by }
    }
}
