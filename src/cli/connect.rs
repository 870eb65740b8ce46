//! Makes the connections of this run from flags, `config.toml` and the environment of the AWS CLI.

use std::sync::Arc;

use crate::cli::args::target::{PathStyle, TargetFlags};
use crate::config::aws::files::AwsFiles;
use crate::config::aws::{self, AwsSettings};
use crate::config::connection::{Addressing, Connection, CredentialsSource};
use crate::config::file::{self, Configuration};
use crate::config::origins::{OriginPaths, Origins, environment_has_keys};
use crate::config::paths::Folders;
use crate::config::profiles::{AwsProfile, profiles};
use crate::config::settings::Settings;
use crate::domain::address::ConnectionName;
use crate::domain::endpoint::Endpoint;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::protection::AccessSpec;
use crate::domain::provider::Provider;
use crate::domain::provider::facts::detect;
use crate::domain::region::parse_region;
use crate::s3::access::Access;
use crate::s3::client::Client;
use crate::s3::meter::Meter;
use crate::transfer::engine::Connect;
use crate::transfer::remote::Remote;

/// The name of the AWS chain where no profile is named.
const CHAIN: &str = "default";

/// What s5cmd and others read.
const OF_OTHERS: &str = "S3_ENDPOINT_URL";

/// Between the name of a connection and the server that a flag or a variable gives it.
const AT: char = '@';

/// Every connection that can be switched to, and the one to begin with.
#[derive(Clone, Debug)]
pub struct Choice {
    pub connections: Vec<Connection>,
    pub current: ConnectionName,
    pub settings: Settings,
    /// How objects are asked for, as the flags say.
    pub access_spec: AccessSpec,
    /// The same, once [`Choice::read_key`] has been asked.
    pub access: Access,
    /// Whether verbs answer programs: one JSON object a line.
    pub json: bool,
    /// Nothing is configured, no flag says where to go, and no keys are in sight.
    pub first: bool,
    /// Neither the environment nor the AWS files have keys for the AWS chain.
    pub keyless: bool,
    /// What the user should know at once.
    pub warnings: Vec<String>,
    /// Upload rules that hold for no connection there is, in a sentence each.
    pub unused_rules: Vec<String>,
    /// What the environment asks for and `config.toml` overrules, in a sentence.
    pub overruled: Option<String>,
    /// The profiles of the AWS files.
    pub profiles: Vec<AwsProfile>,
}

/// What the AWS CLI would read of the environment, as far as names and providers follow from it.
#[derive(Clone, Debug, Default)]
pub struct AwsEnvironment {
    pub profile: Option<String>,
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// `S3_ENDPOINT_URL` is set, which other programs go by and the AWS CLI does not.
    pub of_others: bool,
}

impl AwsEnvironment {
    /// Beside the profile that is in force, which may say that endpoints are not gone by.
    pub fn read(profile: Option<&str>) -> AwsEnvironment {
        let settings = AwsSettings::without_files();
        // What is wrong in the files is said where they are gone by.
        let with_files = AwsSettings::read(&OriginPaths::of_user(), profile, aws::of_process());
        let with_files = with_files.unwrap_or_else(|_| AwsSettings::without_files());
        AwsEnvironment {
            profile: aws::profile_of_environment(),
            endpoint: settings.endpoint().filter(|_| !with_files.ignores_endpoints()),
            // One that is none is refused with its place, where it is read for a request.
            region: settings.region().filter(|region| parse_region(region).is_ok()),
            of_others: aws::variable(OF_OTHERS).is_some() && with_files.endpoint().is_none(),
        }
    }
}

impl Choice {
    /// Reads `config.toml` and decides.
    pub fn make(flags: &TargetFlags, folders: &Folders) -> Result<Choice, Error> {
        let configuration = file::read(&folders.config_file())?;
        let unsaid = configuration.connections.is_empty()
            && [&flags.connection, &flags.profile, &flags.endpoint_url]
                .iter()
                .all(|flag| flag.is_none())
            && !flags.no_sign_request;
        let keyless = !environment_has_keys()
            && !Origins::has_default_profile(&OriginPaths::of_user(), CHAIN);
        let first = unsaid && keyless;
        let warning = file::exposure(&configuration.connections, &folders.config_file());
        let rules_for = configuration.rules_for.clone();
        let mut choice =
            choose(flags, configuration, &AwsEnvironment::read(flags.profile.as_deref()))?;
        if let CredentialsSource::Chain { profile } = &choice.current()?.credentials {
            // What is wrong in the AWS files is said before anything is sent.
            AwsSettings::of_user(profile.as_deref())?;
        }
        choice.warnings.extend(warning);
        let places = OriginPaths::of_user();
        match AwsFiles::read(places.aws_config, places.aws_credentials) {
            Ok(files) => choice.add_profiles(profiles(&files)),
            Err(Error { place, detail, .. }) => {
                choice.warnings.push(format!("{place}: {detail}; no AWS profile is offered"));
            }
        }
        choice.unused_rules = choice.unused(&rules_for);
        let key_file = flags.sse_c_key.clone();
        let key_command = flags.sse_c_key_command.clone();
        let requester_pays = flags.requester_pays;
        let access_spec = AccessSpec { key_file, key_command, requester_pays };
        Ok(Choice { access_spec, first, keyless, ..choice })
    }

    /// Reads the key that the flags name.
    ///
    /// # Errors
    /// As [`Access::of`].
    pub async fn read_key(self) -> Result<Choice, Error> {
        let access = Access::of(&self.access_spec, "--sse-c-key").await?;
        Ok(Choice { access, ..self })
    }

    /// Each profile is a connection that can be changed to, unless another one has its name.
    fn add_profiles(&mut self, profiles: Vec<AwsProfile>) {
        for profile in &profiles {
            let name = ConnectionName::new(profile.name.as_str());
            if self.connections.iter().all(|connection| connection.name != name) {
                self.connections.push(Connection::chain(name, Some(profile.name.clone())));
            }
        }
        self.profiles = profiles;
    }

    /// What is said of rules for connections that are not there. One with a server in its name may
    /// be there in another environment.
    fn unused(&self, rules_for: &[(ConnectionName, String)]) -> Vec<String> {
        let is_known = |name: &ConnectionName| {
            name.as_str().contains(AT) || self.connections.iter().any(|known| known.name == *name)
        };
        let strange = rules_for.iter().filter(|(name, _)| !is_known(name));
        let told = strange.map(|(name, place)| {
            format!("{place}: this upload rule is for connection {name}, which there is none of")
        });
        told.collect()
    }

    pub fn named(&self, name: &ConnectionName) -> Result<&Connection, Error> {
        let found = self.connections.iter().find(|connection| connection.name == *name);
        found.ok_or_else(|| unknown(name, &self.connections))
    }

    /// How the engine reaches each of the connections, without counting.
    pub fn remotes(&self) -> Connect {
        let (connections, access) = (self.connections.clone(), self.access.clone());
        Arc::new(move |name| {
            let connection = connections.iter().find(|connection| connection.name == *name);
            let connection = connection.ok_or_else(|| {
                Error::new(ErrorKind::Config, "connect", name.as_str())
                    .detail("no connection has this name any more")
            })?;
            let client = Client::connect(connection, Arc::new(Meter::default()))?;
            Ok(Arc::new(client.sending_once().accessing(access.clone())) as Arc<dyn Remote>)
        })
    }

    pub fn current(&self) -> Result<&Connection, Error> {
        self.connections.iter().find(|connection| connection.name == self.current).ok_or_else(
            || Error::new(ErrorKind::Config, "choose a connection", self.current.as_str()),
        )
    }

    /// A client of the current connection, without counting.
    pub fn client(&self) -> Result<Client, Error> {
        self.client_of(&self.current)
    }

    /// A client of any connection, without counting.
    pub fn client_of(&self, name: &ConnectionName) -> Result<Client, Error> {
        let client = Client::connect(self.named(name)?, Arc::new(Meter::default()))?;
        Ok(client.accessing(self.access.clone()))
    }
}

/// The connections of the file in their order, the AWS chain after them; flags change the one to
/// begin with.
pub fn choose(
    flags: &TargetFlags,
    configuration: Configuration,
    environment: &AwsEnvironment,
) -> Result<Choice, Error> {
    let mut connections = configuration.connections;
    let chain = chain(flags.profile.clone(), environment);
    let chain_name = chain.name.clone();
    if !connections.iter().any(|connection| connection.name == chain_name) {
        connections.push(chain);
    }
    let base = if let Some(name) = &flags.connection {
        ConnectionName::new(name.as_str())
    } else if flags.profile.is_some() || flags.endpoint_url.is_some() {
        chain_name.clone()
    } else {
        let first = connections.first().map(|connection| connection.name.clone());
        configuration.default.or(first).unwrap_or_else(|| chain_name.clone())
    };
    let Some(connection) = connections.iter().find(|connection| connection.name == base) else {
        return Err(unknown(&base, &connections));
    };
    let overruled = environment.endpoint.is_some() && flags.connection.is_none();
    let overruled = (overruled && base != chain_name).then(|| {
        format!(
            "the endpoint of the environment is not used: {base} of config.toml is the \
             connection; \
             --connection {chain_name} goes by the variables"
        )
    });
    let flagged = with_flags(connection.clone(), flags);
    let unread = environment.of_others && environment.endpoint.is_none();
    let keyless = matches!(
        flagged.credentials,
        CredentialsSource::Chain { .. } | CredentialsSource::Anonymous
    );
    let unread = (unread && keyless && flagged.endpoint.is_none()).then(|| {
        format!(
            "{OF_OTHERS} is set and not used: AWS_ENDPOINT_URL or --endpoint-url names the server"
        )
    });
    let overruled = overruled.or(unread);
    let current = flagged.name.clone();
    match connections.iter_mut().find(|connection| connection.name == current) {
        Some(same) => *same = flagged,
        None => connections.insert(0, flagged),
    }
    Ok(Choice {
        connections,
        current,
        settings: configuration.settings,
        access_spec: AccessSpec::default(),
        access: Access::default(),
        json: false,
        first: false,
        keyless: false,
        warnings: Vec::new(),
        overruled,
        unused_rules: Vec::new(),
        profiles: Vec::new(),
    })
}

/// A connection has the name of its server in it where the endpoint is not the configured one, so
/// that what is remembered and queued under a name always belongs to one server. What the
/// environment says of the server is the connection's own, so that it is shown and kept where the
/// connection is changed.
fn chain(profile: Option<String>, environment: &AwsEnvironment) -> Connection {
    let name = profile.clone().or_else(|| environment.profile.clone());
    let name = ConnectionName::new(name.unwrap_or_else(|| CHAIN.to_owned()));
    let mut chain = Connection::chain(name, profile);
    if let Some(endpoint) = &environment.endpoint {
        chain.provider = detect(Some(endpoint));
        chain.name = at_host(&chain.name, endpoint);
        // What is no endpoint is told when it is used.
        chain.endpoint = Endpoint::parse(endpoint).is_ok().then(|| endpoint.clone());
    }
    // Other providers have one region of their own.
    if matches!(chain.provider, Provider::Aws | Provider::Other) {
        chain.region.clone_from(&environment.region);
    }
    chain
}

fn with_flags(mut connection: Connection, flags: &TargetFlags) -> Connection {
    if let Some(region) = &flags.region {
        connection.region = Some(region.clone());
    }
    if let Some(endpoint) = &flags.endpoint_url {
        let plain = connection.name.as_str().split(AT).next().unwrap_or_default();
        connection.name = at_host(&ConnectionName::from(plain), endpoint);
        connection.provider = detect(Some(endpoint));
        connection.endpoint = Some(endpoint.clone());
        connection.jurisdictions.clear();
    }
    if connection.provider == Provider::R2 && connection.region.is_none() {
        connection.region = Some("auto".to_owned());
    }
    match flags.path_style {
        Some(PathStyle::Always) => connection.addressing = Addressing::Path,
        Some(PathStyle::Never) => connection.addressing = Addressing::VirtualHosted,
        Some(PathStyle::Auto) => connection.addressing = Addressing::Auto,
        None => {}
    }
    if flags.no_sign_request {
        connection.credentials = CredentialsSource::Anonymous;
    }
    connection
}

/// What is no endpoint is told when it is used, and its text, which may hold a password, is no part
/// of a name.
fn at_host(name: &ConnectionName, endpoint: &str) -> ConnectionName {
    match Endpoint::complete(endpoint) {
        Ok(endpoint) => ConnectionName::new(format!("{name}{AT}{}", endpoint.authority())),
        Err(_) => name.clone(),
    }
}

fn unknown(name: &ConnectionName, connections: &[Connection]) -> Error {
    let known: Vec<_> = connections.iter().map(|connection| connection.name.as_str()).collect();
    Error::new(ErrorKind::Config, "choose a connection", name.as_str())
        .detail(format!("no connection has this name; there are: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(name: &str) -> Connection {
        Connection::with_keys(name, Provider::Other, "http://localhost:9000", "auto", "id", "hush")
    }

    fn configured() -> Configuration {
        Configuration {
            default: Some("two".into()),
            connections: vec![connection("one"), connection("two")],
            ..Configuration::default()
        }
    }

    fn chosen(flags: &TargetFlags, configuration: Configuration) -> Choice {
        choose(flags, configuration, &AwsEnvironment::default()).unwrap()
    }

    fn names(choice: &Choice) -> Vec<&str> {
        choice.connections.iter().map(|connection| connection.name.as_str()).collect()
    }

    #[test]
    fn without_configuration_there_is_the_aws_chain() {
        let choice = chosen(&TargetFlags::default(), Configuration::default());
        let connection = choice.current().unwrap();
        assert_eq!(connection.name.as_str(), "default");
        assert_eq!(connection.endpoint, None);
        assert!(matches!(connection.credentials, CredentialsSource::Chain { profile: None }));
    }

    #[test]
    fn the_default_of_the_file_comes_first_and_the_chain_stays_within_reach() {
        let choice = chosen(&TargetFlags::default(), configured());
        assert_eq!(choice.current.as_str(), "two");
        assert_eq!(names(&choice), ["one", "two", "default"]);
        let no_default = Configuration { default: None, ..configured() };
        assert_eq!(chosen(&TargetFlags::default(), no_default).current.as_str(), "one");
    }

    #[test]
    fn a_profile_or_an_endpoint_means_the_chain() {
        let flags = TargetFlags { profile: Some("work".into()), ..TargetFlags::default() };
        assert_eq!(chosen(&flags, configured()).current.as_str(), "work");
        let flags = TargetFlags {
            endpoint_url: Some("https://x.r2.cloudflarestorage.com/b".into()),
            no_sign_request: true,
            ..TargetFlags::default()
        };
        let choice = chosen(&flags, configured());
        let connection = choice.current().unwrap();
        assert_eq!(connection.name.as_str(), "default@x.r2.cloudflarestorage.com");
        assert_eq!(
            (connection.provider, connection.region.as_deref()),
            (Provider::R2, Some("auto"))
        );
        assert!(matches!(connection.credentials, CredentialsSource::Anonymous));
    }

    #[test]
    fn another_endpoint_never_shares_a_name_with_the_configured_one() {
        let flags = TargetFlags {
            connection: Some("one".into()),
            endpoint_url: Some("http://localhost:1".into()),
            ..TargetFlags::default()
        };
        let choice = chosen(&flags, configured());
        assert_eq!(choice.current.as_str(), "one@localhost:1");
        assert_eq!(names(&choice), ["one@localhost:1", "one", "two", "default"]);
        let environment = AwsEnvironment {
            profile: Some("p".into()),
            endpoint: Some("http://127.0.0.1:9/".into()),
            region: Some("eu-1".into()),
            ..AwsEnvironment::default()
        };
        let choice =
            choose(&TargetFlags::default(), Configuration::default(), &environment).unwrap();
        assert_eq!(choice.current.as_str(), "p@127.0.0.1:9");
        let current = choice.current().unwrap();
        assert_eq!(current.provider, Provider::Other);
        // So the form shows both, and keeps them.
        assert_eq!(current.endpoint.as_deref(), Some("http://127.0.0.1:9/"));
        assert_eq!(current.region.as_deref(), Some("eu-1"));
        let r2 = AwsEnvironment {
            endpoint: Some("https://x.r2.cloudflarestorage.com".into()),
            ..environment
        };
        let choice = choose(&TargetFlags::default(), Configuration::default(), &r2).unwrap();
        assert_eq!(choice.current().unwrap().region.as_deref(), Some("auto"));
    }

    #[test]
    fn a_variable_of_other_programs_is_said_where_it_would_be_missed() {
        let told = |endpoint: Option<&str>, configuration| {
            let environment = AwsEnvironment {
                endpoint: endpoint.map(str::to_owned),
                of_others: true,
                ..AwsEnvironment::default()
            };
            let choice = choose(&TargetFlags::default(), configuration, &environment).unwrap();
            choice.overruled.unwrap_or_default().contains(OF_OTHERS)
        };
        assert!(told(None, Configuration::default()));
        assert!(!told(Some("http://localhost:1"), Configuration::default()));
        assert!(!told(None, configured()), "the connection names its server");
    }

    #[test]
    fn an_unknown_connection_is_refused_with_those_that_exist() {
        let flags = TargetFlags { connection: Some("three".into()), ..TargetFlags::default() };
        let error = choose(&flags, configured(), &AwsEnvironment::default()).unwrap_err();
        assert!(error.detail.contains("one, two, default"));
    }
}
