//! Reads the tables back: the facts in order, the sums of what is done, and what failed.

use std::collections::HashSet;

use rusqlite::Connection;
use serde_json::Value;

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind, READ_JOURNAL};
use crate::domain::object::UploadId;
use crate::domain::units::Counted;
use crate::transfer::fact::{Fact, Outcome};
use crate::transfer::journal::schema::version;
use crate::transfer::journal::sums::{FAILED, job, parse, sums};
use crate::transfer::journal::table::{Table, failed};

/// What a journal says.
#[derive(Debug, Default)]
pub struct Replay {
    pub facts: Vec<Fact>,
    /// Facts of a kind that is not known here; they stay where they are.
    pub unread: usize,
}

impl Replay {
    /// What is to be said of what could not be read.
    pub fn warning(&self, shown: &str) -> Option<Error> {
        let unread = (self.unread > 0).then_some(Counted(self.unread as u64, "entry"))?;
        let detail = format!("the queue has {unread} that this version does not know");
        Some(Error::new(ErrorKind::Config, READ_JOURNAL, shown).detail(detail))
    }
}

impl Table {
    /// Every fact in order, then what became of the objects.
    pub fn replay(&self) -> Result<Replay, Error> {
        let read = || {
            let mut replay = facts(&self.connection)?;
            replay.facts.extend(counts(&self.connection)?);
            replay.facts.extend(failures(&self.connection)?);
            Ok(replay)
        };
        read().map_err(|error| failed(&error, READ_JOURNAL, &self.shown))
    }
}

impl Table {
    /// Uploads that jobs which are gone have left; none in a file of the first form.
    pub fn left_uploads(&self) -> Result<HashSet<(Bucket, UploadId)>, Error> {
        let read = || {
            if version(&self.connection)? < 2 {
                return Ok(HashSet::new());
            }
            let mut query = self.connection.prepare("SELECT bucket, upload FROM left_uploads")?;
            let rows = query.query_map([], |row| {
                Ok((Bucket::new(row.get::<_, String>(0)?), UploadId(row.get(1)?)))
            })?;
            rows.collect()
        };
        read().map_err(|error| failed(&error, READ_JOURNAL, &self.shown))
    }
}

fn facts(connection: &Connection) -> Result<Replay, rusqlite::Error> {
    let mut query = connection.prepare("SELECT job, kind, fact FROM facts ORDER BY seq")?;
    let mut rows = query.query([])?;
    let mut replay = Replay::default();
    while let Some(row) = rows.next()? {
        let (id, kind): (Option<i64>, String) = (row.get(0)?, row.get(1)?);
        let text: String = row.get(2)?;
        if let Ok(fact) = serde_json::from_str(&text) {
            replay.facts.push(fact);
            continue;
        }
        // No fact at all: the file is damaged.
        let _: Value = parse(&text)?;
        replay.unread += 1;
        // The number of a job that cannot be read is not given again.
        let unreadable = id.filter(|_| kind == "Enqueued");
        replay.facts.extend(unreadable.map(|id| Fact::Removed { job: job(id) }));
    }
    Ok(replay)
}

fn counts(connection: &Connection) -> Result<Vec<Fact>, rusqlite::Error> {
    let mut jobs = connection.prepare("SELECT DISTINCT job FROM outcomes WHERE outcome < ?1")?;
    let jobs: Vec<i64> = jobs.query_map([FAILED], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let which = "job = ?1 AND outcome < ?2";
    let sums = jobs.into_iter().map(|id| sums(connection, job(id), which, [id, FAILED]));
    sums.filter_map(Result::transpose).collect()
}

/// The first failures with their error, the rest of them too: the machine counts them all.
fn failures(connection: &Connection) -> Result<Vec<Fact>, rusqlite::Error> {
    let mut query = connection
        .prepare("SELECT job, place, detail FROM outcomes WHERE outcome = ?1 ORDER BY job")?;
    let rows = query.query_map([FAILED], |row| {
        let (place, detail): (String, String) = (row.get(1)?, row.get(2)?);
        let error = serde_json::from_str(&detail).or_else(|_| {
            let said: Value = parse(&detail)?;
            let error = Error::new(ErrorKind::Other, READ_JOURNAL, place.as_str());
            Ok::<_, rusqlite::Error>(error.detail(format!("a newer Windlass says: {said}")))
        })?;
        let outcome = Outcome::Failed(error);
        Ok(Fact::Settled { job: job(row.get(0)?), place, bytes: 0, outcome })
    })?;
    rows.collect()
}
