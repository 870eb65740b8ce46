//! Gives a sample bucket some settings, so that there is something to read.

use s3s::dto::{CORSRule, IndexDocument, Tag, WebsiteConfiguration};

use crate::demo::mode::Mode;
use crate::demo::store::Store;

const POLICY: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "PublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::website/*"
        }
    ]
}"#;

/// A site that everyone may read.
pub fn website(store: &Store) {
    let s3 = store.mode() == Mode::S3;
    store.with(|contents| {
        let Some(bucket) = contents.buckets.get_mut("website") else { return };
        let settings = &mut bucket.settings;
        settings.cors = Some(vec![CORSRule {
            allowed_methods: vec!["GET".to_owned()],
            allowed_origins: vec!["https://app.example.com".to_owned()],
            max_age_seconds: Some(3600),
            ..CORSRule::default()
        }]);
        if s3 {
            settings.policy = Some(POLICY.to_owned());
            settings.tags =
                Some(vec![Tag { key: Some("team".to_owned()), value: Some("web".to_owned()) }]);
            settings.website = Some(WebsiteConfiguration {
                index_document: Some(IndexDocument { suffix: "index.html".to_owned() }),
                ..WebsiteConfiguration::default()
            });
        }
    });
}
