//! Finds how many files and sockets the process may hold open at once.

use std::sync::OnceLock;

use crate::domain::error::Error;

/// What anything but objects under way holds open: the journal, the terminal, the runtimes.
const OTHERS: u64 = 28;

/// What each object that has a slot may hold open: its connection, its file, the folder of that;
/// for there are half as many more objects as slots.
const EACH: u64 = 4;

/// More is never asked of the system.
#[cfg(unix)]
const ENOUGH: u64 = 4096;

/// Objects at once that the limit of open files has room for, after it was raised as far as it may
/// be: the usual one is 1,024 on Linux and 256 on macOS. Never less than one.
pub fn connections() -> usize {
    fitting(allowed())
}

fn fitting(allowed: u64) -> usize {
    usize::try_from((allowed.saturating_sub(OTHERS) / EACH).max(1)).unwrap_or(usize::MAX)
}

fn allowed() -> u64 {
    static ALLOWED: OnceLock<u64> = OnceLock::new();
    *ALLOWED.get_or_init(raised)
}

/// An error with the limit, where that is what it met.
pub fn with_limit(error: Error) -> Error {
    if !error.lacks_open_files() {
        return error;
    }
    let detail = format!("{}; the limit is {}", error.detail, allowed());
    error.detail(detail)
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
    fn all_that_is_under_way_fits_below_the_limit() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        assert!(connections() >= 1);
        let now = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        assert!(now.unwrap_or(u64::MAX) >= limit.current.unwrap_or(u64::MAX), "never lowered");
        for allowed in [0, 32, 48, 64, 128, 256, 1024, 4096] {
            let slots = fitting(allowed) as u64;
            let objects = slots + slots / 2 + 1;
            let least = slots == 1;
            assert!(least || slots + 2 * objects + OTHERS <= allowed + 2, "{allowed}: {slots}");
        }
        assert!(fitting(1024) >= 200, "the usual limit costs nothing");
    }

    #[test]
    fn the_limit_is_named_where_it_is_met_and_nowhere_else() {
        let error = |code| {
            let met = std::io::Error::from_raw_os_error(code);
            with_limit(Error::from_io(&met, "open the file", "f"))
        };
        let told = error(24).explain();
        assert!(told.what.contains(&format!("the limit is {}", allowed())), "{told:?}");
        assert!(told.next_anywhere().contains("ulimit -n"), "{told:?}");
        assert!(!error(5).explain().what.contains("limit"), "{:?}", error(5));
    }
}
