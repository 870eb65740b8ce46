//! The compiled program's verbs as a process.

mod configuration;
mod manners;
mod shop;
mod verbs;
