//! Runs one verb to its exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use tokio::runtime;

use crate::cli::args::{Arguments, TargetFlags, Verb};
use crate::cli::connect::Choice;
use crate::cli::print::{Status, Trouble, complain};
use crate::cli::{demo, jobs, list, one, stream};
use crate::config::paths::Folders;
use crate::domain::error::{Error, ErrorKind};

/// Threads that move bytes for a verb.
const THREADS: usize = 2;

/// Runs a verb that needs no browser.
pub fn run(verb: Verb, flags: &TargetFlags) -> ExitCode {
    let json = wants_json(&verb);
    match attempt(verb, flags) {
        Ok(status) => status.into(),
        Err(trouble) => complain(&trouble, json).into(),
    }
}

/// A runtime for verbs and for the demo's server.
pub fn runtime() -> Result<runtime::Runtime, Error> {
    runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .map_err(|error| Error::from_io(&error, "start threads", ""))
}

fn attempt(verb: Verb, flags: &TargetFlags) -> Result<Status, Trouble> {
    match &verb {
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "windlass", &mut script);
            io::stdout().write_all(&script)?;
            return Ok(Status::Done);
        }
        Verb::Demo(arguments) => return runtime()?.block_on(demo::serve(arguments)),
        _ => {}
    }
    let choice = Choice::make(flags, &Folders::find()?)?;
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        if cleans_up(&verb) {
            return perform(&verb, &choice).await;
        }
        tokio::select! {
            ended = perform(&verb, &choice) => ended,
            _ = tokio::signal::ctrl_c() => {
                Err(Error::new(ErrorKind::Cancelled, "the command", "").into())
            }
        }
    });
    // A read of stdin that nobody wants any more would hold the process until the next line.
    runtime.shutdown_background();
    ended
}

/// Hears ctrl-c itself, ends its jobs and leaves no unfinished upload or part file.
fn cleans_up(verb: &Verb) -> bool {
    match verb {
        Verb::Get(arguments) => !stream::is_stream(&arguments.destination),
        Verb::Put(_) | Verb::Cp(_) => true,
        _ => false,
    }
}

async fn perform(verb: &Verb, choice: &Choice) -> Result<Status, Trouble> {
    match verb {
        Verb::Ls(arguments) => list::ls(arguments, &choice.client()?).await,
        Verb::Get(arguments) if stream::is_stream(&arguments.destination) => {
            stream::get(arguments, &choice.client()?).await
        }
        Verb::Put(arguments) if stream::is_stream(&arguments.source) => {
            stream::put(arguments, &choice.client()?).await
        }
        Verb::Get(arguments) => jobs::get(arguments, choice).await,
        Verb::Put(arguments) => jobs::put(arguments, choice).await,
        Verb::Cp(arguments) => jobs::cp(arguments, choice).await,
        Verb::Rm(arguments) => jobs::rm(arguments, choice).await,
        Verb::Mb(arguments) => one::mb(arguments, choice).await,
        Verb::Rb(arguments) => one::rb(arguments, choice).await,
        Verb::Presign(arguments) => one::presign(arguments, choice).await,
        Verb::Demo(_) | Verb::Completions { .. } => Ok(Status::Done),
    }
}

fn wants_json(verb: &Verb) -> bool {
    match verb {
        Verb::Ls(arguments) => arguments.output.json,
        Verb::Get(arguments) => arguments.output.json,
        Verb::Put(arguments) => arguments.output.json,
        Verb::Cp(arguments) => arguments.output.json,
        Verb::Rm(arguments) => arguments.output.json,
        Verb::Mb(arguments) | Verb::Rb(arguments) => arguments.output.json,
        Verb::Presign(arguments) => arguments.output.json,
        Verb::Demo(_) | Verb::Completions { .. } => false,
    }
}
