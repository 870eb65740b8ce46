//! Empties a bucket by a job, then of old versions, markers and unfinished uploads, and deletes it.

use crate::app::action::Action;
use crate::app::context::{Context, Intent};
use crate::app::dialogs::Dialog;
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::details::Details;
use crate::app::dialogs::question::{Question, QuestionSlot};
use crate::app::effect::{StorageRequest, VersionsRequest};
use crate::app::event::{Answer, Reply, Ticket};
use crate::app::toasts::Level;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::{EndedJob, QueuedJob};
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    FileRules, JobId, JobOptions, JobSpec, JobState, OnConflict, Target, TransferCommand, Work,
};
use crate::domain::transfer_event::TransferEvent;
use crate::domain::units::{Count, Counted, CountedSoFar};

/// The buckets that are being emptied, each until it is deleted or cannot be.
#[derive(Clone, Debug, Default)]
pub struct Emptying {
    buckets: Vec<Emptied>,
    /// How far the last one is; over everything until it is hidden.
    pub(super) question: QuestionSlot<Bucket>,
}

#[derive(Clone, Debug)]
struct Emptied {
    spec: JobSpec,
    bucket: Bucket,
    /// Once the engine has taken it.
    job: Option<JobId>,
    step: Step,
    /// Versions, markers and uploads that are gone.
    gone: u64,
    /// The bucket is to stay; what is under way is still counted.
    stopped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Objects,
    /// What a listing does not show: old versions, delete markers, unfinished uploads.
    Rest(Ticket),
    Bucket(Ticket),
}

impl Emptying {
    pub fn begin(&mut self, bucket: Bucket, cx: &mut Context<'_>) {
        let targets = vec![Target::Prefix(Prefix::root())];
        let spec = JobSpec {
            connection: cx.session.name().clone(),
            work: Work::Delete { bucket: bucket.clone(), targets },
            on_conflict: OnConflict::default(),
            files: FileRules::default(),
            options: JobOptions::default(),
        };
        cx.transfer(TransferCommand::Enqueue(vec![spec.clone()]));
        let emptied = Emptied {
            spec,
            bucket: bucket.clone(),
            job: None,
            step: Step::Objects,
            gone: 0,
            stopped: false,
        };
        self.question.ask(Dialog::Confirm(progress(&emptied, None)), bucket);
        self.buckets.push(emptied);
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.waiting_for(ticket).is_some()
    }

    pub fn is_waiting(&self) -> bool {
        self.buckets.iter().any(|each| each.step != Step::Objects)
    }

    /// A yes stops it; it goes on where it is hidden.
    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) {
        let Some((Question { about: bucket, .. }, _)) = self.question.on_action(action, cx) else {
            return;
        };
        if let Some(at) = self.buckets.iter().position(|each| each.bucket == bucket) {
            self.stop(at, cx);
        }
    }

    /// To be told of every event of the engine before the queue is.
    pub fn follow(&mut self, news: &TransferEvent) {
        let TransferEvent::Queued(view) = news else { return };
        let own = |each: &&mut Emptied| each.job.is_none() && each.spec == view.spec;
        if let Some(each) = self.buckets.iter_mut().find(own) {
            each.job = Some(view.id);
        }
    }

    /// Shows how far it is.
    pub fn renew(&mut self, queue: &Transfers) {
        let Some(question) = self.question.get_mut() else { return };
        let Dialog::Confirm(shown) = &mut question.dialog else { return };
        let shows = |each: &&Emptied| each.bucket == question.about;
        let Some(each) = self.buckets.iter().find(shows) else { return };
        let on_yes = shown.on_yes;
        *shown = progress(each, each.job.and_then(|id| queue.job(id)));
        shown.on_yes = on_yes;
    }

    /// A job came to its end: what is not listed is next, or the bucket stays.
    pub fn on_settled(&mut self, settled: &EndedJob, cx: &mut Context<'_>) {
        let Some(at) = self.buckets.iter().position(|each| each.job == Some(settled.id)) else {
            return;
        };
        if settled.state == JobState::Done {
            return self.ask_rest(at, cx);
        }
        let each = self.end(at);
        let text = match settled.progress.failed {
            0 => format!("{} was not emptied and stays", each.bucket),
            failed => {
                let (bucket, objects) = (&each.bucket, Counted(failed, "object"));
                format!("{bucket} stays: {objects} could not be deleted")
            }
        };
        cx.toast(Level::Problem, text);
    }

    /// Gives what is to be read where the bucket could not be deleted.
    pub fn on_reply(
        &mut self,
        ticket: Ticket,
        reply: Reply,
        cx: &mut Context<'_>,
    ) -> Option<Details> {
        let at = self.waiting_for(ticket)?;
        match reply {
            Ok(Answer::Emptied { emptied, done: false }) => {
                self.buckets[at].gone = emptied.sum();
            }
            Ok(Answer::Emptied { emptied, done: true }) => {
                let gone = emptied.sum();
                for error in emptied.errors {
                    cx.ask(Intent::Log(error));
                }
                if self.buckets[at].stopped {
                    self.buckets[at].gone = gone;
                    self.stays(at, cx);
                } else {
                    self.delete(at, cx);
                }
            }
            Ok(Answer::BucketDeleted) => return self.on_deleted(at, Ok(()), cx),
            Ok(_) => {}
            Err(error) => return self.on_failure(at, error, cx),
        }
        None
    }

    /// Where that cannot be listed or deleted, the server will say whether it minds.
    fn on_failure(&mut self, at: usize, error: Error, cx: &mut Context<'_>) -> Option<Details> {
        cx.ask(match self.buckets[at].step {
            Step::Bucket(_) => return self.on_deleted(at, Err(error), cx),
            Step::Rest(_) | Step::Objects => Intent::LogQuietly(error),
        });
        if self.buckets[at].stopped {
            self.stays(at, cx);
        } else {
            self.delete(at, cx);
        }
        None
    }

    fn waiting_for(&self, ticket: Ticket) -> Option<usize> {
        let waits = [Step::Rest(ticket), Step::Bucket(ticket)];
        self.buckets.iter().position(|each| waits.contains(&each.step))
    }

    fn stop(&mut self, at: usize, cx: &mut Context<'_>) {
        match (self.buckets[at].step, self.buckets[at].job) {
            // Its end tells the rest.
            (Step::Objects, Some(job)) => cx.transfer(TransferCommand::Cancel(job)),
            // The server is asked already, and says what became of it.
            (Step::Bucket(_), _) => {}
            (Step::Objects, None) => drop(self.end(at)),
            // Its answer counts what was under way; stopped once more, it is not waited for.
            (Step::Rest(ticket), _) if !self.buckets[at].stopped => {
                cx.stop(ticket);
                self.buckets[at].stopped = true;
                let shown = Dialog::Confirm(progress(&self.buckets[at], None));
                self.question.ask(shown, self.buckets[at].bucket.clone());
            }
            (Step::Rest(ticket), _) => {
                let said = stays(&self.end(at));
                cx.leave(&mut Some(ticket), said);
            }
        }
    }

    fn stays(&mut self, at: usize, cx: &mut Context<'_>) {
        let each = self.end(at);
        cx.toast(Level::Ended, stays(&each));
    }

    fn end(&mut self, at: usize) -> Emptied {
        let each = self.buckets.remove(at);
        if self.question.get().is_some_and(|question| question.about == each.bucket) {
            self.question.take();
        }
        each
    }

    fn ask(&self, at: usize, request: StorageRequest, cx: &mut Context<'_>) -> Ticket {
        cx.request_of(self.buckets[at].spec.connection.clone(), request)
    }

    fn ask_rest(&mut self, at: usize, cx: &mut Context<'_>) {
        let bucket = self.buckets[at].bucket.clone();
        let ticket =
            self.ask(at, StorageRequest::Versions(VersionsRequest::EmptyBucket(bucket)), cx);
        self.buckets[at].step = Step::Rest(ticket);
    }

    fn delete(&mut self, at: usize, cx: &mut Context<'_>) {
        let request = StorageRequest::DeleteBucket(self.buckets[at].bucket.clone());
        self.buckets[at].step = Step::Bucket(self.ask(at, request, cx));
    }

    fn on_deleted(
        &mut self,
        at: usize,
        done: Result<(), Error>,
        cx: &mut Context<'_>,
    ) -> Option<Details> {
        let Emptied { bucket, spec, .. } = self.end(at);
        match done {
            Ok(()) => {
                cx.toast(Level::Done, format!("bucket {bucket} emptied and deleted"));
                if is_open(&spec.connection, cx) {
                    cx.ask(Intent::BucketDeleted(bucket));
                }
                None
            }
            Err(error) => {
                cx.ask(Intent::Log(error.clone()));
                Some(not_deleted(&bucket, error))
            }
        }
    }
}

fn is_open(connection: &ConnectionName, cx: &Context<'_>) -> bool {
    cx.session.name() == connection
}

/// Why a bucket without objects was not deleted.
pub fn not_deleted(bucket: &Bucket, error: Error) -> Details {
    let full = error.is(&ErrorKind::BucketNotEmpty);
    let details = Details::of_error(format!("{bucket} was not deleted"), error);
    if !full {
        return details;
    }
    details.fact(
        "Left",
        "It lists no objects. If it keeps versions, old versions and delete markers are still in \
         it: the command windlass empty deletes them. Otherwise something was stored meanwhile.",
    )
}

fn stays(each: &Emptied) -> String {
    format!("{} has no objects and stays; {}", each.bucket, gone(each.gone))
}

/// Old versions, markers and uploads, with their verb.
fn gone(many: u64) -> String {
    match many {
        1 => "1 old version, delete marker or unfinished upload is gone".to_owned(),
        many => {
            let many = Count(many);
            format!("{many} old versions, delete markers and unfinished uploads are gone")
        }
    }
}

fn progress(each: &Emptied, job: Option<&QueuedJob>) -> Confirm {
    let far = match (each.step, job.map(|job| job.view.progress)) {
        (Step::Objects, Some(progress)) if progress.objects_total > 0 => {
            let all = CountedSoFar(progress.objects_total, "object", progress.expanded);
            let be = if progress.objects_total == 1 && progress.expanded { "is" } else { "are" };
            format!("{} of {all} {be} deleted.", Count(progress.objects))
        }
        (Step::Objects, _) => "Looking for the objects in it.".to_owned(),
        (Step::Rest(_), _) if each.stopped => {
            format!("Stopping: the server is answering what was asked. So far {}.", gone(each.gone))
        }
        (Step::Rest(_), _) => format!("All objects are deleted. {}.", gone(each.gone)),
        (Step::Bucket(_), _) => "All objects are deleted. Deleting the bucket.".to_owned(),
    };
    Confirm::new("Emptying a bucket", "Stop", "Hide")
        .line(far)
        .line(match each.stopped {
            true => "The bucket stays. Stop again and Windlass does not wait for the count.",
            false => "The bucket is deleted when it is empty.",
        })
        .about(std::iter::once(each.bucket.as_str()))
}
