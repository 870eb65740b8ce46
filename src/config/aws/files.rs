//! Reads the two AWS files strictly, finds profiles in them, and writes them as the SDK reads them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::aws::text::{AwsSection, AwsSetting, Unreadable, sections};
use crate::config::tilde;
use crate::domain::error::{Error, ErrorKind, READ_AWS_FILES};

/// Both files as they were read. `Debug` shows no value.
#[derive(Clone, Debug, Default)]
pub struct AwsFiles {
    pub config: AwsFile,
    pub credentials: AwsFile,
}

#[derive(Clone, Debug, Default)]
pub struct AwsFile {
    pub path: Option<PathBuf>,
    /// `false` where there is no such file.
    pub exists: bool,
    sections: Vec<(Named, AwsSection)>,
}

/// What a section is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Profile(String),
    SsoSession(String),
    Services(String),
    /// Nothing that AWS reads.
    Other,
}

/// A profile of both files together; what `~/.aws/credentials` says comes first.
#[derive(Clone, Debug)]
pub struct Profile<'a> {
    sections: Vec<(&'a AwsFile, &'a AwsSection)>,
}

#[derive(Clone, Copy)]
enum Kind {
    Config,
    Credentials,
}

const PROFILE: &str = "profile";
const SSO_SESSION: &str = "sso-session";
const SERVICES: &str = "services";

impl AwsFiles {
    /// A file that is not there is empty.
    ///
    /// # Errors
    /// `Config` with file, line and what was expected; `LocalDenied` and the like where one cannot
    /// be opened.
    pub fn read(config: Option<PathBuf>, credentials: Option<PathBuf>) -> Result<AwsFiles, Error> {
        Ok(AwsFiles {
            config: AwsFile::read(config, Kind::Config)?,
            credentials: AwsFile::read(credentials, Kind::Credentials)?,
        })
    }

    /// The files of texts that hold no fault.
    #[cfg(test)]
    pub fn of_texts(config: &str, credentials: &str) -> AwsFiles {
        let parsed = |text: &str, kind| AwsFile::parse(text.as_bytes(), Path::new("x"), kind);
        AwsFiles {
            config: parsed(config, Kind::Config).unwrap(),
            credentials: parsed(credentials, Kind::Credentials).unwrap(),
        }
    }

    /// The names of all profiles: those of `~/.aws/config` in its order, then those that only the
    /// other file has.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (named, _) in self.config.sections.iter().chain(&self.credentials.sections) {
            match named {
                Named::Profile(name) if !names.contains(&name.as_str()) => names.push(name),
                _ => {}
            }
        }
        names
    }

    pub fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let found = [&self.credentials, &self.config];
        let sections: Vec<_> =
            found.into_iter().filter_map(|file| Some((file, file.profile(name)?))).collect();
        (!sections.is_empty()).then_some(Profile { sections })
    }

    /// A `[services NAME]` section.
    pub fn services(&self, name: &str) -> Option<&AwsSection> {
        self.config.find(&Named::Services(name.to_owned()))
    }

    pub fn has_sso_session(&self, name: &str) -> bool {
        self.config.find(&Named::SsoSession(name.to_owned())).is_some()
    }

    /// Both files as the SDK's own reader takes them: without marks and comments, names written
    /// with [`sdk_name`].
    pub fn for_sdk(&self) -> (String, String) {
        (self.config.written(Kind::Config), self.credentials.written(Kind::Credentials))
    }

    /// Where the files are, for a sentence.
    pub fn places(&self) -> String {
        let paths = [&self.config, &self.credentials].map(|file| file.path.as_deref());
        let paths: Vec<_> =
            paths.into_iter().flatten().map(|path| path.display().to_string()).collect();
        paths.join(" or ")
    }

    /// A section of `~/.aws/config` that would be the profile if its title began with the word.
    pub fn nearly(&self, name: &str) -> Option<String> {
        let title = |file: &AwsFile, title: &str| {
            let (_, section) = file.sections.iter().find(|(_, section)| section.title == title)?;
            Some(format!("{}:{}", file.path.as_deref()?.display(), section.line))
        };
        if let Some(place) = title(&self.config, name) {
            return Some(format!("{place} has [{name}], which has to be [profile {name}] there"));
        }
        let place = title(&self.credentials, &format!("profile {name}"))?;
        Some(format!("{place} has [profile {name}], which has to be [{name}] there"))
    }
}

impl AwsFile {
    fn read(path: Option<PathBuf>, kind: Kind) -> Result<AwsFile, Error> {
        let Some(path) = path else { return Ok(AwsFile::default()) };
        match fs::read(&path) {
            Ok(bytes) => AwsFile::parse(&bytes, &path, kind),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(AwsFile { path: Some(path), ..AwsFile::default() })
            }
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                let place = path.display().to_string();
                Err(Error::new(ErrorKind::Config, READ_AWS_FILES, place)
                    .detail("expected a file, but it is a folder"))
            }
            Err(error) => Err(Error::from_io(&error, READ_AWS_FILES, path.display())),
        }
    }

    fn parse(bytes: &[u8], path: &Path, kind: Kind) -> Result<AwsFile, Error> {
        let fault = |Unreadable { line, expected }| {
            let place = format!("{}:{line}", path.display());
            Error::new(ErrorKind::Config, READ_AWS_FILES, place).detail(expected)
        };
        let mut read: Vec<(Named, AwsSection)> = Vec::new();
        for section in sections(bytes).map_err(fault)? {
            let named = named(&section.title, kind);
            let same = read.iter().find(|(other, known)| {
                // [profile default] takes the place of [default], as the SDKs have it.
                *other == named && named != Named::Other && known.title != "default"
            });
            if let Some((_, same)) = same.filter(|_| section.title != "default") {
                let expected = format!("[{}] at line {} has the same name", same.title, same.line);
                return Err(fault(Unreadable { line: section.line, expected }));
            }
            read.push((named, section));
        }
        Ok(AwsFile { path: Some(path.to_owned()), exists: true, sections: read })
    }

    fn find(&self, wanted: &Named) -> Option<&AwsSection> {
        // The longer title of the default profile counts.
        let found = self.sections.iter().filter(|(named, _)| named == wanted);
        found.map(|(_, section)| section).max_by_key(|section| section.title.len())
    }

    fn profile(&self, name: &str) -> Option<&AwsSection> {
        self.find(&Named::Profile(name.to_owned()))
    }

    fn written(&self, kind: Kind) -> String {
        let mut text = String::new();
        for (named, section) in &self.sections {
            let title = match (named, kind) {
                (Named::Profile(name), Kind::Config) if section.title == "default" => name.clone(),
                (Named::Profile(name), Kind::Config) => format!("{PROFILE} {}", sdk_name(name)),
                (Named::Profile(name), Kind::Credentials) => sdk_name(name),
                (Named::SsoSession(name), _) => format!("{SSO_SESSION} {}", sdk_name(name)),
                (Named::Services(name), _) => format!("{SERVICES} {}", sdk_name(name)),
                (Named::Other, _) => continue,
            };
            let _ = writeln!(text, "[{title}]");
            section.settings.iter().for_each(|setting| write_setting(&mut text, setting));
        }
        text
    }
}

fn write_setting(text: &mut String, setting: &AwsSetting) {
    let (name, value) = (setting.name.as_str(), setting.value.as_str());
    if value.is_empty() && setting.below.is_empty() {
        return;
    }
    let value = match name {
        "source_profile" | "sso_session" | "services" => sdk_name(value),
        "web_identity_token_file" => tilde::expanded(value).display().to_string(),
        _ => value.to_owned(),
    };
    let _ = writeln!(text, "{name} = {value}");
    for line in &setting.below {
        let _ = writeln!(text, "  {line}");
    }
}

/// A name in the characters that the SDK takes in one; others are written as `%` and their bytes.
pub fn sdk_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-/.@:+".contains(&byte);
    let mut written = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            byte if plain(byte) => written.push(char::from(byte)),
            byte => {
                let _ = write!(written, "%{byte:02X}");
            }
        }
    }
    written
}

fn named(title: &str, kind: Kind) -> Named {
    if matches!(kind, Kind::Credentials) {
        return Named::Profile(unquoted(title).to_owned());
    }
    let (word, name) = title.split_once(' ').unwrap_or((title, ""));
    let name = unquoted(name.trim()).to_owned();
    match word {
        "default" if name.is_empty() => Named::Profile("default".to_owned()),
        PROFILE if !name.is_empty() => Named::Profile(name),
        SSO_SESSION if !name.is_empty() => Named::SsoSession(name),
        SERVICES if !name.is_empty() => Named::Services(name),
        _ => Named::Other,
    }
}

/// As a shell would: `"a b"` is the name `a b`.
fn unquoted(name: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(name)
}

impl<'a> Profile<'a> {
    /// An empty value counts as missing.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.sections.iter().find_map(|(_, section)| section.get(name))
    }

    /// A setting below another: `addressing_style` below `s3 =`.
    pub fn below(&self, group: &str, name: &str) -> Option<&'a str> {
        self.sections.iter().find_map(|(_, section)| section.below(group, name))
    }

    /// File and line of a setting, else of the profile.
    pub fn place(&self, name: &str) -> String {
        let set = self.sections.iter().find_map(|(file, section)| {
            Some((file, section.setting(name)?.line)).filter(|_| section.get(name).is_some())
        });
        let first = self.sections.first().map(|(file, section)| (file, section.line));
        set.or(first).map_or_else(String::new, |(file, line)| {
            let path = file.path.as_deref().unwrap_or(Path::new(""));
            format!("{}:{line}", path.display())
        })
    }
}
