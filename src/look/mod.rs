//! Looks inside objects: reads bytes by ranges and gives what they are as data.

pub mod dialect;
pub mod encoding;
pub mod error;
pub mod inspect;
pub mod json;
pub mod kind;
pub mod object_bytes;
pub mod reader;
pub mod text_kind;
