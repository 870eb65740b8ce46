//! Says which rows are wanted, what a row has, and how reading them ended.

use std::io;

use crate::domain::table_view::LeftOut;
use crate::look::error::LookError;

/// Which rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRequest {
    /// The first, counted from 0.
    pub from: u64,
    /// How many at most; all of them otherwise.
    pub count: Option<u64>,
    /// Only these columns, in this order; all of them where it is empty.
    pub columns: Vec<String>,
}

impl RowRequest {
    /// Whether the row of this number is wanted; `None` where none is from there on.
    pub fn wants(&self, row: u64) -> Option<bool> {
        match self.count {
            Some(count) if row >= self.from.saturating_add(count) => None,
            _ => Some(row >= self.from),
        }
    }
}

/// How reading rows ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsRead {
    /// Rows that were written.
    pub rows: u64,
    /// What could not be read, or not be written whole, the first of it: `line 3: …`.
    pub troubles: Vec<String>,
    /// Troubles that are not told.
    pub untold: u64,
    /// The last of them is of a line without an end.
    pub breaks_off: bool,
}

/// Troubles that are told one by one.
const TOLD: usize = 20;

impl RowsRead {
    pub fn trouble(&mut self, what: String) {
        match self.troubles.len() < TOLD {
            true => self.troubles.push(what),
            false => self.untold += 1,
        }
    }

    /// What was left out; `cut`: more follows than was read, so that a last line without an end is
    /// none.
    pub fn left_out(&self, cut: bool) -> Option<LeftOut> {
        let all = self.troubles.len() as u64 + self.untold;
        let lines = all - u64::from(cut && self.breaks_off);
        let first = self.troubles.first().filter(|_| lines > 0)?;
        Some(LeftOut { lines, first: first.clone() })
    }
}

/// Why rows end early.
#[derive(Debug)]
pub enum RowsFault {
    Look(LookError),
    /// Nobody takes the rows any more.
    Output(io::Error),
    /// No column has the name.
    NoColumn {
        name: String,
        known: Vec<String>,
    },
}

impl From<LookError> for RowsFault {
    fn from(error: LookError) -> RowsFault {
        RowsFault::Look(error)
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Null,
    Text(String),
    /// A number, a boolean or something nested, as JSON writes it.
    Json(String),
}
