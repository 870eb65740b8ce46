//! Keeps why a job waits: which of its requests get no answer, which have no keys.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::error::Error;
use crate::domain::transfer::Wait;

/// Shared by all requests of a job. Clones speak of the same job.
#[derive(Clone, Debug, Default)]
pub struct WaitReason {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    without_keys: usize,
    unanswered: usize,
    /// In a row, of the request that has tried most often.
    tries: u32,
    error: Option<Error>,
    /// When the first of them is tried again.
    next: Option<Instant>,
}

/// Why one request does not get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Keys,
    Silence,
}

/// One request that does not get on; over when dropped.
#[derive(Debug)]
pub struct Blocked {
    wait_reason: WaitReason,
    obstacle: Obstacle,
    tries: u32,
}

impl WaitReason {
    pub fn wait(&self) -> Option<Wait> {
        let state = self.state();
        if state.without_keys > 0 {
            return Some(Wait::Credentials);
        }
        let error = state.error.clone().filter(|_| state.unanswered > 0)?;
        let next = state.next.and_then(|next| seconds_to(next, Instant::now()));
        Some(Wait::Unreachable { tries: state.tries, error, next })
    }

    /// Something of the job gets on.
    pub fn moves(&self) {
        let mut state = self.state();
        if state.tries > 0 {
            (state.tries, state.error, state.next) = (0, None, None);
        }
    }

    /// One more try met this and is followed by another after `wait`; `before` is what the same
    /// request met until now.
    pub fn met(
        &self,
        obstacle: Obstacle,
        error: &Error,
        before: Option<Blocked>,
        wait: Duration,
    ) -> Blocked {
        let mut blocked = match before {
            Some(blocked) if blocked.obstacle == obstacle => blocked,
            _ => {
                *self.state().count(obstacle) += 1;
                Blocked { wait_reason: self.clone(), obstacle, tries: 0 }
            }
        };
        if obstacle == Obstacle::Silence {
            let mut state = self.state();
            blocked.tries = blocked.tries.saturating_add(1);
            state.tries = state.tries.max(blocked.tries);
            state.error = Some(error.clone());
            let (now, next) = (Instant::now(), Instant::now() + wait);
            let sooner = state.next.filter(|known| (now..next).contains(known));
            state.next = Some(sooner.unwrap_or(next));
        }
        blocked
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, obstacle: Obstacle) -> &mut usize {
        match obstacle {
            Obstacle::Keys => &mut self.without_keys,
            Obstacle::Silence => &mut self.unanswered,
        }
    }
}

/// Rounded up; none where that time has come.
fn seconds_to(next: Instant, now: Instant) -> Option<Duration> {
    let left = next.checked_duration_since(now).filter(|left| !left.is_zero())?;
    Some(Duration::from_secs(left.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)))
}

impl Drop for Blocked {
    fn drop(&mut self) {
        *self.wait_reason.state().count(self.obstacle) -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    #[test]
    fn what_is_left_is_told_in_whole_seconds_to_the_last() {
        let now = Instant::now();
        let told =
            |left| seconds_to(now + Duration::from_millis(left), now).map(|left| left.as_secs());
        assert_eq!([8000, 7001, 7000, 1, 0].map(told), [Some(8), Some(8), Some(7), Some(1), None]);
        assert_eq!(seconds_to(now, now + Duration::from_secs(1)), None);
    }

    #[test]
    fn a_job_waits_as_long_as_one_of_its_requests_does_and_nothing_moves() {
        let wait_reason = WaitReason::default();
        let error = Error::new(ErrorKind::Unreachable, "GetObject", "s3://b/k");
        let hour = Duration::from_hours(1);
        let first = wait_reason.met(Obstacle::Silence, &error, None, hour);
        let second = wait_reason.met(Obstacle::Silence, &error, None, 2 * hour);
        let first = wait_reason.met(Obstacle::Silence, &error, Some(first), 3 * hour);
        // The one that is tried first.
        let expected = Wait::Unreachable { tries: 2, error: error.clone(), next: Some(hour) };
        assert_eq!(wait_reason.wait(), Some(expected));
        let first = wait_reason.met(Obstacle::Keys, &error, Some(first), hour);
        assert_eq!(wait_reason.wait(), Some(Wait::Credentials));
        drop(first);
        wait_reason.moves();
        assert_eq!(wait_reason.wait(), None, "another object moves");
        drop(second);
        assert_eq!(wait_reason.state().unanswered, 0);
    }
}
