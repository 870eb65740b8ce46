//! Says what could not be written to the state folder, and takes back what was said of it.

use jiff::Timestamp;

use crate::app::preference::Preference;
use crate::app::state::State;
use crate::domain::error::Error;

pub fn on_not_saved(state: &mut State, now: Timestamp, preference: Preference, error: Error) {
    let what = match preference {
        Preference::Bookmark { bookmark, kept } => {
            state.session.keep_bookmark(&bookmark, !kept);
            if kept { "the bookmark is not saved" } else { "the bookmark is not removed" }
        }
        Preference::LinksGiven(_) => "the link is not in the list of links",
        Preference::KnownBucket { .. } => "the list of added buckets is not saved",
        Preference::ConnectionRenamed { .. } => {
            "not everything that is kept under the connection's old name has its new one"
        }
        Preference::DownloadFolder(_) | Preference::Refused(_) | Preference::AskedAgain(_) => {
            "what is remembered until the next start is not saved"
        }
    };
    state.toasts.add_error(now, format!("{what}: {error}"));
    state.log.error(now, error);
}
