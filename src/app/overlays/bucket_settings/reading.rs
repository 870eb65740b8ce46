//! Shows a whole document, or the difference that a change would make.

use crate::app::action::{Action, KeyHint};
use crate::app::dialogs::details::Details;
use crate::app::scope::Scope;
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::line_difference::{DifferenceLine, difference};
use crate::domain::settings::json::Json;
use crate::domain::settings::{BucketSetting, StoredSetting};

#[derive(Clone, Debug)]
pub enum SettingReading {
    Document(SettingPage),
    /// What would change, before it is sent; with why it was refused.
    Change(SettingPage),
    /// Why a setting could not be read or changed.
    Error(Details),
}

/// Lines, and how many of them are scrolled off the top.
#[derive(Clone, Debug, Default)]
pub struct SettingPage {
    pub title: String,
    /// What is to be known beside the lines.
    pub notes: Vec<String>,
    /// Why the server did not take it, and where.
    pub refusal: Option<(Error, Option<String>)>,
    pub lines: Vec<DifferenceLine>,
    pub scroll: usize,
}

impl SettingReading {
    pub fn document(
        setting: BucketSetting,
        bucket: &Bucket,
        stored: &StoredSetting,
    ) -> SettingReading {
        let text = stored.document.without_secrets().pretty();
        SettingReading::Document(SettingPage {
            title: format!("{setting} of {bucket}"),
            notes: lost(stored),
            lines: text.lines().map(|line| DifferenceLine::Same(line.to_owned())).collect(),
            ..SettingPage::default()
        })
    }

    /// `old` is what is set, `new` what is to be.
    pub fn change(
        setting: BucketSetting,
        bucket: &Bucket,
        old: Option<&StoredSetting>,
        new: Option<&Json>,
    ) -> SettingReading {
        let shown = |json: &Json| json.without_secrets().pretty();
        let before = old.map(|old| shown(&old.document)).unwrap_or_default();
        let after = new.map(shown).unwrap_or_default();
        let mut notes = old.map(lost).unwrap_or_default();
        notes.extend(setting.consequences(old.map(|old| &old.document), new));
        SettingReading::Change(SettingPage {
            title: format!("Change {setting} of {bucket}?"),
            notes,
            lines: difference(&before, &after),
            ..SettingPage::default()
        })
    }

    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            SettingReading::Document(_) => Scope::Settings.outwards(),
            SettingReading::Change(_) => {
                &[Scope::Confirm, Scope::Settings, Scope::Dialog, Scope::List]
            }
            SettingReading::Error(_) => Details::SCOPES,
        }
    }

    pub fn hints(&self, sending: bool) -> Vec<KeyHint> {
        match self {
            SettingReading::Error(details) => details.hints(),
            SettingReading::Document(_) => vec![
                (Action::EditSetting, "edit"),
                (Action::Yes, "copy"),
                (Action::Dismiss, "close"),
            ],
            SettingReading::Change(_) if sending => vec![(Action::Dismiss, "do not wait")],
            SettingReading::Change(_) => vec![
                (Action::Yes, "send"),
                (Action::No, "do not"),
                (Action::EditSetting, "edit again"),
            ],
        }
    }

    pub fn page_mut(&mut self) -> Option<&mut SettingPage> {
        match self {
            SettingReading::Document(page) | SettingReading::Change(page) => Some(page),
            SettingReading::Error(_) => None,
        }
    }
}

/// What a document that is sent would lose.
fn lost(stored: &StoredSetting) -> Vec<String> {
    match stored.unread.as_slice() {
        [] => Vec::new(),
        unread => vec![format!(
            "The server also has {}, which this version does not know: a change would lose it.",
            unread.join(", ")
        )],
    }
}
