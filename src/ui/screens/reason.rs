//! Shows an error where rows would be: what happened, why, and what to do.

use crate::app::session::Session;
use crate::domain::error::Error;
use crate::ui::paint::Paint;
use crate::ui::widgets::notice::Notice;

pub fn reason(paint: &Paint<'_>, error: &Error, session: &Session, press: String) -> Notice {
    let said = error.explain();
    Notice {
        sign: paint.glyphs.bad,
        sign_style: paint.styles.bad,
        headline: said.what,
        sentences: vec![said.why, session.next(error), press],
    }
}
