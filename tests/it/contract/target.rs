//! A server under test: how to reach it, what it lacks, where its ways are its own.

use std::env;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use windlass::config::connection::{Connection, CredentialsSource};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{GetOptions, ObjectAddress, PutOptions};
use windlass::domain::provider::{Capability, Provider};
use windlass::s3::client::{Client, ListQuery};
use windlass::s3::meter::Meter;
use windlass::s3::ops::pages::Pages;

use crate::support::server::{connection, r2_server, server};

pub struct Target {
    pub connection: Connection,
    pub client: Client,
    pub meter: Arc<Meter>,
    pub bucket: Bucket,
    /// A second bucket of the same account.
    pub other: Bucket,
    pub lacks: Vec<Capability>,
    quirks: Vec<String>,
    /// The test's own corner of the bucket.
    pub prefix: Prefix,
    /// Lives as long as the test.
    _server: Option<Server>,
}

/// The embedded server as S3.
pub async fn s3(test: &str) -> Target {
    embedded(server().await, test, &[]).await
}

/// The embedded server with R2's habits.
pub async fn r2(test: &str) -> Target {
    embedded(r2_server().await, test, &["composes-keys"]).await
}

/// As [`s3`], with bodies by the SDK.
pub async fn s3_by_sdk(test: &str) -> Target {
    s3(&format!("{test}-by-sdk")).await.by_sdk()
}

/// As [`r2`], with bodies by the SDK.
pub async fn r2_by_sdk(test: &str) -> Target {
    r2(&format!("{test}-by-sdk")).await.by_sdk()
}

/// As [`named`], with bodies by the SDK.
pub async fn named_by_sdk(test: &str) -> Target {
    named(&format!("{test}-by-sdk")).await.by_sdk()
}

async fn embedded(server: Server, test: &str, quirks: &[&str]) -> Target {
    let connection = connection(&server);
    let quirks = quirks.iter().map(|quirk| (*quirk).to_owned()).collect();
    let target = Target::new(connection, test, Vec::new(), Vec::new(), quirks).await;
    Target { _server: Some(server), ..target }
}

/// The server of `WINDLASS_CONTRACT_ENDPOINT`, `_KEY`, `_SECRET`, `_REGION`, `_PROVIDER`, with
/// `_BUCKETS` (two that exist, by comma), `_LACKS` (capabilities it refuses, by comma) and
/// `_QUIRKS`.
pub async fn named(test: &str) -> Target {
    let var = |name: &str| env::var(format!("WINDLASS_CONTRACT_{name}")).unwrap_or_default();
    let words = |name: &str| -> Vec<String> {
        var(name).split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let word = |text: &str| format!("\"{text}\"");
    let provider: Provider = serde_json::from_str(&word(&var("PROVIDER"))).unwrap_or_default();
    let connection = Connection::with_keys(
        "contract",
        provider,
        &env::var("WINDLASS_CONTRACT_ENDPOINT")
            .expect("WINDLASS_CONTRACT_ENDPOINT names the server"),
        &var("REGION"),
        &var("KEY"),
        &var("SECRET"),
    );
    let lacks = words("LACKS");
    let lacks = lacks.iter().map(|name| serde_json::from_str(&word(name)).unwrap()).collect();
    Target::new(connection, test, words("BUCKETS"), lacks, words("QUIRKS")).await
}

impl Target {
    pub async fn new(
        connection: Connection,
        test: &str,
        buckets: Vec<String>,
        lacks: Vec<Capability>,
        quirks: Vec<String>,
    ) -> Target {
        let meter = Arc::new(Meter::default());
        let client = Client::connect(&connection, meter.clone()).unwrap();
        let mut buckets = buckets.into_iter().map(Bucket::new);
        let bucket = buckets.next().unwrap_or_else(|| Bucket::new("contract-one"));
        let other = buckets.next().unwrap_or_else(|| Bucket::new("contract-two"));
        if !lacks.contains(&Capability::CreateBucket) {
            for bucket in [&bucket, &other] {
                match client.create_bucket(bucket).await {
                    Err(Error { kind: ErrorKind::BucketExists, .. }) | Ok(()) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
        let prefix = Prefix::new(format!("{test}-{}/", std::process::id()));
        Target { connection, client, meter, bucket, other, lacks, quirks, prefix, _server: None }
    }

    fn by_sdk(mut self) -> Target {
        self.connection.bodies.by_sdk = true;
        self.client = Client::connect(&self.connection, self.meter.clone()).unwrap();
        self
    }

    pub fn lacks(&self, capability: Capability) -> bool {
        self.lacks.contains(&capability)
    }

    pub fn has_quirk(&self, quirk: &str) -> bool {
        self.quirks.iter().any(|known| known == quirk)
    }

    /// An object of this test.
    pub fn object(&self, name: &str) -> ObjectAddress {
        ObjectAddress::new(self.bucket.clone(), self.prefix.key(name))
    }

    pub async fn put(&self, name: &str, body: &[u8]) -> ObjectAddress {
        let object = self.object(name);
        let body = body.to_vec().into();
        self.client.put(&object, body, &PutOptions::default()).await.unwrap();
        object
    }

    pub async fn bytes(&self, object: &ObjectAddress) -> Vec<u8> {
        self.get(object, GetOptions::default()).await.unwrap()
    }

    pub async fn get(&self, object: &ObjectAddress, options: GetOptions) -> Result<Vec<u8>, Error> {
        let download = self.client.get(object, &options).await?;
        let chunks: Vec<bytes::Bytes> = download.body.try_collect().await?;
        Ok(chunks.concat())
    }

    pub fn query(&self, below: &str, delimited: bool, max_keys: u16) -> ListQuery {
        ListQuery {
            bucket: self.bucket.clone(),
            prefix: self.prefix.child(below),
            delimited,
            at: None,
            token: None,
            max_keys,
            etags: false,
        }
    }

    /// The names of every row of a listing, in order.
    pub async fn names(&self, query: ListQuery) -> Vec<String> {
        let mut pages = Pages::new(&self.client, query);
        let mut names = Vec::new();
        while let Some(page) = pages.next().await.unwrap() {
            names.extend(page.rows().map(|row| row.name.to_owned()));
        }
        names
    }

    /// Every key of this test that the server lists.
    pub async fn keys(&self) -> Vec<Key> {
        let names = self.names(self.query("", false, 1000)).await;
        names.iter().map(|name| self.prefix.key(name)).collect()
    }

    /// A client of the same server with another access key or secret.
    pub fn with_keys(&self, id: Option<&str>, secret: Option<&str>) -> Client {
        let mut connection = self.connection.clone();
        if let CredentialsSource::Static { access_key_id, secret_access_key, .. } =
            &mut connection.credentials
        {
            if let Some(id) = id {
                id.clone_into(access_key_id);
            }
            if let Some(secret) = secret {
                *secret_access_key = secret.into();
            }
        }
        Client::connect(&connection, Arc::default()).unwrap()
    }
}

/// Bytes without a pattern that a cut or a shift would leave intact.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .collect()
}
