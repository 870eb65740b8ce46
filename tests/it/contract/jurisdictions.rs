//! One account of R2 in several jurisdictions, each a server of its own, shown as one.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use windlass::domain::address::Prefix;
use windlass::domain::error::ErrorKind;
use windlass::domain::jurisdiction::Jurisdiction;
use windlass::domain::object::{GetOptions, ObjectAddress, PutOptions};
use windlass::domain::presign::{LinkMethod, LinkSpec};
use windlass::s3::client::{Client, ListQuery};

use crate::support::account::Account;

fn object(bucket: &str, key: &str) -> ObjectAddress {
    ObjectAddress::new(bucket.into(), key.into())
}

fn requests(account: &Account) -> u64 {
    let usage = account.meter.usage();
    usage.class_a + usage.class_b + usage.free
}

async fn put(client: &Client, object: &ObjectAddress, text: &str) {
    let body = text.as_bytes().to_vec().into();
    client.put(object, body, &PutOptions::default()).await.unwrap();
}

async fn get(client: &Client, object: &ObjectAddress) -> Vec<u8> {
    let download = client.get(object, &GetOptions::default()).await.unwrap();
    let chunks: Vec<bytes::Bytes> = download.body.try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn buckets_of_all_jurisdictions_are_listed_in_one_tree() {
    let account = Account::with_buckets().await;
    let listing = account.client.list_buckets().await.unwrap();
    let mut found: Vec<_> =
        listing.entries.iter().map(|each| (each.bucket.as_str(), each.jurisdiction)).collect();
    found.sort_unstable();
    let (default, eu) = (Jurisdiction::Default, Jurisdiction::Eu);
    let expected = [("both", default), ("both@eu", eu), ("here", default), ("there@eu", eu)];
    assert_eq!(found, expected);
    let refused: Vec<_> =
        listing.unlisted.iter().map(|(each, error)| (*each, error.kind.clone())).collect();
    assert_eq!(refused, [(Jurisdiction::Us, ErrorKind::WrongSecret)]);
}

#[tokio::test]
async fn where_no_jurisdiction_lists_the_first_ones_reason_is_told() {
    let account = Account::open().await;
    let mut connection = account.connection.clone();
    connection.jurisdictions.remove(1);
    connection.jurisdictions.reverse();
    connection.jurisdictions.truncate(1);
    connection.jurisdictions.push((Jurisdiction::Eu, account.servers[2].endpoint()));
    connection.endpoint = Some(account.servers[2].endpoint());
    let client = Client::connect(&connection, Arc::default()).unwrap();
    assert_eq!(client.list_buckets().await.unwrap_err().kind, ErrorKind::WrongSecret);
}

#[tokio::test]
async fn every_request_goes_where_its_bucket_is_with_or_without_the_sdk() {
    let account = Account::with_buckets().await;
    for by_sdk in [false, true] {
        let mut connection = account.connection.clone();
        connection.bodies.by_sdk = by_sdk;
        let client = Client::connect(&connection, Arc::default()).unwrap();
        let there = object("there@eu", &format!("a-{by_sdk}"));
        put(&client, &there, "kept in the eu").await;
        assert_eq!(get(&client, &there).await, b"kept in the eu");
        assert_eq!(client.head(&there).await.unwrap().size, Some(14));
        let query = ListQuery {
            bucket: "there@eu".into(),
            prefix: Prefix::new("a-"),
            delimited: true,
            at: None,
            token: None,
            max_keys: 10,
            etags: false,
        };
        assert_eq!(client.list_page(&query).await.unwrap().page.len(), 1 + usize::from(by_sdk));
        let copied = object("there@eu", "copied");
        client.copy(&there, &copied, None, false, None).await.unwrap();
        let options = PutOptions::default();
        let upload = client.create_multipart(&copied, &options).await.unwrap();
        client.abort_multipart(&copied, &upload).await.unwrap();
        assert!(client.delete(&"there@eu".into(), &[copied.key]).await.unwrap().is_empty());
        put(&client, &object("both", "x"), "default").await;
        put(&client, &object("both@eu", "x"), "eu").await;
        assert_eq!(get(&client, &object("both", "x")).await, b"default");
        assert_eq!(get(&client, &object("both@eu", "x")).await, b"eu");
    }
    let buckets = |at: usize| account.servers[at].store().buckets();
    assert!(buckets(1).contains(&"there".to_owned()) && !buckets(0).contains(&"there".to_owned()));
}

#[tokio::test]
async fn a_link_leads_to_the_endpoint_of_its_bucket() {
    let account = Account::with_buckets().await;
    for (bucket, path, server) in
        [("there@eu", "there", 1), ("both@eu", "both", 1), ("here", "here", 0)]
    {
        let minute = std::time::Duration::from_mins(1);
        let spec = LinkSpec::new(object(bucket, "k"), LinkMethod::Get, minute);
        let link = account.client.presign(&spec, Timestamp::now()).await.unwrap();
        let start = format!("{}/{path}/k?", account.servers[server].endpoint());
        assert!(link.url.starts_with(&start), "{} {start}", link.url);
    }
}

#[tokio::test]
async fn a_name_never_comes_to_mean_a_namesake() {
    let account = Account::with_buckets().await;
    let client = &account.client;
    put(client, &object("both@eu", "x"), "eu").await;
    client.delete_bucket(&"both".into()).await.unwrap();
    let listing = client.list_buckets().await.unwrap();
    let names: Vec<_> = listing.entries.iter().map(|each| each.bucket.as_str()).collect();
    assert!(names.contains(&"both@eu") && !names.contains(&"both"), "{names:?}");
    for _ in 0..2 {
        let refused = client.put(&object("both", "x"), "y".into(), &PutOptions::default()).await;
        assert_eq!(refused.unwrap_err().kind, ErrorKind::NoSuchBucket);
        drop(client.delete(&"both".into(), &["x".into()]).await);
    }
    assert_eq!(account.servers[1].store().bytes("both", "x").unwrap(), "eu");
    let error = client.head(&object("both@default", "x")).await.unwrap_err();
    assert!(!matches!(error.kind, ErrorKind::Unreachable), "no second name: {error:?}");
}

#[tokio::test]
async fn a_silent_jurisdiction_changes_no_name() {
    let account = Account::with_buckets().await;
    let Account { servers: [default, _eu, _us], connection, .. } = account;
    default.shut_down().await;
    let client = Client::connect(&connection, Arc::default()).unwrap();
    let listing = client.list_buckets().await.unwrap();
    let mut names: Vec<_> = listing.entries.iter().map(|each| each.bucket.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["both@eu", "there@eu"]);
    let error = client.head(&object("both", "x")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error:?}");
    put(&client, &object("both@eu", "x"), "x").await;
}

#[tokio::test]
async fn without_the_default_one_a_name_has_to_say_its_jurisdiction() {
    let account = Account::with_buckets().await;
    let mut connection = account.connection.clone();
    connection.jurisdictions.remove(0);
    connection.endpoint = Some(account.servers[1].endpoint());
    let client = Client::connect(&connection, Arc::default()).unwrap();
    let before = requests(&account);
    let error = client.head(&object("there", "x")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchBucket);
    assert!(error.detail.contains("there@eu"), "{error:?}");
    assert_eq!(requests(&account), before, "nothing is guessed");
    put(&client, &object("there@eu", "x"), "x").await;
}
