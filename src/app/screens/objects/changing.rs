//! Applies changes in storage to the rows of an open prefix without listing it again.

use std::collections::BTreeMap;

use crate::app::context::{Context, Ending, Intent};
use crate::app::effect::StorageRequest;
use crate::app::list::Hold;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::loading::Loading;
use crate::app::screens::objects::patch::Patch;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::change::{BucketChange, KeyChange, RowChanges, row_name};
use crate::domain::error::Error;
use crate::domain::transfer::{JobSpec, Target, Work};

/// Prefixes that are looked into at once; where more are in doubt, the job's own word is taken.
const LOOKED_INTO: usize = 32;

impl Browse {
    /// Takes changes of the bucket that is open.
    pub fn on_changed(&mut self, change: &BucketChange, cx: &mut Context<'_>) {
        if self.at().is_some() {
            // The past does not change.
            return;
        }
        self.memory.on_changed(&change.bucket, &change.keys);
        let Some(place) = self.place().filter(|place| place.bucket == change.bucket) else {
            return;
        };
        let mut below = place.changes(&change.keys);
        if let Some(from) = self.from() {
            below.rows.retain(|name, _| name.as_str() >= from);
        }
        if place.search.is_some() {
            // Whether the search finds what is new, the next one tells.
            below.rows.retain(|name, _| self.rows.find(name).is_some());
        }
        self.on_own_changes(&below);
        self.take(&below, cx);
    }

    /// As [`Browse::on_changed`], and the cursor goes to what was stored.
    pub fn on_made(&mut self, bucket: &Bucket, made: &KeyChange, cx: &mut Context<'_>) {
        let (connection, keys) = (cx.session.name().clone(), vec![made.clone()]);
        self.on_changed(&BucketChange { connection, bucket: bucket.clone(), keys }, cx);
        let open = self.place().filter(|place| place.bucket == *bucket && self.at().is_none());
        let open = open.cloned();
        let Some(place) = open else { return };
        if self.changing.behind {
            self.refresh(cx);
        } else if let Some(name) = row_name(&place.prefix, made.key().as_str()) {
            let name = name.to_owned();
            self.go_to(&name);
            self.fit(cx);
        }
    }

    /// The row of `from` is being renamed.
    pub fn follow_rename(&mut self, from: &Target, to: &Target) {
        let Some(place) = self.place() else { return };
        let name = |target: &Target| row_name(&place.prefix, target.as_str()).map(str::to_owned);
        self.changing.renamed = name(from).zip(name(to));
    }

    pub(super) fn take(&mut self, below: &RowChanges, cx: &mut Context<'_>) {
        if below.is_empty() {
            return;
        }
        if self.is_pulling() {
            self.changing.since.extend(below);
        }
        self.change(below, self.is_whole());
        self.fit(cx);
    }

    /// A page is here that may be from before the last changes.
    pub(super) fn catch_up(&mut self, whole: bool) {
        let since = std::mem::take(&mut self.changing.since);
        if !since.is_empty() {
            self.change(&since, whole);
        }
    }

    fn change(&mut self, below: &RowChanges, whole: bool) {
        for name in below.rows.keys() {
            self.changing.doubtful.remove(name);
            self.changing.probed.remove(name);
        }
        let shown = below.doubtful.iter().filter(|name| self.rows.find(name).is_some());
        self.changing.doubtful.extend(shown.cloned());
        let number = self.rows.number(self.list.cursor);
        match self.rows.patch(below, whole) {
            Some(patch) => self.follow_patch(&patch, number),
            None => self.changing.behind = true,
        }
    }

    fn follow_patch(&mut self, patch: &Patch, number: Option<u32>) {
        self.marking.on_patch(patch, self.rows.listing());
        let (cursor, offset) = (self.list.cursor, self.list.offset);
        let replaced = patch.replaced.iter().find(|(old, _)| Some(*old) == number);
        let stays = replaced.and_then(|(_, new)| self.rows.position(*new, cursor));
        self.list.cursor = stays.unwrap_or_else(|| patch.shift.after(cursor));
        // At the top what comes there is seen.
        self.list.offset = if offset == 0 { 0 } else { patch.shift.after(offset) };
        if self.hold == Hold::Top && self.list.cursor > 0 {
            self.hold = Hold::Row;
        }
        let gone = number.filter(|number| self.rows.listing().is_gone(*number));
        let name = gone.map(|number| self.rows.listing().row(number).name);
        if let Some((_, new)) = self.changing.renamed.take_if(|(old, _)| name == Some(old)) {
            self.go_to(&new);
        }
    }

    /// Puts the cursor on the row of a name, where it is shown.
    fn go_to(&mut self, name: &str) {
        let found = self.rows.find(name);
        if let Some(at) = found.and_then(|number| self.rows.position(number, self.list.cursor)) {
            self.list.cursor = at;
            self.hold = Hold::Row;
        }
    }

    // ─── when a job has come to its end ───

    /// A job that changed what is here is at its end: prefixes that lost keys are looked into,
    /// unless others go on to change it. Where the outcome of some requests is `uncertain`, the
    /// prefix is listed again.
    pub fn on_settled(&mut self, ending: &Ending, cx: &mut Context<'_>) {
        if self.at().is_some() || self.searched().is_some() {
            return;
        }
        if ending.uncertain || self.changing.behind {
            return self.refresh(cx);
        }
        if self.changing.doubtful.len() > LOOKED_INTO && ending.done {
            self.believe(&ending.spec, cx);
        }
        match self.changing.doubtful.len() {
            0 => {}
            1..=LOOKED_INTO => self.look_into(cx),
            _ => self.refresh(cx),
        }
    }

    /// Takes the prefixes that the job emptied for gone.
    fn believe(&mut self, spec: &JobSpec, cx: &mut Context<'_>) {
        let Some(place) = self.place() else { return };
        let targets = match &spec.work {
            Work::Delete { targets, .. } => targets.as_slice(),
            Work::Copy { source, moving: true, .. } => std::slice::from_ref(source),
            _ => &[],
        };
        let doubtful = &self.changing.doubtful;
        let own = |target: &Target| {
            let name = row_name(&place.prefix, target.as_str())?;
            let is_whole = target.as_str() == place.prefix.child(name).as_str();
            (is_whole && doubtful.contains(name)).then(|| (name.to_owned(), None))
        };
        let picks = |name: &str, is_prefix: bool| is_prefix && doubtful.contains(name);
        let mut rows = BTreeMap::new();
        for target in targets {
            match target {
                Target::Rows(many) if many.place() == place.prefix.as_str() => {
                    rows.extend(many.picked(picks).filter_map(|row| own(&row.target)));
                }
                // Of another place: it names none of the rows here.
                Target::Rows(_) => {}
                one => rows.extend(own(one)),
            }
        }
        self.take(&RowChanges { rows, ..RowChanges::default() }, cx);
    }

    fn look_into(&mut self, cx: &mut Context<'_>) {
        let Some(place) = self.place().cloned() else { return };
        cx.abandon(&mut self.changing.ticket);
        self.changing.probed.append(&mut self.changing.doubtful);
        let prefixes = self.changing.probed.iter().map(|name| place.prefix.child(name)).collect();
        let request = StorageRequest::FindEmpty { bucket: place.bucket, prefixes };
        self.changing.ticket = Some(cx.request(request));
    }

    /// Removes the rows of probed prefixes that have turned out empty.
    pub(super) fn on_found_empty(
        &mut self,
        found: Result<Vec<Prefix>, Error>,
        cx: &mut Context<'_>,
    ) {
        self.changing.ticket = None;
        let probed = std::mem::take(&mut self.changing.probed);
        let Some(place) = self.place() else { return };
        let empty = match found {
            Ok(empty) => empty,
            Err(error) => return cx.ask(Intent::LogQuietly(error)),
        };
        let names = empty.iter().filter_map(|prefix| row_name(&place.prefix, prefix.as_str()));
        let gone = names.filter(|name| probed.contains(*name));
        let rows = gone.map(|name| (name.to_owned(), None)).collect();
        self.take(&RowChanges { rows, ..RowChanges::default() }, cx);
    }

    /// Whether an action is about all that the bucket holds, where that is more than one object.
    pub fn is_whole_bucket(&self) -> bool {
        let all = self.rows.listing().len();
        let prefix = self.current().is_some_and(|row| row.is_prefix());
        let about_all = match self.marking.marks.len() {
            0 => all == 1 && prefix,
            marked => marked == all && (all > 1 || self.marking.marks.prefixes() > 0),
        };
        let at_top = self.place().is_some_and(|place| place.prefix.is_root());
        about_all && at_top && self.searched().is_none() && self.from().is_none() && self.is_whole()
    }

    /// Whether every row that the server has is here.
    pub(super) fn is_whole(&self) -> bool {
        match self.before_refresh() {
            Some(before) => *before == Loading::Complete,
            None => self.loading == Loading::Complete,
        }
    }
}
