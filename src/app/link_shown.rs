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
    /// When the link ends, where it does.
    pub until: Option<Timestamp>,
    /// Why it ends earlier than asked.
    pub shortened: Option<Shortened>,
}

impl LinkShown {
    /// Why the link ends early, in a sentence.
    pub fn shortened_because(&self) -> Option<&'static str> {
        self.shortened.map(|why| match why {
            Shortened::SevenDays => "shortened: a link is valid for at most 7 days",
            Shortened::Credentials => "shortened: the credentials expire then",
        })
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
