//! Sends requests with bodies without the SDK's own transport: signed here, sent once.
//!
//! `exchange`, `head`, `chunks` and `arriving` read a body off the socket into the buffer it is
//! written from. hyper's `client::conn::http1` in their place (polled by the reader, no task of its
//! own) passes the contract tests too, but it reads into a buffer of its
//! own: bytes are copied once more, and each connection holds one. It took more processor time
//! (medians of 14 to 36 pairs of runs in turn on a busy machine): 1.06 times as much for 1 GiB
//! down, 1.03 with 30 ms a request, 1.04 up, 1.09 for 2,000 x 64 KiB down, 1.08 up. The most memory
//! was 51 MiB in place of 32 for 1 GiB down, and 82 in place of 51 for 2,000 x 64 KiB down.

mod address;
pub mod arriving;
mod chunks;
mod exchange;
pub mod fault;
mod head;
mod operation;
mod pool;
mod secure;
mod signer;
pub mod socket;
pub mod tls;

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::config::{RuntimePlugin, SharedCredentialsProvider};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat, SdkBody};
use bytes::BytesMut;

use crate::config::network::Network;
use crate::domain::address::Bucket;
use crate::domain::endpoint::is_loopback_name;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::usage::RequestClass;
use crate::s3::call::Call;
use crate::s3::http::body::Body;
use crate::s3::http::body_pacing::BodyPacing;
use crate::s3::http::direct::address::{Address, Addresses};
use crate::s3::http::direct::arriving::Arriving;
use crate::s3::http::direct::exchange::Exchange;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::operation::Form;
use crate::s3::http::direct::pool::Pool;
use crate::s3::http::direct::signer::Signer;
use crate::s3::meter::Meter;
use crate::s3::sdk::guard;
use crate::s3::sdk::guard::fault::ResponseFault;

pub use address::Rules;
pub use signer::Payload;

#[derive(Debug)]
pub struct Direct {
    addresses: Addresses,
    pool: Arc<Pool>,
    signer: Signer,
    meter: Arc<Meter>,
}

/// Where one bucket's requests go.
#[derive(Clone, Debug)]
pub struct Route {
    direct: Arc<Direct>,
    address: Address,
}

/// A request's body with what is known of its bytes.
#[derive(Clone, Debug)]
pub struct Sending {
    pub body: Body,
    pub payload: Payload,
    /// Decides how fast the body goes out.
    pub pacing: Option<Arc<dyn BodyPacing>>,
}

impl Sending {
    pub fn nothing() -> Sending {
        Sending { body: Body::Held([].into()), payload: Payload::Nothing, pacing: None }
    }
}

impl Direct {
    pub fn new(
        rules: Rules,
        credentials: SharedCredentialsProvider,
        meter: Arc<Meter>,
        network: Network,
    ) -> Direct {
        Direct {
            addresses: Addresses::new(rules),
            pool: Arc::new(Pool::new(network)),
            signer: Signer::new(credentials),
            meter,
        }
    }

    /// An error is the reason why requests about the bucket have to go by the SDK.
    pub async fn route(self: &Arc<Self>, bucket: &Bucket, region: &str) -> Result<Route, String> {
        let address = self.addresses.of(bucket, region).await?;
        Ok(Route { direct: Arc::clone(self), address })
    }
}

impl Route {
    /// Whether nobody between here and the server can read along or change what is sent.
    pub fn is_private(&self) -> bool {
        self.address.origin.secure || is_loopback_name(&self.address.origin.host)
    }

    /// A request whose answer is a body of its own. The output's own body is empty.
    pub async fn fetch<O, E>(
        &self,
        operation: &impl RuntimePlugin,
        input: impl Debug + Send + Sync + 'static,
        call: &Call,
    ) -> Result<(O, Arriving), Error>
    where
        O: Debug + Send + Sync + 'static,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let mut form = Form::of(operation);
        let request = form.write(input, call)?;
        let (mut response, arriving) = self.send(&request, &Sending::nothing(), call).await?;
        if let Some(output) = form.read_head(&mut response) {
            return Ok((output, arriving));
        }
        let response = self.with_body(response, arriving, call).await?;
        match form.read::<O, E>(response, call) {
            Ok(_) => Err(call.fails(ErrorKind::NotS3, "a refusal that is none")),
            Err(error) => Err(self.learn(error).await),
        }
    }

    /// A request whose answer is small.
    pub async fn store<O, E>(
        &self,
        operation: &impl RuntimePlugin,
        input: impl Debug + Send + Sync + 'static,
        sending: &Sending,
        call: &Call,
    ) -> Result<O, Error>
    where
        O: Debug + Send + Sync + 'static,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let mut form = Form::of(operation);
        let request = form.write(input, call)?;
        let (response, arriving) = self.send(&request, sending, call).await?;
        let response = self.with_body(response, arriving, call).await?;
        match form.read::<O, E>(response, call) {
            Ok(output) => Ok(output),
            Err(error) => Err(self.learn(error).await),
        }
    }

    async fn send(
        &self,
        request: &HttpRequest,
        sending: &Sending,
        call: &Call,
    ) -> Result<(HttpResponse, Arriving), Error> {
        match self.send_once(request, sending, call).await? {
            (response, arriving) if !self.by_another_clock(&response) => Ok((response, arriving)),
            // Signed by the server's clock it may pass.
            _ => self.send_once(request, sending, call).await,
        }
    }

    async fn send_once(
        &self,
        request: &HttpRequest,
        sending: &Sending,
        call: &Call,
    ) -> Result<(HttpResponse, Arriving), Error> {
        let head = self.signed(request, sending, call).await?;
        let to_head = request.method() == "HEAD";
        let mut fresh = false;
        loop {
            let origin = &self.address.origin;
            let lease = self.direct.pool.lend(origin, fresh).await;
            let lease = lease.map_err(|fault| fault.into_error(call))?;
            let used = lease.used;
            self.direct.meter.count(RequestClass::of(call.operation));
            self.direct.meter.sent(sending.body.size());
            match Exchange::on(lease, sending.pacing.clone())
                .run(head.clone(), &sending.body, to_head)
                .await
            {
                Ok((answer, arriving)) => return Ok((answer.response, arriving)),
                // The server had ended the connection while it was idle.
                Err(silence) if used && silence.untouched && cut(&silence.fault) => fresh = true,
                Err(silence) => return Err(silence.fault.into_error(call)),
            }
        }
    }

    /// The request's head with everything that goes on the wire.
    async fn signed(
        &self,
        request: &HttpRequest,
        sending: &Sending,
        call: &Call,
    ) -> Result<BytesMut, Error> {
        let unfit = || call.fails(ErrorKind::InvalidRequest, "the request has no valid URL");
        let mut signed = HttpRequest::new(SdkBody::empty());
        signed.set_method(request.method()).map_err(|_| unfit())?;
        signed.set_uri(request.uri()).map_err(|_| unfit())?;
        signed.uri_mut().set_endpoint(&self.address.url).map_err(|_| unfit())?;
        let headers = signed.headers_mut();
        for (name, value) in request.headers() {
            headers.insert(name.to_owned(), value.to_owned());
        }
        headers.insert("host", self.host());
        if request.method() == "PUT" {
            headers.insert("content-length", sending.body.size().to_string());
        }
        let region = &self.address.signing_region;
        self.direct.signer.sign(&mut signed, region, &sending.payload, call).await?;
        // Some edges rewrite these, so that they must not be signed.
        let headers = signed.headers_mut();
        headers.insert("accept-encoding", "identity");
        headers.insert("user-agent", concat!("windlass/", env!("CARGO_PKG_VERSION")));
        head::written(&signed).map_err(|fault| fault.into_error(call))
    }

    fn host(&self) -> String {
        let address = &self.address;
        let usual = if address.origin.secure { 443 } else { 80 };
        match address.origin.port {
            port if port == usual => address.origin.host.clone(),
            port => format!("{}:{port}", address.origin.host),
        }
    }

    /// Whether the request was refused for its time and is signed by the server's clock from now
    /// on.
    fn by_another_clock(&self, response: &HttpResponse) -> bool {
        let refused = matches!(response.status().as_u16(), 400 | 401 | 403);
        let date = response.headers().get("date").filter(|_| refused);
        let date = date.and_then(|d| DateTime::from_str(d, DateTimeFormat::HttpDate).ok());
        let theirs = date.and_then(|date| SystemTime::try_from(date).ok());
        theirs.is_some_and(|theirs| self.direct.signer.learn_clock(theirs))
    }

    async fn with_body(
        &self,
        mut response: HttpResponse,
        mut arriving: Arriving,
        call: &Call,
    ) -> Result<HttpResponse, Error> {
        let success = response.status().is_success();
        let most = guard::most(call.operation, success);
        let mut body = BytesMut::with_capacity(1 << 10);
        loop {
            if body.len() > most {
                // A refusal of that length says nothing that its status does not say.
                if !success {
                    body.clear();
                    break;
                }
                let fault = ResponseFault::TooLong(most);
                let error = call.answered(fault.kind(call.operation), &response);
                return Err(error.detail(fault.to_string()));
            }
            body.reserve(1 << 10);
            let read = poll_fn(|cx| arriving.poll(cx, &mut body));
            let read = tokio::time::timeout(crate::s3::sdk::transport::FIRST_BYTE, read).await;
            let late = |_| Fault::TimedOut("the answer does not end".into());
            match read.map_err(late).and_then(|read| read) {
                Ok(0) => break,
                Ok(_) => {}
                Err(fault) => {
                    let Error { kind, detail, .. } = fault.into_error(call);
                    return Err(call.answered(kind, &response).detail(detail));
                }
            }
        }
        self.direct.meter.received(body.len() as u64);
        let body = body.freeze();
        let body = if success { body } else { guard::refusal(body) };
        *response.body_mut() = SdkBody::from(body);
        Ok(response)
    }

    async fn learn(&self, error: Error) -> Error {
        if error.kind == ErrorKind::ExpiredCredentials {
            self.direct.signer.forget_keys().await;
        }
        error
    }
}

fn cut(fault: &Fault) -> bool {
    matches!(fault, Fault::Cut(_))
}
