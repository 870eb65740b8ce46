//! Filters and sorts an open prefix, and keeps the cursor on its row.

use crate::app::context::Context;
use crate::app::list::Hold;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::loading::Loading;
use crate::domain::arrange::{Arrangement, SortBy};

impl Browse {
    /// Shows rows in another order; every page is needed for it.
    pub fn sort(&mut self, sort: SortBy, descending: bool, cx: &mut Context<'_>) {
        let filter = self.rows.arrangement().filter.clone();
        self.rearrange(Arrangement { filter, sort, descending }, cx);
    }

    /// Shows only rows that match; every page is needed for it.
    pub fn set_filter(&mut self, filter: &str, cx: &mut Context<'_>) {
        let arrangement =
            Arrangement { filter: filter.to_owned(), ..self.rows.arrangement().clone() };
        self.rearrange(arrangement, cx);
    }

    fn rearrange(&mut self, arrangement: Arrangement, cx: &mut Context<'_>) {
        let whole = arrangement != Arrangement::default();
        let number = self.rows.number(self.list.cursor);
        self.leave_end();
        self.marking.settle();
        self.rows.arrange(arrangement, cx);
        self.keep_cursor_on(number);
        if whole && self.loading != Loading::Stopped {
            self.load_everything(cx);
        } else {
            self.load_all = false;
        }
        self.fit(cx);
    }

    pub(super) fn keep_cursor_on(&mut self, number: Option<u32>) {
        let before = self.list.cursor;
        let held = number.and_then(|number| self.rows.position(number, before));
        self.list.cursor = match self.hold {
            Hold::Top => 0,
            Hold::Row => return self.list.cursor = held.unwrap_or(before),
            Hold::End => self.rows.len().saturating_sub(1),
        };
        self.marking.follow(&self.rows, before, self.list.cursor);
    }

    /// Rows that arrive do not take the cursor along any more.
    pub(super) fn leave_end(&mut self) {
        if self.hold == Hold::End {
            self.hold = Hold::Row;
        }
    }
}
