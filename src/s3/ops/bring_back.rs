//! Brings back what was overwritten or deleted: plans it from the versions, then does it.

use std::collections::HashSet;
use std::future::ready;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, VersionId};
use crate::domain::restoring::{RestorePlan, RestorePoint, RestoreStep, Restored, step};
use crate::domain::versions::{Histories, KeyVersion, VersionEntry};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// Copies under way at once.
const AT_ONCE: usize = 8;

/// Delete markers removed by one request, at most.
const BATCH: usize = 1000;

impl Client {
    /// What brings everything below a prefix back; `tell` hears of it while versions are read.
    pub async fn plan_restore(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        wanted: &RestorePoint,
        tell: impl Fn(&RestorePlan),
    ) -> Result<RestorePlan, Error> {
        let mut pages = VersionPages::new(self, VersionsQuery::below(bucket, prefix));
        let (mut histories, mut plan) = (Histories::default(), RestorePlan::default());
        while let Some(page) = pages.next().await? {
            for row in page.rows {
                if let Some(history) = histories.push(row) {
                    plan.add(step(&history, wanted));
                }
            }
            tell(&plan);
        }
        if let Some(history) = histories.end() {
            plan.add(step(&history, wanted));
        }
        Ok(plan)
    }

    /// Does what was planned; `tell` hears how far it is. What does not come back when its markers
    /// are removed is copied on top. What one request cannot copy is handed back. Once `stop` is
    /// cancelled nothing further begins, and what is under way is counted.
    pub async fn restore(
        &self,
        bucket: &Bucket,
        steps: Vec<RestoreStep>,
        stop: &CancellationToken,
        tell: impl Fn(&Restored),
    ) -> Restored {
        let mut done = Restored::default();
        let (mut undeletes, mut copies) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                RestoreStep::Undelete { markers, object } => undeletes.push((markers, object)),
                RestoreStep::Copy { object, over } => copies.push((object, over)),
                _ => {}
            }
        }
        for batch in batches(undeletes) {
            if stop.is_cancelled() {
                done.left = true;
                break;
            }
            let gone = self.undelete(bucket, batch, &mut done).await;
            copies.extend(gone.into_iter().map(|object| (object, None)));
            tell(&done);
        }
        let most = self.provider().max_single_put();
        let (small, large): (Vec<_>, Vec<_>) =
            copies.into_iter().partition(|(object, _)| object.size().unwrap_or_default() <= most);
        done.large = large.into_iter().map(|(object, _)| object).collect();
        let (all, mut tried) = (small.len(), 0);
        let small = stream::iter(small).take_while(|_| ready(!stop.is_cancelled()));
        let copies = small.map(|(object, over)| {
            async move {
                let copied = self.copy_on_top(bucket, &object, over.as_ref()).await;
                (object, copied)
            }
            .boxed()
        });
        let mut copies = copies.buffer_unordered(AT_ONCE);
        while let Some((object, copied)) = copies.next().await {
            tried += 1;
            match copied {
                Ok(Some(from)) => {
                    done.restored += 1;
                    done.bytes += object.size().unwrap_or_default();
                    if let Some(lacking) = self.lost_locks(bucket, &object, &from).await {
                        done.note(&object.key, lacking);
                    }
                }
                Ok(None) => done.unchanged += 1,
                Err(error) => done.fail(error),
            }
            tell(&done);
        }
        done.left |= tried < all;
        done
    }

    /// Deletes what was made after the moment; where versions are kept that adds a delete marker.
    pub async fn delete_later(
        &self,
        bucket: &Bucket,
        later: &[VersionEntry],
        stop: &CancellationToken,
        done: &mut Restored,
    ) {
        let keys: Vec<Key> = later.iter().map(|object| object.key.clone()).collect();
        for batch in keys.chunks(BATCH).take_while(|_| !stop.is_cancelled()) {
            match self.delete(bucket, batch).await {
                Ok(failed) => {
                    done.deleted += (batch.len() - failed.len()) as u64;
                    for (_, error) in failed {
                        done.fail(error);
                    }
                }
                Err(error) => batch.iter().for_each(|_| done.fail(error.clone())),
            }
        }
    }

    /// Removes the markers of a batch, and gives the objects that are not there for all that.
    async fn undelete(
        &self,
        bucket: &Bucket,
        batch: Vec<Undelete>,
        done: &mut Restored,
    ) -> Vec<VersionEntry> {
        let mut failed = Vec::new();
        for named in rounds(&batch) {
            match self.delete_versions(bucket, &named).await {
                Ok(refused) => failed.extend(refused),
                Err(error) => {
                    failed.extend(named.into_iter().map(|named| (named, error.clone())));
                }
            }
        }
        let mut told: HashSet<Key> = HashSet::new();
        for (named, error) in failed {
            if told.insert(named.key) {
                done.fail(error);
            }
        }
        let removed = batch.into_iter().map(|(_, object)| object);
        let removed = removed.filter(|object| !told.contains(&object.key));
        let looks = stream::iter(removed)
            .map(|object| async move { (self.is_back(bucket, &object).await, object) }.boxed());
        let mut looks = looks.buffer_unordered(AT_ONCE);
        let mut gone = Vec::new();
        while let Some((back, object)) = looks.next().await {
            match back {
                Ok(true) => {
                    done.restored += 1;
                    done.bytes += object.size().unwrap_or_default();
                }
                Ok(false) => gone.push(object),
                Err(error) => done.fail(error),
            }
        }
        gone
    }

    /// Whether the key of a version has an object again, now that its markers are removed.
    /// OpenStack Swift takes markers away by DeleteObjects and brings nothing back.
    async fn is_back(&self, bucket: &Bucket, object: &VersionEntry) -> Result<bool, Error> {
        if self.provider().facts().relied_upon {
            return Ok(true);
        }
        let key = ObjectAddress::new(bucket.clone(), object.key.clone());
        match self.head(&key).await {
            Ok(_) => Ok(true),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(false),
            // Who may not look at the object, or not without its key, may list it: the plan was
            // made so.
            Err(_) => {
                let history = self.versions_of(&key).await?;
                Ok(history.newest().is_some_and(|newest| newest.latest && !newest.is_marker()))
            }
        }
    }

    /// Copies a version on top, and gives its head; `None` where what is there is the same in all
    /// that a copy carries.
    /// The locks of a version that its copy lacks: Ceph carries them over.
    async fn lost_locks(
        &self,
        bucket: &Bucket,
        object: &VersionEntry,
        version: &ObjectHead,
    ) -> Option<String> {
        locks_of(version)?;
        let to = ObjectAddress::new(bucket.clone(), object.key.clone());
        let copy = self.head(&to).await.unwrap_or_default();
        locks_of(&ObjectHead {
            retention: version.retention.filter(|kept| copy.retention != Some(*kept)),
            legal_hold: version.legal_hold.filter(|_| copy.legal_hold != Some(true)),
            ..ObjectHead::default()
        })
    }

    async fn copy_on_top(
        &self,
        bucket: &Bucket,
        object: &VersionEntry,
        over: Option<&VersionEntry>,
    ) -> Result<Option<ObjectHead>, Error> {
        let from = object.address(bucket);
        // A list may name another class than the version has (LocalStack).
        let version = match self.head(&from).await {
            Ok(version) => version,
            Err(error) if error.retryable() => return Err(error),
            // Of some servers nothing but the list tells of it.
            Err(_) => ObjectHead {
                storage_class: object.class().map(str::to_owned),
                ..ObjectHead::default()
            },
        };
        let to = ObjectAddress::new(bucket.clone(), object.key.clone());
        let same = match over {
            Some(over) => {
                let alike = object.etag() == over.etag() && object.size() == over.size();
                alike && is_the_same(&version, &self.head(&over.address(bucket)).await?)
            }
            // Which version is the latest may be all that the list does not say.
            None => match self.head(&to).await {
                Err(error) if error.is(&ErrorKind::NoSuchKey) => false,
                there => is_the_same(&there?, &version),
            },
        };
        if same {
            return Ok(None);
        }
        let class = version.storage_class.as_deref().filter(|class| *class != "STANDARD");
        let stored = self.copy(&from, &to, object.etag(), false, class).await?;
        if stored.etag.as_ref() == object.etag() {
            return Ok(Some(version));
        }
        let made = to.clone().at_version(stored.version_id.map(VersionId));
        let copy = self.head(&made).await?;
        match copy.size == object.size() {
            true => Ok(Some(version)),
            false => Err(Call::on_object("CopyObject", &to)
                .fails(ErrorKind::Corrupt, "the copy has another size than the version")),
        }
    }
}

/// Whether two heads say the same of all that a copy carries.
fn is_the_same(one: &ObjectHead, other: &ObjectHead) -> bool {
    let kept = |head: &ObjectHead| {
        let class = head.storage_class.clone().filter(|class| class != "STANDARD");
        let bytes = (head.etag.clone(), head.size);
        (bytes, head.headers.clone(), head.user_metadata.clone(), class)
    };
    kept(one) == kept(other)
}

/// The locks of a version, which a copy of it does not have.
fn locks_of(version: &ObjectHead) -> Option<String> {
    let now = Timestamp::now();
    let kept = version.retention.filter(|kept| kept.until > now);
    let retention = kept
        .map(|kept| format!("the retention of its version ({} until {})", kept.mode, kept.until));
    let held = version.legal_hold == Some(true);
    let hold = held.then(|| "the legal hold of its version".to_owned());
    let locks: Vec<String> = retention.into_iter().chain(hold).collect();
    (!locks.is_empty()).then(|| locks.join(" and "))
}

/// The delete markers above an object, and the object.
type Undelete = (Vec<VersionId>, VersionEntry);

/// The markers of a batch in the order in which they are removed: the newest of each key last. What
/// is below the newest is not in force, so that nothing depends on the order in which a server
/// removes it; OpenStack Swift brings nothing back where both go at once.
fn rounds(batch: &[Undelete]) -> impl Iterator<Item = Vec<KeyVersion>> {
    let below = batch.iter().flat_map(|(markers, object)| {
        markers.iter().skip(1).map(|marker| named(object, marker)).collect::<Vec<_>>()
    });
    let newest = batch.iter().filter_map(|(markers, object)| Some(named(object, markers.first()?)));
    let rounds: [Vec<KeyVersion>; 2] = [below.collect(), newest.collect()];
    rounds.into_iter().filter(|round| !round.is_empty())
}

fn named(object: &VersionEntry, marker: &VersionId) -> KeyVersion {
    KeyVersion { key: object.key.clone(), version: Some(marker.clone()) }
}

/// Cuts them into batches whose markers one request removes; the markers of one key stay together.
fn batches(undeletes: Vec<Undelete>) -> Vec<Vec<Undelete>> {
    let (mut batches, mut batch, mut markers) = (Vec::new(), Vec::new(), 0);
    for undelete in undeletes {
        if markers + undelete.0.len() > BATCH && !batch.is_empty() {
            batches.push(std::mem::take(&mut batch));
            markers = 0;
        }
        markers += undelete.0.len();
        batch.push(undelete);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::versions::VersionState;

    #[test]
    fn the_markers_of_one_key_are_removed_by_one_request() {
        let object = VersionEntry {
            key: "k".into(),
            version: VersionId("o".to_owned()),
            latest: false,
            modified: None,
            state: VersionState::Object { size: 1, etag: None, class: None },
        };
        let undelete = |markers: usize| {
            let ids = (0..markers).map(|id| VersionId(id.to_string())).collect();
            (ids, object.clone())
        };
        let sizes = |counts: &[usize]| -> Vec<usize> {
            let made = counts.iter().map(|count| undelete(*count)).collect();
            batches(made).iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(&[1, 999, 1]), [2, 1]);
        assert_eq!(sizes(&[1500, 1]), [1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
        let removed = |batch: &[Undelete]| -> Vec<Vec<String>> {
            let ids = |named: KeyVersion| named.version.unwrap().as_str().to_owned();
            rounds(batch).map(|round| round.into_iter().map(ids).collect()).collect()
        };
        assert_eq!(removed(&[undelete(3), undelete(1)]), [vec!["1", "2"], vec!["0", "0"]]);
        assert_eq!(removed(&[undelete(1)]), [vec!["0"]]);
    }
}
