//! Defines the settings of `config.toml` besides connections; they move as one to whoever uses
//! them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::domain::address::Bucket;
use crate::domain::attributes::Attributes;
use crate::domain::object::ObjectHeaders;
use crate::domain::protection::Protection;
use crate::domain::transfer::{FileRules, Links, UploadRule};
use crate::domain::units::parse_rate_limit;

/// A new setting is a field here, and what goes by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub ui: UiSettings,
    pub transfers: TransferSettings,
    pub upload_rules: Vec<BucketRule>,
}

impl Settings {
    /// What uploads to a bucket give to objects by their names, in the order of the file.
    pub fn upload_rules_of(&self, bucket: &Bucket) -> Vec<UploadRule> {
        let here = |rule: &&BucketRule| rule.bucket.as_ref().is_none_or(|one| one == bucket);
        self.upload_rules.iter().filter(here).map(|rule| rule.rule.clone()).collect()
    }
}

/// What uploads give to objects by their names, in one bucket or in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRule {
    pub bucket: Option<Bucket>,
    pub rule: UploadRule,
}

/// The section `[ui]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UiSettings {
    pub bell: Alert,
    /// The name of one that is built in, or of a file in `themes`.
    pub theme: Option<String>,
    /// Whether names have icons before them, for fonts that have these.
    pub icons: bool,
    /// Whether the preview follows the cursor at first.
    pub preview_follows: bool,
    pub pictures: PictureSetting,
}

impl Default for UiSettings {
    fn default() -> UiSettings {
        UiSettings {
            bell: Alert::Off,
            theme: None,
            icons: false,
            preview_follows: true,
            pictures: PictureSetting::Auto,
        }
    }
}

/// The section `[transfers]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransferSettings {
    /// Bytes per second of all transfers together, to begin with.
    #[serde(deserialize_with = "rate")]
    pub limit: Option<u64>,
    /// What becomes of symbolic links below an uploaded folder.
    pub links: Links,
    /// Whether permission bits are kept with the object.
    pub modes: bool,
}

impl TransferSettings {
    /// Of every upload and download, where no flag says otherwise.
    pub fn files(&self) -> FileRules {
        FileRules { links: self.links, keep_mode: self.modes, ..FileRules::default() }
    }
}

/// One `[[upload_rules]]`: what objects get whose key fits the pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UploadRuleText {
    bucket: Option<String>,
    #[serde(rename = "match")]
    pattern: String,
    content_type: Option<String>,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    metadata: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    class: Option<String>,
    acl: Option<String>,
}

impl From<UploadRuleText> for BucketRule {
    fn from(text: UploadRuleText) -> BucketRule {
        let headers = ObjectHeaders {
            content_type: text.content_type,
            content_encoding: text.content_encoding,
            content_disposition: text.content_disposition,
            content_language: text.content_language,
            cache_control: text.cache_control,
            ..ObjectHeaders::default()
        };
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        let attributes = Attributes {
            headers,
            metadata: text.metadata.into_iter().map(lower).collect(),
            tags: text.tags,
            class: text.class,
            protection: Protection { acl: text.acl, ..Protection::default() },
        };
        let bucket = text.bucket.map(Bucket::new);
        BucketRule { bucket, rule: UploadRule { matches: text.pattern, attributes } }
    }
}

/// How the user wants to be called when transfers have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alert {
    #[default]
    Off,
    /// The terminal's bell.
    Bell,
    /// A notification of the desktop, which the terminal shows.
    Notify,
}

/// How pictures are shown in the preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureSetting {
    /// As the terminal is known to show them.
    #[default]
    Auto,
    Kitty,
    Iterm2,
    Sixel,
    /// By half blocks, which every terminal shows.
    Blocks,
}

fn rate<'de, D: Deserializer<'de>>(text: D) -> Result<Option<u64>, D::Error> {
    parse_rate_limit(&String::deserialize(text)?).map_err(D::Error::custom)
}
