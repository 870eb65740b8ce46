//! Lists versions and delete markers, and asks whether a bucket keeps them.

mod scan;

use std::borrow::Cow;

use aws_sdk_s3::operation::list_object_versions::{ListObjectVersions, ListObjectVersionsOutput};
use aws_sdk_s3::types::{BucketVersioningStatus, EncodingType, VersioningConfiguration};
use aws_smithy_runtime_api::client::interceptors::context::Output;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::domain::address::{Bucket, DELIMITER, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, VersionId};
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::provider::{Capability, Provider};
use crate::domain::versions::{
    KeyHistory, VersionEntry, VersionMarker, Versioning, VersionsPage, is_by, lists_newest_first,
};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::list::after::start;
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::spelling::{Spellings, readings};
use crate::s3::ops::versions::scan::{WrittenVersions, scan};
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::md5_instead::Md5Instead;
use crate::s3::sdk::scanned::Scanned;

/// The version of an object that was stored while its bucket kept none.
const NULL: &str = "null";

/// What one page of versions is asked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionsQuery {
    pub bucket: Bucket,
    pub prefix: Prefix,
    /// Group by `/` (one level) or list every version below the prefix.
    pub delimited: bool,
    pub after: Option<VersionMarker>,
    /// At most 1,000.
    pub max_keys: u16,
}

impl VersionsQuery {
    /// Everything below a prefix.
    pub fn below(bucket: &Bucket, prefix: &Prefix) -> VersionsQuery {
        VersionsQuery {
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            delimited: false,
            after: None,
            max_keys: 1000,
        }
    }

    fn call(&self) -> Call {
        let call = Call::on_bucket("ListObjectVersions", &self.bucket);
        let place = format!("s3://{}/{}", self.bucket, self.prefix);
        Call { place, ..call.needing(Capability::Versions) }
    }
}

/// Pages of one list of versions, in order, each version once.
#[derive(Debug)]
pub struct VersionPages<'a> {
    client: &'a Client,
    query: VersionsQuery,
    cursor: PageCursor<VersionMarker>,
    /// The versions that the last page listed of its last key: a server may begin with them again.
    tail: Vec<VersionEntry>,
}

impl<'a> VersionPages<'a> {
    pub fn new(client: &'a Client, query: VersionsQuery) -> VersionPages<'a> {
        let cursor = PageCursor::starting_at(query.after.clone());
        VersionPages { client, query, cursor, tail: Vec::new() }
    }

    /// The next page; `None` after the last. After an error the same page is asked again.
    pub async fn next(&mut self) -> Result<Option<VersionsPage>, Error> {
        if self.cursor.is_at_end() {
            return Ok(None);
        }
        self.query.after = self.cursor.token().cloned();
        let mut page = self.client.versions_page(&self.query).await?;
        page.rows.retain(|row| !self.is_told(row));
        let start = PageStart::of_versions(&page);
        let broken = |why: &str| self.query.call().fails(ErrorKind::BrokenListing, why);
        self.cursor.advance(page.next.clone(), start).map_err(broken)?;
        if let Some(last) = page.rows.last() {
            let of_last = page.rows.iter().filter(|row| row.key == last.key);
            self.tail = of_last.cloned().collect();
        }
        Ok(Some(page))
    }

    /// Whether the last page was given.
    pub fn is_at_end(&self) -> bool {
        self.cursor.is_at_end()
    }

    fn is_told(&self, row: &VersionEntry) -> bool {
        let same = |told: &VersionEntry| told.version == row.version && told.key == row.key;
        self.tail.iter().any(same)
    }

    /// Nothing of what follows is wanted.
    pub fn passes(&self, key: &Key) -> bool {
        self.cursor.token().is_some_and(|next| next.key != key.as_str())
    }
}

impl Client {
    /// What a server says of the versions of a bucket; R2 and others are known to keep none.
    pub async fn versioning(&self, bucket: &Bucket) -> Result<Versioning, Error> {
        let call = Call::on_bucket("GetBucketVersioning", bucket).needing(Capability::Versions);
        let output = self
            .run(&call, |sdk, bucket| {
                let request = sdk.get_bucket_versioning().bucket(bucket);
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        Ok(match output.status() {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(_) => Versioning::Suspended,
            None => Versioning::Never,
        })
    }

    /// Turns versions on, or suspends them: they are never turned off again.
    pub async fn set_versioning(
        &self,
        bucket: &Bucket,
        versioning: Versioning,
    ) -> Result<(), Error> {
        let call = Call::on_bucket("PutBucketVersioning", bucket).writing();
        let call = call.needing(Capability::Versions);
        let status = match versioning {
            Versioning::Enabled => BucketVersioningStatus::Enabled,
            Versioning::Suspended => BucketVersioningStatus::Suspended,
            Versioning::Never => {
                let why = "versions are never turned off once they were on: suspend them";
                return Err(call.fails(ErrorKind::InvalidRequest, why));
            }
        };
        let md5 = Md5Instead::on(self.sdk().await?.provider);
        let configuration = VersioningConfiguration::builder().status(status).build();
        self.run(&call, |sdk, bucket| {
            let request = sdk.put_bucket_versioning().bucket(bucket);
            let request = request.versioning_configuration(configuration.clone()).customize();
            let request = request.interceptor(Hooked(md5));
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// Every version of exactly this key, newest first. Stops where the key is passed, whatever
    /// keys begin like it.
    pub async fn versions_of(&self, object: &ObjectAddress) -> Result<KeyHistory, Error> {
        let prefix = Prefix::new(object.key.as_str());
        let mut pages = VersionPages::new(self, VersionsQuery::below(&object.bucket, &prefix));
        let mut found = Vec::new();
        while let Some(page) = pages.next().await? {
            let passed = page.rows.iter().any(|row| row.key > object.key);
            found.extend(page.rows.into_iter().filter(|row| row.key == object.key));
            if passed || pages.passes(&object.key) {
                break;
            }
        }
        Ok(KeyHistory::new(found))
    }

    /// The state of exactly this key at a moment, which may be a delete marker. Reads no further
    /// than that is known.
    pub async fn version_at(
        &self,
        object: &ObjectAddress,
        at: Timestamp,
    ) -> Result<Option<VersionEntry>, Error> {
        let prefix = Prefix::new(object.key.as_str());
        let mut pages = VersionPages::new(self, VersionsQuery::below(&object.bucket, &prefix));
        let mut found: Vec<VersionEntry> = Vec::new();
        while let Some(page) = pages.next().await? {
            let passed = page.rows.iter().any(|row| row.key > object.key);
            found.extend(page.rows.into_iter().filter(|row| row.key == object.key));
            let then = |row: &VersionEntry| row.modified.is_some_and(|made| is_by(made, at));
            let decided = lists_newest_first(&found) && found.iter().any(then);
            if passed || decided || pages.passes(&object.key) {
                break;
            }
        }
        Ok(KeyHistory::new(found).at(at).cloned())
    }

    /// One page of versions and delete markers, as the server lists them. Where it claims to go on
    /// and does not say where (Google), the page goes on after its last row.
    pub async fn versions_page(&self, query: &VersionsQuery) -> Result<VersionsPage, Error> {
        let call = query.call();
        let behind = query.after.is_some() && self.provider() == Provider::Other;
        let encoded = (!behind).then_some(EncodingType::Url);
        match self.asked_page(query, encoded.clone(), &call).await {
            // Not every key can be written without an encoding.
            Err(error) if behind && is_unreadable(&error) => {
                self.asked_page(query, Some(EncodingType::Url), &call).await
            }
            // LocalStack compares the prefix with encoded names.
            Ok(page) if encoded.is_some() && self.may_be_missed(&page, query) => {
                self.asked_page(query, None, &call).await
            }
            other => other,
        }
    }

    fn may_be_missed(&self, page: &VersionsPage, query: &VersionsQuery) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        let nothing = page.rows.is_empty() && page.prefixes.is_empty() && page.next.is_none();
        nothing && self.provider() == Provider::Other && !query.prefix.as_str().bytes().all(plain)
    }

    async fn asked_page(
        &self,
        query: &VersionsQuery,
        encoding: Option<EncodingType>,
        call: &Call,
    ) -> Result<VersionsPage, Error> {
        let asked = encoding.is_some();
        let mut written = self.ask_versions(query, encoding, call).await?;
        let spelling = |field| Spelling { field, asked, echoed: written.encoded };
        let keys: Vec<&str> = written.rows.iter().map(|row| row.key.as_str()).collect();
        let keys = self.version_names(spelling(Field::VersionKey), &keys, query, call).await?;
        let prefixes: Vec<&str> = written.prefixes.iter().map(String::as_str).collect();
        let prefixes =
            self.version_names(spelling(Field::VersionPrefix), &prefixes, query, call).await?;
        let named = std::mem::take(&mut written.rows).into_iter().zip(keys);
        let mut rows: Vec<VersionEntry> =
            named.map(|(row, key)| VersionEntry { key: Key::new(key), ..row }).collect();
        // A server may list versions and delete markers apart.
        if !rows.is_sorted_by(|a, b| a.key <= b.key) {
            rows.sort_by(|a, b| a.key.cmp(&b.key));
        }
        let prefixes: Vec<Prefix> = prefixes.into_iter().map(Prefix::new).collect();
        let next = match written.truncated {
            None | Some(false) => None,
            Some(true) => {
                let next = next(&written, rows.last(), prefixes.last());
                let why = "the page is not the last one and is empty";
                Some(next.ok_or_else(|| call.fails(ErrorKind::BrokenListing, why))?)
            }
        };
        Ok(VersionsPage { rows, prefixes, next })
    }

    async fn ask_versions(
        &self,
        query: &VersionsQuery,
        encoding: Option<EncodingType>,
        call: &Call,
    ) -> Result<WrittenVersions, Error> {
        self.run(call, |sdk, bucket| {
            let scanned = Scanned::of(&ListObjectVersions::new(), no_output, scan);
            let after = query.after.as_ref();
            let version = after.and_then(|after| after.version.as_ref());
            let request = sdk
                .list_object_versions()
                .bucket(bucket)
                .prefix(query.prefix.as_str())
                .max_keys(i32::from(query.max_keys.min(1000)))
                .set_delimiter(query.delimited.then(|| DELIMITER.to_string()))
                .set_encoding_type(encoding.clone())
                .set_key_marker(after.map(|after| after.key.clone()))
                .set_version_id_marker(version.map(|id| id.as_str().to_owned()))
                .customize()
                .interceptor(scanned.clone());
            async move {
                request.send().await.map_err(|error| call.failed(error))?;
                scanned.take(call)
            }
        })
        .await
    }

    async fn version_names(
        &self,
        spelling: Spelling,
        texts: &[&str],
        query: &VersionsQuery,
        call: &Call,
    ) -> Result<Vec<String>, Error> {
        let Spelling { field, asked, echoed } = spelling;
        let names = PageNames {
            place: NameContext { field, prefix: query.prefix.as_str(), delimited: query.delimited },
            told: match asked {
                false if !echoed => Some(Spellings::PLAIN),
                _ => told(self.provider(), field, echoed),
            },
            learned: self.learned_names(),
            ask: &Asking { client: self, query, field, call },
            call,
        };
        let names = names.read(texts).await?;
        Ok(names.into_iter().map(Cow::into_owned).collect())
    }
}

/// How the names of one page are written.
#[derive(Clone, Copy)]
struct Spelling {
    field: Field,
    /// An encoding was asked for.
    asked: bool,
    echoed: bool,
}

/// Whether an answer came that is no document.
fn is_unreadable(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::NotS3 | ErrorKind::Corrupt | ErrorKind::BrokenListing)
}

/// Asks by listing the versions that a name would be of.
struct Asking<'a> {
    client: &'a Client,
    query: &'a VersionsQuery,
    field: Field,
    call: &'a Call,
}

impl Ask for Asking<'_> {
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, Error>> {
        let prefix = Prefix::new(name);
        let query =
            VersionsQuery { max_keys: 1, ..VersionsQuery::below(&self.query.bucket, &prefix) };
        async move {
            let found = self.client.ask_versions(&query, None, self.call).await?;
            Ok(!found.rows.is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let written = self.client.ask_versions(self.query, None, self.call).await.ok()?;
            if self.field == Field::VersionPrefix {
                return Some(written.prefixes);
            }
            Some(written.rows.into_iter().map(|row| row.key.as_str().to_owned()).collect())
        }
        .boxed()
    }
}

fn no_output() -> Output {
    Output::erase(ListObjectVersionsOutput::builder().build())
}

/// Where the next page begins: at the server's marker, which may be an encoded name, else after the
/// last row.
fn next(
    written: &WrittenVersions,
    last: Option<&VersionEntry>,
    last_prefix: Option<&Prefix>,
) -> Option<VersionMarker> {
    let after_last = || {
        let (row, prefix) = (last.map(behind), last_prefix.map(behind_all));
        [row, prefix].into_iter().flatten().max_by(|a, b| a.key.cmp(&b.key))
    };
    let Some(marker) = written.next_key.as_deref().filter(|key| !key.is_empty()) else {
        return after_last();
    };
    let version = written.next_version.as_deref().filter(|id| !id.is_empty());
    let version = version.map(|id| VersionId(id.to_owned()));
    let mut names: Vec<String> = readings(marker, Spellings::ALL, |_| true)
        .into_iter()
        .map(|reading| reading.name)
        .collect();
    let known = [last.map(|last| last.key.as_str()), last_prefix.map(Prefix::as_str)];
    let same = known.into_iter().flatten().find(|key| names.iter().any(|name| name == key));
    if let Some(key) = same {
        // OpenStack Swift calls every version `null` here, has nothing behind that, and begins with
        // the same prefix again behind its bare name.
        if version.as_ref().is_some_and(|id| id.as_str() == NULL) {
            let row = last.filter(|last| last.key.as_str() == key).map(behind);
            return row.or_else(|| last_prefix.map(behind_all));
        }
        return Some(VersionMarker { key: key.to_owned(), version });
    }
    if names.len() == 1 {
        return Some(VersionMarker { key: names.remove(0), version });
    }
    after_last()
}

fn behind(row: &VersionEntry) -> VersionMarker {
    VersionMarker { key: row.key.as_str().to_owned(), version: Some(row.version.clone()) }
}

/// What begins behind everything below a prefix.
fn behind_all(prefix: &Prefix) -> VersionMarker {
    VersionMarker { key: start(prefix.as_str(), true, ""), version: None }
}
