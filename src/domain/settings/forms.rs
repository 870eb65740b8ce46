//! Works the common changes of settings into what is set already.

use crate::domain::settings::BucketSetting;
use crate::domain::settings::check::checked;
use crate::domain::settings::json::{Json, JsonMember, JsonValue};
use crate::domain::settings::parse::parse;

/// A change that is made without writing a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingForm {
    Versioning {
        on: bool,
    },
    /// Versions are deleted with the code of a device only.
    MfaDelete {
        on: bool,
    },
    /// Objects go after so many days.
    Expire {
        days: u32,
    },
    /// Versions go that many days after they were replaced.
    ExpireVersions {
        days: u32,
    },
    AbortUploads {
        days: u32,
    },
    /// Objects move to this class after so many days.
    Move {
        days: u32,
        class: String,
    },
    /// A web page of this origin may read and write by links.
    PresignedFrom {
        origin: String,
    },
    BlockPublicAccess {
        all: bool,
    },
    R2Dev {
        on: bool,
    },
    AttachDomain {
        domain: String,
        /// Looked up where it is not said.
        zone: Option<String>,
    },
    DetachDomain {
        domain: String,
    },
    /// The least version of TLS at every domain.
    DomainsTls {
        version: &'static str,
    },
    /// Every domain is served, or none of them is.
    Domains {
        on: bool,
    },
}

/// Names of rules that these forms made begin so.
const OURS: &str = "windlass-";

impl SettingForm {
    pub fn setting(&self) -> BucketSetting {
        match self {
            SettingForm::Versioning { .. } | SettingForm::MfaDelete { .. } => {
                BucketSetting::Versioning
            }
            SettingForm::Expire { .. }
            | SettingForm::ExpireVersions { .. }
            | SettingForm::AbortUploads { .. }
            | SettingForm::Move { .. } => BucketSetting::Lifecycle,
            SettingForm::PresignedFrom { .. } => BucketSetting::Cors,
            SettingForm::BlockPublicAccess { .. } => BucketSetting::PublicAccess,
            SettingForm::R2Dev { .. } => BucketSetting::R2Dev,
            SettingForm::AttachDomain { .. }
            | SettingForm::DetachDomain { .. }
            | SettingForm::DomainsTls { .. }
            | SettingForm::Domains { .. } => BucketSetting::CustomDomains,
        }
    }

    /// The whole document with the change in it; everything else stays.
    pub fn applied(&self, old: Option<&Json>) -> Json {
        let new = self.worked_into(old);
        checked(self.setting(), new.clone()).unwrap_or(new)
    }

    fn worked_into(&self, old: Option<&Json>) -> Json {
        let old = old.cloned().unwrap_or_else(|| Json::new(JsonValue::Map(Vec::new())));
        match self {
            SettingForm::Versioning { on } => {
                let status = Json::text(if *on { "Enabled" } else { "Suspended" });
                match old.get("MFADelete") {
                    Some(mfa) => Json::map([("MFADelete", mfa.clone()), ("Status", status)]),
                    None => Json::map([("Status", status)]),
                }
            }
            SettingForm::MfaDelete { on } => {
                let mfa = Json::text(if *on { "Enabled" } else { "Disabled" });
                let kept = old.get("Status").cloned();
                let status = kept.unwrap_or_else(|| Json::text("Enabled"));
                Json::map([("MFADelete", mfa), ("Status", status)])
            }
            SettingForm::Expire { days } => {
                let act = Json::map([("Days", Json::number(days))]);
                with_rule(old, "expire", [JsonMember::new("Expiration", act)])
            }
            SettingForm::ExpireVersions { days } => {
                let act = Json::map([("NoncurrentDays", Json::number(days))]);
                let act = JsonMember::new("NoncurrentVersionExpiration", act);
                with_rule(old, "old-versions", [act])
            }
            SettingForm::AbortUploads { days } => {
                let act = Json::map([("DaysAfterInitiation", Json::number(days))]);
                let act = JsonMember::new("AbortIncompleteMultipartUpload", act);
                with_rule(old, "unfinished-uploads", [act])
            }
            SettingForm::Move { days, class } => {
                let act = Json::map([
                    ("Days", Json::number(days)),
                    ("StorageClass", Json::text(class.as_str())),
                ]);
                let act = JsonMember::new("Transitions", Json::list([act]));
                with_rule(old, &format!("move-{}", class.to_lowercase()), [act])
            }
            SettingForm::PresignedFrom { origin } => with_origin(old, origin),
            SettingForm::BlockPublicAccess { all } => Json::map(
                [
                    "BlockPublicAcls",
                    "IgnorePublicAcls",
                    "BlockPublicPolicy",
                    "RestrictPublicBuckets",
                ]
                .map(|name| (name, Json::yes(*all))),
            ),
            SettingForm::R2Dev { on } => Json::map([("enabled", Json::yes(*on))]),
            SettingForm::AttachDomain { domain, zone } => {
                let mut new = Json::map([
                    ("domain", Json::text(domain.as_str())),
                    ("enabled", Json::yes(true)),
                    ("minTLS", Json::text("1.2")),
                ]);
                if let Some(zone) = zone {
                    new.set("zoneId", Json::text(zone.as_str()));
                }
                with_domains(&old, |domains| {
                    domains.retain(|entry| entry.text_of("domain") != Some(domain));
                    domains.push(new);
                })
            }
            SettingForm::DetachDomain { domain } => with_domains(&old, |domains| {
                domains.retain(|entry| entry.text_of("domain") != Some(domain));
            }),
            SettingForm::DomainsTls { version } => {
                with_domains(&old, |domains| set_in_all(domains, "minTLS", &Json::text(*version)))
            }
            SettingForm::Domains { on } => {
                with_domains(&old, |domains| set_in_all(domains, "enabled", &Json::yes(*on)))
            }
        }
    }
}

/// A rule of ours takes the place of the one of its name. A lifecycle is written either all in
/// filters or all in the older form without.
fn with_rule<const N: usize>(mut lifecycle: Json, name: &str, acts: [JsonMember; N]) -> Json {
    let id = format!("{OURS}{name}");
    let mut rules = lifecycle.list_of("Rules").to_vec();
    rules.retain(|rule| rule.text_of("ID") != Some(&id));
    let older = rules.iter().any(|rule| rule.get("Prefix").is_some());
    let mut members: Vec<JsonMember> = acts.into();
    members.push(JsonMember::new("ID", Json::text(id)));
    members.push(match older {
        true => JsonMember::new("Prefix", Json::text("")),
        false => JsonMember::new("Filter", Json::map([("Prefix", Json::text(""))])),
    });
    members.push(JsonMember::new("Status", Json::text("Enabled")));
    rules.push(Json::new(JsonValue::Map(members)));
    lifecycle.set("Rules", Json::list(rules));
    lifecycle
}

fn with_domains(old: &Json, act: impl FnOnce(&mut Vec<Json>)) -> Json {
    let mut domains = BucketSetting::CustomDomains.entries(old).to_vec();
    act(&mut domains);
    BucketSetting::CustomDomains.of_entries(domains)
}

fn set_in_all(entries: &mut [Json], name: &str, value: &Json) {
    for entry in entries {
        entry.set(name, value.clone());
    }
}

/// The rule of exactly this origin is replaced.
fn with_origin(mut cors: Json, origin: &str) -> Json {
    let mut rules = cors.list_of("CORSRules").to_vec();
    let only = [Json::text(origin)];
    rules.retain(|rule| rule.list_of("AllowedOrigins") != only);
    let texts = |texts: &[&str]| Json::list(texts.iter().map(|text| Json::text(*text)));
    rules.push(Json::map([
        ("AllowedHeaders", texts(&["*"])),
        ("AllowedMethods", texts(&["GET", "PUT", "HEAD"])),
        ("AllowedOrigins", Json::list(only)),
        ("ExposeHeaders", texts(&["ETag"])),
        ("MaxAgeSeconds", Json::number(3600)),
    ]));
    cors.set("CORSRules", Json::list(rules));
    cors
}

/// A document to begin with where none is set.
pub fn template(setting: BucketSetting) -> String {
    let text = match setting {
        BucketSetting::Versioning | BucketSetting::Accelerate => r#"{"Status":"Enabled"}"#,
        BucketSetting::Lifecycle => {
            r#"{"Rules":[{"ID":"expire","Filter":{"Prefix":"tmp/"},"Status":"Enabled",
                "Expiration":{"Days":30}}]}"#
        }
        BucketSetting::Cors => {
            r#"{"CORSRules":[{"AllowedOrigins":["https://app.example.com"],
                "AllowedMethods":["GET"],"AllowedHeaders":["*"]}]}"#
        }
        BucketSetting::Policy => {
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"Example","Effect":"Allow",
                "Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"s3:GetObject",
                "Resource":"arn:aws:s3:::BUCKET/*"}]}"#
        }
        BucketSetting::Ownership => r#"{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}"#,
        BucketSetting::PublicAccess => {
            r#"{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,
                "RestrictPublicBuckets":true}"#
        }
        BucketSetting::Encryption => {
            r#"{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}"#
        }
        BucketSetting::ObjectLock => {
            r#"{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE",
                "Days":1}}}"#
        }
        BucketSetting::Tags => r#"{"TagSet":[{"Key":"name","Value":"value"}]}"#,
        BucketSetting::Logging => {
            r#"{"LoggingEnabled":{"TargetBucket":"logs","TargetPrefix":"access/"}}"#
        }
        BucketSetting::Website => r#"{"IndexDocument":{"Suffix":"index.html"}}"#,
        BucketSetting::RequestPayment => r#"{"Payer":"Requester"}"#,
        BucketSetting::Inventory => {
            r#"{"InventoryConfigurationList":[{"Id":"all","IsEnabled":true,
                "IncludedObjectVersions":"Current","Schedule":{"Frequency":"Weekly"},
                "Destination":{"S3BucketDestination":{"Bucket":"arn:aws:s3:::REPORTS",
                "Format":"CSV"}},"OptionalFields":["Size","LastModifiedDate","ETag"]}]}"#
        }
        BucketSetting::Locks => {
            r#"{"rules":[{"id":"keep","enabled":true,"prefix":"",
                "condition":{"type":"Age","maxAgeSeconds":86400}}]}"#
        }
        BucketSetting::R2Dev => r#"{"enabled":true}"#,
        BucketSetting::CustomDomains => {
            r#"{"domains":[{"domain":"files.example.com","enabled":true,"minTLS":"1.2",
                "zoneId":"ZONE ID OF example.com"}]}"#
        }
        BucketSetting::Sippy => {
            r#"{"source":{"provider":"aws","bucket":"NAME","region":"us-east-1",
                "accessKeyId":"OF THE SOURCE","secretAccessKey":"OF THE SOURCE"},
                "destination":{"provider":"r2","accessKeyId":"OF R2",
                "secretAccessKey":"OF R2"}}"#
        }
        BucketSetting::Acl
        | BucketSetting::Notifications
        | BucketSetting::Replication
        | BucketSetting::Location => "{}",
    };
    parse(text).map_or_else(|_| text.to_owned(), |json| json.pretty()) + "\n"
}

/// A domain, and where it is said the id of its zone: `files.example.com
/// 023e105f4ecef8ad9ca31a8372d0c353`.
///
/// # Errors
/// What is expected; empty where nothing is typed.
pub fn domain_and_zone(text: &str) -> Result<(String, Option<String>), String> {
    const ZONE: usize = 32;
    let words: Vec<&str> = text.split_whitespace().collect();
    let (domain, zone) = match words[..] {
        [domain] => (domain, None),
        [domain, zone] => (domain, Some(zone)),
        [] => return Err(String::new()),
        _ => return Err("a domain, and the id of its zone: 32 letters and digits".to_owned()),
    };
    let host = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
    let labels = domain.split('.');
    if !domain.chars().all(host) || labels.clone().count() < 2 || labels.clone().any(str::is_empty)
    {
        return Err(format!("{domain:?} is not a domain: files.example.com is one"));
    }
    let is_id =
        |zone: &str| zone.len() == ZONE && zone.chars().all(|letter| letter.is_ascii_hexdigit());
    if !zone.is_none_or(is_id) {
        return Err(
            "the id of a zone has 32 letters and digits: it is on the zone's page".to_owned()
        );
    }
    Ok((domain.to_ascii_lowercase(), zone.map(str::to_ascii_lowercase)))
}

/// Days as they are typed.
///
/// # Errors
/// What is expected; empty where nothing is typed.
pub fn days(text: &str) -> Result<u32, String> {
    const MOST: u32 = 36_500;
    let text = text.trim().trim_end_matches("days").trim_end_matches('d').trim();
    if text.is_empty() {
        return Err(String::new());
    }
    match text.parse() {
        Ok(days @ 1..=MOST) => Ok(days),
        _ => Err(format!("a number of days from 1 to {MOST}")),
    }
}

/// An origin as browsers send it, or `*`.
///
/// # Errors
/// What is expected; empty where nothing is typed.
pub fn origin(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() || text == "*" {
        return if text.is_empty() { Err(String::new()) } else { Ok(text.to_owned()) };
    }
    let Some((scheme @ ("http" | "https"), host)) = text.split_once("://") else {
        return Err("an origin begins with https:// or http://".to_owned());
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "-.:*[]".contains(c);
    if host.is_empty() || !host.chars().all(fits) {
        return Err("an origin has a host and no path: https://app.example.com".to_owned());
    }
    Ok(format!("{scheme}://{}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::check::document;

    fn applied(form: &SettingForm, old: &str) -> Json {
        let setting = form.setting();
        let new = form.applied(Some(&document(setting, old).unwrap()));
        assert_eq!(document(setting, &new.pretty()).unwrap(), new, "it is a sound document");
        new
    }

    #[test]
    fn a_rule_is_added_beside_those_that_are_there_and_replaces_its_own() {
        let old = r#"{"Rules":[{"Status":"Enabled","ID":"x","Filter":{"Prefix":"a/"},
            "Expiration":{"Days":9}}],
            "TransitionDefaultMinimumObjectSize":"varies_by_storage_class"}"#;
        let once = applied(&SettingForm::Expire { days: 3 }, old);
        let twice = applied(&SettingForm::Expire { days: 5 }, &once.pretty());
        assert_eq!(twice.list_of("Rules").len(), 2);
        assert_eq!(twice.list_of("Rules")[0], once.list_of("Rules")[0]);
        let days = twice.list_of("Rules")[1].get("Expiration").unwrap().number_of("Days");
        assert_eq!(days, Some(5));
        assert!(twice.text_of("TransitionDefaultMinimumObjectSize").is_some());
        let moved = SettingForm::Move { days: 30, class: "STANDARD_IA".to_owned() };
        assert_eq!(applied(&moved, &twice.pretty()).list_of("Rules").len(), 3);
    }

    #[test]
    fn a_lifecycle_of_the_older_form_stays_in_it() {
        let old = r#"{"Rules":[{"Status":"Enabled","Prefix":"a/","Expiration":{"Days":9}}]}"#;
        let new = applied(&SettingForm::AbortUploads { days: 7 }, old);
        assert!(new.list_of("Rules")[1].get("Filter").is_none());
    }

    #[test]
    fn the_other_forms_make_whole_documents() {
        let site = SettingForm::PresignedFrom { origin: "https://a.example".to_owned() };
        let once = site.applied(None);
        let twice = applied(&site, &once.pretty());
        assert_eq!(once, twice);
        assert!(
            applied(&SettingForm::BlockPublicAccess { all: true }, "{}").is_yes("BlockPublicAcls")
        );
        let on = applied(&SettingForm::Versioning { on: true }, "{}");
        assert_eq!(on.text_of("Status"), Some("Enabled"));
    }

    #[test]
    fn every_template_is_a_sound_document() {
        for setting in BucketSetting::ALL {
            let text = template(setting);
            let empty = text.trim() == "{}";
            assert!(empty || document(setting, &text).is_ok(), "{setting}");
        }
    }

    #[test]
    fn a_domain_is_attached_changed_and_detached_by_itself() {
        let (domain, zone) =
            domain_and_zone(" Files.example.com 023E105F4ECEF8AD9CA31A8372D0C353").unwrap();
        let attach = SettingForm::AttachDomain { domain: domain.clone(), zone };
        let old = r#"{"domains":[{"domain":"a.example","enabled":true,"zoneName":"a.example"}]}"#;
        let two = applied(&attach, old);
        assert_eq!(two.list_of("domains").len(), 2);
        assert_eq!(two.list_of("domains")[1].text_of("minTLS"), Some("1.2"));
        let off = applied(&SettingForm::Domains { on: false }, &two.pretty());
        assert!(!off.list_of("domains").iter().any(|entry| entry.is_yes("enabled")));
        let tls = applied(&SettingForm::DomainsTls { version: "1.3" }, old);
        assert_eq!(tls.list_of("domains")[0].text_of("minTLS"), Some("1.3"));
        let one = applied(&SettingForm::DetachDomain { domain }, &two.pretty());
        assert_eq!(one, document(BucketSetting::CustomDomains, old).unwrap());
        let alone = domain_and_zone("files.example.com").unwrap();
        assert_eq!(alone, ("files.example.com".to_owned(), None));
        for wrong in ["files", "files 023e105f4ecef8ad9ca31a8372d0c353", "a.b 12", "a. b"] {
            assert!(domain_and_zone(wrong).is_err_and(|why| !why.is_empty()), "{wrong}");
        }
        assert_eq!(domain_and_zone(" "), Err(String::new()));
    }

    #[test]
    fn days_and_origins_are_checked_while_they_are_typed() {
        assert_eq!(days(" 30 days "), Ok(30));
        assert!(days("0").is_err() && days("x").is_err() && days("99999").is_err());
        assert_eq!(
            origin("https://App.example.com:8443/").as_deref(),
            Ok("https://app.example.com:8443")
        );
        for wrong in ["app.example.com", "ftp://x", "https://x/y", "https://"] {
            assert!(origin(wrong).is_err_and(|why| !why.is_empty()), "{wrong}");
        }
    }
}
