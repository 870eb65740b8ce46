//! Keeps the rows of a prefix as they are shown: the listing so far, filtered and sorted.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::app::context::Context;
use crate::app::effect::MachineRequest;
use crate::app::event::Ticket;
use crate::app::screens::objects::patch::{self, Patch, Shift, take_out};
use crate::domain::address::DELIMITER;
use crate::domain::arrange::{Arrangement, Filter, Order, arrange};
use crate::domain::change::RowChanges;
use crate::domain::listing::{Listing, Page, Row};
use crate::domain::row_set::RowSet;

/// Up to this many rows are arranged at once; more go off the loop.
const AT_ONCE: usize = 20_000;

/// While rows arrive, they are put among so many times as many that are in order together, not page
/// by page.
const TOGETHER: usize = 4;

/// Row numbers in the order shown; prefixes first.
#[derive(Clone, Debug, Default)]
struct Shown {
    prefixes: Vec<u32>,
    objects: Vec<u32>,
    /// The order, unless numbers that ascend are all there is to it.
    by: Option<Arrangement>,
}

#[derive(Clone, Debug, Default)]
pub struct ObjectRows {
    listing: Listing,
    /// Every row in the order of the server; always at hand, so that ending a filter costs nothing.
    natural: Shown,
    /// Where the arrangement shown is another one.
    arranged: Option<Shown>,
    /// What is wanted; what is shown follows when an arrangement is back.
    arrangement: Arrangement,
    filter: Filter,
    pending: Option<Pending>,
    /// The arrangement shown has looked at all rows with smaller numbers.
    looked_at: u32,
}

/// An arrangement that is computed off the loop.
#[derive(Clone, Copy, Debug)]
struct Pending {
    ticket: Ticket,
    /// All rows with smaller numbers were sent.
    rows: u32,
}

impl ObjectRows {
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    pub fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// The compiled filter of the arrangement.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// How many rows are shown.
    pub fn len(&self) -> usize {
        self.shown().prefixes.len() + self.shown().objects.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the row shown at `position`.
    pub fn number(&self, position: usize) -> Option<u32> {
        let shown = self.shown();
        let prefixes = shown.prefixes.len();
        if position < prefixes {
            return shown.prefixes.get(position).copied();
        }
        shown.objects.get(position - prefixes).copied()
    }

    /// The row shown at `position`.
    pub fn row(&self, position: usize) -> Option<Row<'_>> {
        self.number(position).map(|number| self.listing.row(number))
    }

    /// The number of the row of this name.
    pub fn find(&self, name: &str) -> Option<u32> {
        let named = |number: &u32| self.listing.row(*number).name;
        let find = |rows: &[u32]| {
            if !self.listing.is_ordered() {
                return rows.iter().find(|number| named(number) == name).copied();
            }
            rows.binary_search_by(|number| named(number).cmp(name)).ok().map(|at| rows[at])
        };
        let prefix = name.ends_with(DELIMITER).then(|| find(&self.natural.prefixes)).flatten();
        // Where keys are found however deep they lie, one may end like a prefix.
        prefix.or_else(|| find(&self.natural.objects))
    }

    /// The rows of names up to this one, whatever is shown of them: all without one. Only where
    /// the server lists in order.
    pub fn up_to(&self, end: Option<&str>) -> impl Iterator<Item = Row<'_>> {
        let Shown { prefixes, objects, .. } = &self.natural;
        let within = move |row: &Row<'_>| end.is_none_or(|end| row.name <= end);
        let row = |number: &u32| self.listing.row(*number);
        let objects = objects.iter().map(row).take_while(within);
        prefixes.iter().map(row).take_while(within).chain(objects)
    }

    /// Where the row is shown whose name is the first that is not before this one.
    pub fn first_from(&self, name: &str) -> Option<usize> {
        let shown = self.shown();
        let named = |number: &u32| self.listing.row(*number).name;
        let in_order = self.arranged.is_none() && self.listing.is_ordered();
        let first = |rows: &[u32]| {
            if in_order {
                let at = rows.partition_point(|number| named(number) < name);
                return (at < rows.len()).then_some(at);
            }
            let behind = rows.iter().enumerate().filter(|(_, number)| named(number) >= name);
            behind.min_by_key(|(_, number)| named(number)).map(|(at, _)| at)
        };
        let prefix = first(&shown.prefixes);
        let object = first(&shown.objects);
        let behind_prefixes = object.map(|at| at + shown.prefixes.len());
        match (prefix, object) {
            (Some(at), Some(other))
                if named(&shown.objects[other]) < named(&shown.prefixes[at]) =>
            {
                behind_prefixes
            }
            (Some(at), _) => Some(at),
            (None, _) => behind_prefixes,
        }
    }

    /// Where a row is shown. A right guess saves a search through all rows.
    pub fn position(&self, number: u32, guess: usize) -> Option<usize> {
        if self.number(guess) == Some(number) {
            return Some(guess);
        }
        let shown = self.shown();
        let find = |rows: &[u32]| match &shown.by {
            None => rows.binary_search(&number).ok(),
            Some(by) => patch::position(rows, number, &self.listing, by),
        };
        find(&shown.prefixes).or_else(|| find(&shown.objects).map(|at| at + shown.prefixes.len()))
    }

    /// The numbers of the rows shown at some positions.
    pub fn numbers(&self, positions: RangeInclusive<usize>) -> RowSet {
        positions.filter_map(|position| self.number(position)).collect()
    }

    /// The numbers of every row shown.
    pub fn all_numbers(&self) -> RowSet {
        let shown = self.shown();
        shown.prefixes.iter().chain(&shown.objects).copied().collect()
    }

    /// Whether rows are not shown as they are wanted yet: an earlier arrangement is shown
    /// meanwhile, or one without the rows that came last.
    pub fn is_arranging(&self) -> bool {
        self.pending.is_some() || self.is_behind()
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.pending.is_some_and(|pending| pending.ticket == ticket)
    }

    /// Forgets every row; the sort stays.
    pub fn clear(&mut self, cx: &mut Context<'_>) {
        self.replace(Listing::default(), cx);
    }

    /// Shows another listing in the same arrangement.
    pub fn replace(&mut self, listing: Listing, cx: &mut Context<'_>) {
        self.listing = listing;
        self.natural = Shown::default();
        self.natural.append(&self.listing, 0, &Filter::default());
        let added = self.listing.added_from(0).collect();
        self.natural.patch(&[], added, &self.listing, &Arrangement::default());
        self.arranged = None;
        self.rearrange(cx);
    }

    /// Adds a page at the end.
    pub fn push(&mut self, page: Arc<Page>, cx: &mut Context<'_>) {
        let from = self.listing.end();
        self.listing.push(page);
        self.natural.append(&self.listing, from, &Filter::default());
        if self.pending.is_none() {
            self.follow(from, cx);
        }
    }

    /// Wants another filter or sort.
    pub fn arrange(&mut self, arrangement: Arrangement, cx: &mut Context<'_>) {
        if self.arrangement == arrangement {
            return;
        }
        self.filter = Filter::new(&arrangement.filter);
        self.arrangement = arrangement;
        self.rearrange(cx);
    }

    /// Brings changes in storage into the rows: what is gone leaves at once, what is stored is put
    /// where it belongs. Names that the listing has not reached are left to it, unless it is
    /// `complete`. `None` where the server lists in no order: then it is to be listed again.
    pub fn patch(&mut self, changes: &RowChanges, complete: bool) -> Option<Patch> {
        if !self.listing.is_ordered() {
            return None;
        }
        let (mut patch, mut page) = (Patch::default(), Page::default());
        for (name, now) in &changes.rows {
            let found = self.find(name);
            let row = found.map(|number| self.listing.row(number).kind);
            if row == *now {
                continue;
            }
            let reached = self.listing.last_name().is_some_and(|last| name.as_str() <= last);
            if let Some(kind) = now
                && (found.is_some() || reached || complete)
            {
                let added = self.listing.end() + u32::try_from(page.len()).unwrap_or(u32::MAX);
                patch.replaced.extend(found.map(|number| (number, added)));
                page.push_row(Row { name, kind: *kind, version: None, etag: None });
            }
            patch.gone.extend(found);
        }
        let from = self.listing.end();
        self.listing.remove(patch.gone.iter().copied());
        self.listing.add(page);
        let added: Vec<u32> = (from..self.listing.end()).collect();
        let by_name = Arrangement::default();
        patch.shift = self.natural.patch(&patch.gone, added.clone(), &self.listing, &by_name);
        if self.arranged.is_some() {
            patch.shift = self.patch_arranged(&patch.gone, added);
        }
        Some(patch)
    }

    fn patch_arranged(&mut self, gone: &[u32], added: Vec<u32>) -> Shift {
        let Some(shown) = &mut self.arranged else { return Shift::default() };
        let by = shown.by.clone().unwrap_or_default();
        let filter = Filter::new(&by.filter);
        let fits = |number: &u32| filter.matches(self.listing.row(*number).name);
        let added = added.into_iter().filter(fits).collect();
        shown.patch(gone, added, &self.listing, &by)
    }

    /// Takes the order of the rows that were sent, and sees to those that came and went since.
    pub fn on_arranged(&mut self, order: Order, cx: &mut Context<'_>) {
        let Some(pending) = self.pending.take() else { return };
        let Order(mut order) = order;
        order.retain(|number| !self.listing.is_gone(*number));
        self.show(Order(order), pending.rows);
        let added = self.listing.added_from(pending.rows).collect();
        self.patch_arranged(&[], added);
        if self.is_behind() {
            self.follow(pending.rows, cx);
        }
    }

    /// No more rows arrive for now: shows the last of them too.
    pub fn settle(&mut self, cx: &mut Context<'_>) {
        if self.pending.is_none() && self.is_behind() {
            self.rearrange(cx);
        }
    }

    fn shown(&self) -> &Shown {
        self.arranged.as_ref().unwrap_or(&self.natural)
    }

    fn is_behind(&self) -> bool {
        self.arranged.is_some() && self.looked_at < self.listing.listed_end()
    }

    /// Brings the rows from the number `from` on into what is shown.
    fn follow(&mut self, from: u32, cx: &mut Context<'_>) {
        let all = self.listing.end();
        let waits = self.waits_for_more(all);
        match &mut self.arranged {
            Some(shown) if self.arrangement.appends() => {
                shown.append(&self.listing, from, &self.filter);
                self.looked_at = all;
            }
            Some(_) if waits => {}
            _ => self.rearrange(cx),
        }
    }

    fn waits_for_more(&self, all: u32) -> bool {
        let (all, looked_at) = (all as usize, self.looked_at as usize);
        all > AT_ONCE && (all - looked_at) * TOGETHER < looked_at
    }

    fn rearrange(&mut self, cx: &mut Context<'_>) {
        let mut superseded = self.pending.take().map(|pending| pending.ticket);
        cx.abandon(&mut superseded);
        if self.arrangement == Arrangement::default() {
            self.arranged = None;
        } else if self.listing.len() <= AT_ONCE {
            self.show(arrange(&self.listing, &self.arrangement), self.listing.end());
        } else {
            let (listing, arrangement) = (self.listing.clone(), self.arrangement.clone());
            let ticket = cx.request(MachineRequest::Arrange { listing, arrangement });
            self.pending = Some(Pending { ticket, rows: self.listing.end() });
        }
    }

    fn show(&mut self, order: Order, looked_at: u32) {
        let Order(mut prefixes) = order;
        let first = prefixes.partition_point(|number| self.listing.row(*number).is_prefix());
        let objects = prefixes.split_off(first);
        self.arranged = Some(Shown { prefixes, objects, by: Some(self.arrangement.clone()) });
        self.looked_at = looked_at;
    }
}

impl Shown {
    /// Takes rows out, puts others in, and tells how positions move.
    fn patch(
        &mut self,
        gone: &[u32],
        added: Vec<u32>,
        listing: &Listing,
        by: &Arrangement,
    ) -> Shift {
        let before = self.prefixes.len();
        let is_prefix = |number: &u32| listing.row(*number).is_prefix();
        let (prefixes, objects): (Vec<u32>, Vec<u32>) = gone.iter().copied().partition(is_prefix);
        let removed = (
            take_out(&mut self.prefixes, &prefixes, listing, by),
            take_out(&mut self.objects, &objects, listing, by),
        );
        if !added.is_empty() {
            self.by = Some(by.clone());
        }
        let (prefixes, objects) = added.into_iter().partition(is_prefix);
        let inserted = (
            by.insert(&mut self.prefixes, prefixes, listing),
            by.insert(&mut self.objects, objects, listing),
        );
        let mut shift = Shift { removed: removed.0, inserted: inserted.0 };
        let behind = Shift { removed: removed.1, inserted: inserted.1 };
        shift.append(behind, before, self.prefixes.len());
        shift
    }

    /// Adds the rows from the number `from` on that the server listed and that pass the filter.
    fn append(&mut self, listing: &Listing, from: u32, filter: &Filter) {
        let mut folded = String::new();
        for (start, page) in listing.pages_from(from) {
            if listing.is_added(start) {
                continue;
            }
            filter.each_match(page, &mut folded, |at| {
                let number = start + u32::try_from(at).unwrap_or(u32::MAX);
                if number >= from && !listing.is_gone(number) {
                    let prefix = page.size(at).is_none();
                    let kind = if prefix { &mut self.prefixes } else { &mut self.objects };
                    kind.push(number);
                }
            });
        }
    }
}
