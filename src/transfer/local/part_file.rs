//! A part file grows beside its destination, which stays as it was until all bytes are right.

use std::fs::File;
use std::io;
use std::sync::OnceLock;
use std::time::SystemTime;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::OpenOptions;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::OnConflict;
use crate::transfer::local::folder::{Folder, inode};
use crate::transfer::local::kind::in_the_way;

/// Names tried before one gives up finding a free one.
const TRIES: u32 = 10_000;

/// What `statfs` calls a file system in memory (Linux's magic.h).
#[cfg(target_os = "linux")]
const TMPFS: i128 = 0x0102_1994;

/// So many files have to fit where room is not reserved for the one.
#[cfg(target_os = "linux")]
const ROOMY: u64 = 4;

#[derive(Debug)]
pub struct GrowingFile {
    pub folder: Folder,
    pub name: String,
    file: File,
}

/// Where a finished file ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    As(String),
    /// The destination exists and is left as it is.
    Skipped,
}

impl GrowingFile {
    /// Makes a part file of a name from [`part_name`](super::names::part_name).
    pub fn create(folder: Folder, name: &str) -> Result<GrowingFile, Error> {
        let path = folder.path_of(name);
        let file = open(&folder, name, true)
            .map_err(|e| Error::from_io(&e, "make the part file", path.display()))?;
        Ok(GrowingFile { folder, name: name.to_owned(), file })
    }

    /// Opens one of an earlier run; `None` where it is gone or no longer what it was.
    pub fn reopen(folder: Folder, name: &str, size: u64) -> Option<GrowingFile> {
        let file = open(&folder, name, false).ok()?;
        let found = file.metadata().ok()?;
        (found.is_file() && found.len() == size).then(|| GrowingFile {
            folder,
            name: name.to_owned(),
            file,
        })
    }

    /// Makes room for `size` bytes, so that a full disk is known at the start. All of its blocks,
    /// and no holes for zeroes that come later: what is reserved cannot be missing when it is
    /// needed, neither by this download nor by whoever writes into the file after it.
    pub fn reserve(&self, size: u64) -> Result<(), Error> {
        let failed = |e: io::Error| self.failed(&e, "reserve space for");
        if size == 0 {
            return Ok(());
        }
        #[cfg(target_os = "linux")]
        if !self.is_roomy_memory(size) {
            let flags = rustix::fs::FallocateFlags::empty();
            match rustix::fs::fallocate(&self.file, flags, 0, size) {
                Ok(()) => return Ok(()),
                Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {}
                Err(e) => return Err(failed(e.into())),
            }
        }
        self.find_room(size).map_err(failed)?;
        self.file.set_len(size).map_err(failed)
    }

    /// Whether the file is in memory that has room for several of it: to reserve pages there costs
    /// as much as to write them, and they would be touched twice.
    #[cfg(target_os = "linux")]
    fn is_roomy_memory(&self, size: u64) -> bool {
        let Ok(found) = rustix::fs::fstatfs(&self.file) else { return false };
        let block = u64::try_from(found.f_bsize).unwrap_or(0);
        let room = found.f_bavail.saturating_mul(block);
        i128::from(found.f_type) == TMPFS && room / ROOMY >= size
    }

    /// Where space cannot be reserved, the disk can be asked how much it has.
    fn find_room(&self, size: u64) -> io::Result<()> {
        let Ok(disk) = rustix::fs::fstatvfs(&self.file) else { return Ok(()) };
        let room = disk.f_bavail.saturating_mul(disk.f_frsize);
        // Some network file systems know of no blocks at all.
        if disk.f_blocks > 0 && room < size {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    #[cfg(unix)]
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        std::os::unix::fs::FileExt::write_all_at(&self.file, bytes, offset)
            .map_err(|e| self.failed(&e, "write"))
    }

    #[cfg(unix)]
    pub fn read_at(&self, offset: u64, bytes: &mut [u8]) -> Result<(), Error> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, offset)
            .map_err(|e| self.failed(&e, "read back"))
    }

    pub fn truncate(&self, size: u64) -> Result<(), Error> {
        self.file.set_len(size).map_err(|e| self.failed(&e, "cut"))
    }

    pub fn size(&self) -> Result<u64, Error> {
        self.file.metadata().map(|found| found.len()).map_err(|e| self.failed(&e, "look at"))
    }

    pub fn inode(&self) -> Option<u64> {
        self.folder.find(&self.name).ok().flatten().and_then(|found| inode(&found))
    }

    /// Makes the bytes durable.
    pub fn sync(&self) -> Result<(), Error> {
        self.file.sync_data().map_err(|e| self.failed(&e, "sync"))
    }

    /// Gives the file what it is to have beside its bytes, and makes all of it durable.
    pub fn prepare(
        &self,
        name: &str,
        modified: Option<SystemTime>,
        mode: Option<u32>,
    ) -> Result<(), Error> {
        // Some file systems keep neither time nor mode; the bytes are what was asked for.
        if let Some(modified) = modified {
            let _ = self.file.set_modified(modified);
        }
        self.open_to_others(name, mode)?;
        self.file.sync_all().map_err(|e| self.failed(&e, "sync"))
    }

    /// Puts the file in its place in one step, durable when this returns. Only `Overwrite` replaces
    /// what is there: conditions were looked at before, and what came since is left alone.
    pub fn finish(&self, name: &str, on_conflict: OnConflict) -> Result<Saved, Error> {
        let placed = match on_conflict {
            OnConflict::Overwrite => {
                self.refuse_to_replace(name)?;
                self.replace(name)
            }
            _ => self.place(name),
        };
        let saved = match placed {
            Ok(()) => Saved::As(name.to_owned()),
            Err(e) if e.is(&ErrorKind::LocalExists) && on_conflict != OnConflict::KeepBoth => {
                self.refuse_to_replace(name)?;
                if on_conflict != OnConflict::Skip {
                    return Err(e);
                }
                remove(&self.folder, &self.name)?;
                Saved::Skipped
            }
            Err(e) => return Err(e),
        };
        self.folder.sync()?;
        Ok(saved)
    }

    /// Refuses to replace anything but a file.
    fn refuse_to_replace(&self, name: &str) -> Result<(), Error> {
        let found = self.folder.find(name)?;
        let refused = found.and_then(|found| {
            in_the_way(cap_std::fs::MetadataExt::mode(&found), &self.folder.path_of(name))
        });
        refused.map_or(Ok(()), Err)
    }

    fn replace(&self, name: &str) -> Result<(), Error> {
        let dir = self.folder.dir();
        dir.rename(&self.name, dir, name).map_err(|e| self.misplaced(&e, name))
    }

    /// Renames only where nothing has the name, decided by the system in one step.
    fn place(&self, name: &str) -> Result<(), Error> {
        let dir = self.folder.dir();
        #[cfg(any(target_os = "linux", target_vendor = "apple"))]
        {
            let flags = rustix::fs::RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(dir, &self.name, dir, name, flags) {
                Ok(()) => return Ok(()),
                Err(rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL) => {}
                Err(e) => return Err(self.misplaced(&e.into(), name)),
            }
        }
        dir.hard_link(&self.name, dir, name).map_err(|e| self.misplaced(&e, name))?;
        dir.remove_file(&self.name).map_err(|e| self.failed(&e, "remove"))
    }

    /// A part file is the owner's alone; a finished one has the mode it was given, else the one it
    /// replaces, else the one a new file gets.
    #[cfg(unix)]
    fn open_to_others(&self, name: &str, mode: Option<u32>) -> Result<(), Error> {
        use std::os::unix::fs::PermissionsExt;
        let old = self.folder.find(name)?.filter(cap_std::fs::Metadata::is_file);
        let old = old.map(|found| cap_std::fs::PermissionsExt::mode(&found.permissions()) & 0o777);
        let mode = mode.or(old).unwrap_or_else(new_file_mode);
        let _ = self.file.set_permissions(std::fs::Permissions::from_mode(mode));
        Ok(())
    }

    fn failed(&self, error: &io::Error, operation: &str) -> Error {
        let path = self.folder.path_of(&self.name);
        Error::from_io(error, &format!("{operation} the part file"), path.display())
    }

    fn misplaced(&self, error: &io::Error, name: &str) -> Error {
        Error::from_io(error, "rename the finished file", self.folder.path_of(name).display())
    }
}

/// Removes a part file; one that is gone already is fine.
pub fn remove(folder: &Folder, name: &str) -> Result<(), Error> {
    match folder.dir().remove_file(name) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(Error::from_io(&e, "remove the part file", folder.path_of(name).display()))
        }
        _ => Ok(()),
    }
}

/// The first of the numbered names that nothing has.
pub fn free_name(folder: &Folder, name: &str) -> Result<String, Error> {
    for number in 1..TRIES {
        let candidate = numbered(name, number);
        if folder.find(&candidate)?.is_none() {
            return Ok(candidate);
        }
    }
    let taken = io::ErrorKind::AlreadyExists.into();
    Err(Error::from_io(&taken, "find a free name", folder.path_of(name).display()))
}

/// `name (1).ext`; a leading dot starts no extension.
pub fn numbered(name: &str, number: u32) -> String {
    match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => format!("{} ({number}){}", &name[..at], &name[at..]),
        None => format!("{name} ({number})"),
    }
}

fn open(folder: &Folder, name: &str, new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(new).follow(FollowSymlinks::No);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    folder.dir().open_with(name, &options).map(cap_std::fs::File::into_std)
}

/// What the process would give a new file: read where the system tells it, for asking by `umask`
/// changes it.
fn new_file_mode() -> u32 {
    static MODE: OnceLock<u32> = OnceLock::new();
    *MODE.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let umask = status.lines().find_map(|line| line.strip_prefix("Umask:"));
        let umask = umask.and_then(|text| u32::from_str_radix(text.trim(), 8).ok());
        0o666 & !umask.unwrap_or(0o022)
    })
}
