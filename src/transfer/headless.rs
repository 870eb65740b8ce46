//! Runs a fixed list of jobs to their end, for verbs without a screen.

use std::future::{Future, pending};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    JobId, JobSpec, JobState, JobView, Priority, Progress, TransferCommand,
};
use crate::domain::transfer_event::TransferEvent;
use crate::transfer::engine::{Connect, Engine};
use crate::transfer::tuning::Tuning;

/// How long cleaning up may take at the end.
const CLEANING: Duration = Duration::from_secs(20);

/// Runs the jobs and brings back how each ended, in the order of `specs`. Every event goes to
/// `news` first. Dropping the future stops the work. With `journal: None` nothing stays behind of a
/// job that failed.
pub async fn run_to_end(
    tuning: Tuning,
    connect: Connect,
    specs: Vec<JobSpec>,
    news: impl FnMut(&TransferEvent) + Send,
) -> Vec<JobView> {
    run_until(tuning, connect, specs, news, pending()).await
}

/// As [`run_to_end`]; when `stop` is ready, all jobs are cancelled and cleaned up before it
/// returns.
pub async fn run_until(
    tuning: Tuning,
    connect: Connect,
    specs: Vec<JobSpec>,
    news: impl FnMut(&TransferEvent) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Vec<JobView> {
    let (tell, inbox) = unbounded_channel();
    let forget = tuning.journal.is_none();
    let engine = Engine::start(tuning, connect, tell);
    let mut run = Run {
        wanted: specs.len(),
        queue: false,
        halted: None,
        unkept: false,
        specs,
        views: Vec::new(),
        over: false,
        inbox,
        news,
    };
    engine.send(TransferCommand::Enqueue(run.specs.clone()));
    tokio::select! {
        () = run.finished() => {}
        () = stop => {
            run.all_queued().await;
            run.views.iter().for_each(|view| engine.send(TransferCommand::Cancel(view.id)));
            let _ = timeout(CLEANING, run.finished()).await;
        }
    }
    if forget && !run.over {
        engine.send(TransferCommand::ClearFinished);
        let _ = timeout(CLEANING, run.cleared()).await;
    }
    engine.shut_down().await;
    run.views
}

/// Goes on with the queue of a journal until nothing is left to do but what is paused. When `stop`
/// is ready, the rest stays for next time. An error where the journal cannot be had.
pub async fn finish_queue(
    tuning: Tuning,
    connect: Connect,
    news: impl FnMut(&TransferEvent) + Send,
    stop: impl Future<Output = ()> + Send,
) -> Result<Vec<JobView>, Error> {
    let (tell, inbox) = unbounded_channel();
    let engine = Engine::start(tuning, connect, tell);
    let mut run = Run::of_a_queue(inbox, news);
    tokio::select! {
        () = run.finished() => {}
        () = stop => {}
    }
    engine.shut_down().await;
    run.halted.map_or(Ok(run.views), Err)
}

/// Forgets the jobs of a journal that have ended, once what they left is cleaned up; begins
/// nothing. Brings back the jobs that are left.
pub async fn clear_queue(
    tuning: Tuning,
    connect: Connect,
    news: impl FnMut(&TransferEvent) + Send,
) -> Result<Vec<JobView>, Error> {
    let (tell, inbox) = unbounded_channel();
    let engine = Engine::start(Tuning { expansions: 0, ..tuning }, connect, tell);
    let mut run = Run::of_a_queue(inbox, news);
    engine.send(TransferCommand::ClearFinished);
    let _ = timeout(CLEANING, run.without_finished()).await;
    engine.shut_down().await;
    run.halted.map_or(Ok(run.views), Err)
}

/// Gives orders to the queue of a journal and begins nothing; ready when every named job is as
/// `wanted` says. Brings back the whole queue.
pub async fn order_queue(
    tuning: Tuning,
    connect: Connect,
    commands: Vec<TransferCommand>,
    jobs: &[JobId],
    wanted: impl Fn(&JobState) -> bool + Send,
) -> Result<Vec<JobView>, Error> {
    let (tell, inbox) = unbounded_channel();
    let engine = Engine::start(Tuning { expansions: 0, ..tuning }, connect, tell);
    let mut run = Run::of_a_queue(inbox, |_: &TransferEvent| ());
    for command in commands {
        engine.send(command);
    }
    let _ = timeout(CLEANING, run.until(jobs, wanted)).await;
    // What was cancelled is cleaned up before it returns.
    engine.shut_down().await;
    run.halted.map_or(Ok(run.views), Err)
}

struct Run<F> {
    /// Jobs that must be there before they can all be finished.
    wanted: usize,
    /// The jobs are those of the journal.
    queue: bool,
    halted: Option<Error>,
    /// The journal could not be had.
    unkept: bool,
    specs: Vec<JobSpec>,
    views: Vec<JobView>,
    /// The engine cannot work.
    over: bool,
    inbox: UnboundedReceiver<TransferEvent>,
    news: F,
}

impl<F: FnMut(&TransferEvent) + Send> Run<F> {
    async fn finished(&mut self) {
        while !self.over && (self.views.len() != self.wanted || !self.all_finished()) {
            let Some(event) = self.inbox.recv().await else { return };
            (self.news)(&event);
            self.take(event);
        }
    }

    async fn all_queued(&mut self) {
        while !self.over && self.views.len() < self.wanted {
            let Some(event) = self.inbox.recv().await else { return };
            (self.news)(&event);
            self.take(event);
        }
    }

    async fn cleared(&mut self) {
        let mut left = self.views.len();
        while left > 0 {
            match self.inbox.recv().await {
                Some(TransferEvent::Removed(jobs)) => left = left.saturating_sub(jobs.len()),
                // What was under way when the jobs were cancelled may have been done.
                Some(event) => self.take(event),
                None => return,
            }
        }
    }

    async fn without_finished(&mut self) {
        while !self.over
            && (self.wanted == usize::MAX || self.views.iter().any(|view| view.state.finished()))
        {
            let Some(event) = self.inbox.recv().await else { return };
            (self.news)(&event);
            self.take(event);
        }
    }

    async fn until(&mut self, jobs: &[JobId], wanted: impl Fn(&JobState) -> bool) {
        let reached = |views: &[JobView]| {
            views.iter().filter(|view| jobs.contains(&view.id)).all(|view| wanted(&view.state))
        };
        while !self.over && (self.wanted == usize::MAX || !reached(&self.views)) {
            let Some(event) = self.inbox.recv().await else { return };
            (self.news)(&event);
            self.take(event);
        }
    }

    fn of_a_queue(inbox: UnboundedReceiver<TransferEvent>, news: F) -> Run<F> {
        Run {
            wanted: usize::MAX,
            queue: true,
            halted: None,
            unkept: false,
            specs: Vec::new(),
            views: Vec::new(),
            over: false,
            inbox,
            news,
        }
    }

    fn all_finished(&self) -> bool {
        let rests = |state: &JobState| self.queue && *state == JobState::Paused;
        self.views.iter().all(|view| view.state.finished() || rests(&view.state))
    }

    fn take(&mut self, event: TransferEvent) {
        match event {
            TransferEvent::Queued(view) => self.views.push(view),
            TransferEvent::Jobs(news) => {
                for (id, change) in news {
                    if let Some(view) = self.views.iter_mut().find(|view| view.id == id) {
                        view.apply(change);
                    }
                }
            }
            TransferEvent::Halted(error) => self.halted(&error),
            // The queue is not the one of the journal, or not all of it is there.
            TransferEvent::Warned(error)
                if self.queue
                    && self.wanted == usize::MAX
                    && (self.unkept || error.is(&ErrorKind::Corrupt)) =>
            {
                self.halted(&error);
            }
            TransferEvent::Unkept => self.unkept = true,
            TransferEvent::Restored(views) if self.queue => {
                self.wanted = views.len();
                self.views = views;
            }
            TransferEvent::Removed(jobs) if self.queue => {
                self.views.retain(|view| !jobs.contains(&view.id));
            }
            TransferEvent::Restored(_)
            | TransferEvent::StorageChanged(_)
            | TransferEvent::Limited(_)
            | TransferEvent::Reordered(_)
            | TransferEvent::Removed(_)
            | TransferEvent::Kept
            | TransferEvent::Held(_)
            | TransferEvent::Warned(_) => {}
        }
    }

    /// Every job that is not finished fails with the engine's error.
    fn halted(&mut self, error: &Error) {
        self.over = true;
        self.halted = Some(error.clone());
        if self.queue {
            return;
        }
        for at in self.views.len()..self.wanted {
            let (id, spec) = (JobId(at as u64 + 1), self.specs[at].clone());
            self.views.push(JobView {
                id,
                spec,
                state: JobState::Queued,
                progress: Progress::default(),
                failures: Vec::new(),
                notes: Vec::new(),
                verification: None,
                priority: Priority::default(),
                wait: None,
            });
        }
        for view in self.views.iter_mut().filter(|view| !view.state.finished()) {
            view.state = JobState::Failed(error.clone());
        }
    }
}
