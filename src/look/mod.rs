//! Looks inside objects: reads bytes by ranges and gives what they are as data.

pub mod archives;
pub mod dialect;
pub mod encoding;
pub mod error;
pub mod fields;
pub mod inspect;
pub mod json;
pub mod kind;
pub mod object_bytes;
pub mod packed;
pub mod reader;
pub mod section;
pub mod text_kind;
