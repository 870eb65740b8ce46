//! The settings of a bucket: each document comes back as it was sent, and what a server lacks is
//! called so.

use windlass::domain::address::Bucket;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::provider::Provider;
use windlass::domain::settings::check::document;
use windlass::domain::settings::json::Json;
use windlass::domain::settings::{BucketSetting, MINIMUM_SIZE, SettingState};

use super::target::Target;

/// A bucket of the test's own, where the server makes buckets: documents of tests that run beside
/// it would be replaced.
async fn own_bucket(target: &Target, name: &str) -> Bucket {
    let bucket = Bucket::new(format!("settings-{name}-{}", std::process::id()));
    match target.client.create_bucket(&bucket).await {
        Ok(()) => bucket,
        Err(error) if error.is(&ErrorKind::BucketExists) => bucket,
        Err(error) if error.is(&ErrorKind::Unsupported) => target.bucket.clone(),
        Err(error) => panic!("{error:?}"),
    }
}

fn lifecycle() -> Vec<&'static str> {
    vec![
        r#"{"Rules":[{"ID":"tmp","Filter":{"Prefix":"tmp/"},"Status":"Enabled","Expiration":{"Days":3}},
            {"ID":"parts","Filter":{"Prefix":""},"Status":"Enabled",
             "AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}}]}"#,
    ]
}

fn cors() -> Vec<&'static str> {
    vec![
        r#"{"CORSRules":[{"AllowedMethods":["GET","PUT"],"AllowedOrigins":["https://a.example"],
            "AllowedHeaders":["content-type"],"ExposeHeaders":["ETag"],"MaxAgeSeconds":60}]}"#,
    ]
}

/// Documents in the order in which they are sent; what is in a document depends on those before.
fn documents(setting: BucketSetting) -> Vec<&'static str> {
    match setting {
        BucketSetting::Lifecycle => lifecycle(),
        BucketSetting::Cors => cors(),
        BucketSetting::Policy => vec![
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Principal":"*",
                "Action":"s3:GetObject","Resource":"arn:aws:s3:::*/*"}]}"#,
        ],
        BucketSetting::Ownership => vec![r#"{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}"#],
        BucketSetting::PublicAccess => vec![
            r#"{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":false,
                "RestrictPublicBuckets":false}"#,
        ],
        BucketSetting::Encryption => vec![
            r#"{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"},
                "BucketKeyEnabled":true}]}"#,
        ],
        BucketSetting::Tags => vec![r#"{"TagSet":[{"Key":"team","Value":"a + b = c/d@e"}]}"#],
        BucketSetting::Website => vec![
            r#"{"ErrorDocument":{"Key":"404.html"},"IndexDocument":{"Suffix":"index.html"},
                "RoutingRules":[{"Condition":{"KeyPrefixEquals":"a & <b>/"},
                "Redirect":{"ReplaceKeyPrefixWith":"b/"}}]}"#,
        ],
        BucketSetting::Versioning | BucketSetting::Accelerate => {
            vec![r#"{"Status":"Enabled"}"#]
        }
        BucketSetting::RequestPayment => vec![r#"{"Payer":"Requester"}"#],
        BucketSetting::Inventory => vec![
            r#"{"InventoryConfigurationList":[
                {"Destination":{"S3BucketDestination":{"AccountId":"123456789012",
                 "Bucket":"arn:aws:s3:::reports","Format":"CSV","Prefix":"a & b"}},
                 "IsEnabled":true,"Filter":{"Prefix":"raw/"},"Id":"every.week_1",
                 "IncludedObjectVersions":"All",
                 "Schedule":{"Frequency":"Weekly"}},
                {"Destination":{"S3BucketDestination":{"Bucket":"arn:aws:s3:::reports",
                 "Format":"ORC"}},"IsEnabled":false,"Id":"off","IncludedObjectVersions":"All",
                 "Schedule":{"Frequency":"Daily"}}]}"#,
        ],
        _ => vec![],
    }
}

/// What the server has, without what it adds by itself.
async fn stored(
    target: &Target,
    bucket: &Bucket,
    setting: BucketSetting,
) -> Result<Option<Json>, Error> {
    let stored = target.client.setting(bucket, setting).await?;
    Ok(stored.map(|mut stored| {
        assert_eq!(stored.unread, Vec::<String>::new(), "{setting}");
        stored.document.take(MINIMUM_SIZE);
        stored.document
    }))
}

pub async fn a_document_comes_back_as_it_was_sent_or_the_server_lacks_it(target: Target) {
    let bucket = own_bucket(&target, "round").await;
    for setting in BucketSetting::of(Provider::Aws) {
        for text in documents(setting) {
            if lacks(&target, &bucket, setting).await {
                continue;
            }
            let sent = document(setting, text).unwrap();
            match target.client.set_setting(&bucket, setting, &sent, None).await {
                Ok(()) => {}
                Err(error) if error.is(&ErrorKind::Unsupported) => continue,
                Err(error) => panic!("{setting}: {error:?}"),
            }
            let came = stored(&target, &bucket, setting).await.unwrap().unwrap();
            assert!(says(setting, &came, &sent), "{setting}: {}", came.pretty());
        }
    }
}

/// A rule of a lifecycle whose prefix stands in its filter, where Ceph's gateway answers in the
/// older form.
fn filtered(rule: &Json) -> Json {
    let mut rule = rule.clone();
    if let Some(prefix) = rule.take("Prefix") {
        rule.set("Filter", Json::map([("Prefix", prefix)]));
    }
    rule
}

/// Whether what came says all that was sent; a server may add an ID to a rule.
fn says(setting: BucketSetting, came: &Json, sent: &Json) -> bool {
    match setting {
        BucketSetting::Cors => {
            let (came, sent) = (came.list_of("CORSRules"), sent.list_of("CORSRules"));
            let mut came = came.to_vec();
            for rule in &mut came {
                rule.take("ID");
            }
            came == sent
        }
        // R2 keeps rules of its own.
        BucketSetting::Lifecycle => {
            let rules: Vec<Json> = came.list_of("Rules").iter().map(filtered).collect();
            sent.list_of("Rules").iter().all(|rule| rules.contains(&filtered(rule)))
        }
        BucketSetting::Versioning => came.text_of("Status") == sent.text_of("Status"),
        _ => came == sent,
    }
}

/// Whether the server lacks it, which it then has to say in words, and at once the second time.
async fn lacks(target: &Target, bucket: &Bucket, setting: BucketSetting) -> bool {
    let Err(error) = target.client.setting(bucket, setting).await else { return false };
    assert_eq!(error.kind, ErrorKind::Unsupported, "{setting}: {error:?}");
    let state = SettingState::of(Err(error));
    assert_eq!(state.word(), "lacking");
    assert!(state.summary(setting).contains(' '), "{}", state.summary(setting));
    let before = target.meter.usage();
    let again = target.client.setting(bucket, setting).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Unsupported);
    let sent = target.meter.usage() - before;
    assert_eq!(sent.class_a + sent.class_b, 0, "{setting} was asked again");
    true
}

pub async fn what_is_cleared_is_not_set_any_more(target: Target) {
    let bucket = own_bucket(&target, "clear").await;
    for setting in [
        BucketSetting::Cors,
        BucketSetting::Policy,
        BucketSetting::Ownership,
        BucketSetting::PublicAccess,
        BucketSetting::Tags,
        BucketSetting::Website,
    ] {
        if lacks(&target, &bucket, setting).await {
            continue;
        }
        let sent = document(setting, documents(setting)[0]).unwrap();
        match target.client.set_setting(&bucket, setting, &sent, None).await {
            Err(error) if error.is(&ErrorKind::Unsupported) => continue,
            set => set.unwrap(),
        }
        assert!(stored(&target, &bucket, setting).await.unwrap().is_some(), "{setting}");
        target.client.clear_setting(&bucket, setting).await.unwrap();
        assert_eq!(stored(&target, &bucket, setting).await.unwrap(), None, "{setting}");
    }
}

pub async fn the_settings_of_a_bucket_that_is_not_there_are_refused_as_such(target: Target) {
    let bucket = Bucket::new("windlass-no-such-bucket");
    let mut seen = Vec::new();
    target.client.settings(&bucket, |setting, state| seen.push((setting, state))).await;
    assert!(seen.len() >= 18);
    for (setting, state) in seen {
        let no_bucket = matches!(&state, SettingState::Refused(error)
            if error.is(&ErrorKind::NoSuchBucket));
        let lacking = matches!(state, SettingState::Lacking(_));
        // Swift has no tags of buckets, and says of any bucket that there are none.
        let any = setting == BucketSetting::Tags && target.has_quirk("tags-of-any-bucket");
        let unset = any && matches!(state, SettingState::Unset);
        assert!(no_bucket || lacking || unset, "{setting}: {state:?}");
    }
}
