//! Reads the roles of the AWS files that ask for a code of an MFA device.

use crate::config::aws::files::{AwsFiles, Profile};
use crate::config::aws::{self, AwsSettings};
use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;

/// A profile with `role_arn`, `mfa_serial` and where the keys come from that ask for the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleWithCode {
    pub profile: String,
    pub role_arn: String,
    pub mfa_serial: String,
    pub asked_by: AskedBy,
    pub session_name: String,
    pub external_id: Option<String>,
    pub duration_seconds: Option<i32>,
}

/// Whose keys ask for the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedBy {
    Keys(SigningKeys),
    /// A profile that gets its keys some other way.
    Profile(String),
    Environment,
}

/// The name that CloudTrail shows where the profile gives none.
const SESSION_NAME: &str = "windlass";

impl RoleWithCode {
    /// The role of the profile in force; `None` where keys of the environment come before it.
    pub fn of_settings(settings: &AwsSettings) -> Option<RoleWithCode> {
        match settings.keys() {
            aws::KeyOrigin::Environment => None,
            _ => RoleWithCode::read(settings.files(), settings.profile_name()),
        }
    }

    /// `None` where the profile is not there, is no role, or asks for no code.
    pub fn read(files: &AwsFiles, profile: &str) -> Option<RoleWithCode> {
        let own = files.profile(profile)?;
        let get = |key: &str| own.get(key).map(str::to_owned);
        if get("web_identity_token_file").is_some() {
            return None;
        }
        let asked_by = match (get("source_profile"), get("credential_source")) {
            (Some(source), _) => match files.profile(&source).as_ref().and_then(keys) {
                Some(keys) => AskedBy::Keys(keys),
                None => AskedBy::Profile(source),
            },
            (None, Some(source)) if source == "Environment" => AskedBy::Environment,
            _ => return None,
        };
        Some(RoleWithCode {
            profile: profile.to_owned(),
            role_arn: get("role_arn")?,
            mfa_serial: get("mfa_serial")?,
            asked_by,
            session_name: get("role_session_name").unwrap_or_else(|| SESSION_NAME.to_owned()),
            external_id: get("external_id"),
            duration_seconds: get("duration_seconds").and_then(|seconds| seconds.parse().ok()),
        })
    }
}

fn keys(profile: &Profile<'_>) -> Option<SigningKeys> {
    let get = |key: &str| profile.get(key).map(str::to_owned);
    Some(SigningKeys {
        access_key_id: get("aws_access_key_id")?,
        secret_access_key: Secret::new(get("aws_secret_access_key")?),
        session_token: get("aws_session_token").map(Secret::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "\
[profile admin]
role_arn = arn:aws:iam::1:role/admin
mfa_serial = arn:aws:iam::1:mfa/me
source_profile = default
external_id = x
duration_seconds = 900
[profile far]
role_arn = arn:aws:iam::1:role/far
mfa_serial = arn:aws:iam::1:mfa/me
source_profile = sso
[profile plain]
role_arn = arn:aws:iam::1:role/plain
source_profile = default
[profile sso]
sso_session = corp
";
    const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n";

    fn files() -> AwsFiles {
        AwsFiles::of_texts(CONFIG, CREDENTIALS)
    }

    #[test]
    fn a_role_that_asks_for_a_code_is_found_with_the_keys_that_ask_for_it() {
        let role = RoleWithCode::read(&files(), "admin").unwrap();
        assert_eq!(role.role_arn, "arn:aws:iam::1:role/admin");
        assert_eq!(role.mfa_serial, "arn:aws:iam::1:mfa/me");
        let AskedBy::Keys(keys) = &role.asked_by else { panic!("{role:?}") };
        assert_eq!(keys.access_key_id, "AKIA");
        assert_eq!((role.external_id.as_deref(), role.duration_seconds), (Some("x"), Some(900)));
        assert_eq!(role.session_name, "windlass");
        assert!(!format!("{role:?}").contains("hush"));
        let far = RoleWithCode::read(&files(), "far").unwrap();
        assert_eq!(far.asked_by, AskedBy::Profile("sso".to_owned()));
    }

    #[test]
    fn other_profiles_are_left_to_the_chain() {
        for profile in ["plain", "sso", "default", "nobody"] {
            assert_eq!(RoleWithCode::read(&files(), profile), None, "{profile}");
        }
        assert_eq!(RoleWithCode::read(&AwsFiles::default(), "default"), None);
    }
}
