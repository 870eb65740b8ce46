//! Tells where a section of `config.toml` stands, and where its relative paths begin.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// The file that a section stands in.
#[derive(Clone, Copy)]
pub struct SectionFile<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl<'a> SectionFile<'a> {
    pub fn folder(&self) -> &'a Path {
        self.file.parent().unwrap_or(self.file)
    }

    /// A path that is relative begins at the folder of the file.
    pub fn path(&self, path: PathBuf) -> PathBuf {
        self.folder().join(path)
    }

    pub fn place(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.file.display(), line_of(self.text, span.start))
    }
}

/// The number of the line, counted from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
