//! Tells the writer what workers have found, and that they have returned.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::JobId;
use crate::transfer::engine::input::Input;
use crate::transfer::workers::expand::Sink;

pub fn sink(job: JobId, inputs: UnboundedSender<Input>) -> Sink {
    Arc::new(move |items| {
        let inputs = inputs.clone();
        let stopped = || Error::new(ErrorKind::Cancelled, "find the objects", "");
        Box::pin(async move {
            let (room, wait) = oneshot::channel();
            let found = Input::Found { job, items, room };
            inputs.send(found).map_err(|_| stopped())?;
            wait.await.map_err(|_| stopped())
        })
    })
}

/// Tells that a worker returned, even where it panicked.
pub struct Back {
    pub inputs: UnboundedSender<Input>,
    pub job: JobId,
    pub place: String,
    pub crashed: bool,
}

impl Back {
    pub fn well(mut self) {
        self.crashed = false;
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        let place = std::mem::take(&mut self.place);
        drop(self.inputs.send(Input::Returned { job: self.job, place, crashed: self.crashed }));
    }
}
