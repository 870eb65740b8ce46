//! Hands the AWS files to the SDK as Windlass read them.

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_s3::config::SharedHttpClient;

use crate::config::aws::AwsSettings;
use crate::config::aws::files::sdk_name;

/// Whatever signs for a profile, by its name.
pub fn of_profile(
    settings: &AwsSettings,
    name: &str,
    http: &SharedHttpClient,
) -> ProfileFileCredentialsProvider {
    ProfileFileCredentialsProvider::builder()
        .configure(&provider_config(settings, http))
        .profile_files(profile_files(settings))
        .profile_name(sdk_name(name))
        .build()
}

/// Starts a configuration that reads the profile in force, as [`AwsSettings`] has read it.
pub fn profiles(settings: &AwsSettings) -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .profile_files(profile_files(settings))
        .profile_name(settings.sdk_profile())
}

fn profile_files(settings: &AwsSettings) -> EnvConfigFiles {
    let (config, credentials) = settings.files().for_sdk();
    EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, config)
        .with_contents(EnvConfigFileKind::Credentials, credentials)
        .build()
}

/// What the providers of keys are made with.
pub fn provider_config(settings: &AwsSettings, http: &SharedHttpClient) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_http_client(http.clone())
        .with_region(settings.region().map(Region::new))
        .with_use_fips(Some(settings.uses_fips()))
        .with_behavior_version(Some(BehaviorVersion::latest()))
}
