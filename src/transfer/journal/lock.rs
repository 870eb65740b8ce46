//! Locks the journal for one process, and says which has it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind, LOCK_JOURNAL};
use crate::domain::transfer::Holder;

/// A window that is just closing still holds the file for a moment.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(50);

/// Bytes read of what a lock says.
const MAX_SAID: u64 = 1000;

pub fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Who has the journal at `path`.
pub fn holder(path: &Path) -> Option<Holder> {
    let mut file = File::open(beside(path, "lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(owner(&mut file)),
        _ => None,
    }
}

/// The error of somebody who needs the journal and finds it taken.
pub fn taken(path: &Path, holder: &Holder) -> Error {
    Error::new(ErrorKind::Locked, LOCK_JOURNAL, path.display().to_string())
        .detail(format!("another Windlass has it ({holder})"))
}

fn owner(file: &mut File) -> Holder {
    let mut said = String::new();
    let _ = file.rewind();
    let _ = file.take(MAX_SAID).read_to_string(&mut said);
    serde_json::from_str(&said).unwrap_or_else(|_| {
        // An older Windlass wrote its number alone.
        let digits: String = said.chars().filter(char::is_ascii_digit).collect();
        Holder { process: digits.parse().unwrap_or(0), host: String::new(), since: None }
    })
}

/// Takes the lock of the journal at `path` and writes who has it; otherwise says who has it. A lock
/// ends with its process, however that ends.
pub fn lock(path: &Path) -> Result<File, Error> {
    for last in (0..LOCK_TRIES).rev().map(|left| left == 0) {
        if let Some(file) = try_lock(path)? {
            return Ok(file);
        }
        if !last {
            std::thread::sleep(LOCK_WAIT);
        }
    }
    let unknown = Holder { process: 0, host: String::new(), since: None };
    Err(taken(path, &holder(path).unwrap_or(unknown)))
}

/// `None` where another has it.
pub fn try_lock(path: &Path) -> Result<Option<File>, Error> {
    let beside = beside(path, "lock");
    let failed = |e: std::io::Error| Error::from_io(&e, LOCK_JOURNAL, beside.display());
    let mut file = private().open(&beside).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let (process, host) = (std::process::id(), host());
    let own = Holder { process, host, since: Some(Timestamp::now()) };
    file.set_len(0).map_err(failed)?;
    file.write_all(serde_json::to_string(&own).unwrap_or_default().as_bytes()).map_err(failed)?;
    Ok(Some(file))
}

/// Empty where the system does not say.
fn host() -> String {
    let mut named = ["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter();
    let named = named.find_map(|file| std::fs::read_to_string(file).ok());
    named.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default().trim().to_owned()
}
