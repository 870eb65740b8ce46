//! A draft is a connection as it is entered, before it is tested and saved.

use crate::config::connection::{Connection, CredentialsSource};
use crate::config::connection_options::ConnectionOptions;
use crate::config::r2::{Jurisdiction, Jurisdictions};
use crate::config::secrets_file::SigningKeys;
use crate::domain::address::ConnectionName;
use crate::domain::provider::Provider;
use crate::domain::region::parse_region;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub name: ConnectionName,
    pub server: DraftServer,
    pub keys: DraftKeys,
    pub options: ConnectionOptions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftServer {
    R2 { account: String, jurisdictions: Jurisdictions },
    Aws { region: Option<String> },
    Other { provider: Provider, endpoint: String, region: Option<String> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftKeys {
    Given {
        keys: SigningKeys,
        keep: Keep,
    },
    /// A profile of the AWS files; `None` is the whole chain of the AWS CLI.
    Profile(Option<String>),
    /// Names of environment variables that hold the keys.
    Variables {
        access_key_id: String,
        secret_access_key: String,
    },
    /// A command that prints the JSON of `credential_process`.
    Process(String),
    Anonymous,
    /// What the connection has already, whatever that is.
    AsBefore,
}

/// Where keys that were typed are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// In the system's keyring.
    Keyring,
    /// In `secrets.toml`, which only the user can read.
    #[default]
    File,
    /// In `config.toml` itself.
    Config,
    /// Not at all: the connection lasts as long as this window.
    Nowhere,
}

impl Draft {
    /// The connection this would be, its keys in hand. `before` has what is not entered anew.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn connection(&self, before: Option<&Connection>) -> Result<Connection, String> {
        let base = match before {
            Some(before) => before.clone(),
            None => Connection::chain(self.name.clone(), None),
        };
        let (provider, endpoint, region) = self.reach()?;
        let jurisdictions = self.jurisdictions(&base)?;
        let credentials = match &self.keys {
            DraftKeys::Given { keys, .. } => keys.source(),
            DraftKeys::Profile(profile) => CredentialsSource::Chain { profile: profile.clone() },
            DraftKeys::Variables { access_key_id, secret_access_key } => {
                CredentialsSource::Environment {
                    access_key_id: access_key_id.clone(),
                    secret_access_key: secret_access_key.clone(),
                }
            }
            DraftKeys::Process(command) => CredentialsSource::Process { command: command.clone() },
            DraftKeys::Anonymous => CredentialsSource::Anonymous,
            DraftKeys::AsBefore => base.credentials.clone(),
        };
        let name = self.name.clone();
        let mut connection =
            Connection { name, provider, endpoint, jurisdictions, region, credentials, ..base };
        self.options.clone().put(&mut connection);
        Ok(connection)
    }

    fn jurisdictions(&self, base: &Connection) -> Result<Vec<(Jurisdiction, String)>, String> {
        match &self.server {
            DraftServer::R2 { account, jurisdictions } if jurisdictions.only().is_none() => {
                jurisdictions.endpoints(account)
            }
            DraftServer::Other { endpoint, .. } if base.endpoint.as_ref() == Some(endpoint) => {
                Ok(base.jurisdictions.clone())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn reach(&self) -> Result<(Provider, Option<String>, Option<String>), String> {
        if let DraftServer::Aws { region: Some(region) }
        | DraftServer::Other { region: Some(region), .. } = &self.server
        {
            parse_region(region)?;
        }
        Ok(match &self.server {
            DraftServer::R2 { account, jurisdictions } => {
                let first = jurisdictions.endpoints(account)?.into_iter().next();
                (Provider::R2, first.map(|(_, endpoint)| endpoint), Some("auto".to_owned()))
            }
            DraftServer::Aws { region } => (Provider::Aws, None, region.clone()),
            DraftServer::Other { provider, endpoint, region } => {
                let own = provider.facts().region.clone();
                (*provider, Some(endpoint.clone()), region.clone().or(own))
            }
        })
    }
}
