//! Performs effects: requests as tasks that can be abandoned, commands to the engine, preferences.

use std::collections::HashMap;
use std::path::PathBuf;

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;

use crate::app::effect::{Effect, MachineRequest, Request};
use crate::app::event::{ClipboardOutcome, Event, Ticket};
use crate::config::bookmarks::Bookmark;
use crate::config::paths::Folders;
use crate::config::remembered::LastPlace;
use crate::domain::address::ConnectionName;
use crate::transfer::engine::Engine;
use crate::transfer::queued_uploads::QueuedUploads;
use crate::tui::clients::client_of;
use crate::tui::clipboard::{CopyEnd, SystemClipboard};
use crate::tui::connections::ConnectionStore;
use crate::tui::indexing::Indexes;
use crate::tui::looking::{Looks, look};
use crate::tui::machine::{Ledger, ask_machine};
use crate::tui::notify::notification;
use crate::tui::pictures::encode::{EncodeJob, EncodedPicture};
use crate::tui::requests::ask_storage;
use crate::tui::reveal::{browse, reveal};
use crate::tui::signals::Signal;
use crate::tui::state_files::StateFiles;

/// What reaches the loop besides keys.
#[derive(Debug)]
pub enum News {
    Event(Event),
    Signal(Signal),
    /// To be written to the terminal between two frames.
    Sequence(String),
    /// A picture that the terminal can be sent.
    Picture(EncodedPicture),
    /// Another thread panicked.
    Panicked,
}

/// A text that is to be edited, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditCall {
    pub ticket: Ticket,
    pub connection: ConnectionName,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What only the loop can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoopCommand {
    /// Something for the terminal itself, between two frames.
    Send(String),
    Suspend,
    /// Give the terminal to the user's editor.
    Edit(EditCall),
    Redraw,
    Demo,
    Quit,
}

/// Finished tasks are forgotten when so many are kept.
const KEPT_TASKS: usize = 64;

/// A request that is being answered.
struct Task {
    whole: AbortHandle,
    /// Cancelled where it is to end in order.
    stop: CancellationToken,
}

pub struct Runner {
    runtime: Handle,
    store: ConnectionStore,
    engine: Engine,
    clipboard: SystemClipboard,
    files: StateFiles,
    queued: QueuedUploads,
    news: UnboundedSender<News>,
    tasks: HashMap<Ticket, Task>,
    looks: Looks,
}

impl Runner {
    pub fn new(
        runtime: Handle,
        store: ConnectionStore,
        engine: Engine,
        files: StateFiles,
        journal: Option<PathBuf>,
        news: UnboundedSender<News>,
        looks: Looks,
    ) -> Runner {
        let tell = news.clone();
        let clipboard = SystemClipboard::new(move |copied| {
            // The loop is gone only at the end.
            let _ = tell.send(match copied {
                CopyEnd::Native => News::Event(Event::Clipboard(ClipboardOutcome::Copied)),
                CopyEnd::Sequence(sequence) => News::Sequence(sequence),
                CopyEnd::Refused(why) => {
                    News::Event(Event::Clipboard(ClipboardOutcome::Failed(why)))
                }
            });
        });
        let queued = QueuedUploads { journal, running: Some(engine.uploads()) };
        let tasks = HashMap::new();
        Runner { runtime, store, engine, clipboard, files, queued, news, tasks, looks }
    }

    /// Never blocks. Brings back what the loop has to do itself.
    pub fn perform(&mut self, effect: Effect) -> Option<LoopCommand> {
        match effect {
            Effect::Request {
                ticket,
                connection,
                request: Request::Machine(MachineRequest::Edit { name, bytes }),
            } => return Some(LoopCommand::Edit(EditCall { ticket, connection, name, bytes })),
            Effect::Request { ticket, connection, request } => {
                self.request(ticket, connection, request);
            }
            Effect::Abandon(ticket) => {
                if let Some(task) = self.tasks.remove(&ticket) {
                    task.whole.abort();
                }
            }
            Effect::Stop(ticket) => {
                if let Some(task) = self.tasks.get(&ticket) {
                    task.stop.cancel();
                }
            }
            Effect::Transfer(command) => self.engine.send(command),
            Effect::Copy(text) => self.clipboard.copy(text),
            Effect::Save(preference) => self.files.save(preference),
            Effect::Bell => return Some(LoopCommand::Send("\x07".to_owned())),
            Effect::Notify(text) => return Some(LoopCommand::Send(notification(&text))),
            Effect::Reveal(path) => {
                let news = self.news.clone();
                reveal(path, move |revealed| {
                    // The loop is gone only at the end.
                    let _ = news.send(News::Event(Event::Revealed(revealed)));
                });
            }
            Effect::Browse(url) => {
                let news = self.news.clone();
                browse(url, move |url| {
                    let _ = news.send(News::Event(Event::NoBrowser(url)));
                });
            }
            Effect::RemoveEdited(file) => {
                self.runtime.spawn_blocking(move || file.remove());
            }
            Effect::Suspend => return Some(LoopCommand::Suspend),
            Effect::Redraw => return Some(LoopCommand::Redraw),
            Effect::Demo => return Some(LoopCommand::Demo),
            Effect::Quit => return Some(LoopCommand::Quit),
        }
        None
    }

    /// Encodes a picture and tells the loop.
    pub fn encode(&self, job: EncodeJob) {
        let news = self.news.clone();
        self.runtime.spawn_blocking(move || {
            // The loop is gone only at the end.
            let _ = news.send(News::Picture(job.run()));
        });
    }

    /// Remembers what was open, before the program ends.
    pub fn remember_place(&mut self, place: LastPlace, recent: Vec<Bookmark>) {
        self.files.remember_place(place, recent);
    }

    /// Ends the engine in order, once all is written; requests under way are dropped.
    pub async fn shut_down(self) {
        for task in self.tasks.values() {
            task.whole.abort();
        }
        tokio::join!(self.files.settle(), self.engine.shut_down());
    }

    fn request(&mut self, ticket: Ticket, connection: ConnectionName, request: Request) {
        let (store, news) = (self.store.clone(), self.news.clone());
        let queued = self.queued.clone();
        let ledger = Ledger {
            file: self.files.folders().map(Folders::ledger_file),
            given: self.files.given().to_vec(),
        };
        let looks = self.looks.clone();
        let indexes = Indexes {
            folder: self.files.folders().map(Folders::indexes),
            connection: connection.clone(),
        };
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = self.runtime.spawn(async move {
            let (clients, name) = (&store.clients, connection.clone());
            let send = move |reply| {
                let connection = connection.clone();
                // The loop is gone only at the end.
                let _ = news.send(News::Event(Event::Reply { ticket, connection, reply }));
            };
            let telling = send.clone();
            let tell = move |answer| telling(Ok(answer));
            send(match request {
                Request::Storage(request) => match client_of(clients, name.clone()).await {
                    Ok(client) => match indexes.found(&client, &request).await {
                        Some(found) => found,
                        None => ask_storage(&client, request, queued, tell, &stopped).await,
                    },
                    Err(error) => Err(error),
                },
                Request::Indexes(request) => match client_of(clients, name.clone()).await {
                    Ok(client) => indexes.ask(&client, request, tell).await,
                    Err(error) => Err(error),
                },
                Request::Look(asked) => match client_of(clients, name.clone()).await {
                    Ok(client) => look(&client, &looks, &name, asked, tell).await,
                    Err(error) => Err(error),
                },
                Request::Connections(request) => store.answer(name, request, tell).await,
                Request::Machine(request) => ask_machine(request, clients, &name, ledger).await,
            });
        });
        if self.tasks.len() >= KEPT_TASKS {
            self.tasks.retain(|_, task| !task.whole.is_finished());
        }
        self.tasks.insert(ticket, Task { whole: task.abort_handle(), stop });
    }
}
