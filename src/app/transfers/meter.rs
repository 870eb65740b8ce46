//! Measures how fast something moves and how long it still takes, smoothed over time.

use std::time::Duration;

use jiff::Timestamp;

/// What has moved since some beginning: bytes, and the effort that they and their objects cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub bytes: u64,
    /// In bytes: an object costs [`OBJECT_EFFORT`] beside its own, so that the time left of
    /// thousands of tiny files goes by their number.
    pub effort: u64,
}

/// What the requests of an object cost beside its bytes: about what one connection moves meanwhile.
pub const OBJECT_EFFORT: u64 = 64 << 10;

/// Seconds between two samples at least; totals are absolute, so what comes between them is in the
/// next one.
const STEP: f64 = 0.25;
/// Seconds over which the shown rate is smoothed, twice.
const RATE_SPAN: f64 = 2.0;
/// Seconds over which the rate behind the time left is smoothed, twice.
const ESTIMATE_SPAN: f64 = 8.0;
/// Seconds that must be measured before anything is said.
const LEAST_RATE: f64 = 0.7;
const LEAST_ESTIMATE: f64 = 3.0;
/// Seconds without movement after which nothing is known of what comes next; so after a hole in the
/// samples.
const STALLED: f64 = 5.0;
/// Longer is no estimate.
const LONGEST_ESTIMATE: Duration = Duration::from_hours(30 * 24);

/// Rates of one thing that moves. The clock is the caller's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Meter {
    rate: Smooth,
    estimate: Smooth,
    sampled: Option<(Timestamp, Moved)>,
    /// When it last moved, or when it began.
    moving: Option<Timestamp>,
}

/// A mean over time whose weights fall exponentially with age, taken twice so that a burst arrives
/// gently.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Smooth {
    once: f64,
    twice: f64,
    /// Seconds taken in.
    seconds: f64,
}

impl Meter {
    /// Takes in what has moved by now; to be told also when nothing did.
    pub fn read(&mut self, now: Timestamp, moved: Moved) {
        let Some((before, moved_before)) = self.sampled else {
            self.sampled = Some((now, moved));
            self.moving = Some(now);
            return;
        };
        let seconds = now.duration_since(before).as_secs_f64();
        if (0.0..STEP).contains(&seconds) {
            return;
        }
        self.sampled = Some((now, moved));
        let hole = !(0.0..STALLED).contains(&seconds);
        let moves = moved.bytes > moved_before.bytes || moved.effort > moved_before.effort;
        if hole || (moves && self.still(now) >= STALLED) {
            // What was before tells nothing of what comes.
            (self.rate, self.estimate) = Default::default();
        }
        if moves || hole {
            self.moving = Some(now);
        }
        if !hole {
            let per_second =
                |after: u64, before: u64| lossy(after.saturating_sub(before)) / seconds;
            let bytes = per_second(moved.bytes, moved_before.bytes);
            let effort = per_second(moved.effort, moved_before.effort);
            self.rate.take(bytes, seconds, RATE_SPAN);
            self.estimate.take(effort, seconds, ESTIMATE_SPAN);
        }
    }

    /// Bytes a second; 0 while it is not known or nothing moves.
    pub fn rate(&self) -> f64 {
        let known = self.rate.seconds >= LEAST_RATE && self.standstill().is_none();
        if known { self.rate.value(RATE_SPAN) } else { 0.0 }
    }

    /// For how long nothing has moved, where that is long enough to say so.
    pub fn standstill(&self) -> Option<Duration> {
        let (at, _) = self.sampled?;
        let still = self.still(at);
        (still >= STALLED).then(|| Duration::from_secs_f64(still))
    }

    /// How long `effort` takes at this pace; `None` while that cannot be told.
    pub fn time_for(&self, effort: u64) -> Option<Duration> {
        let per_second = self.estimate.value(ESTIMATE_SPAN);
        let known = self.estimate.seconds >= LEAST_ESTIMATE && self.standstill().is_none();
        if !known || effort == 0 || per_second < 1.0 {
            return None;
        }
        let left = Duration::try_from_secs_f64(lossy(effort) / per_second).ok()?;
        (left <= LONGEST_ESTIMATE).then(|| rounded(left))
    }

    fn still(&self, now: Timestamp) -> f64 {
        self.moving.map_or(0.0, |moving| now.duration_since(moving).as_secs_f64())
    }
}

impl Smooth {
    fn take(&mut self, value: f64, seconds: f64, span: f64) {
        let weight = 1.0 - (-seconds / span).exp();
        self.seconds += seconds;
        self.once += weight * (value - self.once);
        let once = self.once / self.known(span);
        self.twice += weight * (once - self.twice);
    }

    /// Corrected for the nothing it began with.
    fn value(&self, span: f64) -> f64 {
        if self.seconds > 0.0 { self.twice / self.known(span) } else { 0.0 }
    }

    /// The part of all weights that fell on samples.
    fn known(&self, span: f64) -> f64 {
        1.0 - (-self.seconds / span).exp()
    }
}

/// Rounds a long wait, so that what is shown does not flicker.
fn rounded(left: Duration) -> Duration {
    let seconds = left.as_secs();
    let step = match seconds {
        0..120 => 1,
        120..600 => 5,
        600..3_600 => 15,
        _ => 60,
    };
    Duration::from_secs(seconds.div_ceil(step) * step)
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
fn lossy(amount: u64) -> f64 {
    amount as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
    }

    fn bytes(bytes: u64) -> Moved {
        Moved { bytes, effort: bytes }
    }

    /// Readings every `every` ms from `from` to `to` of what `moved` says of each moment.
    fn run(meter: &mut Meter, from: i64, to: i64, every: usize, moved: impl Fn(i64) -> u64) {
        for time in (from..=to).step_by(every) {
            meter.read(at(time), bytes(moved(time)));
        }
    }

    fn steady(time: i64) -> u64 {
        time.unsigned_abs() * 10 * MIB / 1000
    }

    fn near(value: f64, wanted: f64, part: f64) {
        assert!((value - wanted).abs() <= wanted * part, "{value} is not about {wanted}");
    }

    #[test]
    fn a_steady_pace_is_told_exactly_and_the_rhythm_of_news_does_not_matter() {
        for every in [7, 33, 100, 400, 1500] {
            let mut meter = Meter::default();
            run(&mut meter, 0, 6_000, every, steady);
            near(meter.rate(), 10.0 * 1_048_576.0, 0.01);
            let left = meter.time_for(600 * MIB).unwrap().as_secs();
            assert!((60..=61).contains(&left), "every {every} ms: {left}");
        }
    }

    #[test]
    fn a_change_of_pace_shows_the_same_at_any_rhythm() {
        let faster = |time: i64| steady(time.min(5_000)) + 3 * steady((time - 5_000).max(0));
        let rates = [10, 33, 200].map(|every| {
            let mut meter = Meter::default();
            run(&mut meter, 0, 8_000, every, faster);
            meter.rate()
        });
        for rate in rates {
            near(rate, rates[0], 0.06);
            assert!(rate > 15.0 * 1_048_576.0 && rate < 30.0 * 1_048_576.0, "{rate}");
        }
    }

    #[test]
    fn nothing_is_claimed_before_it_is_measured() {
        let mut meter = Meter::default();
        run(&mut meter, 0, 500, 100, steady);
        assert!(meter.rate().abs() < f64::EPSILON);
        run(&mut meter, 600, 1_500, 100, steady);
        assert!(meter.rate() > 1.0);
        assert_eq!(meter.time_for(MIB), None);
    }

    /// 8 MiB at once every 800 ms, as parts are recorded.
    #[test]
    fn bursts_do_not_make_the_numbers_jump() {
        let mut meter = Meter::default();
        let bursts = |time: i64| time.unsigned_abs() / 800 * 8 * MIB;
        run(&mut meter, 0, 10_000, 100, bursts);
        let (mut rates, mut lefts) = (Vec::new(), Vec::new());
        for time in (10_100..30_000).step_by(100) {
            meter.read(at(time), bytes(bursts(time)));
            rates.push(meter.rate());
            let left = meter.time_for(6_000 * MIB - bursts(time)).unwrap().as_secs();
            lefts.push(left.cast_signed() + time / 1_000);
        }
        for rate in rates {
            near(rate, 10.0 * 1_048_576.0, 0.1);
        }
        let (least, most) = (lefts.iter().min().unwrap(), lefts.iter().max().unwrap());
        assert!(most - least <= 60 && *least >= 590 && *most <= 660, "{least} to {most}");
    }

    #[test]
    fn a_standstill_is_said_and_no_time_is_promised() {
        let mut meter = Meter::default();
        run(&mut meter, 0, 5_000, 100, steady);
        run(&mut meter, 5_100, 9_000, 100, |_| steady(5_000));
        assert_eq!(meter.standstill(), None);
        assert!(meter.rate() < 5.0 * 1_048_576.0);
        run(&mut meter, 9_100, 17_000, 100, |_| steady(5_000));
        assert_eq!(meter.standstill().unwrap().as_secs(), 11);
        assert_eq!((meter.rate(), meter.time_for(MIB)), (0.0, None));
    }

    #[test]
    fn what_moves_again_starts_afresh() {
        let mut meter = Meter::default();
        run(&mut meter, 0, 5_000, 100, steady);
        run(&mut meter, 5_100, 60_000, 100, |_| steady(5_000));
        run(&mut meter, 60_100, 64_000, 100, |time| steady(5_000) + steady(time - 60_000) / 5);
        near(meter.rate(), 2.0 * 1_048_576.0, 0.1);
        assert_eq!(meter.standstill(), None);
    }

    #[test]
    fn a_laptop_that_slept_and_a_clock_set_back_are_no_pace() {
        for hole in [3_600_000, -50_000] {
            let mut meter = Meter::default();
            run(&mut meter, 0, 5_000, 100, steady);
            let base = 5_000 + hole;
            run(&mut meter, base, base + 3_000, 100, |time| steady(5_000) + steady(time - base));
            near(meter.rate(), 10.0 * 1_048_576.0, 0.02);
        }
    }

    #[test]
    fn what_starts_over_is_no_negative_pace() {
        let mut meter = Meter::default();
        run(&mut meter, 0, 5_000, 100, steady);
        run(&mut meter, 5_100, 9_000, 100, |time| steady(time - 5_000));
        assert!(meter.rate() > 5.0 * 1_048_576.0);
    }

    #[test]
    fn tiny_objects_count_by_their_number() {
        let mut meter = Meter::default();
        let objects = |time: i64| time.unsigned_abs() / 10;
        let moved = |objects: u64| Moved { bytes: objects, effort: objects * (1 + OBJECT_EFFORT) };
        for time in (0..8_000).step_by(50) {
            meter.read(at(time), moved(objects(time)));
        }
        let left = meter.time_for(moved(12_000).effort).unwrap().as_secs();
        assert!((118..=125).contains(&left), "{left}");
    }

    #[test]
    fn long_waits_are_told_in_long_steps() {
        let told = |seconds| rounded(Duration::from_secs(seconds)).as_secs();
        assert_eq!([told(59), told(121), told(601), told(3_601)], [59, 125, 615, 3_660]);
    }
}
