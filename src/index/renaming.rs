//! Keeps the indexes of a connection under its new name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process;

use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, WRITE_INDEX};
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::folder::{file_of, files};
use crate::index::reader::{IndexReader, TRAILER, sum};

/// What was indexed of a connection is of it under its new name, too.
///
/// # Errors
/// Where a file cannot be written; the others are renamed all the same.
pub fn rename_connection(
    folder: &Path,
    from: &ConnectionName,
    to: &ConnectionName,
) -> Result<(), Error> {
    let mut failed = None;
    for old in files(folder)? {
        // What cannot be read is nobody's.
        let Ok(IndexReader { facts, .. }) = IndexReader::open(&old) else { continue };
        if facts.place.connection != *from {
            continue;
        }
        let place = IndexPlace { connection: to.clone(), ..facts.place };
        let new = file_of(folder, &place);
        let facts = IndexFacts { place, ..facts };
        let written = write_under(&old, &facts, &new).and_then(|()| fs::remove_file(&old));
        if let Err(error) = written {
            failed = Some(Error::from_io(&error, WRITE_INDEX, new.display()));
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Writes an index that could be opened again with other facts: they are its last part.
fn write_under(old: &Path, facts: &IndexFacts, new: &Path) -> io::Result<()> {
    let file = File::open(old)?;
    let body = file.metadata()?.len().saturating_sub(TRAILER as u64);
    let mut trailer = [0; TRAILER];
    file.read_exact_at(&mut trailer, body)?;
    let mut length = [0; 8];
    length.copy_from_slice(&trailer[16..24]);
    let told = serde_json::to_vec(facts)?;
    trailer[16..24].copy_from_slice(&(told.len() as u64).to_le_bytes());
    trailer[24..32].copy_from_slice(&sum(&told).to_le_bytes());
    let beside = new.with_extension(format!("{}-renamed.new", process::id()));
    let write = || {
        let mut written =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        let rest = body.saturating_sub(u64::from_le_bytes(length));
        io::copy(&mut (&file).take(rest), &mut written)?;
        written.write_all(&told)?;
        written.write_all(&trailer)?;
        written.sync_all()?;
        fs::rename(&beside, new)
    };
    let done = write();
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    }
    done
}
