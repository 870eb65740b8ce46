//! Gives out slots for requests to one server, in two lanes, so that small ones never wait for
//! parts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::transfer::limits::adapt::{Adaptation, Throughput};

/// Which requests share slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Whole objects, listings, heads.
    Small,
    /// Parts and ranges of large objects.
    Parts,
}

/// Requests at once that a lane never has more of, however much each one more brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneLimits {
    pub small: usize,
    pub parts: usize,
}

impl LaneLimits {
    fn of(self, lane: Lane) -> usize {
        let most = match lane {
            Lane::Small => self.small,
            Lane::Parts => self.parts,
        };
        most.max(1)
    }
}

/// As many slots in each lane as the server and the link turn out to take.
#[derive(Debug)]
pub struct Slots {
    lanes: [Arc<Semaphore>; 2],
    most: LaneLimits,
    start: Instant,
    bytes: AtomicU64,
    requests: AtomicU64,
    /// Somebody had to wait since the last measurement, in a lane that may have more slots.
    full: AtomicBool,
    /// When to measure next, in milliseconds since the start.
    next: AtomicU64,
    state: Mutex<SlotState>,
}

#[derive(Debug)]
struct SlotState {
    adaptation: Adaptation,
    /// How many there may be because of the rate limit.
    cap: usize,
    /// Slots, by lane.
    open: [usize; 2],
    /// Permits to be taken away as they come back, by lane.
    owed: [usize; 2],
    /// Counts the times there had to be fewer.
    wave: u64,
}

/// One request's slot; returned when dropped.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    lane: Lane,
    wave: u64,
    permit: Option<OwnedSemaphorePermit>,
}

const LANES: [Lane; 2] = [Lane::Small, Lane::Parts];

/// Between two measurements at least, in milliseconds.
const MEASURING: u64 = 10;

impl Slots {
    /// Begins with `start` slots in each lane, never more than `most`.
    pub fn new(start: usize, most: LaneLimits) -> Arc<Slots> {
        let adaptation = Adaptation::new(start, most.small.max(most.parts));
        let open = LANES.map(|lane| adaptation.open().min(most.of(lane)));
        Arc::new(Slots {
            lanes: open.map(|open| Arc::new(Semaphore::new(open))),
            most,
            start: Instant::now(),
            bytes: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            full: AtomicBool::new(false),
            next: AtomicU64::new(0),
            state: Mutex::new(SlotState {
                adaptation,
                cap: usize::MAX,
                open,
                owed: [0; 2],
                wave: 0,
            }),
        })
    }

    pub async fn take(self: &Arc<Self>, lane: Lane) -> Slot {
        let permits = &self.lanes[lane as usize];
        if permits.available_permits() == 0 && self.open(lane) < self.most(lane) {
            self.full.store(true, Ordering::Relaxed);
        }
        let permit = Arc::clone(permits).acquire_owned().await.ok();
        Slot { slots: Arc::clone(self), lane, wave: self.state().wave, permit }
    }

    /// Requests allowed at once now.
    pub fn open(&self, lane: Lane) -> usize {
        self.state().open[lane as usize]
    }

    pub fn most(&self, lane: Lane) -> usize {
        self.most.of(lane)
    }

    /// Since the server asked for less: how many are allowed, and how many were.
    pub fn throttle(&self) -> Option<(usize, usize)> {
        self.state().adaptation.throttle()
    }

    /// No more than these, whatever the server takes.
    pub fn cap(&self, cap: usize) {
        let mut state = self.state();
        state.cap = cap.max(1);
        self.follow(&mut state);
    }

    /// Bytes of a body went in or out.
    pub fn moved(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.measure();
    }

    fn measure(&self) {
        let now = self.start.elapsed();
        let at = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let due = self.next.load(Ordering::Relaxed);
        let next = at + MEASURING;
        if at < due
            || self.next.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let bytes = self.bytes.load(Ordering::Relaxed);
        let moved = Throughput { bytes, requests: self.requests.load(Ordering::Relaxed) };
        let full = self.full.swap(false, Ordering::Relaxed);
        let mut state = self.state();
        state.adaptation.measured(now, moved, full);
        self.follow(&mut state);
    }

    /// `less` is asked for by a request that was sent in this wave.
    fn less(&self, wave: u64, less: fn(&mut Adaptation, Duration)) {
        let now = self.start.elapsed();
        let mut state = self.state();
        if state.wave != wave {
            return;
        }
        state.wave += 1;
        less(&mut state.adaptation, now);
        self.follow(&mut state);
    }

    /// Gives out or takes back permits until there are as many as may be.
    fn follow(&self, state: &mut SlotState) {
        let allowed = state.adaptation.open().min(state.cap);
        for lane in LANES {
            let wanted = allowed.min(self.most(lane));
            let (permits, owed) = (&self.lanes[lane as usize], &mut state.owed[lane as usize]);
            let open = std::mem::replace(&mut state.open[lane as usize], wanted);
            let (more, less) = (wanted.saturating_sub(open), open.saturating_sub(wanted));
            let kept = more.min(*owed);
            *owed -= kept;
            permits.add_permits(more - kept);
            *owed += less;
            *owed -= permits.forget_permits(*owed);
        }
    }

    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// The request was answered as it should be.
    pub fn succeeded(&self) {
        self.slots.requests.fetch_add(1, Ordering::Relaxed);
        self.slots.measure();
    }

    /// The server asked for less. Requests that were sent before it was first asked ask for nothing
    /// more.
    pub fn throttled(&self) {
        self.slots.less(self.wave, Adaptation::throttled);
    }

    /// The network broke the request off, though it carried others: fewer at once come through
    /// between two such breaks.
    pub fn cut(&self) {
        if self.lane == Lane::Parts {
            self.slots.less(self.wave, Adaptation::cut);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        let owed = &mut state.owed[self.lane as usize];
        if *owed > 0
            && let Some(permit) = self.permit.take()
        {
            *owed -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(most: usize) -> LaneLimits {
        LaneLimits { small: most, parts: most }
    }

    async fn held(slots: &Arc<Slots>, lane: Lane, count: usize) -> Vec<Slot> {
        let mut held = Vec::new();
        for _ in 0..count {
            held.push(slots.take(lane).await);
        }
        held
    }

    #[tokio::test]
    async fn throttling_halves_both_lanes_once_per_wave() {
        let slots = Slots::new(8, both(8));
        let wave = held(&slots, Lane::Small, 8).await;
        wave.iter().for_each(Slot::throttled);
        assert_eq!((slots.open(Lane::Parts), slots.throttle()), (4, Some((4, 8))));
        drop(wave);
        assert_eq!(slots.lanes[0].available_permits(), 4);
        assert_eq!(slots.lanes[1].available_permits(), 4);
        slots.take(Lane::Parts).await.throttled();
        assert_eq!((slots.open(Lane::Parts), slots.throttle()), (2, Some((2, 8))), "the next wave");
    }

    #[tokio::test]
    async fn a_network_that_breaks_requests_off_gets_fewer_at_once_and_no_throttling_is_told() {
        let slots = Slots::new(8, both(8));
        slots.take(Lane::Small).await.cut();
        assert_eq!(slots.open(Lane::Parts), 8, "small requests come through");
        let wave = held(&slots, Lane::Parts, 8).await;
        wave.iter().for_each(Slot::cut);
        assert_eq!((slots.open(Lane::Parts), slots.throttle()), (4, None));
    }

    #[tokio::test]
    async fn one_slot_is_always_left() {
        let slots = Slots::new(2, both(2));
        for _ in 0..20 {
            slots.take(Lane::Parts).await.throttled();
        }
        assert_eq!(slots.open(Lane::Parts), 1);
        drop(slots.take(Lane::Parts).await);
        assert_eq!(slots.lanes[1].available_permits(), 1);
    }

    #[tokio::test]
    async fn small_requests_do_not_wait_for_parts() {
        let slots = Slots::new(2, both(2));
        let _parts = held(&slots, Lane::Parts, 2).await;
        let mut third = std::pin::pin!(slots.take(Lane::Parts));
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(held(&slots, Lane::Small, 2).await);
    }

    #[tokio::test]
    async fn each_lane_has_its_own_bound() {
        let slots = Slots::new(8, LaneLimits { small: 16, parts: 4 });
        assert_eq!((slots.open(Lane::Small), slots.open(Lane::Parts)), (8, 4));
        let _parts = held(&slots, Lane::Parts, 4).await;
        drop(futures_util::poll!(std::pin::pin!(slots.take(Lane::Parts))));
        assert!(!slots.full.load(Ordering::Relaxed), "parts have all they may have");
        let _small = held(&slots, Lane::Small, 8).await;
        drop(futures_util::poll!(std::pin::pin!(slots.take(Lane::Small))));
        assert!(slots.full.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_cap_holds_and_is_taken_off_again() {
        let slots = Slots::new(8, both(8));
        let busy = held(&slots, Lane::Small, 6).await;
        slots.cap(2);
        assert_eq!(slots.open(Lane::Parts), 2);
        slots.cap(usize::MAX);
        drop(busy);
        assert_eq!(slots.lanes[0].available_permits(), 8);
    }
}
