//! Runs a real S3 server on loopback, in this process.

pub mod faults;
pub mod keys;
pub mod seed;
pub mod server;
pub mod store;

mod answers;
mod front;
mod gate;
mod mode;
mod operation;
mod refusal;
mod wire;
