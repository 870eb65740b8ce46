//! Drivers that the tests share.

pub mod screen;
pub mod server;
