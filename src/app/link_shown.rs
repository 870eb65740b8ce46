//! Shows a copied text so that it can be read and selected; it takes no keys.

use std::fmt;

use jiff::Timestamp;

use crate::domain::presign::Shortened;

/// Whoever reads the text has the access, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkShown {
    /// What it is the link of, raw.
    pub subject: String,
    pub text: String,
    /// Shown below it and not copied: how to use it.
    pub beside: Option<String>,
    /// The text is drawn as a QR code.
    pub code: bool,
    /// When the link ends, where it does.
    pub until: Option<Timestamp>,
    /// Why it ends earlier than asked.
    pub shortened: Option<Shortened>,
}

impl LinkShown {
    /// What has neither an end nor a command of its own.
    pub fn plain(subject: String, text: String) -> LinkShown {
        LinkShown { subject, text, beside: None, code: false, until: None, shortened: None }
    }

    /// Why the link ends early, in a sentence.
    pub fn shortened_because(&self) -> Option<String> {
        self.shortened.map(|why| format!("shortened: {}", why.because()))
    }
}

impl fmt::Debug for LinkShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkShown")
            .field("subject", &self.subject)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}
