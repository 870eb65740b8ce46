//! Writes and sums what the journal keeps of objects that ended.

use rusqlite::types::Type;
use rusqlite::{Connection, Params};
use serde_json::Value;

use crate::domain::transfer::{JobId, Verification};
use crate::transfer::fact::Fact;

pub const DONE: i64 = 0;
pub const SKIPPED: i64 = 1;
pub const FAILED: i64 = 2;
/// It failed and is to be tried again.
pub const AGAIN: i64 = 3;

/// The sums of the rows for which `which` holds; `None` where there are none.
pub fn sums(
    connection: &Connection,
    job: JobId,
    which: &str,
    values: impl Params,
) -> Result<Option<Fact>, rusqlite::Error> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT outcome, detail, count(*), sum(bytes) FROM outcomes WHERE {which}
         GROUP BY outcome, detail"
    ))?;
    let mut rows = query.query(values)?;
    let mut sum = None;
    while let Some(row) = rows.next()? {
        let (code, count) = (row.get::<_, i64>(0)?, row.get::<_, i64>(2)?.cast_unsigned());
        let (done, skipped) = if code == DONE { (count, 0) } else { (0, count) };
        let bytes = row.get::<_, i64>(3)?.cast_unsigned();
        let verifications = verification(&row.get::<_, String>(1)?)?.into_iter().collect();
        let next = Fact::Counted { job, done, skipped, bytes, verifications };
        sum = Some(match sum {
            Some(sum) => added(sum, next),
            None => next,
        });
    }
    Ok(sum)
}

/// The sum of two facts that count.
pub fn added(one: Fact, other: Fact) -> Fact {
    match (one, other) {
        (
            Fact::Counted { job, done, skipped, bytes, mut verifications },
            Fact::Counted {
                done: more_done,
                skipped: more_skipped,
                bytes: more_bytes,
                verifications: more,
                ..
            },
        ) => {
            for verification in more {
                if !verifications.contains(&verification) {
                    verifications.push(verification);
                }
            }
            let (done, skipped) = (done + more_done, skipped + more_skipped);
            Fact::Counted { job, done, skipped, bytes: bytes + more_bytes, verifications }
        }
        (one, _) => one,
    }
}

/// A verification of a kind that is not known here counts as none that could be compared.
fn verification(text: &str) -> Result<Option<Verification>, rusqlite::Error> {
    serde_json::from_str(text).or_else(|_| {
        let said: Value = parse(text)?;
        Ok(Some(Verification::SizeOnly(format!("a newer Windlass says: {said}"))))
    })
}

pub fn job(number: i64) -> JobId {
    JobId(number.cast_unsigned())
}

pub fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, rusqlite::Error> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}
