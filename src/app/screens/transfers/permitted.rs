//! Says why an action cannot be done to the queue or to a job of it.

use crate::app::action::Action;
use crate::app::screens::transfers::place::{local_path, remote_object};
use crate::app::session::Session;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::domain::transfer::{JobState, Priority, Wait};

/// Whether it changes a job, which only the process that has its queue may do.
pub fn is_order(action: Action) -> bool {
    matches!(
        action,
        Action::CancelJob
            | Action::PauseJob
            | Action::RetryJob
            | Action::JobEarlier
            | Action::JobLater
            | Action::RaisePriority
            | Action::LowerPriority
    )
}

/// `None` where it can be done, or concerns no transfer.
pub fn refused(
    action: Action,
    queue: &Transfers,
    current: Option<&QueuedJob>,
    session: &Session,
) -> Option<&'static str> {
    match action {
        Action::ClearFinished | Action::PauseAll | Action::ResumeAll | Action::RetryFailed => {
            of_queue(action, queue)
        }
        Action::CancelJob
        | Action::PauseJob
        | Action::RetryJob
        | Action::JobEarlier
        | Action::JobLater
        | Action::JobDetails
        | Action::Unfold
        | Action::Fold
        | Action::RaisePriority
        | Action::LowerPriority
        | Action::Reveal
        | Action::CopyLink => match current {
            Some(job) => of_job(action, job, queue, session),
            None => Some("there is no transfer here"),
        },
        _ => None,
    }
}

fn of_queue(action: Action, queue: &Transfers) -> Option<&'static str> {
    let counts = queue.counts();
    let finished = counts.failed + counts.done + counts.cancelled;
    match action {
        Action::ClearFinished if finished == 0 => Some("no transfer is finished"),
        Action::PauseAll if queue.active() == 0 => Some("no transfer is running or queued"),
        Action::ResumeAll if counts.paused == 0 => Some("no transfer is paused"),
        Action::RetryFailed if counts.failed == 0 => Some("no transfer failed"),
        _ => None,
    }
}

fn of_job(
    action: Action,
    job: &QueuedJob,
    queue: &Transfers,
    session: &Session,
) -> Option<&'static str> {
    let view = &job.view;
    let finished = view.state.finished();
    match action {
        Action::CancelJob | Action::PauseJob | Action::RaisePriority | Action::LowerPriority
            if finished =>
        {
            Some("it is finished")
        }
        Action::RetryJob => match (&view.state, &view.wait) {
            (JobState::Failed(_) | JobState::Cancelled, _)
            | (_, Some(Wait::Credentials | Wait::Unreachable { .. } | Wait::Restore { .. })) => {
                None
            }
            _ => Some("none of it failed"),
        },
        Action::JobEarlier | Action::JobLater => match view.state {
            JobState::Queued | JobState::Paused => None,
            _ => Some("only queued transfers can be moved"),
        },
        Action::RaisePriority if view.priority == Priority::High => Some("it is already high"),
        Action::LowerPriority if view.priority == Priority::Low => Some("it is already low"),
        Action::Unfold if !job.unfolds() => Some("it is a single object: see its details"),
        Action::Unfold if queue.is_unfolded(view.id) => Some("it is already unfolded"),
        Action::Fold if !queue.is_unfolded(view.id) => Some("nothing is unfolded here"),
        Action::Reveal if local_path(&view.spec.work).is_none() => {
            Some("none of it is on this machine")
        }
        Action::CopyLink if view.spec.connection != *session.name() => {
            Some("it belongs to another connection")
        }
        Action::CopyLink if remote_object(&view.spec.work).is_none() => {
            Some("it is not a single object")
        }
        _ => None,
    }
}
