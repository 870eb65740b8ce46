//! The transfers pane shows the queue and acts on its jobs.

mod asking;
pub mod emptying;
mod ending;
mod permitted;
pub mod place;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::{Context, Ending, Intent};
use crate::app::dialogs::details::Details;
use crate::app::dialogs::question::QuestionSlot;
use crate::app::dialogs::{Dialog, DialogAnswer};
use crate::app::effect::Effect;
use crate::app::event::{Reply, Ticket};
use crate::app::layout::Areas;
use crate::app::linking::Linking;
use crate::app::list::List;
use crate::app::part::Part;
use crate::app::scope::{Pane, Scope};
use crate::app::screens::archived;
use crate::app::screens::job_details::details;
use crate::app::screens::transfers::asking::{being_restored, cancelling, limiting, loses, lost};
use crate::app::screens::transfers::emptying::Emptying;
use crate::app::screens::transfers::ending::Ended;
use crate::app::screens::transfers::permitted::{is_order, refused};
use crate::app::screens::transfers::place::{local_path, remote_object};
use crate::app::session::Session;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::app::transfers::rows::{Below, QueueRow};
use crate::domain::address::Bucket;
use crate::domain::transfer::{JobId, JobState, OnArchived, Priority, TransferCommand};
use crate::domain::transfer_event::{JobChange, TransferEvent};
use crate::domain::units::parse_rate_limit;

#[derive(Clone, Debug, Default)]
pub struct TransfersPane {
    pub queue: Transfers,
    pub list: List,
    question: QuestionSlot<About>,
    linking: Linking,
    emptying: Emptying,
    ended: Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Cancel(JobId),
    Details(JobId),
    /// What the copies of a move lack.
    Loss(JobId),
    /// What is being restored.
    Archived(JobId),
    Limit,
    /// One failure of a job.
    Failure,
}

impl Part for TransfersPane {
    fn pane(&self) -> Option<Pane> {
        Some(Pane::Transfers)
    }

    fn focused_by(&self) -> Option<Action> {
        Some(Action::FocusTransfers)
    }

    fn stays_shown(&self) -> bool {
        !self.queue.rows().is_empty()
    }

    fn takes_focus(&self, areas: &Areas) -> bool {
        !areas.pane(Pane::Transfers).is_empty()
    }

    fn wanted(&self) -> &'static [Action] {
        &[
            Action::JobDetails,
            Action::CancelJob,
            Action::PauseJob,
            Action::RetryJob,
            Action::Unfold,
            Action::Fold,
            Action::LimitRate,
            Action::ClearFinished,
            Action::RetryFailed,
            Action::JobEarlier,
            Action::JobLater,
            Action::FocusObjects,
        ]
    }

    fn scopes(&self) -> &'static [Scope] {
        self.dialog().map_or(Scope::Transfers.outwards(), Dialog::scopes)
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.question.dialog().or(self.emptying.question.dialog())
    }

    fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.question.dialog_mut().or(self.emptying.question.dialog_mut())
    }

    fn on_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        if self.question.is_open() {
            if let Some((question, answer)) = self.question.on_action(action, cx) {
                on_answer(question.about, answer, cx);
            }
            return true;
        }
        if self.emptying.question.is_open() {
            self.emptying.on_action(action, cx);
            return true;
        }
        let rows = cx.areas.rows(Pane::Transfers);
        if action != Action::Open && self.list.on_action(action, self.queue.rows().len(), rows) {
            return true;
        }
        if self.on_queue_action(action, cx) {
            return true;
        }
        let Some(job) = self.current().cloned() else { return false };
        self.on_job_action(action, &job, cx)
    }

    fn on_text(&mut self, chord: Chord, cx: &mut Context<'_>) {
        if let Some((question, answer)) = self.question.on_text(chord, cx) {
            on_answer(question.about, answer, cx);
        }
    }

    fn on_paste(&mut self, text: &str, _: &mut Context<'_>) {
        if let Some(dialog) = self.question.dialog_mut() {
            dialog.on_paste(text);
        }
    }

    fn owns(&self, ticket: Ticket) -> bool {
        self.linking.owns(ticket) || self.emptying.owns(ticket)
    }

    fn on_reply(&mut self, ticket: Ticket, reply: Reply, cx: &mut Context<'_>) {
        if self.emptying.owns(ticket) {
            let read = self.emptying.on_reply(ticket, reply, cx);
            if let Some(read) = read.filter(|_| !self.question.is_open()) {
                self.question.ask(Dialog::Details(read), About::Failure);
            }
            self.emptying.renew(&self.queue);
            return;
        }
        if let Some(shown) = self.linking.on_reply(ticket, reply, cx) {
            cx.ask(Intent::ShowText(shown));
        }
    }

    fn is_waiting(&self) -> bool {
        self.queue.is_moving() || self.emptying.is_waiting()
    }

    fn under_way(&self) -> Option<String> {
        self.linking.under_way()
    }

    fn leave_work(&mut self, cx: &mut Context<'_>) -> bool {
        self.linking.leave_work(cx)
    }

    fn fit(&mut self, cx: &Context<'_>) {
        self.list.fit(self.queue.rows().len(), cx.areas.rows(Pane::Transfers));
    }

    fn scroll(&mut self, by: isize, cx: &mut Context<'_>) {
        self.list.scroll(by, self.queue.rows().len(), cx.areas.rows(Pane::Transfers));
    }

    /// A click on the row under the cursor opens the details.
    fn click(&mut self, line: u16, was_focused: bool, cx: &mut Context<'_>) {
        let Some(position) = self.list.at_line(line, self.queue.rows().len()) else { return };
        if was_focused && self.list.cursor == position {
            self.on_action(Action::JobDetails, cx);
        }
        self.list.cursor = position;
    }

    fn disabled(&self, action: Action, session: &Session) -> Option<String> {
        if let Some(holder) = self.queue.holder.as_ref().filter(|_| is_order(action))
            && self.current().is_some_and(|job| job.view.id.is_held())
        {
            return Some(format!("another Windlass window is working on it ({holder})"));
        }
        refused(action, &self.queue, self.current(), session).map(str::to_owned)
    }
}

impl TransfersPane {
    /// Deletes all that is in a bucket, and then the bucket.
    pub fn empty(&mut self, bucket: Bucket, cx: &mut Context<'_>) {
        self.emptying.begin(bucket, cx);
    }

    /// The line under the cursor.
    pub fn current_row(&self) -> Option<QueueRow<'_>> {
        self.queue.rows().row(self.list.cursor)
    }

    /// The job under the cursor, or the one that the line there belongs to.
    pub fn current(&self) -> Option<&QueuedJob> {
        self.current_row().map(|row| row.job)
    }

    /// Brings news of the engine; the end of a job is said, and what it changed is listed again.
    /// The cursor goes on to what is under way, but not under the hands of somebody who is here.
    pub fn on_news(&mut self, news: TransferEvent, focused: bool, cx: &mut Context<'_>) {
        if let TransferEvent::Halted(error) = &news {
            cx.ask(Intent::Log(error.clone()));
        }
        if let TransferEvent::Restored(_) = &news {
            Self::reconnect(cx);
        }
        let arrives = matches!(news, TransferEvent::Queued(_));
        let concerned = self.details_concern(&news);
        let stood_on = self.queue.rows().anchor(self.list.cursor);
        self.emptying.follow(&news);
        let settled = self.queue.on_event(cx.now, news);
        self.ended.follow(&self.queue, cx.now);
        let found = stood_on.and_then(|anchor| self.queue.rows().find(&anchor));
        self.list.cursor = found.unwrap_or(self.list.cursor);
        let untouched = !focused && !self.question.is_open();
        if arrives || (untouched && !settled.is_empty()) {
            self.leave_finished();
        }
        for each in settled {
            let name = self.queue.job(each.id).map_or_else(String::new, QueuedJob::name);
            self.ended.say(&each, &name, &self.queue, cx);
            self.emptying.on_settled(&each, cx);
            let uncertain = self.is_uncertain(each.id, &each.state);
            let done = each.state == JobState::Done;
            cx.ask(Intent::Settled(Ending { spec: each.spec, done, uncertain }));
        }
        self.emptying.renew(&self.queue);
        if concerned {
            self.renew_question(cx.now, cx.session);
        }
        self.fit(cx);
    }

    /// Whether requests of a job may have done what nobody heard of: they were cut off, or lost
    /// their answers.
    fn is_uncertain(&self, id: JobId, state: &JobState) -> bool {
        let lost = |job: &QueuedJob| job.view.failures.iter().any(|each| each.error.retryable());
        *state == JobState::Cancelled || self.queue.job(id).is_some_and(lost)
    }

    /// A queue that was another's may name connections by names they had at the start of this
    /// session.
    fn reconnect(cx: &mut Context<'_>) {
        for (from, to) in cx.session.renamed().cloned() {
            cx.transfer(TransferCommand::Reconnect { from, to });
        }
    }

    pub fn on_tick(&mut self, now: Timestamp) {
        self.queue.on_tick(now);
    }

    /// A new job brings the cursor from what is finished to what is under way, so that it is seen.
    fn leave_finished(&mut self) {
        if self.current().is_none_or(|job| job.view.state.finished()) {
            let under_way = self.queue.jobs().iter().find(|job| job.is_active());
            let line = under_way.and_then(|job| self.queue.rows().line_of(job.view.id));
            self.list.cursor = line.unwrap_or(self.list.cursor);
        }
    }

    fn on_queue_action(&mut self, action: Action, cx: &mut Context<'_>) -> bool {
        let command = match action {
            Action::ClearFinished => TransferCommand::ClearFinished,
            Action::PauseAll => TransferCommand::PauseAll,
            Action::ResumeAll => TransferCommand::ResumeAll,
            Action::RetryFailed => TransferCommand::RetryFailed,
            Action::LimitRate => {
                let dialog = Dialog::Prompt(limiting(self.queue.limit));
                self.question.ask(dialog, About::Limit);
                return true;
            }
            _ => return false,
        };
        cx.transfer(command);
        true
    }

    fn on_job_action(&mut self, action: Action, job: &QueuedJob, cx: &mut Context<'_>) -> bool {
        let id = job.view.id;
        match action {
            Action::CancelJob if loses(job) => {
                self.question.ask(Dialog::Confirm(cancelling(job)), About::Cancel(id));
            }
            Action::CancelJob => cx.transfer(TransferCommand::Cancel(id)),
            Action::PauseJob if job.view.state == JobState::Paused => {
                cx.transfer(TransferCommand::Resume(id));
            }
            Action::PauseJob => cx.transfer(TransferCommand::Pause(id)),
            // It waits for something: not to fail, but to be told to look again.
            Action::RetryJob if job.view.wait.is_some() => {
                cx.transfer(TransferCommand::Resume(id));
            }
            Action::RetryJob => match (lost(job), being_restored(job)) {
                (Some(question), _) => {
                    self.question.ask(Dialog::Confirm(question), About::Loss(id));
                }
                (None, 0) => cx.transfer(TransferCommand::Retry(id)),
                (None, objects) => {
                    self.question.ask(archived::after(objects), About::Archived(id));
                }
            },
            Action::JobEarlier => cx.transfer(TransferCommand::Move(id, -1)),
            Action::JobLater => cx.transfer(TransferCommand::Move(id, 1)),
            Action::RaisePriority => prioritise(job, Priority::Normal, Priority::High, cx),
            Action::LowerPriority => prioritise(job, Priority::Normal, Priority::Low, cx),
            Action::Unfold => self.queue.unfold(id, true),
            Action::Fold => self.fold(id),
            Action::JobDetails | Action::Open => self.open_details(cx),
            Action::Reveal => {
                if let Some(path) = local_path(&job.view.landed()) {
                    cx.effect(Effect::Reveal(path));
                }
            }
            Action::CopyLink => {
                let objects = remote_object(&job.view.landed()).into_iter().collect();
                let life = cx.session.connection().link_expiry;
                self.linking.start_plain(objects, life, cx);
            }
            _ => return false,
        }
        true
    }

    fn fold(&mut self, id: JobId) {
        self.queue.unfold(id, false);
        self.list.cursor = self.queue.rows().line_of(id).unwrap_or(self.list.cursor);
    }

    /// Shows the details of the failure under the cursor, or of the job.
    fn open_details(&mut self, cx: &Context<'_>) {
        let Some(row) = self.current_row() else { return };
        let failure = match row.below {
            Some(Below::Failure(number)) => row.job.view.failures.get(number),
            _ => None,
        };
        let (details, about) = if let Some(failure) = failure {
            let details = Details::of_error(failure.place.clone(), failure.error.clone());
            (details, About::Failure)
        } else {
            let about = About::Details(row.job.view.id);
            (details(row.job, &self.queue, cx.now, cx.session), about)
        };
        self.question.ask(Dialog::Details(details), about);
    }

    /// Whether the question that is open is about a job that the news are about.
    fn details_concern(&self, news: &TransferEvent) -> bool {
        let Some(question) = self.question.get() else { return false };
        let (About::Details(about) | About::Cancel(about)) = &question.about else {
            return false;
        };
        match news {
            TransferEvent::Jobs(changes) => {
                let shown = |change: &JobChange| !matches!(change, JobChange::UnderWay(_));
                changes.iter().any(|(id, change)| id == about && shown(change))
            }
            TransferEvent::Limited(_) | TransferEvent::StorageChanged(_) => false,
            _ => true,
        }
    }

    /// Keeps open details up to date, and a question from being about a job that is over.
    fn renew_question(&mut self, now: Timestamp, session: &Session) {
        let Some(question) = self.question.get_mut() else { return };
        match (&mut question.dialog, &question.about) {
            (Dialog::Details(shown), About::Details(id)) => {
                if let Some(job) = self.queue.job(*id) {
                    let (raw, scroll) = (shown.raw, shown.scroll);
                    *shown = details(job, &self.queue, now, session);
                    (shown.raw, shown.scroll) = (raw, scroll);
                }
            }
            (_, About::Cancel(id))
                if self.queue.job(*id).is_none_or(|job| job.view.state.finished()) =>
            {
                self.question.take();
            }
            _ => {}
        }
    }
}

fn on_answer(about: About, answer: DialogAnswer, cx: &mut Context<'_>) {
    match (about, answer) {
        (About::Cancel(id), DialogAnswer::Yes) => cx.transfer(TransferCommand::Cancel(id)),
        (About::Loss(id), DialogAnswer::Yes) => cx.transfer(TransferCommand::AcceptLoss(id)),
        (About::Archived(id), DialogAnswer::Row(row)) => cx.transfer(match archived::answer(row) {
            OnArchived::Wait => TransferCommand::AwaitRestore(id),
            OnArchived::Fail => TransferCommand::Retry(id),
        }),
        (About::Limit, DialogAnswer::Text(text)) => limit(&text, cx),
        // Only read, or answered in another form than they are asked in.
        (
            About::Details(_)
            | About::Failure
            | About::Cancel(_)
            | About::Loss(_)
            | About::Archived(_)
            | About::Limit,
            _,
        ) => {}
    }
}

/// One step from where it is to `end`, through `middle`.
fn prioritise(job: &QueuedJob, middle: Priority, end: Priority, cx: &mut Context<'_>) {
    let now = job.view.priority;
    let far = (now > middle && end < middle) || (now < middle && end > middle);
    let priority = if far { middle } else { end };
    cx.transfer(TransferCommand::Prioritise(job.view.id, priority));
}

/// The engine tells which limit is in force; the pane shows that one.
fn limit(text: &str, cx: &mut Context<'_>) {
    if let Ok(limit) = parse_rate_limit(text) {
        cx.transfer(TransferCommand::LimitRate(limit));
    }
}
