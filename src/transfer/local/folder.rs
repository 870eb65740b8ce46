//! Holds the folder of a download by a handle, so that nothing outside it can be named.

use std::io;
use std::path::{Path, PathBuf};

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt, OpenOptions};

use crate::domain::error::{Error, ErrorKind, OPEN_FOLDER};
use crate::transfer::local::claims::Folding;
use crate::transfer::local::names::part_name;

/// Makes a folder and those above it; a new name is durable when this returns, as far as the file
/// system knows how. Says whether it was made by this call.
fn make(path: &Path) -> io::Result<bool> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if path.is_dir() {
        return Ok(false);
    }
    if let Some(above) = above {
        make(above)?;
    }
    let made = match std::fs::create_dir(path) {
        // Another worker made it meanwhile.
        Err(_) if path.is_dir() => false,
        made => made.map(|()| true)?,
    };
    let _ =
        std::fs::File::open(above.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    Ok(made)
}

#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    path: PathBuf,
}

impl Folder {
    /// Opens the folder the user chose, making it where it does not exist; says whether it was
    /// made.
    pub fn choose(path: &Path) -> Result<(Folder, bool), Error> {
        let failed = |e: io::Error| not_opened(&e, path);
        let made = make(path).map_err(failed)?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(failed)?;
        Ok((Folder { dir, path: path.to_owned() }, made))
    }

    /// Whether nothing is in it; `false` where that cannot be told.
    pub fn is_empty(&self) -> bool {
        self.dir.entries().is_ok_and(|mut entries| entries.next().is_none())
    }

    /// Device and number, the same for as long as the folder exists.
    pub fn identity(&self) -> Result<(u64, u64), Error> {
        let found = self.dir.dir_metadata();
        let found = found.map_err(|e| Error::from_io(&e, OPEN_FOLDER, self.path.display()))?;
        Ok((MetadataExt::dev(&found), MetadataExt::ino(&found)))
    }

    /// Which names the disk takes for the same: found by a file that exists for that moment. A
    /// folder that takes no file is asked no more: it will say so itself.
    pub fn folding(&self) -> Folding {
        let name = part_name("Fold-\u{e9}");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        if self.dir.open_with(&name, &options).is_err() {
            return Folding::default();
        }
        let is_there = |other: &str| self.dir.symlink_metadata(other).is_ok();
        let folding = Folding {
            case: is_there(&name.replace("Fold", "fOLD")),
            form: is_there(&name.replace('\u{e9}', "e\u{301}")),
        };
        let _ = self.dir.remove_file(&name);
        folding
    }

    /// Whether an entry is spelled just so: a disk that folds names finds others too.
    pub fn spells(&self, name: &str) -> bool {
        let mut entries = self.dir.entries().into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name() == name)
    }

    /// The folder below, each step made where it does not exist; a link on the way is an error.
    pub fn below(self, names: &[String]) -> Result<Folder, Error> {
        names.iter().try_fold(self, |folder, name| {
            let path = folder.path.join(name);
            let failed = |e: io::Error| not_opened(&e, &path);
            match folder.dir.create_dir(name) {
                Ok(()) => folder.sync()?,
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed(e)),
                Err(_) => {}
            }
            let dir = folder.dir.open_dir_nofollow(name).map_err(failed)?;
            Ok(Folder { dir, path })
        })
    }

    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    pub fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What a name is now, links not followed.
    pub fn find(&self, name: &str) -> Result<Option<cap_std::fs::Metadata>, Error> {
        match self.dir.symlink_metadata(name) {
            Ok(found) => Ok(Some(found)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => {
                Err(Error::from_io(&e, "look at the destination", self.path_of(name).display()))
            }
        }
    }

    /// Makes names durable, where the file system knows how.
    pub fn sync(&self) -> Result<(), Error> {
        #[cfg(unix)]
        {
            use rustix::fs::{Mode, OFlags, fsync, openat};
            // The handle itself may only name the folder, which is too little to sync it.
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let synced = openat(&self.dir, ".", flags, Mode::empty()).and_then(fsync);
            match synced {
                Ok(()) | Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOTSUP) => {}
                Err(e) => {
                    let path = self.path.display();
                    return Err(Error::from_io(&e.into(), "sync the folder", path));
                }
            }
        }
        Ok(())
    }
}

/// What tells a file from every other of its file system, whatever its name.
pub fn inode(found: &cap_std::fs::Metadata) -> Option<u64> {
    #[cfg(unix)]
    return Some(cap_std::fs::MetadataExt::ino(found));
    #[cfg(not(unix))]
    return None;
}

/// A file in the way is not the one that was to be written: words of its own tell the two apart.
fn not_opened(error: &io::Error, path: &Path) -> Error {
    let in_the_way = [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory];
    let said = Error::from_io(error, OPEN_FOLDER, path.display());
    match in_the_way.contains(&error.kind()) {
        true => Error { kind: ErrorKind::LocalName, ..said },
        false => said,
    }
}
