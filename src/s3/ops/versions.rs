//! Lists versions and delete markers, and asks whether a bucket keeps them.

use std::borrow::Cow;

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{BucketVersioningStatus, EncodingType, VersioningConfiguration};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::domain::address::{Bucket, DELIMITER, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, VersionId};
use crate::domain::page_cursor::PageCursor;
use crate::domain::provider::{Capability, Provider};
use crate::domain::versions::{
    KeyHistory, VersionEntry, VersionMarker, VersionState, Versioning, VersionsPage, is_by,
    lists_newest_first,
};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::spelling::{Spellings, readings};
use crate::s3::sdk::listed_order::{ListedKind, listed_order};
use crate::s3::sdk::md5_instead::Md5Instead;
use crate::s3::sdk::time::timestamp;

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
        let empty = page.rows.is_empty() && page.prefixes.is_empty();
        let broken = |why: &str| self.query.call().fails(ErrorKind::BrokenListing, why);
        self.cursor.advance(page.next.clone(), empty).map_err(broken)?;
        if let Some(last) = page.rows.last() {
            let of_last = page.rows.iter().filter(|row| row.key == last.key);
            self.tail = of_last.cloned().collect();
        }
        Ok(Some(page))
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
            let request = request.interceptor(md5);
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
        let (output, order) = self.ask_versions(query, encoding, call).await?;
        let broken = |why: &str| call.fails(ErrorKind::BrokenListing, why);
        let listed = in_order(&output, &order);
        let keys: Option<Vec<&str>> = listed.iter().map(|listed| listed.key()).collect();
        let keys = keys.ok_or_else(|| broken("a version has no key"))?;
        let prefixes: Option<Vec<&str>> =
            output.common_prefixes().iter().map(|common| common.prefix()).collect();
        let prefixes = prefixes.ok_or_else(|| broken("a common prefix has no name"))?;
        let echoed = output.encoding_type().is_some();
        let spelling = |field| Spelling { field, asked, echoed };
        let keys = self.version_names(spelling(Field::VersionKey), &keys, query, call).await?;
        let prefixes =
            self.version_names(spelling(Field::VersionPrefix), &prefixes, query, call).await?;
        let mut rows: Vec<VersionEntry> =
            listed.iter().zip(keys).map(|(listed, key)| listed.entry(key)).collect();
        // Where the order is not known, keys still come one after another.
        if !rows.is_sorted_by(|a, b| a.key <= b.key) {
            rows.sort_by(|a, b| a.key.cmp(&b.key));
        }
        let prefixes: Vec<Prefix> = prefixes.into_iter().map(Prefix::new).collect();
        let next = match output.is_truncated() {
            None | Some(false) => None,
            Some(true) => {
                let next = next(&output, rows.last(), prefixes.last());
                Some(next.ok_or_else(|| broken("the page is not the last one and is empty"))?)
            }
        };
        Ok(VersionsPage { rows, prefixes, next })
    }

    async fn ask_versions(
        &self,
        query: &VersionsQuery,
        encoding: Option<EncodingType>,
        call: &Call,
    ) -> Result<(ListObjectVersionsOutput, Vec<ListedKind>), Error> {
        let order = listed_order();
        let output = self
            .run(call, |sdk, bucket| {
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
                    .interceptor(order.clone());
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        Ok((output, order.value()))
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
            let (found, _) = self.client.ask_versions(&query, None, self.call).await?;
            Ok(!found.versions().is_empty() || !found.delete_markers().is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let (output, order) =
                self.client.ask_versions(self.query, None, self.call).await.ok()?;
            if self.field == Field::VersionPrefix {
                let prefixes = output.common_prefixes().iter();
                return prefixes.map(|common| common.prefix().map(str::to_owned)).collect();
            }
            let listed = in_order(&output, &order);
            listed.iter().map(|listed| listed.key().map(str::to_owned)).collect()
        }
        .boxed()
    }
}

/// A row of the answer.
enum Listed<'a> {
    Version(&'a aws_sdk_s3::types::ObjectVersion),
    DeleteMarker(&'a aws_sdk_s3::types::DeleteMarkerEntry),
}

impl Listed<'_> {
    fn key(&self) -> Option<&str> {
        let key = match self {
            Listed::Version(version) => version.key(),
            Listed::DeleteMarker(marker) => marker.key(),
        };
        key.filter(|key| !key.is_empty())
    }

    fn entry(&self, key: String) -> VersionEntry {
        let (id, latest, modified, state) = match self {
            Listed::Version(version) => {
                let size = version.size().and_then(|size| u64::try_from(size).ok());
                let state = VersionState::Object {
                    size: size.unwrap_or_default(),
                    etag: version.e_tag().map(ETag::new),
                    class: version.storage_class().map(|class| class.as_str().to_owned()),
                };
                (version.version_id(), version.is_latest(), version.last_modified(), state)
            }
            Listed::DeleteMarker(marker) => {
                let state = VersionState::DeleteMarker;
                (marker.version_id(), marker.is_latest(), marker.last_modified(), state)
            }
        };
        // A server without versioning may leave the id out.
        let id = id.filter(|id| !id.is_empty()).unwrap_or("null");
        VersionEntry {
            key: Key::new(key),
            version: VersionId(id.to_owned()),
            latest: latest == Some(true),
            modified: modified.and_then(timestamp),
            state,
        }
    }
}

/// Both lists as one; the versions before the delete markers where the order does not fit them.
fn in_order<'a>(output: &'a ListObjectVersionsOutput, order: &[ListedKind]) -> Vec<Listed<'a>> {
    let (mut versions, mut markers) = (output.versions().iter(), output.delete_markers().iter());
    let mut rows = Vec::with_capacity(versions.len() + markers.len());
    if order.len() == versions.len() + markers.len() {
        for kind in order {
            match kind {
                ListedKind::Version => rows.extend(versions.next().map(Listed::Version)),
                ListedKind::DeleteMarker => {
                    rows.extend(markers.next().map(Listed::DeleteMarker));
                }
            }
        }
    }
    rows.extend(versions.map(Listed::Version));
    rows.extend(markers.map(Listed::DeleteMarker));
    rows
}

/// Where the next page begins: at the server's marker, which may be an encoded name, else after the
/// last row.
fn next(
    output: &ListObjectVersionsOutput,
    last: Option<&VersionEntry>,
    last_prefix: Option<&Prefix>,
) -> Option<VersionMarker> {
    let after_last = || {
        let row = last.map(|last| VersionMarker {
            key: last.key.as_str().to_owned(),
            version: Some(last.version.clone()),
        });
        let prefix = last_prefix
            .map(|prefix| VersionMarker { key: prefix.as_str().to_owned(), version: None });
        [row, prefix].into_iter().flatten().max_by(|a, b| a.key.cmp(&b.key))
    };
    let Some(marker) = output.next_key_marker().filter(|key| !key.is_empty()) else {
        return after_last();
    };
    let version = output.next_version_id_marker().filter(|id| !id.is_empty());
    let version = version.map(|id| VersionId(id.to_owned()));
    let mut names: Vec<String> = readings(marker, Spellings::ALL, |_| true)
        .into_iter()
        .map(|reading| reading.name)
        .collect();
    let known = [last.map(|last| last.key.as_str()), last_prefix.map(Prefix::as_str)];
    let same = known.into_iter().flatten().find(|key| names.iter().any(|name| name == key));
    if let Some(key) = same {
        return Some(VersionMarker { key: key.to_owned(), version });
    }
    if names.len() == 1 {
        return Some(VersionMarker { key: names.remove(0), version });
    }
    after_last()
}
