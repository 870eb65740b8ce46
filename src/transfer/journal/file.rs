//! The journal's file: one process at a time, closed to others' eyes, set aside when it cannot be read.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::domain::error::{Error, ErrorKind, LOCK_JOURNAL, OPEN_JOURNAL};
use crate::transfer::journal::table::{APPLICATION_ID, SCHEMA, Table, failed};

#[derive(Debug)]
pub struct Opening {
    pub table: Table,
    /// Held for as long as the table is open; none where the table is in memory.
    pub lock: Option<File>,
    /// Why the file that was found, or any file, is not used.
    pub set_aside: Option<Error>,
}

/// A window that is just closing still holds the file for a moment.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(50);

/// Another window has the file, or it cannot be written: the queue is in memory then, and that is said.
pub fn open(path: Option<&Path>) -> Result<Opening, Error> {
    let set_aside = match path.map(open_file) {
        Some(Ok(opening)) => return Ok(opening),
        Some(Err(error)) => Some(error),
        None => None,
    };
    Ok(Opening { table: Table::in_memory()?, lock: None, set_aside })
}

fn open_file(path: &Path) -> Result<Opening, Error> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let lock = lock(&beside(path, "lock"))?;
    let mut set_aside = None;
    if let Err(error) = check(path) {
        if !error.is(&ErrorKind::Corrupt) {
            return Err(error);
        }
        set_aside = Some(put_aside(path, &error)?);
    }
    create_private(path)?;
    Ok(Opening { table: Table::open(path)?, lock: Some(lock), set_aside })
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|e| Error::from_io(&e, "make the state folder", folder.display()))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn create_private(path: &Path) -> Result<(), Error> {
    private().open(path).map(drop).map_err(|e| Error::from_io(&e, OPEN_JOURNAL, path.display()))
}

/// The number of the process that has the journal at `path`.
pub fn holder(path: &Path) -> Option<String> {
    let mut file = File::open(beside(path, "lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(owner(&mut file)),
        _ => None,
    }
}

fn owner(file: &mut File) -> String {
    let mut owner = String::new();
    let _ = file.rewind();
    let _ = file.take(20).read_to_string(&mut owner);
    owner.chars().filter(char::is_ascii_digit).collect()
}

/// Takes the lock and writes who has it; otherwise says who has it.
fn lock(path: &Path) -> Result<File, Error> {
    let failed = |e: std::io::Error| Error::from_io(&e, LOCK_JOURNAL, path.display());
    let mut file = private().open(path).map_err(failed)?;
    for last in (0..LOCK_TRIES).rev().map(|left| left == 0) {
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(failed)?;
                write!(file, "{}", std::process::id()).map_err(failed)?;
                return Ok(file);
            }
            Err(TryLockError::WouldBlock) if !last => std::thread::sleep(LOCK_WAIT),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    let owner = owner(&mut file);
    Err(Error::new(ErrorKind::Locked, LOCK_JOURNAL, path.display().to_string())
        .detail(format!("another Windlass has it (process {owner})")))
}

/// `Corrupt` where the file is damaged or another program's; another kind where it may be right and cannot be read.
fn check(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.len() == 0 => return Ok(()),
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::from_io(&e, OPEN_JOURNAL, path.display())),
    }
    let wrong = |why: String| {
        Error::new(ErrorKind::Corrupt, OPEN_JOURNAL, path.display().to_string()).detail(why)
    };
    let number = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0))
    };
    let look = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let sound: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        Ok((sound, number(&connection, "application_id")?, number(&connection, "user_version")?))
    };
    let (sound, application, schema) =
        look().map_err(|error| failed(&error, OPEN_JOURNAL, &path.display().to_string()))?;
    if sound != "ok" {
        return Err(wrong(sound));
    }
    if application != APPLICATION_ID {
        return Err(wrong("it is the database of another program".to_owned()));
    }
    if schema > SCHEMA {
        let why = format!("it was written by a newer Windlass (form {schema}, known {SCHEMA})");
        return Err(
            Error::new(ErrorKind::Config, OPEN_JOURNAL, path.display().to_string()).detail(why)
        );
    }
    Table::open(path).and_then(|table| table.replay()).map(drop)
}

/// Renames the file and its log; nothing is deleted.
fn put_aside(path: &Path, reason: &Error) -> Result<Error, Error> {
    let free = (1..10_000).map(|n| beside(path, &format!("damaged-{n}"))).find(|p| !p.exists());
    let aside = free.unwrap_or_else(|| beside(path, "damaged"));
    std::fs::rename(path, &aside)
        .map_err(|e| Error::from_io(&e, "set the damaged journal aside", path.display()))?;
    for log in ["-wal", "-shm"] {
        let with = |path: &Path| PathBuf::from(format!("{}{log}", path.display()));
        let _ = std::fs::rename(with(path), with(&aside));
    }
    let detail = format!("{}; it is kept as {}", reason.detail, aside.display());
    Ok(Error::new(ErrorKind::Corrupt, OPEN_JOURNAL, path.display().to_string()).detail(detail))
}
