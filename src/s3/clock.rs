//! Keeps the server's clock, as its last answer told it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use jiff::Timestamp;

use crate::s3::sdk::hook::Hook;

/// Clones speak of the same server.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Seconds since 1970; 0 before the first answer.
    told: Arc<AtomicI64>,
}

impl Clock {
    pub fn told(&self) -> Option<Timestamp> {
        let seconds = self.told.load(Ordering::Relaxed);
        Timestamp::from_second(seconds).ok().filter(|_| seconds > 0)
    }
}

impl Hook for Clock {
    fn after_answer(&self, response: &HttpResponse) {
        let date = response.headers().get("date");
        let told = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        if let Some(told) = told {
            self.told.store(told.secs(), Ordering::Relaxed);
        }
    }
}
