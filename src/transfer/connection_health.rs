//! Keeps what all requests of one connection share: its slots, its last answer, its keys, who
//! waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::transfer::limits::slots::Slots;
use crate::transfer::remote::Remote;

pub struct ConnectionHealth {
    pub slots: Arc<Slots>,
    /// Whose keys are renewed; none where somebody else sees to that.
    remote: Option<Arc<dyn Remote>>,
    answers: AtomicU64,
    renewals: AtomicU64,
    /// Since when nothing is answered.
    silent: Mutex<Option<Instant>>,
    woken: Notify,
}

/// What a link was when a request was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    answers: u64,
    renewals: u64,
}

impl ConnectionHealth {
    pub fn new(slots: Arc<Slots>, remote: Option<Arc<dyn Remote>>) -> ConnectionHealth {
        ConnectionHealth {
            slots,
            remote,
            answers: AtomicU64::new(0),
            renewals: AtomicU64::new(0),
            silent: Mutex::default(),
            woken: Notify::new(),
        }
    }

    pub fn sent(&self) -> Sent {
        let answers = self.answers.load(Ordering::Relaxed);
        Sent { answers, renewals: self.renewals.load(Ordering::Relaxed) }
    }

    /// The server has taken a request, or sent some of a body.
    pub fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        let ended = self.silent.lock().unwrap_or_else(PoisonError::into_inner).take();
        if ended.is_some() {
            self.wake();
        }
    }

    /// Whether it ever took a request.
    pub fn proven(&self) -> bool {
        self.answers.load(Ordering::Relaxed) > 0
    }

    /// Whether anything was answered since.
    pub fn answered_since(&self, sent: Sent) -> bool {
        self.answers.load(Ordering::Relaxed) != sent.answers
    }

    /// A request met silence; gives since when there is nothing else.
    pub fn silent_since(&self) -> Instant {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        *silent.get_or_insert_with(Instant::now)
    }

    /// Has the keys asked for anew, once for all requests that were sent with the old ones.
    pub fn renew(&self, sent: Sent) {
        let (old, new) = (sent.renewals, sent.renewals + 1);
        let first = self.renewals.compare_exchange(old, new, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_ok()
            && let Some(remote) = &self.remote
        {
            remote.renew_credentials();
        }
    }

    /// Whoever waits for the server or for keys tries again now.
    pub fn wake(&self) {
        self.woken.notify_waiters();
    }

    pub async fn woken(&self) {
        self.woken.notified().await;
    }
}
