//! Keeps the list of versions that is open: its rows as they arrive, the cursor, the marks.

use crate::app::screens::subject::Subject;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Class;
use crate::domain::object::ObjectAddress;
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::restoring::{RestorePoint, RestoreStep, step};
use crate::domain::versions::{
    Histories, KeyHistory, KeyVersion, VersionEntry, VersionMarker, VersionState, VersionsPage,
};

/// Rows that are loaded at most; what is beyond is said.
pub const MOST: usize = 10_000;

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedOf {
    /// The versions of exactly this object.
    Object(ObjectAddress),
    /// What was deleted below a prefix.
    Deleted { bucket: Bucket, prefix: Prefix },
}

#[derive(Clone, Debug)]
pub struct ShownVersions {
    pub of: ListedOf,
    rows: Vec<VersionRow>,
    pub cursor: usize,
    pub loading: VersionsLoading,
    histories: Histories,
    pages: PageCursor<VersionMarker>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum VersionsLoading {
    /// More pages are on their way.
    Loading,
    Ready,
    /// There are more than are shown.
    Cut,
    Failed(Error),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Of what was deleted the last object.
    pub entry: VersionEntry,
    /// What brings it back.
    step: RestoreStep,
    pub marked: bool,
}

impl ListedOf {
    pub fn bucket(&self) -> &Bucket {
        match self {
            ListedOf::Object(object) => &object.bucket,
            ListedOf::Deleted { bucket, .. } => bucket,
        }
    }

    /// What the keys begin with.
    pub fn prefix(&self) -> Prefix {
        match self {
            ListedOf::Object(object) => Prefix::new(object.key.as_str()),
            ListedOf::Deleted { prefix, .. } => prefix.clone(),
        }
    }
}

impl ShownVersions {
    pub fn new(of: ListedOf) -> ShownVersions {
        ShownVersions {
            of,
            rows: Vec::new(),
            cursor: 0,
            loading: VersionsLoading::Loading,
            histories: Histories::default(),
            pages: PageCursor::default(),
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn rows(&self) -> &[VersionRow] {
        &self.rows
    }

    pub fn marked(&self) -> usize {
        self.rows.iter().filter(|row| row.marked).count()
    }

    pub fn next(&self) -> Option<VersionMarker> {
        self.pages.token().cloned()
    }

    pub fn failed(&mut self, error: Error) {
        self.loading = VersionsLoading::Failed(error);
    }

    /// Adds a page; whether another one is wanted.
    pub fn take(&mut self, page: VersionsPage) -> Result<bool, Error> {
        let start = PageStart::of_versions(&page);
        let mut passed = false;
        for row in page.rows {
            if let ListedOf::Object(object) = &self.of
                && row.key != object.key
            {
                passed |= row.key > object.key;
                continue;
            }
            if let Some(history) = self.histories.push(row) {
                self.show(history);
            }
        }
        let of = &self.of;
        let broken = |why: &str| {
            let place = format!("s3://{}/{}", of.bucket(), of.prefix());
            Error::new(ErrorKind::BrokenListing, "ListObjectVersions", place).detail(why)
        };
        if let Err(why) = self.pages.advance(page.next, start) {
            let error = broken(why);
            self.failed(error.clone());
            return Err(error);
        }
        if let (ListedOf::Object(object), Some(next)) = (&self.of, self.pages.token()) {
            passed |= next.key != object.key.as_str();
        }
        let full = self.rows.len().max(self.histories.open().len()) >= MOST;
        if !passed && !full && !self.pages.is_at_end() {
            return Ok(true);
        }
        if let Some(history) = self.histories.end() {
            self.show(history);
        }
        self.loading = match full && !passed && !self.pages.is_at_end() {
            true => VersionsLoading::Cut,
            false => VersionsLoading::Ready,
        };
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        Ok(false)
    }

    fn show(&mut self, history: KeyHistory) {
        if let ListedOf::Deleted { .. } = self.of {
            let step = step(&history, &RestorePoint::Undeleted);
            let gone = match &step {
                RestoreStep::Undelete { object, .. } | RestoreStep::Copy { object, over: None } => {
                    Some(object)
                }
                _ => None,
            };
            if let Some(object) = gone {
                let entry = object.clone();
                self.rows.push(VersionRow { entry, step, marked: false });
            }
            return;
        }
        let steps: Vec<RestoreStep> = history
            .versions()
            .iter()
            .map(|version| match version.is_marker() && version.latest {
                // The newest deletion is taken back.
                true => step(&history, &RestorePoint::Undeleted),
                false => step(&history, &RestorePoint::Version(version.version.clone())),
            })
            .collect();
        let rows = history.into_versions().into_iter().zip(steps);
        self.rows.extend(rows.map(|(entry, step)| VersionRow { entry, step, marked: false }));
    }

    /// Marks the row and goes down.
    pub fn toggle(&mut self) {
        if let Some(row) = self.rows.get_mut(self.cursor) {
            row.marked = !row.marked;
        }
        self.cursor = (self.cursor + 1).min(self.rows.len().saturating_sub(1));
    }

    /// Marks all, or takes every mark away.
    pub fn mark_every(&mut self) {
        let any = self.marked() > 0;
        self.rows.iter_mut().for_each(|row| row.marked = !any);
    }

    /// The marked rows, or the one under the cursor.
    fn of_rows(&self) -> impl Iterator<Item = &VersionRow> {
        let any = self.marked() > 0;
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(at, row)| if any { row.marked } else { *at == self.cursor })
            .map(|(_, row)| row)
    }

    /// What brings the chosen rows back: of one object only the row under the cursor.
    pub fn steps(&self) -> Vec<RestoreStep> {
        let chosen: Vec<&VersionRow> = match self.of {
            ListedOf::Object(_) => self.rows.get(self.cursor).into_iter().collect(),
            ListedOf::Deleted { .. } => self.of_rows().collect(),
        };
        let changes = |row: &&VersionRow| row.step.object().is_some();
        chosen.into_iter().filter(changes).map(|row| row.step.clone()).collect()
    }

    pub fn chosen(&self) -> Vec<KeyVersion> {
        self.of_rows().map(|row| row.entry.name()).collect()
    }

    /// As [`ShownVersions::chosen`], with all that is known of them.
    pub fn chosen_entries(&self) -> impl Iterator<Item = &VersionEntry> {
        self.of_rows().map(|row| &row.entry)
    }

    /// The version under the cursor and the one with bytes before it in time, which comes first.
    pub fn change(&self) -> Option<(ObjectAddress, ObjectAddress)> {
        let after = self.subject()?.object;
        let mut older = self.rows.iter().skip(self.cursor + 1).map(|row| &row.entry);
        let before = older.find(|entry| entry.key == after.key && !entry.is_marker())?;
        Some((before.address(self.of.bucket()), after))
    }

    /// The version under the cursor, where it has bytes.
    pub fn subject(&self) -> Option<Subject> {
        let entry = &self.rows.get(self.cursor)?.entry;
        let VersionState::Object { size, class, .. } = &entry.state else { return None };
        Some(Subject {
            object: entry.address(self.of.bucket()),
            size: *size,
            modified: entry.modified,
            class: Class::parse(class.as_deref().unwrap_or_default()),
        })
    }
}
