//! Reads, writes and clears the settings of a bucket, each by the document of its own.

mod carrier;
mod inventory;
mod xml;

use futures_util::{StreamExt as _, stream};

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind, KEEP_SETTING};
use crate::domain::provider::Provider;
use crate::domain::settings::check::document;
use crate::domain::settings::json::{Json, JsonValue};
use crate::domain::settings::kept::lacking;
use crate::domain::settings::mfa::DeviceCode;
use crate::domain::settings::parse::parse;
use crate::domain::settings::shape::shape;
use crate::domain::settings::{
    BucketSetting, Clearing, DocumentForm, MINIMUM_SIZE, SettingState, StoredSetting,
};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::settings::carrier::{Carried, DEVICE_HEADER, MINIMUM_SIZE_HEADER, SettingBody};

/// Settings that are asked for at once.
const AT_ONCE: usize = 6;

impl Client {
    /// The document of a setting; `None` where it is not set.
    ///
    /// # Errors
    /// `Unsupported` where the provider lacks it, and nothing was sent if that was known.
    pub async fn setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
    ) -> Result<Option<StoredSetting>, Error> {
        if setting.is_cloudflare() {
            return self.cloudflare_setting(bucket, setting).await;
        }
        let call = Call::on_bucket(setting.operations().0, bucket);
        let call = match setting.capability() {
            Some(capability) => call.needing(capability),
            None => call,
        };
        if setting == BucketSetting::Inventory {
            return self.inventory(&call).await;
        }
        let carried = match self.carry(&call, setting.query(), SettingBody::Nothing).await {
            Ok(carried) => carried,
            Err(error) if is_unset(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let read = stored(setting, &carried);
        let stored = read.map_err(|why| self.strange(&call, setting, &why))?;
        Ok(stored
            .filter(|stored| !setting.says_nothing(&stored.document) || !stored.unread.is_empty()))
    }

    /// What is known of every setting, told one by one as the answers come.
    pub async fn settings(&self, bucket: &Bucket, tell: impl FnMut(BucketSetting, SettingState)) {
        let mut tell = tell;
        let ask = |setting| async move {
            (setting, SettingState::of(self.setting(bucket, setting).await))
        };
        let settings = BucketSetting::of(self.provider());
        let mut answers = stream::iter(settings).map(ask).buffer_unordered(AT_ONCE);
        while let Some((setting, state)) = answers.next().await {
            tell(setting, state);
        }
    }

    /// Replaces the document of a setting by one that was checked. It has to be known that the
    /// server has such a setting, which reading it tells: what refuses to write it may read it all
    /// the same. Of a list of entries nothing is removed that is not in `before`. A lifecycle that
    /// says nothing of the minimum size of transitions is to say what `before` says.
    pub async fn set_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        new: &Json,
        before: Option<&Json>,
    ) -> Result<(), Error> {
        self.set_setting_with(bucket, setting, new, before, None).await
    }

    /// As [`Client::set_setting`], with the code of a device.
    pub async fn set_setting_with(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        new: &Json,
        before: Option<&Json>,
        code: Option<&DeviceCode>,
    ) -> Result<(), Error> {
        let call = Call::on_bucket(setting.operations().1, bucket).writing();
        if let Some(why) = setting.fixed() {
            return Err(call.fails(ErrorKind::Usage, why));
        }
        if setting.is_cloudflare() {
            return self.set_cloudflare_setting(bucket, setting, before, new).await;
        }
        if setting == BucketSetting::Inventory {
            return self.set_inventory(&call, before, new).await;
        }
        self.send_setting(&call, setting, new, (before, code)).await?;
        self.expect_kept(bucket, setting, new, before).await
    }

    async fn send_setting(
        &self,
        call: &Call,
        setting: BucketSetting,
        new: &Json,
        (before, code): (Option<&Json>, Option<&DeviceCode>),
    ) -> Result<(), Error> {
        let mut new = new.clone();
        if setting == BucketSetting::Versioning && code.is_none() {
            // Without a code any word on MFA delete is refused, and off is what holds anyway.
            new.take("MFADelete");
        }
        let text = match setting.written() {
            DocumentForm::Xml(root) => xml::written(root, &new),
            _ => new.compact(),
        };
        let kept = || before.and_then(|before| before.text_of(MINIMUM_SIZE));
        let size = new.text_of(MINIMUM_SIZE).or_else(kept);
        let header = match code {
            Some(code) => Some((DEVICE_HEADER, code.header().to_owned())),
            None => size.map(|size| (MINIMUM_SIZE_HEADER, size.to_owned())),
        };
        self.carry(call, setting.query(), SettingBody::Document { text, header }).await.map(drop)
    }

    /// Looks whether a server that is not relied upon has the document as it was given: a rule of a
    /// lifecycle that lost a condition deletes more than it should, and what was set before is put
    /// back.
    ///
    /// # Errors
    /// `Loss` where it has it otherwise.
    async fn expect_kept(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        new: &Json,
        before: Option<&Json>,
    ) -> Result<(), Error> {
        let compared = matches!(setting.written(), DocumentForm::Xml(_));
        if !compared || self.sdk().await?.provider.facts().relied_upon {
            return Ok(());
        }
        // Who may not look knows what the server answered.
        let Ok(kept) = Box::pin(self.setting(bucket, setting)).await else { return Ok(()) };
        let lacking = lacking(new, kept.as_ref().map(|kept| &kept.document));
        if lacking.is_empty() {
            return Ok(());
        }
        let lacking = format!("without {}", lacking.join(", "));
        let detail = match setting {
            BucketSetting::Lifecycle => {
                let undone = Box::pin(self.put_back(bucket, setting, before)).await;
                match undone {
                    Ok(()) => format!("{lacking}; the setting is as it was before"),
                    Err(error) => format!(
                        "{lacking}; the wider rule holds now and could not be taken back ({}): \
                         clear the lifecycle at once",
                        error.explain().what
                    ),
                }
            }
            _ => format!("{lacking}; the rest is set"),
        };
        let place = format!("s3://{bucket}");
        Err(Error::new(ErrorKind::Loss, KEEP_SETTING, place).detail(detail))
    }

    /// Sets what was set before, or takes the setting away where nothing was.
    async fn put_back(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        before: Option<&Json>,
    ) -> Result<(), Error> {
        let call = Call::on_bucket(setting.operations().1, bucket).writing();
        match before {
            Some(before) => self.send_setting(&call, setting, before, (None, None)).await,
            None => self.clear_setting(bucket, setting).await,
        }
    }

    /// Takes a setting away, or brings it to what is as much as that. It has to be known to be
    /// there: some servers take the request for one about the bucket itself.
    pub async fn clear_setting(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
    ) -> Result<(), Error> {
        self.clear_setting_with(bucket, setting, None).await
    }

    /// As [`Client::clear_setting`], with the code of a device.
    pub async fn clear_setting_with(
        &self,
        bucket: &Bucket,
        setting: BucketSetting,
        code: Option<&DeviceCode>,
    ) -> Result<(), Error> {
        match setting.clearing() {
            Clearing::Put(text) => {
                let call = Call::on_bucket(setting.operations().1, bucket);
                let empty = document(setting, text);
                let unfit = |mistake| call.fails(ErrorKind::Usage, format!("{mistake}"));
                let empty = empty.map_err(unfit)?;
                self.set_setting_with(bucket, setting, &empty, None, code).await
            }
            Clearing::Delete(operation) => {
                let call = Call::on_bucket(operation, bucket).writing();
                if setting.is_cloudflare() {
                    return self.clear_cloudflare_setting(&call, bucket, setting).await;
                }
                if setting == BucketSetting::Inventory {
                    return self.clear_inventory(&call, bucket).await;
                }
                self.carry(&call, setting.query(), SettingBody::Delete).await.map(drop)
            }
            Clearing::PrivateAcl => {
                let call = Call::on_bucket(setting.operations().1, bucket).writing();
                let header = Some(("x-amz-acl", "private".to_owned()));
                let body = SettingBody::Document { text: String::new(), header };
                self.carry(&call, setting.query(), body).await.map(drop)
            }
            Clearing::Never(why) => {
                let call = Call::on_bucket(setting.operations().1, bucket);
                Err(call.fails(ErrorKind::Usage, why))
            }
        }
    }

    /// An answer of another request: the server does not know this one.
    fn strange(&self, call: &Call, setting: BucketSetting, why: &str) -> Error {
        let why = format!("this server does not answer {} as S3 does: {why}", call.operation);
        if let Some(capability) = setting.capability().filter(|_| self.provider() != Provider::Aws)
        {
            self.refuses(capability, why.clone());
            return call.fails(ErrorKind::Unsupported, why);
        }
        call.fails(ErrorKind::NotS3, why)
    }
}

/// Servers have a code for each setting that is not there; none of them is about the bucket.
fn is_unset(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    error.status == Some(404) && !matches!(code, "" | "NoSuchBucket" | "NoSuchKey")
}

fn stored(setting: BucketSetting, carried: &Carried) -> Result<Option<StoredSetting>, String> {
    let mut unread = Vec::new();
    let document = match setting.written() {
        DocumentForm::Policy | DocumentForm::Cloudflare(_) | DocumentForm::Inventory => {
            if carried.body.trim().is_empty() {
                return Ok(None);
            }
            parse(&carried.body).map_err(|mistake| mistake.to_string())?
        }
        DocumentForm::Location => {
            let element = named(&carried.body, "LocationConstraint")?;
            let place = element.words()?;
            let place = Some(place.trim()).filter(|place| !place.is_empty()).map(Json::text);
            let null = || Json::new(JsonValue::Null);
            Json::map([("LocationConstraint", place.unwrap_or_else(null))])
        }
        DocumentForm::Xml(root) => {
            if carried.body.trim().is_empty() {
                return Ok(None);
            }
            let mut json = named(&carried.body, root)?.document(shape(root), &mut unread)?;
            if let Some(size) = &carried.minimum_size {
                json.set(MINIMUM_SIZE, Json::text(size.as_str()));
            }
            json
        }
    };
    Ok(Some(StoredSetting { document, unread }))
}

/// The first element, which has to be the one that the request asks for, or to hold nothing but
/// what that one holds. Servers made from a description of the API (moto) name it after the
/// operation; Ceph has a name of its own for a block of public access.
fn named(body: &str, root: &str) -> Result<xml::Element, String> {
    let element = xml::element(body)?;
    let means_it =
        element.name == root || element.name.starts_with("Get") || element.is_of(shape(root));
    match means_it {
        true => Ok(element),
        false => Err(format!("<{}> in place of <{root}>", element.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_known_by_what_is_in_it_where_its_name_is_another() {
        let block = "PublicAccessBlockConfiguration";
        let of_ceph = "<BlockPublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                       <BlockPublicPolicy>false</BlockPublicPolicy>\
                       </BlockPublicAccessBlockConfiguration>";
        assert!(named(of_ceph, block).is_ok());
        for other in [
            "<ListBucketResult><Name>b</Name><Prefix/></ListBucketResult>",
            "<ListBucketResult/>",
            "<Error><Code>NoSuchKey</Code></Error>",
            "<Unknown><BlockPublicAcls>true</BlockPublicAcls><Name>b</Name></Unknown>",
        ] {
            assert!(named(other, block).is_err(), "{other}");
        }
        let listing = "<ListBucketResult><Name>b</Name></ListBucketResult>";
        assert!(named(listing, "LocationConstraint").is_err());
    }
}
