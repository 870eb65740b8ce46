//! Sends Content-MD5 in place of the CRC32 that the SDK demands on some operations.

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;

use crate::domain::provider::Provider;
use crate::s3::http::integrity::content_md5;
use crate::s3::sdk::hook::Hook;

/// DeleteObjects and the settings calls must carry a checksum; the SDK sends CRC32, which older
/// servers and R2's settings refuse or ignore, and Content-MD5 is what the operation asked for
/// before (aws-sdk-rust#1240).
#[derive(Clone, Copy, Debug)]
pub struct Md5Instead {
    wanted: bool,
}

impl Md5Instead {
    /// Sends the MD5 to every provider but AWS, which takes the CRC32.
    pub fn on(provider: Provider) -> Md5Instead {
        Md5Instead { wanted: provider != Provider::Aws }
    }
}

impl Hook for Md5Instead {
    fn before_signing(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        if !self.wanted {
            return Ok(());
        }
        // OpenStack Swift takes the digest of no bytes for a wrong one.
        let bytes = request.body().bytes().unwrap_or_default();
        let digest = (!bytes.is_empty()).then(|| content_md5(bytes));
        let headers = request.headers_mut();
        let checksums: Vec<String> = headers
            .iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| name.starts_with("x-amz-checksum-"))
            .collect();
        for name in checksums {
            headers.remove(name);
        }
        headers.remove("x-amz-sdk-checksum-algorithm");
        if let Some(digest) = digest {
            headers.insert("content-md5", digest);
        }
        Ok(())
    }
}
