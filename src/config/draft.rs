//! A connection as it is entered, before it is one: what the wizard fills, tests and saves.

use crate::config::connection::{Connection, CredentialsSource, KnownBucket};
use crate::config::kept::SigningKeys;
use crate::config::r2::{Jurisdiction, Jurisdictions};
use crate::domain::address::ConnectionName;
use crate::domain::provider::Provider;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub name: ConnectionName,
    pub server: DraftServer,
    pub keys: DraftKeys,
    pub buckets: Vec<KnownBucket>,
    pub read_only: bool,
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
        Ok(Connection {
            name: self.name.clone(),
            provider,
            endpoint,
            jurisdictions,
            region,
            credentials,
            known_buckets: self.buckets.clone(),
            read_only: self.read_only,
            ..base
        })
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

/// `media, site/public/`: buckets with the prefix they start at, separated by commas or spaces.
/// What is configured of a bucket besides stays with it.
///
/// # Errors
/// A sentence about the first that cannot be one.
pub fn buckets_of(text: &str, before: &[KnownBucket]) -> Result<Vec<KnownBucket>, String> {
    let mut known: Vec<KnownBucket> = Vec::new();
    for word in text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()) {
        let each = KnownBucket::from(word.strip_prefix("s3://").unwrap_or(word));
        let name = each.bucket.as_str();
        if name.is_empty() || name.contains(':') {
            return Err(format!(
                "{word:?} is no bucket: write media, or site/public/ to start at a prefix"
            ));
        }
        if known.iter().any(|other| other.bucket == each.bucket) {
            continue;
        }
        let same = before.iter().find(|other| other.bucket == each.bucket);
        let public_domain = same.and_then(|same| same.public_domain.clone());
        known.push(KnownBucket { public_domain, ..each });
    }
    Ok(known)
}

/// As [`buckets_of`] reads it.
pub fn text_of(buckets: &[KnownBucket]) -> String {
    buckets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Prefix;

    #[test]
    fn buckets_are_read_with_the_prefix_they_start_at() {
        let before = [KnownBucket {
            bucket: "site".into(),
            prefix: Prefix::root(),
            public_domain: Some("https://cdn.example.com".to_owned()),
        }];
        let known = buckets_of(" media,site/public  s3://logs/a/b/ media ", &before).unwrap();
        assert_eq!(text_of(&known), "media, site/public/, logs/a/b/");
        assert_eq!(known[1].public_domain.as_deref(), Some("https://cdn.example.com"));
        assert_eq!(buckets_of("", &before).unwrap(), []);
        assert!(buckets_of("https://x/y", &[]).unwrap_err().contains("no bucket"));
    }
}
