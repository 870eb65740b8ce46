//! The transfer engine: a pure machine, its journal, and the workers that move bytes; headless.

pub mod changes;
pub mod engine;
pub mod fact;
pub mod headless;
pub mod item;
pub mod journal;
pub mod limits;
mod link;
pub mod local;
pub mod machine;
pub mod remote;
pub mod retry;
mod sending;
mod standing;
pub mod stream;
pub mod task;
mod workers;
mod write;
