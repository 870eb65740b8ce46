//! `queue`: the jobs that the browser left, shown, finished or cleared without it.

use std::path::Path;

use crate::cli::args::{QueueArguments, QueueStep};
use crate::cli::connect::Choice;
use crate::cli::interrupt::interrupted;
use crate::cli::print::{Printer, Status, Trouble};
use crate::cli::progress::ProgressLine;
use crate::cli::report::{report, status};
use crate::config::paths::Folders;
use crate::domain::error::{Error, ErrorKind, LOCK_JOURNAL};
use crate::domain::transfer::TransferEvent;
use crate::transfer::engine::EngineOptions;
use crate::transfer::headless::{clear_queue, finish_queue};
use crate::transfer::journal;
use crate::transfer::machine::Machine;

pub async fn queue(arguments: &QueueArguments, choice: &Choice) -> Result<Status, Trouble> {
    let path = Folders::find()?.journal_file();
    if arguments.step != QueueStep::List
        && let Some(holder) = journal::peek(&path)?.1
    {
        let error = Error::new(ErrorKind::Locked, LOCK_JOURNAL, path.display().to_string());
        return Err(error.detail(format!("another Windlass has it (process {holder})")).into());
    }
    let options = EngineOptions { journal: Some(path.clone()), ..EngineOptions::default() };
    let connect = choice.remotes();
    let mut line = ProgressLine::new();
    let news = |event: &TransferEvent| match event {
        TransferEvent::Warned(error) => eprintln!("windlass: {error}: {}", error.detail),
        other => line.take(other),
    };
    let jobs = match arguments.step {
        QueueStep::List => return list(&path, arguments),
        QueueStep::Run => finish_queue(options, connect, news, interrupted()).await?,
        QueueStep::Clear => clear_queue(options, connect, news).await?,
    };
    line.end();
    let mut printer = Printer::new(arguments.output);
    for job in &jobs {
        report(job, &mut printer)?;
    }
    printer.flush()?;
    Ok(match arguments.step {
        QueueStep::Run => status(&jobs),
        _ => Status::Done,
    })
}

/// Reads beside whoever writes it.
fn list(path: &Path, arguments: &QueueArguments) -> Result<Status, Trouble> {
    let (facts, holder) = journal::peek(path)?;
    let mut machine = Machine::default();
    for fact in &facts {
        machine.apply(fact);
    }
    let mut printer = Printer::new(arguments.output);
    for job in machine.views() {
        report(&job, &mut printer)?;
    }
    printer.flush()?;
    if let Some(holder) = holder {
        eprintln!("windlass: another Windlass (process {holder}) works on this queue");
    }
    Ok(Status::Done)
}
