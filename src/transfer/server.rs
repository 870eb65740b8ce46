//! Defines what the engine knows of a server, and of the keys it is asked with.

use jiff::Timestamp;

use crate::domain::address::Bucket;
use crate::domain::endpoint::canonical;
use crate::domain::provider::{Capability, Provider};
use crate::s3::client::Client;

/// What AWS's own endpoints are called.
const AWS: &str = "aws";

/// Nothing here sends a request. Contracts are those of the methods of [`Client`] of the same name.
pub trait Server: Send + Sync {
    /// Forgets the credentials in use, so that their source is asked again.
    fn renew_credentials(&self);

    fn provider(&self) -> Provider;

    fn lacks(&self, capability: Capability) -> Option<String>;

    /// As [`Client::clock`].
    fn clock(&self) -> Option<Timestamp> {
        None
    }

    /// As [`Client::keeps_conditions`].
    fn keeps_conditions(&self) -> Option<bool> {
        Some(self.lacks(Capability::ConditionalPut).is_none())
    }

    /// As [`Client::may_probe_conditions`].
    fn may_probe_conditions(&self) -> bool {
        false
    }

    fn learn_conditions(&self, _kept: bool) {}

    /// As [`Client::learn_otherwise_written`].
    fn learn_otherwise_written(&self) {}

    /// Names the server that a bucket is on, the same text for the same server and `None` where it
    /// cannot be told, and the bucket as it is called there.
    fn locate<'a>(&self, bucket: &'a Bucket) -> (Option<String>, &'a str) {
        (None, bucket.as_str())
    }

    /// Names the server that the connection leads to, the same text for the same server and `None`
    /// where it cannot be told. Reads files.
    fn leads_to(&self) -> Option<String> {
        None
    }

    /// Whether two buckets are on servers that do not copy from one another.
    fn are_apart(&self, _one: &Bucket, _other: &Bucket) -> bool {
        false
    }

    /// Whether a body is all in memory while it is sent, wherever it was before.
    fn holds_bodies(&self) -> bool {
        true
    }
}

impl Server for Client {
    fn renew_credentials(&self) {
        Client::renew_credentials(self);
    }

    fn provider(&self) -> Provider {
        Client::provider(self)
    }

    fn lacks(&self, capability: Capability) -> Option<String> {
        Client::lacks(self, capability)
    }

    fn clock(&self) -> Option<Timestamp> {
        Client::clock(self)
    }

    fn keeps_conditions(&self) -> Option<bool> {
        Client::keeps_conditions(self)
    }

    fn may_probe_conditions(&self) -> bool {
        Client::may_probe_conditions(self)
    }

    fn learn_conditions(&self, kept: bool) {
        Client::learn_conditions(self, kept);
    }

    fn learn_otherwise_written(&self) {
        Client::learn_otherwise_written(self);
    }

    fn locate<'a>(&self, bucket: &'a Bucket) -> (Option<String>, &'a str) {
        let (endpoint, name) = Client::locate(self, bucket);
        (Some(endpoint.unwrap_or_else(|| AWS.to_owned())), name)
    }

    fn leads_to(&self) -> Option<String> {
        let endpoint = self.server().ok()?;
        Some(endpoint.map_or_else(|| AWS.to_owned(), |text| canonical(&text)))
    }

    fn are_apart(&self, one: &Bucket, other: &Bucket) -> bool {
        Client::are_apart(self, one, other)
    }

    fn holds_bodies(&self) -> bool {
        self.by_sdk().is_some()
    }
}
