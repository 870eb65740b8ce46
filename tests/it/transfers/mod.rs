//! The engine moving bytes: round trips, bad days, resumption, hostile names.

mod between;
mod collisions;
mod conditions;
mod control;
mod crash;
mod disk;
mod fake;
mod faults;
mod guards;
mod harness;
mod hostile;
mod journal;
mod local_files;
mod pipes;
mod promises;
mod resume;
mod round_trips;
mod server;
mod servers;
mod table;
mod trust;
mod waits;
