//! Makes presigned links.

use std::time::SystemTime;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sdk_s3::config::{Builder, ResponseChecksumValidation};
use aws_sdk_s3::presigning::PresigningConfig;
use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::presign::{KEY_VARIABLE, LinkMethod, LinkSpec, PresignedLink, effective_expiry};
use crate::domain::when::whole_second;
use crate::s3::access::{Access, with_access};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::Sdk;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::errors::chain;

impl Client {
    /// Signs; resolves credentials, whose end may shorten the link. Most links sign `host` alone,
    /// so that any program can use them: not a PUT link of a fixed type, nor links into a bucket
    /// whose requests are paid for or which has a key of one's own. Only where there is such a key
    /// is something sent: whether the object is encrypted with it.
    pub async fn presign(&self, link: &LinkSpec, now: Timestamp) -> Result<PresignedLink, Error> {
        // A signature counts from a whole second.
        let now = whole_second(now);
        let call = Call::on_object(link.method.operation(), &link.object);
        let access = self.link_access(&link.object, link.method).await?;
        let signer = signer(&*self.sdk().await?, &call).await?;
        let (holds, shortened) = effective_expiry(link.expires_in, now, signer.end);
        if holds.as_secs() == 0 {
            return Err(call.fails(ErrorKind::ExpiredCredentials, "the credentials have expired"));
        }
        let signing = PresigningConfig::builder()
            .start_time(SystemTime::from(now))
            .expires_in(holds)
            .build()
            .map_err(|error| call.fails(ErrorKind::InvalidRequest, chain(&error)))?;
        let url = self.sign(link, signing, &access, &call).await?;
        let access_key_id = signer.access_key_id;
        let headers = access.headers(link.method, Some(KEY_VARIABLE)).into_iter();
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).collect();
        let expires_at = whole_second(now + holds);
        Ok(PresignedLink { url, expires_at, shortened, access_key_id, headers })
    }

    async fn sign(
        &self,
        link: &LinkSpec,
        signing: PresigningConfig,
        access: &Access,
        call: &Call,
    ) -> Result<String, Error> {
        let sdk = self.sdk_client(call.bucket.as_ref()).await?;
        let (bucket, key) = (self.wire(&link.object.bucket), key_for_sdk(&link.object.key));
        let version = link.object.version_id();
        macro_rules! signed {
            ($request:expr) => {
                $request
                    .bucket(bucket)
                    .key(key.as_ref())
                    .customize()
                    .config_override(bare())
                    .presigned(signing)
                    .await
                    .map(|signed| signed.uri().to_owned())
                    .map_err(|error| call.failed(error))
            };
        }
        match link.method {
            LinkMethod::Get => signed!(
                with_access!(sdk.get_object(), access)
                    .set_version_id(version)
                    .set_response_content_disposition(link.opens.disposition())
                    .set_response_content_type(link.content_type.clone())
            ),
            LinkMethod::Head => {
                signed!(with_access!(sdk.head_object(), access).set_version_id(version))
            }
            LinkMethod::Put => {
                let put = with_access!(sdk.put_object(), access);
                signed!(put.set_content_type(link.content_type.clone()))
            }
            LinkMethod::Delete => {
                let request = sdk.delete_object().set_request_payer(access.payer());
                signed!(request.set_version_id(version))
            }
        }
    }
}

/// Validation would ask the reader for a header that is not in the URL (aws-sdk-rust#1253).
fn bare() -> Builder {
    Builder::default().response_checksum_validation(ResponseChecksumValidation::WhenRequired)
}

/// Whose keys sign, and until when.
pub struct LinkSigner {
    pub access_key_id: String,
    pub end: Option<Timestamp>,
}

pub async fn signer(sdk: &Sdk, call: &Call) -> Result<LinkSigner, Error> {
    let Some(provider) = &sdk.credentials else {
        return Err(call.fails(ErrorKind::NoCredentials, "an anonymous connection cannot sign"));
    };
    let credentials =
        provider.provide_credentials().await.map_err(|error| call.without_keys(&error))?;
    Ok(LinkSigner {
        access_key_id: credentials.access_key_id().to_owned(),
        end: credentials.expiry().and_then(|end| Timestamp::try_from(end).ok()),
    })
}
