//! Opens a text in the user's editor: a private file, the command, and what became of it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::error::{EDIT, Error, ErrorKind, TEMPORARY};

/// The editor where the user names none.
const USUAL: &str = "vi";

/// Editors that return at once, and what makes them wait.
const WAITING: [(&str, &str); 10] = [
    ("code", "wait"),
    ("code-insiders", "wait"),
    ("codium", "wait"),
    ("cursor", "wait"),
    ("zed", "wait"),
    ("subl", "wait"),
    ("mate", "wait"),
    ("gvim", "nofork"),
    ("mvim", "nofork"),
    ("gedit", "wait"),
];

/// A name is made of at most so many bytes of the ending of the object's own.
const ENDING: usize = 16;

/// What a text became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// As it was: the file is gone.
    Unchanged,
    /// The file stays until [`EditFile::remove`].
    Changed(Vec<u8>),
}

/// A text on this machine's disk, for its owner alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditFile {
    folder: PathBuf,
    pub path: PathBuf,
}

impl EditFile {
    /// Writes a text into a new file whose name ends as `name` does.
    pub fn make(name: &str, bytes: &[u8]) -> Result<EditFile, Error> {
        let folder = private_folder()?;
        let path = folder.join(file_name(name));
        let failed = |error: &io::Error| Error::from_io(error, EDIT, path.display());
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(bytes)
        };
        write().map_err(|error| failed(&error))?;
        Ok(EditFile { folder, path })
    }

    /// Runs the editor until it is done with the file. `before` is what the file was made with.
    ///
    /// # Errors
    /// Where the editor failed, or left no file. A file that was changed is kept, and named.
    pub fn edit(&self, before: &[u8]) -> Result<Edited, Error> {
        let editor = Editor::of_user();
        let ended = editor.run(&self.path);
        let read = fs::read(&self.path);
        let trouble = match (&ended, &read) {
            (Err(error), _) => Some(format!("{} cannot be run: {error}", editor.command)),
            (Ok(status), _) if !status.success() => {
                Some(format!("{} ended with {status}", editor.command))
            }
            (_, Err(error)) => Some(format!("{} left no file: {error}", editor.command)),
            _ => None,
        };
        let changed = read.ok().filter(|after| after != before);
        if let Some(trouble) = trouble {
            return Err(self.failed(&trouble, changed.is_some()));
        }
        if let Some(after) = changed {
            return Ok(Edited::Changed(after));
        }
        self.remove();
        Ok(Edited::Unchanged)
    }

    /// Removes the file with its folder, and what the editor left beside it.
    pub fn remove(&self) {
        // What is left is in a folder that nobody else can read.
        let _ = fs::remove_dir_all(&self.folder);
    }

    fn failed(&self, why: &str, keep: bool) -> Error {
        let path = self.path.display();
        let detail = if keep {
            format!("{why}; nothing was sent, and what was written is kept in {path}")
        } else {
            self.remove();
            format!("{why}; nothing was sent")
        };
        Error::new(ErrorKind::LocalIo, EDIT, String::new()).detail(detail)
    }
}

/// A folder of this program's own, which nobody else may look into.
fn private_folder() -> Result<PathBuf, Error> {
    let base = env::temp_dir();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut number = u128::from(std::process::id()) << 64 | now.as_nanos();
    loop {
        let folder = base.join(format!("windlass-{number:x}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => {
                let detail = error.to_string();
                let error = Error::new(ErrorKind::LocalIo, TEMPORARY, base.display().to_string());
                return Err(error.detail(detail));
            }
        }
    }
}

/// A name for people, of harmless letters, that keeps the ending by which an editor knows what it
/// is.
fn file_name(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !ending.is_empty() && ending.chars().all(harmless) => {
            (stem, ending)
        }
        _ => (name, ""),
    };
    let clean = |c: char| if harmless(c) || c == '.' { c } else { '_' };
    let stem: String = stem.chars().map(clean).take(64).collect();
    let stem = stem.trim_start_matches(['.', '-']);
    let stem = if stem.is_empty() { "text" } else { stem };
    let ending: String = ending.chars().take(ENDING).collect();
    if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") }
}

/// Whether the user has named an editor.
pub fn is_named() -> bool {
    named().is_some()
}

fn named() -> Option<String> {
    let set = |name| env::var(name).ok().filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR"))
}

struct Editor {
    command: String,
}

impl Editor {
    fn of_user() -> Editor {
        Editor { command: told_to_wait(named().unwrap_or_else(|| USUAL.to_owned())) }
    }

    /// Waits until the editor and everything it started are done: what returns at once and goes on
    /// behind holds the end of a pipe that it inherited.
    fn run(&self, path: &Path) -> io::Result<ExitStatus> {
        let (mut done, held) = io::pipe()?;
        rustix::io::fcntl_setfd(&held, rustix::io::FdFlags::empty())?;
        let spawned = self.command(path).spawn();
        drop(held);
        let status = spawned?.wait()?;
        if status.success() {
            // Nothing is ever written: the end of the last holder ends it.
            let _ = done.read(&mut [0; 1]);
        }
        Ok(status)
    }

    /// A path as it is, or words for the shell, to which the file is one more.
    fn command(&self, path: &Path) -> Command {
        if Path::new(&self.command).is_file() {
            let mut command = Command::new(&self.command);
            command.arg(path);
            return command;
        }
        let mut line = OsString::from(&self.command);
        line.push(" \"$1\"");
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).arg("windlass").arg(path);
        command
    }
}

/// Adds the flag that makes a known editor wait, unless it has one.
fn told_to_wait(command: String) -> String {
    let program = command.split_whitespace().next().unwrap_or_default();
    let name = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((_, flag)) = WAITING.iter().find(|(known, _)| *known == name) else {
        return command;
    };
    let waits = |word: &str| {
        matches!(word, "-w" | "-f") || word.strip_prefix("--").is_some_and(|word| word == *flag)
    };
    if command.split_whitespace().any(waits) { command } else { format!("{command} --{flag}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_harmless_and_keeps_its_ending() {
        for (name, expected) in [
            ("notes.md", "notes.md"),
            ("a b;$(x).JSON", "a_b___x_.JSON"),
            ("../../etc", "_.._etc"),
            ("-rf.sh", "rf.sh"),
            (".bashrc", "text.bashrc"),
            ("x.tar.gz", "x.tar.gz"),
            ("grün.txt", "gr_n.txt"),
            ("odd.a b", "odd.a_b"),
            ("", "text"),
        ] {
            assert_eq!(file_name(name), expected, "{name}");
        }
    }

    #[test]
    fn editors_that_return_at_once_are_told_to_wait() {
        assert_eq!(told_to_wait("code".into()), "code --wait");
        assert_eq!(told_to_wait("/usr/bin/subl -n".into()), "/usr/bin/subl -n --wait");
        assert_eq!(told_to_wait("gvim -f".into()), "gvim -f");
        assert_eq!(told_to_wait("vim -u NONE".into()), "vim -u NONE");
    }

    #[test]
    fn what_goes_on_behind_is_waited_for() {
        let file = EditFile::make("a.txt", b"before").unwrap();
        let line = "sh -c '(sleep 0.3; printf after > \"$0\") &'";
        let editor = Editor { command: line.to_owned() };
        assert!(editor.run(&file.path).unwrap().success());
        assert_eq!(fs::read(&file.path).unwrap(), b"after");
        file.remove();
        assert!(!file.folder.exists());
    }
}
