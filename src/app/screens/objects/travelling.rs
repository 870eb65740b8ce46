//! Shows a bucket as it was at a moment: walks it, and comes back to now.

use jiff::Timestamp;

use crate::app::context::Context;
use crate::app::dialogs::Dialog;
use crate::app::dialogs::prompt::Prompt;
use crate::app::screens::objects::browse::Browse;
use crate::domain::address::Bucket;
use crate::domain::units::Moment;
use crate::domain::versions::Versioning;
use crate::domain::when::{TimeDirection, parse_when};

impl Browse {
    /// The moment that is shown; `None` is now.
    pub fn at(&self) -> Option<Timestamp> {
        let (bucket, at) = self.past.as_ref()?;
        self.place().is_some_and(|place| place.bucket == *bucket).then_some(*at)
    }

    /// The oldest version seen so far that was stored while versions were kept: of what was before,
    /// only what is still there is known.
    pub fn known_since(&self) -> Option<Timestamp> {
        self.known_since
    }

    /// Shows the place as it was, or with `None` as it is; the cursor stays on its name.
    pub fn travel(&mut self, at: Option<Timestamp>, cx: &mut Context<'_>) {
        let Some(place) = self.leave(cx) else { return };
        // What was listed is of another moment.
        self.memory.forget_listings();
        self.past = at.map(|at| (place.bucket.clone(), at));
        self.known_since = None;
        self.enter(place, None, cx);
    }
}

/// Asks for a moment; `typed` is the one before.
pub fn question(bucket: &Bucket, cx: &Context<'_>) -> Dialog {
    let zone = &cx.session.zone;
    let example = Moment(cx.now, zone);
    let hint = format!("such as {example}, yesterday, 3 days ago, 2h");
    let title = format!("Show {bucket} as it was at");
    Dialog::Prompt(Prompt::new(title, hint, "", |text| match text.trim() {
        "" => Err(String::new()),
        _ => Ok(()),
    }))
}

/// # Errors
/// A sentence where it is no moment, or still to come.
pub fn moment(text: &str, cx: &Context<'_>) -> Result<Timestamp, String> {
    let now = cx.now.to_zoned(cx.session.zone.clone());
    match parse_when(text, &now, TimeDirection::Past)? {
        at if at > cx.now => Err("that is in the future".to_owned()),
        at => Ok(at),
    }
}

/// What of a moment cannot be known.
pub fn gaps(versioning: Option<Versioning>) -> Option<&'static str> {
    match versioning? {
        Versioning::Enabled => None,
        Versioning::Suspended => {
            Some("versions are suspended: what was overwritten or deleted since is missing here")
        }
        Versioning::Never => {
            Some("the bucket keeps no versions: what was overwritten or deleted is missing here")
        }
    }
}
