//! A call describes a request before it is sent: its name, its place, whether it writes, what it
//! needs.

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::ObjectAddress;
use crate::domain::provider::Capability;

#[derive(Clone, Debug)]
pub struct Call {
    /// The operation's API name.
    pub operation: &'static str,
    pub place: String,
    /// Whose region the request goes to.
    pub bucket: Option<Bucket>,
    /// Whose endpoint it goes to; `None` finds the bucket's, or takes the connection's own.
    pub at: Option<Jurisdiction>,
    /// Refused on a read-only connection.
    pub writes: bool,
    /// Remembered as lacking where the server refuses the request as unknown to it.
    pub needs: Option<Capability>,
    /// A 412 speaks of the source of the transfer, not of the destination.
    pub guards_source: bool,
}

impl Call {
    pub fn on_account(operation: &'static str, place: &str) -> Call {
        Call {
            operation,
            place: place.to_owned(),
            bucket: None,
            at: None,
            writes: false,
            needs: None,
            guards_source: false,
        }
    }

    pub fn on_bucket(operation: &'static str, bucket: &Bucket) -> Call {
        Call {
            bucket: Some(bucket.clone()),
            ..Call::on_account(operation, &format!("s3://{bucket}"))
        }
    }

    pub fn on_object(operation: &'static str, object: &ObjectAddress) -> Call {
        Call {
            bucket: Some(object.bucket.clone()),
            ..Call::on_account(operation, &object.to_string())
        }
    }

    pub fn at(self, jurisdiction: impl Into<Option<Jurisdiction>>) -> Call {
        Call { at: jurisdiction.into(), ..self }
    }

    pub fn writing(self) -> Call {
        Call { writes: true, ..self }
    }

    pub fn needing(self, capability: Capability) -> Call {
        Call { needs: Some(capability), ..self }
    }

    pub fn guarding_source(self, guards: bool) -> Call {
        Call { guards_source: guards, ..self }
    }

    /// The same request said of one thing among many.
    pub fn about(&self, place: &str) -> Call {
        Call { place: place.to_owned(), ..self.clone() }
    }

    pub fn fails(&self, kind: ErrorKind, detail: impl Into<String>) -> Error {
        Error::new(kind, self.operation, &*self.place).detail(detail)
    }
}
