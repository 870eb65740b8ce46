//! Names the settings of a bucket, and says how each is asked for, given and taken away.

pub mod check;
pub mod consequences;
pub mod entries;
pub mod forms;
pub mod json;
pub mod kept;
pub mod mfa;
pub mod parse;
pub mod policy;
pub mod refusal;
pub mod shape;
pub mod summary;

use std::fmt;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::listed::listed;
use crate::domain::nearest::nearest;
use crate::domain::provider::{Capability, Provider};
use crate::domain::settings::json::Json;

/// The member of a lifecycle that travels in a header.
pub const MINIMUM_SIZE: &str = "TransitionDefaultMinimumObjectSize";

listed! {
    /// One of the documents that say how a bucket behaves, in the order in which they are shown.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum BucketSetting {
        Versioning,
        Lifecycle,
        Cors,
        Policy,
        Acl,
        Ownership,
        PublicAccess,
        Encryption,
        ObjectLock,
        Tags,
        Logging,
        Notifications,
        Website,
        Replication,
        Accelerate,
        RequestPayment,
        /// All reports of a bucket, each of which is set by itself.
        Inventory,
        Location,
        /// Public by Cloudflare's address, by Cloudflare's API; so are the next ones.
        R2Dev,
        CustomDomains,
        Locks,
        /// Fetches from another provider what R2 does not have yet.
        Sippy,
    }
}

/// How a document is written on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentForm {
    /// XML with this first element, which also names its shape.
    Xml(&'static str),
    /// The document itself.
    Policy,
    /// XML of every configuration, each written by itself.
    Inventory,
    /// XML with nothing but a name.
    Location,
    /// JSON of Cloudflare's API with these members.
    Cloudflare(&'static [&'static str]),
}

/// How a setting is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearing {
    /// By a request of this name.
    Delete(&'static str),
    /// By this document, which is as much as never having set it.
    Put(&'static str),
    /// By the canned ACL `private`.
    PrivateAcl,
    /// It cannot be, for this reason.
    Never(&'static str),
}

/// What a server has of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSetting {
    pub document: Json,
    /// Elements that this version does not know: a document that is sent would lose them.
    pub unread: Vec<String>,
}

/// What is known of a setting of one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingState {
    Set(StoredSetting),
    Unset,
    Refused(Error),
    /// The provider, this server or this connection has no such thing.
    Lacking(String),
}

impl BucketSetting {
    /// The shape of all reports of an inventory.
    pub const INVENTORY_LIST: &str = "ListBucketInventoryConfigurationsOutput";

    /// The settings that a provider's buckets may have.
    pub fn of(provider: Provider) -> Vec<BucketSetting> {
        let is = |setting: &BucketSetting| !setting.is_cloudflare() || provider == Provider::R2;
        BucketSetting::ALL.into_iter().filter(is).collect()
    }

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            BucketSetting::Versioning => "versioning",
            BucketSetting::Lifecycle => "lifecycle",
            BucketSetting::Cors => "cors",
            BucketSetting::Policy => "policy",
            BucketSetting::Acl => "acl",
            BucketSetting::Ownership => "ownership",
            BucketSetting::PublicAccess => "public-access",
            BucketSetting::Encryption => "encryption",
            BucketSetting::ObjectLock => "object-lock",
            BucketSetting::Tags => "tags",
            BucketSetting::Logging => "logging",
            BucketSetting::Notifications => "notifications",
            BucketSetting::Website => "website",
            BucketSetting::Replication => "replication",
            BucketSetting::Accelerate => "accelerate",
            BucketSetting::RequestPayment => "request-payment",
            BucketSetting::Inventory => "inventory",
            BucketSetting::Location => "location",
            BucketSetting::R2Dev => "r2.dev",
            BucketSetting::CustomDomains => "custom-domains",
            BucketSetting::Locks => "locks",
            BucketSetting::Sippy => "sippy",
        }
    }

    /// # Errors
    /// A sentence with the names that there are.
    pub fn named(name: &str) -> Result<BucketSetting, String> {
        let found = BucketSetting::ALL.into_iter().find(|setting| setting.name() == name);
        found.ok_or_else(|| {
            let names = BucketSetting::ALL.map(BucketSetting::name);
            let meant = nearest(name, &names).map(|near| format!(" ({near}?)"));
            let meant = meant.unwrap_or_default();
            format!("there is no setting {name:?}{meant}; there are {}", names.join(", "))
        })
    }

    /// Whether it is asked of Cloudflare's API, with a token of its own.
    pub fn is_cloudflare(self) -> bool {
        matches!(self.written(), DocumentForm::Cloudflare(_))
    }

    pub fn written(self) -> DocumentForm {
        match self {
            BucketSetting::Versioning => DocumentForm::Xml("VersioningConfiguration"),
            BucketSetting::Lifecycle => DocumentForm::Xml("LifecycleConfiguration"),
            BucketSetting::Cors => DocumentForm::Xml("CORSConfiguration"),
            BucketSetting::Policy => DocumentForm::Policy,
            BucketSetting::Acl => DocumentForm::Xml("AccessControlPolicy"),
            BucketSetting::Ownership => DocumentForm::Xml("OwnershipControls"),
            BucketSetting::PublicAccess => DocumentForm::Xml("PublicAccessBlockConfiguration"),
            BucketSetting::Encryption => DocumentForm::Xml("ServerSideEncryptionConfiguration"),
            BucketSetting::ObjectLock => DocumentForm::Xml("ObjectLockConfiguration"),
            BucketSetting::Tags => DocumentForm::Xml("Tagging"),
            BucketSetting::Logging => DocumentForm::Xml("BucketLoggingStatus"),
            BucketSetting::Notifications => DocumentForm::Xml("NotificationConfiguration"),
            BucketSetting::Website => DocumentForm::Xml("WebsiteConfiguration"),
            BucketSetting::Replication => DocumentForm::Xml("ReplicationConfiguration"),
            BucketSetting::Accelerate => DocumentForm::Xml("AccelerateConfiguration"),
            BucketSetting::RequestPayment => DocumentForm::Xml("RequestPaymentConfiguration"),
            BucketSetting::Inventory => DocumentForm::Inventory,
            BucketSetting::Location => DocumentForm::Location,
            BucketSetting::R2Dev => DocumentForm::Cloudflare(&["bucketId", "domain", "enabled"]),
            BucketSetting::CustomDomains => DocumentForm::Cloudflare(&["domains"]),
            BucketSetting::Locks => DocumentForm::Cloudflare(&["rules"]),
            BucketSetting::Sippy => DocumentForm::Cloudflare(&["enabled", "destination", "source"]),
        }
    }

    /// What a server has to be able to do; `None` where Cloudflare's API is asked.
    pub fn capability(self) -> Option<Capability> {
        Some(match self {
            BucketSetting::Versioning => Capability::Versioning,
            BucketSetting::Lifecycle => Capability::Lifecycle,
            BucketSetting::Cors => Capability::Cors,
            BucketSetting::Policy => Capability::Policy,
            BucketSetting::Acl => Capability::BucketAcl,
            BucketSetting::Ownership => Capability::Ownership,
            BucketSetting::PublicAccess => Capability::PublicAccess,
            BucketSetting::Encryption => Capability::Encryption,
            BucketSetting::ObjectLock => Capability::ObjectLock,
            BucketSetting::Tags => Capability::BucketTags,
            BucketSetting::Logging => Capability::Logging,
            BucketSetting::Notifications => Capability::Notifications,
            BucketSetting::Website => Capability::Website,
            BucketSetting::Replication => Capability::Replication,
            BucketSetting::Accelerate => Capability::Accelerate,
            BucketSetting::RequestPayment => Capability::RequestPayment,
            BucketSetting::Inventory => Capability::Inventory,
            BucketSetting::Location => Capability::Location,
            BucketSetting::R2Dev
            | BucketSetting::CustomDomains
            | BucketSetting::Locks
            | BucketSetting::Sippy => {
                return None;
            }
        })
    }

    /// The query that asks for it.
    pub fn query(self) -> &'static str {
        match self {
            BucketSetting::Ownership => "ownershipControls",
            BucketSetting::PublicAccess => "publicAccessBlock",
            BucketSetting::Tags => "tagging",
            BucketSetting::Notifications => "notification",
            BucketSetting::RequestPayment => "requestPayment",
            other => other.name(),
        }
    }

    /// The API names of the requests that read and write it.
    pub fn operations(self) -> (&'static str, &'static str) {
        match self {
            BucketSetting::Versioning => ("GetBucketVersioning", "PutBucketVersioning"),
            BucketSetting::Lifecycle => {
                ("GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration")
            }
            BucketSetting::Cors => ("GetBucketCors", "PutBucketCors"),
            BucketSetting::Policy => ("GetBucketPolicy", "PutBucketPolicy"),
            BucketSetting::Acl => ("GetBucketAcl", "PutBucketAcl"),
            BucketSetting::Ownership => {
                ("GetBucketOwnershipControls", "PutBucketOwnershipControls")
            }
            BucketSetting::PublicAccess => ("GetPublicAccessBlock", "PutPublicAccessBlock"),
            BucketSetting::Encryption => ("GetBucketEncryption", "PutBucketEncryption"),
            BucketSetting::ObjectLock => {
                ("GetObjectLockConfiguration", "PutObjectLockConfiguration")
            }
            BucketSetting::Tags => ("GetBucketTagging", "PutBucketTagging"),
            BucketSetting::Logging => ("GetBucketLogging", "PutBucketLogging"),
            BucketSetting::Notifications => {
                ("GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration")
            }
            BucketSetting::Website => ("GetBucketWebsite", "PutBucketWebsite"),
            BucketSetting::Replication => ("GetBucketReplication", "PutBucketReplication"),
            BucketSetting::Accelerate => {
                ("GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration")
            }
            BucketSetting::RequestPayment => ("GetBucketRequestPayment", "PutBucketRequestPayment"),
            BucketSetting::Inventory => {
                ("ListBucketInventoryConfigurations", "PutBucketInventoryConfiguration")
            }
            BucketSetting::Location => ("GetBucketLocation", "CreateBucket"),
            BucketSetting::R2Dev => ("read the r2.dev address", "set the r2.dev address"),
            BucketSetting::CustomDomains => ("read the custom domains", "set the custom domains"),
            BucketSetting::Locks => ("read the bucket locks", "set the bucket locks"),
            BucketSetting::Sippy => ("read Sippy", "set Sippy"),
        }
    }

    pub fn clearing(self) -> Clearing {
        match self {
            BucketSetting::Versioning | BucketSetting::Accelerate => {
                Clearing::Put(r#"{"Status":"Suspended"}"#)
            }
            BucketSetting::Lifecycle => Clearing::Delete("DeleteBucketLifecycle"),
            BucketSetting::Cors => Clearing::Delete("DeleteBucketCors"),
            BucketSetting::Policy => Clearing::Delete("DeleteBucketPolicy"),
            BucketSetting::Acl => Clearing::PrivateAcl,
            BucketSetting::Ownership => Clearing::Delete("DeleteBucketOwnershipControls"),
            BucketSetting::PublicAccess => Clearing::Delete("DeletePublicAccessBlock"),
            BucketSetting::Encryption => Clearing::Delete("DeleteBucketEncryption"),
            BucketSetting::ObjectLock => Clearing::Put(r#"{"ObjectLockEnabled":"Enabled"}"#),
            BucketSetting::Tags => Clearing::Delete("DeleteBucketTagging"),
            BucketSetting::Logging | BucketSetting::Notifications => Clearing::Put("{}"),
            BucketSetting::Website => Clearing::Delete("DeleteBucketWebsite"),
            BucketSetting::Replication => Clearing::Delete("DeleteBucketReplication"),
            BucketSetting::RequestPayment => Clearing::Put(r#"{"Payer":"BucketOwner"}"#),
            BucketSetting::Inventory => Clearing::Delete("DeleteBucketInventoryConfiguration"),
            BucketSetting::Location => {
                Clearing::Never("where a bucket is was decided when it was made, and stays")
            }
            BucketSetting::R2Dev => Clearing::Put(r#"{"enabled":false}"#),
            BucketSetting::CustomDomains => Clearing::Delete("detach the custom domains"),
            BucketSetting::Sippy => Clearing::Delete("turn Sippy off"),
            BucketSetting::Locks => Clearing::Put(r#"{"rules":[]}"#),
        }
    }

    /// Whether a document says no more than what may be left where the setting is cleared.
    pub fn is_cleared(self, document: &Json) -> bool {
        match self {
            BucketSetting::Versioning | BucketSetting::Accelerate => {
                document.text_of("Status") == Some("Suspended")
            }
            BucketSetting::ObjectLock => document.get("Rule").is_none(),
            BucketSetting::RequestPayment => document.text_of("Payer") == Some("BucketOwner"),
            BucketSetting::R2Dev => !document.is_yes("enabled"),
            BucketSetting::Acl => {
                let owner = document.at_path(&["Owner", "ID"]);
                let grants = document.list_of("Grants");
                grants.iter().all(|grant| grant.at_path(&["Grantee", "ID"]) == owner)
            }
            BucketSetting::Encryption => document.list_of("Rules").iter().all(|rule| {
                let method = rule.at_path(&["ApplyServerSideEncryptionByDefault", "SSEAlgorithm"]);
                method.and_then(Json::as_text) == Some("AES256")
            }),
            _ => self.says_nothing(document),
        }
    }

    /// Why it cannot be written, where that is so.
    pub fn fixed(self) -> Option<&'static str> {
        match self {
            BucketSetting::Location => {
                Some("where a bucket is was decided when it was made, and stays")
            }
            _ => None,
        }
    }

    /// Whether a document says as much as none.
    pub fn says_nothing(self, document: &Json) -> bool {
        match self {
            BucketSetting::Versioning | BucketSetting::Accelerate => {
                document.get("Status").is_none()
            }
            BucketSetting::Logging => document.get("LoggingEnabled").is_none(),
            BucketSetting::Notifications => document.is_empty_map(),
            BucketSetting::Tags => document.list_of("TagSet").is_empty(),
            BucketSetting::Replication => document.list_of("Rules").is_empty(),
            BucketSetting::Locks => document.list_of("rules").is_empty(),
            BucketSetting::Sippy => !document.is_yes("enabled"),
            BucketSetting::Inventory | BucketSetting::CustomDomains => {
                self.entries(document).is_empty()
            }
            _ => false,
        }
    }
}

impl fmt::Display for BucketSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl SettingState {
    pub fn of(answer: Result<Option<StoredSetting>, Error>) -> SettingState {
        match answer {
            Ok(Some(stored)) => SettingState::Set(stored),
            Ok(None) => SettingState::Unset,
            Err(error) if error.kind == ErrorKind::Unsupported => {
                let why = if error.detail.is_empty() { error.explain().what } else { error.detail };
                SettingState::Lacking(why)
            }
            Err(error) => SettingState::Refused(error),
        }
    }

    pub fn word(&self) -> &'static str {
        match self {
            SettingState::Set(_) => "set",
            SettingState::Unset => "unset",
            SettingState::Refused(_) => "refused",
            SettingState::Lacking(_) => "lacking",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::shape::shape;

    #[test]
    fn every_setting_has_a_name_a_shape_and_a_way_to_clear_it() {
        for setting in BucketSetting::ALL {
            assert_eq!(BucketSetting::named(setting.name()), Ok(setting));
            if let DocumentForm::Xml(root) = setting.written() {
                assert!(!shape(root).members.is_empty(), "{root}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_all_names() {
        let told = BucketSetting::named("lifecyle").unwrap_err();
        assert!(told.contains("(lifecycle?)") && told.contains("request-payment"), "{told}");
    }
}
