//! Follows a sign-in by the AWS CLI: what it says, and how it ended.

use crate::config::connection::{Connection, CredentialsSource};
use crate::domain::error::Error;

#[derive(Clone, Debug, Default)]
pub struct SignIn {
    pub profile: Option<String>,
    /// Raw.
    pub lines: Vec<String>,
    pub failed: Option<Error>,
}

/// The profile that a connection signs in by; why none does otherwise.
pub fn profile_of(connection: &Connection) -> Result<Option<String>, &'static str> {
    match &connection.credentials {
        CredentialsSource::Chain { profile } => Ok(profile.clone()),
        _ => Err("only a connection that uses an AWS profile can sign in"),
    }
}
