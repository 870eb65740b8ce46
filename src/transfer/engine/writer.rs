//! The writer is the one task that owns the machine: it records facts, applies them, and starts
//! what is due.

mod servers;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{Failure, JobId, TransferCommand};
use crate::domain::transfer_event::{JobChange, TransferEvent};
use crate::transfer::engine::back::{Back, sink};
use crate::transfer::engine::held::held;
use crate::transfer::engine::input::Input;
use crate::transfer::engine::moments::{moment, until};
use crate::transfer::engine::reporter::Reporter;
use crate::transfer::engine::work::{ObjectTask, WorkerContext};
use crate::transfer::fact::{Fact, Outcome, Partial};
use crate::transfer::journal::{Journal, JournalNews};
use crate::transfer::machine::{Due, Machine};

/// Inputs taken in before work is started and anything is told.
const BATCH: usize = 512;

/// How long workers get to come to a recorded point at the end.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// How far the journal of this process is on its way to be the one of another that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Exchange {
    #[default]
    None,
    /// Workers come to a recorded point first.
    Draining,
    Adopting,
}

#[derive(Debug)]
pub struct Writer {
    machine: Machine,
    journal: Journal,
    context: WorkerContext,
    inputs: UnboundedSender<Input>,
    reporter: Reporter,
    /// Commands that came before the journal was read.
    early: Option<Vec<TransferCommand>>,
    stops: HashMap<JobId, CancellationToken>,
    rooms: HashMap<JobId, Vec<oneshot::Sender<()>>>,
    /// Jobs that are about to be paused, for a connection leads elsewhere.
    misled: HashSet<JobId>,
    closing: bool,
    exchange: Exchange,
    halted: bool,
}

impl Writer {
    pub fn new(
        context: WorkerContext,
        journal: Journal,
        inputs: UnboundedSender<Input>,
        news: UnboundedSender<TransferEvent>,
    ) -> Writer {
        Writer {
            machine: Machine::default(),
            reporter: Reporter::new(news, context.changes().clone()),
            context,
            journal,
            inputs,
            early: Some(Vec::new()),
            stops: HashMap::new(),
            rooms: HashMap::new(),
            misled: HashSet::new(),
            closing: false,
            exchange: Exchange::None,
            halted: false,
        }
    }

    /// Gives who waits for the end of the engine.
    pub async fn run(mut self, mut inbox: UnboundedReceiver<Input>) -> Option<oneshot::Sender<()>> {
        let mut next_telling = Instant::now();
        let mut ended = None;
        let mut deadline = None;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                taken = inbox.recv_many(&mut batch, BATCH) => if taken == 0 { break },
                () = tokio::time::sleep_until(next_telling), if self.reporter.is_moving() => {
                    self.reporter.tell_progress(&self.machine, &self.context);
                    next_telling = Instant::now() + self.reporter.pause();
                }
                () = until(deadline), if self.closing => break,
                () = moment(self.machine.next_look()), if !self.closing && !self.halted => {}
            }
            let mut dropped = false;
            for input in batch.drain(..) {
                if let Input::Stop(done) = input {
                    deadline = Some(Instant::now() + LAST_WAIT);
                    // A dropped engine waits for nobody; one that is shut down already is not
                    // dropped again.
                    ended = done.or(ended.take());
                    dropped |= ended.is_none();
                    self.close();
                } else {
                    self.take(input);
                }
            }
            if dropped {
                break;
            }
            self.start_due();
            if !self.closing {
                self.reporter.tell_states(&self.machine);
            }
            if self.closing && (self.machine.idle() || self.halted) {
                break;
            }
            if self.exchange == Exchange::Draining && self.machine.idle() {
                self.exchange = Exchange::Adopting;
                self.journal.adopt();
            }
        }
        self.stops.values().for_each(CancellationToken::cancel);
        if ended.is_some() && !self.halted {
            self.journal.close().await;
        }
        ended
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Command(command) => self.command(command),
            Input::Journal(JournalNews::Opened { facts, kept, warnings }) => {
                self.opened(&facts, kept, warnings);
            }
            Input::Journal(JournalNews::Held(holder, facts)) => {
                self.tell(TransferEvent::Held(Some(held(holder, &facts))));
            }
            Input::Journal(JournalNews::Free) => self.drain(),
            Input::Journal(JournalNews::Written(facts)) => {
                for fact in &facts {
                    self.apply(fact);
                }
            }
            Input::Journal(JournalNews::Stuck(error)) => self.tell(TransferEvent::Warned(error)),
            Input::Journal(JournalNews::Halted(error)) => self.halt(error),
            Input::Found { job, items, room } => {
                self.machine.found(job, items);
                self.reporter.touch(job);
                self.rooms.entry(job).or_default().push(room);
            }
            Input::Expanded { job, result } => {
                self.machine.expanded(job, result);
                self.reporter.touch(job);
            }
            Input::Returned { job, place, crashed } => self.returned(job, place, crashed),
            Input::Misled { job, error } => self.misled(job, error),
            Input::Uploads(answer) => drop(answer.send(self.machine.open_uploads())),
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
        match &command {
            TransferCommand::LimitRate(limit) => self.limit(*limit),
            TransferCommand::Resume(job) => self.wake(*job),
            TransferCommand::Reconnect { from, to } => {
                self.context.forget(from);
                self.context.forget(to);
            }
            TransferCommand::ResumeAll => {
                self.machine.order().to_vec().into_iter().for_each(|job| self.wake(job));
            }
            _ => {}
        }
        let facts = self.machine.decide(&command);
        self.journal.note(self.with_servers(facts));
    }

    fn limit(&self, limit: Option<u64>) {
        self.context.limit_to(limit);
        self.tell(TransferEvent::Limited(self.context.limit()));
    }

    /// Goes on with the limit of the journal; one that was set in this process stays, and is kept
    /// from now on.
    fn keep_limit(&self, own: Option<u64>) {
        match (own, self.machine.limit()) {
            (Some(own), _) => {
                let limit = Some(own).filter(|limit| *limit > 0);
                self.journal.note(vec![Fact::Limited { limit }]);
            }
            (None, Some(limit)) if !self.context.tuning().rate_given => {
                self.context.limit_to(Some(limit));
            }
            (None, _) => {}
        }
    }

    fn wake(&mut self, job: JobId) {
        self.machine.look_at_once(job);
        if let Some(spec) = self.machine.spec(job) {
            self.context.wake(&spec.connection);
        }
    }

    /// Begins with what the journal says: at the start, and when it is taken over from a process
    /// that has ended.
    fn opened(&mut self, facts: &[Fact], kept: bool, warnings: Vec<Error>) {
        let taken_over = std::mem::take(&mut self.exchange) != Exchange::None;
        if kept && taken_over {
            self.tell(TransferEvent::Kept);
        } else if !kept {
            self.tell(TransferEvent::Unkept);
        }
        if taken_over {
            self.tell(TransferEvent::Held(None));
        }
        let own_limit = self.machine.limit().filter(|_| taken_over);
        self.machine = Machine::default();
        self.stops.clear();
        self.reporter.restart();
        for fact in facts {
            self.machine.apply(fact);
        }
        self.machine.restored();
        for warning in warnings {
            self.tell(TransferEvent::Warned(warning));
        }
        let views = self.machine.views();
        for view in &views {
            self.reporter.knows(view);
        }
        self.tell(TransferEvent::Restored(views));
        self.keep_limit(own_limit);
        if let Some(limit) = self.context.limit() {
            self.tell(TransferEvent::Limited(Some(limit)));
        }
        for command in self.early.take().unwrap_or_default() {
            self.command(command);
        }
    }

    /// Lets workers come to a recorded point, for the journal is to be exchanged; commands wait
    /// meanwhile.
    fn drain(&mut self) {
        self.exchange = Exchange::Draining;
        self.early.get_or_insert_default();
        self.rooms.clear();
        self.stops.values().for_each(CancellationToken::cancel);
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
            self.reporter.touch(job);
            if self.machine.stopped(job) {
                self.rooms.remove(&job);
                self.stops.remove(&job).inspect(CancellationToken::cancel);
            }
        }
        match fact {
            Fact::Enqueued { job, .. } => {
                if let Some(view) = self.machine.view(*job) {
                    self.reporter.knows(&view);
                    self.tell(TransferEvent::Queued(view));
                }
            }
            Fact::Settled { job, place, outcome, .. } => {
                self.settled(*job, place, outcome);
                self.journal.note(self.machine.passed(*job).into_iter().collect());
            }
            Fact::Noted { job, note } => {
                self.tell(TransferEvent::job(*job, JobChange::Noted(note.clone())));
            }
            Fact::Prioritised { job, priority } => {
                self.tell(TransferEvent::job(*job, JobChange::Priority(*priority)));
            }
            Fact::Reconnected { job, .. } => {
                if let Some(view) = self.machine.view(*job) {
                    self.tell(TransferEvent::job(*job, JobChange::Spec(view.spec)));
                }
            }
            Fact::Paused { job } => drop(self.misled.remove(job)),
            Fact::Ordered { .. } => {
                self.tell(TransferEvent::Reordered(self.machine.order().to_vec()));
            }
            Fact::Removed { job } => self.reporter.removed(*job),
            _ => {}
        }
    }

    fn settled(&mut self, job: JobId, place: &str, outcome: &Outcome) {
        self.reporter.ends(job, place);
        if let Outcome::Failed(error) = outcome {
            let failure = Failure { place: place.to_owned(), error: error.clone() };
            self.tell(TransferEvent::job(job, JobChange::Failed(failure)));
        }
    }

    fn returned(&mut self, job: JobId, place: String, crashed: bool) {
        self.reporter.ends(job, &place);
        self.machine.returned(job, &place);
        self.reporter.touch(job);
        if crashed && !self.closing && !self.halted {
            let error = Error::new(ErrorKind::Other, "move the object", place.clone())
                .detail("the worker ended unexpectedly");
            let outcome = Outcome::Failed(error);
            self.journal.note(vec![Fact::Settled { job, place, bytes: 0, outcome }]);
        }
    }

    fn start_due(&mut self) {
        if self.halted || self.early.is_some() {
            return;
        }
        if self.closing {
            // Whoever gives up and leaves wants nothing left behind.
            while let Some(due) = self.machine.next_clean_up() {
                self.start(due);
            }
            return;
        }
        self.machine.look(Timestamp::now());
        while let Some(due) = self.machine.next_due(self.context.room()) {
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
            Due::Move { job, item, partial, again, looks } => {
                let known = item.size.is_some();
                let Some(assignment) = self.assign(job, &item.place, again, known) else { return };
                let assignment = ObjectTask { looks, ..assignment };
                // What is there already counts until the worker says otherwise.
                assignment.moved.restart_at(partial.as_ref().map_or(0, Partial::bytes));
                let (context, back) = (self.context.clone(), self.back(job, &item.place));
                // On the heap: the runtime moves a future when it is spawned and when it ends.
                tokio::spawn(Box::pin(async move {
                    context.carry(assignment, item, partial).await;
                    back.well();
                }));
            }
            Due::CleanUp { job, place, partial } => {
                let Some(assignment) = self.assign(job, &place, true, true) else { return };
                let (context, back) = (self.context.clone(), self.back(job, &place));
                tokio::spawn(async move {
                    context.clean(assignment, partial).await;
                    back.well();
                });
            }
            Due::Finish { job, error } => self.journal.note(vec![Fact::Finished { job, error }]),
            Due::Remove { job } => {
                self.reporter.tell_last(&self.machine, job);
                self.journal.note(vec![Fact::Removed { job }]);
            }
        }
    }

    fn assign(&mut self, job: JobId, place: &str, again: bool, known: bool) -> Option<ObjectTask> {
        let spec = self.machine.spec(job)?;
        let moved = self.reporter.begins(job, place, known);
        let (stop, wait_reason) = (self.stop(job), self.reporter.wait_reason(job));
        let (place, looks) = (place.to_owned(), 0);
        let ways = self.ways(job);
        Some(ObjectTask { job, spec, place, again, looks, moved, stop, wait_reason, ways })
    }

    fn stop(&mut self, job: JobId) -> CancellationToken {
        self.stops.entry(job).or_default().clone()
    }

    fn expand(&mut self, job: JobId, again: bool) {
        let Some(spec) = self.machine.spec(job) else { return };
        let (stop, wait_reason) = (self.stop(job), self.reporter.wait_reason(job));
        let (moved, place) = (Arc::default(), String::new());
        let (looks, ways) = (0, self.ways(job));
        let assignment =
            ObjectTask { job, spec, place, again, looks, moved, stop, wait_reason, ways };
        let begun = self.machine.begun(job);
        self.reporter.touch(job);
        let (inputs, context) = (self.inputs.clone(), self.context.clone());
        let sink = sink(job, inputs.clone());
        tokio::spawn(async move {
            let work = std::panic::AssertUnwindSafe(context.expand(assignment, begun, sink))
                .catch_unwind();
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

    fn tell(&self, event: TransferEvent) {
        self.reporter.tell(event);
    }
}
