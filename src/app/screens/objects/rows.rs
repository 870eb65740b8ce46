//! The rows of a prefix as they are shown: the listing so far, filtered and sorted.

use std::sync::Arc;

use crate::app::context::Context;
use crate::app::effect::Request;
use crate::app::event::Ticket;
use crate::domain::arrange::{Arrangement, Filter, Order, arrange};
use crate::domain::listing::{Listing, Page, Row};

/// Up to this many rows are arranged at once; more go off the loop.
const AT_ONCE: usize = 20_000;

/// Row numbers in the order shown; prefixes first.
#[derive(Clone, Debug, Default)]
struct Shown {
    prefixes: Vec<u32>,
    objects: Vec<u32>,
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

    /// Where a row is shown.
    pub fn position(&self, number: u32) -> Option<usize> {
        let shown = self.shown();
        let find = |rows: &[u32]| match &self.arranged {
            None => rows.binary_search(&number).ok(),
            Some(_) => rows.iter().position(|each| *each == number),
        };
        find(&shown.prefixes).or_else(|| find(&shown.objects).map(|at| at + shown.prefixes.len()))
    }

    /// Whether an arrangement is computed off the loop; the earlier one is shown meanwhile.
    pub fn is_arranging(&self) -> bool {
        self.pending.is_some()
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
        self.show(order);
        if pending.rows < self.listing.len() {
            self.follow(pending.rows, cx);
        }
    }

    fn shown(&self) -> &Shown {
        self.arranged.as_ref().unwrap_or(&self.natural)
    }

    /// Brings the rows from the number `from` on into what is shown.
    fn follow(&mut self, from: usize, cx: &mut Context<'_>) {
        match &mut self.arranged {
            Some(shown) if self.arrangement.appends() => {
                shown.append(&self.listing, from, &self.filter);
            }
            _ => self.rearrange(cx),
        }
    }

    fn rearrange(&mut self, cx: &mut Context<'_>) {
        let mut superseded = self.pending.take().map(|pending| pending.ticket);
        cx.abandon(&mut superseded);
        if self.arrangement == Arrangement::default() {
            self.arranged = None;
        } else if self.listing.len() <= AT_ONCE {
            self.show(arrange(&self.listing, &self.arrangement));
        } else {
            let (listing, arrangement) = (self.listing.clone(), self.arrangement.clone());
            let ticket = cx.request(Request::Arrange { listing, arrangement });
            self.pending = Some(Pending { ticket, rows: self.listing.len() });
        }
    }

    fn show(&mut self, order: Order) {
        let Order(mut prefixes) = order;
        let first = prefixes.partition_point(|number| self.listing.row(*number).is_prefix());
        let objects = prefixes.split_off(first);
        self.arranged = Some(Shown { prefixes, objects });
    }
}

impl Shown {
    /// Adds the rows from the number `from` on that pass the filter.
    fn append(&mut self, listing: &Listing, from: usize, filter: &Filter) {
        let mut start = 0u32;
        for page in listing.pages() {
            let end = start + u32::try_from(page.len()).unwrap_or(u32::MAX - start);
            if end as usize > from {
                for (row, number) in page.rows().zip(start..) {
                    if number as usize >= from && filter.matches(row.name) {
                        let kind =
                            if row.is_prefix() { &mut self.prefixes } else { &mut self.objects };
                        kind.push(number);
                    }
                }
            }
            start = end;
        }
    }
}
