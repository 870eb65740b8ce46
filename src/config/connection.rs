//! A connection is everything needed to reach one account on one server.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::config::cloudflare::Cloudflare;
use crate::config::network::Network;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::arn;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::presign::DEFAULT_EXPIRY;
use crate::domain::protection::AccessSpec;
use crate::domain::provider::Provider;

/// What the user configured or gave as flags. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    pub name: ConnectionName,
    pub provider: Provider,
    /// A whole URL; `None` lets the SDK derive it (AWS, or the variables the AWS CLI reads).
    pub endpoint: Option<String>,
    /// R2's, each with its endpoint, the first with the one above; empty where that is all there
    /// is.
    pub jurisdictions: Vec<(Jurisdiction, String)>,
    /// `None` lets the SDK decide; R2 is `auto`.
    pub region: Option<String>,
    pub credentials: CredentialsSource,
    pub addressing: Addressing,
    /// Shown even where the token may not list buckets.
    pub known_buckets: Vec<KnownBucket>,
    /// Nothing that writes is sent.
    pub read_only: bool,
    pub bodies: Bodies,
    pub network: Network,
    /// How long the links of `y` hold.
    pub link_expiry: Duration,
    /// Access to Cloudflare's API, for what S3 does not tell of R2.
    pub cloudflare: Option<Cloudflare>,
    /// Others on this machine may read the secret in its section of `config.toml`.
    pub exposed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct KnownBucket {
    pub bucket: Bucket,
    /// Where a prefix-scoped token starts.
    pub prefix: Prefix,
    /// `https://cdn.example.com`: the public URL of a key is this, `/` and the key.
    pub public_domain: Option<String>,
    /// How its objects are asked for.
    pub access: AccessSpec,
}

impl Connection {
    /// The objects of a bucket are asked for so from now on.
    pub fn know_access(&mut self, bucket: &Bucket, access: AccessSpec) {
        match self.known_buckets.iter_mut().find(|known| known.bucket == *bucket) {
            Some(known) => known.access = access,
            None if access.is_plain() => {}
            None => {
                let known = KnownBucket::starting_at(bucket.clone(), Prefix::root());
                self.known_buckets.push(KnownBucket { access, ..known });
            }
        }
    }
}

impl KnownBucket {
    pub fn starting_at(bucket: Bucket, prefix: Prefix) -> KnownBucket {
        KnownBucket { bucket, prefix, public_domain: None, access: AccessSpec::default() }
    }
}

/// `media`, or `site/public/` to start at a prefix.
impl From<&str> for KnownBucket {
    fn from(text: &str) -> KnownBucket {
        let plain = || text.split_once('/').unwrap_or((text, ""));
        let (name, prefix) = arn::split(text).and_then(Result::ok).unwrap_or_else(plain);
        let prefix = match prefix {
            prefix if prefix.is_empty() || prefix.ends_with('/') => Prefix::new(prefix),
            prefix => Prefix::new(format!("{prefix}/")),
        };
        KnownBucket::starting_at(Bucket::new(name), prefix)
    }
}

impl From<String> for KnownBucket {
    fn from(text: String) -> KnownBucket {
        KnownBucket::from(text.as_str())
    }
}

impl From<KnownBucket> for String {
    fn from(known: KnownBucket) -> String {
        known.to_string()
    }
}

impl fmt::Display for KnownBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix.is_root() {
            true => write!(f, "{}", self.bucket),
            false => write!(f, "{}/{}", self.bucket, self.prefix),
        }
    }
}

/// How bodies travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bodies {
    /// The digest an upload carries; `None` takes the one its provider is known to check.
    pub checksum: Option<UploadChecksum>,
    /// The signature leaves the body out even where it travels in the clear to another machine.
    pub unsigned: bool,
    /// All of it by the SDK.
    pub by_sdk: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadChecksum {
    Crc64Nvme,
    Md5,
}

/// Where the keys come from.
#[derive(Clone, Debug)]
pub enum CredentialsSource {
    /// The AWS chain, exactly as the AWS CLI: environment, profiles, SSO, process, role, web
    /// identity, IMDS.
    Chain {
        profile: Option<String>,
    },
    Static {
        access_key_id: String,
        secret_access_key: SecretString,
        session_token: Option<SecretString>,
    },
    /// Names of environment variables that hold the keys.
    Environment {
        access_key_id: String,
        secret_access_key: String,
    },
    /// A command that prints the JSON of `credential_process`.
    Process {
        command: String,
    },
    /// Keys that were entered in Windlass, read when they are needed.
    Kept {
        keeper: Keeper,
        /// That of `config.toml`.
        folder: PathBuf,
        name: ConnectionName,
    },
    Anonymous,
}

/// Who keeps keys that were entered in Windlass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeper {
    /// `secrets.toml`, beside `config.toml`.
    File,
    /// The system's keyring.
    Keyring,
}

/// Two of the same keys are equal, secrets included.
impl PartialEq for CredentialsSource {
    fn eq(&self, other: &CredentialsSource) -> bool {
        self.parts() == other.parts()
    }
}

impl CredentialsSource {
    /// Where the keys come from, without a name of anything.
    pub fn words(&self) -> &'static str {
        match self {
            CredentialsSource::Chain { profile: Some(_) } => "an AWS profile",
            CredentialsSource::Chain { profile: None } => "the AWS chain",
            CredentialsSource::Static { .. } => "config.toml",
            CredentialsSource::Environment { .. } => "environment variables",
            CredentialsSource::Process { .. } => "credential_process",
            CredentialsSource::Kept { keeper: Keeper::File, .. } => "secrets.toml",
            CredentialsSource::Kept { keeper: Keeper::Keyring, .. } => "the system's keyring",
            CredentialsSource::Anonymous => "none: requests are not signed",
        }
    }

    /// The kind and its texts.
    fn parts(&self) -> (u8, [Option<&str>; 3]) {
        match self {
            CredentialsSource::Chain { profile } => (0, [profile.as_deref(), None, None]),
            CredentialsSource::Static { access_key_id, secret_access_key, session_token } => {
                let token = session_token.as_ref().map(ExposeSecret::expose_secret);
                (1, [Some(access_key_id), Some(secret_access_key.expose_secret()), token])
            }
            CredentialsSource::Environment { access_key_id, secret_access_key } => {
                (2, [Some(access_key_id), Some(secret_access_key), None])
            }
            CredentialsSource::Process { command } => (3, [Some(command), None, None]),
            CredentialsSource::Anonymous => (4, [None; 3]),
            CredentialsSource::Kept { keeper, folder, name } => {
                (5 + *keeper as u8, [folder.to_str(), Some(name.as_str()), None])
            }
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addressing {
    /// Path style wherever an endpoint is given that is not AWS's.
    #[default]
    Auto,
    Path,
    VirtualHosted,
}

impl Connection {
    /// What its server is known by: the endpoint, or the name of the connection without one.
    pub fn server(&self) -> &str {
        self.endpoint.as_deref().unwrap_or(self.name.as_str())
    }

    /// # Errors
    /// `ReadOnly` where the connection is configured so.
    pub fn expect_writable(&self, operation: &str) -> Result<(), Error> {
        if !self.read_only {
            return Ok(());
        }
        let why = format!("{} is configured read_only", self.name);
        Err(Error::new(ErrorKind::ReadOnly, operation, self.name.as_str()).detail(why))
    }

    /// Whether what is sent can be read and changed by whoever is on the way.
    pub fn is_in_the_clear(&self) -> bool {
        let endpoint = self.endpoint.as_deref().and_then(|text| Endpoint::complete(text).ok());
        endpoint.is_some_and(|endpoint| endpoint.is_in_the_clear())
    }

    /// Whether both have the same servers, whoever the keys belong to.
    pub fn leads_where(&self, other: &Connection) -> bool {
        (&self.endpoint, &self.jurisdictions) == (&other.endpoint, &other.jurisdictions)
    }

    /// Whether whoever answers is taken for the server.
    pub fn is_unchecked(&self) -> bool {
        let further = self.jurisdictions.iter().map(|(_, endpoint)| endpoint);
        let by_tls =
            |text: &String| Endpoint::complete(text).is_ok_and(|endpoint| endpoint.is_secure());
        self.network.insecure && self.endpoint.iter().chain(further).any(by_tls)
    }

    /// What has to be said aloud of it, in a sentence.
    pub fn unchecked_aloud(&self) -> Option<String> {
        let told = format!(
            "{}: the certificate is not checked (insecure): whoever answers is taken for the \
             server",
            self.name
        );
        self.is_unchecked().then_some(told)
    }

    /// The AWS chain with nothing configured.
    pub fn chain(name: ConnectionName, profile: Option<String>) -> Connection {
        Connection {
            name,
            provider: Provider::Aws,
            endpoint: None,
            jurisdictions: Vec::new(),
            region: None,
            credentials: CredentialsSource::Chain { profile },
            addressing: Addressing::Auto,
            known_buckets: Vec::new(),
            read_only: false,
            bodies: Bodies::default(),
            network: Network::default(),
            link_expiry: DEFAULT_EXPIRY,
            cloudflare: None,
            exposed: false,
        }
    }

    /// Whether something that must stay secret stands in its section.
    pub fn holds_secret(&self) -> bool {
        matches!(self.credentials, CredentialsSource::Static { .. })
            || self.cloudflare.as_ref().is_some_and(Cloudflare::holds_secret)
    }

    /// Where its keys come from, and what is wrong with that place.
    pub fn keys_words(&self) -> String {
        let words = match &self.credentials {
            CredentialsSource::Chain { profile: Some(profile) } => {
                format!("profile {profile} of the AWS files")
            }
            other => other.words().to_owned(),
        };
        match self.exposed {
            true => format!("{words}, which others on this machine may read: chmod 600 it"),
            false => words,
        }
    }

    /// Whether a section of `config.toml` makes it, and no flag or variable: these put their server
    /// into its name.
    pub fn is_in_file(&self) -> bool {
        self.endpoint.is_some() && !self.name.as_str().contains('@')
    }

    /// Whether it is the AWS chain with nothing configured: there without being asked for.
    pub fn is_unsaid(&self) -> bool {
        matches!(self.credentials, CredentialsSource::Chain { .. })
            && self.endpoint.is_none()
            && self.known_buckets.is_empty()
    }

    /// A server of any provider with an endpoint and keys given outright.
    pub fn with_keys(
        name: impl Into<ConnectionName>,
        provider: Provider,
        endpoint: &str,
        region: &str,
        access_key_id: &str,
        secret_access_key: &str,
    ) -> Connection {
        Connection {
            provider,
            endpoint: Some(endpoint.to_owned()),
            region: Some(region.to_owned()),
            credentials: CredentialsSource::Static {
                access_key_id: access_key_id.to_owned(),
                secret_access_key: SecretString::from(secret_access_key),
                session_token: None,
            },
            ..Connection::chain(name.into(), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_in_the_clear_save_within_this_machine() {
        let clear = |endpoint: &str| {
            let connection =
                Connection::with_keys("c", Provider::Other, endpoint, "r", "id", "secret");
            connection.is_in_the_clear()
        };
        assert!(clear("http://nas.local:9000/"));
        assert!(clear("http://[2001:db8::1]:9000"));
        for safe in [
            "https://nas.local",
            "http://localhost:9000",
            "http://127.0.0.1",
            "http://[::1]:9000/s3",
        ] {
            assert!(!clear(safe), "{safe}");
        }
        assert!(!Connection::chain("aws".into(), None).is_in_the_clear());
    }
}
