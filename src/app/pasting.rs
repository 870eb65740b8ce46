//! Acts on a text that is pasted where nobody asks for one: an address, keys, or local paths.

use jiff::Timestamp;

use crate::app::locating::locate;
use crate::app::part::Part;
use crate::app::state::{Asked, State};
use crate::config::pasted::Pasted;
use crate::config::secret::Secret;

/// Goes to an address, fills the form of a connection with keys, uploads what else is pasted.
pub fn on_pasted(state: &mut State, now: Timestamp, text: &str, asked: &mut Asked) {
    state.shown = None;
    let leads = locate(text, &state.session).is_some();
    let keys = !leads && has_keys(text);
    let below_help = state.parts.all().skip(usize::from(state.parts.help.is_some()));
    let asks = below_help.into_iter().any(Part::takes_paste);
    let read = state.parts.help.is_some() || state.parts.overlay.is_some();
    if asks || read && !(leads || keys) {
        return;
    }
    // What is only read makes way for it.
    (state.parts.help, state.parts.overlay) = (None, None);
    state.with(now, asked, |parts, cx| {
        if leads {
            parts.places.go(text, cx);
        } else if keys {
            parts.connecting.enter(&Secret::new(text), cx);
        } else {
            parts.objects.on_paste(text, cx);
        }
    });
}

fn has_keys(text: &str) -> bool {
    Pasted::read(text)
        .is_some_and(|pasted| pasted.access_key_id.is_some() || pasted.secret_access_key.is_some())
}
