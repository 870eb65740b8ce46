//! Waits for ctrl-c, or for a signal of the system to end.

use std::time::{Duration, Instant};

use tokio::signal::ctrl_c;
use tokio_util::sync::CancellationToken;

use crate::config::stderr::say;

/// Ready when the process is asked to end, from the first poll on.
#[cfg(unix)]
pub async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut hangup)) =
        (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    else {
        return drop(ctrl_c().await);
    };
    tokio::select! {
        _ = ctrl_c() => {}
        _ = term.recv() => {}
        _ = hangup.recv() => {}
    }
}

#[cfg(not(unix))]
pub async fn interrupted() {
    drop(ctrl_c().await);
}

/// Cancelled when the process is asked to end from now on, whoever waits for what meanwhile.
pub fn stop_when_interrupted() -> CancellationToken {
    let stop = CancellationToken::new();
    let cancelled = stop.clone();
    tokio::spawn(async move {
        interrupted().await;
        cancelled.cancel();
    });
    stop
}

/// Signals so soon after the first are the same wish: `timeout` signals a process and its group, a
/// terminal that closes is told of by the system and by the shell.
const SAME_WISH: Duration = Duration::from_millis(500);

/// Ready when it is asked a second time; the first time says what happens meanwhile.
pub async fn interrupted_twice(meanwhile: &str) {
    interrupted().await;
    say!("windlass: {meanwhile}; once more to leave at once");
    let since = Instant::now();
    while since.elapsed() < SAME_WISH {
        interrupted().await;
    }
}
