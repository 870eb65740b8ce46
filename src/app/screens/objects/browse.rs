//! Browses one prefix of a bucket: its rows as they arrive, the cursor, the marks, the filter.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::context::{Context, Intent};
use crate::app::dialogs::input::Input;
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::list::{Hold, List};
use crate::app::scope::Pane;
use crate::app::screens::objects::changes::Changing;
use crate::app::screens::objects::fresh::Fresh;
use crate::app::screens::objects::history::{PlaceHistory, PrefixPlace};
use crate::app::screens::objects::loading::{Loading, STREAMED, near_end};
use crate::app::screens::objects::marking::Marking;
use crate::app::screens::objects::pager::Pager;
use crate::app::screens::objects::rows::ObjectRows;
use crate::app::screens::objects::watch::Watch;
use crate::app::screens::subject::Subject;
use crate::domain::address::{Bucket, Key, Location, Prefix};
use crate::domain::arrange::Arrangement;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ListedPage, Page, Row, RowKind};
use crate::domain::object::{ObjectAddress, VersionId};

#[derive(Clone, Debug, Default)]
pub struct Browse {
    place: Option<PrefixPlace>,
    pub rows: ObjectRows,
    pub list: List,
    pub marking: Marking,
    pub loading: Loading,
    /// The filter while it is typed.
    pub typing: Option<Input>,
    /// The first letters of a key while they are typed.
    pub jumping: Option<Input>,
    /// The listing begins at this name instead of at the first.
    pub(super) from: Option<String>,
    pub(super) pager: Pager,
    /// A listing that replaces the shown one as soon as it reaches as far as it must.
    pub(super) fresh: Option<Fresh>,
    /// The name the cursor goes to as soon as it arrives.
    sought: Option<String>,
    /// Pull every page, however many.
    pub(super) load_all: bool,
    pub(super) hold: Hold,
    pub(super) changing: Changing,
    pub(super) watch: Option<Watch>,
    pub(super) memory: PlaceHistory,
    /// The bucket that is shown as it was, and at which moment.
    pub(super) past: Option<(Bucket, Timestamp)>,
    /// The oldest version seen that was stored while versions were kept.
    pub(super) known_since: Option<Timestamp>,
}

impl Browse {
    pub fn place(&self) -> Option<&PrefixPlace> {
        self.place.as_ref()
    }

    pub fn location(&self) -> Location {
        match &self.place {
            None => Location::Root,
            Some(place) => {
                Location::Prefix { bucket: place.bucket.clone(), prefix: place.prefix.clone() }
            }
        }
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<Row<'_>> {
        self.rows.row(self.list.cursor)
    }

    /// The object under the cursor; `None` on a prefix.
    pub fn current_object(&self) -> Option<ObjectAddress> {
        self.object_of(self.current()?)
    }

    /// The object of a row; `None` of a prefix, and of what the watch saw go.
    pub(super) fn object_of(&self, row: Row<'_>) -> Option<ObjectAddress> {
        let place = self.place.as_ref()?;
        let version = row.version.map(|id| VersionId(id.to_owned()));
        let object = ObjectAddress::new(place.bucket.clone(), place.prefix.key(row.name));
        (!row.is_prefix() && !self.is_seen_gone(row.name)).then(|| object.at_version(version))
    }

    /// The object under the cursor with what its row tells; `None` on a prefix.
    pub fn current_subject(&self) -> Option<Subject> {
        let object = self.current_object()?;
        let RowKind::Object { size, modified, class } = self.current()?.kind else { return None };
        Some(Subject { object, size, modified, class })
    }

    pub fn is_marked(&self, position: usize) -> bool {
        self.rows.number(position).is_some_and(|number| self.marking.marks.contains(number))
    }

    /// Whether something changes by itself: pages on their way or rows being arranged.
    pub fn is_moving(&self) -> bool {
        self.is_pulling() || self.rows.is_arranging()
    }

    /// Whether the server has rows that are not here.
    pub fn is_incomplete(&self) -> bool {
        let cut = self.from.is_some() || self.found_by().is_some_and(|index| !index.whole);
        self.place.is_some() && (self.loading != Loading::Complete || cut)
    }

    // ─── going places ───

    pub fn open(&mut self, bucket: Bucket, prefix: Prefix, cx: &mut Context<'_>) {
        self.go(PrefixPlace::listed(bucket, prefix), None, cx);
    }

    /// Opens the prefix an object is listed under, with the cursor on it.
    pub fn open_at(&mut self, bucket: Bucket, key: &Key, cx: &mut Context<'_>) {
        let prefix = key.parent();
        let name = key.as_str()[prefix.as_str().len()..].to_owned();
        self.go(PrefixPlace::listed(bucket, prefix), Some(name), cx);
    }

    pub(super) fn go(&mut self, place: PrefixPlace, name: Option<String>, cx: &mut Context<'_>) {
        if let Some(left) = self.leave(cx).filter(|left| *left != place) {
            self.memory.visited(left);
        }
        self.enter(place, name, cx);
    }

    /// Shows nothing: another connection, or no bucket any more.
    pub fn close(&mut self, cx: &mut Context<'_>) {
        self.leave(cx);
        self.rows.clear(cx);
        self.place = None;
        self.loading = Loading::Idle;
    }

    /// As [`Browse::close`], and forgets where it has been.
    pub fn forget(&mut self, cx: &mut Context<'_>) {
        self.close(cx);
        self.past = None;
        self.memory = PlaceHistory::default();
    }

    /// One level up; at the top of the bucket to the buckets.
    pub fn go_up(&mut self, cx: &mut Context<'_>) {
        let Some(place) = self.place.clone() else { return cx.ask(Intent::Focus(Pane::Buckets)) };
        if place.search.is_some() {
            return self.open(place.bucket, place.prefix, cx);
        }
        let Some(parent) = place.prefix.parent() else {
            return cx.ask(Intent::Focus(Pane::Buckets));
        };
        let name = place.prefix.name().to_owned();
        self.memory
            .remember(&PrefixPlace::listed(place.bucket.clone(), parent.clone()), Some(&name));
        self.open(place.bucket, parent, cx);
    }

    pub fn go_back(&mut self, cx: &mut Context<'_>) {
        if let Some(place) = self.memory.back(self.place.clone()) {
            self.leave(cx);
            self.enter(place, None, cx);
        }
    }

    pub fn go_forward(&mut self, cx: &mut Context<'_>) {
        if let Some(place) = self.memory.forward(self.place.clone()) {
            self.leave(cx);
            self.enter(place, None, cx);
        }
    }

    pub fn memory(&self) -> &PlaceHistory {
        &self.memory
    }

    pub(super) fn leave(&mut self, cx: &mut Context<'_>) -> Option<PrefixPlace> {
        self.end_watch(cx);
        self.pager.stop(cx);
        self.changing.stop(cx);
        let loading = self.drop_fresh(cx).unwrap_or_else(|| self.loading.clone());
        let place = self.place.take()?;
        if self.from.take().is_none() {
            self.memory.keep(&place, self.rows.listing(), &loading, self.pager.searched());
        }
        let name = self.rows.row(self.list.cursor).map(|row| row.name);
        if self.sought.is_none() {
            self.memory.remember(&place, name);
        }
        Some(place)
    }

    pub(super) fn enter(&mut self, place: PrefixPlace, name: Option<String>, cx: &mut Context<'_>) {
        self.sought = name.or_else(|| self.memory.cursor(&place).map(str::to_owned));
        self.marking.clear();
        self.list = List::default();
        (self.typing, self.jumping) = (None, None);
        self.load_all = false;
        self.hold = Hold::Top;
        self.rows.clear(cx);
        let unfiltered = Arrangement { filter: String::new(), ..self.rows.arrangement().clone() };
        self.rows.arrange(unfiltered, cx);
        let kept = self.memory.take_listing(&place);
        let found_already = place.search.is_some() && kept.is_some();
        self.place = Some(place);
        self.loading = Loading::First;
        if let Some(kept) = kept {
            let whole = kept.loading == Loading::Complete;
            self.loading = kept.loading;
            self.pager.resume(kept.searched);
            self.rows.replace(kept.listing, cx);
            self.rows.patch(&kept.since, whole);
            self.seek();
        }
        if !found_already {
            self.refresh(cx);
        }
    }

    // ─── loading ───

    /// How the shown listing stands while another one is to replace it.
    pub(super) fn before_refresh(&self) -> Option<&Loading> {
        self.fresh.as_ref().map(|fresh| &fresh.before)
    }

    pub(super) fn is_pulling(&self) -> bool {
        self.pager.is_waiting() || self.fresh.is_some()
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        let fresh = self.fresh.as_ref().is_some_and(|fresh| fresh.pager.owns(ticket));
        let listed = fresh || self.pager.owns(ticket) || self.owns_look(ticket);
        listed || self.rows.owns(ticket) || self.changing.owns(ticket)
    }

    pub fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        match reply {
            Ok(Answer::Page(page)) if self.owns_look(ticket) => self.on_looked(page, cx),
            Err(error) if self.owns_look(ticket) => self.on_look_failed(error, cx),
            Ok(Answer::Page(page)) => self.on_page(page, cx),
            Ok(Answer::Found(found)) => self.on_found(found, cx),
            Ok(Answer::FoundEmpty(empty)) => self.on_found_empty(Ok(empty), cx),
            Err(error) if self.changing.owns(ticket) => self.on_found_empty(Err(error), cx),
            Err(error) => self.on_failure(error, cx),
            Ok(Answer::Arranged(order)) => {
                let number = self.rows.number(self.list.cursor);
                self.rows.on_arranged(order, cx);
                self.marking.settle_range();
                self.keep_cursor_on(number);
            }
            Ok(_) => {}
        }
        self.fit(cx);
    }

    /// Lists again; the cursor stays on its key, and what is shown stays until the new listing
    /// reaches as far.
    pub fn refresh(&mut self, cx: &mut Context<'_>) {
        let Some(place) = self.place.clone() else { return };
        self.pager.stop(cx);
        self.changing.forget_pages();
        if self.rows.listing().is_empty() {
            self.drop_fresh(cx);
            self.rows.clear(cx);
            self.pager.start(&place, self.at(), self.from.as_deref(), cx);
            self.loading = Loading::First;
            return;
        }
        let before = self.drop_fresh(cx).unwrap_or_else(|| self.loading.clone());
        let mut fresh = Fresh::beside(&before);
        fresh.pager.start(&place, self.at(), self.from.as_deref(), cx);
        self.fresh = Some(fresh);
        self.loading = Loading::Refreshing;
    }

    /// Stops pulling pages; what is loaded stays.
    pub(super) fn stop(&mut self, cx: &mut Context<'_>) {
        self.pager.stop(cx);
        self.changing.forget_pages();
        self.loading = self.drop_fresh(cx).unwrap_or(Loading::Stopped);
        self.rows.settle(cx);
        self.sought = None;
        self.load_all = false;
        self.leave_end();
        self.marking.settle();
    }

    /// Gives up listing anew; gives how the shown listing stands.
    fn drop_fresh(&mut self, cx: &mut Context<'_>) -> Option<Loading> {
        let mut fresh = self.fresh.take()?;
        fresh.pager.stop(cx);
        Some(fresh.before)
    }

    /// Pulls every page that is left.
    pub(super) fn load_everything(&mut self, cx: &mut Context<'_>) {
        self.load_all = true;
        self.pull(cx);
    }

    fn pull(&mut self, cx: &mut Context<'_>) {
        let (far, now) = (self.is_far(), self.at().is_none());
        let Some(place) = &self.place else { return };
        let (listing, pager) = match &mut self.fresh {
            Some(fresh) => (&fresh.listing, &mut fresh.pager),
            None => (self.rows.listing(), &mut self.pager),
        };
        let last = listing.last_name().filter(|_| listing.is_ordered() && (self.load_all || far));
        let pulled = match last.filter(|_| place.search.is_none() && now) {
            Some(last) => pager.pull_rest(place, last, cx),
            None => pager.pull(place, cx),
        };
        if pulled && self.fresh.is_none() {
            self.loading = Loading::Streaming;
        }
    }

    fn on_page(&mut self, listed: ListedPage, cx: &mut Context<'_>) {
        let Some(place) = self.place.clone() else { return };
        let pager = self.fresh.as_mut().map_or(&mut self.pager, |fresh| &mut fresh.pager);
        self.known_since =
            [self.known_since, listed.page.known_since()].into_iter().flatten().min();
        let arrived = pager.arrived(&listed, &place);
        self.take_in(listed.page, cx);
        if let Err(error) = arrived {
            return self.on_failure(error, cx);
        }
        let swapped = self.swap_when_covered(cx);
        if swapped || self.fresh.is_none() {
            self.catch_up(!self.pager.has_more());
        }
        self.seek();
        self.go_on(cx);
    }

    pub(super) fn take_in(&mut self, page: Arc<Page>, cx: &mut Context<'_>) {
        let from = self.rows.listing().end();
        if let Some(fresh) = &mut self.fresh {
            fresh.listing.push(page);
        } else {
            self.marking.on_page(&self.rows, &page, from);
            let number = self.rows.number(self.list.cursor).filter(|_| from > 0);
            self.rows.push(page, cx);
            self.keep_cursor_on(number);
        }
    }

    fn on_failure(&mut self, error: Error, cx: &mut Context<'_>) {
        if self.fresh.take().is_none() {
            self.pager.failed();
        }
        self.sought = None;
        self.load_all = false;
        self.loading = Loading::Failed(error.clone());
        self.rows.settle(cx);
        let refused = error.is(&ErrorKind::AccessDenied) && self.rows.listing().is_empty();
        if let Some(place) = &self.place
            && (error.is(&ErrorKind::NoSuchBucket) || (refused && place.prefix.is_root()))
        {
            cx.ask(Intent::BucketGone { bucket: place.bucket.clone(), error: error.clone() });
        }
        cx.ask(Intent::Log(error));
    }

    /// Pulls the next page where one is wanted, or notes how the listing rests.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_>) {
        if self.fresh.is_some() {
            self.pull(cx);
        } else if !self.pager.has_more() {
            self.load_all = false;
            self.sought = None;
            self.loading = Loading::Complete;
            self.rows.settle(cx);
        } else if self.wants_more() {
            self.pull(cx);
            if self.pager.is_waiting() {
                self.loading = Loading::Streaming;
            }
        } else {
            self.pager.stop(cx);
            self.loading = Loading::Resting;
            self.rows.settle(cx);
        }
    }

    fn wants_more(&self) -> bool {
        self.load_all
            || self.sought.is_some()
            || self.rows.listing().len() < STREAMED
            || near_end(self.list.cursor, self.rows.len())
    }

    /// Whether a listing anew has to come a long way until it can be shown.
    fn is_far(&self) -> bool {
        let Some(fresh) = &self.fresh else { return false };
        let rows = [self.rows.number(self.list.cursor), self.marking.marks.last()];
        let arranged = *self.rows.arrangement() != Arrangement::default();
        let all = arranged.then(|| self.rows.listing().end());
        let reach = rows.into_iter().chain([all]).flatten().max().unwrap_or(0);
        reach as usize > fresh.listing.len() + STREAMED
    }

    /// Takes the fresh listing once it holds the cursor's name and every marked one, or has ended.
    pub(super) fn swap_when_covered(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(fresh) = &self.fresh else { return false };
        let current = self.current().map(|row| row.name);
        let arranged = *self.rows.arrangement() != Arrangement::default();
        // Of some of the rows the order of all is not known.
        let last = self.rows.listing().last_name().filter(|_| arranged);
        if !fresh.covers([current, self.last_marked_name(), last].into_iter().flatten()) {
            return false;
        }
        let cursor = self.current().map(|row| row.name.to_owned());
        let shown = self.rows.listing().clone();
        let Some(fresh) = self.fresh.take() else { return false };
        self.load_all |= arranged && fresh.before == Loading::Complete;
        self.pager = fresh.pager;
        self.rows.replace(fresh.listing, cx);
        let marks = self.marking.marks.carried(&shown, self.rows.listing());
        self.marking.clear();
        self.marking.marks = marks;
        self.sought = cursor;
        true
    }

    fn last_marked_name(&self) -> Option<&str> {
        self.marking.marks.last().map(|number| self.rows.listing().row(number).name)
    }

    /// Moves the cursor to the name it waits for, once it is here; gives up where the listing has
    /// passed it.
    pub(super) fn seek(&mut self) {
        let Some(sought) = &self.sought else { return };
        let prefix = format!("{sought}/");
        let found = self.rows.find(sought).or_else(|| self.rows.find(&prefix));
        let passed = self.rows.listing().last_name().is_some_and(|last| last > prefix.as_str());
        if let Some(number) = found
            && let Some(position) = self.rows.position(number, self.list.cursor)
        {
            self.list.cursor = position;
            if self.hold == Hold::Top && position > 0 {
                self.hold = Hold::Row;
            }
        }
        if found.is_some() || passed {
            self.sought = None;
        }
    }

    pub fn fit(&mut self, cx: &Context<'_>) {
        self.list.fit(self.rows.len(), cx.areas.rows(Pane::Objects));
    }

    /// Follows the cursor, which was at `before`: a range grows, pages are pulled where it nears
    /// the end.
    pub(super) fn moved(&mut self, before: usize, hold: Hold, cx: &mut Context<'_>) {
        self.sought = None;
        self.hold = hold;
        self.marking.follow(&self.rows, before, self.list.cursor);
        if self.loading == Loading::Resting && self.wants_more() {
            self.pull(cx);
        }
    }
}
