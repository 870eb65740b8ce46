//! The compiled program's verbs as a process.

mod bad_input;
mod between;
mod configuration;
mod crash;
mod disk;
mod doctor;
mod interrupt;
mod jurisdictions;
mod manners;
mod memory;
mod pipes;
mod public;
mod queue;
mod secrets;
mod secure;
mod shop;
mod uploads;
mod verbs;
