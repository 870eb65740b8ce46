//! Adapts how many requests run at once: more while throughput grows, fewer when the server
//! throttles; pure.

use std::time::Duration;

/// Requests at once in the beginning.
pub const START: usize = 16;

/// What is measured before a verdict: this long at least and at most, unless every slot was used
/// this often before.
const SHORTEST: Duration = Duration::from_millis(50);
const WINDOW: Duration = Duration::from_millis(250);
const ROUNDS: u64 = 2;

/// Without news for this long, what was measured before says nothing.
const IDLE: Duration = Duration::from_secs(1);

/// What a request counts beside the bytes it moves, in bytes: most of what a small object costs.
const REQUEST: u64 = 32 << 10;

/// Growing was worth it from here on; clearly worth it, so that one window says enough.
const BETTER: f64 = 1.05;
const MUCH_BETTER: f64 = 1.25;

/// After growing brought nothing: until it is tried again, doubled each time.
const FIRST_REST: Duration = Duration::from_secs(4);
const LONGEST_REST: Duration = Duration::from_mins(1);

/// After throttling: until one more is allowed, and the same near the number that was too many.
const RECOVERY: Duration = Duration::from_secs(1);
const SLOW_RECOVERY: Duration = Duration::from_secs(5);

/// What moved since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throughput {
    pub bytes: u64,
    pub requests: u64,
}

impl Throughput {
    /// What moved after `start`; none where `start` was counted later.
    fn since(self, start: Throughput) -> Option<Throughput> {
        let bytes = self.bytes.checked_sub(start.bytes)?;
        Some(Throughput { bytes, requests: self.requests.checked_sub(start.requests)? })
    }
}

/// Climbs while the rate climbs; goes back to where it was best.
#[derive(Clone, Debug)]
pub struct Adaptation {
    open: usize,
    most: usize,
    window: Window,
    /// Rate at `settled`, in [`Throughput`]'s measure a second; 0 where it is not known yet.
    best: f64,
    settled: usize,
    /// Windows judged since the last step, and the sum of their rates.
    judged: u32,
    sum: f64,
    probe_at: Duration,
    rest: Duration,
    throttle: Option<Throttle>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    since: Duration,
    start: Throughput,
    /// Somebody had to wait for a slot.
    full: bool,
}

/// How much is tried next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// As many again, where every slot was used several times: that is no chance.
    Double,
    /// Half as many more.
    Half,
}

#[derive(Clone, Copy, Debug)]
struct Throttle {
    /// How many were too many.
    most: usize,
    /// How many there were before the server asked for less for the first time.
    before: usize,
    next: Duration,
}

impl Adaptation {
    pub fn new(start: usize, most: usize) -> Adaptation {
        let open = start.clamp(1, most.max(1));
        Adaptation {
            open,
            most: most.max(1),
            window: Window::default(),
            best: 0.0,
            settled: open,
            judged: 0,
            sum: 0.0,
            probe_at: Duration::ZERO,
            rest: FIRST_REST,
            throttle: None,
        }
    }

    pub fn open(&self) -> usize {
        self.open
    }

    pub fn most(&self) -> usize {
        self.most
    }

    /// Since the server asked for less: how many are allowed, and how many were.
    pub fn throttle(&self) -> Option<(usize, usize)> {
        self.throttle.map(|throttle| (self.open, throttle.before))
    }

    /// Halves. Who calls sees to it that one wave of refusals is one call.
    pub fn throttled(&mut self, now: Duration) {
        let most = self.open.max(2);
        let before = self.throttle.map_or(self.open, |throttle| throttle.before.max(self.open));
        self.open = (self.open / 2).max(1);
        self.throttle = Some(Throttle { most, before, next: now + RECOVERY });
        self.settle(now);
    }

    /// Halves as well, but nobody asked for it: it is tried again soon whether more are better.
    pub fn cut(&mut self, now: Duration) {
        self.open = (self.open / 2).max(1);
        self.settle(now);
    }

    /// Takes in what moved until now; `full` where somebody had to wait for a slot since the last
    /// time.
    #[expect(clippy::cast_precision_loss, reason = "rates are compared within per cents")]
    pub fn measured(&mut self, now: Duration, moved: Throughput, full: bool) {
        self.window.full |= full;
        // Of two threads the one that counted first may come second: what it brings is in the
        // window already.
        let Some(fresh) = moved.since(self.window.start) else { return };
        let length = now.saturating_sub(self.window.since);
        if length > IDLE {
            return self.begin(now, moved);
        }
        let requests = fresh.requests;
        let soon = length >= SHORTEST && requests >= ROUNDS * self.open as u64;
        if !soon && length < WINDOW {
            return;
        }
        let bytes = fresh.bytes + REQUEST * requests;
        let rate = bytes as f64 / length.as_secs_f64();
        if self.throttle.is_some() {
            self.recover(now);
        } else if self.window.full {
            self.judge(now, rate, if soon { Step::Double } else { Step::Half });
        }
        self.begin(now, moved);
    }

    fn begin(&mut self, now: Duration, moved: Throughput) {
        self.window = Window { since: now, start: moved, full: false };
    }

    fn judge(&mut self, now: Duration, rate: f64, step: Step) {
        self.judged += 1;
        self.sum += rate;
        if self.open == self.settled {
            // The best of the windows so far, slowly forgotten: links get slower too.
            self.best = rate.max(self.best * 0.98);
            // The first one has the beginning in it, when nothing moved yet.
            if now >= self.probe_at && self.judged >= 2 {
                self.grow(step);
            }
            return;
        }
        // One good window is chance where the processor is shared.
        let mean = self.sum / f64::from(self.judged);
        if mean > self.best * MUCH_BETTER || (self.judged >= 2 && mean > self.best * BETTER) {
            self.settled = self.open;
            self.best = mean;
            self.rest = FIRST_REST;
            self.grow(step);
        } else if self.judged >= 3 {
            self.open = self.settled;
            self.probe_at = now + self.rest;
            self.rest = (self.rest * 2).min(LONGEST_REST);
            (self.judged, self.sum) = (0, 0.0);
        }
    }

    fn grow(&mut self, step: Step) {
        let more = match step {
            Step::Double => self.open,
            Step::Half => (self.open / 2).max(1),
        };
        self.open = (self.open + more).min(self.most);
        (self.judged, self.sum) = (0, 0.0);
    }

    fn recover(&mut self, now: Duration) {
        let Some(throttle) = &mut self.throttle else { return };
        if now < throttle.next {
            return;
        }
        self.open += 1;
        let near = self.open * 4 >= throttle.most * 3;
        throttle.next = now + if near { SLOW_RECOVERY } else { RECOVERY };
        if self.open >= throttle.most.min(self.most) {
            self.open = self.open.min(self.most);
            self.throttle = None;
        }
        self.settle(now);
    }

    /// What was learned of the rate no longer holds.
    fn settle(&mut self, now: Duration) {
        (self.settled, self.best, self.judged, self.sum) = (self.open, 0.0, 0, 0.0);
        self.probe_at = now + SLOW_RECOVERY;
    }
}

#[cfg(test)]
mod tests;
