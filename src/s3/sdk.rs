//! Configures the SDK for one connection: where it goes, how it signs, checks and retries.

pub(in crate::s3) mod blank_key;
pub(in crate::s3) mod credentials;
pub(in crate::s3) mod errors;
pub(in crate::s3) mod guard;
pub(in crate::s3) mod hook;
pub(in crate::s3) mod key_origin;
pub(in crate::s3) mod last_answer;
pub(in crate::s3) mod md5_instead;
pub(in crate::s3) mod metadata_off;
pub(in crate::s3) mod metering;
pub(in crate::s3) mod no_body;
pub(in crate::s3) mod own_certificate;
pub(in crate::s3) mod profiles;
pub(in crate::s3) mod retry;
pub mod role;
pub(in crate::s3) mod scanned;
pub(in crate::s3) mod time;
pub(in crate::s3) mod transport;

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client as SdkClient;
use aws_sdk_s3::config::{
    Builder, Config, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider, SharedHttpClient, StalledStreamProtectionConfig,
};

use crate::config::aws::AwsSettings;
use crate::config::aws_settings::{self, Reads, Retries};
use crate::config::connection::{Addressing, Connection, CredentialsSource, UploadChecksum};
use crate::config::network::Network;
use crate::config::proxy::{self, ProxyRoute, RequestTarget};
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind, Renewal};
use crate::domain::provider::Provider;
use crate::domain::provider::facts::detect;
use crate::s3::clock::Clock;
use crate::s3::contact::Contact;
use crate::s3::http::direct::{Direct, Rules};
use crate::s3::http::sockets::by_sockets;
use crate::s3::meter::Meter;
use crate::s3::sdk::blank_key::BlankKey;
use crate::s3::sdk::credentials::{KeyIdRecorder, KeyIdSeen};
use crate::s3::sdk::guard::ResponseGuard;
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::key_origin::{ExpectedKeys, renewal, who};
use crate::s3::sdk::metadata_off::without_metadata;
use crate::s3::sdk::metering::Metering;
use crate::s3::sdk::no_body::NoBody;
use crate::s3::sdk::own_certificate::with_own_certificate;
use crate::s3::sdk::transport::AWS;

/// The step at which an endpoint turns out to be none, or is missing.
const READ_ENDPOINT: &str = "read the endpoint";

/// A body that moves less than a byte a second for this long is given up.
const STALL: Duration = Duration::from_secs(25);

/// What the first request of a connection finds out.
#[derive(Clone, Debug)]
pub struct Sdk {
    pub clients: SdkClients,
    pub provider: Provider,
    pub endpoint: Option<String>,
    /// What names the proxy on the way there.
    pub proxy: Option<&'static str>,
    pub region: String,
    /// The bucket's name goes into the path of a URL, else before its host.
    pub path_style: bool,
    pub credentials: Option<SharedCredentialsProvider>,
    /// The name of whose keys sign, and which key signed last.
    pub who: String,
    pub key_id: KeyIdSeen,
    /// How its keys are renewed once they end.
    pub renewal: Option<Renewal>,
    pub expected_keys: ExpectedKeys,
    /// The way there, with what the AWS files and the environment say of it.
    pub network: Network,
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
    /// Reads what the AWS files and the environment say of the connection. Credentials stay
    /// unresolved.
    pub async fn load(
        connection: &Connection,
        meter: Arc<Meter>,
        contact: &Contact,
    ) -> Result<Sdk, Error> {
        let settings = settings(connection)?;
        let retries = judge_settings(connection, &settings)?;
        let network = &match chained(connection) {
            true => settings.network(&connection.network),
            false => connection.network.clone(),
        };
        let endpoint = endpoint(connection, &settings)?;
        let http = http(connection, network, endpoint.as_deref())?;
        let provider = provider(connection, endpoint.as_deref());
        let mut loader = credentials::loader(&connection.credentials, &settings, &http)
            .retry_config(retry::config(retries));
        if let Some(region) = region(connection, &settings) {
            loader = loader.region(Region::new(region));
        } else if settings.region_is_blank() {
            let region = default_region(provider, endpoint.as_deref());
            loader = loader.region(Region::new(region));
        }
        let shared = loader.load().await;
        let region = shared
            .region()
            .map_or_else(|| default_region(provider, endpoint.as_deref()), ToString::to_string);
        let addressing = match connection.addressing {
            Addressing::Auto if chained(connection) => settings.addressing(),
            own => own,
        };
        let path_style = path_style(addressing, provider, endpoint.as_deref());
        let key_id = KeyIdSeen::default();
        let credentials = shared.credentials_provider().map(|inner| {
            SharedCredentialsProvider::new(KeyIdRecorder { inner, seen: key_id.clone() })
        });
        let rules = Rules {
            endpoint: endpoint.clone(),
            path_style,
            fips: shared.use_fips(),
            dual_stack: shared.use_dual_stack(),
        };
        let direct = direct(connection, network, rules, credentials.clone(), meter.clone())?;
        match &direct {
            Ok(_) => tracing::info!(connection = %connection.name, "bodies go without the SDK"),
            Err(why) => {
                tracing::info!(connection = %connection.name, why, "bodies go by the SDK");
            }
        }
        let checksum = connection.bodies.checksum;
        let clock = Clock::default();
        let found = Found {
            shared: &shared,
            network,
            provider,
            endpoint: endpoint.as_deref(),
            region: &region,
            path_style,
        };
        let mut config = configure(connection, &found, meter)
            .to_builder()
            .retry_config(retry::config(retries))
            .retry_classifier(contact.clone())
            .interceptor(contact.clone())
            .interceptor(Hooked(clock.clone()));
        if let Some(credentials) = &credentials {
            config.set_credentials_provider(Some(credentials.clone()));
        }
        let config = config.build();
        Ok(Sdk {
            credentials,
            who: who(connection, &settings),
            renewal: renewal(connection, &settings),
            expected_keys: ExpectedKeys::of(connection, &settings),
            key_id,
            network: network.clone(),
            crc64nvme: checksum.map_or(provider.takes_trailing_checksums(), |checksum| {
                checksum == UploadChecksum::Crc64Nvme
            }),
            direct,
            clients: SdkClients::of_config(config),
            clock,
            provider,
            region,
            path_style,
            proxy: route_to(network, endpoint.as_deref())?.map(|route| route.named_by),
            endpoint,
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
    pub fn at(
        &self,
        endpoint: &str,
        connection: &Connection,
        meter: Arc<Meter>,
    ) -> Result<Sdk, Error> {
        let endpoint = read_endpoint(endpoint)?.to_string();
        let moved = |client: &SdkClient| {
            let config = client.config().to_builder();
            SdkClient::from_conf(config.endpoint_url(&endpoint).build())
        };
        let clients = &self.clients;
        let clients = SdkClients { patient: moved(&clients.patient), once: moved(&clients.once) };
        let path_style = self.path_style;
        let rules = Rules { endpoint: Some(endpoint.clone()), path_style, ..Rules::default() };
        let credentials = self.credentials.clone();
        let direct = direct(connection, &self.network, rules, credentials, meter)?;
        Ok(Sdk { clients, direct, endpoint: Some(endpoint), ..self.clone() })
    }

    /// A client that puts the buckets' names into the other place of a URL.
    pub fn in_other_style(&self) -> SdkClient {
        let config = self.clients.patient.config().to_builder();
        SdkClient::from_conf(config.force_path_style(!self.path_style).build())
    }
}

/// What the AWS variables set counts for every connection, what a profile sets for those that use
/// one.
fn judge_settings(connection: &Connection, settings: &AwsSettings) -> Result<Retries, Error> {
    let chained = chained(connection);
    let keyless = chained || is_anonymous(connection);
    let reads = Reads {
        profile: chained,
        endpoint: keyless && connection.endpoint.is_none(),
        region: connection.region.is_none()
            && (connection.provider == Provider::Aws
                || (connection.provider == Provider::Other && chained)),
    };
    aws_settings::judge(settings, reads)
}

/// A client without the SDK, where nothing is asked for that only the SDK does; the inner error is
/// the reason why not.
fn direct(
    connection: &Connection,
    network: &Network,
    rules: Rules,
    credentials: Option<SharedCredentialsProvider>,
    meter: Arc<Meter>,
) -> Result<Result<Arc<Direct>, String>, Error> {
    if connection.bodies.by_sdk {
        return Ok(Err("the connection says by_sdk".into()));
    }
    if let Some(route) = route_to(network, rules.endpoint.as_deref())? {
        return Ok(Err(format!("{} is set", route.named_by)));
    }
    Ok(match credentials {
        Some(_) if matches!(connection.credentials, CredentialsSource::Anonymous) => {
            Err("the connection is anonymous".into())
        }
        Some(credentials) => Ok(Arc::new(Direct::new(rules, credentials, meter, network.clone()))),
        None => Err("there are no keys to sign with".into()),
    })
}

/// The proxy on the way to an endpoint, `None` being AWS's own.
fn route_to(network: &Network, endpoint: Option<&str>) -> Result<Option<ProxyRoute>, Error> {
    let endpoint = endpoint.and_then(|text| Endpoint::parse(text).ok());
    proxy::route(network, endpoint.as_ref().map_or(AWS, RequestTarget::of))
}

/// What sends the SDK's requests.
fn http(
    connection: &Connection,
    network: &Network,
    endpoint: Option<&str>,
) -> Result<SharedHttpClient, Error> {
    let endpoint = endpoint.and_then(|text| Endpoint::parse(text).ok());
    let target = endpoint.as_ref().map_or(AWS, RequestTarget::of);
    let pool = transport::pool(needs_tls(connection), network, target)?;
    let pool = match transport::ca_bundle(network)? {
        Some(_) => with_own_certificate(pool, network),
        None => pool,
    };
    Ok(match connection.provider {
        Provider::Aws => pool,
        _ => without_metadata(pool),
    })
}

/// Whether anything is ever asked of a server by TLS: keys of the AWS chain may come from one.
fn needs_tls(connection: &Connection) -> bool {
    let is_plain =
        |text: &String| Endpoint::complete(text).is_ok_and(|endpoint| !endpoint.is_secure());
    let further = connection.jurisdictions.iter().any(|(_, endpoint)| !is_plain(endpoint));
    chained(connection) || further || !connection.endpoint.as_ref().is_some_and(is_plain)
}

/// What the AWS files, the environment and the connection say together.
struct Found<'a> {
    shared: &'a SdkConfig,
    network: &'a Network,
    provider: Provider,
    endpoint: Option<&'a str>,
    region: &'a str,
    path_style: bool,
}

fn configure(connection: &Connection, found: &Found<'_>, meter: Arc<Meter>) -> Config {
    let mut builder = Builder::from(found.shared)
        .region(Region::new(found.region.to_owned()))
        .force_path_style(found.path_style)
        .retry_classifier(retry::Throttling)
        .timeout_config(transport::timeouts())
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(STALL).build(),
        )
        .interceptor(Metering(meter))
        .interceptor(ResponseGuard)
        .interceptor(Hooked(NoBody))
        .interceptor(Hooked(BlankKey))
        // Every body carries a check of our own, so the SDK adds one only where the operation
        // demands it.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(if found.provider == Provider::Aws {
            ResponseChecksumValidation::WhenSupported
        } else {
            ResponseChecksumValidation::WhenRequired
        });
    builder.set_endpoint_url(found.endpoint.map(str::to_owned));
    if connection.is_unchecked() {
        // The server's requests alone: who gives the keys is checked as ever.
        builder = builder.http_client(by_sockets(found.network));
    }
    if matches!(connection.credentials, CredentialsSource::Anonymous) {
        builder = builder.allow_no_auth();
    }
    builder.build()
}

/// What the user configured outweighs a guess, except that the AWS chain may turn out to point
/// elsewhere: an endpoint that the connection names has had its provider decided with it.
pub fn provider(connection: &Connection, endpoint: Option<&str>) -> Provider {
    match connection.provider {
        Provider::Aws if connection.endpoint.is_none() => detect(endpoint),
        known => known,
    }
}

fn region(connection: &Connection, settings: &AwsSettings) -> Option<String> {
    match (&connection.region, connection.provider) {
        (Some(region), _) => Some(region.clone()),
        (None, Provider::Aws) => settings.region(),
        (None, Provider::Other) if chained(connection) => settings.region(),
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

fn is_anonymous(connection: &Connection) -> bool {
    matches!(connection.credentials, CredentialsSource::Anonymous)
}

fn path_style(addressing: Addressing, provider: Provider, endpoint: Option<&str>) -> bool {
    match addressing {
        Addressing::Path => true,
        Addressing::VirtualHosted => false,
        Addressing::Auto => endpoint.is_some() && provider.path_style(),
    }
}

/// The endpoint in force: the connection's, else, for keys of the AWS chain, what the AWS CLI would
/// read. Keys of a connection's own are for the server that it names.
fn endpoint(connection: &Connection, settings: &AwsSettings) -> Result<Option<String>, Error> {
    let own = connection.endpoint.clone();
    let keyless = chained(connection) || is_anonymous(connection);
    let found = own.or_else(|| keyless.then(|| settings.endpoint()).flatten());
    if found.is_none() && connection.provider != Provider::Aws && !settings.ignores_endpoints() {
        let wanted = connection.provider.wants_endpoint();
        let detail = format!("connection {:?}: {wanted}, here or in its profile", connection.name);
        return Err(Error::new(ErrorKind::Config, READ_ENDPOINT, "config.toml").detail(detail));
    }
    found.map(|url| Ok(read_endpoint(&url)?.to_string())).transpose()
}

/// The endpoint that a connection leads to, `None` for AWS's own. Reads files, and asks nobody.
pub fn configured_endpoint(connection: &Connection) -> Result<Option<String>, Error> {
    endpoint(connection, &settings(connection)?)
}

/// What the AWS files and the environment say to a connection. Who has keys of its own for another
/// server than AWS reads nothing in the files.
fn settings(connection: &Connection) -> Result<AwsSettings, Error> {
    match (&connection.credentials, connection.provider) {
        (CredentialsSource::Chain { profile }, _) => AwsSettings::of_user(profile.as_deref()),
        (CredentialsSource::Anonymous, _) if connection.endpoint.is_none() => {
            AwsSettings::beside_keys()
        }
        (_, Provider::Aws) if connection.region.is_none() => AwsSettings::beside_keys(),
        _ => Ok(AwsSettings::without_files()),
    }
}

/// An endpoint that requests can be sent to. The error quotes nothing of it, which may hold a
/// password.
pub fn read_endpoint(text: &str) -> Result<Endpoint, Error> {
    let unfit = |why: String| Error::new(ErrorKind::Config, READ_ENDPOINT, "").detail(why);
    Endpoint::complete(text).map_err(unfit)
}

#[cfg(test)]
mod tests {
    use super::*;

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
