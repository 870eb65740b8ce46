//! The task that owns the queue: commands in, news out.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::transfer::{TransferCommand, TransferEvent};
use crate::transfer::limits::Patience;
use crate::transfer::remote::Remote;

/// Finds the storage of a connection; called on the engine's threads, may block for as long as a client needs to
/// be made.
pub type Connect = Arc<dyn Fn(&ConnectionName) -> Result<Arc<dyn Remote>, Error> + Send + Sync>;

/// What the engine needs to know at start.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The journal's file; `None` keeps it in memory (headless verbs, demo).
    pub journal: Option<PathBuf>,
    /// Bytes from which an object is moved in parts.
    pub part_threshold: u64,
    /// Requests under way at once.
    pub slots: usize,
    pub patience: Patience,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { journal: None, part_threshold: 16 << 20, slots: 16, patience: Patience::default() }
    }
}

/// Orders to the engine and news from it. Dropping it stops the workers; the journal keeps what is unfinished.
pub struct Engine {}

impl Engine {
    /// Starts the engine on threads of its own. Never blocks on the journal or the network.
    pub fn start(
        _options: EngineOptions,
        _connect: Connect,
        _news: UnboundedSender<TransferEvent>,
    ) -> Engine {
        todo!()
    }

    /// Never blocks.
    pub fn send(&self, _command: TransferCommand) {
        todo!()
    }

    /// Stops taking new work, lets what is under way come to a recorded point and returns.
    pub async fn shut_down(self) {
        todo!()
    }
}
