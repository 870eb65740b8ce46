//! The folder a download goes to, held by handle: nothing outside of it can be named, links are not followed.

use std::io;
use std::path::{Path, PathBuf};

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use crate::domain::error::{Error, ErrorKind, OPEN_FOLDER};

/// Makes a folder and those above it; a new name is durable when this returns, as far as the file system knows how.
fn make(path: &Path) -> io::Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = above {
        make(above)?;
    }
    match std::fs::create_dir(path) {
        // Another worker made it meanwhile.
        Err(_) if path.is_dir() => {}
        made => made?,
    }
    let _ =
        std::fs::File::open(above.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    Ok(())
}

#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    path: PathBuf,
}

impl Folder {
    /// Opens the folder the user chose, making it where it does not exist.
    pub fn choose(path: &Path) -> Result<Folder, Error> {
        let failed = |e: io::Error| not_opened(&e, path);
        make(path).map_err(failed)?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(failed)?;
        Ok(Folder { dir, path: path.to_owned() })
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

/// A file in the way is not the one that was to be written: words of its own tell the two apart.
fn not_opened(error: &io::Error, path: &Path) -> Error {
    let in_the_way = [io::ErrorKind::AlreadyExists, io::ErrorKind::NotADirectory];
    let said = Error::from_io(error, OPEN_FOLDER, path.display());
    match in_the_way.contains(&error.kind()) {
        true => Error { kind: ErrorKind::LocalName, ..said },
        false => said,
    }
}
