//! The compiled program's verbs as a process.

mod bad_input;
mod between;
mod configuration;
mod cost;
mod crash;
mod disk;
mod doctor;
mod ends;
mod finding;
mod identity;
mod interrupt;
mod jurisdictions;
mod keyring;
mod links;
mod manners;
mod memory;
mod panics;
mod pipes;
mod public;
mod queue;
mod secrets;
mod secure;
pub mod shop;
mod surroundings;
mod uploads;
mod verbs;
mod way;
