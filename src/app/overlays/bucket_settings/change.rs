//! Keeps a change of a setting until it is sent, and asks about it.

use crate::app::event::Ticket;
use crate::app::overlays::bucket_settings::menus::DaysOf;
use crate::domain::settings::BucketSetting;
use crate::domain::settings::json::Json;

/// What a question is about.
#[derive(Clone, Debug)]
pub enum SettingQuestion {
    Menu(BucketSetting),
    Class,
    Days(DaysOf),
    Origin,
    /// A domain and its zone.
    Attach,
    /// Which of these domains.
    Detach(Vec<String>),
    Clear(BucketSetting),
    /// The code of a device, for a change that is reviewed or for clearing.
    Code {
        clear: Option<BucketSetting>,
    },
    /// The document in the editor of the window.
    Text(BucketSetting),
    /// What was written is no document, and why: again, or not at all.
    Mistake(String),
    /// Whether what was written is lost; with why it is no document, where it is none.
    Discard(Option<String>),
}

#[derive(Clone, Debug)]
pub struct SettingChange {
    pub setting: BucketSetting,
    /// As it was written; what is edited again.
    pub text: String,
    /// It was written in the editor, rather than made by a form.
    pub by_hand: bool,
    /// Once it is checked.
    pub new: Option<Json>,
    /// The editor or the server is at work.
    pub ticket: Option<Ticket>,
}
