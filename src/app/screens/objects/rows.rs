//! The rows of a prefix as they are shown: the listing so far, filtered and sorted.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::app::context::Context;
use crate::app::effect::Request;
use crate::app::event::Ticket;
use crate::app::marks::RowSet;
use crate::domain::arrange::{Arrangement, Filter, Order, arrange};
use crate::domain::listing::{Listing, Page, Row};

/// Up to this many rows are arranged at once; more go off the loop.
const AT_ONCE: usize = 20_000;

/// While rows arrive, they are put among so many times as many that are in order together, not page by page.
const TOGETHER: usize = 4;

/// Row numbers in the order shown; prefixes first.
#[derive(Clone, Debug, Default)]
struct Shown {
    prefixes: Vec<u32>,
    objects: Vec<u32>,
    /// The numbers of either do not ascend.
    mixed: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Rows {
    listing: Listing,
    /// Every row in the order of the server; always at hand, so that ending a filter costs nothing.
    natural: Shown,
    /// Where the arrangement shown is another one.
    arranged: Option<Shown>,
    /// What is wanted; what is shown follows when an arrangement is back.
    arrangement: Arrangement,
    filter: Filter,
    pending: Option<Pending>,
    /// How many rows the arrangement shown has looked at.
    looked_at: usize,
}

/// An arrangement that is computed off the loop.
#[derive(Clone, Copy, Debug)]
struct Pending {
    ticket: Ticket,
    /// How many rows were sent.
    rows: usize,
}

impl Rows {
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

    /// Where a row is shown. A right guess saves a search through all rows.
    pub fn position(&self, number: u32, guess: usize) -> Option<usize> {
        if self.number(guess) == Some(number) {
            return Some(guess);
        }
        let shown = self.shown();
        let find = |rows: &[u32]| match shown.mixed {
            false => rows.binary_search(&number).ok(),
            true => rows.iter().position(|each| *each == number),
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

    /// Whether rows are not shown as they are wanted yet: an earlier arrangement is shown meanwhile, or one without the
    /// rows that came last.
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
        self.arranged = None;
        self.rearrange(cx);
    }

    /// Adds a page at the end.
    pub fn push(&mut self, page: Arc<Page>, cx: &mut Context<'_>) {
        let from = self.listing.len();
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

    /// Takes the order of the rows that were sent, and sees to those that came since.
    pub fn on_arranged(&mut self, order: Order, cx: &mut Context<'_>) {
        let Some(pending) = self.pending.take() else { return };
        self.show(order, pending.rows);
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
        self.arranged.is_some() && self.looked_at < self.listing.len()
    }

    /// Brings the rows from the number `from` on into what is shown.
    fn follow(&mut self, from: usize, cx: &mut Context<'_>) {
        let all = self.listing.len();
        match &mut self.arranged {
            Some(shown) if self.arrangement.appends() => {
                shown.append(&self.listing, from, &self.filter);
                self.looked_at = all;
            }
            Some(_) if all > AT_ONCE && (all - self.looked_at) * TOGETHER < self.looked_at => {}
            _ => self.rearrange(cx),
        }
    }

    fn rearrange(&mut self, cx: &mut Context<'_>) {
        let mut superseded = self.pending.take().map(|pending| pending.ticket);
        cx.abandon(&mut superseded);
        if self.arrangement == Arrangement::default() {
            self.arranged = None;
        } else if self.listing.len() <= AT_ONCE {
            self.show(arrange(&self.listing, &self.arrangement), self.listing.len());
        } else {
            let (listing, arrangement) = (self.listing.clone(), self.arrangement.clone());
            let ticket = cx.request(Request::Arrange { listing, arrangement });
            self.pending = Some(Pending { ticket, rows: self.listing.len() });
        }
    }

    fn show(&mut self, order: Order, looked_at: usize) {
        let Order(mut prefixes) = order;
        let first = prefixes.partition_point(|number| self.listing.row(*number).is_prefix());
        let objects = prefixes.split_off(first);
        let mixed = !prefixes.is_sorted() || !objects.is_sorted();
        self.arranged = Some(Shown { prefixes, objects, mixed });
        self.looked_at = looked_at;
    }
}

impl Shown {
    /// Adds the rows from the number `from` on that pass the filter.
    fn append(&mut self, listing: &Listing, from: usize, filter: &Filter) {
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        let mut folded = String::new();
        for (start, page) in listing.pages_from(from) {
            filter.each_match(page, &mut folded, |at| {
                let number = start + u32::try_from(at).unwrap_or(u32::MAX);
                if number >= from {
                    let prefix = page.size(at).is_none();
                    let kind = if prefix { &mut self.prefixes } else { &mut self.objects };
                    kind.push(number);
                }
            });
        }
    }
}
