//! Drivers that the tests share.

pub mod screen;
