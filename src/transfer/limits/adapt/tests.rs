//! Simulates links that let through what the number of requests allows.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a simulated link moves about so many bytes"
)]

use super::*;

const MIB: f64 = 1_048_576.0;
const STEP: Duration = Duration::from_millis(10);

/// A link that gives each request `per_request` bytes a second and all together no more than
/// `total`.
struct Link {
    per_request: f64,
    total: f64,
    /// More requests than this are refused.
    takes: usize,
    /// Bytes of one request.
    size: f64,
}

impl Link {
    fn of(per_request: f64, total: f64) -> Link {
        let size = 8.0 * MIB;
        Link { per_request: per_request * MIB, total: total * MIB, takes: usize::MAX, size }
    }

    /// What `open` requests move in a step; a little more or less from step to step.
    fn moves(&self, open: usize, step: u32) -> f64 {
        let rate = (open as f64 * self.per_request).min(self.total);
        rate * STEP.as_secs_f64() * (1.0 + 0.01 * f64::from(step % 3))
    }
}

/// Runs for so many seconds and gives how many were open after each step.
fn run(link: &Link, seconds: u32) -> Vec<usize> {
    run_up_to(64, link, seconds)
}

fn run_up_to(most: usize, link: &Link, seconds: u32) -> Vec<usize> {
    let mut adaptation = Adaptation::new(START, most);
    let (mut bytes, mut now, mut opens) = (0.0, Duration::ZERO, Vec::new());
    for step in 0..seconds * 100 {
        now += STEP;
        bytes += link.moves(adaptation.open(), step);
        let moved = Throughput { bytes: bytes as u64, requests: (bytes / link.size) as u64 };
        adaptation.measured(now, moved, true);
        // A refused wave is noticed once in a while.
        if step % 20 == 0 && adaptation.open() > link.takes {
            adaptation.throttled(now);
        }
        opens.push(adaptation.open());
    }
    opens
}

fn mean(opens: &[usize]) -> f64 {
    opens.iter().sum::<usize>() as f64 / opens.len() as f64
}

#[test]
fn where_every_connection_is_slow_it_grows_to_the_bound_soon() {
    let opens = run(&Link::of(2.0, f64::INFINITY), 20);
    assert_eq!(opens[300], 64, "within three seconds");
    assert!(mean(&opens[300..]) > 60.0);
}

#[test]
fn where_the_link_is_full_it_goes_back_and_stays() {
    let opens = run(&Link::of(85.0, 400.0), 60);
    assert!(mean(&opens) < 20.0, "{}", mean(&opens));
    assert!(opens[2000..].iter().filter(|open| **open != START).count() < 800);
}

#[test]
fn a_rate_that_jumps_by_chance_is_no_reason_to_grow() {
    let (mut opens, mut dice) = (Vec::new(), 7_u64);
    for _ in 0..20 {
        let mut adaptation = Adaptation::new(START, 64);
        let (mut now, mut bytes) = (Duration::ZERO, 0.0);
        // A transfer of three seconds, of which each quarter has between half and all of a
        // processor.
        for step in 0..300 {
            now += STEP;
            if step % 25 == 0 {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            }
            let share = 0.5 + 0.5 * ((dice >> 33) as f64 / f64::from(1_u32 << 31));
            bytes += 600.0 * MIB * STEP.as_secs_f64() * share;
            let moved = Throughput { bytes: bytes as u64, requests: bytes as u64 >> 23 };
            adaptation.measured(now, moved, true);
            opens.push(adaptation.open());
        }
    }
    assert!(mean(&opens) < 24.0, "{}", mean(&opens));
}

#[test]
fn it_stops_growing_where_more_brings_no_more() {
    let opens = run(&Link::of(10.0, 300.0), 60);
    let late = mean(&opens[1000..]);
    assert!((30.0..50.0).contains(&late), "{late}");
}

#[test]
fn small_objects_behind_latency_are_asked_for_many_at_once() {
    // 64 KiB each 32 ms.
    let opens = run(&Link { size: 65_536.0, ..Link::of(2.0, f64::INFINITY) }, 2);
    assert_eq!(opens[50], 64, "within half a second");
}

#[test]
fn small_objects_get_as_many_requests_as_pay() {
    // 64 KiB each 32 ms, and what the processor lets through: 8,000 objects a second.
    let link = Link { size: 65_536.0, ..Link::of(2.0, 500.0) };
    let opens = run_up_to(256, &link, 4);
    assert_eq!(opens[100], 256, "within a second");
    assert!(mean(&opens[200..]) > 200.0, "{}", mean(&opens[200..]));
    let slow = Link { size: 65_536.0, ..Link::of(2.0, 60.0) };
    let opens = run_up_to(256, &slow, 20);
    assert!(mean(&opens[500..]) < 64.0, "{}", mean(&opens[500..]));
}

#[test]
fn a_server_that_throttles_is_asked_for_less_and_little_by_little_for_more() {
    let opens = run(&Link { takes: 12, ..Link::of(10.0, f64::INFINITY) }, 60);
    let late = &opens[1000..];
    assert!(late.iter().all(|open| *open <= 20));
    assert!((5.0..=13.0).contains(&mean(late)), "{}", mean(late));
}

#[test]
fn one_request_is_always_allowed_and_no_more_than_the_bound() {
    let mut adaptation = Adaptation::new(100, 10);
    assert_eq!(adaptation.open(), 10);
    for second in 0..20 {
        adaptation.throttled(Duration::from_secs(second));
    }
    assert_eq!(adaptation.open(), 1);
    assert!(adaptation.throttle().is_some());
}

#[test]
fn what_is_not_short_of_slots_does_not_grow() {
    let mut adaptation = Adaptation::new(4, 64);
    for step in 1..1000 {
        let moved = Throughput { bytes: step * 100_000, requests: step };
        adaptation.measured(Duration::from_millis(step * 20), moved, false);
    }
    assert_eq!(adaptation.open(), 4);
}

#[test]
fn a_count_that_comes_after_a_later_one_says_nothing() {
    let (mut steady, mut jumbled) = (Adaptation::new(4, 64), Adaptation::new(4, 64));
    for step in 1..400 {
        let now = Duration::from_millis(step * 60);
        let moved = Throughput { bytes: step * 1_000_000, requests: step * 20 };
        steady.measured(now, moved, true);
        jumbled.measured(now, moved, true);
        let (bytes, requests) = (moved.bytes - 1, moved.requests - 1);
        for late in [Throughput { bytes, ..moved }, Throughput { requests, ..moved }] {
            jumbled.measured(now, late, false);
            jumbled.measured(now + Duration::from_millis(59), late, false);
        }
        assert_eq!(jumbled.open(), steady.open(), "step {step}");
    }
}
