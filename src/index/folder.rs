//! Finds the indexes that are kept, one file each.

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::error::{Error, READ_INDEX};
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::reader::IndexReader;

/// The end of the name of a file.
const ENDING: &str = "index";

/// The file of a place: a name of any key fits, as it is the digest of all that the place is.
pub fn file_of(folder: &Path, place: &IndexPlace) -> PathBuf {
    let parts = [
        place.connection.as_str(),
        place.server.as_str(),
        place.bucket.as_str(),
        place.prefix.as_str(),
    ];
    // 128 bits of FNV-1a; the place is in the file too, and is compared.
    let mut digest: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        digest =
            (digest ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    folder.join(format!("{digest:032x}.{ENDING}"))
}

/// The index of exactly a place.
///
/// # Errors
/// `LocalMissing` where there is none.
pub fn index_of(folder: &Path, place: &IndexPlace) -> Result<IndexReader, Error> {
    let path = file_of(folder, place);
    if !path.exists() {
        return Err(place.is_missing());
    }
    IndexReader::open(&path).and_then(|found| match found.facts.place == *place {
        true => Ok(found),
        false => Err(place.is_missing()),
    })
}

/// The smallest index that has everything at a place; whole ones go before others.
///
/// # Errors
/// `LocalMissing` where there is none.
pub fn index_for(folder: &Path, place: &IndexPlace) -> Result<IndexReader, Error> {
    let mut best: Option<IndexReader> = None;
    let mut damaged = None;
    for path in files(folder)? {
        match IndexReader::open(&path) {
            Ok(found) if found.facts.place.covers(place) => {
                let rank = |index: &IndexReader| {
                    (index.facts.whole, index.facts.place.prefix.as_str().len())
                };
                if best.as_ref().is_none_or(|best| rank(&found) > rank(best)) {
                    best = Some(found);
                }
            }
            Err(error) if path == file_of(folder, place) => damaged = Some(error),
            Ok(_) | Err(_) => {}
        }
    }
    best.ok_or_else(|| damaged.unwrap_or_else(|| place.is_missing()))
}

/// Everything that is kept, by place, with the files that cannot be read.
pub fn indexes(folder: &Path) -> Result<(Vec<IndexFacts>, Vec<Error>), Error> {
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        match IndexReader::open(&path) {
            Ok(index) => found.push(index.facts),
            Err(error) => broken.push(error),
        }
    }
    let order = |facts: &IndexFacts| {
        let IndexPlace { connection, server, bucket, prefix } = facts.place.clone();
        (connection, server, bucket, prefix)
    };
    found.sort_by_cached_key(order);
    Ok((found, broken))
}

/// Forgets the index of a place, readable or not.
///
/// # Errors
/// `LocalMissing` where there is none.
pub fn drop_index(folder: &Path, place: &IndexPlace) -> Result<(), Error> {
    let path = file_of(folder, place);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(place.is_missing()),
        done => done.map_err(|error| Error::from_io(&error, "delete the index", path.display())),
    }
}

/// The files that may be indexes.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |error: &std::io::Error| Error::from_io(error, READ_INDEX, folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| fail(&error))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| fail(&error))?.path();
        if path.extension().is_some_and(|end| end == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
