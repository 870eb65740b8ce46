//! The profiles of the AWS files: what each is called and how it signs in.

use crate::config::ini::{Section, sections};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsProfile {
    pub name: String,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub kind: ProfileKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileKind {
    Static,
    /// Ended by a token, so that they do not last.
    Temporary,
    Sso,
    Role {
        /// A code is asked for.
        mfa: bool,
    },
    Process,
    WebIdentity,
    /// It only sets a region or the like: keys come from elsewhere.
    NoKeys,
}

impl ProfileKind {
    pub fn words(&self) -> &'static str {
        match self {
            ProfileKind::Static => "keys",
            ProfileKind::Temporary => "temporary keys",
            ProfileKind::Sso => "single sign-on",
            ProfileKind::Role { mfa: false } => "role",
            ProfileKind::Role { mfa: true } => "role with a code",
            ProfileKind::Process => "process",
            ProfileKind::WebIdentity => "web identity",
            ProfileKind::NoKeys => "no keys of its own",
        }
    }
}

/// Those of `~/.aws/config` in its order, then those that only `~/.aws/credentials` has; `default` first.
pub fn profiles(config: &str, credentials: &str) -> Vec<AwsProfile> {
    let config = sections(config);
    let credentials = sections(credentials);
    let mut names: Vec<&str> = config.iter().filter_map(profile_name).collect();
    names.extend(credentials.iter().map(|section| section.name.as_str()));
    let mut profiles: Vec<AwsProfile> = Vec::new();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        if profiles.iter().any(|known| known.name == name) {
            continue;
        }
        let configured = config.iter().filter(|section| profile_name(section) == Some(name));
        let given = credentials.iter().filter(|section| section.name == name);
        let of_it: Vec<&Section> = given.chain(configured).collect();
        profiles.push(profile(name, &of_it));
    }
    profiles.sort_by_key(|profile| profile.name != "default");
    profiles
}

/// `[default]`, `[profile NAME]`; other sections (`sso-session`, `services`) are no profiles.
pub fn profile_name(section: &Section) -> Option<&str> {
    if section.name == "default" {
        return Some("default");
    }
    let (word, name) = section.name.split_once(char::is_whitespace)?;
    (word == "profile").then(|| name.trim().trim_matches('"'))
}

fn profile(name: &str, sections: &[&Section]) -> AwsProfile {
    let get = |key: &str| sections.iter().find_map(|section| section.get(key));
    let has = |key: &str| get(key).is_some();
    let kind = if has("role_arn") && has("web_identity_token_file") {
        ProfileKind::WebIdentity
    } else if has("role_arn") {
        ProfileKind::Role { mfa: has("mfa_serial") }
    } else if has("sso_session") || has("sso_start_url") {
        ProfileKind::Sso
    } else if has("aws_access_key_id") && has("aws_session_token") {
        ProfileKind::Temporary
    } else if has("aws_access_key_id") {
        ProfileKind::Static
    } else if has("credential_process") {
        ProfileKind::Process
    } else {
        ProfileKind::NoKeys
    };
    AwsProfile {
        name: name.to_owned(),
        region: get("region").map(str::to_owned),
        endpoint: get("endpoint_url").map(str::to_owned),
        kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_listed_with_region_and_kind() {
        let config = "\
[profile work]
sso_session = corp
region = eu-west-1
[sso-session corp]
sso_start_url = https://x
[profile admin]
role_arn = arn:aws:iam::1:role/a
mfa_serial = arn:aws:iam::1:mfa/me
source_profile = default
[profile ci]
role_arn = arn:aws:iam::1:role/a
web_identity_token_file = /t
[profile \"my vault\"]
credential_process = vault
[default]
region = us-east-2
[profile plain]
region = eu-north-1
[services local]
s3 =
  endpoint_url = http://no
";
        let credentials = "\
[default]
aws_access_key_id = A
aws_secret_access_key = hush
[lab]
aws_access_key_id = A
aws_secret_access_key = hush
aws_session_token = t
endpoint_url = http://localhost:9000
";
        let found = profiles(config, credentials);
        let lines: Vec<String> = found
            .iter()
            .map(|profile| {
                let region = profile.region.as_deref().unwrap_or("-");
                format!("{} {region} {}", profile.name, profile.kind.words())
            })
            .collect();
        assert_eq!(
            lines,
            [
                "default us-east-2 keys",
                "work eu-west-1 single sign-on",
                "admin - role with a code",
                "ci - web identity",
                "my vault - process",
                "plain eu-north-1 no keys of its own",
                "lab - temporary keys",
            ]
        );
        assert_eq!(found[6].endpoint.as_deref(), Some("http://localhost:9000"));
        assert!(!format!("{found:?}").contains("hush"));
        assert_eq!(profiles("", ""), []);
    }
}
