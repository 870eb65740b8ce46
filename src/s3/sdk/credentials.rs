//! Gives the SDK the keys of a connection.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::ConfigLoader;
use aws_config::credential_process::CredentialProcessProvider;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_s3::config::SharedHttpClient;
use secrecy::ExposeSecret as _;
use tokio::sync::OnceCell;

use crate::config::aws::{self, AwsSettings, Chosen};
use crate::config::connection::{CredentialsSource, Keeper};
use crate::config::keyring::{self, awaited};
use crate::config::role::RoleWithCode;
use crate::config::secrets_file::{self, SigningKeys};
use crate::domain::address::ConnectionName;
use crate::domain::identity::masked;
use crate::s3::sdk::profiles::{of_profile, profiles, provider_config};
use crate::s3::sdk::role::Assumed;
use crate::s3::tasks::blocking;

/// Where keys come from may ask the user for something first.
const PATIENCE: Duration = Duration::from_secs(65);

/// Starts a configuration with the keys that sign for `source`; nothing is resolved yet.
pub fn loader(
    source: &CredentialsSource,
    settings: &AwsSettings,
    http: &SharedHttpClient,
) -> ConfigLoader {
    let loader = profiles(settings)
        .http_client(http.clone())
        .identity_cache(IdentityCache::lazy().load_timeout(PATIENCE).build());
    match source {
        CredentialsSource::Chain { .. } => chain(loader, settings, http),
        CredentialsSource::Static { access_key_id, secret_access_key, session_token } => loader
            .credentials_provider(Credentials::new(
                access_key_id,
                secret_access_key.expose_secret(),
                session_token.as_ref().map(|token| token.expose_secret().to_owned()),
                None,
                "connection",
            )),
        CredentialsSource::Environment { access_key_id, secret_access_key } => loader
            .credentials_provider(NamedVariables {
                access_key_id: access_key_id.clone(),
                secret_access_key: secret_access_key.clone(),
            }),
        CredentialsSource::Process { command } => {
            loader.credentials_provider(CredentialProcessProvider::new(command.clone()))
        }
        CredentialsSource::Kept { keeper, folder, name } => loader.credentials_provider(KeptKeys {
            keeper: *keeper,
            folder: folder.clone(),
            name: name.clone(),
            read: OnceCell::new(),
        }),
        CredentialsSource::Anonymous => loader.no_credentials(),
    }
}

/// The SDK's own chain asks the environment first, whoever was named: here each source is asked
/// alone.
fn chain(loader: ConfigLoader, settings: &AwsSettings, http: &SharedHttpClient) -> ConfigLoader {
    // The SDK would ask for the role without the code.
    if let Some(role) = RoleWithCode::of_settings(settings) {
        return loader.credentials_provider(Assumed(role));
    }
    match settings.keys() {
        aws::KeyOrigin::Environment => {
            loader.credentials_provider(EnvironmentVariableCredentialsProvider::new())
        }
        aws::KeyOrigin::Profile => {
            loader.credentials_provider(of_profile(settings, settings.profile_name(), http))
        }
        // Of a profile that was named, nothing of the environment is taken.
        aws::KeyOrigin::Surroundings if settings.chosen() == Chosen::Outright => {
            let config = provider_config(settings, http);
            let container = EcsCredentialsProvider::builder().configure(&config).build();
            let machine = ImdsCredentialsProvider::builder().configure(&config).build();
            loader.credentials_provider(
                CredentialsProviderChain::first_try("EcsContainer", container)
                    .or_else("Ec2InstanceMetadata", machine),
            )
        }
        aws::KeyOrigin::Surroundings => loader,
    }
}

/// Notes the access key id of the keys that were given last.
#[derive(Clone, Debug)]
pub struct KeyIdRecorder {
    pub inner: SharedCredentialsProvider,
    pub seen: KeyIdSeen,
}

/// An access key id without its middle.
#[derive(Clone, Debug, Default)]
pub struct KeyIdSeen(Arc<Mutex<Option<String>>>);

impl KeyIdSeen {
    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, key_id: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(masked(key_id));
    }
}

impl ProvideCredentials for KeyIdRecorder {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let given = self.inner.provide_credentials().await;
            given.inspect(|keys| self.seen.note(keys.access_key_id()))
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.inner.fallback_on_interrupt()
    }
}

/// Keys in environment variables of the user's own names, read when they are needed.
#[derive(Debug)]
struct NamedVariables {
    access_key_id: String,
    secret_access_key: String,
}

impl ProvideCredentials for NamedVariables {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.read())
    }
}

/// Keys that Windlass keeps, read when they are needed.
#[derive(Debug)]
struct KeptKeys {
    keeper: Keeper,
    folder: PathBuf,
    name: ConnectionName,
    /// A keyring is not asked twice: it may ask the user each time.
    read: OnceCell<Credentials>,
}

impl ProvideCredentials for KeptKeys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            match self.keeper {
                Keeper::File => self.read().await,
                Keeper::Keyring => self.read.get_or_try_init(|| self.read()).await.cloned(),
            }
        })
    }
}

impl KeptKeys {
    async fn read(&self) -> Result<Credentials, CredentialsError> {
        let (keeper, folder, name) = (self.keeper, self.folder.clone(), self.name.clone());
        let (keyring, _wanted) = awaited();
        let read = blocking(move || match keeper {
            Keeper::File => secrets_file::read(&folder, &name),
            Keeper::Keyring => keyring::read(&keyring, &folder, &name),
        });
        let keys: SigningKeys = read.await.map_err(CredentialsError::provider_error)?;
        Ok(Credentials::new(
            keys.access_key_id,
            keys.secret_access_key.expose(),
            keys.session_token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "kept",
        ))
    }
}

impl NamedVariables {
    fn read(&self) -> Result<Credentials, CredentialsError> {
        let id = variable(&self.access_key_id)?;
        let secret = variable(&self.secret_access_key)?;
        Ok(Credentials::new(id, secret, None, None, "environment"))
    }
}

fn variable(name: &str) -> Result<String, CredentialsError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => {
            Err(CredentialsError::not_loaded(format!("the environment variable {name} is not set")))
        }
    }
}
