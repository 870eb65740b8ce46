//! Defines the tables, and migrates a file of an older form.

use rusqlite::{Connection, TransactionBehavior};

/// Marks the file as ours: "Wndl".
pub const APPLICATION_ID: i32 = 0x576e_646c;

/// Counts changes of the tables' form. A file of a later form is left alone.
pub const SCHEMA: i32 = 2;

/// The first form. Facts as they came, and a row for each object that came to its end.
const FIRST: &str = "
    CREATE TABLE IF NOT EXISTS facts (
        seq INTEGER PRIMARY KEY, job INTEGER, place TEXT, kind TEXT NOT NULL, fact TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS facts_of ON facts (job, place);
    CREATE TABLE IF NOT EXISTS outcomes (
        job INTEGER NOT NULL, place TEXT NOT NULL, outcome INTEGER NOT NULL, bytes INTEGER NOT NULL,
        detail TEXT NOT NULL, PRIMARY KEY (job, place)) WITHOUT ROWID;";

/// What brings a file of form `n + 1` to the next one.
const STEPS: &[&str] = &[
    // Every object of a job before `before` came to its end, compared as `PlaceOrder::of` makes it;
    // uploads that could not be aborted.
    "CREATE TABLE passed (job INTEGER PRIMARY KEY, before TEXT NOT NULL, folders INTEGER NOT \
     NULL);
     CREATE TABLE left_uploads (
        connection TEXT NOT NULL, bucket TEXT NOT \
     NULL, upload TEXT NOT NULL, since INTEGER NOT NULL,
        PRIMARY KEY (connection, bucket, \
     upload)) WITHOUT ROWID;",
];

/// Makes the tables of a new file, or brings those of an older one up to date: all of it or
/// nothing.
pub fn bring_up(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found < SCHEMA {
        transaction.execute_batch(FIRST)?;
        let done = usize::try_from(found - 1).unwrap_or(0);
        for step in STEPS.iter().skip(done) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
    }
    transaction.commit()
}

/// The form of a file; 0 where it has none yet.
pub fn version(connection: &Connection) -> Result<i32, rusqlite::Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

pub fn application(connection: &Connection) -> Result<i32, rusqlite::Error> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Whether a file of this length has its first page and nothing was ever made in it: its maker was
/// stopped.
pub fn is_blank(connection: &Connection, length: u64) -> Result<bool, rusqlite::Error> {
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(tables == 0 && page.cast_unsigned() == length)
}
