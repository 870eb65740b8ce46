//! Writes the files of the state folder, one after the other in the order in which it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::app::effect::Preference;
use crate::config::bookmarks::{self, Bookmark};
use crate::config::ledger::{self, GivenLink};
use crate::config::paths::Folders;
use crate::config::remembered::{LastPlace, Remembered};
use crate::domain::error::Error;

type Write = Box<dyn FnOnce() -> Result<(), Error> + Send>;

pub struct StateFiles {
    remembered: Remembered,
    /// `None` where nothing is to be written (demo).
    folders: Option<Folders>,
    /// The links of this session, where they are written down nowhere.
    given: Vec<GivenLink>,
    writes: Writes,
}

impl StateFiles {
    pub fn new(remembered: Remembered, folders: Option<Folders>, runtime: Handle) -> StateFiles {
        let writes = Writes { runtime, waiting: Arc::default(), one: Arc::default() };
        StateFiles { remembered, folders, given: Vec::new(), writes }
    }

    pub fn folders(&self) -> Option<&Folders> {
        self.folders.as_ref()
    }

    pub fn given(&self) -> &[GivenLink] {
        &self.given
    }

    pub fn save(&mut self, preference: Preference) {
        match preference {
            Preference::Bookmark { bookmark, kept } => return self.bookmark(bookmark, kept),
            Preference::LinksGiven(links) => return self.write_down(links),
            Preference::DownloadFolder(folder) => self.remembered.download_folder = Some(folder),
            Preference::KnownBucket { connection, bucket, known } => {
                self.remembered.know_bucket(&connection, &bucket, known);
            }
            Preference::Refused(refused) => self.remembered.refuse(refused),
            Preference::AskedAgain(endpoint) => self.remembered.ask_again(&endpoint),
        }
        self.write_remembered();
    }

    /// Remembers what was open, before the program ends.
    pub fn remember_place(&mut self, place: LastPlace, recent: Vec<Bookmark>) {
        (self.remembered.last, self.remembered.recent) = (Some(place), recent);
        self.write_remembered();
    }

    /// Comes back when all is written.
    pub async fn settle(&self) {
        let writes = self.writes.clone();
        let _ = self.writes.runtime.spawn_blocking(move || while writes.next() {}).await;
    }

    fn write_remembered(&self) {
        let Some(file) = self.folders.as_ref().map(Folders::remembered_file) else { return };
        let remembered = self.remembered.clone();
        self.writes.add(Box::new(move || remembered.write(&file)));
    }

    fn write_down(&mut self, links: Vec<GivenLink>) {
        let Some(file) = self.folders.as_ref().map(Folders::ledger_file) else {
            return self.given.extend(links);
        };
        self.writes.add(Box::new(move || {
            ledger::write_down(&file, &links)?;
            ledger::trim(&file, Timestamp::now())
        }));
    }

    fn bookmark(&self, bookmark: Bookmark, kept: bool) {
        let Some(file) = self.folders.as_ref().map(Folders::bookmarks_file) else { return };
        self.writes.add(Box::new(move || bookmarks::change(&file, &bookmark, kept)));
    }
}

#[derive(Clone)]
struct Writes {
    runtime: Handle,
    waiting: Arc<Mutex<VecDeque<Write>>>,
    /// Held by whoever writes.
    one: Arc<Mutex<()>>,
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
        let Some(write) = write else { return false };
        if let Err(error) = write() {
            tracing::warn!(%error, "what should be remembered could not be written");
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tokio::runtime::Runtime;

    use super::*;

    #[test]
    fn the_last_of_many_writes_stays_and_all_are_done_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let folders =
            Folders { config: folder.path().join("config"), state: folder.path().join("state") };
        let runtime = Runtime::new().unwrap();
        let mut files =
            StateFiles::new(Remembered::default(), Some(folders.clone()), runtime.handle().clone());
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
}
