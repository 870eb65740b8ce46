//! Checks that what the profile in force names is there, before anything is sent.

use crate::config::aws::files::Profile;
use crate::config::aws::{AwsSettings, Chosen, KEY_ID, KeyOrigin, SECRETS};
use crate::config::profiles::{ProfileKind, kind};
use crate::config::tilde;
use crate::domain::error::{Error, ErrorKind, READ_AWS_FILES};

const CONFIG_FILE: &str = "AWS_CONFIG_FILE";
const CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
const TOKEN_VARIABLE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const TOKEN_FILE: &str = "web_identity_token_file";
const KEY: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const SOURCE: &str = "source_profile";
const CREDENTIAL_SOURCE: &str = "credential_source";
const CREDENTIAL_SOURCES: [&str; 3] = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
const STYLES: [&str; 3] = ["auto", "path", "virtual"];

impl AwsSettings {
    /// # Errors
    /// What the keys of another place would be used for, or another server be asked.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.check_environment()?;
        let Some(profile) = self.profile() else {
            return match self.chosen {
                Chosen::ByNobody => Ok(()),
                _ => Err(self.no_profile()),
            };
        };
        self.check_services(&profile)?;
        check_style(&profile)?;
        if self.keys() == KeyOrigin::Profile { self.check_sources(&profile) } else { Ok(()) }
    }

    fn check_environment(&self) -> Result<(), Error> {
        if self.keys() == KeyOrigin::Environment {
            let complete = SECRETS.iter().any(|name| self.variable(name).is_some());
            let [secret, _] = SECRETS;
            let why = format!("{KEY_ID} is set, but {secret} is not");
            return if complete { Ok(()) } else { Err(fault("the environment", why)) };
        }
        if self.keys() == KeyOrigin::Surroundings && self.chosen != Chosen::Outright {
            self.check_surroundings()?;
        }
        for (name, file) in
            [(CONFIG_FILE, &self.files.config), (CREDENTIALS_FILE, &self.files.credentials)]
        {
            let path = file.path.as_deref().filter(|_| !file.exists);
            if let Some(path) = path.filter(|_| self.variable(name).is_some()) {
                let why = format!("{name} names {}, which is not there", path.display());
                return Err(fault(name, why));
            }
        }
        Ok(())
    }

    /// Halves of what the environment gives.
    fn check_surroundings(&self) -> Result<(), Error> {
        let [secret, _] = SECRETS;
        if self.variable(secret).is_some() {
            let why = format!("{secret} is set, but {KEY_ID} is not");
            return Err(fault("the environment", why));
        }
        let Some(token) = self.variable(TOKEN_VARIABLE) else { return Ok(()) };
        if self.variable("AWS_ROLE_ARN").is_none() {
            let why = format!("{TOKEN_VARIABLE} is set, but AWS_ROLE_ARN is not");
            return Err(fault("the environment", why));
        }
        token_is_there(TOKEN_VARIABLE, &token, TOKEN_VARIABLE)
    }

    fn no_profile(&self) -> Error {
        let name = &self.profile;
        let names = self.files.names();
        let known = match names.as_slice() {
            [] => "there is none".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        };
        let places = self.files.places();
        let said = format!("no profile {name:?} is in {places}; {known}");
        let said = match self.files.nearly(name) {
            Some(nearly) => format!("{said}; {nearly}"),
            None => said,
        };
        fault(name, said)
    }

    /// Without it, the keys of the profile would go to AWS instead of the server that it means.
    fn check_services(&self, profile: &Profile<'_>) -> Result<(), Error> {
        let Some(services) = profile.get("services") else { return Ok(()) };
        if self.files.services(services).is_some() || self.ignores_endpoints() {
            return Ok(());
        }
        let why = format!(
            "profile {:?} says services = {services}, but there is no section [services \
             {services}]",
            self.profile
        );
        Err(fault(&profile.place("services"), why))
    }

    /// Follows `source_profile` to its end.
    fn check_sources(&self, profile: &Profile<'_>) -> Result<(), Error> {
        let mut seen = vec![self.profile.clone()];
        let mut here = profile.clone();
        loop {
            let name = seen.last().map_or("", String::as_str);
            check_keys(name, &here)?;
            // The keys of another profile end the chain, whatever else it has.
            if seen.len() > 1 && here.get(KEY).is_some() && here.get(SECRET).is_some() {
                return Ok(());
            }
            check_role(name, &here)?;
            if let Some(session) = here.get("sso_session")
                && !self.files.has_sso_session(session)
            {
                let why = format!(
                    "sso_session = {session}, but there is no section [sso-session {session}]"
                );
                return Err(fault(&here.place("sso_session"), why));
            }
            let Some(source) = here.get("role_arn").and_then(|_| here.get("source_profile")) else {
                return Ok(());
            };
            if seen.iter().any(|name| name == source) {
                // A role may be asked for by the keys of its own profile.
                let by_itself = name == source && here.get(KEY).is_some();
                let why = format!("source_profile = {source} leads back to where it began");
                return if by_itself { Ok(()) } else { Err(fault(&here.place(SOURCE), why)) };
            }
            let Some(next) = self.files.profile(source) else {
                let why = format!("source_profile = {source}, but there is no such profile");
                return Err(fault(&here.place("source_profile"), why));
            };
            seen.push(source.to_owned());
            here = next;
        }
    }
}

/// The two halves of keys stand together.
fn check_keys(name: &str, profile: &Profile<'_>) -> Result<(), Error> {
    if !matches!(kind(profile), ProfileKind::Static | ProfileKind::Temporary) {
        return Ok(());
    }
    let (there, lacking) = match (profile.get(KEY), profile.get(SECRET)) {
        (Some(_), None) => (KEY, SECRET),
        (None, Some(_)) => (SECRET, KEY),
        (None, None) if profile.get(TOKEN_FILE).is_some() => (TOKEN_FILE, "role_arn"),
        _ => return Ok(()),
    };
    let why = format!("profile {name:?} has {there}, but no {lacking}");
    Err(fault(&profile.place(there), why))
}

/// A role is asked for by keys of another profile, of the surroundings, or by a token.
fn check_role(name: &str, profile: &Profile<'_>) -> Result<(), Error> {
    if let Some(token) = profile.get(TOKEN_FILE) {
        return token_is_there(TOKEN_FILE, token, &profile.place(TOKEN_FILE));
    }
    match (profile.get("role_arn"), profile.get(SOURCE), profile.get(CREDENTIAL_SOURCE)) {
        (Some(_), None, None) => {
            let why = format!(
                "profile {name:?} has role_arn, but no {SOURCE}, {CREDENTIAL_SOURCE} or \
                 {TOKEN_FILE}"
            );
            Err(fault(&profile.place("role_arn"), why))
        }
        (_, _, Some(source))
            if !CREDENTIAL_SOURCES.iter().any(|known| known.eq_ignore_ascii_case(source)) =>
        {
            let known = CREDENTIAL_SOURCES.join(", ");
            let why = format!("{CREDENTIAL_SOURCE} = {source}: expected one of {known}");
            Err(fault(&profile.place(CREDENTIAL_SOURCE), why))
        }
        _ => Ok(()),
    }
}

fn token_is_there(named_by: &str, path: &str, place: &str) -> Result<(), Error> {
    let path = tilde::expanded(path);
    match path.try_exists() {
        Ok(false) => {
            let why = format!("{named_by} names {}, which is not there", path.display());
            Err(fault(place, why))
        }
        _ => Ok(()),
    }
}

fn check_style(profile: &Profile<'_>) -> Result<(), Error> {
    let Some(style) = profile.below("s3", "addressing_style") else { return Ok(()) };
    if STYLES.iter().any(|known| style.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let why = format!("expected addressing_style = {}", STYLES.join(", "));
    Err(fault(&profile.place("s3"), why))
}

fn fault(place: &str, why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, READ_AWS_FILES, place).detail(why)
}
