//! Defines the settings of `config.toml` besides connections; they move as one to whoever uses
//! them.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::domain::transfer::{FileRules, Links};
use crate::domain::units::parse_rate_limit;

/// A new setting is a field here, and what goes by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub ui: UiSettings,
    pub transfers: TransferSettings,
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
}

impl Default for UiSettings {
    fn default() -> UiSettings {
        UiSettings { bell: Alert::Off, theme: None, icons: false, preview_follows: true }
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

fn rate<'de, D: Deserializer<'de>>(text: D) -> Result<Option<u64>, D::Error> {
    parse_rate_limit(&String::deserialize(text)?).map_err(D::Error::custom)
}
