//! Configures how Cloudflare's own API is asked.

use secrecy::{ExposeSecret, SecretString};

use crate::config::r2::Jurisdiction;

/// Where the API is, unless the configuration says otherwise.
pub const API: &str = "https://api.cloudflare.com/client/v4";

#[derive(Clone, Debug, PartialEq)]
pub struct Cloudflare {
    /// 32 hexadecimal digits.
    pub account_id: String,
    pub jurisdiction: Jurisdiction,
    pub token: ApiToken,
    /// A whole URL.
    pub api: String,
}

/// A token that may read R2's settings. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum ApiToken {
    Given(SecretString),
    /// The name of an environment variable that holds it.
    Variable(String),
}

/// Two of the same token are equal, the secret included.
impl PartialEq for ApiToken {
    fn eq(&self, other: &ApiToken) -> bool {
        match (self, other) {
            (ApiToken::Given(one), ApiToken::Given(other)) => {
                one.expose_secret() == other.expose_secret()
            }
            (ApiToken::Variable(one), ApiToken::Variable(other)) => one == other,
            _ => false,
        }
    }
}

impl Cloudflare {
    /// Whether the token itself stands in the configuration.
    pub fn holds_secret(&self) -> bool {
        matches!(self.token, ApiToken::Given(_))
    }
}

impl ApiToken {
    /// # Errors
    /// A sentence that names the variable which is not set.
    pub fn read(&self) -> Result<SecretString, String> {
        match self {
            ApiToken::Given(token) => Ok(token.clone()),
            ApiToken::Variable(name) => match std::env::var(name) {
                Ok(token) if !token.trim().is_empty() => Ok(SecretString::from(token.trim())),
                _ => Err(format!("the environment variable {name} is not set")),
            },
        }
    }
}
