//! Carries every setting on the SDK's requests for a bucket policy, whose body is any text: they
//! sign, retry and read refusals as all others do, and only their query is another one.

use std::fmt;

use aws_sdk_s3::config::http::{HttpRequest, HttpResponse};
use aws_sdk_s3::error::BoxError;

use crate::domain::error::Error;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::sdk::hook::{Hook, Hooked};
use crate::s3::sdk::last_answer::LastAnswer;
use crate::s3::sdk::md5_instead::Md5Instead;
use crate::s3::sdk::no_body::of_no_type;

/// The header in which a lifecycle's minimum size travels.
pub const MINIMUM_SIZE_HEADER: &str = "x-amz-transition-default-minimum-object-size";

/// The header in which the serial number and the code of an MFA device travel.
pub const DEVICE_HEADER: &str = "x-amz-mfa";

/// What a request carries.
#[derive(Clone)]
pub enum SettingBody {
    Nothing,
    Delete,
    Document { text: String, header: Option<(&'static str, String)> },
}

/// What an answer brought.
#[derive(Debug)]
pub struct Carried {
    pub body: String,
    pub minimum_size: Option<String>,
}

/// The query of the policy in the SDK's URLs.
const POLICY: &str = "?policy";

impl Client {
    pub(super) async fn carry(
        &self,
        call: &Call,
        query: &str,
        body: SettingBody,
    ) -> Result<Carried, Error> {
        let md5 = Md5Instead::on(self.sdk().await?.provider);
        let heard = LastAnswer::by(|response: &HttpResponse| {
            response.headers().get(MINIMUM_SIZE_HEADER).map(str::to_owned)
        });
        let body = self.run(call, |sdk, bucket| {
            let query = Requery { query: query.to_owned(), header: body.header() };
            let (body, heard) = (body.clone(), heard.clone());
            async move {
                match body {
                    SettingBody::Nothing => {
                        let request = sdk.get_bucket_policy().bucket(bucket).customize();
                        let request = request.interceptor(Hooked(query)).interceptor(Hooked(heard));
                        let answer = request.send().await.map_err(|error| call.failed(error))?;
                        Ok(answer.policy.unwrap_or_default())
                    }
                    SettingBody::Delete => {
                        let request = sdk.delete_bucket_policy().bucket(bucket).customize();
                        let sent = request.interceptor(Hooked(query)).send().await;
                        sent.map(|_| String::new()).map_err(|error| call.failed(error))
                    }
                    SettingBody::Document { text, .. } => {
                        let request = sdk.put_bucket_policy().bucket(bucket).policy(text);
                        let request = request.customize().interceptor(Hooked(query));
                        let sent = request.interceptor(Hooked(md5)).send().await;
                        sent.map(|_| String::new()).map_err(|error| call.failed(error))
                    }
                }
            }
        });
        Ok(Carried { body: body.await?, minimum_size: heard.value() })
    }
}

impl SettingBody {
    fn header(&self) -> Option<(&'static str, String)> {
        match self {
            SettingBody::Document { header, .. } => header.clone(),
            SettingBody::Nothing | SettingBody::Delete => None,
        }
    }
}

/// Puts another query in the place of the policy's, and a header beside it.
struct Requery {
    query: String,
    header: Option<(&'static str, String)>,
}

impl fmt::Debug for Requery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requery").field("query", &self.query).finish_non_exhaustive()
    }
}

impl Hook for Requery {
    fn before_signing(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        // A second attempt has the query already.
        if let Some(before) = request.uri().strip_suffix(POLICY) {
            let uri = format!("{before}?{}", self.query);
            request.set_uri(uri)?;
        }
        if self.query != "policy" && request.body().content_length().unwrap_or_default() > 0 {
            request.headers_mut().insert("content-type", "application/xml");
        }
        of_no_type(request);
        if let Some((name, value)) = &self.header {
            request.headers_mut().insert(*name, value.clone());
        }
        Ok(())
    }
}
