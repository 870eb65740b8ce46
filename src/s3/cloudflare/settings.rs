//! Reads and writes the settings of a bucket that only Cloudflare's API knows: r2.dev, custom
//! domains, locks.

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;
use crate::domain::settings::json::{Json, JsonValue};
use crate::domain::settings::parse::parse;
use crate::domain::settings::{BucketSetting, StoredSetting};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::cloudflare::{Api, Complaint, Question, fetch, no_answer, refused};

const NO_TOKEN: &str = "only Cloudflare's API knows this: set cloudflare_token for the connection, \
                        a token for Workers R2 Storage of dash.cloudflare.com/profile/api-tokens";

impl Client {
    pub(in crate::s3) async fn cloudflare_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
    ) -> Result<Option<StoredSetting>, Error> {
        let call = Call::on_bucket(setting.operations().0, bucket);
        let document = self.by_api(&call, bucket, setting, None).await?;
        let stored = StoredSetting { document, unread: Vec::new() };
        Ok(Some(stored).filter(|stored| !setting.says_nothing(&stored.document)))
    }

    pub(in crate::s3) async fn set_cloudflare_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        new: &Json,
    ) -> Result<(), Error> {
        let call = Call::on_bucket(setting.operations().1, bucket).writing();
        self.permit(&call)?;
        let document = match setting {
            // The rest of what is read is not taken.
            BucketSetting::R2Dev => {
                Json::map([("enabled", Json::yes(new.is_yes("enabled")))]).compact()
            }
            _ => new.compact(),
        };
        self.by_api(&call, bucket, setting, Some(document)).await.map(drop)
    }

    /// What the API answers as its result.
    async fn by_api(
        &self,
        call: &Call,
        bucket: &Bucket,
        setting: BucketSetting,
        document: Option<String>,
    ) -> Result<Json, Error> {
        if self.provider() != Provider::R2 {
            return Err(call.fails(ErrorKind::Unsupported, "only R2 has it"));
        }
        if self.connection().cloudflare.is_none() {
            return Err(call.fails(ErrorKind::Unsupported, NO_TOKEN));
        }
        let api = self.api(call)?;
        let home = self.home(bucket)?;
        let api = Api { jurisdiction: home.unwrap_or(api.jurisdiction), ..api };
        let path = format!("r2/buckets/{}/{}", self.wire(bucket), path(setting));
        let question = document.map_or(Question::Read, Question::Change);
        let (status, body) = fetch(api, call, &path, question).await?;
        let text = String::from_utf8_lossy(&body);
        let Ok(mut answer) = parse(&text) else { return Err(no_answer(call, status)) };
        if answer.is_yes("success") {
            let nothing = || Json::new(JsonValue::Map(Vec::new()));
            return Ok(answer.take("result").unwrap_or_else(nothing));
        }
        let complaint = |error: &Json| Complaint {
            code: error.number_of("code").unwrap_or_default(),
            message: error.text_of("message").unwrap_or_default().to_owned(),
        };
        let complaints: Vec<Complaint> = answer.list_of("errors").iter().map(complaint).collect();
        match answer.get("success") {
            Some(_) => Err(refused(call, status, &complaints)),
            None => Err(no_answer(call, status)),
        }
    }
}

fn path(setting: BucketSetting) -> &'static str {
    match setting {
        BucketSetting::R2Dev => "domains/managed",
        BucketSetting::CustomDomains => "domains/custom",
        _ => "lock",
    }
}
