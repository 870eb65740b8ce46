//! Writes an index beside the old one, and puts it in its place once it is whole on the disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind, WRITE_INDEX};
use crate::domain::listing::{Page, Row, RowKind};
use crate::domain::when::whole_second;
use crate::index::block::{BlockBuilder, put};
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::folder::file_of;
use crate::index::reader::{END, IndexReader, START, sum};

/// A file that nobody finished is taken away after so long.
const ABANDONED: Duration = Duration::from_hours(24);

/// The end of the name of a file that is not finished.
const UNFINISHED: &str = "new";

/// Dropped without [`IndexWriter::keep`] it leaves nothing.
pub struct IndexWriter {
    place: IndexPlace,
    path: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    builder: BlockBuilder,
    /// What tells where each block is and how it begins.
    directory: Vec<u8>,
    at: u64,
    keys: u64,
    bytes: u64,
    last: Option<String>,
}

impl IndexWriter {
    pub fn create(folder: &Path, place: IndexPlace) -> Result<IndexWriter, Error> {
        static WRITERS: AtomicU32 = AtomicU32::new(0);
        let number = WRITERS.fetch_add(1, Ordering::Relaxed);
        let path = file_of(folder, &place);
        let beside = path.with_extension(format!("{}-{number}.{UNFINISHED}", process::id()));
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder).and_then(|()| {
            forget_abandoned(folder);
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)
        });
        let file = made.map_err(|error| Error::from_io(&error, WRITE_INDEX, beside.display()))?;
        let mut writer = IndexWriter {
            place,
            path,
            beside,
            file: BufWriter::new(file),
            builder: BlockBuilder::default(),
            directory: Vec::new(),
            at: 0,
            keys: 0,
            bytes: 0,
            last: None,
        };
        writer.write(START)?;
        Ok(writer)
    }

    /// Adds an object by its name below the place. A prefix is passed over, and so is a name that
    /// comes twice.
    ///
    /// # Errors
    /// `Unsupported` where the names come in no order.
    pub fn push(&mut self, row: Row<'_>) -> Result<(), Error> {
        let RowKind::Object { size, .. } = row.kind else { return Ok(()) };
        match &mut self.last {
            Some(last) if last == row.name => return Ok(()),
            Some(last) if last.as_str() > row.name => {
                let why = "this server lists keys in no order, so that no index of it can be kept";
                let place = self.place.location();
                return Err(Error::new(ErrorKind::Unsupported, WRITE_INDEX, place).detail(why));
            }
            Some(last) => row.name.clone_into(last),
            None => self.last = Some(row.name.to_owned()),
        }
        self.builder.push(row);
        self.keys += 1;
        self.bytes = self.bytes.saturating_add(size);
        if self.builder.is_full() { self.end_block() } else { Ok(()) }
    }

    /// As [`IndexWriter::push`], every row of a page.
    pub fn take(&mut self, page: &Page) -> Result<(), Error> {
        page.rows().try_for_each(|row| self.push(row))
    }

    /// How many there are so far.
    pub fn keys(&self) -> u64 {
        self.keys
    }

    fn end_block(&mut self) -> Result<(), Error> {
        let builder = std::mem::take(&mut self.builder);
        let parts = [&builder.names, &builder.numbers, &builder.etags];
        put(&mut self.directory, self.at);
        put(&mut self.directory, u64::from(builder.rows));
        for part in parts {
            put(&mut self.directory, part.len() as u64);
            put(&mut self.directory, sum(part));
        }
        put(&mut self.directory, builder.first.len() as u64);
        self.directory.extend_from_slice(builder.first.as_bytes());
        for part in parts {
            self.write(part)?;
        }
        self.builder = builder;
        self.builder.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.at += bytes.len() as u64;
        let written = self.file.write_all(bytes);
        written.map_err(|error| self.fails(&error))
    }

    fn fails(&self, error: &io::Error) -> Error {
        Error::from_io(error, WRITE_INDEX, self.beside.display())
    }

    /// Puts the index in its place. Where it is not `whole` and a whole one is there, that one
    /// stays, and `None` comes back. `made_at`: when there was an index of the place first.
    pub fn keep(
        mut self,
        whole: bool,
        made_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Option<IndexFacts>, Error> {
        let facts = self.end(whole, made_at, now)?;
        self.file.get_ref().sync_all().map_err(|error| self.fails(&error))?;
        if !whole && IndexReader::open(&self.path).is_ok_and(|old| old.facts.whole) {
            return Ok(None);
        }
        fs::rename(&self.beside, &self.path).map_err(|error| self.fails(&error))?;
        if let Some(folder) = self.path.parent() {
            // A system that cannot do this has the name on the disk in its own time.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(Some(facts))
    }

    /// Reads what was written, in nobody's place: its file has no name any more.
    pub(super) fn into_reader(mut self) -> Result<IndexReader, Error> {
        self.end(false, None, Timestamp::UNIX_EPOCH)?;
        IndexReader::open(&self.beside)
    }

    /// Writes the last block and the end of the file.
    fn end(
        &mut self,
        whole: bool,
        made_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<IndexFacts, Error> {
        if self.builder.rows > 0 {
            self.end_block()?;
        }
        let now = whole_second(now);
        let facts = IndexFacts {
            place: self.place.clone(),
            keys: self.keys,
            bytes: self.bytes,
            made_at: made_at.unwrap_or(now),
            refreshed_at: now,
            whole,
        };
        let told = serde_json::to_vec(&facts).map_err(|error| self.fails(&error.into()))?;
        let directory = std::mem::take(&mut self.directory);
        let mut trailer = Vec::with_capacity(40);
        for part in [&directory, &told] {
            trailer.extend_from_slice(&(part.len() as u64).to_le_bytes());
            trailer.extend_from_slice(&sum(part).to_le_bytes());
        }
        trailer.extend_from_slice(END);
        for part in [&directory, &told, &trailer] {
            self.write(part)?;
        }
        self.file.flush().map_err(|error| self.fails(&error))?;
        Ok(facts)
    }
}

impl Drop for IndexWriter {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.beside);
    }
}

/// Takes away what runs left that were killed.
fn forget_abandoned(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let unfinished = path.extension().is_some_and(|end| end == UNFINISHED);
        let made = entry.metadata().and_then(|facts| facts.modified());
        let age = made.ok().and_then(|made| SystemTime::now().duration_since(made).ok());
        if unfinished && age.is_some_and(|age| age > ABANDONED) {
            let _ = fs::remove_file(path);
        }
    }
}
