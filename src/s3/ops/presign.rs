//! Makes presigned links.

use std::time::SystemTime;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_s3::config::{Builder, ResponseChecksumValidation};
use aws_sdk_s3::presigning::PresigningConfig;
use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::presign::{LinkMethod, LinkSpec, PresignedLink, effective_expiry};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::Sdk;
use crate::s3::sdk::errors::chain;

impl Client {
    /// Signs without sending; resolves credentials, whose end may shorten the link. A GET link
    /// signs `host` alone, so that any program can fetch it.
    pub async fn presign(&self, link: &LinkSpec, now: Timestamp) -> Result<PresignedLink, Error> {
        let operation = match link.method {
            LinkMethod::Get => "GetObject",
            LinkMethod::Put => "PutObject",
        };
        let call = Call::on_object(operation, &link.object);
        let end = credentials_end(&*self.sdk().await?, &call).await?;
        let (holds, shortened) = effective_expiry(link.expires_in, now, end);
        if holds.as_secs() == 0 {
            return Err(call.fails(ErrorKind::ExpiredCredentials, "the credentials have expired"));
        }
        let signing = PresigningConfig::builder()
            .start_time(SystemTime::from(now))
            .expires_in(holds)
            .build()
            .map_err(|error| call.fails(ErrorKind::InvalidRequest, chain(&error)))?;
        let url = self.sign(link, signing, &call).await?;
        Ok(PresignedLink { url, expires_at: now + holds, shortened })
    }

    async fn sign(
        &self,
        link: &LinkSpec,
        signing: PresigningConfig,
        call: &Call,
    ) -> Result<String, Error> {
        let sdk = self.sdk_client(call.bucket.as_ref()).await?;
        // Validation would ask the reader for a header that is not in the URL (aws-sdk-rust#1253).
        let bare = Builder::default()
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let (bucket, key) = (self.wire(&link.object.bucket), link.object.key.as_str());
        let url = match link.method {
            LinkMethod::Get => sdk
                .get_object()
                .bucket(bucket)
                .key(key)
                .customize()
                .config_override(bare)
                .presigned(signing)
                .await
                .map(|signed| signed.uri().to_owned())
                .map_err(|error| call.failed(error))?,
            LinkMethod::Put => sdk
                .put_object()
                .bucket(bucket)
                .key(key)
                .presigned(signing)
                .await
                .map(|signed| signed.uri().to_owned())
                .map_err(|error| call.failed(error))?,
        };
        Ok(url)
    }
}

async fn credentials_end(sdk: &Sdk, call: &Call) -> Result<Option<Timestamp>, Error> {
    let Some(provider) = &sdk.credentials else {
        return Err(call.fails(ErrorKind::NoCredentials, "an anonymous connection cannot sign"));
    };
    let credentials =
        provider.provide_credentials().await.map_err(|error| call.without_keys(&error))?;
    Ok(credentials.expiry().and_then(|end| Timestamp::try_from(end).ok()))
}
