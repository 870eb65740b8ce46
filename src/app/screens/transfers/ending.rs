//! Says how transfers ended, and calls a user who looks elsewhere.

use jiff::{SignedDuration, Timestamp};

use crate::app::context::{Context, Intent};
use crate::app::effect::Effect;
use crate::app::toasts::Level;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::EndedJob;
use crate::config::settings::Alert;
use crate::domain::error::ErrorKind;
use crate::domain::transfer::{Direction, JobState};
use crate::domain::units::{Count, Counted};

/// Jobs that ended since the queue last came to rest.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// When the first job of the lot was there.
    since: Option<Timestamp>,
    done: usize,
    /// Nothing of them was moved, for all of it was there.
    skipped: usize,
    failed: usize,
    /// What is said of the last one that is done, where it is the only one.
    said: String,
    /// Somebody was called because of a failure.
    called: bool,
}

/// Nobody has gone away while work was shorter than this.
const WORTH_A_CALL: SignedDuration = SignedDuration::from_secs(10);

impl Ended {
    /// To be told of every event of the engine: notes when work begins.
    pub fn follow(&mut self, queue: &Transfers, now: Timestamp) {
        if queue.active() > 0 {
            self.since.get_or_insert(now);
        }
    }

    /// A failure is always said; successes together, once the queue has come to rest.
    pub fn say(&mut self, settled: &EndedJob, name: &str, queue: &Transfers, cx: &mut Context<'_>) {
        match &settled.state {
            JobState::Failed(error) if !error.is(&ErrorKind::Cancelled) => {
                self.failed += 1;
                cx.ask(Intent::Log(error.clone()));
            }
            JobState::Done => {
                let progress = &settled.progress;
                let skipped = progress.skipped > 0 && progress.moved() == 0;
                *(if skipped { &mut self.skipped } else { &mut self.done }) += 1;
                self.said = done_text(settled, name);
            }
            _ => {}
        }
        if queue.active() == 0 {
            self.call(cx);
            std::mem::take(self).sum_up(cx);
        } else if self.failed > 0 && !self.called {
            self.called = self.call(cx);
        }
    }

    fn sum_up(self, cx: &mut Context<'_>) {
        let counts = self.counts();
        match (self.done, self.skipped, self.failed) {
            (1, 0, 0) => cx.toast(Level::Done, self.said),
            (0, 1, 0) => cx.toast(Level::Ended, self.said),
            (0, 0, _) => {}
            (0, _, 0) => cx.toast(Level::Ended, counts),
            (_, _, 0) => cx.toast(Level::Done, counts),
            _ => cx.toast(Level::Problem, counts),
        }
    }

    /// Numbers only: it goes to where terminals show titles, and names are not ours.
    fn counts(&self) -> String {
        let (done, failed) = (Count(self.done as u64), Count(self.failed as u64));
        let skipped = match self.skipped {
            0 => String::new(),
            skipped => format!(", {} skipped", Count(skipped as u64)),
        };
        let transfers = |count: usize| Counted(count as u64, "transfer");
        match (self.done, self.failed, self.skipped) {
            (0, 0, 1) => "the transfer was skipped".to_owned(),
            (0, 0, many) => format!("all {} skipped", transfers(many)),
            (1, 0, 0) => "the transfer is done".to_owned(),
            (_, 0, 0) => format!("all {done} transfers done"),
            (0, 1, 0) => "the transfer failed".to_owned(),
            (0, many, _) => format!("{} failed{skipped}", transfers(many)),
            (many, 0, _) => format!("{} done{skipped}", transfers(many)),
            (many, ..) => format!("{} done, {failed} failed{skipped}", transfers(many)),
        }
    }

    /// Calls who asked for it, after work that was long enough to go away from.
    fn call(&self, cx: &mut Context<'_>) -> bool {
        let long = self.since.is_some_and(|since| cx.now.duration_since(since) >= WORTH_A_CALL);
        if !long || self.done + self.skipped + self.failed == 0 {
            return false;
        }
        match cx.session.settings.ui.bell {
            Alert::Off => {}
            Alert::Bell => cx.effect(Effect::Bell),
            Alert::Notify => cx.effect(Effect::Notify(self.counts())),
        }
        true
    }
}

/// Says how a deletion ended that found some of its objects gone already.
fn deleted_text(settled: &EndedJob, name: &str) -> String {
    let (all, gone) = (settled.progress.objects, settled.progress.skipped);
    match (all.saturating_sub(gone), gone) {
        (0, 1) => format!("{name} was already gone"),
        (0, gone) => format!("{name}: {} objects were already gone", Count(gone)),
        (deleted, gone) => {
            let (deleted, gone) = (Counted(deleted, "object"), Count(gone));
            format!("{name} deleted ({deleted}; {gone} already gone)")
        }
    }
}

/// `site uploaded (12 objects, 2 skipped)`; the name is enough for an object.
fn done_text(settled: &EndedJob, name: &str) -> String {
    if settled.spec.work.direction() == Direction::Delete && settled.progress.skipped > 0 {
        return deleted_text(settled, name);
    }
    let done = match settled.spec.work.direction() {
        Direction::Up => "uploaded",
        Direction::Down => "downloaded",
        Direction::Copy if settled.spec.work.moves() => "moved",
        Direction::Copy => "copied",
        Direction::Delete => "deleted",
    };
    match (settled.progress.moved(), settled.progress.skipped) {
        (1, 0) => format!("{name} {done}"),
        (0, 1) => format!("{name} skipped: it already exists"),
        (0, all @ 1..) => format!("{name}: all {} objects already exist, skipped", Count(all)),
        (objects, 0) => format!("{name} {done} ({})", Counted(objects, "object")),
        (objects, skipped) => {
            format!("{name} {done} ({}, {} skipped)", Counted(objects, "object"), Count(skipped))
        }
    }
}
