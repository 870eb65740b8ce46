//! The imperative shell of the terminal.

pub mod clients;
pub mod clipboard;
mod comparing;
mod connections;
mod describing;
mod editing;
mod finding;
pub mod indexing;
pub mod input;
pub mod input_gate;
pub mod log;
pub mod looking;
pub mod machine;
pub mod notify;
pub mod requests;
pub mod reveal;
pub mod run;
pub mod runner;
mod sign_in;
pub mod signals;
mod sizing;
pub mod start;
pub mod startup;
pub mod terminal;
mod unpacking;
pub mod uploads;
mod versions;
