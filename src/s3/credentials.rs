//! Where the keys of a connection come from, in the SDK's terms.

use std::path::PathBuf;

use aws_config::credential_process::CredentialProcessProvider;
use aws_config::{BehaviorVersion, ConfigLoader};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use secrecy::ExposeSecret as _;
use tokio::task::spawn_blocking;

use crate::config::connection::CredentialsSource;
use crate::config::kept;
use crate::domain::address::ConnectionName;

/// Starts a configuration with the credentials of `source`; nothing is resolved yet.
pub fn loader(source: &CredentialsSource) -> ConfigLoader {
    let loader = aws_config::defaults(BehaviorVersion::latest());
    match source {
        CredentialsSource::Chain { profile: Some(profile) } => loader.profile_name(profile),
        CredentialsSource::Chain { profile: None } => loader,
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
        CredentialsSource::Kept { folder, name } => {
            loader.credentials_provider(KeptKeys { folder: folder.clone(), name: name.clone() })
        }
        CredentialsSource::Anonymous => loader.no_credentials(),
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
    folder: PathBuf,
    name: ConnectionName,
}

impl ProvideCredentials for KeptKeys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let (folder, name) = (self.folder.clone(), self.name.clone());
        future::ProvideCredentials::new(async move {
            let read = spawn_blocking(move || kept::read(&folder, &name)).await;
            let keys = read.map_err(CredentialsError::provider_error)?;
            let keys = keys.map_err(|error| {
                CredentialsError::invalid_configuration(format!(
                    "{}: {}",
                    error.place, error.detail
                ))
            })?;
            Ok(Credentials::new(
                keys.access_key_id,
                keys.secret_access_key.expose(),
                keys.session_token.as_ref().map(|token| token.expose().to_owned()),
                None,
                "kept",
            ))
        })
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
