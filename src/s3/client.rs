//! A client sends the requests of one connection, and learns from their answers.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::Client as SdkClient;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use crate::config::aws::AwsSettings;
use crate::config::connection::{Connection, CredentialsSource};
use crate::config::crash::rehearse;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::arn;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{BY_PROXY, Error, ErrorKind, Renewal};
use crate::domain::identity::identity;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::listing::ContinuationToken;
use crate::domain::provider::{Capability, Provider};
use crate::s3::access::{Access, BucketAccesses};
use crate::s3::call::Call;
use crate::s3::conditions::Conditions;
use crate::s3::contact::{Contact, may_be_other_scheme, other_scheme};
use crate::s3::http::body_pacing::BodyPacing;
use crate::s3::http::direct::Route;
use crate::s3::jurisdiction_endpoints::JurisdictionEndpoints;
use crate::s3::meter::Meter;
use crate::s3::ops::list::names::Learned;
use crate::s3::refusals::Refusals;
use crate::s3::sdk::errors::{codes, lacks_session};
use crate::s3::sdk::{Sdk, SdkClients, provider, read_endpoint};

/// Cheap to clone; every clone shares pool, credentials and what was learned of the server.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// Requests are sent once and bodies may take their time: who calls tries again and watches
    /// them.
    once: bool,
    /// What the bodies that are sent pass.
    pacing: Option<Arc<dyn BodyPacing>>,
    /// How objects are asked for.
    access: Access,
    /// Tags are asked for although the server refused to tell any.
    tags_anew: bool,
}

/// A bucket, or the account, at one of the endpoints.
type BucketScope = (Option<Jurisdiction>, Option<Bucket>);

struct Inner {
    connection: Connection,
    meter: Arc<Meter>,
    /// Replaced where credentials are to be asked for anew.
    sdk: Mutex<Arc<OnceCell<Arc<Sdk>>>>,
    /// Whose endpoints they are, where there are several.
    endpoints: JurisdictionEndpoints,
    /// Clients of buckets, and of the account, whose region is not the connection's, found by a
    /// redirect.
    elsewhere: Mutex<HashMap<BucketScope, SdkClients>>,
    refusals: Refusals,
    /// Whether the endpoint ever answered as an S3 server does.
    speaks_s3: AtomicBool,
    conditions: Conditions,
    accesses: BucketAccesses,
    contact: Contact,
    /// How the server writes names into its listings.
    names: Learned,
    /// Whether the server's tokens were seen to leave rows out.
    loses_rows: AtomicBool,
}

/// What one page of a listing of at most 1,000 rows is asked with, `at` a moment or now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub bucket: Bucket,
    pub prefix: Prefix,
    /// Group by `/` (one level) or list every key below the prefix.
    pub delimited: bool,
    pub at: Option<Timestamp>,
    pub token: Option<ContinuationToken>,
    pub max_keys: u16,
    /// Rows keep their ETags, 36 bytes each.
    pub etags: bool,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.inner.connection.name;
        f.debug_struct("Client").field("connection", name).finish_non_exhaustive()
    }
}

impl Client {
    /// Prepares a client; sends nothing and resolves no credentials.
    pub fn connect(connection: &Connection, meter: Arc<Meter>) -> Result<Client, Error> {
        Client::connect_knowing(connection, meter, Refusals::default())
    }

    /// As [`Client::connect`], where something may be known already of what the server refuses.
    pub fn connect_knowing(
        connection: &Connection,
        meter: Arc<Meter>,
        refusals: Refusals,
    ) -> Result<Client, Error> {
        let further = connection.jurisdictions.iter().map(|(_, endpoint)| endpoint);
        for endpoint in connection.endpoint.iter().chain(further) {
            read_endpoint(endpoint)?;
        }
        Ok(Client {
            inner: Arc::new(Inner {
                connection: connection.clone(),
                meter,
                sdk: Mutex::default(),
                endpoints: JurisdictionEndpoints::of(connection),
                elsewhere: Mutex::default(),
                refusals,
                speaks_s3: AtomicBool::new(false),
                conditions: Conditions::default(),
                accesses: BucketAccesses::of(&connection.known_buckets),
                contact: Contact::default(),
                names: Learned::default(),
                loses_rows: AtomicBool::new(false),
            }),
            once: false,
            pacing: None,
            access: Access::default(),
            tags_anew: false,
        })
    }

    /// The same client for callers that try again by themselves: every request is sent once, and no
    /// body is given up for being slow.
    #[must_use]
    pub fn sending_once(&self) -> Client {
        Client { once: true, ..self.clone() }
    }

    /// The same client; bodies of objects and parts pass `pacing` on their way out.
    #[must_use]
    pub fn paced_by(&self, pacing: Arc<dyn BodyPacing>) -> Client {
        Client { pacing: Some(pacing), ..self.clone() }
    }

    /// The same client; objects are asked for with a key of one's own, or at the requester's cost.
    #[must_use]
    pub fn accessing(&self, access: Access) -> Client {
        Client { access, ..self.clone() }
    }

    /// The same client, which asks for tags also where the server refused to tell any before.
    #[must_use]
    pub fn asking_for_tags_anew(&self) -> Client {
        Client { tags_anew: true, ..self.clone() }
    }

    /// What the server refused.
    pub(in crate::s3) fn refusals(&self) -> &Refusals {
        &self.inner.refusals
    }

    /// Whether this client does not go by what was refused.
    pub(in crate::s3) fn asks_anew(&self, capability: Capability) -> bool {
        self.tags_anew && capability == Capability::ObjectTags
    }

    /// What is given for all buckets, and what for single ones.
    pub(in crate::s3) fn accesses(&self) -> (&Access, &BucketAccesses) {
        (&self.access, &self.inner.accesses)
    }

    /// Forgets the credentials in use: the next request asks their source again, the AWS files
    /// included.
    pub fn renew_credentials(&self) {
        *lock(&self.inner.sdk) = Arc::default();
        lock(&self.inner.elsewhere).clear();
        self.inner.endpoints.forget_clients();
    }

    pub(in crate::s3) fn endpoints(&self) -> &JurisdictionEndpoints {
        &self.inner.endpoints
    }

    pub(in crate::s3) fn pacing(&self) -> Option<&Arc<dyn BodyPacing>> {
        self.pacing.as_ref()
    }

    /// Whose rules the server follows. Certain after the first request, which reads the AWS files;
    /// a guess from the connection and the environment before.
    pub fn provider(&self) -> Provider {
        match self.known() {
            Some(sdk) => sdk.provider,
            None => provider(&self.inner.connection, self.endpoint().as_deref()),
        }
    }

    /// The endpoint in force, `None` for AWS's own. As certain as [`Client::provider`].
    pub fn endpoint(&self) -> Option<String> {
        if let Some(sdk) = self.known() {
            return sdk.endpoint.clone();
        }
        let connection = &self.inner.connection;
        let keys_of_its_own = !matches!(
            connection.credentials,
            CredentialsSource::Chain { .. } | CredentialsSource::Anonymous
        );
        let of_environment =
            || if keys_of_its_own { None } else { AwsSettings::without_files().endpoint() };
        let named = connection.endpoint.clone().or_else(of_environment)?;
        Endpoint::complete(&named).ok().map(|endpoint| endpoint.to_string())
    }

    /// Whose keys sign, and the last that did: `work · AKIA…WXYZ`. `None` before the first request.
    pub fn identity(&self) -> Option<String> {
        let sdk = self.known()?;
        Some(identity(&sdk.who, sdk.key_id.get().as_deref()))
    }

    /// An error that says who asked, where that is a part of it.
    pub(in crate::s3) fn said_of(&self, mut error: Error) -> Error {
        let renewal = self.known().and_then(|sdk| sdk.renewal.clone());
        if matches!(renewal, Some(Renewal::SignIn(_))) && lacks_session(&error) {
            error.kind = ErrorKind::ExpiredCredentials;
        }
        if error.is(&ErrorKind::ExpiredCredentials) {
            error.renewal = renewal;
        }
        error.provider = Some(self.provider());
        error.identity = error.is_about_identity().then(|| self.identity()).flatten();
        if let Some(sdk) = self.known() {
            sdk.expected_keys.said_of(&mut error);
        }
        error
    }

    /// Reads what the AWS files and the environment say, so that everything that is told of the
    /// server is certain.
    pub async fn prepare(&self) -> Result<(), Error> {
        self.sdk().await.map(drop)
    }

    pub fn meter(&self) -> &Arc<Meter> {
        &self.inner.meter
    }

    fn known(&self) -> Option<Arc<Sdk>> {
        lock(&self.inner.sdk).get().cloned()
    }

    pub(in crate::s3) async fn sdk(&self) -> Result<Arc<Sdk>, Error> {
        let inner = &self.inner;
        let cell = Arc::clone(&lock(&inner.sdk));
        let contact = &inner.contact;
        let load = || async {
            Sdk::load(&inner.connection, inner.meter.clone(), contact).await.map(Arc::new)
        };
        cell.get_or_try_init(load).await.cloned()
    }

    /// The SDK's client for requests about a bucket.
    pub(in crate::s3) async fn sdk_client(
        &self,
        bucket: Option<&Bucket>,
    ) -> Result<SdkClient, Error> {
        let at = match bucket {
            Some(bucket) => self.home(bucket)?,
            None => None,
        };
        self.sdk_client_at(bucket, at).await
    }

    async fn sdk_client_at(
        &self,
        bucket: Option<&Bucket>,
        at: Option<Jurisdiction>,
    ) -> Result<SdkClient, Error> {
        let sdk = self.sdk_at(at).await?;
        let elsewhere = lock(&self.inner.elsewhere).get(&(at, bucket.cloned())).cloned();
        Ok(elsewhere.as_ref().unwrap_or(&sdk.clients).of(self.once).clone())
    }

    /// The region that is signed for where nothing else is known, and the one of a bucket that was
    /// asked already.
    pub(in crate::s3) async fn regions(&self, bucket: &Bucket) -> Result<(String, String), Error> {
        let here = self.sdk().await?.region.clone();
        let client = self.sdk_client(Some(bucket)).await?;
        let there = client.config().region().map_or(here.clone(), ToString::to_string);
        Ok((here, there))
    }

    /// How a body about a bucket goes that the given client would send: `None` by that client.
    pub(in crate::s3) async fn route(
        &self,
        client: &SdkClient,
        bucket: &Bucket,
    ) -> Result<Option<Route>, Error> {
        let sdk = self.sdk_at(self.home(bucket)?).await?;
        let Ok(direct) = &sdk.direct else { return Ok(None) };
        let bucket = &Bucket::new(self.wire(bucket));
        let region = client.config().region().map_or(&*sdk.region, |region| region.as_ref());
        match direct.route(bucket, region).await {
            Ok(route) => Ok(Some(route)),
            Err(why) => {
                tracing::debug!(%bucket, why, "bodies go by the SDK");
                Ok(None)
            }
        }
    }

    /// Why bodies go by the SDK, `None` where they go without it. As certain as
    /// [`Client::provider`].
    pub fn by_sdk(&self) -> Option<String> {
        self.known().and_then(|sdk| sdk.direct.as_ref().err().cloned())
    }

    /// The server's time at its last answer, in whole seconds.
    pub fn clock(&self) -> Option<Timestamp> {
        self.known().and_then(|sdk| sdk.clock.told())
    }

    /// Whether the server keeps to `If-None-Match: *` on what is stored; some take it and store all
    /// the same. `None` where that has not shown yet.
    pub fn keeps_conditions(&self) -> Option<bool> {
        if self.lacks(Capability::ConditionalPut).is_some() {
            return Some(false);
        }
        match self.provider().facts().relied_upon {
            true => Some(true),
            false => self.inner.conditions.kept(),
        }
    }

    /// Whether it is for the caller to find that out: true once, and only where it is not known.
    pub fn may_probe_conditions(&self) -> bool {
        self.keeps_conditions().is_none() && self.inner.conditions.claim()
    }

    /// Remembers for the session whether the server kept to the condition.
    pub fn learn_conditions(&self, kept: bool) {
        self.inner.conditions.learn(kept);
    }

    pub(in crate::s3) fn conditions(&self) -> &Conditions {
        &self.inner.conditions
    }

    pub(in crate::s3) fn learned_names(&self) -> &Learned {
        &self.inner.names
    }

    pub(in crate::s3) fn loses_rows(&self) -> bool {
        self.inner.loses_rows.load(Ordering::Relaxed)
    }

    pub(in crate::s3) fn lose_rows(&self) {
        self.inner.loses_rows.store(true, Ordering::Relaxed);
    }

    pub(in crate::s3) fn connection(&self) -> &Connection {
        &self.inner.connection
    }

    /// Sends a request, which is given the name that the call's bucket has on its server: refused
    /// here where it may not or cannot be sent, once more where the bucket turns out to be in
    /// another region.
    pub(in crate::s3) async fn run<T, F>(
        &self,
        call: &Call,
        send: impl Fn(SdkClient, String) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        rehearse("request");
        self.permit(call)?;
        if let Some(bucket) = &call.bucket {
            self.prepare_access(bucket).await?;
        }
        let at = match (&call.bucket, call.at) {
            (Some(bucket), None) => self.home(bucket)?,
            (_, at) => at,
        };
        let client = self.sdk_client_at(call.bucket.as_ref(), at).await?;
        let bucket = call.bucket.as_ref().map_or("", |bucket| self.wire(bucket));
        let send = |client| send(client, bucket.to_owned());
        let mut outcome = self.first_tried(at, &client, &send).await;
        outcome = outcome.map_err(|error| self.learn(call, error));
        if let Err(Error { kind: ErrorKind::WrongRegion { expected: Some(region) }, .. }) = &outcome
        {
            let clients = self.sdk_at(at).await?.in_region(region);
            let client = clients.of(self.once).clone();
            lock(&self.inner.elsewhere).insert((at, call.bucket.clone()), clients);
            outcome = send(client).await.map_err(|error| self.learn(call, error));
        }
        if outcome.is_ok() {
            self.inner.contact.made();
            self.inner.speaks_s3.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// Sends a request; where the server has never answered and does not now, finds out why, and
    /// sends it again where that may help.
    async fn first_tried<T, F>(
        &self,
        at: Option<Jurisdiction>,
        client: &SdkClient,
        send: &impl Fn(SdkClient) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let contact = &self.inner.contact;
        let made = contact.is_made();
        let error = match send(client.clone()).await {
            Err(error) if !made => error,
            done => return done,
        };
        let sdk = self.sdk_at(at).await?;
        if let Some(named_by) = sdk.proxy {
            return Err(by_proxy(error, named_by));
        }
        let endpoint = sdk.endpoint.as_deref().and_then(|text| Endpoint::parse(text).ok());
        let endpoint = endpoint.filter(|endpoint| may_be_other_scheme(&error, endpoint));
        if let Some(endpoint) = endpoint.filter(|_| contact.may_look()) {
            let network = &self.inner.connection.network;
            if let Some(speaks_tls) = other_scheme(&endpoint, network).await {
                return Err(Error { kind: ErrorKind::WrongScheme { speaks_tls }, ..error });
            }
        }
        contact.looked();
        if error.status.is_some() {
            contact.made();
            return Err(error);
        }
        let again = error.retryable() && !error.is_nobody();
        if again && !self.once { send(client.clone()).await } else { Err(error) }
    }

    /// Refuses here what may not or cannot be sent.
    pub(in crate::s3) fn permit(&self, call: &Call) -> Result<(), Error> {
        if call.writes {
            let writable = self.inner.connection.expect_writable(call.operation);
            writable.map_err(|error| Error { place: call.place.clone(), ..error })?;
        }
        if let Some(why) = call.needs.and_then(|capability| self.lacks(capability)) {
            return Err(call.fails(ErrorKind::Unsupported, why));
        }
        let is_arn = call.bucket.as_ref().is_some_and(|bucket| arn::is_arn(bucket.as_str()));
        if is_arn && self.provider() != Provider::Aws {
            let why = "access points are named by ARN on AWS alone: name a bucket";
            return Err(call.fails(ErrorKind::Unsupported, why));
        }
        Ok(())
    }

    /// Keeps what an error says of the server, and reads it in the light of what is known of it.
    fn learn(&self, call: &Call, mut error: Error) -> Error {
        if error.code.is_some() {
            self.inner.speaks_s3.store(true, Ordering::Relaxed);
        } else if self.inner.speaks_s3.load(Ordering::Relaxed) {
            call.by_status(&mut error);
        }
        if matches!(self.inner.connection.credentials, CredentialsSource::Anonymous) {
            error = codes::unsigned(error);
        }
        if let (Some(status), Some(capability)) = (error.status, call.needs)
            && capability.is_refused_by(status)
        {
            let why = format!("this server answered {} with {status}", call.operation);
            self.refuses(capability, why);
        }
        let access = call.bucket.as_ref().map_or(self.access.clone(), |at| self.access(at));
        access.explained(self.said_of(error), self.endpoint().as_deref())
    }
}

/// What goes wrong on the way to a proxy and behind it says whose proxy it is.
fn by_proxy(error: Error, named_by: &str) -> Error {
    use ErrorKind::{Interrupted, NotS3, TimedOut, Unreachable};
    match error.kind {
        Interrupted | NotS3 | TimedOut | Unreachable => {
            let detail = format!("{}{BY_PROXY}{named_by}", error.detail);
            Error { detail, ..error }
        }
        _ => error,
    }
}

/// A poisoned lock holds what was learned before the panic, which is still true.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
