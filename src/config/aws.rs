//! Reads what the AWS files and the variables of the AWS CLI say together: the profile in force and
//! its settings.

mod checks;
pub mod files;
pub mod text;

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use crate::config::aws::files::{AwsFiles, Profile, sdk_name};
use crate::config::connection::Addressing;
use crate::config::network::{CaBundle, Network};
use crate::config::origins::OriginPaths;
use crate::config::profiles::{ProfileKind, kind};
use crate::config::tilde;
use crate::domain::error::Error;

/// A variable of the environment by its name.
type Variables = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// The profile in force with what the environment says beside it. Empty variables and settings
/// count as missing.
#[derive(Clone)]
pub struct AwsSettings {
    files: AwsFiles,
    profile: String,
    chosen: Chosen,
    variables: Variables,
}

/// Who named the profile in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// A flag, a connection or a role: its keys sign, whatever keys the environment has.
    Outright,
    /// `AWS_DEFAULT_PROFILE` or `AWS_PROFILE`: keys of the environment come before those of the
    /// profile.
    ByVariable,
    /// `default`, because nobody named one.
    ByNobody,
}

/// Whose keys sign, in the order of the AWS CLI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    Environment,
    Profile,
    /// The web identity, container or machine the program runs as.
    Surroundings,
}

/// The variables of the AWS CLI, in its order.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];
const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const ENDPOINT_VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"];
/// Names a PEM file with further roots to trust.
pub const CA_BUNDLE: &str = "AWS_CA_BUNDLE";
const IGNORE_ENDPOINTS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
pub const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
/// The second is an old name of the first that the SDKs read too.
pub const SECRETS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"];
const DEFAULT: &str = "default";

impl fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsSettings")
            .field("profile", &self.profile)
            .field("chosen", &self.chosen)
            .finish_non_exhaustive()
    }
}

/// A variable of the environment; an empty one counts as unset.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The profile that the environment names.
pub fn profile_of_environment() -> Option<String> {
    PROFILE_VARIABLES.iter().find_map(|name| variable(name))
}

/// The variables of this process.
pub fn of_process() -> Variables {
    Arc::new(|name: &str| env::var_os(name))
}

fn text_of(value: Option<OsString>) -> Option<String> {
    value?.into_string().ok().filter(|text| !text.is_empty())
}

fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

impl AwsSettings {
    /// The settings of this user, with the profile that is named outright. Reads two small files.
    ///
    /// # Errors
    /// What of it cannot be followed, with file, line and what was expected.
    pub fn of_user(profile: Option<&str>) -> Result<AwsSettings, Error> {
        let settings = AwsSettings::read(&OriginPaths::of_user(), profile, of_process())?;
        settings.check()?;
        Ok(settings)
    }

    /// The settings that a connection with keys of its own reads beside them: no profile has to be
    /// there.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn beside_keys() -> Result<AwsSettings, Error> {
        AwsSettings::read(&OriginPaths::of_user(), None, of_process())
    }

    /// The settings of the environment alone.
    pub fn without_files() -> AwsSettings {
        AwsSettings::of(AwsFiles::default(), None, of_process())
    }

    /// What can be read without looking for what does not fit together.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(
        places: &OriginPaths,
        profile: Option<&str>,
        variables: Variables,
    ) -> Result<AwsSettings, Error> {
        let files = AwsFiles::read(places.aws_config.clone(), places.aws_credentials.clone())?;
        Ok(AwsSettings::of(files, profile, variables))
    }

    fn of(files: AwsFiles, profile: Option<&str>, variables: Variables) -> AwsSettings {
        let named = PROFILE_VARIABLES.iter().find_map(|name| text_of(variables(name)));
        let (profile, chosen) = match (profile, named) {
            (Some(profile), _) => (profile.to_owned(), Chosen::Outright),
            (None, Some(profile)) => (profile, Chosen::ByVariable),
            (None, None) => (DEFAULT.to_owned(), Chosen::ByNobody),
        };
        AwsSettings { files, profile, chosen, variables }
    }

    /// The name of the profile in force.
    pub fn profile_name(&self) -> &str {
        &self.profile
    }

    pub fn chosen(&self) -> Chosen {
        self.chosen
    }

    pub fn files(&self) -> &AwsFiles {
        &self.files
    }

    /// `None` where `default` was named by nobody and is not there.
    pub fn profile(&self) -> Option<Profile<'_>> {
        self.files.profile(&self.profile)
    }

    /// A setting of the profile in force.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.files.profile(&self.profile)?.get(name)
    }

    pub fn variable(&self, name: &str) -> Option<String> {
        text_of((self.variables)(name))
    }

    /// Whether the variable is there and can be no setting.
    pub fn is_no_text(&self, variable: &str) -> bool {
        (self.variables)(variable).is_some_and(|value| value.into_string().is_err())
    }

    /// What the variable says, else what the profile in force does.
    pub fn setting(&self, variable: &str, name: &str) -> Option<String> {
        self.variable(variable).or_else(|| self.get(name).map(str::to_owned))
    }

    /// Whose keys sign.
    pub fn keys(&self) -> KeyOrigin {
        if self.chosen != Chosen::Outright && self.variable(KEY_ID).is_some() {
            return KeyOrigin::Environment;
        }
        match self.profile().map(|profile| kind(&profile)) {
            None | Some(ProfileKind::NoKeys) => KeyOrigin::Surroundings,
            Some(_) => KeyOrigin::Profile,
        }
    }

    /// The profile whose single sign-on session signs: the one in force, or the one at the end of
    /// its `source_profile`.
    pub fn signs_in_by(&self) -> Option<String> {
        let mut name = (self.keys() == KeyOrigin::Profile).then(|| self.profile.clone())?;
        let mut seen = Vec::new();
        while !seen.contains(&name) {
            let profile = self.files.profile(&name)?;
            match kind(&profile) {
                ProfileKind::Sso => return Some(name),
                ProfileKind::Role { .. } => {
                    let source = profile.get("source_profile")?.to_owned();
                    seen.push(std::mem::replace(&mut name, source));
                }
                _ => return None,
            }
        }
        None
    }

    /// `None` leaves it to the provider.
    pub fn region(&self) -> Option<String> {
        let named = REGION_VARIABLES.iter().find_map(|name| self.variable(name));
        named.or_else(|| self.get("region").map(str::to_owned))
    }

    /// Whether a variable for the region is there and says nothing: the SDK would take the nothing.
    pub fn region_is_blank(&self) -> bool {
        REGION_VARIABLES.iter().any(|name| (self.variables)(name).is_some_and(|it| it.is_empty()))
    }

    /// The endpoint of S3; `None` is AWS's own.
    pub fn endpoint(&self) -> Option<String> {
        if self.ignores_endpoints() {
            return None;
        }
        let named = ENDPOINT_VARIABLES.iter().find_map(|name| self.variable(name));
        let of_services = || {
            let services = self.files.services(self.get("services")?)?;
            services.below("s3", "endpoint_url").map(str::to_owned)
        };
        named.or_else(of_services).or_else(|| self.get("endpoint_url").map(str::to_owned))
    }

    pub fn ignores_endpoints(&self) -> bool {
        let said = self.setting(IGNORE_ENDPOINTS, "ignore_configured_endpoint_urls");
        said.is_some_and(|said| is_true(&said))
    }

    pub fn uses_fips(&self) -> bool {
        self.setting("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint").is_some_and(|it| is_true(&it))
    }

    /// Further roots to trust.
    pub fn ca_bundle(&self) -> Option<CaBundle> {
        if let Some(path) = self.variable(CA_BUNDLE) {
            return Some(CaBundle { path: tilde::expanded(path), named_by: CA_BUNDLE.to_owned() });
        }
        let profile = self.profile()?;
        let path = tilde::expanded(profile.get("ca_bundle")?);
        Some(CaBundle { path, named_by: format!("ca_bundle ({})", profile.place("ca_bundle")) })
    }

    /// The way to a server with what is said here where the connection says nothing.
    pub fn network(&self, network: &Network) -> Network {
        let ca_bundle = network.ca_bundle.clone().or_else(|| self.ca_bundle());
        Network { ca_bundle, ..network.clone() }
    }

    /// `s3 =` with `addressing_style` below it.
    pub fn addressing(&self) -> Addressing {
        let style = self.profile().and_then(|profile| profile.below("s3", "addressing_style"));
        match style.map(str::to_ascii_lowercase).as_deref() {
            Some("path") => Addressing::Path,
            Some("virtual") => Addressing::VirtualHosted,
            _ => Addressing::Auto,
        }
    }

    /// The name of the profile in force in the texts that [`AwsFiles::for_sdk`] gives.
    pub fn sdk_profile(&self) -> String {
        sdk_name(&self.profile)
    }
}

#[cfg(test)]
mod tests;
