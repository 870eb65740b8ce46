//! Reads JSON: what it is, its records, its tree.

pub mod scan;
