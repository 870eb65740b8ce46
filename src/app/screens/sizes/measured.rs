//! Keeps what was counted below a prefix, and which level of it is shown.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::app::screens::sizes::view::SizesView;
use crate::domain::address::{Bucket, Key, Location, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::Page;
use crate::domain::size_tree::{PrefixId, SizeTree, SizedRow};
use crate::domain::tally::{Amount, UnlistedTotals, Untold};
use crate::domain::transfer::Target;

/// Levels with more rows are put in order anew so often at most, in milliseconds.
const OFTEN: i64 = 250;
const MANY: usize = 1_000;

/// Lines of the summary besides its groups: headings, the cost, what is beside the objects.
const SUMMARY_LINES: usize = 8;

/// How far the counting has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    #[default]
    Running,
    Whole,
    /// The user stopped it; there may be more.
    Stopped,
    Failed(Error),
}

#[derive(Clone, Debug)]
pub struct MeasuredPlace {
    pub bucket: Bucket,
    pub prefix: Prefix,
    pub tree: SizeTree,
    pub counting: Counting,
    /// What is beside the objects, as far as it was counted and asked for, and told.
    pub beside: Option<(UnlistedTotals, Untold)>,
    pub view: SizesView,
    /// The row of the cursor, or the first line of the summary on screen.
    pub cursor: usize,
    /// Prefixes that are still to be counted, the one under way first.
    pub left: VecDeque<Prefix>,
    /// Everything below the place is counted, and not only what was marked in it.
    pub is_all: bool,
    level: PrefixId,
    rows: Vec<SizedRow>,
    /// The cursors of the levels above.
    cursors: Vec<usize>,
    /// Something was counted since the rows were put in order.
    stale: bool,
    ordered: Timestamp,
}

impl MeasuredPlace {
    /// Below some prefixes of a place, each below `prefix` or it itself.
    pub fn new(bucket: Bucket, prefix: Prefix, of: Vec<Prefix>) -> MeasuredPlace {
        MeasuredPlace {
            is_all: of.contains(&prefix),
            bucket,
            prefix,
            tree: SizeTree::default(),
            counting: Counting::Running,
            beside: None,
            view: SizesView::Tree,
            cursor: 0,
            left: of.into(),
            level: SizeTree::TOP,
            rows: Vec::new(),
            cursors: Vec::new(),
            stale: true,
            ordered: Timestamp::UNIX_EPOCH,
        }
    }

    /// What was counted of rows that were listed already.
    pub fn begin_with(&mut self, tree: SizeTree) {
        (self.tree, self.stale) = (tree, true);
    }

    /// Counts a page of what is below the prefix under way.
    pub fn take(&mut self, page: &Page, now: Timestamp) {
        let below = self.left.front().and_then(|at| at.as_str().strip_prefix(self.prefix.as_str()));
        let below = below.unwrap_or_default().to_owned();
        self.tree.add(page, &below, now);
        self.stale = true;
    }

    pub fn rows(&self) -> &[SizedRow] {
        &self.rows
    }

    /// The name of the level that is shown, below the place.
    pub fn level_name(&self) -> String {
        self.tree.name(self.level)
    }

    pub fn level_amount(&self) -> Amount {
        self.tree.all(self.level)
    }

    pub fn row_count(&self) -> usize {
        match self.view {
            SizesView::Tree => self.rows.len(),
            SizesView::Largest => self.tree.largest().len(),
            SizesView::Summary => self.summary_lines(),
        }
    }

    /// Where they are all below one another; beside each other they are fewer.
    fn summary_lines(&self) -> usize {
        let (ages, sizes) = (self.tree.ages(), self.tree.sizes());
        let groups = ages.iter().chain(&sizes).filter(|(_, amount)| amount.objects > 0);
        self.tree.stored().classes().count() + groups.count() + SUMMARY_LINES
    }

    /// Puts the rows in order where something was counted; the cursor stays on its row unless it is
    /// the first.
    pub fn arrange(&mut self, now: Timestamp) {
        let often = now.duration_since(self.ordered).as_millis() < i128::from(OFTEN);
        let waits = self.rows.len() > MANY && often && self.counting == Counting::Running;
        if !self.stale || waits {
            return;
        }
        let current = self.rows.get(self.cursor).filter(|_| self.cursor > 0).map(own_name);
        let tree_is_shown = self.view == SizesView::Tree;
        self.rows = self.tree.rows(self.level);
        if let (Some(name), true) = (current, tree_is_shown) {
            let found = self.rows.iter().position(|row| own_name(row) == name);
            self.cursor = found.unwrap_or(self.cursor);
        }
        (self.stale, self.ordered) = (false, now);
        self.cursor = self.cursor.min(self.row_count().saturating_sub(1));
    }

    /// Goes into the prefix under the cursor; `false` where there is none.
    pub fn enter(&mut self, now: Timestamp) -> bool {
        let Some(SizedRow::Prefix(id, ..)) = self.current_row() else { return false };
        let id = *id;
        self.cursors.push(self.cursor);
        self.go_to(id, 0, now);
        true
    }

    /// Goes up one level; `false` at the place itself.
    pub fn leave(&mut self, now: Timestamp) -> bool {
        let Some(above) = self.tree.above(self.level) else { return false };
        let cursor = self.cursors.pop().unwrap_or_default();
        self.go_to(above, cursor, now);
        true
    }

    fn go_to(&mut self, level: PrefixId, cursor: usize, now: Timestamp) {
        self.level = level;
        self.rows.clear();
        self.stale = true;
        self.cursor = 0;
        self.arrange(now);
        self.cursor = cursor.min(self.rows.len().saturating_sub(1));
    }

    pub fn turn(&mut self, forward: bool) {
        self.view = self.view.next(forward);
        self.cursor = 0;
    }

    fn current_row(&self) -> Option<&SizedRow> {
        self.rows.get(self.cursor).filter(|_| self.view == SizesView::Tree)
    }

    /// The prefix or object under the cursor, with what is known of it.
    pub fn current(&self) -> Option<(Target, Amount)> {
        if self.view == SizesView::Largest {
            let object = self.tree.largest().get(self.cursor)?;
            let amount = Amount { objects: 1, bytes: object.bytes };
            return Some((Target::Object(self.key("", &object.name)), amount));
        }
        let row = self.current_row()?;
        let target = match row {
            SizedRow::Prefix(_, name, _) => {
                Target::Prefix(Prefix::new(self.key(&self.level_name(), name).as_str()))
            }
            SizedRow::Object(object) => Target::Object(self.key(&self.level_name(), &object.name)),
            SizedRow::Others(_) => return None,
        };
        Some((target, row.amount()))
    }

    /// Where the row under the cursor lies.
    pub fn location(&self) -> Location {
        let bucket = self.bucket.clone();
        match self.current() {
            Some((Target::Object(key), _)) => Location::Object { bucket, key },
            Some((Target::Prefix(prefix), _)) => Location::Prefix { bucket, prefix },
            _ => {
                let prefix = Prefix::new(self.key(&self.level_name(), "").as_str());
                Location::Prefix { bucket, prefix }
            }
        }
    }

    fn key(&self, level: &str, name: &str) -> Key {
        self.prefix.key(&format!("{level}{name}"))
    }

    /// Takes away what was deleted: with what lies above the place all of it.
    pub fn remove(&mut self, target: &Target) {
        let above =
            target.prefix().is_some_and(|all| self.prefix.as_str().starts_with(all.as_str()));
        if above {
            (self.tree, self.level, self.cursor) = (SizeTree::default(), SizeTree::TOP, 0);
            self.cursors.clear();
            self.stale = true;
        } else if let Some(name) = target.as_str().strip_prefix(self.prefix.as_str()) {
            self.tree.remove(name);
            self.stale = true;
        }
    }
}

fn own_name(row: &SizedRow) -> String {
    match row {
        SizedRow::Prefix(_, name, _) => name.clone(),
        SizedRow::Object(object) => object.name.clone(),
        SizedRow::Others(_) => String::new(),
    }
}
