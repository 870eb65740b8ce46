//! Finds how many files and sockets the process may hold open at once.

use std::sync::OnceLock;

/// What anything but the connections of transfers holds open: files being written, the journal, the
/// terminal.
const OTHERS: u64 = 96;

/// More is never asked of the system.
#[cfg(unix)]
const ENOUGH: u64 = 4096;

/// Connections that the limit of open files has room for, after it was raised as far as it may be:
/// the usual one is 1,024 on Linux and 256 on macOS. Never less than 16.
pub fn connections() -> usize {
    static ALLOWED: OnceLock<u64> = OnceLock::new();
    let allowed = *ALLOWED.get_or_init(raised);
    usize::try_from(allowed.saturating_sub(OTHERS).max(16)).unwrap_or(usize::MAX)
}

#[cfg(unix)]
fn raised() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX).min(ENOUGH);
    let now = limit.current.unwrap_or(u64::MAX);
    if now >= most {
        return now;
    }
    let wanted = Rlimit { current: Some(most), maximum: limit.maximum };
    if setrlimit(Resource::Nofile, wanted).is_ok() { most } else { now }
}

#[cfg(not(unix))]
fn raised() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_more_fits_below_the_limit() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let allowed = connections();
        assert!(allowed >= 16);
        let now = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        assert!(now.unwrap_or(u64::MAX) >= limit.current.unwrap_or(u64::MAX), "never lowered");
        assert!(now.is_none_or(|now| allowed == 16 || allowed as u64 + OTHERS <= now));
    }
}
