//! Makes the connection pool of a client: TLS roots, proxy, idle time, timeouts.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{HttpClient, IntoShared, SharedHttpClient};
use aws_smithy_http_client::pool::{
    Client as PoolClient, ConnectionPool, DriverSpawner, Partition, PartitionId,
};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider as TlsProvider, TlsContext, TrustStore};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use tokio::runtime::Handle;

use crate::config::aws::CA_BUNDLE;
use crate::config::network::{CaBundle, Network, Proxy};
use crate::config::proxy::{self, RequestTarget, Variables};
use crate::config::tilde;
use crate::domain::error::{Error, ErrorKind, READ_CA_BUNDLE};

pub const CONNECT: Duration = Duration::from_secs(5);
/// The longest time from the last byte of the request to the first of the answer, for calls that
/// carry little.
pub const FIRST_BYTE: Duration = Duration::from_secs(30);
/// S3 drops idle sockets at about 20 s; a request on a dead one hangs (aws-sdk-rust#1417).
pub const IDLE: Duration = Duration::from_secs(15);
/// All tries of a small call together, the waits between them included: whoever waits is told then.
const SMALL_CALL: Duration = Duration::from_secs(70);
/// What requests go to that name no endpoint, as far as a proxy is concerned.
pub const AWS: RequestTarget<'_> =
    RequestTarget { secure: true, host: "s3.amazonaws.com", port: 443 };
const KEEPALIVE: Duration = Duration::from_secs(30);
/// Enough for the engine's slots and the interface beside them.
const PER_HOST: usize = 128;
const HOME: PartitionId = PartitionId::from_index(0);
/// 5 GiB at 2 KiB/s take a month.
const LONGEST_BODY: Duration = Duration::from_hours(31 * 24);
/// The slowest server a batch of deletes is given time for, by key.
const SLOWEST_DELETE: Duration = Duration::from_millis(250);
/// The slowest link an upload is given time for, in bytes a second.
pub const SLOWEST: u64 = 16 * 1024;

/// Builds the pool; its sockets are driven by the runtime this is called on. Without `tls` the
/// platform's roots, which take long to read, stay unread.
pub fn pool(
    tls: bool,
    network: &Network,
    target: RequestTarget<'_>,
) -> Result<SharedHttpClient, Error> {
    let unusable = |what: String| Error::new(ErrorKind::Config, "prepare TLS", "").detail(what);
    let plain = ConnectionPool::builder()
        .idle_timeout(IDLE)
        .tcp_keepalive(KEEPALIVE)
        .tcp_nodelay(true)
        .max_connections_per_host(PER_HOST)
        .proxy_config(proxy_config(network, target)?)
        .partitions([Partition::new(HOME, spawner())]);
    let pool = if tls {
        let context = TlsContext::builder()
            .with_trust_store(trust_store(network)?)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        plain
            .tls_provider(TlsProvider::Rustls(CryptoMode::AwsLc))
            .tls_context(context)
            .build_https()
    } else {
        plain.build_http()
    };
    let pool = pool.map_err(|error| unusable(error.to_string()))?;
    let client =
        PoolClient::from_partition(&pool, HOME).map_err(|error| unusable(error.to_string()))?;
    Ok(shared(client))
}

/// Drives a socket on the runtime of whoever opens it, because the interface and the engine share a
/// client but no runtime, and either may end first.
fn spawner() -> DriverSpawner {
    let home = Handle::current();
    DriverSpawner::from_fn(move |task| {
        Handle::try_current().unwrap_or_else(|_| home.clone()).spawn(task);
    })
}

fn shared(client: impl HttpClient + 'static) -> SharedHttpClient {
    client.into_shared()
}

/// The platform's roots and those of `AWS_CA_BUNDLE`, which the SDK does not read by itself.
fn trust_store(network: &Network) -> Result<TrustStore, Error> {
    let roots = TrustStore::default();
    Ok(match ca_bundle(network)? {
        Some(pem) => roots.with_pem_certificate(pem),
        None => roots,
    })
}

/// The bytes of the file that the connection or `AWS_CA_BUNDLE` names; at least one certificate is
/// in them, and every one can be read.
pub fn ca_bundle(network: &Network) -> Result<Option<Vec<u8>>, Error> {
    let of_variable = || {
        let path = std::env::var_os(CA_BUNDLE).filter(|path| !path.is_empty())?;
        Some(CaBundle { path: tilde::expanded(path), named_by: CA_BUNDLE.to_owned() })
    };
    let Some(CaBundle { path, named_by }) = network.ca_bundle.clone().or_else(of_variable) else {
        return Ok(None);
    };
    let pem = std::fs::read(&path)
        .map_err(|error| Error::of_named_file(&error, READ_CA_BUNDLE, &named_by, &path))?;
    let broken = |why: String| {
        let why = format!("{named_by} names a file that cannot be used: {why}");
        Error::new(ErrorKind::Config, READ_CA_BUNDLE, path.display().to_string()).detail(why)
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots.add(certificate).map_err(|error| broken(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(broken(
            "there is no certificate in it (-----BEGIN CERTIFICATE-----)".to_owned(),
        ));
    }
    Ok(Some(pem))
}

/// The way of the SDK's requests; those to `target` go as [`proxy::route`] says.
fn proxy_config(network: &Network, target: RequestTarget<'_>) -> Result<ProxyConfig, Error> {
    let route = proxy::route(network, target)?;
    // The URL may hold a password, and the error may quote it.
    let unfit = |_| Error::new(ErrorKind::Config, "read the proxy", "").detail("it is not a URL");
    let variables = match (&network.proxy, &route) {
        (Proxy::None, _) => return Ok(ProxyConfig::disabled()),
        (Proxy::Url(_), Some(route)) => return ProxyConfig::all(route.url.expose()).map_err(unfit),
        _ => Variables::read()?,
    };
    if variables.are_plain() {
        return Ok(ProxyConfig::from_env());
    }
    let config = match (route, target.secure) {
        (Some(route), _) if variables.are_the_same() => ProxyConfig::all(route.url.expose()),
        (Some(route), false) => ProxyConfig::http(route.url.expose()),
        (Some(route), true) => ProxyConfig::https(route.url.expose()),
        // Whoever gives the keys may be behind the proxy all the same.
        (None, _) if !variables.leave_out_all() => match variables.of_https()? {
            Some(route) => ProxyConfig::https(route.url.expose()),
            None => return Ok(ProxyConfig::disabled()),
        },
        (None, _) => return Ok(ProxyConfig::disabled()),
    };
    Ok(config.map_err(unfit)?.no_proxy(variables.plain_exceptions(target)))
}

/// Timeouts of calls whose answer comes soon.
pub fn timeouts() -> TimeoutConfig {
    waiting(FIRST_BYTE).to_builder().operation_timeout(SMALL_CALL).build()
}

/// Timeouts of calls whose caller tries again: each on its own.
pub fn watched_timeouts() -> TimeoutConfig {
    waiting(FIRST_BYTE * 2)
}

/// Timeouts of a call that sends `bytes` first: the SDK's read timeout counts from the first byte
/// sent. A body that is watched on its way may take as long as it moves.
pub fn upload_timeouts(bytes: u64, watched: bool) -> TimeoutConfig {
    if watched {
        return waiting(LONGEST_BODY);
    }
    waiting(FIRST_BYTE * 2 + Duration::from_secs(bytes / SLOWEST))
}

/// Timeouts of a call that is answered when so many keys are deleted; Swift takes 40 ms for each.
pub fn batch_timeouts(keys: usize) -> TimeoutConfig {
    waiting(FIRST_BYTE * 2 + SLOWEST_DELETE * u32::try_from(keys).unwrap_or(u32::MAX))
}

/// Timeouts of a call that the server answers only when it has copied or assembled gigabytes.
pub fn server_side_timeouts() -> TimeoutConfig {
    waiting(Duration::from_mins(15))
}

fn waiting(first_byte: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(first_byte)
        .disable_operation_timeout()
        .build()
}
