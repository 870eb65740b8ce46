//! Defines the settings of `config.toml` besides connections; they move as one to whoever uses
//! them.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::config::upload_rules::BucketRule;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
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
    pub fn upload_rules_of(&self, connection: &ConnectionName, bucket: &Bucket) -> Vec<UploadRule> {
        let here = |rule: &&BucketRule| rule.holds_in(connection, bucket);
        self.upload_rules.iter().filter(here).map(|rule| rule.rule.clone()).collect()
    }

    /// What is remembered for all uploads to a bucket.
    pub fn remembered_of(
        &self,
        connection: &ConnectionName,
        bucket: &Bucket,
    ) -> Option<&Attributes> {
        let here = |rule: &&BucketRule| rule.is_remembered_of(connection, bucket);
        let found = self.upload_rules.iter().rev().find(here);
        found.map(|rule| &rule.rule.attributes)
    }

    /// Puts what is remembered into the place of what was; nothing is remembered with `None`.
    pub fn remember(
        &mut self,
        connection: &ConnectionName,
        bucket: &Bucket,
        attributes: Option<Attributes>,
    ) {
        let here = |rule: &BucketRule| rule.is_remembered_of(connection, bucket);
        match (self.upload_rules.iter().rposition(here), attributes) {
            (Some(at), Some(attributes)) => self.upload_rules[at].rule.attributes = attributes,
            (None, Some(attributes)) => {
                let (connection, bucket) = (connection.clone(), bucket.clone());
                self.upload_rules.push(BucketRule::remembered(connection, bucket, attributes));
            }
            (_, None) => self.upload_rules.retain(|rule| !here(rule)),
        }
    }

    /// Rules of a connection stay its own under its new name.
    pub fn rename_connection(&mut self, old: &ConnectionName, new: &ConnectionName) {
        for rule in &mut self.upload_rules {
            if rule.connection.as_ref() == Some(old) {
                rule.connection = Some(new.clone());
            }
        }
    }
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
    /// The rules of every upload and download, where no flag says otherwise.
    pub fn files(&self) -> FileRules {
        FileRules { links: self.links, keep_mode: self.modes, ..FileRules::default() }
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
