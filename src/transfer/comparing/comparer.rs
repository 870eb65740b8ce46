//! Holds what a comparison needs: whose keys, how fast, how patient.

use std::sync::Arc;

use crate::domain::object::ObjectAddress;
use crate::s3::client::Client;
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::stream::pipe::Pipe;

/// What is compared with whose keys, and how fast.
#[derive(Clone)]
pub struct Comparer {
    pub(super) client: Client,
    patience: Patience,
    rate: RateLimiter,
}

impl Comparer {
    pub fn new(client: Client, patience: Patience, rate: RateLimiter) -> Comparer {
        Comparer { client, patience, rate }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn pipe(&self, object: &ObjectAddress) -> Pipe {
        let remote = Arc::new(self.client.sending_once());
        Pipe::new(remote, object.clone(), self.patience, self.rate.clone())
    }
}
