//! Tries a request again where it may succeed later, and waits where only time or the user helps.

use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::error::{Error, ErrorKind};
use crate::s3::http::incoming::Incoming;
use crate::transfer::connection_health::{ConnectionHealth, Sent};
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::limits::slots::Lane;
use crate::transfer::limits::{BodyMemory, Buffer, Patience};
use crate::transfer::wait_reason::{Blocked, Obstacle, WaitReason};

/// What the requests of one object share: the connection's health, patience, the budget of failed
/// tries, and what its job waits for.
#[derive(Clone)]
pub struct RetryPolicy {
    pub health: Arc<ConnectionHealth>,
    pub rate: RateLimiter,
    pub wait_reason: WaitReason,
    /// Ends every wait; what was waited for is not known then.
    pub stop: CancellationToken,
    lane: Lane,
    patience: Patience,
    budget: Arc<AtomicU32>,
    /// The connection took requests of this object before this process began.
    proven: bool,
}

/// A longer `Retry-After` is not believed.
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// Bytes that a try has to bring so that it counts for nothing, for every request costs.
const WORTHWHILE: u64 = 64 << 10;

/// What a try that was throttled counts, and what any other does.
const THROTTLED: u32 = 1;
const FAILED: u32 = 4;

/// What one request has met so far.
#[derive(Default)]
struct Attempts {
    /// Tries, weighted.
    spent: u32,
    /// Waits in a row, whatever they were for.
    waits: u32,
    renewed: bool,
    resigned: bool,
    blocked: Option<Blocked>,
    /// Since when there are no keys.
    keyless: Option<Instant>,
}

impl RetryPolicy {
    pub fn new(
        health: Arc<ConnectionHealth>,
        rate: RateLimiter,
        patience: Patience,
    ) -> RetryPolicy {
        RetryPolicy {
            health,
            rate,
            wait_reason: WaitReason::default(),
            stop: CancellationToken::new(),
            lane: Lane::Small,
            patience,
            budget: Arc::new(AtomicU32::new(patience.budget)),
            proven: false,
        }
    }

    /// A policy for the requests of a job that `stop` ends and whose waits `wait_reason` tells;
    /// `again`: an earlier run of it got through.
    #[must_use]
    pub fn of_job(
        self,
        wait_reason: WaitReason,
        stop: CancellationToken,
        again: bool,
    ) -> RetryPolicy {
        RetryPolicy { wait_reason, stop, proven: again, ..self }
    }

    /// A policy for requests that are worth no more than the ordinary tries.
    #[must_use]
    pub fn impatient(mut self) -> RetryPolicy {
        self.patience.outage = Some(Duration::ZERO);
        self
    }

    /// A policy for one of many requests that go on when another fails, with a budget of its own.
    #[must_use]
    pub fn apart(&self) -> RetryPolicy {
        RetryPolicy { budget: Arc::new(AtomicU32::new(self.patience.budget)), ..self.clone() }
    }

    /// A policy for the parts of a large object.
    #[must_use]
    pub fn for_parts(&self) -> RetryPolicy {
        RetryPolicy { lane: Lane::Parts, ..self.clone() }
    }

    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    /// Runs one request in a slot of its own, again while its error may pass. Waits hold no slot.
    pub async fn send<T, F>(&self, request: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.send_on(&AtomicU64::new(0), request).await
    }

    /// As [`RetryPolicy::send`], where a try goes on from what the one before it has `kept`, in
    /// bytes: whatever adds to it has not failed in vain.
    pub async fn send_on<T, F>(
        &self,
        kept: &AtomicU64,
        mut request: impl FnMut() -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut attempts = Attempts::default();
        loop {
            let slot = self.health.slots.take(self.lane).await;
            let sent = self.health.sent();
            let before = kept.load(Ordering::Relaxed);
            let error = match request().await {
                Ok(value) => {
                    slot.succeeded();
                    self.health.answered();
                    self.wait_reason.moves();
                    self.budget.store(self.patience.budget, Ordering::Relaxed);
                    return Ok(value);
                }
                Err(error) => error,
            };
            if error.is(&ErrorKind::Throttled) || matches!(error.status, Some(429 | 503)) {
                slot.throttled();
            } else if is_cut(&error) && self.health.answered_since(sent) {
                slot.cut();
            }
            drop(slot);
            if kept.load(Ordering::Relaxed) >= before + WORTHWHILE {
                (attempts.spent, attempts.waits) = (0, 0);
                self.budget.store(self.patience.budget, Ordering::Relaxed);
            }
            let Some(wait) = self.judge(&mut attempts, sent, &error) else { return Err(error) };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.health.woken(), if attempts.blocked.is_some() => {}
                // Of a kind that may pass, so that what is begun is kept.
                () = self.stop.cancelled() => {
                    // What is corrupt is begun anew.
                    let kind = match error.retryable() && !error.is(&ErrorKind::Corrupt) {
                        true => error.kind,
                        false => ErrorKind::Interrupted,
                    };
                    return Err(Error { kind, ..error });
                }
            }
        }
    }

    /// How long to wait before the next try; none where there is none.
    fn judge(&self, attempts: &mut Attempts, sent: Sent, error: &Error) -> Option<Duration> {
        if lacks_keys(error) && self.may_get_keys(error) {
            return self.without_keys(attempts, sent, error);
        }
        if error.status.is_some() {
            self.health.answered();
        }
        if self.is_silence(error, sent) {
            return self.without_answer(attempts, error);
        }
        attempts.blocked = None;
        // Signed before the machine slept, perhaps: once more with the time of now.
        if error.is(&ErrorKind::ClockSkew) && self.is_proven() && !attempts.resigned {
            attempts.resigned = true;
            return Some(Duration::ZERO);
        }
        attempts.spent += if error.is(&ErrorKind::Throttled) { THROTTLED } else { FAILED };
        let may_pass = error.retryable() && attempts.spent < self.patience.tries * FAILED;
        (may_pass && self.spend()).then(|| self.wait(attempts, error.retry_after))
    }

    fn is_proven(&self) -> bool {
        self.proven || self.health.proven()
    }

    /// Keys that were taken before, or that are known to have run out, can be had again.
    fn may_get_keys(&self, error: &Error) -> bool {
        let bounded = self.patience.outage.is_some();
        self.is_proven() || (error.is(&ErrorKind::ExpiredCredentials) && !bounded)
    }

    /// Their source is asked again at once, then from time to time.
    fn without_keys(&self, attempts: &mut Attempts, sent: Sent, error: &Error) -> Option<Duration> {
        self.health.renew(sent);
        if !std::mem::replace(&mut attempts.renewed, true) {
            return Some(Duration::ZERO);
        }
        let since = *attempts.keyless.get_or_insert_with(Instant::now);
        if self.is_over(since) {
            return None;
        }
        let (wait, before) = (self.wait(attempts, None), attempts.blocked.take());
        attempts.blocked = Some(self.wait_reason.met(Obstacle::Keys, error, before, wait));
        Some(wait)
    }

    /// Nothing came of the request, and of no other meanwhile. Somebody else's certificate in the
    /// place of one that was trusted before is the network's: the login page of a train, for one.
    fn is_silence(&self, error: &Error, sent: Sent) -> bool {
        let silent = match error.kind {
            ErrorKind::Unreachable | ErrorKind::TimedOut => true,
            ErrorKind::Untrusted => self.is_proven(),
            _ => false,
        };
        silent && error.status.is_none() && !self.health.answered_since(sent)
    }

    /// Costs no try of the object's, for nothing of the object is at fault; but who may not wait
    /// for ever, and has never been answered, has the ordinary tries only.
    fn without_answer(&self, attempts: &mut Attempts, error: &Error) -> Option<Duration> {
        let since = self.health.silent_since();
        if let Some(longest) = self.patience.outage {
            let ordinary = longest.is_zero() || !self.is_proven();
            if error.is_nobody() && !self.is_proven() {
                return None;
            }
            attempts.spent += if ordinary { FAILED } else { 0 };
            if attempts.spent >= self.patience.tries * FAILED || (!ordinary && self.is_over(since))
            {
                return None;
            }
        }
        let (wait, before) = (self.wait(attempts, None), attempts.blocked.take());
        attempts.blocked = Some(self.wait_reason.met(Obstacle::Silence, error, before, wait));
        Some(wait)
    }

    fn is_over(&self, since: Instant) -> bool {
        self.patience.outage.is_some_and(|longest| since.elapsed() >= longest)
    }

    fn spend(&self) -> bool {
        let spent = |left: u32| left.checked_sub(1);
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }

    /// Between half and the whole of a wait that doubles with every try; never less than the server
    /// asked for.
    fn wait(&self, attempts: &mut Attempts, asked: Option<Duration>) -> Duration {
        let doubled = self.patience.first_wait.saturating_mul(1 << attempts.waits.min(16));
        attempts.waits += 1;
        let longest = doubled.min(self.patience.longest_wait);
        let random = RandomState::new().build_hasher().finish() % 1000;
        let jittered = longest / 2 + longest.mul_f64(f64::from(random as u32) / 2000.0);
        asked.map_or(jittered, |asked| jittered.max(asked.min(LONGEST_ASKED)))
    }

    /// Reads of a body into the spare room of `into`, held back where the rate is limited;
    /// `TimedOut` when it stalls. Gives the bytes that came, none at its end.
    pub async fn fill(
        &self,
        body: &mut Incoming,
        into: &mut BytesMut,
        place: &str,
    ) -> Result<usize, Error> {
        let stall = self.patience.stall;
        let read = tokio::time::timeout(stall, body.read(into)).await;
        let came = read.unwrap_or_else(|_| Err(stalled(stall, place)))?;
        self.came(came).await;
        Ok(came)
    }

    /// As [`RetryPolicy::fill`], into a buffer that is taken when bytes are there, so that all
    /// bodies share the few that the processor has at hand. What came before an error is in it;
    /// nothing at the end.
    pub async fn take(
        &self,
        body: &mut Incoming,
        memory: &BodyMemory,
        place: &str,
    ) -> (Buffer, Result<(), Error>) {
        let stall = self.patience.stall;
        let read = tokio::time::timeout(stall, poll_fn(|cx| poll_take(body, memory, cx))).await;
        let (buffer, came) = read.unwrap_or_else(|_| (memory.buffer(), Err(stalled(stall, place))));
        self.came(buffer.len()).await;
        (buffer, came)
    }

    /// The next piece of a body, held back where the rate is limited; `TimedOut` when it stalls.
    pub async fn next_of(&self, body: &mut Incoming, place: &str) -> Result<Option<Bytes>, Error> {
        let next = next_of(body, self.patience.stall, place).await?;
        self.came(next.as_ref().map_or(0, Bytes::len)).await;
        Ok(next)
    }

    async fn came(&self, bytes: usize) {
        if bytes > 0 {
            self.health.answered();
            self.wait_reason.moves();
            self.health.slots.moved(bytes);
            self.rate.pay(bytes).await;
        }
    }
}

fn poll_take(
    body: &mut Incoming,
    memory: &BodyMemory,
    cx: &mut Context<'_>,
) -> Poll<(Buffer, Result<(), Error>)> {
    let mut buffer = memory.buffer();
    loop {
        let good = buffer.len();
        match body.poll_read(cx, &mut buffer) {
            Poll::Pending if good == 0 => return Poll::Pending,
            Poll::Ready(Ok(came)) if came > 0 && !buffer.is_full() => {}
            Poll::Pending | Poll::Ready(Ok(_)) => return Poll::Ready((buffer, Ok(()))),
            Poll::Ready(Err(error)) => {
                // What came with an error may be more than there should be.
                buffer.truncate(good);
                return Poll::Ready((buffer, Err(error)));
            }
        }
    }
}

/// The network broke it off.
fn is_cut(error: &Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, Unreachable};
    matches!(error.kind, Interrupted | TimedOut | Unreachable) && error.status.is_none()
}

/// Nobody is known by the keys that were used, or none are to be had.
fn lacks_keys(error: &Error) -> bool {
    use ErrorKind::{CodeWanted, ExpiredCredentials, NoCredentials, UnknownAccessKey};
    matches!(error.kind, CodeWanted | ExpiredCredentials | NoCredentials | UnknownAccessKey)
}

/// The next piece of a body; `TimedOut` when it brings nothing for `stall`.
pub async fn next_of(
    body: &mut Incoming,
    stall: Duration,
    place: &str,
) -> Result<Option<Bytes>, Error> {
    match tokio::time::timeout(stall, body.next()).await {
        Ok(next) => next.transpose(),
        Err(_) => Err(stalled(stall, place)),
    }
}

fn stalled(stall: Duration, place: &str) -> Error {
    Error::new(ErrorKind::TimedOut, "GetObject", place)
        .detail(format!("no byte for {} s", stall.as_secs()))
}
