//! Looks inside objects: reads bytes by ranges and gives what they are as data.

pub mod error;
pub mod object_bytes;
pub mod reader;
