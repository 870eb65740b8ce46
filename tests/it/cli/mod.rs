//! The compiled program's verbs as a process.

mod configuration;
mod shop;
mod verbs;
