//! Lists an open prefix again and again while it is watched.

use jiff::Timestamp;

use crate::app::context::{Context, Intent};
use crate::app::event::Ticket;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::loading::STREAMED;
use crate::app::screens::objects::watch::{LONGEST_PAUSE, Later, Look, PAUSE, Sighting, Watch};
use crate::app::toasts::Level;
use crate::domain::change::RowChanges;
use crate::domain::error::Error;
use crate::domain::listing::ListedPage;

impl Browse {
    /// What is watched, if anything is.
    pub fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// What the watch saw of a row lately.
    pub fn sighting(&self, name: &str) -> Option<Sighting> {
        self.watch.as_ref()?.sighting(name)
    }

    /// Whether a row is only shown because the watch saw it go.
    pub(super) fn is_seen_gone(&self, name: &str) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.is_gone(name))
    }

    pub(super) fn is_current_gone(&self) -> bool {
        self.current().is_some_and(|row| self.is_seen_gone(row.name))
    }

    /// Why the open place cannot be watched.
    pub(super) fn unwatchable(&self) -> Option<&'static str> {
        if self.at().is_some() {
            return Some("the past does not change");
        }
        if self.searched().is_some() {
            return Some("what a search found cannot be watched: open a prefix");
        }
        let ordered = self.rows.listing().is_ordered();
        (!ordered).then_some("this server lists in no order, so changes cannot be told")
    }

    pub(super) fn toggle_watch(&mut self, cx: &mut Context<'_>) {
        if self.watch.is_some() {
            self.end_watch(cx);
            return cx.toast(Level::Note, "the watch has ended");
        }
        self.watch = Some(Watch::new(cx.now));
        let said = "this prefix is listed again every 5 seconds: changes are highlighted";
        cx.toast(Level::Note, said);
    }

    /// Ends the watch; rows that it saw go leave.
    pub(super) fn end_watch(&mut self, cx: &mut Context<'_>) {
        let Some(mut watch) = self.watch.take() else { return };
        if let Some(look) = &mut watch.look {
            look.pager.stop(cx);
        }
        let rows = watch.into_gone().map(|name| (name, None)).collect();
        self.take(&RowChanges { rows, ..RowChanges::default() }, cx);
    }

    /// Whether it is time for another look.
    pub fn is_watch_due(&self, now: Timestamp) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.is_due(now))
    }

    /// What the watch saw so far was on screen.
    pub fn on_watch_read(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.on_read();
        }
    }

    /// To be told after every event: looks again when it is time.
    pub fn watch_on(&mut self, cx: &mut Context<'_>) {
        let Some(place) = self.place().cloned() else { return };
        let from = self.from().map(str::to_owned);
        let due = self.watch.as_mut().filter(|watch| watch.is_due(cx.now));
        let Some(watch) = due else { return };
        let mut look = Look::default();
        look.pager.start(&place, None, from.as_deref(), cx);
        watch.look = Some(look);
    }

    pub(super) fn owns_look(&self, ticket: Ticket) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.owns(ticket))
    }

    pub(super) fn on_own_changes(&mut self, changes: &RowChanges) {
        if let Some(watch) = &mut self.watch {
            watch.on_own(changes);
        }
    }

    /// Takes a page of the look: as many follow as are shown, up to so many rows as are listed
    /// unasked.
    pub(super) fn on_looked(&mut self, listed: ListedPage, cx: &mut Context<'_>) {
        let Some(place) = self.place().cloned() else { return };
        let complete = self.is_whole();
        let last = self.rows.listing().last_name().map(str::to_owned);
        let Some(look) = self.watch.as_mut().and_then(|watch| watch.look.as_mut()) else { return };
        let arrived = look.pager.arrived(&listed, &place);
        look.listing.push(listed.page);
        if let Err(error) = arrived {
            return self.on_look_failed(error, cx);
        }
        let reached = look.listing.last_name() >= last.as_deref() && !complete;
        if !reached && look.listing.len() < STREAMED && look.pager.pull(&place, cx) {
            return;
        }
        if let Some(why) = self.unwatchable() {
            self.end_watch(cx);
            return cx.toast(Level::Note, why);
        }
        let Some(watch) = &mut self.watch else { return };
        let Some(look) = watch.look.take() else { return };
        let later = Later::of(&look, complete);
        let changes = watch.compare(&self.rows, &later, cx.now);
        watch.failures = 0;
        watch.due = cx.now + PAUSE;
        self.take(&changes, cx);
    }

    /// A look that failed is tried again, each time later; only the first failure is told.
    pub(super) fn on_look_failed(&mut self, error: Error, cx: &mut Context<'_>) {
        let Some(watch) = &mut self.watch else { return };
        if let Some(look) = &mut watch.look.take() {
            look.pager.stop(cx);
        }
        watch.failures += 1;
        watch.due = cx.now + (PAUSE * 2_i32.pow(watch.failures.min(4))).min(LONGEST_PAUSE);
        if watch.failures == 1 {
            cx.ask(Intent::Log(error));
        }
    }
}
