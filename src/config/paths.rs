//! Says where Windlass keeps its files, and makes them: folders 0700, files 0600.

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use directories::ProjectDirs;

use crate::domain::error::{Error, ErrorKind, MAKE_FOLDER};

/// Overrides the folder of `config.toml`, `keymap.toml` and `themes/`.
pub const CONFIG_DIR: &str = "WINDLASS_CONFIG_DIR";

/// Overrides the folder of the journal, the log and what is remembered.
pub const STATE_DIR: &str = "WINDLASS_STATE_DIR";

/// The two folders of the user. Finding them creates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    pub config: PathBuf,
    pub state: PathBuf,
}

impl Folders {
    /// Reads the environment; empty variables count as unset.
    ///
    /// # Errors
    /// `Config` where neither the variables nor a home folder say where.
    pub fn find() -> Result<Folders, Error> {
        let system = ProjectDirs::from("", "", "windlass");
        let config = given(CONFIG_DIR).or_else(|| Some(system.as_ref()?.config_dir().to_owned()));
        let state = given(STATE_DIR).or_else(|| {
            let system = system.as_ref()?;
            Some(system.state_dir().unwrap_or(system.data_local_dir()).to_owned())
        });
        match (config, state) {
            (Some(config), Some(state)) => Ok(Folders { config, state }),
            _ => Err(Error::new(ErrorKind::Config, "find the home folder", "")
                .detail(format!("there is no home folder: set {CONFIG_DIR} and {STATE_DIR}"))),
        }
    }

    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    pub fn prices_file(&self) -> PathBuf {
        self.config.join("prices.toml")
    }

    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    pub fn remembered_file(&self) -> PathBuf {
        self.state.join("remembered.toml")
    }

    pub fn bookmarks_file(&self) -> PathBuf {
        self.state.join("bookmarks.toml")
    }

    pub fn ledger_file(&self) -> PathBuf {
        self.state.join("links.jsonl")
    }

    pub fn journal_file(&self) -> PathBuf {
        self.state.join("journal.sqlite")
    }

    /// The folder of the indexes of keys.
    pub fn indexes(&self) -> PathBuf {
        self.state.join("indexes")
    }

    pub fn log_file(&self) -> PathBuf {
        self.state.join("windlass.log")
    }
}

/// Makes a folder and its parents, readable by the user alone. A folder that exists keeps its mode.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Error::from_io(&error, MAKE_FOLDER, folder.display()))
}

/// Tells the writers of one file in this process apart.
static WRITERS: AtomicU32 = AtomicU32::new(0);

/// Replaces a file as a whole, or leaves it as it was: written beside it, synced, renamed.
pub fn write_whole(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |error: &std::io::Error| Error::from_io(error, "write", path.display());
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let number = WRITERS.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_extension(format!("{}-{number}.new", process::id()));
    let written = write_new(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| fail(&error))
}

/// Opens a file of the state folder for appending, made 0600 where it is missing.
pub fn open_for_append(path: &Path) -> Result<fs::File, Error> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Error::from_io(&error, "open", path.display()))
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file =
        fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn given(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_user_can_read_what_is_written() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("state/remembered.toml");
        write_whole(&file, "one").unwrap();
        write_whole(&file, "two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stays_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let taken = home.path().join("taken.toml");
        fs::create_dir_all(taken.join("inside")).unwrap();
        assert!(write_whole(&taken, "text").is_err());
        assert!(taken.join("inside").is_dir());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
