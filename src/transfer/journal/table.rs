//! Keeps the tables of the journal: facts as they came, and one row for each object that has ended.
//!
//! Facts about an object's unfinished work are dropped when it is settled, and rows of objects that
//! a job has passed are folded into sums: the file grows with what is unfinished or failed, not
//! with what is done.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use crate::domain::error::{Error, ErrorKind, OPEN_JOURNAL, READ_JOURNAL};
use crate::domain::transfer::{JobId, JobSpec, MAX_NOTES, Verification};
use crate::transfer::fact::{Fact, Multipart, Outcome, Partial, PlaceOrder};
use crate::transfer::journal::outcomes::{Change, LastChange, ObjectEnd, Passed, is_settled};
use crate::transfer::journal::schema::{SCHEMA, bring_up, version};
use crate::transfer::journal::sums::{AGAIN, DONE, FAILED, SKIPPED, added, sums};

/// Readers of other processes are gone by then.
const BUSY: Duration = Duration::from_secs(1);

/// Uploads remembered as left behind; the oldest are forgotten.
const MAX_LEFT: u32 = 1000;

#[derive(Debug)]
pub struct Table {
    pub connection: Connection,
    pub shown: String,
}

impl Table {
    pub fn in_memory() -> Result<Table, Error> {
        Table::prepare(Connection::open_in_memory(), "memory".to_owned())
    }

    pub fn open(path: &Path) -> Result<Table, Error> {
        Table::prepare(Connection::open(path), path.display().to_string())
    }

    /// Opens the tables for reading only, beside a writer.
    pub fn read_only(path: &Path) -> Result<Table, Error> {
        let shown = path.display().to_string();
        let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let looked = opened.and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            let form = version(&connection)?;
            Ok((connection, form))
        });
        let (connection, form) = looked.map_err(|error| failed(&error, OPEN_JOURNAL, &shown))?;
        if form > SCHEMA {
            return Err(newer(form, &shown));
        }
        Ok(Table { connection, shown })
    }

    fn prepare(
        connection: Result<Connection, rusqlite::Error>,
        shown: String,
    ) -> Result<Table, Error> {
        let prepared = connection.and_then(|mut connection| {
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // A fact is relied on as soon as it is written, after a power cut too.
            connection.pragma_update(None, "synchronous", "FULL")?;
            bring_up(&mut connection)?;
            Ok(connection)
        });
        match prepared {
            Ok(connection) => Ok(Table { connection, shown }),
            Err(error) => Err(failed(&error, OPEN_JOURNAL, &shown)),
        }
    }

    /// All of the facts or none of them.
    pub fn append(&mut self, facts: &[Fact]) -> Result<(), Error> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            for fact in facts {
                record(&transaction, fact)?;
            }
            transaction.commit()
        };
        write(&mut self.connection)
            .map_err(|error| failed(&error, "write the journal", &self.shown))
    }

    pub fn settled(&self, id: JobId, places: &[String]) -> Result<Vec<bool>, Error> {
        let look = || {
            let passed = passed(&self.connection, id)?;
            let mut query = self
                .connection
                .prepare_cached("SELECT outcome FROM outcomes WHERE job = ?1 AND place = ?2")?;
            let mut settled = Vec::with_capacity(places.len());
            for place in places {
                let found = query.query_row(params![number(id), place], |row| row.get(0));
                let end = found.optional()?.map(end_of);
                settled.push(is_settled(end, place, passed.as_ref()));
            }
            Ok(settled)
        };
        look().map_err(|error| failed(&error, READ_JOURNAL, &self.shown))
    }

    /// Folds the log into the file; what cannot be folded is folded at the next start.
    pub fn close(&self) {
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

fn record(to: &Transaction, fact: &Fact) -> Result<(), rusqlite::Error> {
    match fact {
        Fact::Settled { job, place, bytes, outcome } => settle(to, *job, place, *bytes, outcome),
        Fact::Closed { job, place } => drop_unfinished(to, *job, place),
        Fact::Left { job, place } => leave(to, *job, place),
        Fact::Passed { job, before, order } => pass(to, *job, before, *order),
        Fact::Removed { job } => {
            for table in ["facts", "outcomes", "passed"] {
                to.execute(&format!("DELETE FROM {table} WHERE job = ?1"), [number(*job)])?;
            }
            Ok(())
        }
        Fact::Cancelled { job }
        | Fact::Retried { job }
        | Fact::Leaving { job }
        | Fact::Finished { job, .. } => match last_change(to, *job)?.after(fact) {
            Some((_, done)) => {
                change(to, *job, done)?;
                insert(to, fact)
            }
            None => Ok(()),
        },
        Fact::Ordered { .. } => {
            to.execute("DELETE FROM facts WHERE kind = 'Ordered'", [])?;
            insert(to, fact)
        }
        Fact::Limited { .. } => {
            to.execute("DELETE FROM facts WHERE kind = 'Limited'", [])?;
            insert(to, fact)
        }
        Fact::Prioritised { job, .. } => {
            let last = "DELETE FROM facts WHERE job = ?1 AND kind = 'Prioritised'";
            to.execute(last, [number(*job)])?;
            insert(to, fact)
        }
        // Each says all of it.
        Fact::RangesBegun { job, place, .. } => replace(to, *job, place, "RangesBegun", fact),
        Fact::Postponed { job, place, .. } => replace(to, *job, place, "Postponed", fact),
        Fact::Noted { job, .. } => {
            let notes = "SELECT count(*) FROM facts WHERE job = ?1 AND kind = 'Noted'";
            let known: u32 = to.prepare_cached(notes)?.query_row([number(*job)], |r| r.get(0))?;
            if (known as usize) < MAX_NOTES { insert(to, fact) } else { Ok(()) }
        }
        _ => insert(to, fact),
    }
}

fn insert(to: &Transaction, fact: &Fact) -> Result<(), rusqlite::Error> {
    let text = text(fact)?;
    let kind = text.trim_start_matches("{\"").split('"').next().unwrap_or_default();
    let values = params![fact.job().map(number), fact.place(), kind, text];
    to.prepare_cached("INSERT INTO facts (job, place, kind, fact) VALUES (?1, ?2, ?3, ?4)")?
        .execute(values)
        .map(drop)
}

fn replace(
    to: &Transaction,
    job: JobId,
    place: &str,
    kind: &str,
    fact: &Fact,
) -> Result<(), rusqlite::Error> {
    let last = "DELETE FROM facts WHERE job = ?1 AND place = ?2 AND kind = ?3";
    to.prepare_cached(last)?.execute(params![number(job), place, kind])?;
    insert(to, fact)
}

fn settle(
    to: &Transaction,
    job: JobId,
    place: &str,
    bytes: u64,
    outcome: &Outcome,
) -> Result<(), rusqlite::Error> {
    let (code, detail) = match outcome {
        Outcome::Done(verification) => (DONE, text(verification)?),
        Outcome::Skipped => (SKIPPED, text(&None::<Verification>)?),
        Outcome::Failed(error) => (FAILED, text(error)?),
    };
    if code != FAILED {
        drop_unfinished(to, job, place)?;
    }
    let values = params![number(job), place, code, bytes.cast_signed(), detail];
    to.prepare_cached("INSERT OR REPLACE INTO outcomes VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(values)
        .map(drop)
}

fn drop_unfinished(to: &Transaction, job: JobId, place: &str) -> Result<(), rusqlite::Error> {
    to.prepare_cached("DELETE FROM facts WHERE job = ?1 AND place = ?2")?
        .execute(params![number(job), place])
        .map(drop)
}

fn last_change(to: &Transaction, job: JobId) -> Result<LastChange, rusqlite::Error> {
    let last = "SELECT kind FROM facts WHERE job = ?1
         AND kind IN ('Cancelled', 'Finished', 'Retried', 'Leaving') ORDER BY seq DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| row.get(0);
    let last: Option<String> =
        to.prepare_cached(last)?.query_row([number(job)], read).optional()?;
    Ok(match last.as_deref() {
        Some("Cancelled") => LastChange::Cancelled,
        Some("Finished") => LastChange::Finished,
        Some("Retried") => LastChange::Retried,
        Some("Leaving") => LastChange::Leaving,
        _ => LastChange::Queued,
    })
}

fn change(to: &Transaction, job: JobId, change: Change) -> Result<(), rusqlite::Error> {
    match change {
        Change::Nothing => Ok(()),
        Change::TryFailedAgain => {
            let again =
                "UPDATE outcomes SET outcome = ?3, detail = '' WHERE job = ?1 AND outcome = ?2";
            to.execute(again, params![number(job), FAILED, AGAIN]).map(drop)
        }
        Change::EndWell => {
            let gone = "DELETE FROM outcomes WHERE job = ?1 AND outcome = ?2";
            to.execute(gone, params![number(job), AGAIN])?;
            fold(to, job, None, PlaceOrder::Bytes)
        }
    }
}

/// Forgets what is unfinished of an object, but not the upload that is still there.
fn leave(to: &Transaction, job: JobId, place: &str) -> Result<(), rusqlite::Error> {
    let opened = "SELECT fact FROM facts WHERE job = ?1 AND place = ?2 AND kind = 'Opened'
         ORDER BY seq DESC LIMIT 1";
    let queued = "SELECT fact FROM facts WHERE job = ?1 AND kind = 'Enqueued'";
    let at = params![number(job), place];
    let opened: Option<String> = to.query_row(opened, at, |row| row.get(0)).optional()?;
    let queued: Option<String> =
        to.query_row(queued, [number(job)], |row| row.get(0)).optional()?;
    let parsed = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    if let (
        Some(Fact::Opened { partial: Partial::Multipart(multipart), .. }),
        Some(Fact::Enqueued { spec, .. }),
    ) = (parsed(opened), parsed(queued))
    {
        remember(to, &spec, &multipart)?;
    }
    drop_unfinished(to, job, place)
}

fn remember(to: &Transaction, spec: &JobSpec, left: &Multipart) -> Result<(), rusqlite::Error> {
    let values = params![spec.connection.as_str(), left.object.bucket.as_str(), left.upload.0];
    to.execute("INSERT OR REPLACE INTO left_uploads VALUES (?1, ?2, ?3, unixepoch())", values)?;
    let oldest = "DELETE FROM left_uploads WHERE (connection, bucket, upload) NOT IN
         (SELECT connection, bucket, upload FROM left_uploads ORDER BY since DESC LIMIT ?1)";
    to.execute(oldest, [MAX_LEFT]).map(drop)
}

/// Objects of a job that are done and come before `before` are wanted as sums only.
fn pass(
    to: &Transaction,
    job: JobId,
    before: &str,
    order: PlaceOrder,
) -> Result<(), rusqlite::Error> {
    let before = order.of(before);
    fold(to, job, Some(&before), order)?;
    let values = params![number(job), before, order == PlaceOrder::Folders];
    let mark = "INSERT INTO passed VALUES (?1, ?2, ?3)
         ON CONFLICT (job) DO UPDATE SET before = max(before, excluded.before)";
    to.execute(mark, values).map(drop)
}

/// Sums the rows of objects that did not fail, those before a place or all of a job without
/// failures.
fn fold(
    to: &Transaction,
    job: JobId,
    before: Option<&str>,
    order: PlaceOrder,
) -> Result<(), rusqlite::Error> {
    let number = number(job);
    if before.is_none() {
        let failed = "SELECT count(*) FROM outcomes WHERE job = ?1 AND outcome = ?2";
        let failed: u32 = to.query_row(failed, [number, FAILED], |row| row.get(0))?;
        if failed > 0 {
            return Ok(());
        }
        to.execute("DELETE FROM passed WHERE job = ?1", [number])?;
    }
    let which = match order {
        PlaceOrder::Bytes => "job = ?1 AND outcome < ?2 AND (?3 IS NULL OR place < ?3)",
        PlaceOrder::Folders => {
            "job = ?1 AND outcome < ?2 AND (?3 IS NULL OR replace(place, '/', char(1)) < ?3)"
        }
    };
    let folded = params![number, FAILED, before];
    let Some(fresh) = sums(to, job, which, folded)? else { return Ok(()) };
    let kept = "SELECT fact FROM facts WHERE job = ?1 AND kind = 'Counted'";
    let kept: Vec<String> =
        to.prepare(kept)?.query_map([number], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let kept = kept.iter().filter_map(|text| serde_json::from_str::<Fact>(text).ok());
    let sum = kept.fold(fresh, added);
    to.execute("DELETE FROM facts WHERE job = ?1 AND kind = 'Counted'", [number])?;
    to.execute(&format!("DELETE FROM outcomes WHERE {which}"), folded)?;
    insert(to, &sum)
}

fn passed(connection: &Connection, job: JobId) -> Result<Option<Passed>, rusqlite::Error> {
    let mut query =
        connection.prepare_cached("SELECT before, folders FROM passed WHERE job = ?1")?;
    let read = |row: &rusqlite::Row<'_>| {
        let order = if row.get(1)? { PlaceOrder::Folders } else { PlaceOrder::Bytes };
        Ok((row.get(0)?, order))
    };
    query.query_row([number(job)], read).optional()
}

fn end_of(code: i64) -> ObjectEnd {
    match code {
        AGAIN => ObjectEnd::Again,
        FAILED => ObjectEnd::Failed,
        _ => ObjectEnd::Settled,
    }
}

pub fn number(job: JobId) -> i64 {
    job.0.cast_signed()
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, rusqlite::Error> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

/// A file that a later Windlass wrote: it is left alone.
pub fn newer(form: i32, shown: &str) -> Error {
    let why = format!("a newer Windlass wrote it (schema {form}; this version knows {SCHEMA})");
    Error::new(ErrorKind::Config, OPEN_JOURNAL, shown).detail(why)
}

pub fn failed(error: &rusqlite::Error, operation: &str, shown: &str) -> Error {
    use rusqlite::ErrorCode as Code;
    let kind = match error.sqlite_error_code() {
        Some(Code::DiskFull) => ErrorKind::DiskFull,
        Some(Code::ReadOnly | Code::PermissionDenied | Code::CannotOpen) => ErrorKind::LocalDenied,
        Some(Code::NotADatabase | Code::DatabaseCorrupt) | None => ErrorKind::Corrupt,
        _ => ErrorKind::LocalIo,
    };
    Error::new(kind, operation, shown).detail(error.to_string())
}
