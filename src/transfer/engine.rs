//! The engine as others see it: started, ordered about, shut down.

mod held;
mod reporter;
mod work;
mod writer;

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{TransferCommand, TransferEvent};
use crate::transfer::limits::adapt::START;
use crate::transfer::limits::rate::Rate;
use crate::transfer::limits::slots::Most;
use crate::transfer::limits::{BodyMemory, Patience};
use work::Setup;
use writer::{Input, Writer};

pub use work::Connect;

/// What the engine needs to know at start.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The journal's file; `None` keeps it in memory (headless verbs, demo).
    pub journal: Option<PathBuf>,
    /// Bytes from which an object is moved in parts.
    pub part_threshold: u64,
    /// Bytes above which an object is copied in parts; never more than the provider copies at once.
    pub copy_threshold: u64,
    /// Bytes of bodies held at once, over all objects.
    pub memory: u64,
    /// Requests under way at once to one server in the beginning, in each lane.
    pub slots: usize,
    /// No more than these, however much each one more brings.
    pub most_slots: Most,
    /// Jobs that look for their objects at once; with 0 no job begins, and what was cleared is
    /// still cleaned up.
    pub expansions: usize,
    pub patience: Patience,
    /// Bytes per second of all transfers together. What the user sets is kept in the journal and
    /// comes before it.
    pub rate: Option<u64>,
    /// `rate` comes before what the journal keeps.
    pub rate_given: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            journal: None,
            part_threshold: 16 << 20,
            copy_threshold: u64::MAX,
            memory: 32 << 20,
            slots: START,
            most_slots: Most { small: 256, parts: 64 },
            expansions: 4,
            patience: Patience::default(),
            rate: None,
            rate_given: false,
        }
    }
}

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
    pub fn start(
        options: EngineOptions,
        connect: Connect,
        news: UnboundedSender<TransferEvent>,
    ) -> Engine {
        let (inputs, inbox) = unbounded_channel();
        let (own, say) = (inputs.clone(), news.clone());
        let run = move || {
            // Half of the processors: with two threads on two of them every second hand-off is
            // between threads, which costs more than it brings.
            let runtime = threads(processors() / 2, "windlass-transfer")?;
            let writers = threads(processors(), "windlass-writer")?;
            let setup = Setup {
                connect,
                part_threshold: options.part_threshold,
                copy_threshold: options.copy_threshold,
                memory: BodyMemory::new(options.memory),
                writers: writers.handle().clone(),
                slots: options.slots,
                most_slots: options.most_slots,
                rate: Rate::of(options.rate),
                rate_given: options.rate_given,
                expansions: options.expansions,
                patience: options.patience,
            };
            let ended = runtime.block_on(async {
                // Among its workers: a thread more would be woken for every object.
                let writer = Writer::new(setup, options.journal, own, news);
                tokio::spawn(writer.run(inbox)).await
            });
            runtime.shutdown_timeout(LAST_WAIT);
            writers.shutdown_timeout(LAST_WAIT);
            // Only now: connections that this runtime drove are known to be gone, and nobody is
            // handed one of them.
            let waiting = ended.map_err(|e| {
                Error::new(ErrorKind::Other, "run the engine", "").detail(e.to_string())
            })?;
            if let Some(done) = waiting {
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
            let error = Error::from_io(&error, "start the engine", "");
            drop(say.send(TransferEvent::Halted(error)));
        }
        Engine { inputs }
    }

    /// Never blocks.
    pub fn send(&self, command: TransferCommand) {
        drop(self.inputs.send(Input::Command(command)));
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
        .map_err(|e| Error::from_io(&e, "start the engine", ""))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.inputs.send(Input::Stop(None)));
    }
}
