//! Checks, before sending, that a provider can store what an object is to have.

use crate::domain::attributes::Attributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::metadata_change::MetadataChange;
use crate::domain::provider::Capability;
use crate::s3::client::Client;

impl Client {
    /// # Errors
    /// `Unsupported`, with the reason in words, for the first thing that is not to be had here.
    pub fn permits(&self, attributes: &Attributes) -> Result<(), Error> {
        let guarded = &attributes.protection;
        let encryption = guarded.encryption.as_ref();
        let kms = encryption.is_some_and(|encryption| encryption.method != "AES256");
        let locks = guarded.retention.is_some() || guarded.legal_hold == Some(true);
        let wanted = [
            (!attributes.tags.is_empty(), Capability::ObjectTags),
            (guarded.acl.is_some(), Capability::Acl),
            (kms, Capability::KmsKeys),
            (locks, Capability::Retention),
        ];
        let lacking =
            wanted.iter().filter(|(wanted, _)| *wanted).find_map(|(_, what)| self.lacks(*what));
        let class =
            attributes.class.as_deref().and_then(|class| self.provider().lacks_class(class));
        match lacking.or(class) {
            Some(why) => Err(self.unsupported(why)),
            None => Ok(()),
        }
    }

    /// As [`Client::permits`], of what a change takes away as well.
    pub fn permits_change(&self, change: &MetadataChange) -> Result<(), Error> {
        if change.is_about_tags()
            && let Some(why) = self.lacks(Capability::ObjectTags)
        {
            return Err(self.unsupported(why));
        }
        self.permits(&change.set)
    }

    /// # Errors
    /// `Unsupported` where the provider has no requester pays.
    pub fn permits_payer(&self) -> Result<(), Error> {
        match self.lacks(Capability::RequesterPays) {
            Some(why) => Err(self.unsupported(why)),
            None => Ok(()),
        }
    }

    fn unsupported(&self, why: String) -> Error {
        let place = self.endpoint().unwrap_or_default();
        Error::new(ErrorKind::Unsupported, "describe the object", place).detail(why)
    }
}
