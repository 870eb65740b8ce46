//! Runs one verb to its exit code.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::CommandFactory;
use tokio::runtime;
use tokio::sync::Notify;

use crate::cli::args::{Arguments, TargetFlags, Verb};
use crate::cli::connect::Choice;
use crate::cli::ends::{End, input, output};
use crate::cli::interrupt::{interrupted, interrupted_twice};
use crate::cli::print::{Status, Trouble, complain};
use crate::cli::{
    between, buckets, cat, code, cost, demo, diff, doctor, edit, erasing, finding, indexing, jobs,
    lines, links, list, look, measuring, meta, public, queue, restore, rows, settings, stat,
    stream, thaw, types, uploads, versions,
};
use crate::config::paths::Folders;
use crate::config::{crash, guide};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::visible::visible;

/// Threads that move bytes for a verb.
const THREADS: usize = 2;

/// Runs a verb that needs no browser.
pub fn run(verb: &Verb, flags: &TargetFlags, json: bool) -> ExitCode {
    let ended = attempt(verb, flags, json);
    if crash::happened().is_some() {
        // Whatever failed failed because of it.
        return ExitCode::from(crash::EXIT_CODE);
    }
    match ended {
        Ok(status) => status.into(),
        Err(trouble) => complain(&trouble, json).into(),
    }
}

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

fn attempt(verb: &Verb, flags: &TargetFlags, json: bool) -> Result<Status, Trouble> {
    match verb {
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "windlass", &mut script);
            io::stdout().write_all(&script)?;
            return Ok(Status::Done);
        }
        Verb::Guide { topic } => {
            io::stdout().write_all(page(topic.as_deref()).as_bytes())?;
            return Ok(Status::Done);
        }
        Verb::Links(arguments) => return links::links(arguments, json),
        Verb::Demo(arguments) => return runtime()?.block_on(demo::serve(arguments)),
        _ => {}
    }
    let choice = Choice { json, ..Choice::make(flags, &Folders::find()?)? };
    if let Some(told) = choice.current()?.unchecked_aloud() {
        eprintln!("windlass: {}", visible(&told));
    }
    let (choice, runtime) = with_key(choice)?;
    let panicked = Arc::new(Notify::new());
    let tell = Arc::clone(&panicked);
    crash::on_panic(move || tell.notify_one());
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = signed_in(verb, &choice) => ended,
            () = panicked.notified() => {
                Err(Error::new(ErrorKind::Other, "run the command", "").into())
            }
            () = ended_from_outside(verb) => {
                Err(Error::new(ErrorKind::Cancelled, "the command", "").into())
            }
        }
    });
    // A read of stdin that nobody waits for any more is not waited for here.
    runtime.shutdown_background();
    ended
}

/// A page of the guide, or how to see one.
fn page(named: Option<&str>) -> String {
    match named.and_then(guide::topic) {
        Some(topic) => topic.text.to_owned(),
        None => format!("windlass guide PAGE prints one of these:\n\n{}", guide::contents()),
    }
}

/// Verbs that have something to take back when they are interrupted do so themselves, unless they
/// are interrupted again.
async fn ended_from_outside(verb: &Verb) {
    match verb {
        Verb::Get(arguments) if matches!(output(&arguments.destination), Ok(Some(_))) => {
            interrupted().await;
        }
        Verb::Get(_) | Verb::Put(_) | Verb::Cp(_) | Verb::Mv(_) => {
            interrupted_twice("taking back what is unfinished").await;
        }
        Verb::Rm(arguments) if arguments.yes || !arguments.recursive || arguments.is_final() => {
            interrupted_twice("stopping").await;
        }
        Verb::Empty(_) | Verb::Restore(_) => interrupted_twice("stopping").await,
        Verb::Doctor(arguments) if arguments.write => {
            interrupted_twice("taking back what was written").await;
        }
        Verb::Edit(_) => interrupted_twice("waiting for the editor").await,
        Verb::Queue(_) => interrupted_twice("keeping what is unfinished for next time").await,
        _ => interrupted().await,
    }
}

/// A role may ask for a code first.
async fn signed_in(verb: &Verb, choice: &Choice) -> Result<Status, Trouble> {
    let used = match verb {
        Verb::Doctor(arguments) => arguments.connection().and_then(|name| choice.named(name).ok()),
        _ => None,
    };
    code::ask(used.map_or_else(|| choice.current(), Ok)?).await?;
    if choice.access.requester_pays() {
        let client = choice.client()?;
        client.prepare().await?;
        client.permits_payer()?;
    }
    perform(verb, choice).await
}

async fn perform(verb: &Verb, choice: &Choice) -> Result<Status, Trouble> {
    match verb {
        Verb::Ls(arguments) => list::ls(arguments, choice).await,
        Verb::Get(arguments) => match output(&arguments.destination)? {
            Some(end) => stream::get(arguments, &end, choice).await,
            None => jobs::get(arguments, choice).await,
        },
        Verb::Put(arguments) => match only_stream(&arguments.sources)? {
            Some(end) => stream::put(arguments, &end, choice).await,
            None => jobs::put(arguments, choice).await,
        },
        Verb::Cp(arguments) => between::cp(arguments, choice).await,
        Verb::Mv(arguments) => between::mv(arguments, choice).await,
        Verb::Rm(arguments) if arguments.is_final() => erasing::rm(arguments, choice).await,
        Verb::Rm(arguments) => jobs::rm(arguments, choice).await,
        Verb::Stat(arguments) => stat::stat(arguments, choice).await,
        Verb::Meta(arguments) => meta::meta(arguments, choice).await,
        Verb::Types(arguments) => types::types(arguments, choice).await,
        Verb::Head(arguments) => lines::head(arguments, choice).await,
        Verb::Tail(arguments) => lines::tail(arguments, choice).await,
        Verb::Edit(arguments) => edit::edit(arguments, choice).await,
        Verb::Thaw(arguments) => thaw::thaw(arguments, choice).await,
        Verb::Cat(arguments) => cat::cat(arguments, choice).await,
        Verb::Look(arguments) => look::look(arguments, choice).await,
        Verb::Rows(arguments) => rows::rows(arguments, choice).await,
        Verb::Versions(arguments) => versions::versions(arguments, choice).await,
        Verb::Restore(arguments) => restore::restore(arguments, choice).await,
        Verb::Empty(arguments) => erasing::empty(arguments, choice).await,
        Verb::Mb(arguments) => buckets::mb(arguments, choice).await,
        Verb::Rb(arguments) => buckets::rb(arguments, choice).await,
        Verb::Presign(arguments) => links::presign(arguments, choice).await,
        Verb::Cost(arguments) => cost::cost(arguments, choice).await,
        Verb::Find(arguments) => finding::find(arguments, choice).await,
        Verb::Index(arguments) => indexing::index(arguments, choice).await,
        Verb::Du(arguments) => measuring::du(arguments, choice).await,
        Verb::Tree(arguments) => measuring::tree(arguments, choice).await,
        Verb::Diff(arguments) => diff::diff(arguments, choice).await,
        Verb::Queue(arguments) => queue::queue(arguments, choice).await,
        Verb::Uploads(arguments) => uploads::uploads(arguments, choice).await,
        Verb::Doctor(arguments) => doctor::doctor(arguments, choice).await,
        Verb::Public(arguments) => public::public(arguments, choice).await,
        Verb::Settings(arguments) => settings::settings(arguments, choice).await,
        Verb::Links(_) | Verb::Demo(_) | Verb::Guide { .. } | Verb::Completions { .. } => {
            Ok(Status::Done)
        }
    }
}

/// The stream that is uploaded, where the one source is one.
fn only_stream(sources: &[PathBuf]) -> Result<Option<End>, Error> {
    match sources {
        [only] => input(only),
        _ => Ok(None),
    }
}
