//! Deletes for good, with every version and delete marker: a key, what is below a prefix, all that
//! is in a bucket.

use std::collections::HashSet;
use std::future::ready;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::emptied::Emptied;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::glob::KeyFilter;
use crate::domain::object::ObjectAddress;
use crate::domain::unfinished::UnfinishedUpload;
use crate::domain::versions::{KeyVersion, VersionEntry};
use crate::s3::client::Client;
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// Requests under way at once.
const AT_ONCE: usize = 4;

/// Times that the whole is listed: somebody may write meanwhile, and a server may pass over what
/// comes after a version that is gone.
const ROUNDS: u32 = 5;

/// Hears how far it is.
pub trait Tell: Fn(&Emptied) + Send + Sync {}

impl<F: Fn(&Emptied) + Send + Sync> Tell for F {}

impl Client {
    /// Everything in a bucket, unfinished uploads too. Once `stop` is cancelled no further request
    /// begins, and the answers of those under way are still counted. A server without versions is
    /// asked for objects alone.
    pub async fn empty_bucket(
        &self,
        bucket: &Bucket,
        stop: &CancellationToken,
        tell: impl Tell,
    ) -> Result<Emptied, Error> {
        let work = Emptying::new(self, bucket, stop, &tell);
        work.uploads().await?;
        let root = Prefix::root();
        match work.versions(&root, &KeyFilter::default()).await {
            Err(error) if error.is(&ErrorKind::Unsupported) => {}
            other => other?,
        }
        // A server may list no versions where it keeps none.
        work.objects(&root).await?;
        Ok(work.sum())
    }

    /// Every version of what is below a prefix, as far as the filter takes it.
    pub async fn delete_versions_below(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        filter: &KeyFilter,
        stop: &CancellationToken,
        tell: impl Tell,
    ) -> Result<Emptied, Error> {
        let work = Emptying::new(self, bucket, stop, &tell);
        work.versions(prefix, filter).await?;
        Ok(work.sum())
    }

    /// Every version of exactly this key.
    pub async fn delete_versions_of(
        &self,
        object: &ObjectAddress,
        stop: &CancellationToken,
        tell: impl Tell,
    ) -> Result<Emptied, Error> {
        let work = Emptying::new(self, &object.bucket, stop, &tell);
        let history = self.versions_of(object).await?;
        for batch in history.versions().chunks(1000) {
            if stop.is_cancelled() {
                work.leave();
                break;
            }
            work.delete(batch.to_vec()).await?;
        }
        Ok(work.sum())
    }
}

/// Deletions that go on while further rows are listed, [`AT_ONCE`] of them at most.
#[derive(Default)]
struct Deletions<'a>(FuturesUnordered<BoxFuture<'a, Result<(), Error>>>);

impl<'a> Deletions<'a> {
    /// A page; none where there is no further one, or where it was stopped.
    async fn beside<T>(
        &mut self,
        stop: &CancellationToken,
        listing: impl Future<Output = Result<Option<T>, Error>>,
    ) -> Result<Option<T>, Error> {
        let mut listing = pin!(listing);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(None),
                listed = &mut listing => return listed,
                Some(deleted) = self.0.next() => deleted?,
            }
        }
    }

    async fn begin(&mut self, deletion: BoxFuture<'a, Result<(), Error>>) -> Result<(), Error> {
        self.0.push(deletion);
        while self.0.len() >= AT_ONCE
            && let Some(deleted) = self.0.next().await
        {
            deleted?;
        }
        Ok(())
    }

    async fn end(mut self) -> Result<(), Error> {
        while let Some(deleted) = self.0.next().await {
            deleted?;
        }
        Ok(())
    }
}

struct Emptying<'a, T> {
    client: &'a Client,
    bucket: &'a Bucket,
    stop: &'a CancellationToken,
    tell: &'a T,
    sum: Mutex<Emptied>,
    /// What was not deleted and is not tried again.
    refused: Mutex<HashSet<KeyVersion>>,
}

impl<'a, T: Tell> Emptying<'a, T> {
    fn new(
        client: &'a Client,
        bucket: &'a Bucket,
        stop: &'a CancellationToken,
        tell: &'a T,
    ) -> Emptying<'a, T> {
        Emptying { client, bucket, stop, tell, sum: Mutex::default(), refused: Mutex::default() }
    }

    fn sum(self) -> Emptied {
        self.sum.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, emptied: Emptied) {
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.add(emptied);
        (self.tell)(&sum);
    }

    /// Something is not tried any more.
    fn leave(&self) {
        self.sum.lock().unwrap_or_else(PoisonError::into_inner).left = true;
    }

    fn is_refused(&self, named: &KeyVersion) -> bool {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).contains(named)
    }

    async fn versions(&self, prefix: &Prefix, filter: &KeyFilter) -> Result<(), Error> {
        let takes = |row: &VersionEntry| {
            filter.takes(row.key.as_str().strip_prefix(prefix.as_str()).unwrap_or_default())
        };
        for round in 0..ROUNDS {
            let pages = VersionPages::new(self.client, VersionsQuery::below(self.bucket, prefix));
            if self.delete_all(pages, takes, round == 0).await? == 0 || self.stop.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// Deletes page by page while further ones are listed; gives how many versions were listed.
    /// After the first round there may be nothing.
    async fn delete_all(
        &self,
        mut pages: VersionPages<'_>,
        takes: impl Fn(&VersionEntry) -> bool,
        first: bool,
    ) -> Result<usize, Error> {
        let (mut found, mut deletions) = (0, Deletions::default());
        while let Some(page) = deletions.beside(self.stop, pages.next()).await? {
            let mut rows = page.rows;
            rows.retain(|row| takes(row) && !self.is_refused(&row.name()));
            found += rows.len();
            deletions.begin(self.delete(rows).boxed()).await?;
        }
        if !pages.is_at_end() && (first || found > 0) {
            self.leave();
        }
        deletions.end().await?;
        Ok(found)
    }

    async fn delete(&self, rows: Vec<VersionEntry>) -> Result<(), Error> {
        let named: Vec<KeyVersion> = rows.iter().map(VersionEntry::name).collect();
        let failed = self.client.delete_versions(self.bucket, &named).await?;
        let mut emptied = Emptied::default();
        let refused: HashSet<&KeyVersion> = failed.iter().map(|(named, _)| named).collect();
        rows.iter()
            .zip(&named)
            .filter(|(_, named)| !refused.contains(named))
            .for_each(|(row, _)| emptied.count(row));
        self.note(emptied, failed);
        Ok(())
    }

    fn note(&self, mut emptied: Emptied, failed: Vec<(KeyVersion, Error)>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        for (named, error) in failed {
            refused.insert(named);
            emptied.fail(error);
        }
        drop(refused);
        self.add(emptied);
    }

    /// What a plain listing still shows.
    async fn objects(&self, prefix: &Prefix) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            let mut pages = self.client.keys_below(self.bucket, prefix, false);
            let (mut found, mut deletions) = (0, Deletions::default());
            while let Some(page) = deletions.beside(self.stop, pages.next()).await? {
                let rows = page.rows().map(|row| (prefix.key(row.name), row.size()));
                let rows: Vec<(Key, Option<u64>)> = rows.collect();
                let seen_before = |key: &Key| {
                    let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                    refused.iter().any(|named| named.key == *key)
                };
                let rows: Vec<_> = rows.into_iter().filter(|(key, _)| !seen_before(key)).collect();
                found += rows.len();
                deletions.begin(self.delete_objects(rows).boxed()).await?;
            }
            if self.stop.is_cancelled() {
                self.leave();
            }
            deletions.end().await?;
            if found == 0 || self.stop.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    async fn delete_objects(&self, rows: Vec<(Key, Option<u64>)>) -> Result<(), Error> {
        let keys: Vec<Key> = rows.iter().map(|(key, _)| key.clone()).collect();
        let failed = self.client.delete(self.bucket, &keys).await?;
        let mut emptied = Emptied::default();
        let refused: HashSet<&Key> = failed.iter().map(|(key, _)| key).collect();
        for (_, size) in rows.iter().filter(|(key, _)| !refused.contains(key)) {
            emptied.objects += 1;
            emptied.bytes += size.unwrap_or_default();
        }
        let failed = failed.into_iter().map(|(key, error)| (KeyVersion::newest(key), error));
        self.note(emptied, failed.collect());
        Ok(())
    }

    async fn uploads(&self) -> Result<(), Error> {
        let found = match self.client.uploads_below(self.bucket, &Prefix::root()).await {
            // Where uploads cannot be listed, they cannot be found.
            Err(error) if error.is(&ErrorKind::Unsupported) => Vec::new(),
            other => other?,
        };
        let (all, mut tried) = (found.len(), 0);
        let found = stream::iter(found).take_while(|_| ready(!self.stop.is_cancelled()));
        let aborts = found.map(|upload| {
            let UnfinishedUpload { object, upload, .. } = upload;
            async move { self.client.abort_for_good(&object, &upload).await }.boxed()
        });
        let mut aborts = aborts.buffer_unordered(AT_ONCE);
        while let Some(aborted) = aborts.next().await {
            tried += 1;
            let mut emptied = Emptied::default();
            match aborted {
                Ok(_) => emptied.uploads = 1,
                Err(error) => emptied.fail(error),
            }
            self.add(emptied);
        }
        if tried < all {
            self.leave();
        }
        Ok(())
    }
}
