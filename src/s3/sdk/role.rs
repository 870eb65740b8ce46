//! Assumes roles that ask for a code, and keeps their keys in memory until they end.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{ConfigLoader, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_sts::Client as StsClient;
use aws_sdk_sts::config::Builder;

use crate::config::aws::AwsSettings;
use crate::config::aws_settings::{self, Reads};
use crate::config::connection::{Connection, CredentialsSource};
use crate::config::network::Network;
use crate::config::role::{AskedBy, RoleWithCode};
use crate::config::secret::Secret;
use crate::domain::error::{ASSUME_ROLE, Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::sdk::profiles::{of_profile, profiles};
use crate::s3::sdk::{retry, transport};

/// A session that ends sooner than this is not used for new requests.
const BEFORE_THE_END: Duration = Duration::from_secs(15);

/// Sessions of the process by role and device, because a code holds once and clients are made anew.
static SESSIONS: Mutex<BTreeMap<(String, String), Credentials>> = Mutex::new(BTreeMap::new());

/// Gives the keys of the session that a code began; without one it says that a code is wanted.
#[derive(Debug)]
pub struct Assumed(pub RoleWithCode);

impl ProvideCredentials for Assumed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let kept = session(&self.0);
        future::ProvideCredentials::ready(
            kept.ok_or_else(|| CredentialsError::provider_error(wanted(&self.0))),
        )
    }
}

/// The device whose code a connection needs before its next request; `None` where it needs none, or
/// has a session. Reads the AWS files.
pub fn wants_code(connection: &Connection) -> Option<String> {
    let role = RoleWithCode::of_settings(&settings_of(connection)?.ok()?)?;
    session(&role).is_none().then_some(role.mfa_serial)
}

/// Begins a session with a code.
///
/// # Errors
/// What STS refuses; nothing is kept then.
pub async fn give_code(connection: &Connection, code: &Secret) -> Result<(), Error> {
    let settings = settings_of(connection).transpose()?;
    let role = settings.as_ref().and_then(RoleWithCode::of_settings);
    let (Some(settings), Some(role)) = (settings, role) else {
        let why = "its profile names no role that asks for a code";
        return Err(
            Error::new(ErrorKind::Config, ASSUME_ROLE, connection.name.as_str()).detail(why)
        );
    };
    let network = settings.network(&connection.network);
    let credentials = assume(&settings, &role, code, &network).await?;
    sessions().insert(key(&role), credentials);
    Ok(())
}

fn settings_of(connection: &Connection) -> Option<Result<AwsSettings, Error>> {
    match &connection.credentials {
        CredentialsSource::Chain { profile } => Some(AwsSettings::of_user(profile.as_deref())),
        _ => None,
    }
}

fn wanted(role: &RoleWithCode) -> Error {
    Error::new(ErrorKind::CodeWanted, ASSUME_ROLE, &*role.role_arn).detail(&*role.mfa_serial)
}

fn key(role: &RoleWithCode) -> (String, String) {
    (role.role_arn.clone(), role.mfa_serial.clone())
}

fn sessions() -> std::sync::MutexGuard<'static, BTreeMap<(String, String), Credentials>> {
    SESSIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn session(role: &RoleWithCode) -> Option<Credentials> {
    let kept = sessions().get(&key(role)).cloned()?;
    let lasts = kept.expiry().is_none_or(|end| end > SystemTime::now() + BEFORE_THE_END);
    lasts.then_some(kept)
}

async fn assume(
    settings: &AwsSettings,
    role: &RoleWithCode,
    code: &Secret,
    network: &Network,
) -> Result<Credentials, Error> {
    let call = Call::on_account(ASSUME_ROLE, &role.role_arn);
    let output = client(settings, role, network)
        .await?
        .assume_role()
        .role_arn(&*role.role_arn)
        .role_session_name(&*role.session_name)
        .serial_number(&*role.mfa_serial)
        .token_code(code.expose())
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.duration_seconds)
        .send()
        .await
        .map_err(|error| call.failed(error))?;
    let keys = output.credentials().ok_or_else(|| {
        call.fails(ErrorKind::ServerFault, "the answer to AssumeRole has no keys in it")
    })?;
    Ok(Credentials::new(
        keys.access_key_id(),
        keys.secret_access_key(),
        Some(keys.session_token().to_owned()),
        SystemTime::try_from(*keys.expiration()).ok(),
        "role with a code",
    ))
}

async fn client(
    settings: &AwsSettings,
    role: &RoleWithCode,
    network: &Network,
) -> Result<StsClient, Error> {
    let http = transport::pool(true, network, transport::AWS)?;
    let reads = Reads { profile: true, region: true, ..Reads::default() };
    let region = settings.region().unwrap_or_else(|| "us-east-1".to_owned());
    let loader = profiles(settings)
        .region(Region::new(region))
        .http_client(http.clone())
        .retry_config(retry::config(aws_settings::judge(settings, reads)?))
        .timeout_config(transport::timeouts());
    let shared = asking(loader, settings, role, &http).load().await;
    Ok(StsClient::from_conf(Builder::from(&shared).build()))
}

fn asking(
    loader: ConfigLoader,
    settings: &AwsSettings,
    role: &RoleWithCode,
    http: &SharedHttpClient,
) -> ConfigLoader {
    match &role.asked_by {
        AskedBy::Keys(keys) => loader.credentials_provider(Credentials::new(
            &*keys.access_key_id,
            keys.secret_access_key.expose(),
            keys.session_token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "source_profile",
        )),
        AskedBy::Profile(name) => loader.credentials_provider(of_profile(settings, name, http)),
        AskedBy::Environment => {
            loader.credentials_provider(EnvironmentVariableCredentialsProvider::new())
        }
    }
}
