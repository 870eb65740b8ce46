//! Compares objects, versions and files, and all that is below prefixes and folders.

pub mod bytes;
pub mod comparer;
pub mod likeness;
pub mod trees;
