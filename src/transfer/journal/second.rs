//! Watches the queue of another window, and takes it over when that one ends.

use std::fs::{File, metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};

use crate::domain::error::Error;
use crate::domain::transfer::Holder;
use crate::transfer::fact::Fact;
use crate::transfer::journal::lock::{holder, try_lock};
use crate::transfer::journal::table::{Table, failed};

#[derive(Debug)]
pub struct Second {
    pub path: PathBuf,
    /// How the files looked when they were last read.
    seen: Option<[Option<(SystemTime, u64)>; 2]>,
    shown: Option<Holder>,
}

/// What one look brings.
#[derive(Debug)]
pub enum Look {
    Same,
    /// What another process has in its queue now.
    Held(Holder, Vec<Fact>),
    /// The other one has ended, and the lock is ours.
    Free(File),
}

impl Second {
    pub fn new(path: &Path) -> Second {
        Second { path: path.to_owned(), seen: None, shown: None }
    }

    pub fn look(&mut self) -> Look {
        // A lock that cannot be had now may be had later.
        if let Ok(Some(lock)) = try_lock(&self.path) {
            return Look::Free(lock);
        }
        let (now, owner) = (self.fingerprint(), holder(&self.path));
        if self.seen == Some(now) && self.shown == owner {
            return Look::Same;
        }
        let Some(owner) = owner else { return Look::Same };
        match Table::read_only(&self.path).and_then(|table| table.replay()) {
            Ok(replay) => {
                self.seen = Some(now);
                self.shown = Some(owner.clone());
                Look::Held(owner, replay.facts)
            }
            Err(_) => Look::Same,
        }
    }

    fn fingerprint(&self) -> [Option<(SystemTime, u64)>; 2] {
        let log = PathBuf::from(format!("{}-wal", self.path.display()));
        let look = |path: &Path| {
            let found = metadata(path).ok()?;
            Some((found.modified().ok()?, found.len()))
        };
        [look(&self.path), look(&log)]
    }
}

impl Table {
    /// Appends everything another table holds; its jobs get numbers after the ones that are here.
    /// All of it or nothing.
    pub fn take_over(&mut self, other: &Table) -> Result<(), Error> {
        let shown = self.shown.clone();
        let take = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            copy(&other.connection, &transaction)?;
            transaction.commit()
        };
        take(&mut self.connection).map_err(|error| failed(&error, "write the journal", &shown))
    }
}

fn copy(from: &Connection, to: &Transaction) -> Result<(), rusqlite::Error> {
    let last = "SELECT max(ifnull((SELECT max(job) FROM facts), 0), ifnull((SELECT max(job) FROM \
                outcomes), 0))";
    let last: i64 = to.query_row(last, [], |row| row.get(0))?;
    let mut query = from.prepare("SELECT job, place, kind, fact FROM facts ORDER BY seq")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        // An order is one of this queue alone.
        let Some(job) = row.get::<_, Option<i64>>(0)? else { continue };
        let (place, kind): (Option<String>, String) = (row.get(1)?, row.get(2)?);
        let fact = renumbered(&row.get::<_, String>(3)?, job + last);
        let values = params![job + last, place, kind, fact];
        to.prepare_cached("INSERT INTO facts (job, place, kind, fact) VALUES (?1, ?2, ?3, ?4)")?
            .execute(values)?;
    }
    for (table, columns) in [("outcomes", 5), ("passed", 3)] {
        copy_rows(from, to, table, columns, last)?;
    }
    Ok(())
}

/// The first column is the number of the job.
fn copy_rows(
    from: &Connection,
    to: &Transaction,
    table: &str,
    columns: usize,
    last: i64,
) -> Result<(), rusqlite::Error> {
    let marks = vec!["?"; columns].join(", ");
    let insert = format!("INSERT INTO {table} VALUES ({marks})");
    let mut query = from.prepare(&format!("SELECT * FROM {table}"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let mut cells = (0..columns).map(|at| row.get(at)).collect::<Result<Vec<Cell>, _>>()?;
        cells[0] = Cell::Integer(row.get::<_, i64>(0)? + last);
        to.prepare_cached(&insert)?.execute(rusqlite::params_from_iter(cells))?;
    }
    Ok(())
}

/// The text of a fact, said of another job.
fn renumbered(text: &str, job: i64) -> String {
    let Ok(mut fact) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    if let Some(said) = fact.as_object_mut().and_then(|fact| fact.values_mut().next()) {
        said["job"] = json!(job);
    }
    fact.to_string()
}
