//! Checks that what the profile in force names is there, before anything is sent.

use crate::config::aws::files::Profile;
use crate::config::aws::{AwsSettings, Chosen, KEY_ID, KeyOrigin, SECRETS};
use crate::domain::error::{Error, ErrorKind, READ_AWS_FILES};

const CONFIG_FILE: &str = "AWS_CONFIG_FILE";
const CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
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
            if let Some(session) = here.get("sso_session")
                && !self.files.has_sso_session(session)
            {
                let why = format!(
                    "sso_session = {session}, but there is no section [sso-session {session}]"
                );
                return Err(fault(&here.place("sso_session"), why));
            }
            let source = here.get("role_arn").and_then(|_| here.get("source_profile"));
            let Some(source) = source.filter(|source| !seen.iter().any(|name| name == source))
            else {
                return Ok(());
            };
            let Some(next) = self.files.profile(source) else {
                let why = format!("source_profile = {source}, but there is no such profile");
                return Err(fault(&here.place("source_profile"), why));
            };
            seen.push(source.to_owned());
            here = next;
        }
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
