//! Looks which destinations of jobs exist, so that the question comes before the work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::conflicts::{ConflictSide, Conflicts, Existing};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Row, RowKind};
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::page_cursor::PageCursor;
use crate::domain::transfer::{JobSpec, SourceRow, SourceRows, Target, Work};
use crate::s3::client::ListQuery;
use crate::s3::tasks::blocking;
use crate::transfer::local::attributes::kept_time;
use crate::transfer::local::names::LocalName;
use crate::transfer::local::walk::{Walk, WalkRules, Walked};
use crate::transfer::remote::Remote;

/// Names shown in the question.
const SAMPLE: usize = 5;

/// Pages of a listing and files of a folder that are looked at; beyond them the workers look
/// themselves.
const MOST_PAGES: usize = 20;
const MOST_FILES: usize = 20_000;

/// Requests that one look sends, whatever it looks at: it is waited for.
const MOST_REQUESTS: usize = 1_000;

/// Rows that are looked at side by side.
const AT_ONCE: usize = 16;

/// Nothing is changed by looking, and nothing rests on it: a job that finds a destination later
/// fails by itself. Copies go to `destination`.
pub async fn conflicts(
    specs: Vec<JobSpec>,
    source: &dyn Remote,
    destination: &dyn Remote,
) -> Conflicts {
    let look = Look::new(source, destination);
    let mut found = Found::default();
    for spec in specs {
        let looked = match spec.work {
            Work::Upload { source: file, bucket, target, .. } => {
                look.upload(file, &bucket, &target).await
            }
            Work::Download { bucket, source: from, folder, name, .. } => {
                look.download(&bucket, &from, folder, name).await
            }
            Work::Copy { bucket, source: from, to_bucket, target, .. } => {
                look.copy((&bucket, &from), (&to_bucket, &target)).await
            }
            Work::Delete { .. } => Ok(Found::default()),
        };
        found.take(looked.unwrap_or_else(Found::not_told));
    }
    look.ended(found).await
}

/// What exists, as far as it was looked at.
#[derive(Default)]
struct Found {
    existing: u64,
    /// The first few; of some the new one is still to be asked for.
    sample: Vec<(Existing, Option<ObjectAddress>)>,
    unknown: Option<Error>,
}

impl Found {
    fn not_told(error: Error) -> Found {
        Found { unknown: Some(error), ..Found::default() }
    }

    fn add(&mut self, found: Existing, to_ask: Option<ObjectAddress>) {
        self.existing += 1;
        if self.shows_next() {
            self.sample.push((found, to_ask));
        }
    }

    /// Whether the next one is shown: only of those more is asked.
    fn shows_next(&self) -> bool {
        self.sample.len() < SAMPLE
    }

    fn take(&mut self, other: Found) {
        self.existing += other.existing;
        self.sample.extend(other.sample);
        self.sample.truncate(SAMPLE);
        self.unknown = self.unknown.take().or(other.unknown);
    }
}

impl ConflictSide {
    fn of_file(path: &Path) -> ConflictSide {
        path.symlink_metadata().map_or_else(
            |_| ConflictSide::default(),
            |found| ConflictSide {
                size: found.is_file().then_some(found.len()),
                modified: found.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
            },
        )
    }

    fn of_object(head: &ObjectHead) -> ConflictSide {
        let kept = kept_time(head).and_then(|time| Timestamp::try_from(time).ok());
        let modified = kept.or(head.modified);
        ConflictSide { size: head.size, modified }
    }

    fn of_row(row: &Row<'_>) -> ConflictSide {
        match row.kind {
            RowKind::Object { size, modified, .. } => ConflictSide { size: Some(size), modified },
            RowKind::Prefix => ConflictSide::default(),
        }
    }
}

/// One look at the destinations of any number of jobs.
struct Look<'a> {
    source: &'a dyn Remote,
    destination: &'a dyn Remote,
    /// Requests that may still be sent.
    left: AtomicUsize,
    /// Something was not looked at.
    partly: AtomicBool,
}

type Looked<'a> = Pin<Box<dyn Future<Output = Result<Found, Error>> + Send + 'a>>;

impl Look<'_> {
    fn new<'a>(source: &'a dyn Remote, destination: &'a dyn Remote) -> Look<'a> {
        let (left, partly) = (AtomicUsize::new(MOST_REQUESTS), AtomicBool::default());
        Look { source, destination, left, partly }
    }

    fn may_ask(&self) -> bool {
        let took = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        if !took {
            self.stop_short();
        }
        took
    }

    fn could_ask(&self) -> bool {
        let could = self.left.load(Relaxed) > 0;
        if !could {
            self.stop_short();
        }
        could
    }

    fn stop_short(&self) {
        self.partly.store(true, Relaxed);
    }

    /// Asks for what the question shows.
    async fn ended(&self, found: Found) -> Conflicts {
        let Found { existing, sample, unknown } = found;
        let mut shown = Vec::with_capacity(sample.len());
        for (mut each, to_ask) in sample {
            if let Some(address) = to_ask
                && let Ok(head) = self.source.head(&address).await
            {
                each.new = ConflictSide::of_object(&head);
            }
            shown.push(each);
        }
        Conflicts { existing, sample: shown, unknown, partly: self.partly.load(Relaxed) }
    }

    async fn upload(
        &self,
        source: PathBuf,
        bucket: &Bucket,
        target: &Target,
    ) -> Result<Found, Error> {
        match target {
            Target::Object(key) => {
                let new = blocking(move || {
                    Ok(ConflictSide::of_file(&source.canonicalize().unwrap_or(source)))
                });
                self.object((self.source, bucket), key, new.await?, None).await
            }
            Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => Ok(Found::default()),
            Target::Prefix(prefix) => {
                let taken = self.keys_below((self.source, bucket), (prefix, None)).await?;
                if taken.is_empty() {
                    return Ok(Found::default());
                }
                let prefix = prefix.clone();
                let (found, looked_at) = blocking(move || {
                    let (mut found, files) = (Found::default(), files_below(&source)?);
                    for (file, path) in &files {
                        let Some(there) = taken.get(file) else { continue };
                        let new = match found.shows_next() {
                            true => ConflictSide::of_file(path),
                            false => ConflictSide::default(),
                        };
                        let place = prefix.key(file).into_string();
                        found.add(Existing { place, there: *there, new }, None);
                    }
                    Ok((found, files.len()))
                })
                .await?;
                if looked_at == MOST_FILES {
                    self.stop_short();
                }
                Ok(found)
            }
        }
    }

    async fn download(
        &self,
        bucket: &Bucket,
        source: &Target,
        folder: PathBuf,
        name: Option<String>,
    ) -> Result<Found, Error> {
        match source {
            Target::Object(key) | Target::Version(key, _) => {
                let path = match name {
                    Some(name) => folder.join(name),
                    None => local_path(&folder, key.name()),
                };
                let place = path.display().to_string();
                let there = blocking(move || {
                    Ok(path.symlink_metadata().is_ok().then(|| ConflictSide::of_file(&path)))
                });
                let mut found = Found::default();
                if let Some(there) = there.await? {
                    let new = ConflictSide::default();
                    found.add(Existing { place, there, new }, source.object(bucket));
                }
                Ok(found)
            }
            Target::Rows(rows) => {
                let rows = rows.clone();
                let (there, all) = blocking(move || Ok(rows_there(&rows, &folder))).await?;
                if !all {
                    self.stop_short();
                }
                let looks = there.into_iter().map(|(row, into)| self.row_down(bucket, row, into));
                Self::all(looks).await
            }
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                let exists = folder.clone();
                if !blocking(move || Ok(has_entries(&exists))).await? {
                    return Ok(Found::default());
                }
                let keys = self.keys_below((self.source, bucket), (prefix, source.at())).await?;
                blocking(move || {
                    let mut found = Found::default();
                    for (relative, new) in keys {
                        let path = local_path(&folder, &relative);
                        if path.symlink_metadata().is_ok() {
                            let there = ConflictSide::of_file(&path);
                            let place = path.display().to_string();
                            found.add(Existing { place, there, new }, None);
                        }
                    }
                    Ok(found)
                })
                .await
            }
        }
    }

    async fn copy(
        &self,
        (bucket, source): (&Bucket, &Target),
        (to_bucket, target): (&Bucket, &Target),
    ) -> Result<Found, Error> {
        match (source, target) {
            (Target::Prefix(from) | Target::PrefixAt(from, _), Target::Prefix(to)) => {
                let mut found = Found::default();
                let taken = self.keys_below((self.destination, to_bucket), (to, None)).await?;
                if taken.is_empty() {
                    return Ok(found);
                }
                let keys = self.keys_below((self.source, bucket), (from, source.at())).await?;
                for (relative, new) in keys {
                    if let Some(there) = taken.get(&relative) {
                        let place = to.key(&relative).into_string();
                        found.add(Existing { place, there: *there, new }, None);
                    }
                }
                Ok(found)
            }
            (Target::Rows(rows), Target::Prefix(to)) => {
                // With nothing left to ask with, no row tells anything more.
                let rows = rows.in_order().take_while(|_| self.could_ask());
                let looks = rows.map(|row| {
                    let target = row.target.below(to);
                    self.row_copied(bucket, row.target, to_bucket, target)
                });
                Self::all(looks).await
            }
            (from, to) => {
                let key = || ObjectAddress::new(bucket.clone(), Key::new(from.as_str()));
                let address = from.object(bucket).unwrap_or_else(key);
                let to = Key::new(to.as_str());
                let there = (self.destination, to_bucket);
                self.object(there, &to, ConflictSide::default(), Some(address)).await
            }
        }
    }

    fn row_down<'a>(&'a self, bucket: &'a Bucket, row: Target, into: PathBuf) -> Looked<'a> {
        Box::pin(async move { self.download(bucket, &row, into, None).await })
    }

    fn row_copied<'a>(
        &'a self,
        bucket: &'a Bucket,
        row: Target,
        to_bucket: &'a Bucket,
        target: Target,
    ) -> Looked<'a> {
        Box::pin(async move { self.copy((bucket, &row), (to_bucket, &target)).await })
    }

    /// What rows tell, some of them at once; the first that cannot be told ends it.
    async fn all<'a>(looks: impl Iterator<Item = Looked<'a>> + Send) -> Result<Found, Error> {
        let (mut all, mut looked) = (Found::default(), stream::iter(looks).buffered(AT_ONCE));
        while let Some(found) = looked.next().await {
            let found = found.unwrap_or_else(Found::not_told);
            all.take(found);
            if all.unknown.is_some() {
                break;
            }
        }
        Ok(all)
    }

    async fn object(
        &self,
        (remote, bucket): (&dyn Remote, &Bucket),
        key: &Key,
        new: ConflictSide,
        to_ask: Option<ObjectAddress>,
    ) -> Result<Found, Error> {
        let mut found = Found::default();
        if !self.may_ask() {
            return Ok(found);
        }
        let address = ObjectAddress::new(bucket.clone(), key.clone());
        match remote.head(&address).await {
            Ok(head) => {
                let (place, there) = (key.as_str().to_owned(), ConflictSide::of_object(&head));
                found.add(Existing { place, there, new }, to_ask);
                Ok(found)
            }
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(found),
            Err(error) => Err(error),
        }
    }

    /// Keys below a prefix, without it, in their order.
    async fn keys_below(
        &self,
        (remote, bucket): (&dyn Remote, &Bucket),
        (prefix, at): (&Prefix, Option<Timestamp>),
    ) -> Result<BTreeMap<String, ConflictSide>, Error> {
        let (mut keys, mut cursor) = (BTreeMap::new(), PageCursor::default());
        for _ in 0..MOST_PAGES {
            if !self.may_ask() {
                return Ok(keys);
            }
            let token = cursor.token().cloned();
            let query = ListQuery { at, token, ..ListQuery::below(bucket, prefix) };
            let listed = remote.list_page(&query).await?;
            cursor.follow(&listed, bucket, prefix)?;
            let rows = listed.page.rows();
            keys.extend(rows.map(|row| (row.name.to_owned(), ConflictSide::of_row(&row))));
            if cursor.is_at_end() {
                return Ok(keys);
            }
        }
        self.stop_short();
        Ok(keys)
    }
}

fn files_below(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let files = Walk::new(folder, WalkRules::default())?.filter_map(|walked| match walked {
        Walked::File { relative, path, .. } => Some((relative, path)),
        Walked::Refused { .. } => None,
    });
    Ok(files.take(MOST_FILES).collect())
}

fn local_path(folder: &Path, relative: &str) -> PathBuf {
    let local = LocalName::of(relative);
    let mut path = folder.to_owned();
    path.extend(local.folders);
    path.push(local.name);
    path
}

/// The rows that something of their names is in the folder of, each with where it goes; and
/// whether those are all.
fn rows_there(rows: &SourceRows, folder: &Path) -> (Vec<(Target, PathBuf)>, bool) {
    let place = |row: SourceRow| {
        let mut into = folder.to_owned();
        if let Some(prefix) = row.target.prefix() {
            into.extend(LocalName::of(prefix.name()).folders);
        }
        (row.target, into)
    };
    let is_there = |(row, path): &(Target, PathBuf)| match row.key() {
        Some(key) => local_path(path, key.name()).symlink_metadata().is_ok(),
        None => has_entries(path),
    };
    let there = rows.in_order().take(MOST_FILES).map(place).filter(is_there).collect();
    (there, rows.len() <= MOST_FILES)
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
