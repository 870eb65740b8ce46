//! Keeps the thread that reads keys from the terminal while that is somebody else's.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the thread that reads keys may take to let go of the terminal.
const LETTING_GO: Duration = Duration::from_millis(500);

/// A clone is the same gate.
#[derive(Clone, Debug, Default)]
pub struct InputGate(Arc<(Mutex<Gate>, Condvar)>);

#[derive(Debug, Default)]
struct Gate {
    closed: bool,
    /// The reader waits before it.
    waits: bool,
}

impl InputGate {
    /// Called by the reader with each event; waits while the gate is closed. `false` where the
    /// event is nobody's.
    pub fn pass(&self) -> bool {
        let (state, changed) = &*self.0;
        let mut gate = lock(state);
        if !gate.closed {
            return true;
        }
        gate.waits = true;
        changed.notify_all();
        while gate.closed {
            gate = changed.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
        gate.waits = false;
        false
    }

    /// Wakes the reader, which sleeps in the terminal, by the signal of a new size.
    pub fn close(&self) -> io::Result<()> {
        let (state, changed) = &*self.0;
        lock(state).closed = true;
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::WINCH)?;
        let gate = lock(state);
        let waiting = changed.wait_timeout_while(gate, LETTING_GO, |gate| !gate.waits);
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    pub fn open(&self) {
        let (state, changed) = &*self.0;
        lock(state).closed = false;
        changed.notify_all();
    }
}

fn lock(state: &Mutex<Gate>) -> MutexGuard<'_, Gate> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_closed_gate_keeps_the_reader_until_it_is_opened() {
        let gate = InputGate::default();
        assert!(gate.pass());
        lock(&gate.0.0).closed = true;
        let reading = gate.clone();
        let reader = thread::spawn(move || reading.pass());
        while !lock(&gate.0.0).waits {
            thread::yield_now();
        }
        assert!(!reader.is_finished());
        gate.open();
        assert!(!reader.join().unwrap());
    }
}
