//! The transfer engine: a pure machine, its journal, and the workers that move bytes; headless.

pub mod aborting;
pub mod changes;
pub mod comparing;
mod connection_health;
pub mod content_types;
pub mod create_prefix;
pub mod destinations;
pub mod engine;
pub mod fact;
pub mod headless;
pub mod item;
pub mod journal;
pub mod limits;
pub mod local;
pub mod machine;
mod parts_in_flight;
pub mod remote;
pub mod retry;
pub mod saving;
mod sending;
pub mod server;
pub mod stream;
pub mod task;
pub mod tuning;
mod wait_reason;
mod workers;
mod write;
