//! Keeps the size of a picture, where its header is whole.

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};

/// # Errors
/// `Malformed` where the object ends before its size.
pub fn sized(width: Option<u32>, height: Option<u32>, contents: &mut Contents) -> Looked<()> {
    let Some(size) = width.zip(height) else {
        return Err(LookError::malformed("the picture is cut before its size"));
    };
    (contents.width, contents.height) = (Some(size.0), Some(size.1));
    Ok(())
}
