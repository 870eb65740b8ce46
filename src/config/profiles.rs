//! Lists the profiles of the AWS files: what each is called and how it signs in.

use crate::config::aws::files::{AwsFiles, Profile};

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

/// The profiles of `~/.aws/config` in its order, then those that only `~/.aws/credentials` has;
/// `default` first.
pub fn profiles(files: &AwsFiles) -> Vec<AwsProfile> {
    let known = |name: &str| Some(of_profile(name, &files.profile(name)?));
    let mut profiles: Vec<AwsProfile> = files.names().into_iter().filter_map(known).collect();
    profiles.sort_by_key(|profile| profile.name != "default");
    profiles
}

fn of_profile(name: &str, profile: &Profile<'_>) -> AwsProfile {
    AwsProfile {
        name: name.to_owned(),
        region: profile.get("region").map(str::to_owned),
        endpoint: profile.get("endpoint_url").map(str::to_owned),
        kind: kind(profile),
    }
}

/// How a profile signs in, in the SDK's order.
pub fn kind(profile: &Profile<'_>) -> ProfileKind {
    let has = |key: &str| profile.get(key).is_some();
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    if has("role_arn") && has("web_identity_token_file") {
        ProfileKind::WebIdentity
    } else if any(&["role_arn", "credential_source"]) {
        ProfileKind::Role { mfa: has("mfa_serial") }
    } else if any(&["sso_session", "sso_start_url", "sso_account_id", "login_session"]) {
        ProfileKind::Sso
    } else if has("credential_process") {
        ProfileKind::Process
    } else if has("aws_access_key_id") && has("aws_session_token") {
        ProfileKind::Temporary
    } else if any(&["aws_access_key_id", "aws_secret_access_key", "web_identity_token_file"]) {
        ProfileKind::Static
    } else {
        ProfileKind::NoKeys
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
        let found = profiles(&AwsFiles::of_texts(config, credentials));
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
        assert_eq!(profiles(&AwsFiles::default()), []);
    }
}
