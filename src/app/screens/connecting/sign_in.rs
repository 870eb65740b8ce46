//! Follows a sign-in by the AWS CLI: what it says, and how it ended.

use crate::app::session::Session;
use crate::config::connection::CredentialsSource;
use crate::domain::error::Error;

#[derive(Clone, Debug, Default)]
pub struct SignIn {
    pub profile: Option<String>,
    /// Raw.
    pub lines: Vec<String>,
    pub failed: Option<Error>,
}

/// The profile that the connection in use signs in by; why none does otherwise.
pub fn profile_of(session: &Session) -> Result<Option<String>, &'static str> {
    match &session.connection().credentials {
        CredentialsSource::Chain { profile: None } if session.keys_in_variables => {
            Err("its keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment")
        }
        CredentialsSource::Chain { profile } => Ok(profile.clone()),
        _ => Err("only a connection that uses an AWS profile can sign in"),
    }
}
