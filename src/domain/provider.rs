//! Names the providers, and the capabilities that one can ask of them.

pub mod facts;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::listed::listed;

listed! {
    /// Whose rules a server follows. What is known of each is in `assets/providers.toml`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Provider {
        Aws,
        R2,
        B2,
        Wasabi,
        DigitalOcean,
        Hetzner,
        Tigris,
        Ceph,
        Garage,
        Minio,
        Gcs,
        Supabase,
        Scaleway,
        Ovh,
        Storj,
        /// Any other S3-compatible server: assumed able, corrected by its refusals.
        #[default]
        Other,
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Provider::Other => "s3",
            known => known.id(),
        })
    }
}

listed! {
    /// A thing one can ask of some servers and not of others.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Capability {
        CreateBucket,
        DeleteBucket,
        ListParts,
        ListMultipartUploads,
        CopyObject,
        CopyPart,
        Versions,
        ObjectTags,
        Lifecycle,
        Cors,
        Acl,
        Policy,
        Versioning,
        BucketAcl,
        Ownership,
        PublicAccess,
        Encryption,
        ObjectLock,
        BucketTags,
        Logging,
        Notifications,
        Website,
        Replication,
        Accelerate,
        RequestPayment,
        Inventory,
        Location,
        /// `If-None-Match: *` on PUT is honoured.
        ConditionalPut,
        /// Retention and legal holds of objects.
        Retention,
        /// Encryption with keys of KMS.
        KmsKeys,
        /// Requests at the requester's cost.
        RequesterPays,
        /// Archive classes, whose objects are restored before they are read.
        Restore,
        Attributes,
    }
}

/// What was learned of the requests that a server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalNews {
    /// It refuses these, for a reason in a sentence.
    Refused { capability: Capability, why: String },
    /// All that it refused is asked again.
    Forgotten,
}

impl Capability {
    /// Whether the status of an answer says that the server does not know such requests. 405 may
    /// be about one object only: a delete marker has neither tags nor grants.
    pub fn is_refused_by(self, status: u16) -> bool {
        status == 501 || (status == 405 && self.subject() != CapabilitySubject::Object)
    }

    /// Whether it is only about a setting of a bucket, which objects and listings do not need.
    pub fn is_of_settings(self) -> bool {
        self.subject() == CapabilitySubject::Setting
    }

    fn subject(self) -> CapabilitySubject {
        match self {
            Capability::ObjectTags
            | Capability::Acl
            | Capability::Retention
            | Capability::Restore
            | Capability::Attributes => CapabilitySubject::Object,
            Capability::Versioning
            | Capability::BucketAcl
            | Capability::Ownership
            | Capability::PublicAccess
            | Capability::Encryption
            | Capability::ObjectLock
            | Capability::BucketTags
            | Capability::Logging
            | Capability::Notifications
            | Capability::Website
            | Capability::Replication
            | Capability::Accelerate
            | Capability::RequestPayment
            | Capability::Inventory
            | Capability::Location => CapabilitySubject::Setting,
            Capability::CreateBucket
            | Capability::DeleteBucket
            | Capability::ListParts
            | Capability::ListMultipartUploads
            | Capability::CopyObject
            | Capability::CopyPart
            | Capability::Versions
            | Capability::Lifecycle
            | Capability::Cors
            | Capability::Policy
            | Capability::ConditionalPut
            | Capability::KmsKeys
            | Capability::RequesterPays => CapabilitySubject::Server,
        }
    }
}

/// Whose state decides how a request is answered that a server knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CapabilitySubject {
    /// One object: another one may be answered otherwise.
    Object,
    /// A setting of a bucket that objects and listings do not need.
    Setting,
    Server,
}

impl Provider {
    /// As it is written in `config.toml` and in the table.
    pub fn id(self) -> &'static str {
        match self {
            Provider::Aws => "aws",
            Provider::R2 => "r2",
            Provider::B2 => "b2",
            Provider::Wasabi => "wasabi",
            Provider::DigitalOcean => "digitalocean",
            Provider::Hetzner => "hetzner",
            Provider::Tigris => "tigris",
            Provider::Ceph => "ceph",
            Provider::Garage => "garage",
            Provider::Minio => "minio",
            Provider::Gcs => "gcs",
            Provider::Supabase => "supabase",
            Provider::Scaleway => "scaleway",
            Provider::Ovh => "ovh",
            Provider::Storj => "storj",
            Provider::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_what_a_configuration_says() {
        for provider in Provider::ALL {
            let written = serde_json::to_string(&provider).unwrap();
            assert_eq!(written, format!("\"{}\"", provider.id()));
        }
    }
}
