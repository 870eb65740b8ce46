//! Draws one line on stderr that says how far the jobs are, where stderr is a terminal.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use crate::config::stderr::{self, say};
use crate::domain::transfer::{JobId, Progress, Wait};
use crate::domain::transfer_event::{JobChange, TransferEvent};
use crate::domain::units::{Count, Counted, Rate, Size, TimeOfDay};

/// The least time between two drawings.
const BETWEEN: Duration = Duration::from_millis(100);

/// Erases the line it is on and leaves the cursor at its start.
const ERASE: &str = "\r\u{1b}[K";

pub struct ProgressLine {
    jobs: BTreeMap<JobId, Progress>,
    shown: bool,
    started: Instant,
    drawn: Option<Instant>,
    /// What jobs wait for, as it was said.
    waiting: BTreeMap<JobId, &'static str>,
}

impl Default for ProgressLine {
    fn default() -> Self {
        Self::new()
    }
}

impl ProgressLine {
    pub fn new() -> ProgressLine {
        ProgressLine {
            jobs: BTreeMap::new(),
            shown: io::stderr().is_terminal(),
            started: Instant::now(),
            drawn: None,
            waiting: BTreeMap::new(),
        }
    }

    /// The line of a verb whose own bytes go to `stream`: it draws nothing over them on a terminal.
    pub fn beside(stream: &impl IsTerminal) -> ProgressLine {
        let mut line = ProgressLine::new();
        line.shown &= !stream.is_terminal();
        line
    }

    pub fn take(&mut self, event: &TransferEvent) {
        let mut moved = false;
        for (id, change) in event.changes() {
            if let JobChange::Wait(wait) = change {
                self.waits(*id, wait.as_ref());
            } else if let Some(progress) = change.progress() {
                self.jobs.insert(*id, progress);
                moved = true;
            }
        }
        let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= BETWEEN);
        if moved && self.shown && due {
            self.drawn = Some(Instant::now());
            self.draw();
        }
    }

    /// Says why nothing moves, once for each reason, on a terminal or not.
    fn waits(&mut self, id: JobId, wait: Option<&Wait>) {
        let Some(wait) = wait else {
            self.waiting.remove(&id);
            return;
        };
        let (reason, sentence) = match wait {
            Wait::Throttled { .. } => return,
            Wait::Credentials => (
                "keys",
                "the server no longer accepts the keys; waiting until they are renewed".to_owned(),
            ),
            Wait::Unreachable { error, .. } => {
                ("server", format!("{error}; waiting until it can be reached"))
            }
            Wait::Restore { objects, next } => {
                let (objects, zone) = (Counted(*objects, "object"), TimeZone::system());
                let verb = objects.verb("is", "are");
                let next = TimeOfDay(*next, &zone);
                let sentence = format!("{objects} {verb} being restored; asked again at {next}");
                ("restore", sentence)
            }
        };
        let told = self.waiting.values().any(|told| *told == reason);
        self.waiting.insert(id, reason);
        if !told {
            self.end();
            say!("windlass: {sentence}");
        }
    }

    /// Takes the line away.
    pub fn end(&mut self) {
        if self.drawn.take().is_some() {
            stderr::part(ERASE);
        }
    }

    fn draw(&self) {
        let line = describe(self.jobs.values(), self.started.elapsed());
        stderr::part(&format!("{ERASE}{line}"));
    }
}

/// One line on stderr that counts, where stderr is a terminal.
#[derive(Debug)]
pub struct CountLine {
    shown: bool,
    drawn: Mutex<Option<Instant>>,
}

impl Default for CountLine {
    fn default() -> CountLine {
        CountLine::new()
    }
}

impl CountLine {
    pub fn new() -> CountLine {
        CountLine { shown: io::stderr().is_terminal(), drawn: Mutex::new(None) }
    }

    pub fn draw(&self, describe: impl Fn() -> String) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.shown && drawn.is_none_or(|drawn| drawn.elapsed() >= BETWEEN) {
            *drawn = Some(Instant::now());
            stderr::part(&format!("{ERASE}{}", describe()));
        }
    }
}

impl Drop for CountLine {
    fn drop(&mut self) {
        let drawn = self.drawn.get_mut().unwrap_or_else(PoisonError::into_inner);
        if drawn.take().is_some() {
            stderr::part(ERASE);
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.end();
    }
}

fn describe<'a>(jobs: impl Iterator<Item = &'a Progress>, elapsed: Duration) -> String {
    let mut sum = Progress { expanded: true, ..Progress::default() };
    for progress in jobs {
        sum.bytes += progress.bytes;
        sum.bytes_total += progress.bytes_total;
        sum.objects += progress.objects;
        sum.objects_total += progress.objects_total;
        sum.failed += progress.failed;
        sum.expanded &= progress.expanded;
    }
    let more = if sum.expanded { "" } else { "+" };
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = Rate(sum.bytes.saturating_mul(1000) / milliseconds);
    let mut line = format!(
        "{} of {}{more} · {} of {}{more} · {rate}",
        Count(sum.objects),
        Count(sum.objects_total),
        Size(sum.bytes),
        Size(sum.bytes_total),
    );
    if sum.failed > 0 {
        line += &format!(" · {} failed", Count(sum.failed));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_sums_every_job_and_marks_what_is_still_growing() {
        let one = Progress {
            bytes: 1 << 20,
            bytes_total: 4 << 20,
            objects: 1,
            objects_total: 4,
            expanded: true,
            ..Progress::default()
        };
        let other = Progress { failed: 2, expanded: false, ..one };
        let line = describe([&one, &other].into_iter(), Duration::from_secs(2));
        assert_eq!(line, "2 of 8+ · 2.0 MiB of 8.0 MiB+ · 1.0 MiB/s · 2 failed");
    }
}
