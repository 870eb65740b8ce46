//! Defines what a verb is, and lets it work on a connection until it ends or is interrupted.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::runtime;
use tokio::sync::Notify;

use crate::cli::args::target::TargetFlags;
use crate::cli::code;
use crate::cli::connect::Choice;
use crate::cli::interrupt::{interrupted, interrupted_twice};
use crate::cli::print::{Status, VerbError};
use crate::config::crash;
use crate::config::paths::Folders;
use crate::config::stderr::say;
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::visible::visible;

/// What is done with the arguments of a verb.
pub trait RunVerb {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError>;
}

impl<T: RunVerb> RunVerb for Box<T> {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        (**self).run(call)
    }
}

/// How a verb is called, and how it ends before its end.
#[derive(Clone, Copy)]
pub struct VerbCall<'a> {
    flags: &'a TargetFlags,
    pub json: bool,
    takes_back: Option<&'static str>,
    leaves: Option<&'static str>,
    connection: Option<&'a ConnectionName>,
}

impl<'a> VerbCall<'a> {
    pub fn new(flags: &'a TargetFlags, json: bool) -> VerbCall<'a> {
        VerbCall { flags, json, takes_back: None, leaves: None, connection: None }
    }

    /// It has something to take back when it is interrupted and does so itself, unless it is
    /// interrupted again; `doing` is what it says then.
    pub fn taking_back(self, doing: &'static str) -> VerbCall<'a> {
        VerbCall { takes_back: Some(doing), ..self }
    }

    /// What it says of what may be left, where it is interrupted again.
    pub fn leaving(self, what: &'static str) -> VerbCall<'a> {
        VerbCall { leaves: Some(what), ..self }
    }

    /// It is about this connection in place of the one that the flags choose.
    pub fn about(self, connection: Option<&'a ConnectionName>) -> VerbCall<'a> {
        VerbCall { connection, ..self }
    }

    /// Works on the connection that is chosen.
    pub fn on_connection(
        self,
        work: impl AsyncFnOnce(&Choice) -> Result<Status, VerbError>,
    ) -> Result<Status, VerbError> {
        let (choice, runtime) = self.prepared()?;
        let ended = runtime.block_on(self.until_end(&choice, Box::pin(work(&choice))));
        // A read of stdin that nobody waits for any more is not waited for here.
        runtime.shutdown_background();
        ended
    }

    fn prepared(self) -> Result<(Choice, runtime::Runtime), VerbError> {
        let choice = Choice { json: self.json, ..Choice::make(self.flags, &Folders::find()?)? };
        if let Some(told) = choice.current()?.unchecked_aloud() {
            say!("windlass: {}", visible(&told));
        }
        if let Some(told) = &choice.overruled {
            say!("windlass: {}", visible(told));
        }
        Ok(with_key(choice)?)
    }

    async fn until_end(self, choice: &Choice, work: Work<'_>) -> Result<Status, VerbError> {
        let panicked = Arc::new(Notify::new());
        let tell = Arc::clone(&panicked);
        crash::on_panic(move || tell.notify_one());
        tokio::select! {
            ended = self.signed_in(choice, work) => ended,
            () = panicked.notified() => {
                Err(Error::new(ErrorKind::Other, "run the command", "").into())
            }
            () = self.ended_from_outside() => {
                Err(Error::new(ErrorKind::Cancelled, "the command", "").into())
            }
        }
    }

    /// A role may ask for a code first.
    async fn signed_in(self, choice: &Choice, work: Work<'_>) -> Result<Status, VerbError> {
        let used = self.connection.and_then(|name| choice.named(name).ok());
        code::ask(used.map_or_else(|| choice.current(), Ok)?).await?;
        if choice.access.requester_pays() {
            let client = choice.client()?;
            client.prepare().await?;
            client.permits_payer()?;
        }
        work.await
    }

    async fn ended_from_outside(self) {
        match self.takes_back {
            Some(doing) => interrupted_twice(doing).await,
            None => interrupted().await,
        }
        if let Some(what) = self.leaves {
            say!("windlass: {what}");
        }
    }
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<Status, VerbError>> + 'a>>;

/// Threads that move bytes for a verb.
const THREADS: usize = 2;

/// Bytes of a thread's stack, of which only what is used costs memory: twice of what every question
/// of the screen is tested to fit on.
const STACK: usize = 4 << 20;

/// A runtime for verbs and for the demo's server.
pub fn runtime() -> Result<runtime::Runtime, Error> {
    runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| Error::from_io(&error, "start threads", ""))
}

/// The choice with the key that its flags name, and the runtime that has read it.
pub fn with_key(choice: Choice) -> Result<(Choice, runtime::Runtime), Error> {
    let runtime = runtime()?;
    // A command that prints the key is in a group of its own: ^C ends it by ending this.
    let read = runtime.block_on(async {
        tokio::select! {
            read = choice.read_key() => read,
            () = interrupted() => Err(Error::new(ErrorKind::Cancelled, "the command", "")),
        }
    });
    match read {
        Ok(choice) => Ok((choice, runtime)),
        Err(error) => {
            // A pipe that the key was to come from may still be read.
            runtime.shutdown_background();
            Err(error)
        }
    }
}
