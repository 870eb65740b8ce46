//! Keeps the keys below a place on this disk, to be searched without asking the server.

mod block;
pub mod compare;
pub mod facts;
pub mod folder;
mod names;
pub mod reader;
pub mod refresh;
pub mod renaming;
pub mod search;
pub mod sorting;
pub mod writer;

#[cfg(test)]
mod tests;
