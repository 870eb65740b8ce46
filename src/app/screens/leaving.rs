//! Asks what to do with unfinished transfers at the end: keep them, wait for them, or cancel them.

use std::fmt::Write as _;

use crate::app::action::Action;
use crate::app::context::{Context, Intent, QuitChoice};
use crate::app::dialogs::choice::{Choice, ChoiceRow};
use crate::app::scope::Scope;
use crate::app::session::Session;
use crate::app::toasts::Level;
use crate::app::transfers::Transfers;
use crate::domain::transfer::{Direction, TransferCommand};
use crate::domain::units::{Count, Counted};

/// Whether the program ends by itself, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leaving {
    #[default]
    No,
    /// Once nothing runs or waits any more, unless something fails: so many had failed before.
    WhenFinished { failed_before: usize },
    /// Once everything is cancelled.
    WhenCancelled,
}

/// The answers, in the order of their rows.
pub const WAYS: [QuitChoice; 3] = [QuitChoice::Keep, QuitChoice::Wait, QuitChoice::Abort];

/// Jobs that would be lost or left behind: what is paused goes on at the next start, where the
/// queue is kept.
fn at_stake(queue: &Transfers) -> usize {
    if queue.unkept { queue.unfinished() } else { queue.active() }
}

/// The question; `None` where nothing is at stake.
pub fn question(queue: &Transfers, session: &Session) -> Option<Choice> {
    let line = match at_stake(queue) {
        0 => return None,
        1 => "1 transfer is not finished.".to_owned(),
        many => format!("{} are not finished.", Counted(many as u64, "transfer")),
    };
    let lost = "this window's queue is not saved to disk: they would be lost";
    let keep = ChoiceRow::new('k', "Keep them")
        .note("quit now; they continue from here at the next start")
        .disabled(queue.unkept.then(|| lost.to_owned()));
    let stay = session.key(Action::StepBack);
    let wait = ChoiceRow::new('w', "Wait")
        .note(format!("quit when they finish; {stay} to change your mind"));
    let waits = queue.active() == 0;
    let paused = waits.then(|| "what is left is paused: resume it first".to_owned());
    let abort = ChoiceRow::new('a', "Cancel them").note(giving_up(queue));
    let choice = Choice::new("Quit", vec![keep, wait.disabled(paused), abort]).line(line);
    let mut quits = session.keymap.keys_for(&[Scope::Global], Action::Quit);
    let again = quits.find(|key| key.starts_with("ctrl-"));
    Some(match (queue.unkept, again) {
        (true, Some(key)) => choice.line(format!(
            "The queue ends with this window; {key} again quits at once and loses it."
        )),
        (true, None) => choice.line("The queue ends with this window."),
        (false, Some(key)) => choice.line(format!("{} again quits at once.", capitalised(&key))),
        (false, None) => choice,
    })
}

/// `cancels 3: takes back 2 uploads, removes 1 part file`
fn giving_up(queue: &Transfers) -> String {
    let unfinished = || queue.jobs().iter().filter(|job| !job.view.state.finished());
    let of = |direction| unfinished().filter(|job| job.direction() == direction).count();
    let mut text = format!("cancels {}", Count(unfinished().count() as u64));
    let parts = [
        (of(Direction::Up), "removes half-sent uploads", "removes half-sent uploads"),
        (of(Direction::Down), "removes its part file", "removes part files"),
    ];
    let mut between = ": ";
    for (count, one, many) in parts.into_iter().filter(|(count, ..)| *count > 0) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{between}{}", if count == 1 { one } else { many });
        between = ", ";
    }
    text
}

pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Leaving {
    /// Leaves in the way that was chosen.
    pub fn by(way: QuitChoice, queue: &Transfers, cx: &mut Context<'_>) -> Leaving {
        match way {
            QuitChoice::Keep => {
                cx.ask(Intent::Quit);
                Leaving::No
            }
            QuitChoice::Wait => Leaving::WhenFinished { failed_before: queue.counts().failed },
            QuitChoice::Abort => {
                for job in queue.jobs().iter().filter(|job| !job.view.state.finished()) {
                    cx.transfer(TransferCommand::Cancel(job.view.id));
                }
                Leaving::WhenCancelled
            }
        }
    }

    /// Leaves where it is time to; what failed meanwhile keeps the program here, so that it is
    /// seen.
    #[must_use]
    pub fn follow(self, queue: &Transfers, cx: &mut Context<'_>) -> Leaving {
        match self {
            Leaving::WhenFinished { failed_before } if at_stake(queue) == 0 => {
                let failed = queue.counts().failed.saturating_sub(failed_before);
                if failed == 0 {
                    cx.ask(Intent::Quit);
                } else {
                    let failed = Count(failed as u64);
                    cx.toast(
                        Level::Problem,
                        format!("not quitting: {failed} failed in the meantime"),
                    );
                }
                Leaving::No
            }
            Leaving::WhenCancelled if queue.unfinished() == 0 => {
                cx.ask(Intent::Quit);
                Leaving::No
            }
            as_before => as_before,
        }
    }

    /// What the screen says of it.
    pub fn sentence(self) -> Option<&'static str> {
        match self {
            Leaving::No => None,
            Leaving::WhenFinished { .. } => Some("quits when finished"),
            Leaving::WhenCancelled => Some("quits when cancelled"),
        }
    }
}
