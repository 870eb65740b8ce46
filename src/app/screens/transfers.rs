//! The transfers pane: the queue, what can be done to a job, and what is known of one.

use jiff::{SignedDuration, Timestamp};

use crate::app::action::{Action, Scope};
use crate::app::chord::Chord;
use crate::app::context::{Context, Move};
use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::dialog::{Answer, Dialog};
use crate::app::dialogs::outcome::Outcome;
use crate::app::event::{Reply, Ticket};
use crate::app::layout::Pane;
use crate::app::linking::{LinkForm, Linking, copy_shown};
use crate::app::list::List;
use crate::app::screens::job_details::details;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::app::transfers::{QueuedJob, Settled, Transfers};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::ErrorKind;
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::{
    Direction, JobId, JobState, Target, TransferCommand, TransferEvent, Work,
};
use crate::domain::units::Count;

#[derive(Clone, Debug, Default)]
pub struct TransfersPane {
    pub queue: Transfers,
    pub list: List,
    question: Option<(Dialog, About)>,
    linking: Linking,
    /// When the end of a job last had a prefix listed again.
    refreshed: Option<Timestamp>,
    /// Jobs that ended since the queue last came to rest.
    ended: Ended,
}

#[derive(Clone, Debug, Default)]
struct Ended {
    done: usize,
    failed: usize,
    /// What is said of the last one that is done, where it is the only one.
    said: String,
}

/// While many jobs change one prefix, it is listed again no more often than this.
const REFRESH_PAUSE: SignedDuration = SignedDuration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Cancel(JobId),
    Details(JobId),
    Link,
}

impl TransfersPane {
    pub fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(&[Scope::Transfers, Scope::List, Scope::Global], Dialog::scopes)
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.question.as_ref().map(|(dialog, _)| dialog)
    }

    /// The job under the cursor.
    pub fn current(&self) -> Option<&QueuedJob> {
        self.queue.jobs().get(self.list.cursor)
    }

    pub fn fit(&mut self, cx: &Context<'_>) {
        self.list.fit(self.queue.jobs().len(), cx.areas.rows(Pane::Transfers));
    }

    pub fn scroll(&mut self, by: isize, cx: &Context<'_>) {
        self.list.scroll(by, self.queue.jobs().len(), cx.areas.rows(Pane::Transfers));
    }

    /// Puts the cursor on the row that is `line` rows below the top; a click on it there opens the details.
    pub fn click(&mut self, line: u16, was_focused: bool, cx: &mut Context<'_>) {
        let Some(position) = self.list.at_line(line, self.queue.jobs().len()) else { return };
        if was_focused && self.list.cursor == position {
            self.on_action(Action::JobDetails, cx);
        }
        self.list.cursor = position;
    }

    pub fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if let Some((dialog, _)) = &mut self.question {
            let outcome = dialog.on_action(action);
            self.on_outcome(outcome, cx);
            return true;
        }
        let rows = cx.areas.rows(Pane::Transfers);
        if action != Action::Open && self.list.on_action(action, self.queue.jobs().len(), rows) {
            return true;
        }
        if action == Action::ClearFinished {
            cx.transfer(TransferCommand::ClearFinished);
            return true;
        }
        let Some(job) = self.current().cloned() else { return false };
        self.on_job_action(action, &job, cx)
    }

    pub fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((dialog, _)) = &mut self.question {
            let outcome = dialog.on_text(chord);
            self.on_outcome(outcome, cx);
        }
    }

    pub fn owns(&self, ticket: Ticket) -> bool {
        self.linking.owns(ticket)
    }

    pub fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        let shown = self.linking.on_reply(ticket, reply, cx);
        if let Some(shown) = shown.filter(|_| self.question.is_none()) {
            self.question = Some((Dialog::LinkShown(shown), About::Link));
        }
    }

    /// Brings news of the engine; the end of a job is said, and what it changed is listed again. The cursor goes on to
    /// what is under way, but not under the hands of somebody who is here.
    pub fn on_news(&mut self, news: TransferEvent, focused: bool, cx: &mut Context<'_>) {
        if let TransferEvent::Halted(error) = &news {
            cx.ask(Move::Log(error.clone()));
        }
        let arrives = matches!(news, TransferEvent::Queued(_));
        let stood_on = self.current().map(|job| job.view.id);
        let settled = self.queue.on_event(cx.now, news);
        let position = |id| self.queue.jobs().iter().position(|job| job.view.id == id);
        self.list.cursor = stood_on.and_then(position).unwrap_or(self.list.cursor);
        let untouched = !focused && self.question.is_none();
        if arrives || (untouched && !settled.is_empty()) {
            self.leave_finished();
        }
        for each in settled {
            let name = self.queue.job(each.id).map_or_else(String::new, QueuedJob::name);
            self.say(&each, &name, cx);
            cx.ask(Move::Settled(each.spec));
        }
        self.renew_details();
        self.fit(cx);
    }

    pub fn on_tick(&mut self, now: Timestamp) {
        self.queue.on_tick(now);
    }

    /// Whether a prefix that a job changed is to be listed again: once nothing that runs will change it any more,
    /// and every few seconds until then.
    pub fn refresh_is_due(&mut self, now: Timestamp, bucket: &Bucket, prefix: &Prefix) -> bool {
        let lately = self.refreshed.is_some_and(|at| now.duration_since(at) < REFRESH_PAUSE);
        if lately && self.queue.will_change(bucket, prefix) {
            return false;
        }
        self.refreshed = Some(now);
        true
    }

    /// Why an action cannot be done to the job under the cursor.
    pub fn disabled(&self, action: Action, session: &Session) -> Option<String> {
        if action == Action::ClearFinished {
            let any = self.queue.jobs().iter().any(|job| job.view.state.finished());
            return (!any).then(|| "no transfer is finished".to_owned());
        }
        let of_job = matches!(
            action,
            Action::CancelJob
                | Action::PauseJob
                | Action::RetryJob
                | Action::JobEarlier
                | Action::JobLater
                | Action::JobDetails
                | Action::CopyLink
        );
        if !of_job {
            return None;
        }
        let Some(job) = self.current() else { return Some("there is no transfer here".into()) };
        let reason = match (action, &job.view.state) {
            (Action::CancelJob, state) if state.finished() => "it is finished",
            (Action::PauseJob, state) if state.finished() => "it is finished",
            (Action::RetryJob, JobState::Failed(_) | JobState::Cancelled) => return None,
            (Action::RetryJob, _) => "nothing of it failed",
            (Action::JobEarlier | Action::JobLater, JobState::Queued | JobState::Paused) => {
                return None;
            }
            (Action::JobEarlier | Action::JobLater, _) => "only waiting transfers can be moved",
            (Action::CopyLink, _) if job.view.spec.connection != *session.name() => {
                "it belongs to another connection"
            }
            (Action::CopyLink, _) if remote_object(&job.view.spec.work).is_none() => {
                "it is no single object"
            }
            _ => return None,
        };
        Some(reason.to_owned())
    }

    /// A new job brings the cursor from what is finished to what is under way, so that it is seen.
    fn leave_finished(&mut self) {
        if self.current().is_none_or(|job| job.view.state.finished()) {
            let under_way = self.queue.jobs().iter().position(QueuedJob::is_active);
            self.list.cursor = under_way.unwrap_or(self.list.cursor);
        }
    }

    fn on_job_action(&mut self, action: Action, job: &QueuedJob, cx: &mut Context<'_>) -> bool {
        let id = job.view.id;
        match action {
            Action::CancelJob if job.view.state == JobState::Running => {
                self.question = Some((Dialog::Confirm(cancelling(job)), About::Cancel(id)));
            }
            Action::CancelJob => cx.transfer(TransferCommand::Cancel(id)),
            Action::PauseJob if job.view.state == JobState::Paused => {
                cx.transfer(TransferCommand::Resume(id));
            }
            Action::PauseJob => cx.transfer(TransferCommand::Pause(id)),
            Action::RetryJob => cx.transfer(TransferCommand::Retry(id)),
            Action::JobEarlier => cx.transfer(TransferCommand::Move(id, -1)),
            Action::JobLater => cx.transfer(TransferCommand::Move(id, 1)),
            Action::JobDetails | Action::Open => {
                let dialog = Dialog::Details(details(job));
                self.question = Some((dialog, About::Details(id)));
            }
            Action::CopyLink => {
                let objects = remote_object(&job.view.spec.work).into_iter().collect();
                let life = cx.session.connection().link_expiry;
                self.linking.start(objects, life, LinkForm::Url, cx);
            }
            _ => return false,
        }
        true
    }

    fn on_outcome(&mut self, outcome: Outcome<Answer>, cx: &mut Context<'_>) {
        let Some((dialog, about)) = &self.question else { return };
        match (outcome, *about) {
            (Outcome::Open, _) => return,
            (Outcome::Accepted(Answer::CopyAgain), _) => {
                if let Dialog::LinkShown(shown) = dialog {
                    copy_shown(shown, "link", cx);
                }
                return;
            }
            (Outcome::Accepted(Answer::Yes), About::Cancel(id)) => {
                cx.transfer(TransferCommand::Cancel(id));
            }
            _ => {}
        }
        self.question = None;
    }

    /// A failure is always said; successes together, once the queue has come to rest.
    fn say(&mut self, settled: &Settled, name: &str, cx: &mut Context<'_>) {
        match &settled.state {
            JobState::Failed(error) if !error.is(&ErrorKind::Cancelled) => {
                self.ended.failed += 1;
                cx.ask(Move::Log(error.clone()));
            }
            JobState::Done => {
                self.ended.done += 1;
                self.ended.said = done_text(settled, name);
            }
            _ => {}
        }
        if self.queue.active() > 0 {
            return;
        }
        match std::mem::take(&mut self.ended) {
            Ended { done: 1, failed: 0, said } => cx.toast(Level::Done, said),
            Ended { done: 0, .. } => {}
            Ended { done, failed: 0, .. } => {
                cx.toast(Level::Done, format!("all {} transfers done", Count(done as u64)));
            }
            Ended { done, failed, .. } => {
                let (done, failed) = (Count(done as u64), Count(failed as u64));
                cx.toast(Level::Problem, format!("{done} transfers done, {failed} failed"));
            }
        }
    }

    /// Keeps open details up to date, and a question from being about a job that is over.
    fn renew_details(&mut self) {
        match &mut self.question {
            Some((Dialog::Details(shown), About::Details(id))) => {
                if let Some(job) = self.queue.job(*id) {
                    let (raw, scroll) = (shown.raw, shown.scroll);
                    *shown = details(job);
                    (shown.raw, shown.scroll) = (raw, scroll);
                }
            }
            Some((_, About::Cancel(id)))
                if self.queue.job(*id).is_none_or(|job| job.view.state.finished()) =>
            {
                self.question = None;
            }
            _ => {}
        }
    }
}

fn cancelling(job: &QueuedJob) -> Confirm {
    let kept = match job.view.spec.work.direction() {
        Direction::Down => "What is not complete is thrown away; finished files stay.",
        Direction::Up => "What is not complete is thrown away; uploaded objects stay.",
        Direction::Copy => "Objects that are copied stay.",
        Direction::Delete => "What is deleted stays deleted.",
    };
    Confirm::new("Cancel the transfer", "Cancel it", "Go on")
        .line("It runs. Cancel it?")
        .line(kept)
        .about(std::iter::once(job.name()))
}

/// The object a link can be made of.
fn remote_object(work: &Work) -> Option<ObjectAddress> {
    let (bucket, target) = match work {
        Work::Upload { bucket, target, .. } | Work::Download { bucket, source: target, .. } => {
            (bucket, target)
        }
        Work::Copy { to_bucket, target, .. } => (to_bucket, target),
        Work::Delete { .. } => return None,
    };
    match target {
        Target::Object(key) => Some(ObjectAddress { bucket: bucket.clone(), key: key.clone() }),
        Target::Prefix(_) => None,
    }
}

/// `site uploaded (12 objects, 2 skipped)`; the name is enough for an object.
fn done_text(settled: &Settled, name: &str) -> String {
    let done = match settled.spec.work.direction() {
        Direction::Up => "uploaded",
        Direction::Down => "downloaded",
        Direction::Copy => "copied",
        Direction::Delete => "deleted",
    };
    match (settled.progress.objects, settled.progress.skipped) {
        (1, 0) => format!("{name} {done}"),
        (0, 1) => format!("{name} skipped: it exists already"),
        (objects, 0) => format!("{name} {done} ({} objects)", Count(objects)),
        (objects, skipped) => {
            format!("{name} {done} ({} objects, {} skipped)", Count(objects), Count(skipped))
        }
    }
}
