//! Says which rows are wanted, what a row has, and how reading them ended.

use std::io;

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
