//! Roles of the AWS files that ask for a code of an MFA device.

use std::env;
use std::fs;

use crate::config::ini::{Section, sections};
use crate::config::kept::Keys;
use crate::config::origins::Places;
use crate::config::profiles::profile_name;
use crate::config::secret::Secret;

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
    Keys(Keys),
    /// A profile that gets its keys some other way.
    Profile(String),
    Environment,
}

/// The name that CloudTrail shows where the profile gives none.
const SESSION_NAME: &str = "windlass";

impl RoleWithCode {
    /// Of the profile that the AWS CLI would use, or of the one that is named. Reads two small files.
    pub fn of_user(profile: Option<&str>) -> Option<RoleWithCode> {
        let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
        // Keys of the environment come before every profile.
        if given("AWS_ACCESS_KEY_ID").is_some() && profile.is_none() {
            return None;
        }
        let named = profile.map(str::to_owned).or_else(|| given("AWS_PROFILE"));
        let places = Places::of_user();
        let text = |path: Option<_>| path.and_then(|path| fs::read_to_string(path).ok());
        RoleWithCode::read(
            &text(places.aws_config)?,
            &text(places.aws_credentials).unwrap_or_default(),
            &named.unwrap_or_else(|| "default".to_owned()),
        )
    }

    /// `None` where the profile is not there, is no role, or asks for no code.
    pub fn read(config: &str, credentials: &str, profile: &str) -> Option<RoleWithCode> {
        let (config, credentials) = (sections(config), sections(credentials));
        let of = |name: &str| -> Vec<Section> {
            let given = credentials.iter().filter(|section| section.name == name);
            let configured = config.iter().filter(|section| profile_name(section) == Some(name));
            given.chain(configured).cloned().collect()
        };
        let own = of(profile);
        let get = |key: &str| get(&own, key);
        if get("web_identity_token_file").is_some() {
            return None;
        }
        let asked_by = match (get("source_profile"), get("credential_source")) {
            (Some(source), _) => match keys(&of(&source)) {
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

fn get(sections: &[Section], key: &str) -> Option<String> {
    sections.iter().find_map(|section| section.get(key)).map(str::to_owned)
}

fn keys(sections: &[Section]) -> Option<Keys> {
    Some(Keys {
        access_key_id: get(sections, "aws_access_key_id")?,
        secret_access_key: Secret::new(get(sections, "aws_secret_access_key")?),
        session_token: get(sections, "aws_session_token").map(Secret::new),
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

    #[test]
    fn a_role_that_asks_for_a_code_is_found_with_the_keys_that_ask_for_it() {
        let role = RoleWithCode::read(CONFIG, CREDENTIALS, "admin").unwrap();
        assert_eq!(role.role_arn, "arn:aws:iam::1:role/admin");
        assert_eq!(role.mfa_serial, "arn:aws:iam::1:mfa/me");
        let AskedBy::Keys(keys) = &role.asked_by else { panic!("{role:?}") };
        assert_eq!(keys.access_key_id, "AKIA");
        assert_eq!((role.external_id.as_deref(), role.duration_seconds), (Some("x"), Some(900)));
        assert_eq!(role.session_name, "windlass");
        assert!(!format!("{role:?}").contains("hush"));
        let far = RoleWithCode::read(CONFIG, CREDENTIALS, "far").unwrap();
        assert_eq!(far.asked_by, AskedBy::Profile("sso".to_owned()));
    }

    #[test]
    fn other_profiles_are_left_to_the_chain() {
        for profile in ["plain", "sso", "default", "nobody"] {
            assert_eq!(RoleWithCode::read(CONFIG, CREDENTIALS, profile), None, "{profile}");
        }
        assert_eq!(RoleWithCode::read("", "", "default"), None);
    }
}
