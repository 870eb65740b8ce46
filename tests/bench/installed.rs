//! Where the programs are that are compared with.

use std::path::PathBuf;

/// Named, or where the script `peers` puts them without being told.
pub fn peers() -> PathBuf {
    let named = std::env::var_os("WINDLASS_BENCH_PEERS").map(PathBuf::from);
    let cache = || {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
        cache.unwrap_or_else(home).join("windlass-bench-peers")
    };
    named.unwrap_or_else(cache)
}
