//! Lists the unfinished uploads of a bucket, which can be marked and aborted.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::app::action::{Action, KeyHint};
use crate::app::dialogs::outcome::Outcome;
use crate::app::list::step;
use crate::app::scope::Scope;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::object::UploadId;
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::provider::Provider;
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadMarker, UploadOwner, YOUNG};

/// Rows that are loaded at most; what is beyond is said.
pub const MOST: usize = 10_000;

/// Rows around the cursor whose parts are counted.
const NEAR: usize = 10;

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
    pub owner: UploadOwner,
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
        (self.owner == UploadOwner::Queued)
            .then_some("a queued transfer uses it: cancel that transfer")
    }

    /// Whether nobody here knows it and it may still be under way elsewhere.
    pub fn is_young(&self, now: Timestamp) -> bool {
        self.owner == UploadOwner::Unknown && !self.upload.is_older_than(YOUNG, now)
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
        let first = uploads.first().map(|(upload, _)| upload);
        let (start, all) = (PageStart::of_upload(first), Prefix::root());
        let row = |(upload, owner)| UploadRow { upload, owner, marked: false };
        self.rows.extend(uploads.into_iter().map(row));
        self.pages.follow(next, start, &self.bucket, &all)?;
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
        let near = self.cursor.saturating_sub(NEAR)..(self.cursor + NEAR).min(self.rows.len());
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

    /// Bytes of the parts that are counted.
    pub fn bytes(&self) -> u64 {
        let known = self.extents.values().filter_map(|extent| match extent {
            Extent::Known(extent) => Some(extent.bytes),
            Extent::Asked | Extent::Untold => None,
        });
        known.sum()
    }

    pub fn marked(&self) -> usize {
        self.rows.iter().filter(|row| row.marked).count()
    }

    /// What keys mean in it, innermost first.
    pub const SCOPES: &[Scope] = Scope::Uploads.outwards();

    pub fn hints(&self) -> Vec<KeyHint> {
        if self.rows.is_empty() {
            return vec![(Action::Dismiss, "close")];
        }
        vec![
            (Action::Toggle, "mark"),
            (Action::MarkAbandoned, "mark all that look abandoned"),
            (Action::AbortUploads, "abort"),
            (Action::Dismiss, "close"),
        ]
    }

    /// Accepted where the chosen rows are to be given up.
    pub fn on_action(&mut self, action: Action) -> Outcome<()> {
        let movement = match action {
            Action::Dismiss | Action::Close => return Outcome::Cancelled,
            Action::Accept | Action::AbortUploads if !self.chosen().is_empty() => {
                return Outcome::Accepted(());
            }
            Action::Toggle => return self.mark(),
            Action::MarkAbandoned => return self.mark_abandoned(),
            Action::NextField => Action::Down,
            Action::PreviousField => Action::Up,
            other => other,
        };
        step(&mut self.cursor, movement, self.rows.len());
        Outcome::Open
    }

    fn mark(&mut self) -> Outcome<()> {
        if let Some(row) = self.rows.get_mut(self.cursor)
            && row.kept().is_none()
        {
            row.marked = !row.marked;
        }
        self.on_action(Action::Down)
    }

    /// Marks what nobody seems to go on with, or takes every mark away.
    fn mark_abandoned(&mut self) -> Outcome<()> {
        let (any, now) = (self.marked() > 0, self.now);
        for row in &mut self.rows {
            row.marked = !any && row.kept().is_none() && !row.is_young(now);
        }
        Outcome::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Keymap;
    use crate::domain::address::Key;
    use crate::domain::object::ObjectAddress;

    fn row(name: &str, hours: i64, now: Timestamp) -> UnfinishedUpload {
        let object = ObjectAddress::new(Bucket::new("b"), Key::new(name));
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
        let actions = keys.split(' ').map(|key| Keymap::meant(Uploads::SCOPES, key).unwrap());
        actions.map(|action| list.on_action(action)).last().unwrap_or(Outcome::Open)
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
