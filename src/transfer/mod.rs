//! The transfer engine: a pure machine, its journal, and the workers that move bytes; headless.

pub mod engine;
