//! The engine is started, takes commands, tells events, and is shut down.

mod back;
mod held;
mod input;
mod moments;
mod reporter;
mod uploads;
mod work;
mod writer;

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::domain::error::Error;
use crate::domain::transfer::TransferCommand;
use crate::domain::transfer_event::TransferEvent;
use crate::transfer::journal::Journal;
use crate::transfer::limits::open_files::with_limit;
use crate::transfer::tuning::Tuning;
use input::Input;
use work::WorkerContext;
use writer::Writer;

pub use uploads::RunningUploads;
pub use work::Connect;

/// Orders to the engine and news from it. Dropping it stops the workers; the journal keeps what is
/// unfinished.
#[derive(Debug)]
pub struct Engine {
    inputs: UnboundedSender<Input>,
}

/// As many as any network asks for.
const MOST_THREADS: usize = 4;

/// Threads that read, write and sync files at once: enough for any disk to sync many in one go, and
/// few enough that their stacks and their turns on the processor stay cheap.
const MOST_AT_FILES: usize = 32;

/// How long connections and file operations may take to end when the engine does.
const LAST_WAIT: Duration = Duration::from_millis(500);

impl Engine {
    /// Starts the engine on threads of its own. Never blocks on the journal or the network.
    pub fn start(tuning: Tuning, connect: Connect, news: UnboundedSender<TransferEvent>) -> Engine {
        let (inputs, inbox) = unbounded_channel();
        let (own, say, tuning) = (inputs.clone(), news.clone(), Arc::new(tuning));
        let run = move || {
            // Half of the processors: with two threads on two of them every second hand-off is
            // between threads, which costs more than it brings.
            let runtime = threads(processors() / 2, "windlass-transfer")?;
            let writers = threads(processors(), "windlass-writer")?;
            let at_files = writers.handle().clone();
            let ended = runtime.block_on(async {
                // Among its workers: a thread more would be woken for every object.
                let journal = Journal::start(tuning.journal.clone(), own.clone());
                let context = WorkerContext::new(tuning, connect, at_files, journal.clone());
                tokio::spawn(Writer::new(context, journal, own, news).run(inbox)).await
            });
            runtime.shutdown_timeout(LAST_WAIT);
            writers.shutdown_timeout(LAST_WAIT);
            // Only now: connections that this runtime drove are known to be gone, and nobody is
            // handed one of them.
            if let Some(done) = ended? {
                let _ = done.send(());
            }
            Ok(())
        };
        let told = say.clone();
        let halted = move |error: Error| drop(told.send(TransferEvent::Halted(error)));
        let spawned = std::thread::Builder::new().name("windlass-engine".into()).spawn(move || {
            if let Err(error) = run() {
                halted(error);
            }
        });
        if let Err(error) = spawned {
            let error = with_limit(Error::from_io(&error, "start the engine", ""));
            drop(say.send(TransferEvent::Halted(error)));
        }
        Engine { inputs }
    }

    /// Sends a command, and never blocks.
    pub fn send(&self, command: TransferCommand) {
        drop(self.inputs.send(Input::Command(command)));
    }

    /// Asks for its uploads, also from where it cannot be had itself.
    pub fn uploads(&self) -> RunningUploads {
        RunningUploads { inputs: self.inputs.clone() }
    }

    /// Stops taking new work, lets what is under way come to a recorded point and returns.
    pub async fn shut_down(self) {
        let (done, wait) = oneshot::channel();
        if self.inputs.send(Input::Stop(Some(done))).is_ok() {
            drop(wait.await);
        }
    }
}

fn threads(wanted: usize, name: &str) -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(wanted.clamp(1, MOST_THREADS))
        .max_blocking_threads(MOST_AT_FILES)
        .thread_name(name)
        .enable_all()
        .build()
        .map_err(|e| with_limit(Error::from_io(&e, "start the engine", "")))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.inputs.send(Input::Stop(None)));
    }
}
