//! Makes keys of R2 that may read a part of a bucket for a while.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::domain::error::Error;
use crate::domain::target::Target;
use crate::domain::temporary::{KeyGrant, TemporaryKeys};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::cloudflare::{Question, answered};
use crate::s3::ops::presign::signer;

/// <https://developers.cloudflare.com/api/resources/r2/subresources/temporary_credentials/>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
}

impl Client {
    /// Keys that may only read, derived from those of the connection.
    ///
    /// # Errors
    /// As [`Client::public_access`].
    pub async fn temporary_keys(
        &self,
        grant: &KeyGrant,
        now: Timestamp,
    ) -> Result<TemporaryKeys, Error> {
        let call = Call::on_bucket("make temporary keys", &grant.bucket).writing();
        let api = self.api(&call)?;
        let parent = signer(&*self.sdk().await?, &call).await?.access_key_id;
        let mut asked = json!({
            "bucket": self.wire(&grant.bucket),
            "parentAccessKeyId": parent,
            "permission": "object-read-only",
            "ttlSeconds": grant.seconds,
        });
        match &grant.target {
            Target::Object(key) | Target::Version(key, _) => asked["objects"] = json!([key]),
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) if prefix.is_root() => {}
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                asked["prefixes"] = json!([prefix]);
            }
            Target::Rows(_) => {}
        }
        let question = Question::Make(asked.to_string());
        let made: Made =
            answered(api, &call, "r2/temp-access-credentials".to_owned(), question).await?;
        Ok(TemporaryKeys {
            access_key_id: made.access_key_id,
            secret_access_key: made.secret_access_key,
            session_token: made.session_token,
            endpoint: self.locate(&grant.bucket).0.unwrap_or_default(),
            ends_at: now + Duration::from_secs(grant.seconds),
        })
    }
}
