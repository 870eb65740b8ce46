//! Says what a change of a setting leads to, and hides what nobody else may see of a document.

use crate::domain::settings::BucketSetting;
use crate::domain::settings::json::{Json, JsonMember, JsonValue};
use crate::domain::settings::mfa::has_mfa_delete;

/// Members whose texts open something.
const SECRETS: [&str; 2] = ["secretAccessKey", "privateKey"];

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

impl BucketSetting {
    /// What is to be known before a change is sent; `None` is a setting that is not set.
    pub fn consequences(self, old: Option<&Json>, new: Option<&Json>) -> Vec<String> {
        match self {
            BucketSetting::R2Dev => match (is_on(old), is_on(new)) {
                (false, true) => {
                    vec!["Anyone can then read every object of the bucket.".to_owned()]
                }
                (true, false) => vec!["Links to its r2.dev address stop working.".to_owned()],
                _ => Vec::new(),
            },
            BucketSetting::CustomDomains => {
                let (before, after) = (public(self, old), public(self, new));
                let opened = after.iter().filter(|name| !before.contains(name));
                let closed = before.iter().filter(|name| !after.contains(name));
                opened
                    .map(|name| format!("Anyone can then read every object at https://{name}."))
                    .chain(closed.map(|name| format!("Links to https://{name} stop working.")))
                    .collect()
            }
            BucketSetting::Sippy => match (is_on(old), new.is_some()) {
                (false, true) => vec![
                    "What is asked for and not in R2 is then read from the source, where that is \
                     paid, and kept in R2."
                        .to_owned(),
                ],
                (true, false) => {
                    vec!["What is not in R2 yet is then not found any more.".to_owned()]
                }
                _ => Vec::new(),
            },
            BucketSetting::Versioning => match (has_mfa_delete(old), has_mfa_delete(new)) {
                (false, true) => vec![
                    "Versions can then be deleted, and versioning be changed, only by the owner of \
                     the account, with a code of the device."
                        .to_owned(),
                ],
                (true, false) => {
                    vec!["Versions can then be deleted without a code of a device.".to_owned()]
                }
                _ => Vec::new(),
            },
            BucketSetting::Lifecycle
            | BucketSetting::Cors
            | BucketSetting::Policy
            | BucketSetting::Acl
            | BucketSetting::Ownership
            | BucketSetting::PublicAccess
            | BucketSetting::Encryption
            | BucketSetting::ObjectLock
            | BucketSetting::Tags
            | BucketSetting::Logging
            | BucketSetting::Notifications
            | BucketSetting::Website
            | BucketSetting::Replication
            | BucketSetting::Accelerate
            | BucketSetting::RequestPayment
            | BucketSetting::Inventory
            | BucketSetting::Location
            | BucketSetting::Locks => Vec::new(),
        }
    }
}

fn is_on(document: Option<&Json>) -> bool {
    document.is_some_and(|document| document.is_yes("enabled"))
}

/// The domains at which a bucket is public. One that does not say is on.
fn public(setting: BucketSetting, document: Option<&Json>) -> Vec<&str> {
    let entries = document.map_or(&[][..], |document| setting.entries(document));
    let on = |entry: &&Json| entry.get("enabled").is_none() || entry.is_yes("enabled");
    entries.iter().filter(on).map(|entry| setting.name_of(entry)).collect()
}

impl Json {
    /// As it may be shown and printed.
    #[must_use]
    pub fn without_secrets(&self) -> Json {
        let value = match &self.value {
            JsonValue::List(items) => {
                JsonValue::List(items.iter().map(Json::without_secrets).collect())
            }
            JsonValue::Map(members) => JsonValue::Map(members.iter().map(shown).collect()),
            other => other.clone(),
        };
        Json { at: self.at, value }
    }
}

fn shown(member: &JsonMember) -> JsonMember {
    let value = match SECRETS.contains(&member.name.as_str()) {
        true => Json::text(HIDDEN),
        false => member.value.without_secrets(),
    };
    JsonMember { value, ..member.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::check::document;

    #[test]
    fn who_can_read_then_is_said_before_a_domain_is_attached_or_taken_off() {
        let domains = |text: &str| document(BucketSetting::CustomDomains, text).unwrap();
        let old = domains(
            r#"{"domains":[{"domain":"a.example","enabled":true},
                {"domain":"b.example","enabled":false}]}"#,
        );
        let new = domains(
            r#"{"domains":[{"domain":"b.example","enabled":true},{"domain":"c.example"}]}"#,
        );
        assert_eq!(
            BucketSetting::CustomDomains.consequences(Some(&old), Some(&new)),
            [
                "Anyone can then read every object at https://b.example.",
                "Anyone can then read every object at https://c.example.",
                "Links to https://a.example stop working.",
            ]
        );
        assert_eq!(
            BucketSetting::CustomDomains.consequences(Some(&old), None),
            ["Links to https://a.example stop working."]
        );
        let same = BucketSetting::CustomDomains.consequences(Some(&old), Some(&old));
        assert_eq!(same, [""; 0]);
    }

    #[test]
    fn no_secret_of_a_document_is_shown() {
        let text = r#"{"source":{"provider":"aws","accessKeyId":"AKIDEXAMPLE",
            "secretAccessKey":"not-a-secret"},"destination":[{"privateKey":"not-a-secret"}]}"#;
        let sippy = document(BucketSetting::Sippy, text).unwrap();
        let shown = sippy.without_secrets().pretty();
        assert!(!shown.contains("not-a-secret") && shown.contains("AKIDEXAMPLE"), "{shown}");
        assert!(sippy.compact().contains("not-a-secret"), "what is sent has them");
    }
}
