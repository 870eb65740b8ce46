//! The tables of the journal: facts as they came, and one row for each object that came to its end.
//!
//! Facts about an object's unfinished work are dropped when it is settled, so the file holds one short row per
//! finished object of a running job and next to nothing of a finished job.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, params};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{JobId, MAX_NOTES, Verification};
use crate::transfer::fact::{Fact, Outcome};

/// Marks the file as ours: "Wndl".
pub const APPLICATION_ID: i32 = 0x576e_646c;

/// Counts changes of the tables' form.
pub const SCHEMA: i32 = 1;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS facts (
        seq INTEGER PRIMARY KEY, job INTEGER, place TEXT, kind TEXT NOT NULL, fact TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS facts_of ON facts (job, place);
    CREATE TABLE IF NOT EXISTS outcomes (
        job INTEGER NOT NULL, place TEXT NOT NULL, outcome INTEGER NOT NULL, bytes INTEGER NOT NULL,
        detail TEXT NOT NULL, PRIMARY KEY (job, place)) WITHOUT ROWID;";

/// Readers of other processes are gone by then.
const BUSY: Duration = Duration::from_secs(1);

const DONE: i64 = 0;
const SKIPPED: i64 = 1;
const FAILED: i64 = 2;

#[derive(Debug)]
pub struct Table {
    connection: Connection,
    shown: String,
}

impl Table {
    pub fn in_memory() -> Result<Table, Error> {
        Table::prepare(Connection::open_in_memory(), "memory".to_owned())
    }

    pub fn open(path: &Path) -> Result<Table, Error> {
        Table::prepare(Connection::open(path), path.display().to_string())
    }

    /// For [`Table::replay`] only, beside a writer.
    pub fn read_only(path: &Path) -> Result<Table, Error> {
        let shown = path.display().to_string();
        let opened = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        match opened.and_then(|connection| connection.busy_timeout(BUSY).map(|()| connection)) {
            Ok(connection) => Ok(Table { connection, shown }),
            Err(error) => Err(failed(&error, "open the journal", &shown)),
        }
    }

    fn prepare(
        connection: Result<Connection, rusqlite::Error>,
        shown: String,
    ) -> Result<Table, Error> {
        let prepared = connection.and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // A fact is relied on as soon as it is written, after a power cut too.
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
            connection.pragma_update(None, "user_version", SCHEMA)?;
            connection.execute_batch(TABLES)?;
            Ok(connection)
        });
        match prepared {
            Ok(connection) => Ok(Table { connection, shown }),
            Err(error) => Err(failed(&error, "open the journal", &shown)),
        }
    }

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

    /// Every fact in order, then what became of the objects.
    pub fn replay(&self) -> Result<Vec<Fact>, Error> {
        self.facts()
            .and_then(|mut facts| {
                facts.extend(self.counts()?);
                facts.extend(self.failures()?);
                Ok(facts)
            })
            .map_err(|error| failed(&error, "read the journal", &self.shown))
    }

    fn facts(&self) -> Result<Vec<Fact>, rusqlite::Error> {
        let mut query = self.connection.prepare("SELECT fact FROM facts ORDER BY seq")?;
        let rows = query.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|row| row.and_then(|text| parse(&text))).collect()
    }

    fn counts(&self) -> Result<Vec<Fact>, rusqlite::Error> {
        let mut query = self.connection.prepare(
            "SELECT job, outcome, detail, count(*), sum(bytes) FROM outcomes WHERE outcome != ?1
             GROUP BY job, outcome, detail",
        )?;
        let rows = query.query_map([FAILED], |row| {
            let verification: Option<Verification> = parse(&row.get::<_, String>(2)?)?;
            let (outcome, count): (i64, i64) = (row.get(1)?, row.get(3)?);
            let count = count.cast_unsigned();
            Ok(Fact::Counted {
                job: job(row.get(0)?),
                done: if outcome == DONE { count } else { 0 },
                skipped: if outcome == SKIPPED { count } else { 0 },
                bytes: row.get::<_, i64>(4)?.cast_unsigned(),
                verifications: verification.into_iter().collect(),
            })
        })?;
        rows.collect()
    }

    /// The first failures with their error, the rest of them too: the machine counts them all.
    fn failures(&self) -> Result<Vec<Fact>, rusqlite::Error> {
        let mut query = self
            .connection
            .prepare("SELECT job, place, detail FROM outcomes WHERE outcome = ?1 ORDER BY job")?;
        let rows = query.query_map([FAILED], |row| {
            let error = parse(&row.get::<_, String>(2)?)?;
            Ok(Fact::Settled {
                job: job(row.get(0)?),
                place: row.get(1)?,
                bytes: 0,
                outcome: Outcome::Failed(error),
            })
        })?;
        rows.collect()
    }

    pub fn settled(&self, id: JobId, places: &[String]) -> Result<Vec<bool>, Error> {
        let look = || {
            let mut query = self
                .connection
                .prepare_cached("SELECT 1 FROM outcomes WHERE job = ?1 AND place = ?2")?;
            places
                .iter()
                .map(|place| query.exists(params![number(id), place]))
                .collect::<Result<Vec<bool>, rusqlite::Error>>()
        };
        look().map_err(|error| failed(&error, "read the journal", &self.shown))
    }

    /// Folds the log into the file; what cannot be folded is folded at the next start.
    pub fn close(self) {
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);");
    }
}

fn record(to: &Transaction, fact: &Fact) -> Result<(), rusqlite::Error> {
    match fact {
        Fact::Settled { job, place, bytes, outcome } => settle(to, *job, place, *bytes, outcome),
        Fact::Closed { job, place } => drop_unfinished(to, *job, place),
        Fact::Removed { job } => {
            to.execute("DELETE FROM facts WHERE job = ?1", [number(*job)])?;
            to.execute("DELETE FROM outcomes WHERE job = ?1", [number(*job)]).map(drop)
        }
        Fact::Retried { job } => {
            insert(to, fact)?;
            let failed = params![number(*job), FAILED];
            to.execute("DELETE FROM outcomes WHERE job = ?1 AND outcome = ?2", failed).map(drop)
        }
        Fact::Ordered { .. } => {
            to.execute("DELETE FROM facts WHERE kind = 'Ordered'", [])?;
            insert(to, fact)
        }
        Fact::Finished { job, error: None } => {
            fold(to, *job)?;
            insert(to, fact)
        }
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

/// Of a job without failures only the sums are wanted from now on.
fn fold(to: &Transaction, id: JobId) -> Result<(), rusqlite::Error> {
    let mut query =
        to.prepare("SELECT outcome, detail, count(*), sum(bytes) FROM outcomes WHERE job = ?1 GROUP BY outcome, detail")?;
    let (mut done, mut skipped, mut bytes, mut verifications) = (0, 0, 0, Vec::new());
    let mut rows = query.query([number(id)])?;
    while let Some(row) = rows.next()? {
        let (code, count) = (row.get::<_, i64>(0)?, row.get::<_, i64>(2)?.cast_unsigned());
        if code == FAILED {
            return Ok(());
        }
        if code == DONE {
            done += count;
        } else {
            skipped += count;
        }
        bytes += row.get::<_, i64>(3)?.cast_unsigned();
        verifications.extend(parse::<Option<Verification>>(&row.get::<_, String>(1)?)?);
    }
    to.execute("DELETE FROM outcomes WHERE job = ?1", [number(id)])?;
    insert(to, &Fact::Counted { job: id, done, skipped, bytes, verifications })
}

fn number(job: JobId) -> i64 {
    job.0.cast_signed()
}

fn job(number: i64) -> JobId {
    JobId(number.cast_unsigned())
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, rusqlite::Error> {
    serde_json::to_string(value).map_err(|e| rusqlite::Error::ToSqlConversionFailure(Box::new(e)))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, rusqlite::Error> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
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
