//! The unfinished uploads of a bucket: looked at, marked, and given up.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::app::chord::{Chord, KeyCode};
use crate::app::dialogs::outcome::Outcome;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::object::UploadId;
use crate::domain::page_cursor::PageCursor;
use crate::domain::provider::Provider;
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadMarker, UploadOwner, YOUNG};

/// Rows that are loaded at most; what is beyond is said.
pub const MOST: usize = 10_000;

/// Rows a key moves by at a page.
const PAGE: usize = 10;

#[derive(Clone, Debug)]
pub struct Uploads {
    pub bucket: Bucket,
    pub provider: Provider,
    /// When the list was asked for: ages are counted to it.
    pub now: Timestamp,
    pub rows: Vec<UploadRow>,
    pub cursor: usize,
    pub loading: UploadsLoading,
    pages: PageCursor<UploadMarker>,
    pub extents: HashMap<UploadId, Extent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    pub upload: UnfinishedUpload,
    pub standing: UploadOwner,
    pub marked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadsLoading {
    /// More pages are on their way.
    Loading,
    Ready,
    /// There are more than are shown.
    Cut,
    Failed(Error),
}

/// What is known of the parts of one upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    Asked,
    Known(UploadExtent),
    /// The server does not tell.
    Untold,
}

impl UploadRow {
    /// Why it cannot be given up from here.
    pub fn kept(&self) -> Option<&'static str> {
        (self.standing == UploadOwner::Queued)
            .then_some("a queued transfer uses it: cancel that transfer")
    }

    /// Whether nobody here knows it and it may still be under way elsewhere.
    pub fn is_young(&self, now: Timestamp) -> bool {
        self.standing == UploadOwner::Unknown && !self.upload.is_older_than(YOUNG, now)
    }
}

impl Uploads {
    pub fn new(bucket: Bucket, provider: Provider, now: Timestamp) -> Uploads {
        Uploads {
            bucket,
            provider,
            now,
            rows: Vec::new(),
            cursor: 0,
            loading: UploadsLoading::Loading,
            pages: PageCursor::default(),
            extents: HashMap::new(),
        }
    }

    /// Adds a page; gives where the list goes on, `None` where it does not or is long enough.
    pub fn take(
        &mut self,
        uploads: Vec<(UnfinishedUpload, UploadOwner)>,
        next: Option<UploadMarker>,
    ) -> Result<Option<UploadMarker>, Error> {
        let (empty, all) = (uploads.is_empty(), Prefix::root());
        let row = |(upload, standing)| UploadRow { upload, standing, marked: false };
        self.rows.extend(uploads.into_iter().map(row));
        self.pages.follow(next, empty, &self.bucket, &all)?;
        self.loading = match self.pages.token() {
            None => UploadsLoading::Ready,
            Some(_) if self.rows.len() >= MOST => UploadsLoading::Cut,
            Some(_) => UploadsLoading::Loading,
        };
        let next = self.pages.token().filter(|_| self.loading == UploadsLoading::Loading);
        Ok(next.cloned())
    }

    /// The row whose parts are to be counted next: the cursor's, then its neighbours on screen.
    pub fn wanted(&self) -> Option<&UnfinishedUpload> {
        if self.extents.values().any(|extent| *extent == Extent::Asked) {
            return None;
        }
        let near = self.cursor.saturating_sub(PAGE)..(self.cursor + PAGE).min(self.rows.len());
        let mut near: Vec<usize> = near.collect();
        near.sort_by_key(|at| at.abs_diff(self.cursor));
        let rows = near.into_iter().filter_map(|at| self.rows.get(at));
        rows.map(|row| &row.upload).find(|upload| !self.extents.contains_key(&upload.upload))
    }

    /// The marked rows, or the one under the cursor; none that a queue uses.
    pub fn chosen(&self) -> Vec<&UploadRow> {
        let marked: Vec<&UploadRow> = self.rows.iter().filter(|row| row.marked).collect();
        let current = || self.rows.get(self.cursor).filter(|row| row.kept().is_none());
        if marked.is_empty() { current().into_iter().collect() } else { marked }
    }

    pub fn marked(&self) -> usize {
        self.rows.iter().filter(|row| row.marked).count()
    }

    /// Accepted where the chosen rows are to be given up.
    pub fn on_key(&mut self, chord: Chord) -> Outcome<()> {
        match chord.key {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Char('a') if chord.ctrl => self.mark_abandoned(),
            _ if chord.ctrl || chord.alt => {}
            KeyCode::Char('q') => return Outcome::Cancelled,
            KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') if !chord.shift => self.step(1),
            KeyCode::Up | KeyCode::Tab | KeyCode::Char('k') => self.step(-1),
            KeyCode::PageDown => self.step(PAGE.cast_signed()),
            KeyCode::PageUp => self.step(-PAGE.cast_signed()),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.step(isize::MAX),
            KeyCode::Char(' ') => self.mark(),
            KeyCode::Char('a') => self.mark_abandoned(),
            KeyCode::Enter | KeyCode::Char('D' | 'x') if !self.chosen().is_empty() => {
                return Outcome::Accepted(());
            }
            _ => {}
        }
        Outcome::Open
    }

    fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    fn mark(&mut self) {
        if let Some(row) = self.rows.get_mut(self.cursor)
            && row.kept().is_none()
        {
            row.marked = !row.marked;
        }
        self.step(1);
    }

    /// Marks what nobody seems to go on with, or takes every mark away.
    fn mark_abandoned(&mut self) {
        let (any, now) = (self.marked() > 0, self.now);
        for row in &mut self.rows {
            row.marked = !any && row.kept().is_none() && !row.is_young(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Key;
    use crate::domain::object::ObjectAddress;

    fn row(name: &str, hours: i64, now: Timestamp) -> UnfinishedUpload {
        let object = ObjectAddress { bucket: Bucket::new("b"), key: Key::new(name) };
        let since = Some(now - jiff::SignedDuration::from_hours(hours));
        UnfinishedUpload { object, upload: UploadId(name.to_owned()), since, by: String::new() }
    }

    fn list() -> Uploads {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let mut list = Uploads::new(Bucket::new("b"), Provider::Other, now);
        let rows = vec![
            (row("old", 99, now), UploadOwner::Unknown),
            (row("queued", 99, now), UploadOwner::Queued),
            (row("young", 2, now), UploadOwner::Unknown),
            (row("left", 2, now), UploadOwner::Left),
        ];
        assert_eq!(list.take(rows, None), Ok(None));
        list
    }

    fn press(list: &mut Uploads, keys: &str) -> Outcome<()> {
        let chords = keys.split(' ').map(|key| Chord::parse(key).unwrap());
        chords.map(|chord| list.on_key(chord)).last().unwrap_or(Outcome::Open)
    }

    fn chosen(list: &Uploads) -> Vec<&str> {
        list.chosen().into_iter().map(|row| row.upload.upload.0.as_str()).collect()
    }

    #[test]
    fn all_that_looks_abandoned_is_marked_and_nothing_a_queue_uses_ever_is() {
        let mut list = list();
        press(&mut list, "a");
        assert_eq!(chosen(&list), ["old", "left"]);
        press(&mut list, "a");
        assert_eq!(list.marked(), 0);
        press(&mut list, "space space space");
        assert_eq!(chosen(&list), ["old", "young"]);
        assert_eq!(press(&mut list, "D"), Outcome::Accepted(()));
    }

    #[test]
    fn without_marks_it_is_about_the_cursors_row_unless_that_is_in_use() {
        let mut list = list();
        assert_eq!(press(&mut list, "j enter"), Outcome::Open);
        assert_eq!(press(&mut list, "k enter"), Outcome::Accepted(()));
        assert_eq!(chosen(&list), ["old"]);
    }

    #[test]
    fn parts_are_counted_for_one_row_at_a_time_the_nearest_first() {
        let mut list = list();
        press(&mut list, "end");
        assert_eq!(list.wanted().map(|upload| upload.upload.0.as_str()), Some("left"));
        list.extents.insert(UploadId("left".into()), Extent::Asked);
        assert_eq!(list.wanted(), None);
        list.extents.insert(UploadId("left".into()), Extent::Untold);
        assert_eq!(list.wanted().map(|upload| upload.upload.0.as_str()), Some("young"));
    }
}
