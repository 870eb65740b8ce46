//! Says of keys that were not given where they were to come from.

use crate::config::aws::{AwsSettings, KeyOrigin};
use crate::config::connection::{Connection, CredentialsSource};
use crate::config::profiles::{ProfileKind, kind};
use crate::domain::error::explain::missing_keys::{
    BECAUSE, NO_KEYS_OF, NONE_BY_CONTAINER, NONE_BY_IDENTITY, ROLE_OF,
};
use crate::domain::error::{Error, ErrorKind, Renewal};
use crate::s3::sdk::metadata_off::NOT_ASKED;

const CONTAINER: [&str; 2] =
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];

/// Who signs where neither the environment nor the AWS files have keys.
const MACHINE: &str = "this machine's role";

/// The name of whose keys sign.
pub fn who(connection: &Connection, settings: &AwsSettings) -> String {
    match (&connection.credentials, settings.keys()) {
        (CredentialsSource::Anonymous, _) => "nobody (not signed)".to_owned(),
        (CredentialsSource::Chain { .. }, KeyOrigin::Environment) => "environment".to_owned(),
        (CredentialsSource::Chain { .. }, KeyOrigin::Profile) => settings.profile_name().to_owned(),
        (CredentialsSource::Chain { .. }, KeyOrigin::Surroundings) => MACHINE.to_owned(),
        _ => connection.name.to_string(),
    }
}

/// How the keys are renewed once they end.
pub fn renewal(connection: &Connection, settings: &AwsSettings) -> Option<Renewal> {
    match &connection.credentials {
        CredentialsSource::Chain { .. } if settings.keys() == KeyOrigin::Environment => {
            Some(Renewal::Variables)
        }
        CredentialsSource::Chain { .. } => settings.signs_in_by().map(Renewal::SignIn),
        CredentialsSource::Static { .. } | CredentialsSource::Kept { .. } => Some(Renewal::NewKeys),
        _ => None,
    }
}

/// How what is said of missing keys begins; empty where the SDK says it.
#[derive(Clone, Debug, Default)]
pub struct ExpectedKeys(String);

impl ExpectedKeys {
    pub fn of(connection: &Connection, settings: &AwsSettings) -> ExpectedKeys {
        let CredentialsSource::Chain { profile } = &connection.credentials else {
            return ExpectedKeys::default();
        };
        let name = settings.profile_name();
        let of_profile = settings.profile().map(|profile| kind(&profile));
        ExpectedKeys(match (settings.keys(), of_profile) {
            (KeyOrigin::Profile, Some(ProfileKind::Role { .. })) => format!("{ROLE_OF}{name:?}"),
            (KeyOrigin::Profile, Some(ProfileKind::WebIdentity)) => NONE_BY_IDENTITY.to_owned(),
            (KeyOrigin::Surroundings, _) => {
                match settings.variable("AWS_WEB_IDENTITY_TOKEN_FILE") {
                    Some(_) if profile.is_none() => NONE_BY_IDENTITY.to_owned(),
                    _ if CONTAINER.iter().any(|name| settings.variable(name).is_some()) => {
                        NONE_BY_CONTAINER.to_owned()
                    }
                    _ if profile.is_none() && connection.is_in_file() => {
                        format!("{NO_KEYS_OF}{}", connection.name)
                    }
                    _ => String::new(),
                }
            }
            _ => String::new(),
        })
    }

    /// An error about keys that were not given says where they were to come from. Nobody signed:
    /// that it was to be the machine is a guess.
    pub fn said_of(&self, error: &mut Error) {
        if error.is(&ErrorKind::NoCredentials) {
            error.detail = self.missing(&error.detail);
            error.identity = error.identity.take().filter(|who| who != MACHINE);
        }
    }

    /// `said` is what the SDK says.
    fn missing(&self, said: &str) -> String {
        let asked = !said.contains(NOT_ASKED);
        match (self.0.as_str(), asked) {
            ("", true) => said.to_owned(),
            ("", false) => "no environment variable, AWS file or container has any".to_owned(),
            (expected, _) if expected.starts_with(NO_KEYS_OF) => expected.to_owned(),
            (expected, true) => format!("{expected}{BECAUSE}{said}"),
            (expected, false) => expected.to_owned(),
        }
    }
}
