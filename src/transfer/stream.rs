//! Objects from and to a pipe: a body of unknown length in, a body in order out, memory bounded.

pub mod download;
pub mod pipe;
pub mod upload;
