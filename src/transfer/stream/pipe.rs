//! What the requests of one piped object share: storage, the gate they pass, how far they are.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::Rate;
use crate::transfer::limits::slots::{Most, Slots};
use crate::transfer::link::Link;
use crate::transfer::remote::Remote;
use crate::transfer::retry::Gate;
use crate::transfer::sending::Way;
use crate::transfer::task::Moved;
use crate::transfer::write::{Expected, Write};

/// Requests of one object under way at once.
pub const AT_ONCE: usize = 4;

/// Clones speak of the same object.
#[derive(Clone)]
pub struct Pipe {
    pub remote: Arc<dyn Remote>,
    pub object: ObjectAddress,
    pub gate: Gate,
    pub moved: Arc<Moved>,
}

impl Pipe {
    pub fn new(
        remote: Arc<dyn Remote>,
        object: ObjectAddress,
        patience: Patience,
        rate: Rate,
    ) -> Pipe {
        let slots = Slots::new(AT_ONCE, Most { small: AT_ONCE, parts: AT_ONCE });
        let link = Link::new(slots, Some(Arc::clone(&remote)));
        let link = Arc::new(link);
        Pipe { remote, object, gate: Gate::new(link, rate, patience), moved: Arc::default() }
    }

    pub fn place(&self) -> String {
        self.object.to_string()
    }

    pub fn fails(&self, kind: ErrorKind, operation: &str) -> Error {
        Error::new(kind, operation, self.place())
    }

    pub fn way<'a>(&'a self, place: &'a str) -> Way<'a> {
        Way { remote: &self.remote, gate: &self.gate, moved: &self.moved, place }
    }

    /// The same for taking back what was begun, also after everything else was stopped.
    pub fn cleaning(&self) -> Pipe {
        let mut gate = self.gate.clone().impatient();
        gate.stop = CancellationToken::new();
        Pipe { gate, ..self.clone() }
    }

    /// The object as it is to appear.
    pub fn write<'a>(&'a self, expected: Expected<'a>, absent: bool) -> Write<'a> {
        let (remote, gate, to) = (&*self.remote, &self.gate, &self.object);
        Write { remote, gate, to, expected, absent, may_be_ours: true }
    }

    /// The object that is there; none where there is none.
    pub async fn find(&self) -> Result<Option<ObjectHead>, Error> {
        match self.gate.send(|| self.remote.head(&self.object)).await {
            Ok(head) => Ok(Some(head)),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
