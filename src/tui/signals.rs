//! Turns signals of the system into news for the loop.

use std::io;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End in order, without a question, because of the signal with this number.
    End(i32),
    /// The terminal has, or had meanwhile, another size.
    Resized,
    /// The process runs again after it was stopped.
    Continued,
}

/// Tells of signals from a thread of its own; none is missed after this returns.
pub fn listen(tell: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGWINCH])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            tell(match signal {
                SIGCONT => Signal::Continued,
                SIGWINCH => Signal::Resized,
                number => Signal::End(number),
            });
        }
    })?;
    Ok(())
}

/// Stops the foreground job this process belongs to, as ctrl-z does in a program that does not
/// catch it.
pub fn stop_job() -> io::Result<()> {
    let own = rustix::process::getpgrp();
    Ok(rustix::process::kill_process_group(own, rustix::process::Signal::TSTP)?)
}
