//! Reads and writes the settings of a bucket that only Cloudflare's API knows: r2.dev, custom
//! domains, locks, Sippy.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;
use crate::domain::settings::entries::only;
use crate::domain::settings::json::{Json, JsonValue};
use crate::domain::settings::parse::parse;
use crate::domain::settings::{BucketSetting, StoredSetting};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::cloudflare::{Api, Complaint, Question, fetch, no_answer, refused};

/// A domain in a path.
const NOT_OF_HOSTS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

const NO_TOKEN: &str = "only Cloudflare's API knows this: set cloudflare_token for the connection, \
                        a token for Workers R2 Storage of dash.cloudflare.com/profile/api-tokens";

impl Client {
    pub(in crate::s3) async fn cloudflare_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
    ) -> Result<Option<StoredSetting>, Error> {
        let call = Call::on_bucket(setting.operations().0, bucket);
        let document = self.by_api(&call, bucket, path(setting), Question::Read).await?;
        let stored = StoredSetting { document, unread: Vec::new() };
        Ok(Some(stored).filter(|stored| !setting.says_nothing(&stored.document)))
    }

    pub(in crate::s3) async fn set_cloudflare_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        before: Option<&Json>,
        new: &Json,
    ) -> Result<(), Error> {
        let call = Call::on_bucket(setting.operations().1, bucket).writing();
        self.permit(&call)?;
        let document = match setting {
            BucketSetting::CustomDomains => {
                return self.set_domains(&call, bucket, before, new).await;
            }
            // The rest of what is read is not taken.
            BucketSetting::R2Dev => Json::map([("enabled", Json::yes(new.is_yes("enabled")))]),
            BucketSetting::Sippy => only(new, &["destination", "source"]),
            _ => new.clone(),
        };
        let question = Question::Change(document.compact());
        self.by_api(&call, bucket, path(setting), question).await.map(drop)
    }

    pub(in crate::s3) async fn clear_cloudflare_setting(
        &self,
        call: &Call,
        bucket: &Bucket,
        setting: BucketSetting,
    ) -> Result<(), Error> {
        self.permit(call)?;
        if setting != BucketSetting::CustomDomains {
            return self.by_api(call, bucket, path(setting), Question::Remove).await.map(drop);
        }
        let Some(stored) = self.cloudflare_setting(bucket, setting).await? else { return Ok(()) };
        let none = setting.of_entries(Vec::new());
        self.set_domains(call, bucket, Some(&stored.document), &none).await
    }

    /// Attaches, changes, and detaches what is not there any more.
    async fn set_domains(
        &self,
        call: &Call,
        bucket: &Bucket,
        before: Option<&Json>,
        new: &Json,
    ) -> Result<(), Error> {
        let setting = BucketSetting::CustomDomains;
        let changes = setting.changes(before, new);
        let mut added = changes.added;
        for entry in added.iter_mut().filter(|entry| entry.text_of("zoneId").is_none()) {
            let zone = self.zone_of(call, setting.name_of(entry)).await?;
            entry.set("zoneId", Json::text(zone));
        }
        let one =
            |name: &str| format!("{}/{}", path(setting), utf8_percent_encode(name, NOT_OF_HOSTS));
        for entry in &added {
            let mut body = only(entry, &["domain", "zoneId", "enabled", "minTLS", "ciphers"]);
            if body.get("enabled").is_none() {
                body.set("enabled", Json::yes(true));
            }
            let question = Question::Make(body.compact());
            self.by_api(call, bucket, path(setting), question).await?;
        }
        for entry in &changes.changed {
            let body = only(entry, &["enabled", "minTLS", "ciphers"]);
            let question = Question::Change(body.compact());
            self.by_api(call, bucket, &one(setting.name_of(entry)), question).await?;
        }
        for name in &changes.removed {
            self.by_api(call, bucket, &one(name), Question::Remove).await?;
        }
        Ok(())
    }

    /// The id of the zone that a domain lies in, as far as the token may read zones: the longest
    /// name that is one.
    async fn zone_of(&self, call: &Call, domain: &str) -> Result<String, Error> {
        let write = "write its zoneId, which is on the page of its zone";
        let named = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]);
        let names = std::iter::once(domain).chain(named).filter(|name| name.contains('.'));
        let api = self.api(call)?;
        let account = utf8_percent_encode(&api.cloudflare.account_id, NOT_OF_HOSTS);
        for name in names {
            let name_asked = utf8_percent_encode(name, NOT_OF_HOSTS);
            let path = format!("zones?account.id={account}&name={name_asked}");
            let found = self.result_of(call, api, &path, Question::Read).await;
            let found = found.map_err(|mut error| {
                if error.status == Some(403) {
                    let said = &error.detail;
                    error.detail =
                        format!("{domain}: the token may not read zones ({said}): {write}");
                    error.kind = ErrorKind::BadDocument;
                }
                error
            })?;
            let is_it = |zone: &&Json| {
                zone.text_of("name").is_some_and(|found| found.eq_ignore_ascii_case(name))
            };
            let zone = match &found.value {
                JsonValue::List(zones) => zones.iter().find(is_it),
                _ => None,
            };
            if let Some(id) = zone.and_then(|zone| zone.text_of("id")) {
                return Ok(id.to_owned());
            }
        }
        let why = format!(
            "{domain} is in no zone that this token may read: give the token Zone Read, or {write}"
        );
        Err(call.fails(ErrorKind::BadDocument, why))
    }

    /// What the API answers about a bucket as its result.
    async fn by_api(
        &self,
        call: &Call,
        bucket: &Bucket,
        path: &str,
        question: Question,
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
        let path = api.of_account(&format!("r2/buckets/{}/{path}", self.wire(bucket)));
        self.result_of(call, api, &path, question).await
    }

    /// What the API answers as its result; the path begins at its root.
    async fn result_of(
        &self,
        call: &Call,
        api: Api<'_>,
        path: &str,
        question: Question,
    ) -> Result<Json, Error> {
        let (status, body) = fetch(api, call, path, question).await?;
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
        BucketSetting::Sippy => "sippy",
        _ => "lock",
    }
}
