//! Streams objects from and to a pipe with bounded memory.

pub mod download;
pub mod pipe;
pub mod upload;
