//! Keeps a panic of code that others wrote from ending the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Counts down however the work ends.
struct Inside;

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// What the work gives, or what it said when it panicked. Whatever it worked on is thrown away with
/// it, so that nothing half done is seen.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let inside = Inside;
    let ended = catch_unwind(AssertUnwindSafe(work));
    drop(inside);
    ended.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "it panicked".to_owned())
    })
}

/// Whether a panic of this thread is caught where it was begun.
pub fn is_contained() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_said() {
        assert_eq!(contained(|| 7), Ok(7));
        let ended = contained(|| {
            assert!(is_contained());
            assert!(Vec::<u8>::new().len() > 1, "nothing in it");
        });
        assert_eq!(ended, Err("nothing in it".to_owned()));
        assert!(!is_contained());
    }
}
