//! Compares objects, versions and files, and all that is below prefixes and folders.

pub mod bytes;
pub mod comparer;
mod likeness;
pub mod trees;
