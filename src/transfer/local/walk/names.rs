//! Keeps the names in one folder, sorted, and finds those that a server takes for the same.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::domain::error::Error;

/// Names of a folder in byte order: eight bytes a name beside their text.
#[derive(Debug, Default)]
pub struct FolderNames {
    text: Vec<u8>,
    /// Start and length in `text`.
    spans: Vec<(u32, u32)>,
    next: usize,
    /// Names that another name of the folder is the same as on a server that keeps one Unicode
    /// form, with that other.
    twins: HashMap<usize, String>,
}

impl FolderNames {
    pub fn of(folder: &Path, one_form: bool) -> Result<FolderNames, Error> {
        let failed = |e: io::Error| Error::from_io(&e, "read the folder", folder.display());
        let mut names = FolderNames::default();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            names.add(entry.map_err(failed)?.file_name().as_bytes()).map_err(failed)?;
        }
        names.sort();
        if one_form {
            names.find_twins();
        }
        Ok(names)
    }

    pub fn add(&mut self, name: &[u8]) -> io::Result<()> {
        let full = |_| io::Error::new(io::ErrorKind::OutOfMemory, "the folder has too many names");
        let start = u32::try_from(self.text.len()).map_err(full)?;
        self.spans.push((start, u32::try_from(name.len()).map_err(full)?));
        self.text.extend_from_slice(name);
        Ok(())
    }

    pub fn sort(&mut self) {
        let text = &self.text;
        self.spans.sort_unstable_by(|a, b| slice(text, *a).cmp(slice(text, *b)));
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The next name; [`FolderNames::twin`] speaks of it from now on.
    pub fn advance(&mut self) -> Option<OsString> {
        let span = *self.spans.get(self.next)?;
        self.next += 1;
        Some(OsString::from_vec(slice(&self.text, span).to_vec()))
    }

    /// What the name given last is the same as, where it is the one to give way.
    pub fn twin(&self) -> Option<&str> {
        self.twins.get(&self.next.checked_sub(1)?).map(String::as_str)
    }

    /// The name in the server's form stays; where none is, the first.
    pub fn find_twins(&mut self) {
        let mut first: HashMap<String, String> = HashMap::new();
        let mut twins = HashMap::new();
        for (index, span) in self.spans.iter().enumerate() {
            let Some(name) = OsStr::from_bytes(slice(&self.text, *span)).to_str() else { continue };
            if name.is_ascii() || is_nfc(name) {
                continue;
            }
            let form: String = name.nfc().collect();
            if self.contains(form.as_bytes()) {
                twins.insert(index, form);
            } else if let Some(other) = first.get(&form) {
                twins.insert(index, other.clone());
            } else {
                first.insert(form, name.to_owned());
            }
        }
        self.twins = twins;
    }

    fn contains(&self, name: &[u8]) -> bool {
        self.spans.binary_search_by(|span| slice(&self.text, *span).cmp(name)).is_ok()
    }
}

fn slice(text: &[u8], (start, length): (u32, u32)) -> &[u8] {
    &text[start as usize..][..length as usize]
}
