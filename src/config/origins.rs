//! Finds the connections that this machine has already: AWS profiles, and files of other programs.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::aws::files::AwsFiles;
use crate::config::import::{self, Import, given};
use crate::config::profiles::{AwsProfile, ProfileKind, profiles};
use crate::config::tilde;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    pub profiles: Vec<AwsProfile>,
    /// The program and what its file has.
    pub imports: Vec<(&'static str, Import)>,
    /// Files that are there and could not be read.
    pub troubles: Vec<String>,
}

/// Where files are looked for.
#[derive(Clone, Debug, Default)]
pub struct OriginPaths {
    pub aws_config: Option<PathBuf>,
    pub aws_credentials: Option<PathBuf>,
    pub rclone: Vec<PathBuf>,
    pub s3cmd: Vec<PathBuf>,
    pub mc: Vec<PathBuf>,
}

impl OriginPaths {
    /// Looks where the programs themselves look.
    pub fn of_user() -> OriginPaths {
        let given =
            |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(tilde::expanded);
        let home = given("HOME");
        let at_home = |path: &str| home.as_ref().map(|home| home.join(path));
        let xdg = given("XDG_CONFIG_HOME").map(|folder| folder.join("rclone/rclone.conf"));
        let first = |paths: [Option<PathBuf>; 4]| paths.into_iter().flatten().collect();
        OriginPaths {
            aws_config: given("AWS_CONFIG_FILE").or_else(|| at_home(".aws/config")),
            aws_credentials: given("AWS_SHARED_CREDENTIALS_FILE")
                .or_else(|| at_home(".aws/credentials")),
            rclone: first([
                given("RCLONE_CONFIG"),
                xdg,
                at_home(".config/rclone/rclone.conf"),
                at_home(".rclone.conf"),
            ]),
            s3cmd: first([given("S3CMD_CONFIG"), at_home(".s3cfg"), None, None]),
            mc: first([
                given("MC_CONFIG_DIR").map(|folder| folder.join("config.json")),
                at_home(".mc/config.json"),
                at_home(".mcli/config.json"),
                None,
            ]),
        }
    }
}

impl Origins {
    /// Reads a handful of small files; of each program the first that is there.
    pub fn read(places: &OriginPaths) -> Origins {
        let mut found = Origins::default();
        found.read_profiles(places);
        if let Some(text) = found.first(&places.rclone) {
            found.take("rclone", import::rclone(&text));
        }
        if let Some(text) = found.first(&places.s3cmd) {
            found.take("s3cmd", Ok(import::s3cmd(&text)));
        }
        if let Some(text) = found.first(&places.mc) {
            found.take("mc", import::mc(&text));
        }
        if let Some(named) = given::environment(|name| env::var(name).ok()) {
            found.imports.push(("environment", named));
        }
        found
    }

    /// A file that is named by hand.
    ///
    /// # Errors
    /// Why nothing in it can be taken over.
    pub fn read_file(path: &Path) -> Result<Vec<Import>, String> {
        let text = fs::read(path).map_err(|error| format!("it could not be read: {error}"))?;
        given::file(&String::from_utf8_lossy(&text))
    }

    /// Whether the AWS chain would find keys in a file: what a first start asks, without the rest.
    pub fn has_default_profile(places: &OriginPaths, name: &str) -> bool {
        let mut found = Origins::default();
        found.read_profiles(places);
        let default = found.profiles.iter().find(|profile| profile.name == name);
        default.is_some_and(|profile| profile.kind != ProfileKind::NoKeys)
    }

    fn read_profiles(&mut self, places: &OriginPaths) {
        match AwsFiles::read(places.aws_config.clone(), places.aws_credentials.clone()) {
            Ok(files) => self.profiles = profiles(&files),
            Err(error) => {
                self.troubles.push(format!("{} could not be read: {}", error.place, error.detail));
            }
        }
    }

    fn first(&mut self, paths: &[PathBuf]) -> Option<String> {
        paths.iter().find_map(|path| self.text(path))
    }

    fn text(&mut self, path: &Path) -> Option<String> {
        match fs::read(path) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                None
            }
            Err(error) => {
                self.troubles.push(format!("{} could not be read: {error}", path.display()));
                None
            }
        }
    }

    fn take(&mut self, program: &'static str, imports: Result<Vec<Import>, String>) {
        match imports {
            Ok(imports) => self.imports.extend(imports.into_iter().map(|import| (program, import))),
            Err(why) => self.troubles.push(why),
        }
    }
}

/// Whether the environment itself gives the AWS chain keys, or says where they are.
pub fn environment_has_keys() -> bool {
    const NAMES: [&str; 8] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
    ];
    NAMES.iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_every_program_are_found_and_a_broken_one_is_named() {
        let home = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let places = OriginPaths {
            aws_config: Some(put("config", "[default]\nregion = eu-west-1\n")),
            aws_credentials: Some(put("credentials", "[default]\naws_access_key_id = A\n")),
            rclone: vec![
                home.path().join("none"),
                put("rclone.conf", "[a]\ntype = s3\nprovider = AWS\nenv_auth = true\n"),
            ],
            s3cmd: vec![put("s3cfg", "[default]\naccess_key = K\nsecret_key = h\n")],
            mc: vec![put("mc.json", "no json")],
        };
        let found = Origins::read(&places);
        assert_eq!(found.profiles[0].kind, ProfileKind::Static);
        let names: Vec<_> = found
            .imports
            .iter()
            .map(|(program, import)| (*program, import.name.as_str()))
            .collect();
        assert_eq!(names, [("rclone", "a"), ("s3cmd", "s3cmd")]);
        assert!(found.troubles[0].contains("is not JSON"));
        assert!(Origins::has_default_profile(&places, "default"));
        assert!(!Origins::has_default_profile(&places, "other"));
        let nothing =
            OriginPaths { rclone: vec![home.path().to_owned()], ..OriginPaths::default() };
        let found = Origins::read(&nothing);
        assert!(found.profiles.is_empty() && found.troubles[0].contains("could not be read"));
    }
}
