//! Looks which destinations of jobs exist, so that the question comes before the work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// Rows of a copy that are looked at, with a request for each.
const MOST_ROWS: usize = 1_000;

/// Nothing is changed by looking, and nothing rests on it: a job that finds a destination later
/// fails by itself. Copies go to `destination`.
pub async fn conflicts(
    specs: Vec<JobSpec>,
    source: &dyn Remote,
    destination: &dyn Remote,
) -> Conflicts {
    let mut found = Conflicts::default();
    for spec in specs {
        let looked = match spec.work {
            Work::Upload { source: file, bucket, target, .. } => {
                upload(source, file, &bucket, &target, &mut found).await
            }
            Work::Download { bucket, source: from, folder, name, .. } => {
                download(source, &bucket, &from, &folder, name, &mut found).await
            }
            Work::Copy { bucket, source: from, to_bucket, target, .. } => {
                let remotes = (source, destination);
                copy(remotes, (&bucket, &from), (&to_bucket, &target), &mut found).await
            }
            Work::Delete { .. } => Ok(()),
        };
        if let Err(error) = looked {
            found.unknown.get_or_insert(error);
        }
    }
    found
}

impl Conflicts {
    fn add(&mut self, place: String, there: ConflictSide, new: ConflictSide) {
        self.existing += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(Existing { place, there, new });
        }
    }

    /// Whether the next one is shown: only of those more is asked.
    fn shows_next(&self) -> bool {
        self.sample.len() < SAMPLE
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

async fn upload(
    remote: &dyn Remote,
    source: PathBuf,
    bucket: &Bucket,
    target: &Target,
    found: &mut Conflicts,
) -> Result<(), Error> {
    match target {
        Target::Object(key) => {
            let new = blocking(move || {
                Ok(ConflictSide::of_file(&source.canonicalize().unwrap_or(source)))
            });
            object(remote, bucket, key, new.await?, found).await
        }
        Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => Ok(()),
        Target::Prefix(prefix) => {
            let taken = keys_below(remote, bucket, (prefix, None)).await?;
            if taken.is_empty() {
                return Ok(());
            }
            let files = blocking(move || files_below(&source)).await?;
            for (file, path) in &files {
                let Some(there) = taken.get(file) else { continue };
                let new = if found.shows_next() {
                    ConflictSide::of_file(path)
                } else {
                    ConflictSide::default()
                };
                found.add(prefix.key(file).into_string(), *there, new);
            }
            Ok(())
        }
    }
}

async fn download(
    remote: &dyn Remote,
    bucket: &Bucket,
    source: &Target,
    folder: &Path,
    name: Option<String>,
    found: &mut Conflicts,
) -> Result<(), Error> {
    match source {
        Target::Object(key) | Target::Version(key, _) => {
            let path = match name {
                Some(name) => folder.join(name),
                None => local_path(folder, key.name()),
            };
            if path.symlink_metadata().is_ok() {
                let asked = match source.object(bucket).filter(|_| found.shows_next()) {
                    Some(address) => remote.head(&address).await.ok(),
                    None => None,
                };
                let new =
                    asked.map_or_else(ConflictSide::default, |head| ConflictSide::of_object(&head));
                found.add(path.display().to_string(), ConflictSide::of_file(&path), new);
            }
        }
        Target::Rows(rows) => {
            let (rows, into) = (rows.clone(), folder.to_owned());
            let there = blocking(move || Ok(rows_there(&rows, &into))).await?;
            for (row, path) in there {
                Box::pin(download(remote, bucket, &row, &path, None, found)).await?;
            }
        }
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
            let folder = folder.to_owned();
            let exists = folder.clone();
            if !blocking(move || Ok(has_entries(&exists))).await? {
                return Ok(());
            }
            let keys = keys_below(remote, bucket, (prefix, source.at())).await?;
            let existing = blocking(move || {
                let paths = keys.iter().map(|(relative, new)| (local_path(&folder, relative), new));
                let existing = paths.filter(|(path, _)| path.symlink_metadata().is_ok());
                let both = existing.map(|(path, new)| (ConflictSide::of_file(&path), path, *new));
                Ok(both.collect::<Vec<_>>())
            });
            for (there, path, new) in existing.await? {
                found.add(path.display().to_string(), there, new);
            }
        }
    }
    Ok(())
}

async fn copy(
    (remote, there): (&dyn Remote, &dyn Remote),
    (bucket, source): (&Bucket, &Target),
    (to_bucket, target): (&Bucket, &Target),
    found: &mut Conflicts,
) -> Result<(), Error> {
    match (source, target) {
        (Target::Prefix(from) | Target::PrefixAt(from, _), Target::Prefix(to)) => {
            let taken = keys_below(there, to_bucket, (to, None)).await?;
            if taken.is_empty() {
                return Ok(());
            }
            for (relative, new) in keys_below(remote, bucket, (from, source.at())).await? {
                if let Some(there) = taken.get(&relative) {
                    found.add(to.key(&relative).into_string(), *there, new);
                }
            }
            Ok(())
        }
        (Target::Rows(rows), Target::Prefix(to)) => {
            for row in rows.in_order().take(MOST_ROWS) {
                let target = row.target.below(to);
                let (from, into) = ((bucket, &row.target), (to_bucket, &target));
                Box::pin(copy((remote, there), from, into, found)).await?;
            }
            Ok(())
        }
        (from, to) => {
            let key = || ObjectAddress::new(bucket.clone(), Key::new(from.as_str()));
            let address = from.object(bucket).unwrap_or_else(key);
            let to = Key::new(to.as_str());
            let before = found.existing;
            object(there, to_bucket, &to, ConflictSide::default(), found).await?;
            if found.existing > before
                && let Some(shown) = found.sample.get_mut(usize::try_from(before).unwrap_or(SAMPLE))
                && let Ok(head) = remote.head(&address).await
            {
                shown.new = ConflictSide::of_object(&head);
            }
            Ok(())
        }
    }
}

async fn object(
    remote: &dyn Remote,
    bucket: &Bucket,
    key: &Key,
    new: ConflictSide,
    found: &mut Conflicts,
) -> Result<(), Error> {
    let address = ObjectAddress::new(bucket.clone(), key.clone());
    match remote.head(&address).await {
        Ok(head) => found.add(key.as_str().to_owned(), ConflictSide::of_object(&head), new),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Keys below a prefix, without it, in their order.
async fn keys_below(
    remote: &dyn Remote,
    bucket: &Bucket,
    (prefix, at): (&Prefix, Option<Timestamp>),
) -> Result<BTreeMap<String, ConflictSide>, Error> {
    let (mut keys, mut cursor) = (BTreeMap::new(), PageCursor::default());
    for _ in 0..MOST_PAGES {
        let token = cursor.token().cloned();
        let query = ListQuery { at, token, ..ListQuery::below(bucket, prefix) };
        let listed = remote.list_page(&query).await?;
        cursor.follow(&listed, bucket, prefix)?;
        let rows = listed.page.rows();
        keys.extend(rows.map(|row| (row.name.to_owned(), ConflictSide::of_row(&row))));
        if cursor.is_at_end() {
            break;
        }
    }
    Ok(keys)
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

/// The rows that something of their names is in the folder of, each with where it goes.
fn rows_there(rows: &SourceRows, folder: &Path) -> Vec<(Target, PathBuf)> {
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
    rows.in_order().take(MOST_FILES).map(place).filter(is_there).collect()
}

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}
