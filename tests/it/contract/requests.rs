//! What the interface asks of storage, on a worker thread with the stack that one has.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use windlass::app::effect::{ComparisonRequest, StorageRequest, VersionsRequest};
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::diff_end::DiffEnd;
use windlass::domain::error::Error;
use windlass::domain::listing::ContinuationToken;
use windlass::domain::object::{ObjectAddress, PutOptions, UploadId};
use windlass::domain::presign::{LinkMethod, LinkSpec};
use windlass::domain::restoring::RestorePoint;
use windlass::domain::temporary::KeyGrant;
use windlass::domain::transfer::Target;
use windlass::s3::client::Client;
use windlass::transfer::queued_uploads::QueuedUploads;
use windlass::tui::requests::ask_storage;

use crate::support::server::{connection, server};

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("bucket"), Key::new(key))
}

/// Everything that changes nothing, but for what only R2 and its own interface answer.
fn read_only(upload: &UploadId) -> Vec<StorageRequest> {
    let (bucket, prefix) = (Bucket::new("bucket"), Prefix::default());
    let all = || (bucket.clone(), prefix.clone());
    let targets = || vec![Target::Prefix(prefix.clone()), Target::Object(Key::new("a.txt"))];
    let link = LinkSpec::new(object("a.txt"), LinkMethod::Get, Duration::from_mins(1));
    let listed =
        |(bucket, prefix)| StorageRequest::ListPage { bucket, prefix, at: None, token: None };
    let found = |(bucket, prefix)| StorageRequest::Find {
        bucket,
        prefix,
        wanted: "txt".to_owned(),
        at: None,
        token: None,
    };
    let beside = |(bucket, prefix)| StorageRequest::CountBeside { bucket, prefix };
    let versions = |(bucket, prefix)| {
        StorageRequest::Versions(VersionsRequest::ListVersions { bucket, prefix, after: None })
    };
    vec![
        StorageRequest::ListBuckets,
        listed(all()),
        StorageRequest::ListRest {
            bucket: bucket.clone(),
            prefix: Prefix::root(),
            token: ContinuationToken::behind("", "a"),
        },
        found(all()),
        StorageRequest::Head(object("a.txt")),
        StorageRequest::Whole(object("a.txt")),
        StorageRequest::Presign(link.clone()),
        StorageRequest::TestLink(link),
        StorageRequest::Describe { bucket: bucket.clone(), targets: targets() },
        StorageRequest::Comparison(ComparisonRequest::Compare {
            one: DiffEnd::Object(object("a.txt")),
            other: DiffEnd::Object(object("b.txt")),
        }),
        StorageRequest::Comparison(ComparisonRequest::Compare {
            one: DiffEnd::Prefix(bucket.clone(), Prefix::root()),
            other: DiffEnd::Prefix(bucket.clone(), Prefix::root()),
        }),
        StorageRequest::Comparison(ComparisonRequest::Compare {
            one: DiffEnd::Object(object("a.txt")),
            other: DiffEnd::Local("Cargo.toml".into()),
        }),
        StorageRequest::Comparison(ComparisonRequest::CompareBytes {
            one: DiffEnd::Object(object("a.txt")),
            other: DiffEnd::Local("Cargo.toml".into()),
        }),
        StorageRequest::OpenText(object("a.txt")),
        StorageRequest::Settings(bucket.clone()),
        StorageRequest::FindEmpty { bucket: bucket.clone(), prefixes: vec![prefix.clone()] },
        StorageRequest::Measure { bucket: bucket.clone(), targets: targets() },
        StorageRequest::Walk { bucket: bucket.clone(), prefix: prefix.clone() },
        beside(all()),
        StorageRequest::SumStored { bucket: bucket.clone(), prefix: prefix.clone() },
        StorageRequest::ListUploads { bucket: bucket.clone(), after: None },
        StorageRequest::CountParts { object: object("c.txt"), upload: upload.clone() },
        StorageRequest::Versions(VersionsRequest::Versioning(bucket.clone())),
        versions(all()),
        StorageRequest::Versions(VersionsRequest::PlanRestore {
            bucket: bucket.clone(),
            targets: targets(),
            wanted: RestorePoint::Undeleted,
        }),
    ]
}

async fn ask(client: &Client, request: StorageRequest) -> Result<(), Error> {
    let client = client.clone();
    let asked = async move {
        ask_storage(&client, request, QueuedUploads::default(), drop, &CancellationToken::new())
            .await
    };
    tokio::spawn(asked).await.expect("no request panics").map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_question_fits_on_the_stack_of_a_worker() {
    let server = server().await;
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    for key in ["a.txt", "b.txt"] {
        let bytes = format!("the text of {key}\n").into_bytes();
        client.put(&object(key), bytes.into(), &PutOptions::default()).await.unwrap();
    }
    let upload = client.create_multipart(&object("c.txt"), &PutOptions::default()).await.unwrap();
    for request in read_only(&upload) {
        let asked = format!("{request:?}");
        ask(&client, request).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
    }
    // What this server cannot answer is refused, and no more.
    let (bucket, target) = (Bucket::new("bucket"), Target::Object(Key::new("a.txt")));
    let grant = KeyGrant { bucket: bucket.clone(), target, seconds: 900 };
    assert!(ask(&client, StorageRequest::TemporaryKeys(grant)).await.is_err());
    assert!(ask(&client, StorageRequest::PublicAccess(bucket)).await.is_err());
}
