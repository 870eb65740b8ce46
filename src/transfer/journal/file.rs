//! Opens the journal's file: private, set aside when unreadable, copied before its form changes.

use std::fs::{DirBuilder, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::error::{Error, ErrorKind, KEPT_AS, MAKE_FOLDER, OPEN_JOURNAL};
use crate::transfer::journal::lock::{beside, lock, private};
use crate::transfer::journal::replay::Replay;
use crate::transfer::journal::schema::{APPLICATION_ID, SCHEMA, application, is_blank, version};
use crate::transfer::journal::table::{Table, failed, newer};

#[derive(Debug)]
pub struct OpenedJournal {
    pub table: Table,
    pub replay: Replay,
    /// Held for as long as the table is open; none where the table is in memory.
    pub lock: Option<File>,
    /// Why the file that was found, or any file, or a part of it is not used.
    pub warnings: Vec<Error>,
}

/// Another window has the file, or it cannot be written: the queue is in memory then, and that is
/// said.
pub fn open(path: &Path) -> Result<OpenedJournal, Error> {
    let warning = match open_file(path) {
        Ok(opening) => return Ok(opening),
        Err(error) => error,
    };
    let (table, replay) = (Table::in_memory()?, Replay::default());
    Ok(OpenedJournal { table, replay, lock: None, warnings: vec![warning] })
}

/// Renames the file where it is damaged, and says so.
///
/// # Errors
/// `Locked` where another window has it, and those of the file system.
pub fn put_right(path: &Path) -> Result<Vec<Error>, Error> {
    let opened = open_file(path)?;
    opened.table.close();
    Ok(opened.warnings)
}

fn open_file(path: &Path) -> Result<OpenedJournal, Error> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    open_locked(path, lock(path)?)
}

/// Opens the file whose lock is held.
pub fn open_locked(path: &Path, lock: File) -> Result<OpenedJournal, Error> {
    let mut warnings = Vec::new();
    let (table, replay) = match open_table(path) {
        Err(error) if error.is(&ErrorKind::Corrupt) => {
            warnings.push(put_aside(path, &error)?);
            open_table(path)?
        }
        opened => opened?,
    };
    warnings.extend(replay.warning(&path.display().to_string()));
    Ok(OpenedJournal { table, replay, lock: Some(lock), warnings })
}

fn open_table(path: &Path) -> Result<(Table, Replay), Error> {
    check(path)?;
    create_private(path)?;
    let table = Table::open(path)?;
    let replay = table.replay()?;
    Ok((table, replay))
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| Error::from_io(&e, MAKE_FOLDER, folder.display()))
}

fn create_private(path: &Path) -> Result<(), Error> {
    private().open(path).map(drop).map_err(|e| Error::from_io(&e, OPEN_JOURNAL, path.display()))
}

/// `Corrupt` where the file is damaged or another program's; another kind where it may be right and
/// cannot be read. A file of an older form is copied.
fn check(path: &Path) -> Result<(), Error> {
    let length = match std::fs::metadata(path) {
        Ok(found) if found.len() == 0 => return Ok(()),
        Ok(found) => found.len(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::from_io(&e, OPEN_JOURNAL, path.display())),
    };
    let shown = path.display().to_string();
    let wrong = |why: &str| Error::new(ErrorKind::Corrupt, OPEN_JOURNAL, &*shown).detail(why);
    let look = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let sound: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        let ours = application(&connection)? == APPLICATION_ID || is_blank(&connection, length)?;
        let form = version(&connection)?;
        Ok((connection, sound, ours, form))
    };
    let (connection, sound, ours, form) =
        look().map_err(|error| failed(&error, OPEN_JOURNAL, &shown))?;
    if sound != "ok" {
        return Err(wrong(&sound));
    }
    if !ours {
        return Err(wrong("it is the database of another program"));
    }
    if form > SCHEMA {
        return Err(newer(form, &shown));
    }
    if (1..SCHEMA).contains(&form) {
        copy(&connection, &free(path, &format!("form-{form}")))?;
    }
    Ok(())
}

/// Copies a journal as it is now to a file that is not there, or is empty.
fn copy(from: &Connection, to: &Path) -> Result<(), Error> {
    create_private(to)?;
    let shown = to.display().to_string();
    let copied = from.execute("VACUUM INTO ?1", [&shown]);
    copied.map(drop).map_err(|error| failed(&error, "copy the journal", &shown))
}

/// Makes the file again that somebody removed, from the one that is still open, and opens that.
pub fn restore(path: &Path, table: &mut Table) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    copy(&table.connection, path)?;
    // The old one takes its log away by name when it is closed.
    *table = Table::in_memory()?;
    for log in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(path, log));
    }
    *table = Table::open(path)?;
    Ok(())
}

/// What tells a file from another of the same name.
pub fn identity(file: &std::fs::Metadata) -> (u64, u64) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (file.dev(), file.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        (0, 0)
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// A name beside the journal that is not taken.
fn free(path: &Path, what: &str) -> PathBuf {
    let numbered = (1..10_000).map(|n| beside(path, &format!("{what}-{n}")));
    numbered.into_iter().find(|name| !name.exists()).unwrap_or_else(|| beside(path, what))
}

/// Renames the file and its log; nothing is deleted.
fn put_aside(path: &Path, reason: &Error) -> Result<Error, Error> {
    let aside = free(path, "damaged");
    std::fs::rename(path, &aside)
        .map_err(|e| Error::from_io(&e, "set the damaged journal aside", path.display()))?;
    for log in ["-wal", "-shm"] {
        let _ = std::fs::rename(with_suffix(path, log), with_suffix(&aside, log));
    }
    let detail = format!("{}{KEPT_AS}{}", reason.detail, aside.display());
    Ok(Error::new(ErrorKind::Corrupt, OPEN_JOURNAL, path.display().to_string()).detail(detail))
}
