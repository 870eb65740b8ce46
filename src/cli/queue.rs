//! Runs `queue`: shows, finishes or changes the jobs that the browser left.

use std::path::Path;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::cli::advice;
use crate::cli::args::queue::{QueueArguments, QueueStep};
use crate::cli::connect::Choice;
use crate::cli::interrupt::stop_when_interrupted;
use crate::cli::print::{Printer, Status, VerbError, complain_of};
use crate::cli::progress::ProgressLine;
use crate::cli::report::{line, object, report, status};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::paths::Folders;
use crate::config::stderr::say;
use crate::domain::error::{Error, ErrorKind, LOCK_JOURNAL, ORDER_QUEUE};
use crate::domain::transfer::{JobId, JobState, JobView, TransferCommand};
use crate::domain::transfer_event::TransferEvent;
use crate::domain::visible::visible;
use crate::transfer::engine::Connect;
use crate::transfer::headless::{clear_queue, finish_queue, order_queue};
use crate::transfer::journal::{self, Peek};
use crate::transfer::machine::Machine;
use crate::transfer::tuning::Tuning;

impl RunVerb for QueueArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.taking_back("keeping what is unfinished for next time")
            .on_connection(async |choice| queue(self, choice).await.map_err(by_another))
    }
}

/// A window that finds the queue taken works beside it; a verb does nothing.
fn by_another(trouble: VerbError) -> VerbError {
    match trouble {
        VerbError::Failed(error) if error.operation == LOCK_JOURNAL => {
            VerbError::Failed(Error { operation: ORDER_QUEUE.to_owned(), ..error })
        }
        other => other,
    }
}

async fn queue(arguments: &QueueArguments, choice: &Choice) -> Result<Status, VerbError> {
    let path = Folders::find()?.journal_file();
    let peek = match journal::peek(&path) {
        // As the browser does; what was queued is told nowhere else.
        Err(error) if error.is(&ErrorKind::Corrupt) && arguments.step != QueueStep::List => {
            let warnings = journal::put_right(&path)?;
            for warning in &warnings {
                complain_of(warning, choice.json);
            }
            if !warnings.is_empty() {
                return Ok(Status::Failed);
            }
            // Another Windlass has put it right meanwhile.
            journal::peek(&path)?
        }
        peek => peek?,
    };
    let views = views(&peek);
    let jobs = named(arguments, &views)?;
    if arguments.step == QueueStep::List {
        return list(&peek, &views, &jobs, choice);
    }
    if let Some(holder) = &peek.holder {
        return Err(journal::taken(&path, holder).into());
    }
    if !path.exists() {
        return Ok(Status::Done);
    }
    let tuning = |path: &Path| Tuning {
        journal: Some(path.to_owned()),
        ..arguments.pace.tuning(choice.settings.transfers.limit)
    };
    let connect = choice.remotes();
    let stop = stop_when_interrupted();
    let run = matches!(arguments.step, QueueStep::Run | QueueStep::Retry);
    let ended = match arguments.step {
        QueueStep::Clear => clear_queue(tuning(&path), connect, warn).await?,
        QueueStep::Run => finish(tuning(&path), connect, &stop).await?,
        QueueStep::Retry => {
            let retry = jobs.iter().copied().map(match arguments.accept_loss {
                true => TransferCommand::AcceptLoss,
                false => TransferCommand::Retry,
            });
            let waits = |state: &JobState| !state.finished();
            order_queue(tuning(&path), connect.clone(), retry.collect(), &jobs, waits).await?;
            finish(tuning(&path), connect, &stop).await?
        }
        step => {
            let commands = jobs.iter().filter_map(|job| command(step, *job)).collect();
            let reached = |state: &JobState| reached(step, state);
            order_queue(tuning(&path), connect, commands, &jobs, reached).await?
        }
    };
    let told = |job: &&JobView| run || arguments.step == QueueStep::Clear || jobs.contains(&job.id);
    let mut printer = Printer::new(choice.json);
    for job in ended.iter().filter(told) {
        report(job, &mut printer)?;
    }
    printer.flush()?;
    if run && stop.is_cancelled() && ended.iter().any(|job| !job.state.finished()) {
        return Err(Error::new(ErrorKind::Cancelled, "the queue", "").into());
    }
    Ok(if run { status(&ended) } else { Status::Done })
}

fn views(peek: &Peek) -> Vec<JobView> {
    let mut machine = Machine::default();
    for fact in &peek.facts {
        machine.apply(fact);
    }
    machine.views()
}

/// The jobs an order is for, each of which it fits.
fn named(arguments: &QueueArguments, views: &[JobView]) -> Result<Vec<JobId>, VerbError> {
    let usage = |sentence: String| Err(VerbError::Usage(sentence));
    let (step, jobs) = (arguments.step, &arguments.jobs);
    if arguments.accept_loss && (step != QueueStep::Retry || jobs.is_empty()) {
        let sentence = "--accept-loss goes with retry and the numbers of transfers";
        return usage(sentence.to_owned());
    }
    match step {
        QueueStep::Run | QueueStep::Clear if !jobs.is_empty() => {
            return usage("run and clear work on every transfer: leave out the numbers".to_owned());
        }
        QueueStep::Cancel | QueueStep::Pause | QueueStep::Resume if jobs.is_empty() => {
            return usage("name the transfers by their numbers: windlass queue list".to_owned());
        }
        QueueStep::Retry if jobs.is_empty() => {
            let failed = views.iter().filter(|view| matches!(view.state, JobState::Failed(_)));
            return Ok(failed.map(|view| view.id).collect());
        }
        _ => {}
    }
    for number in jobs {
        let Some(view) = views.iter().find(|view| view.id.0 == *number) else {
            return usage(format!("there is no transfer {number}: windlass queue list"));
        };
        if let Some(why) = unfit(step, &view.state) {
            return usage(format!("transfer {number} {why}"));
        }
    }
    Ok(jobs.iter().copied().map(JobId).collect())
}

fn unfit(step: QueueStep, state: &JobState) -> Option<&'static str> {
    match step {
        QueueStep::Cancel | QueueStep::Pause if state.finished() => Some("has ended"),
        QueueStep::Resume if *state != JobState::Paused => Some("is not paused"),
        QueueStep::Retry if !matches!(state, JobState::Failed(_) | JobState::Cancelled) => {
            Some("has not failed")
        }
        _ => None,
    }
}

fn command(step: QueueStep, job: JobId) -> Option<TransferCommand> {
    match step {
        QueueStep::Cancel => Some(TransferCommand::Cancel(job)),
        QueueStep::Pause => Some(TransferCommand::Pause(job)),
        QueueStep::Resume => Some(TransferCommand::Resume(job)),
        _ => None,
    }
}

fn reached(step: QueueStep, state: &JobState) -> bool {
    match step {
        QueueStep::Cancel => *state == JobState::Cancelled,
        QueueStep::Pause => *state == JobState::Paused,
        _ => *state != JobState::Paused,
    }
}

async fn finish(
    tuning: Tuning,
    connect: Connect,
    stop: &CancellationToken,
) -> Result<Vec<JobView>, Error> {
    let mut progress = ProgressLine::new();
    let news = |event: &TransferEvent| match event {
        TransferEvent::Warned(_) => warn(event),
        other => progress.take(other),
    };
    let ended = finish_queue(tuning, connect, news, stop.cancelled()).await;
    progress.end();
    ended
}

fn warn(event: &TransferEvent) {
    if let TransferEvent::Warned(error) = event {
        complain_of(error, false);
    }
}

/// Reads beside whoever writes it.
fn list(
    peek: &Peek,
    views: &[JobView],
    jobs: &[JobId],
    choice: &Choice,
) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    for job in views.iter().filter(|view| jobs.is_empty() || jobs.contains(&view.id)) {
        if printer.json {
            let mut object = object(job);
            object["id"] = json!(job.id);
            object["held_by"] = json!(peek.holder);
            printer.object(&object)?;
        } else {
            let state = state(&job.state, peek.holder.is_some());
            printer.line(&format!("{:>4}  {state:9}  {}", job.id.0, line(job)))?;
            if let JobState::Failed(error) = &job.state {
                let (said, explained) = (error.to_string(), error.explain());
                let next = explained.next(advice::say);
                printer.line(&format!("      {}", visible(&said)))?;
                printer.line(&format!("      why    {}", visible(&explained.why)))?;
                printer.line(&format!("      next   {}", visible(&next)))?;
            }
        }
    }
    printer.flush()?;
    if let Some(holder) = &peek.holder {
        say!("windlass: another Windlass ({holder}) works on this queue");
    }
    if let Some(warning) = &peek.warning {
        say!("windlass: {warning}");
    }
    Ok(Status::Done)
}

/// What a job does: how far one is that another Windlass has is told by that one alone.
fn state(state: &JobState, held: bool) -> &'static str {
    match state {
        JobState::Queued | JobState::Running if held => "elsewhere",
        JobState::Queued | JobState::Running => "waiting",
        JobState::Paused => "paused",
        JobState::Done => "done",
        JobState::Failed(_) => "failed",
        JobState::Cancelled => "cancelled",
    }
}
