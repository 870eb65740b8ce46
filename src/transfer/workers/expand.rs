//! Finds the objects of a job, and hands them on while the first ones move.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::overlap::{meeting, overlap};
use crate::domain::transfer::{JobId, JobSpec, Note, STORED_LATER, SourceRows, Target, Work};
use crate::domain::units::Counted;
use crate::s3::tasks::blocking;
use crate::transfer::fact::Fact;
use crate::transfer::item::{Item, ItemKind};
use crate::transfer::journal::Journal;
use crate::transfer::local::claims::Claims;
use crate::transfer::local::names::LocalName;
use crate::transfer::local::roots::Roots;
use crate::transfer::local::walk::{Walk, WalkRules, WalkTally, Walked};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::workers::named::{NamedObject, download_item};
use crate::transfer::workers::pages::{FoundObject, KeyWalk, ListedPlace, is_later, times};

/// Objects handed on at once.
const BATCH: usize = 128;

/// Keys of one DeleteObjects request (S3's limit).
const DELETE_BATCH: usize = 1000;

/// Takes what was found; the future is ready when there is room for more, and fails when nobody
/// wants more.
pub type Sink = Arc<dyn Fn(Vec<Item>) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

pub struct ExpansionTask {
    pub job: JobId,
    pub spec: Arc<JobSpec>,
    pub remote: Arc<dyn Remote>,
    /// Source and destination of a copy are the same bucket.
    pub one_bucket: bool,
    pub policy: RetryPolicy,
    pub journal: Journal,
    pub roots: Arc<Roots>,
    /// Objects may be settled already: those are left out.
    pub again: bool,
    /// When an earlier run began, by the server's clock.
    pub begun: Option<Timestamp>,
    pub sink: Sink,
}

impl ExpansionTask {
    pub async fn run(&self) -> Result<(), Error> {
        match &self.spec.work {
            Work::Upload { source, target, .. } => self.files(source, target).await,
            Work::Download { bucket, source, folder, name, size } => {
                self.roots.forget(self.job);
                self.downloads(bucket, (source, *size), folder, name.as_deref()).await
            }
            Work::Copy { bucket, source, target, moving, .. } => {
                let why = match self.one_bucket {
                    true => overlap(source, target, *moving).map(str::to_owned),
                    false => None,
                };
                let met = || match source {
                    Target::Rows(rows) => meeting(rows),
                    _ => None,
                };
                if let Some(why) = why.or_else(met) {
                    let verb = if *moving { "move" } else { "copy" };
                    return Err(refused(verb, format!("s3://{bucket}/{}", source.as_str()), &why));
                }
                self.copies(bucket, source, target, self.one_bucket).await
            }
            Work::Delete { bucket, targets } => self.deletions(bucket, targets).await,
        }
    }

    async fn files(&self, source: &Path, target: &Target) -> Result<(), Error> {
        let path = source.to_owned();
        let found = blocking(move || {
            std::fs::metadata(&path).map_err(|e| Error::from_io(&e, "open", path.display()))
        })
        .await?;
        if !found.is_dir() {
            let name = source.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !self.takes(name) {
                return Ok(());
            }
            return self.hand_on(vec![one_file(source, target, found.len())?]).await;
        }
        let Target::Prefix(prefix) = target else {
            return Err(refused(
                "upload",
                source.display().to_string(),
                "a folder goes to a prefix",
            ));
        };
        let root = source.to_owned();
        let rules = WalkRules {
            links: self.spec.files.links,
            one_form: self.remote.provider().facts().one_unicode_form,
            prefix_bytes: prefix.as_str().len(),
        };
        let mut walk = blocking(move || Walk::new(&root, rules)).await?;
        loop {
            let step = move || {
                let found: Vec<Walked> = walk.by_ref().take(BATCH).collect();
                Ok((walk, found))
            };
            let found;
            (walk, found) = blocking(step).await?;
            if found.is_empty() {
                self.note_what_was_left(source, walk.tally());
                return Ok(());
            }
            let wanted = found.into_iter().filter(|walked| self.takes(walked.relative()));
            self.hand_on(wanted.map(|walked| file_item(walked, prefix)).collect()).await?;
        }
    }

    /// Whether the job is about what lies so below its place.
    fn takes(&self, relative: &str) -> bool {
        self.spec.options.filter.takes(relative)
    }

    /// What is no failure and yet not in the bucket.
    fn note_what_was_left(&self, source: &Path, tally: &WalkTally) {
        if self.again {
            return;
        }
        let mut texts = Vec::new();
        if tally.empty_folders > 0 {
            let folders = Counted(tally.empty_folders, "empty folder");
            texts.push(format!("{folders} not stored: a bucket has objects and no folders"));
        }
        if tally.links_left_out > 0 {
            texts.push(format!(
                "{} left out, as asked",
                Counted(tally.links_left_out, "symbolic link")
            ));
        }
        if tally.links_to_outside > 0 {
            let links = Counted(tally.links_to_outside, "symbolic link");
            texts.push(format!("{links} followed out of the folder"));
        }
        let place = source.display().to_string();
        let note = |text| {
            let note = Note { place: place.clone(), text, saved_as: None };
            Fact::Noted { job: self.job, note }
        };
        self.journal.note(texts.into_iter().map(note).collect());
    }

    async fn downloads(
        &self,
        bucket: &Bucket,
        (source, size): (&Target, Option<u64>),
        folder: &Path,
        name: Option<&str>,
    ) -> Result<(), Error> {
        match source {
            Target::Object(key) if !self.takes(key.name()) => Ok(()),
            Target::Object(key) | Target::Version(key, _) => {
                let relative = name.unwrap_or_else(|| key.name());
                let local = LocalName::of(relative);
                let item = download_item(NamedObject::of(source), relative, local, size);
                self.hand_on(vec![item]).await
            }
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                let below = name.map(|name| format!("{name}/")).unwrap_or_default();
                let place = ListedPlace { bucket, prefix, at: source.at() };
                self.downloads_below(place, &below, folder, &mut None).await
            }
            Target::Rows(rows) => self.download_rows(bucket, rows, folder).await,
        }
    }

    /// Objects of one place, a few at a time, and what is below prefixes, each in a folder of its
    /// name.
    async fn download_rows(
        &self,
        bucket: &Bucket,
        rows: &SourceRows,
        folder: &Path,
    ) -> Result<(), Error> {
        if let Some(why) = meeting(rows) {
            return Err(refused("download", format!("s3://{bucket}/{}", rows.place()), &why));
        }
        let mut names = self.names_in(folder).await?;
        let mut objects = Vec::new();
        for row in rows.in_order() {
            match &row.target {
                Target::Object(key) | Target::Version(key, _) => {
                    let local = names.claim(key.name());
                    let object = NamedObject::of(&row.target);
                    objects.push(download_item(object, key.name(), local, row.size));
                    if objects.len() < BATCH {
                        continue;
                    }
                    self.hand_on(std::mem::take(&mut objects)).await?;
                }
                Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                    self.hand_on(std::mem::take(&mut objects)).await?;
                    let mut given = Some(names);
                    let below = prefix.name();
                    let place = ListedPlace { bucket, prefix, at: row.target.at() };
                    self.downloads_below(place, below, folder, &mut given).await?;
                    names = match given {
                        Some(names) => names,
                        None => self.names_in(folder).await?,
                    };
                }
                Target::Rows(_) => {}
            }
        }
        self.hand_on(objects).await
    }

    /// `below`: the folder in the job's own, with its delimiter. `names` are those given so far.
    async fn downloads_below(
        &self,
        place: ListedPlace<'_>,
        below: &str,
        folder: &Path,
        names: &mut Option<Claims>,
    ) -> Result<(), Error> {
        let mut walk = self.walk(place);
        while let Some(page) = walk.next().await? {
            let mut found = walk.objects(&page)?;
            found.retain(|object| self.takes(object.rest));
            if found.is_empty() {
                continue;
            }
            let mut given = match names.take() {
                Some(names) => names,
                None => self.names_in(folder).await?,
            };
            let named = |object: FoundObject<'_>| {
                let relative = format!("{below}{}", object.rest);
                let local = given.claim(&relative);
                let named = NamedObject::found(place.prefix, &object);
                download_item(named, &relative, local, Some(object.size))
            };
            let found = found.into_iter().map(named).collect();
            *names = Some(given);
            walk.beside(self.hand_on_all(found)).await?;
        }
        Ok(())
    }

    /// The names in a folder that is downloaded to: none given yet.
    async fn names_in(&self, folder: &Path) -> Result<Claims, Error> {
        let (roots, job, path) = (Arc::clone(&self.roots), self.job, folder.to_owned());
        blocking(move || roots.folding(job, &path)).await.map(Claims::new)
    }

    async fn copies(
        &self,
        bucket: &Bucket,
        source: &Target,
        target: &Target,
        one_bucket: bool,
    ) -> Result<(), Error> {
        let item = |NamedObject { key: from, version, place }, to: Key, size| Item {
            place,
            size,
            kind: ItemKind::Copy { from, version, to },
        };
        match (source, target) {
            (Target::Object(from), _) if !self.takes(from.name()) => Ok(()),
            (Target::Object(_) | Target::Version(..), Target::Object(to)) => {
                self.hand_on(vec![item(NamedObject::of(source), to.clone(), None)]).await
            }
            (Target::Object(from) | Target::Version(from, _), Target::Prefix(to)) => {
                let to = to.key(from.name());
                self.hand_on(vec![item(NamedObject::of(source), to, None)]).await
            }
            (Target::Prefix(from) | Target::PrefixAt(from, _), Target::Prefix(to)) => {
                let list = |object: FoundObject<'_>| {
                    let target = to.key(object.rest);
                    let named = NamedObject::found(from, &object);
                    let found = item(named, target.clone(), Some(object.size));
                    match misplaced(from, &target, one_bucket) {
                        Some(error) => Item { kind: ItemKind::Impossible { error }, ..found },
                        None => found,
                    }
                };
                self.list(ListedPlace { bucket, prefix: from, at: source.at() }, list).await
            }
            (Target::Rows(rows), Target::Prefix(target)) => {
                let mut objects = Vec::new();
                for row in rows.in_order() {
                    let to = row.target.below(target);
                    if let (false, Target::Object(to)) = (row.target.is_many(), &to) {
                        objects.push(item(NamedObject::of(&row.target), to.clone(), row.size));
                        if objects.len() < BATCH {
                            continue;
                        }
                    }
                    self.hand_on(std::mem::take(&mut objects)).await?;
                    if row.target.is_many() {
                        Box::pin(self.copies(bucket, &row.target, &to, one_bucket)).await?;
                    }
                }
                self.hand_on(objects).await
            }
            (from, _) => {
                let place = format!("s3://{bucket}/{}", from.as_str());
                Err(refused("copy", place, "a prefix goes to a prefix"))
            }
        }
    }

    async fn deletions(&self, bucket: &Bucket, targets: &[Target]) -> Result<(), Error> {
        let mut keys = Vec::new();
        let (mut begun, mut later) = (self.begun, 0_u64);
        let rounds_up = !self.remote.provider().facts().relied_upon;
        for target in Target::each(targets) {
            match &*target {
                Target::Object(key) if self.takes(key.name()) => keys.push((key.clone(), 0)),
                // The past is only read.
                Target::Object(_)
                | Target::Version(..)
                | Target::PrefixAt(..)
                | Target::Rows(_) => {}
                Target::Prefix(prefix) => {
                    let place = ListedPlace { bucket, prefix, at: None };
                    let mut walk = self.walk(place);
                    while let Some(page) = walk.next().await? {
                        begun = match begun {
                            None => self.begin().await?,
                            known => known,
                        };
                        let times = times(&page);
                        for FoundObject { rest, size, .. } in walk.objects(&page)? {
                            let stored = times.get(rest).copied().flatten();
                            if !self.takes(rest) {
                                continue;
                            }
                            if is_later(stored, begun, rounds_up) {
                                later += 1;
                            } else {
                                keys.push((prefix.key(rest), size));
                            }
                        }
                        walk.beside(self.hand_on_keys(&mut keys, DELETE_BATCH)).await?;
                    }
                }
            }
            self.hand_on_keys(&mut keys, DELETE_BATCH).await?;
        }
        self.note_what_came_later(later, begun);
        self.hand_on_keys(&mut keys, 1).await
    }

    /// Records when the job began: who goes on with it deletes nothing that is stored after.
    async fn begin(&self) -> Result<Option<Timestamp>, Error> {
        let Some(at) = self.remote.clock() else { return Ok(None) };
        self.journal.append(vec![Fact::Begun { job: self.job, at }]).await?;
        Ok(Some(at))
    }

    fn note_what_came_later(&self, later: u64, begun: Option<Timestamp>) {
        let Some(begun) = begun.filter(|_| later > 0) else { return };
        let objects = match later {
            1 => "1 object was".to_owned(),
            many => format!("{} were", Counted(many, "object")),
        };
        let text = format!("{objects} {STORED_LATER} ({begun}), and left alone");
        let note = Note { place: String::new(), text, saved_as: None };
        self.journal.note(vec![Fact::Noted { job: self.job, note }]);
    }

    async fn hand_on_keys(&self, keys: &mut Vec<(Key, u64)>, least: usize) -> Result<(), Error> {
        while keys.len() >= least {
            let batch: Vec<_> = keys.drain(..keys.len().min(DELETE_BATCH)).collect();
            let places = batch.iter().map(|(key, _)| key.as_str().to_owned()).collect();
            let settled = self.settled(places).await?;
            let mut settled = settled.into_iter();
            let left: Vec<_> =
                batch.into_iter().filter(|_| !settled.next().unwrap_or(false)).collect();
            let Some((first, _)) = left.first() else { continue };
            let place = first.as_str().to_owned();
            let size = Some(left.iter().map(|(_, bytes)| bytes).sum());
            (self.sink)(vec![Item { place, size, kind: ItemKind::Delete { keys: left } }]).await?;
        }
        Ok(())
    }

    /// Every object below a prefix, page by page.
    async fn list(
        &self,
        place: ListedPlace<'_>,
        item: impl Fn(FoundObject<'_>) -> Item,
    ) -> Result<(), Error> {
        let mut walk = self.walk(place);
        while let Some(page) = walk.next().await? {
            let found = walk.objects(&page)?;
            let wanted = found.into_iter().filter(|object| self.takes(object.rest));
            walk.beside(self.hand_on_all(wanted.map(&item).collect())).await?;
        }
        Ok(())
    }

    async fn hand_on_all(&self, items: Vec<Item>) -> Result<(), Error> {
        let mut items = items.into_iter();
        loop {
            let batch: Vec<Item> = items.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            self.hand_on(batch).await?;
        }
    }

    fn walk<'a>(&'a self, place: ListedPlace<'a>) -> KeyWalk<'a> {
        KeyWalk::new(place, &*self.remote, &self.policy)
    }

    async fn settled(&self, places: Vec<String>) -> Result<Vec<bool>, Error> {
        if self.again { self.journal.settled(self.job, places).await } else { Ok(Vec::new()) }
    }

    async fn hand_on(&self, items: Vec<Item>) -> Result<(), Error> {
        let places = items.iter().map(|item| item.place.clone()).collect();
        let mut settled = self.settled(places).await?.into_iter();
        let left: Vec<Item> =
            items.into_iter().filter(|_| !settled.next().unwrap_or(false)).collect();
        if left.is_empty() { Ok(()) } else { (self.sink)(left).await }
    }
}

/// A key that cannot be written: none at all, for a marker at the top of a bucket, or one that is
/// itself to be copied.
fn misplaced(from: &Prefix, to: &Key, one_bucket: bool) -> Option<Error> {
    let why = if to.as_str().is_empty() {
        "the marker of the folder has no name at the top of a bucket"
    } else if one_bucket && to.as_str().starts_with(from.as_str()) {
        "its destination lies inside the source"
    } else {
        return None;
    };
    Some(refused("copy", to.as_str().to_owned(), why))
}

fn one_file(source: &Path, target: &Target, size: u64) -> Result<Item, Error> {
    let key = match target {
        Target::Object(key) => key.clone(),
        Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => {
            let place = source.display().to_string();
            return Err(refused("upload", place, "a file goes to a key or a prefix"));
        }
        Target::Prefix(prefix) => {
            let name = source.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
                Error::new(ErrorKind::LocalName, "name the object", source.display().to_string())
                    .detail("the name is not UTF-8, and keys are")
            })?;
            prefix.key(name)
        }
    };
    let place = key.as_str().to_owned();
    Ok(Item { place, size: Some(size), kind: ItemKind::Upload { path: source.to_owned(), key } })
}

fn file_item(walked: Walked, prefix: &Prefix) -> Item {
    match walked {
        Walked::File { path, relative, size } => {
            let key = prefix.key(&relative);
            Item { place: relative, size: Some(size), kind: ItemKind::Upload { path, key } }
        }
        Walked::Refused { relative, error } => {
            Item { place: relative, size: None, kind: ItemKind::Impossible { error } }
        }
    }
}

fn refused(operation: &str, place: String, why: &str) -> Error {
    Error::new(ErrorKind::InvalidRequest, operation, place).detail(why)
}
