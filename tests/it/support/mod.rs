//! Drivers that the tests share.

pub mod app;
pub mod screen;
pub mod server;
