//! Keeps the facts in a file: one thread writes them in groups, and says what it wrote.

mod file;
mod table;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

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
    /// `set_aside` is said where the file that was found could not be used.
    Opened {
        facts: Vec<Fact>,
        set_aside: Option<Error>,
    },
    Written(Vec<Fact>),
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
    let Opening { mut table, lock, set_aside } = match file::open(path.as_deref()) {
        Ok(opening) => opening,
        Err(error) => return tell(JournalNews::Halted(error)),
    };
    match table.replay() {
        Ok(facts) => tell(JournalNews::Opened { facts, set_aside }),
        Err(error) => return tell(JournalNews::Halted(error)),
    }
    let closed = loop {
        let Ok(first) = inbox.recv() else { break None };
        match serve(&mut table, first, inbox, tell) {
            Ok(None) => {}
            Ok(Some(closed)) => break Some(closed),
            Err(error) => return tell(JournalNews::Halted(error)),
        }
    };
    table.close();
    drop(lock);
    if let Some(closed) = closed {
        let _ = closed.send(());
    }
}

/// Takes what has gathered: all facts in one transaction, then the questions. Gives who waits for the close.
fn serve(
    table: &mut Table,
    first: Order,
    inbox: &Receiver<Order>,
    tell: &dyn Fn(JournalNews),
) -> Result<Option<oneshot::Sender<()>>, Error> {
    let mut next = Some(first);
    let mut facts = Vec::new();
    let mut waiting = Vec::new();
    loop {
        match next.take().map_or_else(|| inbox.try_recv().ok(), Some) {
            Some(Order::Append { facts: more, written }) => {
                facts.extend(more);
                waiting.extend(written);
                if facts.len() < GROUP {
                    continue;
                }
                write(table, &mut facts, &mut waiting, tell)?;
                return Ok(None);
            }
            Some(Order::Settled { job, places, answer }) => {
                write(table, &mut facts, &mut waiting, tell)?;
                let _ = answer.send(table.settled(job, &places)?);
                return Ok(None);
            }
            Some(Order::Close { closed }) => {
                write(table, &mut facts, &mut waiting, tell)?;
                return Ok(Some(closed));
            }
            None => {
                write(table, &mut facts, &mut waiting, tell)?;
                return Ok(None);
            }
        }
    }
}

fn write(
    table: &mut Table,
    facts: &mut Vec<Fact>,
    waiting: &mut Vec<oneshot::Sender<()>>,
    tell: &dyn Fn(JournalNews),
) -> Result<(), Error> {
    if facts.is_empty() {
        return Ok(());
    }
    table.append(facts)?;
    tell(JournalNews::Written(std::mem::take(facts)));
    for written in waiting.drain(..) {
        let _ = written.send(());
    }
    Ok(())
}
