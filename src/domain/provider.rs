//! What a provider can and cannot do, and where its behaviour differs from S3's.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whose rules a server follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Aws,
    R2,
    /// Any other S3-compatible server: assumed able, corrected by its refusals.
    #[default]
    Other,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Provider::Aws => "aws",
            Provider::R2 => "r2",
            Provider::Other => "s3",
        })
    }
}

/// A thing one can ask of some servers and not of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    CreateBucket,
    DeleteBucket,
    ListParts,
    ListMultipartUploads,
    CopyPart,
    Versions,
    ObjectTags,
    Lifecycle,
    Cors,
    Acl,
    Policy,
    StorageClassOnPut,
    /// `If-None-Match: *` on PUT is honoured.
    ConditionalPut,
    /// `If-Match` on GET is honoured.
    ConditionalGet,
}

/// R2 lacks these by its published table of operations (r2/api/s3/api, 2026-10).
const R2_LACKS: &[(Capability, &str)] = &[
    (Capability::Versions, "R2 has no object versions: a delete or overwrite is final"),
    (Capability::ObjectTags, "R2 has no object tags"),
    (Capability::Acl, "R2 has no ACLs: access is by token or public domain"),
    (Capability::Policy, "R2 has no bucket policies"),
];

impl Provider {
    /// Why this provider cannot do it; `None` where it can, as far as its documentation says.
    pub fn lacks(self, capability: Capability) -> Option<&'static str> {
        match self {
            Provider::R2 => {
                R2_LACKS.iter().find(|(lacking, _)| *lacking == capability).map(|(_, why)| *why)
            }
            Provider::Aws | Provider::Other => None,
        }
    }

    /// The largest body of one PUT or one part, in bytes.
    pub fn max_single_put(self) -> u64 {
        const GIB: u64 = 1 << 30;
        match self {
            // 4.995 GiB (r2/platform/limits).
            Provider::R2 => 4_995 * GIB / 1000,
            Provider::Aws | Provider::Other => 5 * GIB,
        }
    }

    /// Whether the SDK's default trailing checksums are safe: on AWS alone (ten servers measured, four corrupt data).
    pub fn takes_trailing_checksums(self) -> bool {
        self == Provider::Aws
    }
}

/// The provider an endpoint's host belongs to.
pub fn detect(endpoint: Option<&str>) -> Provider {
    let Some(endpoint) = endpoint else { return Provider::Aws };
    let host = endpoint.split("://").last().unwrap_or(endpoint);
    let host = host.split(['/', ':']).next().unwrap_or(host).to_ascii_lowercase();
    if host.ends_with(".r2.cloudflarestorage.com") || endpoint.contains("/cdn-cgi/local/r2/") {
        Provider::R2
    } else if host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn") {
        Provider::Aws
    } else {
        Provider::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_its_host() {
        assert_eq!(detect(None), Provider::Aws);
        assert_eq!(detect(Some("https://abc.r2.cloudflarestorage.com")), Provider::R2);
        assert_eq!(detect(Some("https://ABC.eu.r2.cloudflarestorage.com/b")), Provider::R2);
        assert_eq!(detect(Some("http://127.0.0.1:8787/cdn-cgi/local/r2/s3/")), Provider::R2);
        assert_eq!(detect(Some("https://s3.eu-west-1.amazonaws.com")), Provider::Aws);
        assert_eq!(detect(Some("https://r2.cloudflarestorage.com.evil.test")), Provider::Other);
        assert_eq!(detect(Some("http://localhost:9000")), Provider::Other);
    }

    #[test]
    fn what_r2_lacks_is_said_in_words() {
        assert_eq!(Provider::R2.lacks(Capability::ObjectTags), Some("R2 has no object tags"));
        assert_eq!(Provider::R2.lacks(Capability::Cors), None);
        assert_eq!(Provider::Other.lacks(Capability::ObjectTags), None);
    }
}
