//! Local files: names, folders one cannot leave, part files, and what is found below a folder.

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
