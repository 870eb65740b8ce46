//! Handles local files: names, folders that cannot be left, part files, and walks.

pub mod attributes;
pub mod claims;
pub mod content;
pub mod folder;
pub mod kind;
pub mod names;
pub mod part_file;
pub mod roots;
pub mod source;
pub mod walk;
