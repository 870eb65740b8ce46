//! Keeps the facts in a file: one thread writes them in groups, and says what it wrote.

mod file;
mod lock;
mod memory;
mod outcomes;
mod replay;
mod schema;
#[cfg(test)]
mod schema_versions;
mod second;
mod sums;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind, OPEN_JOURNAL};
use crate::domain::object::UploadId;
use crate::domain::transfer::{Holder, JobId};
use crate::domain::unfinished::UploadOwner;
use crate::transfer::fact::{Fact, Partial};
use file::OpenedJournal;
use memory::MemoryJournal;
use second::{Look, Second};
use table::Table;

pub use file::put_right;
pub use lock::taken;

/// What the thread tells. `Written` comes in the order of the facts, and before who waits for one
/// of them goes on.
#[derive(Debug)]
pub enum JournalNews {
    /// First of all, and again after [`Journal::adopt`]. `warnings` say what of the file that was
    /// found is not used; what is not `kept` is in memory alone.
    Opened {
        facts: Vec<Fact>,
        kept: bool,
        warnings: Vec<Error>,
    },
    /// What another process has in its queue; told where nothing is kept here, as often as it
    /// changes.
    Held(Holder, Vec<Fact>),
    /// The other process has ended: [`Journal::adopt`] as soon as no worker runs.
    Free,
    Written(Vec<Fact>),
    /// Facts cannot be written now; it is tried again until they can, and what waits for them
    /// waits.
    Stuck(Error),
    /// No fact will be written any more.
    Halted(Error),
}

/// Where facts go.
#[derive(Clone, Debug)]
pub enum Journal {
    /// Orders to the thread that owns the file; it ends, and lets go of the file, with the last
    /// clone.
    File(Sender<JournalCommand>),
    /// Nothing outlives the process, so nobody waits.
    Memory(Arc<MemoryJournal>),
}

#[derive(Debug)]
pub enum JournalCommand {
    Append { facts: Vec<Fact>, written: Option<oneshot::Sender<()>> },
    Settled { job: JobId, places: Vec<String>, answer: oneshot::Sender<Vec<bool>> },
    Adopt,
    Close { closed: oneshot::Sender<()> },
}

/// Facts written in one transaction at most.
const GROUP: usize = 512;

/// Between two tries to write what could not be written.
const AGAIN: Duration = Duration::from_millis(500);

/// Between two looks at the queue of another process.
const LOOK: Duration = Duration::from_secs(1);

/// A journal read beside the process that has it.
#[derive(Debug, Default)]
pub struct Peek {
    pub facts: Vec<Fact>,
    pub holder: Option<Holder>,
    /// What of it is not understood.
    pub warning: Option<Error>,
}

/// One that cannot be reached is not one that is missing.
fn is_there(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(|error| Error::from_io(&error, OPEN_JOURNAL, path.display()))
}

/// What a journal says. Nothing is written; no journal is an empty one.
pub fn peek(path: &Path) -> Result<Peek, Error> {
    if !is_there(path)? {
        return Ok(Peek::default());
    }
    let replay = Table::read_only(path)?.replay()?;
    let (warning, holder) = (replay.warning(&path.display().to_string()), lock::holder(path));
    Ok(Peek { facts: replay.facts, holder, warning })
}

/// Multipart uploads that a journal speaks of. Ids are told apart by bucket alone, so that no name
/// of a connection leaves one unprotected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownUploads {
    /// They belong to jobs, which will go on with them or abort them.
    pub queued: HashSet<(Bucket, UploadId)>,
    /// They were begun by jobs that are gone, and could not be aborted.
    pub left: HashSet<(Bucket, UploadId)>,
}

impl KnownUploads {
    pub fn owner(&self, bucket: &Bucket, upload: &UploadId) -> UploadOwner {
        let named = (bucket.clone(), upload.clone());
        if self.queued.contains(&named) {
            UploadOwner::Queued
        } else if self.left.contains(&named) {
            UploadOwner::Left
        } else {
            UploadOwner::Unknown
        }
    }
}

/// Reads them beside the process that has the journal.
pub fn known_uploads(path: &Path) -> Result<KnownUploads, Error> {
    if !is_there(path)? {
        return Ok(KnownUploads::default());
    }
    let table = Table::read_only(path)?;
    let open = table.replay()?.facts.into_iter().filter_map(|fact| match fact {
        Fact::Opened { partial: Partial::Multipart(open), .. } => {
            Some((open.object.bucket, open.upload))
        }
        _ => None,
    });
    Ok(KnownUploads { queued: open.collect(), left: table.left_uploads()? })
}

impl Journal {
    /// `path: None` keeps the facts in memory.
    pub fn start<N>(path: Option<PathBuf>, news: UnboundedSender<N>) -> Journal
    where
        N: From<JournalNews> + Send + 'static,
    {
        let tell = move |said: JournalNews| drop(news.send(said.into()));
        if let Some(path) = path {
            return Journal::File(start_thread(path, tell));
        }
        tell(JournalNews::Opened { facts: Vec::new(), kept: false, warnings: Vec::new() });
        let written = move |facts| tell(JournalNews::Written(facts));
        Journal::Memory(Arc::new(MemoryJournal::new(written)))
    }

    /// Whether what is written may outlive the process.
    pub fn is_kept(&self) -> bool {
        matches!(self, Journal::File(_))
    }

    /// Records facts without waiting for the disk.
    pub fn note(&self, facts: Vec<Fact>) {
        match self {
            _ if facts.is_empty() => {}
            Journal::File(orders) => {
                drop(orders.send(JournalCommand::Append { facts, written: None }));
            }
            Journal::Memory(memory) => memory.append(facts),
        }
    }

    /// Returns when the facts are durable.
    pub async fn append(&self, facts: Vec<Fact>) -> Result<(), Error> {
        let orders = match self {
            Journal::File(orders) => orders,
            Journal::Memory(memory) => {
                memory.append(facts);
                return Ok(());
            }
        };
        let (written, wait) = oneshot::channel();
        let order = JournalCommand::Append { facts, written: Some(written) };
        orders.send(order).map_err(|_| closed())?;
        wait.await.map_err(|_| closed())
    }

    /// Which of these objects have an outcome already.
    pub async fn settled(&self, job: JobId, places: Vec<String>) -> Result<Vec<bool>, Error> {
        let orders = match self {
            Journal::File(orders) => orders,
            Journal::Memory(memory) => return Ok(memory.settled(job, &places)),
        };
        let (answer, wait) = oneshot::channel();
        orders.send(JournalCommand::Settled { job, places, answer }).map_err(|_| closed())?;
        wait.await.map_err(|_| closed())
    }

    /// After [`JournalNews::Free`], while nothing is written: what is in memory is appended to the
    /// file, which is used from now on. `Opened` tells how that went; jobs of memory have other
    /// numbers then.
    pub fn adopt(&self) {
        if let Journal::File(orders) = self {
            drop(orders.send(JournalCommand::Adopt));
        }
    }

    /// Writes what is waiting, folds the log into the file and lets go of it.
    pub async fn close(&self) {
        let Journal::File(orders) = self else { return };
        let (closed, wait) = oneshot::channel();
        if orders.send(JournalCommand::Close { closed }).is_ok() {
            drop(wait.await);
        }
    }
}

fn start_thread(
    path: PathBuf,
    tell: impl Fn(JournalNews) + Clone + Send + 'static,
) -> Sender<JournalCommand> {
    let (orders, inbox) = channel();
    let thread = std::thread::Builder::new().name("windlass-journal".into());
    let from_thread = tell.clone();
    if let Err(error) = thread.spawn(move || run(&path, &inbox, &from_thread)) {
        tell(JournalNews::Halted(Error::from_io(&error, "start the journal's thread", "")));
    }
    orders
}

fn closed() -> Error {
    Error::new(ErrorKind::LocalIo, "write the journal", "").detail("the journal is closed")
}

fn run(path: &Path, inbox: &Receiver<JournalCommand>, tell: &dyn Fn(JournalNews)) {
    let OpenedJournal { table, replay, lock, warnings } = match file::open(path) {
        Ok(opening) => opening,
        Err(error) => return tell(JournalNews::Halted(error)),
    };
    let locked = warnings.iter().any(|warning| warning.is(&ErrorKind::Locked));
    let second = locked.then(|| Second::new(path));
    tell(JournalNews::Opened { facts: replay.facts, kept: lock.is_some(), warnings });
    let home = lock.as_ref().and_then(|_| FileIdentity::of(path));
    let mut writer =
        JournalWriter { table, lock, home, second, inbox, tell, later: VecDeque::new() };
    let closed = loop {
        let Some(first) = writer.next() else { break None };
        match writer.serve(first) {
            Ok(None) => {}
            Ok(Some(closed)) => break Some(closed),
            Err(error) => return tell(JournalNews::Halted(error)),
        }
    };
    writer.table.close();
    drop(writer);
    if let Some(closed) = closed {
        let _ = closed.send(());
    }
}

/// The thread's work: what it writes to, who orders it and whom it tells.
struct JournalWriter<'a> {
    table: Table,
    lock: Option<File>,
    home: Option<FileIdentity>,
    second: Option<Second>,
    inbox: &'a Receiver<JournalCommand>,
    tell: &'a dyn Fn(JournalNews),
    /// Orders that came while nothing could be written.
    later: VecDeque<JournalCommand>,
}

/// Where the file is, to see when it is not there any more.
struct FileIdentity {
    path: PathBuf,
    identity: (u64, u64),
}

impl FileIdentity {
    fn of(path: &Path) -> Option<FileIdentity> {
        let identity = file::identity(&std::fs::metadata(path).ok()?);
        Some(FileIdentity { path: path.to_owned(), identity })
    }
}

#[derive(Default)]
struct Group {
    facts: Vec<Fact>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl JournalWriter<'_> {
    /// Waits for an order; `None` when nobody is left to give one.
    fn next(&mut self) -> Option<JournalCommand> {
        if let Some(order) = self.later.pop_front() {
            return Some(order);
        }
        while self.second.is_some() && self.lock.is_none() {
            match self.inbox.recv_timeout(LOOK) {
                Ok(order) => return Some(order),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.look(),
            }
        }
        self.inbox.recv().ok()
    }

    fn look(&mut self) {
        match self.second.as_mut().map_or(Look::Same, Second::look) {
            Look::Same => {}
            Look::Held(holder, facts) => (self.tell)(JournalNews::Held(holder, facts)),
            Look::Free(lock) => {
                self.lock = Some(lock);
                (self.tell)(JournalNews::Free);
            }
        }
    }

    /// Appends what is in memory to the file; where that fails, it stays in memory.
    fn adopt(&mut self) -> Result<(), Error> {
        let (Some(second), Some(lock)) = (self.second.take(), self.lock.take()) else {
            return Ok(());
        };
        let taken = file::open_locked(&second.path, lock).and_then(|mut opening| {
            opening.table.take_over(&self.table)?;
            Ok(opening)
        });
        let warnings = match taken {
            Ok(opening) => {
                self.table = opening.table;
                self.lock = opening.lock;
                self.home = FileIdentity::of(&second.path);
                opening.warnings
            }
            Err(error) => vec![error],
        };
        let facts = self.table.replay()?.facts;
        (self.tell)(JournalNews::Opened { facts, kept: self.lock.is_some(), warnings });
        Ok(())
    }

    /// Whoever removed the file did not mean the queue that is at work: it is written again.
    fn come_home(&mut self) -> Result<(), Error> {
        let Some(home) = &self.home else { return Ok(()) };
        match std::fs::metadata(&home.path) {
            Ok(found) if file::identity(&found) == home.identity => return Ok(()),
            Ok(_) => {
                let error =
                    Error::new(ErrorKind::Corrupt, OPEN_JOURNAL, home.path.display().to_string());
                return Err(error.detail("another file has taken its place"));
            }
            Err(_) => {}
        }
        let path = home.path.clone();
        if let Some(lock) = lock::try_lock(&path)? {
            self.lock = Some(lock);
        } else if lock::holder(&path).is_some_and(|holder| holder.process != std::process::id()) {
            return Err(lock::lock(&path).err().unwrap_or_else(closed));
        }
        file::restore(&path, &mut self.table)?;
        self.home = FileIdentity::of(&path);
        Ok(())
    }

    fn gathered(&mut self) -> Option<JournalCommand> {
        self.later.pop_front().or_else(|| self.inbox.try_recv().ok())
    }

    /// Takes what has gathered: all facts in one transaction, then the questions. Gives who waits
    /// for the close.
    fn serve(&mut self, first: JournalCommand) -> Result<Option<oneshot::Sender<()>>, Error> {
        let (mut next, mut group) = (Some(first), Group::default());
        while group.facts.len() < GROUP {
            match next.take().or_else(|| self.gathered()) {
                Some(JournalCommand::Append { facts, written }) => {
                    group.facts.extend(facts);
                    group.waiting.extend(written);
                }
                Some(JournalCommand::Settled { job, places, answer }) => {
                    self.write(group)?;
                    let _ = answer.send(self.table.settled(job, &places)?);
                    return Ok(None);
                }
                Some(JournalCommand::Adopt) => {
                    self.write(group)?;
                    self.adopt()?;
                    return Ok(None);
                }
                Some(JournalCommand::Close { closed }) => {
                    self.write(group)?;
                    return Ok(Some(closed));
                }
                None => break,
            }
        }
        self.write(group)?;
        Ok(None)
    }

    fn write(&mut self, group: Group) -> Result<(), Error> {
        if group.facts.is_empty() {
            return Ok(());
        }
        let mut told = false;
        while let Err(error) = self.come_home().and_then(|()| self.table.append(&group.facts)) {
            if error.is(&ErrorKind::Corrupt) || error.is(&ErrorKind::Locked) {
                return Err(error);
            }
            if !told {
                (self.tell)(JournalNews::Stuck(error.clone()));
                told = true;
            }
            self.wait(error)?;
        }
        (self.tell)(JournalNews::Written(group.facts));
        for written in group.waiting {
            let _ = written.send(());
        }
        Ok(())
    }

    /// Waits before the next try; gives up with the last error when the journal is to be closed.
    fn wait(&mut self, error: Error) -> Result<(), Error> {
        let asked = |order: &JournalCommand| matches!(order, JournalCommand::Close { .. });
        match self.inbox.recv_timeout(AGAIN) {
            Err(RecvTimeoutError::Disconnected) => return Err(error),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(order) => {
                self.later.push_back(order);
                std::thread::sleep(AGAIN);
            }
        }
        if self.later.iter().any(asked) { Err(error) } else { Ok(()) }
    }
}
