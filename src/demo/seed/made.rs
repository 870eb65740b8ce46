//! Makes what samples are made of: texts, and times of the past.

use std::time::{Duration, SystemTime};

use crate::demo::store::content::Content;
use crate::demo::store::object::Stored;

pub fn hours_before(now: SystemTime, hours: u64) -> SystemTime {
    now.checked_sub(Duration::from_secs(3600 * hours)).unwrap_or(SystemTime::UNIX_EPOCH)
}

pub fn text(text: String, content_type: &str) -> Stored {
    Stored::whole(Content::held(text)).of_type(content_type)
}
