//! The compiled program's verbs as a process.

mod between;
mod configuration;
mod crash;
mod interrupt;
mod manners;
mod queue;
mod secure;
mod shop;
mod uploads;
mod verbs;
