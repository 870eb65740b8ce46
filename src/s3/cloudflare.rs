//! Asks Cloudflare's API for the public domains of a bucket, and for what an account stores.

mod settings;
mod temporary;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::config::cloudflare::Cloudflare;
use crate::config::network::Network;
use crate::config::r2::Jurisdiction;
use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;
use crate::domain::public::{AccountUsage, DomainState, PublicAccess, PublicDomain, StoredAmount};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::tls;
use crate::s3::http::tunnel::Tunnel;
use crate::s3::tasks::blocking;

/// The longest time from the first byte of the question to the last of the answer.
const ANSWER: Duration = Duration::from_secs(20);

/// Longer answers are none of this API's.
const LONGEST: usize = 4 << 20;

impl Client {
    /// The public domains of a bucket and their state.
    ///
    /// # Errors
    /// `Unsupported` where the connection has no token for the API; what the API or the way to it
    /// says.
    pub async fn public_access(&self, bucket: &Bucket) -> Result<PublicAccess, Error> {
        let call = Call::on_bucket("read the public domains", bucket);
        let api = self.api(&call)?;
        let home = self.home(bucket)?;
        let api = Api { jurisdiction: home.unwrap_or(api.jurisdiction), ..api };
        let path = |kind| format!("r2/buckets/{}/domains/{kind}", self.wire(bucket));
        let (managed, custom) = tokio::join!(
            ask::<Managed>(api, &call, path("managed")),
            ask::<CustomDomains>(api, &call, path("custom")),
        );
        let mut domains: Vec<_> = custom?.domains.into_iter().map(PublicDomain::from).collect();
        domains.push(managed?.into());
        Ok(PublicAccess { domains })
    }

    /// What the whole account stores, as the provider measures it.
    ///
    /// # Errors
    /// As [`Client::public_access`].
    pub async fn account_usage(&self) -> Result<AccountUsage, Error> {
        let call = Call::on_account("read the account's usage", self.connection().name.as_str());
        let api = self.api(&call)?;
        let measured = ask::<Measured>(api, &call, "r2/metrics".to_owned()).await?;
        Ok(AccountUsage {
            standard: measured.standard.unwrap_or_default().into(),
            infrequent: measured.infrequent_access.unwrap_or_default().into(),
        })
    }

    fn api(&self, call: &Call) -> Result<Api<'_>, Error> {
        let connection = self.connection();
        let cloudflare = connection.cloudflare.as_ref().ok_or_else(|| {
            let why = match self.provider() {
                Provider::R2 => "the connection has no cloudflare_token",
                _ => "only R2 has this, and the connection leads to another server",
            };
            call.fails(ErrorKind::Config, why.to_owned())
        })?;
        let jurisdiction = cloudflare.jurisdiction;
        Ok(Api { cloudflare, jurisdiction, network: &connection.network })
    }
}

/// Whom to ask, and how to get there.
#[derive(Clone, Copy)]
struct Api<'a> {
    cloudflare: &'a Cloudflare,
    jurisdiction: Jurisdiction,
    network: &'a Network,
}

impl Api<'_> {
    fn of_account(&self, path: &str) -> String {
        format!("accounts/{}/{path}", self.cloudflare.account_id)
    }
}

/// <https://developers.cloudflare.com/api/resources/r2/>
#[derive(Deserialize)]
struct Envelope<T> {
    success: bool,
    result: Option<T>,
    #[serde(default)]
    errors: Vec<Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    code: u64,
    message: String,
}

#[derive(Deserialize)]
struct Managed {
    domain: String,
    enabled: bool,
}

#[derive(Deserialize)]
struct CustomDomains {
    domains: Vec<CustomDomain>,
}

#[derive(Deserialize)]
struct CustomDomain {
    domain: String,
    enabled: bool,
    status: Option<CustomStatus>,
}

#[derive(Deserialize)]
struct CustomStatus {
    ownership: String,
    ssl: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    standard: Option<MeasuredClass>,
    infrequent_access: Option<MeasuredClass>,
}

#[derive(Default, Deserialize)]
struct MeasuredClass {
    published: Option<MeasuredSize>,
    uploaded: Option<MeasuredSize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MeasuredSize {
    #[serde(default)]
    metadata_size: u64,
    #[serde(default)]
    payload_size: u64,
    #[serde(default)]
    objects: u64,
}

impl From<Managed> for PublicDomain {
    fn from(managed: Managed) -> PublicDomain {
        let state = if managed.enabled { DomainState::Active } else { DomainState::Off };
        PublicDomain { host: managed.domain, managed: true, state }
    }
}

impl From<CustomDomain> for PublicDomain {
    fn from(custom: CustomDomain) -> PublicDomain {
        let state = match custom.status {
            _ if !custom.enabled => DomainState::Off,
            Some(status) if status.ownership != "active" => {
                DomainState::Waiting(format!("its ownership is {}", status.ownership))
            }
            Some(status) if status.ssl != "active" => {
                DomainState::Waiting(format!("its certificate is {}", status.ssl))
            }
            _ => DomainState::Active,
        };
        PublicDomain { host: custom.domain, managed: false, state }
    }
}

impl From<MeasuredClass> for StoredAmount {
    fn from(class: MeasuredClass) -> StoredAmount {
        let size = |size: &MeasuredSize| size.metadata_size + size.payload_size;
        StoredAmount {
            objects: class.published.as_ref().map_or(0, |published| published.objects),
            bytes: class.published.as_ref().map_or(0, size),
            unfinished: class.uploaded.as_ref().map_or(0, size),
        }
    }
}

/// What is asked of a path.
enum Question {
    Read,
    /// Puts a document in the place of another.
    Change(String),
    Make(String),
    Remove,
}

async fn ask<T: DeserializeOwned>(api: Api<'_>, call: &Call, path: String) -> Result<T, Error> {
    answered(api, call, path, Question::Read).await
}

async fn answered<T: DeserializeOwned>(
    api: Api<'_>,
    call: &Call,
    path: String,
    question: Question,
) -> Result<T, Error> {
    let (status, body) = fetch(api, call, &api.of_account(&path), question).await?;
    let envelope: Option<Envelope<T>> = serde_json::from_slice(&body).ok();
    match envelope {
        Some(Envelope { success: true, result: Some(result), .. }) => Ok(result),
        Some(refusal) => Err(refused(call, status, &refusal.errors)),
        None => Err(no_answer(call, status)),
    }
}

fn no_answer(call: &Call, status: StatusCode) -> Error {
    let told = format!("HTTP {} and no answer of this API", status.as_u16());
    Error { status: Some(status.as_u16()), ..call.fails(ErrorKind::NotS3, told) }
}

/// Complaints about the token and its header, which come with 400 too.
/// <https://developers.cloudflare.com/fundamentals/api/troubleshooting/>
const OF_TOKENS: [u64; 6] = [6003, 6111, 9106, 9109, 10000, 10001];

fn refused(call: &Call, status: StatusCode, errors: &[Complaint]) -> Error {
    let kind = match status.as_u16() {
        400 if call.writes && !errors.iter().any(|error| OF_TOKENS.contains(&error.code)) => {
            ErrorKind::InvalidRequest
        }
        400 | 401 | 403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NoSuchBucket,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::ServerFault,
        _ => ErrorKind::Other,
    };
    let told: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    let code = errors.first().map(|error| error.code.to_string());
    let error = call.fails(kind, format!("Cloudflare's API: {}", told.join("; ")));
    Error { status: Some(status.as_u16()), code, ..error }
}

async fn fetch(
    api: Api<'_>,
    call: &Call,
    path: &str,
    question: Question,
) -> Result<(StatusCode, Bytes), Error> {
    let Api { cloudflare, network, .. } = api;
    let base = cloudflare.api.trim_end_matches('/');
    let url = format!("{base}/{path}");
    let url: Uri = url
        .parse()
        .map_err(|error| call.fails(ErrorKind::Config, format!("cloudflare_api: {error}")))?;
    let request = request(api, call, &url, question)?;
    let tls = match url.scheme_str() {
        Some("http") => None,
        _ => Some(tls(network).await?),
    };
    let exchange = async {
        let tunnel = Tunnel::open(&url, network, tls).await?;
        read(tunnel.send(request).await?).await
    };
    let exchange = async { exchange.await.map_err(|fault: Fault| fault.into_error(call)) };
    timeout(ANSWER, exchange).await.unwrap_or_else(|_| {
        Err(call.fails(ErrorKind::TimedOut, format!("no answer within {} s", ANSWER.as_secs())))
    })
}

fn request(
    api: Api<'_>,
    call: &Call,
    url: &Uri,
    question: Question,
) -> Result<Request<Full<Bytes>>, Error> {
    let cloudflare = api.cloudflare;
    let token = cloudflare.token.read();
    let token = token.map_err(|why| call.fails(ErrorKind::NoCredentials, why))?;
    let unusable =
        || call.fails(ErrorKind::Config, "cloudflare_token is not a valid token".to_owned());
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
        .map_err(|_| unusable())?;
    bearer.set_sensitive(true);
    let (method, document) = match question {
        Question::Read => (Method::GET, None),
        Question::Change(document) => (Method::PUT, Some(document)),
        Question::Make(document) => (Method::POST, Some(document)),
        Question::Remove => (Method::DELETE, None),
    };
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("windlass/", env!("CARGO_PKG_VERSION")))
        .header(AUTHORIZATION, bearer);
    if api.jurisdiction != Jurisdiction::Default {
        request = request.header("cf-r2-jurisdiction", api.jurisdiction.name());
    }
    if document.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    request.body(Full::from(document.unwrap_or_default())).map_err(|_| unusable())
}

/// The platform's roots take long to read.
async fn tls(network: &Network) -> Result<Arc<ClientConfig>, Error> {
    // What is said of the storage server does not hold for who gets the token.
    let network = Network { insecure: false, ..network.clone() };
    blocking(move || tls::config(&network)).await
}

async fn read(answer: Response<Incoming>) -> Result<(StatusCode, Bytes), Fault> {
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST).collect().await;
    Ok((status, body.map_err(|error| Fault::Cut(error.to_string()))?.to_bytes()))
}
