//! Keeps what the SDK's types leave out of an answer: a header, an order.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::http::HttpResponse;

use crate::s3::sdk::hook::Hook;

/// What was read of the last answer to a request.
#[derive(Clone)]
pub struct LastAnswer<T> {
    read: fn(&HttpResponse) -> T,
    heard: Arc<Mutex<T>>,
}

impl<T: Clone + Default> LastAnswer<T> {
    pub fn by(read: fn(&HttpResponse) -> T) -> LastAnswer<T> {
        LastAnswer { read, heard: Arc::default() }
    }

    pub fn value(&self) -> T {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T> fmt::Debug for LastAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastAnswer")
    }
}

impl<T: Send + 'static> Hook for LastAnswer<T> {
    fn after_answer(&self, response: &HttpResponse) {
        let value = (self.read)(response);
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = value;
    }
}
