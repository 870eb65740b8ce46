//! One connection in the SDK's terms: where it goes, how it signs, checks and retries.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client as SdkClient;
use aws_sdk_s3::config::{
    Builder, Config, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_types::service_config::ServiceConfigKey;

use crate::config::connection::{Addressing, Connection, CredentialsSource, UploadChecksum};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;
use crate::domain::provider::facts::detect;
use crate::s3::clock::Clock;
use crate::s3::credentials;
use crate::s3::direct::{Direct, Rules};
use crate::s3::metadata_off::without_metadata;
use crate::s3::meter::Meter;
use crate::s3::metering::Metering;
use crate::s3::sound::Sound;
use crate::s3::unchecked::unchecked;
use crate::s3::{retry, transport};

/// A body that moves less than a byte a second for this long is given up.
const STALL: Duration = Duration::from_secs(25);

/// What the first request of a connection finds out.
#[derive(Clone, Debug)]
pub struct Sdk {
    pub clients: SdkClients,
    pub provider: Provider,
    pub endpoint: Option<String>,
    pub region: String,
    /// The bucket's name goes into the path of a URL, else before its host.
    pub path_style: bool,
    pub credentials: Option<SharedCredentialsProvider>,
    /// Uploads carry a CRC64NVME; else an MD5.
    pub crc64nvme: bool,
    pub clock: Clock,
    /// Moves bodies without the SDK, or why the SDK has to.
    pub direct: Result<Arc<Direct>, String>,
}

/// One client in two tempers; they share pool, credentials and meter.
#[derive(Clone, Debug)]
pub struct SdkClients {
    patient: SdkClient,
    /// Tries nothing again and gives no body up.
    once: SdkClient,
}

impl SdkClients {
    fn of_config(config: Config) -> SdkClients {
        let once = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(transport::watched_timeouts())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        SdkClients { patient: SdkClient::from_conf(config), once: SdkClient::from_conf(once) }
    }

    pub fn of(&self, once: bool) -> &SdkClient {
        if once { &self.once } else { &self.patient }
    }
}

impl Sdk {
    /// Reads what the AWS files and the environment say of the connection. Credentials stay unresolved.
    pub async fn load(connection: &Connection, meter: Arc<Meter>) -> Result<Sdk, Error> {
        let network = &connection.network;
        let http = match connection.provider {
            Provider::Aws => transport::pool(needs_tls(connection), network)?,
            _ => without_metadata(transport::pool(needs_tls(connection), network)?),
        };
        let mut loader = credentials::loader(&connection.credentials).http_client(http);
        if let Some(region) = region(connection) {
            loader = loader.region(Region::new(region));
        }
        if let Some(endpoint) = &connection.endpoint {
            loader = loader.endpoint_url(normalised(endpoint));
        }
        let shared = loader.load().await;
        let endpoint = endpoint(&shared).map(|url| normalised(&url));
        let provider = provider(connection, endpoint.as_deref());
        let region = shared
            .region()
            .map_or_else(|| default_region(provider, endpoint.as_deref()), ToString::to_string);
        let path_style = path_style(connection.addressing, provider, endpoint.as_deref());
        let rules = Rules {
            endpoint: endpoint.clone(),
            path_style,
            fips: shared.use_fips(),
            dual_stack: shared.use_dual_stack(),
        };
        let direct = direct(connection, rules, shared.credentials_provider(), meter.clone());
        match &direct {
            Ok(_) => tracing::info!(connection = %connection.name, "bodies go without the SDK"),
            Err(why) => {
                tracing::info!(connection = %connection.name, why, "bodies go by the SDK");
            }
        }
        let checksum = connection.bodies.checksum;
        let clock = Clock::default();
        let config = configure(&shared, connection, provider, endpoint.as_deref(), &region, meter)
            .to_builder()
            .interceptor(clock.clone())
            .build();
        Ok(Sdk {
            credentials: shared.credentials_provider(),
            crc64nvme: checksum.map_or(provider.takes_trailing_checksums(), |checksum| {
                checksum == UploadChecksum::Crc64Nvme
            }),
            direct,
            clients: SdkClients::of_config(config),
            clock,
            provider,
            endpoint,
            region,
            path_style,
        })
    }

    /// The same client for a bucket of another region; it shares pool, credentials and meter.
    pub fn in_region(&self, region: &str) -> SdkClients {
        let moved = |client: &SdkClient| {
            let config = client.config().to_builder();
            SdkClient::from_conf(config.region(Region::new(region.to_owned())).build())
        };
        SdkClients { patient: moved(&self.clients.patient), once: moved(&self.clients.once) }
    }

    /// The same account at another endpoint; it shares pool, credentials, clock and meter.
    pub fn at(&self, endpoint: &str, connection: &Connection, meter: Arc<Meter>) -> Sdk {
        let endpoint = normalised(endpoint);
        let moved = |client: &SdkClient| {
            let config = client.config().to_builder();
            SdkClient::from_conf(config.endpoint_url(&endpoint).build())
        };
        let clients = &self.clients;
        let clients = SdkClients { patient: moved(&clients.patient), once: moved(&clients.once) };
        let path_style = self.path_style;
        let rules = Rules { endpoint: Some(endpoint.clone()), path_style, ..Rules::default() };
        let direct = direct(connection, rules, self.credentials.clone(), meter);
        Sdk { clients, direct, endpoint: Some(endpoint), ..self.clone() }
    }

    /// A client that puts the buckets' names into the other place of a URL.
    pub fn in_other_style(&self) -> SdkClient {
        let config = self.clients.patient.config().to_builder();
        SdkClient::from_conf(config.force_path_style(!self.path_style).build())
    }
}

/// Without the SDK where nothing is asked for that only the SDK does.
fn direct(
    connection: &Connection,
    rules: Rules,
    credentials: Option<SharedCredentialsProvider>,
    meter: Arc<Meter>,
) -> Result<Arc<Direct>, String> {
    if connection.bodies.by_sdk {
        return Err("the connection says by_sdk".into());
    }
    if let Some(proxy) = transport::proxied(&connection.network) {
        return Err(proxy);
    }
    match credentials {
        Some(_) if matches!(connection.credentials, CredentialsSource::Anonymous) => {
            Err("the connection is anonymous".into())
        }
        Some(credentials) => {
            Ok(Arc::new(Direct::new(rules, credentials, meter, connection.network.clone())))
        }
        None => Err("there are no keys to sign with".into()),
    }
}

/// Whether anything is ever asked of a server by TLS: keys of the AWS chain may come from one.
fn needs_tls(connection: &Connection) -> bool {
    let is_plain = |endpoint: &String| normalised(endpoint).starts_with("http://");
    let further = connection.jurisdictions.iter().any(|(_, endpoint)| !is_plain(endpoint));
    chained(connection) || further || !connection.endpoint.as_ref().is_some_and(is_plain)
}

fn configure(
    shared: &SdkConfig,
    connection: &Connection,
    provider: Provider,
    endpoint: Option<&str>,
    region: &str,
    meter: Arc<Meter>,
) -> Config {
    let mut builder = Builder::from(shared)
        .region(Region::new(region.to_owned()))
        .force_path_style(path_style(connection.addressing, provider, endpoint))
        .retry_config(retry::config())
        .retry_classifier(retry::Throttling)
        .timeout_config(transport::timeouts())
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(STALL).build(),
        )
        .interceptor(Metering(meter))
        .interceptor(Sound)
        // Every body carries a check of our own, so the SDK adds one only where the operation demands it.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(if provider == Provider::Aws {
            ResponseChecksumValidation::WhenSupported
        } else {
            ResponseChecksumValidation::WhenRequired
        });
    builder.set_endpoint_url(endpoint.map(str::to_owned));
    if connection.is_unchecked() {
        // The server's requests alone: who gives the keys is checked as ever.
        builder = builder.http_client(unchecked(&connection.network));
    }
    if matches!(connection.credentials, CredentialsSource::Anonymous) {
        builder = builder.allow_no_auth();
    }
    builder.build()
}

/// What the user configured outweighs a guess, except that the AWS chain may turn out to point elsewhere: an endpoint
/// that the connection names has had its provider decided with it.
pub fn provider(connection: &Connection, endpoint: Option<&str>) -> Provider {
    match connection.provider {
        Provider::Aws if connection.endpoint.is_none() => detect(endpoint),
        known => known,
    }
}

fn region(connection: &Connection) -> Option<String> {
    match (&connection.region, connection.provider) {
        (Some(region), _) => Some(region.clone()),
        (None, Provider::Aws) => None,
        (None, Provider::Other) if chained(connection) => None,
        (None, provider) => Some(default_region(provider, connection.endpoint.as_deref())),
    }
}

/// The region in the endpoint's name, else the provider's own.
fn default_region(provider: Provider, endpoint: Option<&str>) -> String {
    let facts = provider.facts();
    endpoint
        .and_then(|endpoint| facts.region_in(endpoint))
        .or_else(|| facts.region.clone())
        .unwrap_or_else(|| "us-east-1".to_owned())
}

fn chained(connection: &Connection) -> bool {
    matches!(connection.credentials, CredentialsSource::Chain { .. })
}

fn path_style(addressing: Addressing, provider: Provider, endpoint: Option<&str>) -> bool {
    match addressing {
        Addressing::Path => true,
        Addressing::VirtualHosted => false,
        Addressing::Auto => endpoint.is_some() && provider.path_style(),
    }
}

/// The endpoint in force: the connection's, else what the AWS CLI would read for S3, else for every service.
fn endpoint(shared: &SdkConfig) -> Option<String> {
    let general = shared.endpoint_url().map(str::to_owned);
    if shared.get_origin("endpoint_url").is_client_config() {
        return general;
    }
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    shared.service_config().and_then(|config| config.load_config(key)).or(general)
}

/// The end of the host of every R2 endpoint.
const R2_HOST: &str = ".r2.cloudflarestorage.com";

/// A scheme where none was typed, and a `/` at the end, without which the SDK glues the bucket to the path.
pub fn normalised(endpoint: &str) -> String {
    let endpoint = endpoint.trim();
    let mut url = if endpoint.contains("://") {
        endpoint.to_owned()
    } else if is_loopback(endpoint) {
        format!("http://{endpoint}")
    } else {
        format!("https://{endpoint}")
    };
    // The dashboard shows a bucket's URL; the endpoint of R2 itself has no path.
    let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next());
    if let Some(host) = authority.filter(|host| host.ends_with(R2_HOST)) {
        url.truncate(url.find(host).unwrap_or(0) + host.len());
    }
    if !url.ends_with('/') {
        url.push('/');
    }
    url
}

fn is_loopback(endpoint: &str) -> bool {
    let host = endpoint.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// An endpoint that no request could be sent to.
pub fn check_endpoint(endpoint: &str) -> Result<(), Error> {
    let bad = |why: &str| {
        Err(Error::new(ErrorKind::Config, "read the endpoint", endpoint).detail(why.to_owned()))
    };
    let url = normalised(endpoint);
    match url.parse::<http::Uri>() {
        Ok(uri) if !matches!(uri.scheme_str(), Some("http" | "https")) => {
            bad("an endpoint starts with https:// or http://")
        }
        Ok(uri) if uri.host().is_none_or(str::is_empty) => bad("an endpoint names a host"),
        Ok(uri) if uri.query().is_some() => bad("an endpoint has no ? part"),
        Ok(_) => Ok(()),
        Err(error) => bad(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_ends_in_a_slash_and_has_a_scheme() {
        assert_eq!(normalised("http://h:1/s3"), "http://h:1/s3/");
        assert_eq!(normalised(" s3.example.com "), "https://s3.example.com/");
        assert_eq!(normalised("localhost:9000"), "http://localhost:9000/");
        assert_eq!(normalised("127.0.0.1:9000/x/"), "http://127.0.0.1:9000/x/");
    }

    #[test]
    fn the_url_of_a_bucket_of_r2_is_taken_for_its_endpoint() {
        let account = "https://abc.eu.r2.cloudflarestorage.com/";
        assert_eq!(normalised("https://abc.eu.r2.cloudflarestorage.com/media"), account);
        assert_eq!(normalised("abc.eu.r2.cloudflarestorage.com/media/a?x"), account);
        let other = "https://h/.r2.cloudflarestorage.com/x/";
        assert_eq!(normalised(other), other);
    }

    #[test]
    fn path_style_is_for_servers_that_are_not_aws() {
        let (local, aws) = (Some("http://localhost:9000/"), Some("https://s3.amazonaws.com/"));
        assert!(!path_style(Addressing::Auto, Provider::Aws, None));
        assert!(path_style(Addressing::Auto, Provider::Other, local));
        assert!(!path_style(Addressing::Auto, Provider::Aws, aws));
        assert!(!path_style(Addressing::Auto, Provider::Tigris, Some("https://t3.storage.dev/")));
        assert!(path_style(Addressing::Path, Provider::Aws, None));
        assert!(!path_style(Addressing::VirtualHosted, Provider::Other, local));
    }

    #[test]
    fn the_region_stands_in_the_endpoint_of_many_providers() {
        let b2 = Some("https://s3.us-west-004.backblazeb2.com/");
        assert_eq!(default_region(Provider::B2, b2), "us-west-004");
        let hetzner = Some("https://fsn1.your-objectstorage.com/");
        assert_eq!(default_region(Provider::Hetzner, hetzner), "fsn1");
        assert_eq!(
            default_region(Provider::R2, Some("https://a.r2.cloudflarestorage.com")),
            "auto"
        );
        assert_eq!(default_region(Provider::Other, Some("http://localhost:9000")), "us-east-1");
        assert_eq!(default_region(Provider::Garage, Some("http://localhost:3900")), "garage");
    }

    #[test]
    fn an_endpoint_nothing_can_be_sent_to_is_refused_with_the_reason() {
        assert!(check_endpoint("https://ok.example").is_ok());
        assert!(check_endpoint("ftp://x").unwrap_err().detail.contains("https://"));
        assert!(check_endpoint("https://a b").is_err());
        assert!(check_endpoint("https://a/?x").is_err());
    }

    #[test]
    fn the_chain_takes_the_provider_of_the_endpoint_it_finds() {
        let r2 = Some("https://a.r2.cloudflarestorage.com/");
        let chain = Connection::chain("c".into(), None);
        assert_eq!(provider(&chain, r2), Provider::R2);
        assert_eq!(provider(&chain, None), Provider::Aws);
        let other = Connection { provider: Provider::Other, ..chain };
        assert_eq!(provider(&other, r2), Provider::Other);
    }

    #[test]
    fn a_server_that_is_configured_as_aws_is_treated_as_aws() {
        let inside = "https://s3.inside.example/";
        let connection = Connection::with_keys("c", Provider::Aws, inside, "r", "id", "secret");
        assert_eq!(provider(&connection, Some(inside)), Provider::Aws);
    }
}
