//! The one task that owns the machine: takes what happens, has it recorded, applies it, starts what is due, tells.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{Failure, JobId, JobState, Progress, TransferCommand, TransferEvent};
use crate::transfer::engine::work::{Assignment, Setup, Yard};
use crate::transfer::fact::{Fact, Outcome};
use crate::transfer::item::Item;
use crate::transfer::journal::{Journal, JournalNews};
use crate::transfer::machine::{Due, Machine};
use crate::transfer::task::Moved;
use crate::transfer::workers::expand::Sink;

/// What can happen to the engine.
#[derive(Debug)]
pub enum Input {
    Command(TransferCommand),
    Journal(JournalNews),
    /// `room` is answered when the window of the job has room again.
    Found {
        job: JobId,
        items: Vec<Item>,
        room: oneshot::Sender<()>,
    },
    Expanded {
        job: JobId,
        result: Result<(), Error>,
    },
    Returned {
        job: JobId,
        place: String,
        crashed: bool,
    },
    Stop(Option<oneshot::Sender<()>>),
}

impl From<JournalNews> for Input {
    fn from(news: JournalNews) -> Input {
        Input::Journal(news)
    }
}

/// Between two tellings of progress: 30 a second.
const TELLING: Duration = Duration::from_millis(33);

/// How long workers get to come to a recorded point at the end.
const LAST_WAIT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Writer {
    machine: Machine,
    journal: Journal,
    yard: Yard,
    inputs: UnboundedSender<Input>,
    news: UnboundedSender<TransferEvent>,
    /// Commands that came before the journal was read.
    early: Option<Vec<TransferCommand>>,
    stops: HashMap<JobId, CancellationToken>,
    rooms: HashMap<JobId, Vec<oneshot::Sender<()>>>,
    /// How far objects under way are, and whether their size was known when they were found.
    live: HashMap<JobId, HashMap<String, (Arc<Moved>, bool)>>,
    told: HashMap<JobId, (JobState, Progress)>,
    touched: BTreeSet<JobId>,
    closing: bool,
    halted: bool,
}

impl Writer {
    pub fn new(
        setup: Setup,
        journal: Option<PathBuf>,
        inputs: UnboundedSender<Input>,
        news: UnboundedSender<TransferEvent>,
    ) -> Writer {
        let journal = Journal::start(journal, inputs.clone());
        Writer {
            machine: Machine::default(),
            yard: Yard::new(setup, journal.clone()),
            journal,
            inputs,
            news,
            early: Some(Vec::new()),
            stops: HashMap::new(),
            rooms: HashMap::new(),
            live: HashMap::new(),
            told: HashMap::new(),
            touched: BTreeSet::new(),
            closing: false,
            halted: false,
        }
    }

    pub async fn run(mut self, mut inbox: UnboundedReceiver<Input>) {
        let mut next_telling = Instant::now();
        let mut ended = None;
        let mut deadline = None;
        loop {
            let moving = !self.live.is_empty() || !self.touched.is_empty();
            tokio::select! {
                input = inbox.recv() => match input {
                    Some(Input::Stop(done)) => {
                        deadline = Some(Instant::now() + LAST_WAIT);
                        // A dropped engine waits for nobody; one that is shut down already is not dropped again.
                        let Some(done) = done.or(ended.take()) else { break };
                        ended = Some(done);
                        self.close();
                    }
                    Some(input) => self.take(input),
                    None => break,
                },
                () = tokio::time::sleep_until(next_telling), if moving => {
                    self.tell_progress();
                    next_telling = Instant::now() + TELLING;
                }
                () = until(deadline), if self.closing => break,
            }
            self.start_due();
            self.tell_states();
            if self.closing && (self.machine.idle() || self.halted) {
                break;
            }
        }
        self.stops.values().for_each(CancellationToken::cancel);
        if ended.is_some() && !self.halted {
            self.journal.close().await;
        }
        if let Some(done) = ended {
            let _ = done.send(());
        }
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Command(command) => self.command(command),
            Input::Journal(JournalNews::Opened { facts, kept, set_aside }) => {
                if !kept {
                    self.tell(TransferEvent::Unkept);
                }
                self.opened(&facts, set_aside);
            }
            Input::Journal(JournalNews::Written(facts)) => {
                for fact in &facts {
                    self.apply(fact);
                }
            }
            Input::Journal(JournalNews::Stuck(error)) => self.tell(TransferEvent::Warned(error)),
            Input::Journal(JournalNews::Halted(error)) => self.halt(error),
            Input::Found { job, items, room } => {
                self.machine.found(job, items);
                self.touched.insert(job);
                self.rooms.entry(job).or_default().push(room);
            }
            Input::Expanded { job, result } => {
                self.machine.expanded(job, result);
                self.touched.insert(job);
            }
            Input::Returned { job, place, crashed } => self.returned(job, place, crashed),
            Input::Stop(_) => {}
        }
    }

    fn command(&mut self, command: TransferCommand) {
        if self.halted || self.closing {
            return;
        }
        if let Some(early) = &mut self.early {
            return early.push(command);
        }
        let facts = self.machine.decide(&command);
        self.journal.note(facts);
    }

    fn opened(&mut self, facts: &[Fact], set_aside: Option<Error>) {
        for fact in facts {
            self.machine.apply(fact);
        }
        self.machine.restored();
        if let Some(error) = set_aside {
            self.tell(TransferEvent::Warned(error));
        }
        let views = self.machine.views();
        for view in &views {
            self.told.insert(view.id, (view.state.clone(), view.progress));
        }
        self.tell(TransferEvent::Restored(views));
        for command in self.early.take().unwrap_or_default() {
            self.command(command);
        }
    }

    fn halt(&mut self, error: Error) {
        self.halted = true;
        self.stops.values().for_each(CancellationToken::cancel);
        self.rooms.clear();
        self.tell(TransferEvent::Halted(error));
    }

    /// Takes in a fact that is durable now, and tells of it.
    fn apply(&mut self, fact: &Fact) {
        self.machine.apply(fact);
        if let Some(job) = fact.job() {
            self.touched.insert(job);
            if self.machine.stopped(job) {
                self.rooms.remove(&job);
                self.stops.remove(&job).inspect(CancellationToken::cancel);
            }
        }
        match fact {
            Fact::Enqueued { job, .. } => {
                if let Some(view) = self.machine.view(*job) {
                    self.told.insert(*job, (view.state.clone(), view.progress));
                    self.tell(TransferEvent::Queued(view));
                }
            }
            Fact::Settled { job, place, outcome, .. } => self.settled(*job, place, outcome),
            Fact::Noted { job, note } => {
                self.tell(TransferEvent::ObjectNoted { id: *job, note: note.clone() });
            }
            Fact::Prioritised { job, priority } => {
                self.tell(TransferEvent::Prioritised { id: *job, priority: *priority });
            }
            Fact::Ordered { .. } => {
                self.tell(TransferEvent::Reordered(self.machine.order().to_vec()));
            }
            Fact::Removed { job } => {
                self.told.remove(job);
                self.tell(TransferEvent::Removed(vec![*job]));
            }
            _ => {}
        }
    }

    fn settled(&mut self, job: JobId, place: &str, outcome: &Outcome) {
        self.forget(job, place);
        if let Outcome::Failed(error) = outcome {
            let failure = Failure { place: place.to_owned(), error: error.clone() };
            self.tell(TransferEvent::ObjectFailed { id: job, failure });
        }
    }

    fn forget(&mut self, job: JobId, place: &str) {
        if let Some(objects) = self.live.get_mut(&job) {
            objects.remove(place);
            if objects.is_empty() {
                self.live.remove(&job);
            }
        }
    }

    fn returned(&mut self, job: JobId, place: String, crashed: bool) {
        self.forget(job, &place);
        self.machine.returned(job, &place);
        self.touched.insert(job);
        if crashed && !self.closing && !self.halted {
            let error = Error::new(ErrorKind::Other, "move the object", place.clone())
                .detail("the worker ended unexpectedly");
            let outcome = Outcome::Failed(error);
            self.journal.note(vec![Fact::Settled { job, place, bytes: 0, outcome }]);
        }
    }

    fn start_due(&mut self) {
        if self.closing || self.halted || self.early.is_some() {
            return;
        }
        while let Some(due) = self.machine.next_due(self.yard.objects(), self.yard.expansions()) {
            self.start(due);
        }
        let machine = &self.machine;
        self.rooms.retain(|job, rooms| {
            if machine.has_room(*job) {
                for room in rooms.drain(..) {
                    let _ = room.send(());
                }
            }
            !rooms.is_empty()
        });
    }

    fn start(&mut self, due: Due) {
        match due {
            Due::Expand { job, again } => self.expand(job, again),
            Due::Move { job, item, partial, again } => {
                let known = item.size.is_some();
                let Some(assignment) = self.assign(job, &item.place, again, known) else { return };
                let (yard, back) = (self.yard.clone(), self.back(job, &item.place));
                tokio::spawn(async move {
                    yard.carry(assignment, item, partial).await;
                    back.well();
                });
            }
            Due::CleanUp { job, place, partial } => {
                let Some(assignment) = self.assign(job, &place, true, true) else { return };
                let (yard, back) = (self.yard.clone(), self.back(job, &place));
                tokio::spawn(async move {
                    yard.clean(assignment, partial).await;
                    back.well();
                });
            }
            Due::Finish { job, error } => self.journal.note(vec![Fact::Finished { job, error }]),
            Due::Remove { job } => self.journal.note(vec![Fact::Removed { job }]),
        }
    }

    fn assign(&mut self, job: JobId, place: &str, again: bool, known: bool) -> Option<Assignment> {
        let spec = self.machine.spec(job)?.clone();
        let moved = Arc::new(Moved::default());
        let objects = self.live.entry(job).or_default();
        objects.insert(place.to_owned(), (Arc::clone(&moved), known));
        self.touched.insert(job);
        let stop = self.stops.entry(job).or_default().clone();
        Some(Assignment { job, spec, place: place.to_owned(), again, moved, stop })
    }

    fn expand(&mut self, job: JobId, again: bool) {
        let Some(spec) = self.machine.spec(job).cloned() else { return };
        let stop = self.stops.entry(job).or_default().clone();
        let (moved, place) = (Arc::default(), String::new());
        let assignment = Assignment { job, spec, place, again, moved, stop };
        self.touched.insert(job);
        let (inputs, yard) = (self.inputs.clone(), self.yard.clone());
        let sink = sink(job, inputs.clone());
        tokio::spawn(async move {
            let work = std::panic::AssertUnwindSafe(yard.expand(assignment, sink)).catch_unwind();
            let result = work.await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Other, "find the objects", "")
                    .detail("the search ended unexpectedly"))
            });
            drop(inputs.send(Input::Expanded { job, result }));
        });
    }

    fn back(&self, job: JobId, place: &str) -> Back {
        Back { inputs: self.inputs.clone(), job, place: place.to_owned(), crashed: true }
    }

    fn close(&mut self) {
        self.closing = true;
        self.rooms.clear();
        self.stops.values().for_each(CancellationToken::cancel);
    }

    fn tell_states(&mut self) {
        let touched: Vec<JobId> = self.touched.iter().copied().collect();
        for id in touched {
            let Some(state) = self.machine.state(id) else { continue };
            if self.told.get(&id).is_some_and(|(told, _)| *told == state) || self.closing {
                continue;
            }
            let Some(view) = self.machine.view(id) else { continue };
            let progress = self.progress(id).unwrap_or(view.progress);
            self.told.insert(id, (state.clone(), progress));
            let verification = view.verification;
            self.tell(TransferEvent::Changed { id, state, progress, verification });
        }
    }

    fn tell_progress(&mut self) {
        let mut moved = Vec::new();
        let mut jobs = std::mem::take(&mut self.touched);
        jobs.extend(self.live.keys());
        for id in jobs {
            let Some(progress) = self.progress(id) else { continue };
            let Some((_, told)) = self.told.get_mut(&id) else { continue };
            if *told != progress {
                *told = progress;
                moved.push((id, progress));
            }
        }
        if !moved.is_empty() {
            self.tell(TransferEvent::Advanced(moved));
        }
    }

    /// What is recorded, and the bytes of objects under way.
    fn progress(&self, id: JobId) -> Option<Progress> {
        let mut progress = self.machine.progress(id)?;
        for (moved, known) in self.live.get(&id).into_iter().flat_map(HashMap::values) {
            progress.bytes += moved.bytes();
            if !known {
                progress.bytes_total += moved.total();
            }
        }
        progress.bytes_total = progress.bytes_total.max(progress.bytes);
        Some(progress)
    }

    fn tell(&self, event: TransferEvent) {
        drop(self.news.send(event));
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn sink(job: JobId, inputs: UnboundedSender<Input>) -> Sink {
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
struct Back {
    inputs: UnboundedSender<Input>,
    job: JobId,
    place: String,
    crashed: bool,
}

impl Back {
    fn well(mut self) {
        self.crashed = false;
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        let place = std::mem::take(&mut self.place);
        drop(self.inputs.send(Input::Returned { job: self.job, place, crashed: self.crashed }));
    }
}
