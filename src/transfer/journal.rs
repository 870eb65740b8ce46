//! Keeps the facts in a file: one thread writes them in groups, and says what it wrote.

mod file;
mod table;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::JobId;
use crate::transfer::fact::Fact;
use file::Opening;
use table::Table;

/// What the thread tells. `Written` comes in the order of the facts, and before who waits for one of them goes on.
#[derive(Debug)]
pub enum JournalNews {
    /// `set_aside` is said where the file that was found could not be used; what is not `kept` is in memory alone.
    Opened {
        facts: Vec<Fact>,
        kept: bool,
        set_aside: Option<Error>,
    },
    Written(Vec<Fact>),
    /// Facts cannot be written now; it is tried again until they can, and what waits for them waits.
    Stuck(Error),
    /// No fact will be written any more.
    Halted(Error),
}

/// Orders to the thread that owns the file; it ends, and lets go of the file, with the last clone.
#[derive(Clone, Debug)]
pub struct Journal {
    orders: Sender<Order>,
}

#[derive(Debug)]
enum Order {
    Append { facts: Vec<Fact>, written: Option<oneshot::Sender<()>> },
    Settled { job: JobId, places: Vec<String>, answer: oneshot::Sender<Vec<bool>> },
    Close { closed: oneshot::Sender<()> },
}

/// Facts written in one transaction at most.
const GROUP: usize = 512;

/// Between two tries to write what could not be written.
const AGAIN: Duration = Duration::from_millis(500);

/// What a journal says, read beside the process that writes it, whose number is given where there is one. Nothing is
/// written; no journal is an empty one.
pub fn peek(path: &Path) -> Result<(Vec<Fact>, Option<String>), Error> {
    if !path.exists() {
        return Ok((Vec::new(), None));
    }
    Ok((Table::read_only(path)?.replay()?, file::holder(path)))
}

impl Journal {
    /// `path: None` keeps the facts in memory.
    pub fn start<N>(path: Option<PathBuf>, news: UnboundedSender<N>) -> Journal
    where
        N: From<JournalNews> + Send + 'static,
    {
        let (orders, inbox) = channel();
        let tell = news.clone();
        let thread = std::thread::Builder::new().name("windlass-journal".into());
        let spawned = thread.spawn(move || run(path, &inbox, &|said| drop(tell.send(said.into()))));
        if let Err(error) = spawned {
            let error = Error::from_io(&error, "start the journal's thread", "");
            drop(news.send(JournalNews::Halted(error).into()));
        }
        Journal { orders }
    }

    /// Without waiting.
    pub fn note(&self, facts: Vec<Fact>) {
        if !facts.is_empty() {
            drop(self.orders.send(Order::Append { facts, written: None }));
        }
    }

    /// Returns when the facts are durable.
    pub async fn append(&self, facts: Vec<Fact>) -> Result<(), Error> {
        let (written, wait) = oneshot::channel();
        self.order(Order::Append { facts, written: Some(written) })?;
        wait.await.map_err(|_| closed())
    }

    /// Which of these objects have an outcome already.
    pub async fn settled(&self, job: JobId, places: Vec<String>) -> Result<Vec<bool>, Error> {
        let (answer, wait) = oneshot::channel();
        self.order(Order::Settled { job, places, answer })?;
        wait.await.map_err(|_| closed())
    }

    /// Writes what is waiting, folds the log into the file and lets go of it.
    pub async fn close(&self) {
        let (closed, wait) = oneshot::channel();
        if self.orders.send(Order::Close { closed }).is_ok() {
            drop(wait.await);
        }
    }

    fn order(&self, order: Order) -> Result<(), Error> {
        self.orders.send(order).map_err(|_| closed())
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::LocalIo, "write the journal", "").detail("the journal is closed")
}

fn run(path: Option<PathBuf>, inbox: &Receiver<Order>, tell: &dyn Fn(JournalNews)) {
    let Opening { table, lock, set_aside } = match file::open(path.as_deref()) {
        Ok(opening) => opening,
        Err(error) => return tell(JournalNews::Halted(error)),
    };
    match table.replay() {
        Ok(facts) => tell(JournalNews::Opened { facts, kept: lock.is_some(), set_aside }),
        Err(error) => return tell(JournalNews::Halted(error)),
    }
    let mut desk = Desk { table, inbox, tell, later: VecDeque::new() };
    let closed = loop {
        let Some(first) = desk.next() else { break None };
        match desk.serve(first) {
            Ok(None) => {}
            Ok(Some(closed)) => break Some(closed),
            Err(error) => return tell(JournalNews::Halted(error)),
        }
    };
    desk.table.close();
    drop(lock);
    if let Some(closed) = closed {
        let _ = closed.send(());
    }
}

/// The thread's work: what it writes to, who orders it and whom it tells.
struct Desk<'a> {
    table: Table,
    inbox: &'a Receiver<Order>,
    tell: &'a dyn Fn(JournalNews),
    /// Orders that came while nothing could be written.
    later: VecDeque<Order>,
}

#[derive(Default)]
struct Group {
    facts: Vec<Fact>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Desk<'_> {
    /// Waits for an order; `None` when nobody is left to give one.
    fn next(&mut self) -> Option<Order> {
        self.later.pop_front().or_else(|| self.inbox.recv().ok())
    }

    fn gathered(&mut self) -> Option<Order> {
        self.later.pop_front().or_else(|| self.inbox.try_recv().ok())
    }

    /// Takes what has gathered: all facts in one transaction, then the questions. Gives who waits for the close.
    fn serve(&mut self, first: Order) -> Result<Option<oneshot::Sender<()>>, Error> {
        let (mut next, mut group) = (Some(first), Group::default());
        while group.facts.len() < GROUP {
            match next.take().or_else(|| self.gathered()) {
                Some(Order::Append { facts, written }) => {
                    group.facts.extend(facts);
                    group.waiting.extend(written);
                }
                Some(Order::Settled { job, places, answer }) => {
                    self.write(group)?;
                    let _ = answer.send(self.table.settled(job, &places)?);
                    return Ok(None);
                }
                Some(Order::Close { closed }) => {
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
        while let Err(error) = self.table.append(&group.facts) {
            if error.is(&ErrorKind::Corrupt) {
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
        let asked = |order: &Order| matches!(order, Order::Close { .. });
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
