//! Drivers that the tests share.

pub mod account;
pub mod app;
pub mod http;
pub mod inside;
pub mod screen;
pub mod server;
pub mod shapes;
pub mod svg;
pub mod tls;
