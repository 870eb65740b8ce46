//! Finds the files below an uploaded folder, and names what cannot be uploaded.

mod names;
#[cfg(test)]
mod tests;

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::domain::address::MAX_KEY_BYTES;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::Links;
use crate::transfer::local::kind::special;
use names::FolderNames;

/// How a folder is walked.
#[derive(Clone, Copy, Debug, Default)]
pub struct WalkRules {
    pub links: Links,
    /// The server stores keys in one Unicode form (NFC), so that names which differ in form alone
    /// are one object.
    pub one_form: bool,
    /// Bytes of every key that stand before the relative path.
    pub prefix_bytes: usize,
}

/// One thing below an uploaded folder.
#[derive(Debug)]
pub enum Walked {
    File {
        path: PathBuf,
        relative: String,
        size: u64,
    },
    /// It cannot be uploaded, for this reason.
    Refused {
        relative: String,
        error: Error,
    },
}

impl Walked {
    /// The path below the folder.
    pub fn relative(&self) -> &str {
        match self {
            Walked::File { relative, .. } | Walked::Refused { relative, .. } => relative,
        }
    }
}

/// What is not uploaded and is no failure, and what lies elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkTally {
    pub files: u64,
    pub links_left_out: u64,
    pub links_to_outside: u64,
    pub empty_folders: u64,
}

/// Walks a folder depth first, in the order of names. Memory holds the names of one chain of
/// folders, a few bytes more than their text.
#[derive(Debug)]
pub struct Walk {
    rules: WalkRules,
    root: PathBuf,
    path: PathBuf,
    levels: Vec<Level>,
    tally: WalkTally,
}

#[derive(Debug)]
struct Level {
    names: FolderNames,
    /// Device and number of the folder.
    identity: (u64, u64),
}

impl Walk {
    pub fn new(root: &Path, rules: WalkRules) -> Result<Walk, Error> {
        let failed = |e: io::Error| Error::from_io(&e, "read the folder", root.display());
        let mut walk = Walk {
            rules,
            root: root.to_owned(),
            path: root.to_owned(),
            levels: Vec::new(),
            tally: WalkTally::default(),
        };
        let found = std::fs::metadata(root).map_err(failed)?;
        walk.enter(&found)?;
        Ok(walk)
    }

    pub fn tally(&self) -> &WalkTally {
        &self.tally
    }

    /// Goes into the folder that `path` is.
    fn enter(&mut self, found: &Metadata) -> Result<(), Error> {
        let names = FolderNames::of(&self.path, self.rules.one_form)?;
        if names.is_empty() {
            self.tally.empty_folders += 1;
        }
        self.levels.push(Level { names, identity: identity(found) });
        Ok(())
    }

    /// What the name at `path` is; none where it is a folder to go into, or left out.
    fn look(&mut self) -> Option<Walked> {
        let below = self.path.strip_prefix(&self.root).unwrap_or(&self.path);
        let Some(relative) = below.to_str().map(str::to_owned) else {
            let relative = below.to_string_lossy().into_owned();
            return Some(refused(relative, self.nameless("is not UTF-8, and keys are")));
        };
        if let Some(error) = self.too_long(&relative).or_else(|| self.twin()) {
            return Some(refused(relative, error));
        }
        match self.followed() {
            Err(error) => Some(refused(relative, error)),
            Ok(None) => None,
            Ok(Some(found)) if found.is_dir() => {
                self.descend(&found).err().map(|error| refused(relative, error))
            }
            Ok(Some(found)) if found.is_file() => {
                self.tally.files += 1;
                Some(Walked::File { path: self.path.clone(), relative, size: found.len() })
            }
            Ok(Some(_)) => Some(refused(relative, special(&self.path))),
        }
    }

    /// What the path is, links treated as the rules say; none where a link is left out.
    fn followed(&mut self) -> Result<Option<Metadata>, Error> {
        let failed = |e: io::Error| Error::from_io(&e, "look at the file", self.path.display());
        let found = std::fs::symlink_metadata(&self.path).map_err(failed)?;
        if !found.is_symlink() {
            return Ok(Some(found));
        }
        match self.rules.links {
            Links::Report => Err(self.not_read("it is a symbolic link; links are not followed")),
            Links::Skip => {
                self.tally.links_left_out += 1;
                Ok(None)
            }
            Links::Follow => {
                let found = match std::fs::metadata(&self.path) {
                    Ok(found) => found,
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {
                        return Err(self.not_read("it is a symbolic link that leads nowhere"));
                    }
                    Err(e) => return Err(failed(e)),
                };
                if self.leads_outside() {
                    self.tally.links_to_outside += 1;
                }
                Ok(Some(found))
            }
        }
    }

    fn leads_outside(&self) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(&self.path).zip(real(&self.root)).is_some_and(|(path, root)| !path.starts_with(root))
    }

    fn descend(&mut self, found: &Metadata) -> Result<(), Error> {
        // Only a link can lead to a folder that one is in.
        if self.levels.iter().any(|level| level.identity == identity(found)) {
            return Err(self.not_read("the link leads back to a folder that it is in"));
        }
        self.enter(found)
    }

    fn too_long(&self, relative: &str) -> Option<Error> {
        let bytes = self.rules.prefix_bytes + relative.len();
        (bytes > MAX_KEY_BYTES).then(|| {
            self.nameless(&format!(
                "makes a key of {bytes} bytes, and servers take {MAX_KEY_BYTES}"
            ))
        })
    }

    /// Another name of the folder is the same one to the server.
    fn twin(&self) -> Option<Error> {
        let twin = self.levels.last()?.names.twin()?;
        let shown = twin.escape_unicode();
        Some(self.nameless(&format!(
            "and {twin} ({shown}) differ in their Unicode form alone, which is one key on this \
             server: rename one"
        )))
    }

    fn nameless(&self, why: &str) -> Error {
        let place = self.path.display().to_string();
        Error::new(ErrorKind::LocalName, "name the object", place).detail(format!("the name {why}"))
    }

    fn not_read(&self, why: &str) -> Error {
        let place = self.path.display().to_string();
        Error::new(ErrorKind::LocalSpecial, "read the folder", place).detail(why)
    }
}

impl Iterator for Walk {
    type Item = Walked;

    fn next(&mut self) -> Option<Walked> {
        loop {
            let level = self.levels.last_mut()?;
            let Some(name) = level.names.advance() else {
                self.levels.pop();
                self.path.pop();
                continue;
            };
            self.path.push(name);
            let depth = self.levels.len();
            let walked = self.look();
            if self.levels.len() == depth {
                self.path.pop();
            }
            if walked.is_some() {
                return walked;
            }
        }
    }
}

fn refused(relative: String, error: Error) -> Walked {
    Walked::Refused { relative, error }
}

fn identity(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
