//! Writes the files of the state folder, one after the other in the order in which it was asked.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::app::preference::Preference;
use crate::config::bookmarks::{self, Bookmark};
use crate::config::ledger::{self, GivenLink};
use crate::config::paths::Folders;
use crate::config::remembered::{LastPlace, Remembered};
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::index::renaming;

/// What is asked for, and how it is done; nobody is there any more to be told of the last.
type Write = (Option<Preference>, Box<dyn FnOnce() -> Result<(), Error> + Send>);

/// Renames a connection in a file.
type Rename = fn(&Path, &ConnectionName, &ConnectionName) -> Result<(), Error>;

/// Where a file that names connections is.
type StatePath = fn(&Folders) -> PathBuf;

/// Hears what could not be saved.
type Tell = Arc<dyn Fn(Preference, Error) + Send + Sync>;

pub struct StateFiles {
    remembered: Remembered,
    /// `None` where nothing is to be written (demo).
    folders: Option<Folders>,
    /// The links of this session, where they are written down nowhere.
    given: Vec<GivenLink>,
    writes: Writes,
}

impl StateFiles {
    pub fn new(
        remembered: Remembered,
        folders: Option<Folders>,
        runtime: Handle,
        tell: impl Fn(Preference, Error) + Send + Sync + 'static,
    ) -> StateFiles {
        let tell = Arc::new(tell);
        let writes = Writes { runtime, waiting: Arc::default(), one: Arc::default(), tell };
        StateFiles { remembered, folders, given: Vec::new(), writes }
    }

    pub fn folders(&self) -> Option<&Folders> {
        self.folders.as_ref()
    }

    pub fn given(&self) -> &[GivenLink] {
        &self.given
    }

    pub fn save(&mut self, preference: Preference) {
        let asked = Some(preference.clone());
        match preference {
            Preference::Bookmark { bookmark, kept } => {
                return self.write(asked, Folders::bookmarks_file, move |file| {
                    bookmarks::change(file, &bookmark, kept)
                });
            }
            Preference::LinksGiven(links) => return self.write_down(asked, links),
            Preference::ConnectionRenamed { from, to } => {
                self.remembered.rename_connection(&from, &to);
                self.rename(asked.as_ref(), &from, &to);
            }
            Preference::DownloadFolder(folder) => self.remembered.download_folder = Some(folder),
            Preference::KnownBucket { connection, bucket, known } => {
                self.remembered.know_bucket(&connection, &bucket, known);
            }
            Preference::Refused(refused) => self.remembered.refuse(refused),
            Preference::AskedAgain(endpoint) => self.remembered.ask_again(&endpoint),
        }
        self.write_remembered(asked);
    }

    /// Remembers what was open, before the program ends.
    pub fn remember_place(&mut self, place: LastPlace, recent: Vec<Bookmark>) {
        (self.remembered.last, self.remembered.recent) = (Some(place), recent);
        self.write_remembered(None);
    }

    /// Comes back when all is written.
    pub async fn settle(&self) {
        let writes = self.writes.clone();
        let _ = self.writes.runtime.spawn_blocking(move || while writes.next() {}).await;
    }

    fn write_remembered(&self, asked: Option<Preference>) {
        let remembered = self.remembered.clone();
        self.write(asked, Folders::remembered_file, move |file| remembered.write(file));
    }

    fn write_down(&mut self, asked: Option<Preference>, links: Vec<GivenLink>) {
        if self.folders.is_none() {
            return self.given.extend(links);
        }
        self.write(asked, Folders::ledger_file, move |file| {
            ledger::write_down(file, &links)?;
            ledger::trim(file, Timestamp::now())
        });
    }

    fn rename(&mut self, asked: Option<&Preference>, from: &ConnectionName, to: &ConnectionName) {
        let given = self.given.iter_mut().filter(|link| link.connection == *from);
        given.for_each(|link| link.connection.clone_from(to));
        let renames: [(StatePath, Rename); 3] = [
            (Folders::bookmarks_file, bookmarks::rename_connection),
            (Folders::ledger_file, ledger::rename_connection),
            (Folders::indexes, renaming::rename_connection),
        ];
        for (file, rename) in renames {
            let (from, to) = (from.clone(), to.clone());
            self.write(asked.cloned(), file, move |file| rename(file, &from, &to));
        }
    }

    /// Writes a file or a folder of the state folder, where there is one.
    fn write(
        &self,
        asked: Option<Preference>,
        file: impl FnOnce(&Folders) -> PathBuf,
        write: impl FnOnce(&Path) -> Result<(), Error> + Send + 'static,
    ) {
        let Some(file) = self.folders.as_ref().map(file) else { return };
        self.writes.add((asked, Box::new(move || write(&file))));
    }
}

#[derive(Clone)]
struct Writes {
    runtime: Handle,
    waiting: Arc<Mutex<VecDeque<Write>>>,
    /// Held by whoever writes.
    one: Arc<Mutex<()>>,
    tell: Tell,
}

impl Writes {
    fn add(&self, write: Write) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(write);
        let writes = self.clone();
        self.runtime.spawn_blocking(move || writes.next());
    }

    /// Does the oldest; `false` where none is left.
    fn next(&self) -> bool {
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        let write = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((asked, write)) = write else { return false };
        if let Err(error) = write() {
            tracing::warn!(%error, "what should be remembered could not be written");
            if let Some(asked) = asked {
                (self.tell)(asked, error);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Runtime;

    use super::*;

    #[test]
    fn the_last_of_many_writes_stays_and_all_are_done_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let folders =
            Folders { config: folder.path().join("config"), state: folder.path().join("state") };
        let runtime = Runtime::new().unwrap();
        let handle = runtime.handle().clone();
        let mut files =
            StateFiles::new(Remembered::default(), Some(folders.clone()), handle, |_, _| ());
        for number in 0..200 {
            let place = PathBuf::from(number.to_string());
            files.save(Preference::DownloadFolder(place));
            let bookmark = Bookmark {
                connection: "work".into(),
                bucket: number.to_string(),
                prefix: String::new(),
                search: None,
            };
            files.save(Preference::Bookmark { bookmark, kept: true });
        }
        runtime.block_on(files.settle());
        let read = Remembered::read(&folders.remembered_file());
        assert_eq!(read.notice, None);
        assert_eq!(read.remembered.download_folder, Some(PathBuf::from("199")));
        assert_eq!(bookmarks::read(&folders.bookmarks_file()).unwrap().len(), 200);
    }

    fn bookmark(connection: &str) -> Bookmark {
        let bucket = "media".to_owned();
        Bookmark { connection: connection.into(), bucket, prefix: String::new(), search: None }
    }

    #[test]
    fn what_could_not_be_saved_is_told_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let folders = Folders { config: folder.path().join("config"), state: state.clone() };
        let runtime = Runtime::new().unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&told);
        let tell = move |asked, _| hears.lock().unwrap().push(asked);
        let handle = runtime.handle().clone();
        let mut files = StateFiles::new(Remembered::default(), Some(folders), handle, tell);
        let kept = |connection| Preference::Bookmark { bookmark: bookmark(connection), kept: true };
        files.save(kept("one"));
        runtime.block_on(files.settle());
        assert_eq!(*told.lock().unwrap(), []);
        std::fs::remove_dir_all(&state).unwrap();
        std::fs::write(&state, "no folder").unwrap();
        let links = Preference::LinksGiven(Vec::new());
        let last = LastPlace {
            connection: "one".into(),
            bucket: "media".to_owned(),
            prefix: String::new(),
        };
        files.save(kept("two"));
        files.save(links.clone());
        files.remember_place(last, Vec::new());
        runtime.block_on(files.settle());
        assert_eq!(*told.lock().unwrap(), [kept("two"), links]);
    }

    #[test]
    fn everything_under_the_name_of_a_connection_follows_its_new_name() {
        let folder = tempfile::tempdir().unwrap();
        let folders =
            Folders { config: folder.path().join("config"), state: folder.path().join("state") };
        let runtime = Runtime::new().unwrap();
        let remembered = Remembered {
            recent: vec![bookmark("one"), bookmark("other")],
            ..Remembered::default()
        };
        let handle = runtime.handle().clone();
        let mut files = StateFiles::new(remembered, Some(folders.clone()), handle, |_, error| {
            panic!("{error}")
        });
        for connection in ["one", "other"] {
            files.save(Preference::Bookmark { bookmark: bookmark(connection), kept: true });
        }
        files.save(Preference::ConnectionRenamed { from: "one".into(), to: "new".into() });
        runtime.block_on(files.settle());
        let now = [bookmark("new"), bookmark("other")];
        assert_eq!(bookmarks::read(&folders.bookmarks_file()).unwrap(), now);
        assert_eq!(Remembered::read(&folders.remembered_file()).remembered.recent, now);
    }
}
