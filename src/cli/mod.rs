//! The imperative shell of the command line.

mod advice;
pub mod args;
mod asking;
pub mod between;
mod code;
pub mod connect;
mod cost;
pub mod demo;
pub mod doctor;
mod ends;
mod finding;
pub mod interrupt;
pub mod jobs;
mod links;
pub mod list;
mod one;
mod pace;
pub mod print;
pub mod progress;
mod public;
pub mod queue;
pub mod report;
mod settings;
pub mod stream;
pub mod uploads;
pub mod verbs;
