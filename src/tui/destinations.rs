//! Looks which destinations of jobs exist already, so that the question comes before the work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use crate::app::event::{ConflictSide, Conflicts, Existing};
use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Row, RowKind};
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::transfer::{JobSpec, Target, Work};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;
use crate::transfer::local::attributes::kept_time;
use crate::transfer::local::names::LocalName;
use crate::transfer::local::walk::{Walk, WalkRules, Walked};

/// Names shown in the question.
const SAMPLE: usize = 5;

/// Pages of a listing and files of a folder that are looked at; beyond them the workers look
/// themselves.
const MOST_PAGES: usize = 20;
const MOST_FILES: usize = 20_000;

/// Nothing is changed by looking, and nothing rests on it: a job that finds a destination later
/// fails by itself. `target` is the client of the connection that is written to, where it is
/// another.
pub async fn conflicts(
    specs: Vec<JobSpec>,
    client: Result<Client, Error>,
    target: Option<Result<Client, Error>>,
) -> Conflicts {
    let mut found = Conflicts::default();
    let target = target.unwrap_or_else(|| client.clone());
    let (client, there) = match (client, target) {
        (Ok(client), Ok(target)) => (client, target),
        (Err(error), _) | (_, Err(error)) => return Conflicts { unknown: Some(error), ..found },
    };
    for spec in specs {
        let looked = match spec.work {
            Work::Upload { source, bucket, target, .. } => {
                upload(&client, source, &bucket, &target, &mut found).await
            }
            Work::Download { bucket, source, folder, name, .. } => {
                download(&client, &bucket, &source, &folder, name, &mut found).await
            }
            Work::Copy { bucket, source, to_bucket, target, .. } => {
                let clients = (&client, &there);
                copy(clients, (&bucket, &source), (&to_bucket, &target), &mut found).await
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
    client: &Client,
    source: PathBuf,
    bucket: &Bucket,
    target: &Target,
    found: &mut Conflicts,
) -> Result<(), Error> {
    match target {
        Target::Object(key) => {
            let new = off_loop({
                let source = source.clone();
                move || ConflictSide::of_file(&source.canonicalize().unwrap_or(source))
            });
            object(client, bucket, key, new.await?, found).await
        }
        Target::Rows(_) => Ok(()),
        Target::Prefix(prefix) => {
            let taken = keys_below(client, bucket, prefix).await?;
            if taken.is_empty() {
                return Ok(());
            }
            let files = off_loop(move || files_below(&source)).await??;
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
    client: &Client,
    bucket: &Bucket,
    source: &Target,
    folder: &Path,
    name: Option<String>,
    found: &mut Conflicts,
) -> Result<(), Error> {
    match source {
        Target::Object(key) => {
            let path = match name {
                Some(name) => folder.join(name),
                None => local_path(folder, key.name()),
            };
            if path.symlink_metadata().is_ok() {
                let address = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
                let asked =
                    if found.shows_next() { client.head(&address).await.ok() } else { None };
                let new =
                    asked.map_or_else(ConflictSide::default, |head| ConflictSide::of_object(&head));
                found.add(path.display().to_string(), ConflictSide::of_file(&path), new);
            }
        }
        Target::Rows(_) => {}
        Target::Prefix(prefix) => {
            let folder = folder.to_owned();
            let exists = folder.clone();
            if !off_loop(move || has_entries(&exists)).await? {
                return Ok(());
            }
            let keys = keys_below(client, bucket, prefix).await?;
            let existing = off_loop(move || {
                let paths = keys.iter().map(|(relative, new)| (local_path(&folder, relative), new));
                let existing = paths.filter(|(path, _)| path.symlink_metadata().is_ok());
                let both = existing.map(|(path, new)| (ConflictSide::of_file(&path), path, *new));
                both.collect::<Vec<_>>()
            });
            for (there, path, new) in existing.await? {
                found.add(path.display().to_string(), there, new);
            }
        }
    }
    Ok(())
}

async fn copy(
    (client, there): (&Client, &Client),
    (bucket, source): (&Bucket, &Target),
    (to_bucket, target): (&Bucket, &Target),
    found: &mut Conflicts,
) -> Result<(), Error> {
    match (source, target) {
        (Target::Prefix(from), Target::Prefix(to)) => {
            let taken = keys_below(there, to_bucket, to).await?;
            if taken.is_empty() {
                return Ok(());
            }
            for (relative, new) in keys_below(client, bucket, from).await? {
                if let Some(there) = taken.get(&relative) {
                    found.add(to.key(&relative).into_string(), *there, new);
                }
            }
            Ok(())
        }
        (from, to) => {
            let address = ObjectAddress { bucket: bucket.clone(), key: Key::new(from.as_str()) };
            let to = Key::new(to.as_str());
            let before = found.existing;
            object(there, to_bucket, &to, ConflictSide::default(), found).await?;
            if found.existing > before
                && let Some(shown) = found.sample.get_mut(usize::try_from(before).unwrap_or(SAMPLE))
                && let Ok(head) = client.head(&address).await
            {
                shown.new = ConflictSide::of_object(&head);
            }
            Ok(())
        }
    }
}

async fn object(
    client: &Client,
    bucket: &Bucket,
    key: &Key,
    new: ConflictSide,
    found: &mut Conflicts,
) -> Result<(), Error> {
    let address = ObjectAddress { bucket: bucket.clone(), key: key.clone() };
    match client.head(&address).await {
        Ok(head) => found.add(key.as_str().to_owned(), ConflictSide::of_object(&head), new),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Keys below a prefix, without it, in their order.
async fn keys_below(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
) -> Result<BTreeMap<String, ConflictSide>, Error> {
    let query = ListQuery {
        bucket: bucket.clone(),
        prefix: prefix.clone(),
        delimited: false,
        token: None,
        max_keys: 1000,
    };
    let mut pages = Pages::new(client, query);
    let mut keys = BTreeMap::new();
    for _ in 0..MOST_PAGES {
        let Some(page) = pages.next().await? else { return Ok(keys) };
        keys.extend(page.rows().map(|row| (row.name.to_owned(), ConflictSide::of_row(&row))));
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

fn has_entries(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

async fn off_loop<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work).await.map_err(|error| {
        Error::new(ErrorKind::Other, "look at the destination", "").detail(error.to_string())
    })
}
