//! The transfer engine: a pure machine, its journal, and the workers that move bytes; headless.

pub mod engine;
pub mod headless;
pub mod limits;
pub mod remote;
pub mod stream;
