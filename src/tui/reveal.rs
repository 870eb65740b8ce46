//! Shows a file or folder in the desktop's file browser, and a link in its web browser.

use std::env;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::app::event::Revealed;

/// Never blocks; `tell` is called once, from another thread. A file that is gone is looked for in
/// its folder.
pub fn reveal(path: PathBuf, tell: impl FnOnce(Revealed) + Send + 'static) {
    let shown = thread::Builder::new().name("reveal".to_owned());
    // Without a thread nothing can be shown, and nobody waits for the answer.
    let _ = shown.spawn(move || {
        let (told, running) = show(path);
        tell(told);
        if let Some(mut child) = running {
            let _ = child.wait();
        }
    });
}

fn show(path: PathBuf) -> (Revealed, Option<std::process::Child>) {
    let there = path.exists();
    let folder = path.parent().filter(|folder| folder.is_dir());
    if !there && folder.is_none() {
        return (Revealed::Gone(path), None);
    }
    if !has_desktop() {
        return (Revealed::NoDesktop(path), None);
    }
    let folder = folder.unwrap_or(&path).to_owned();
    match browser(&path, there, &folder) {
        Ok(child) => (Revealed::Shown(path), child),
        Err(_) => (Revealed::NoDesktop(path), None),
    }
}

/// Never blocks; `refused` has the link back, from another thread, where no browser can be opened.
pub fn browse(url: String, refused: impl FnOnce(String) + Send + 'static) {
    let opened = thread::Builder::new().name("browse".to_owned());
    // Without a thread nothing can be opened, and nobody waits for the answer.
    let _ = opened.spawn(move || {
        let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let ended = has_desktop().then(|| quiet(program).arg(&url).status());
        if !ended.is_some_and(|ended| ended.is_ok_and(|status| status.success())) {
            refused(url);
        }
    });
}

/// Somebody sits before this machine, not at the other end of a connection.
fn has_desktop() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let display = set("DISPLAY") || set("WAYLAND_DISPLAY") || cfg!(target_os = "macos");
    display && !set("SSH_TTY") && !set("SSH_CONNECTION")
}

fn browser(path: &Path, there: bool, folder: &Path) -> io::Result<Option<std::process::Child>> {
    if cfg!(target_os = "macos") {
        let mut open = quiet("open");
        match there {
            true => open.arg("-R").arg(path),
            false => open.arg(folder),
        };
        return open.spawn().map(Some);
    }
    if there && shown_by_desktop(path) {
        return Ok(None);
    }
    quiet("xdg-open").arg(folder).spawn().map(Some)
}

/// Asks the file browser that is registered on the session's bus to show the file selected.
fn shown_by_desktop(path: &Path) -> bool {
    let asked = quiet("dbus-send")
        .args(["--session", "--print-reply", "--reply-timeout=2000"])
        .args(["--dest=org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"])
        .arg("org.freedesktop.FileManager1.ShowItems")
        .arg(format!("array:string:{}", file_uri(path)))
        .arg("string:")
        .status();
    asked.is_ok_and(|status| status.success())
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn file_uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        assert_eq!(file_uri(Path::new("/a b/ü,;x.iso")), "file:///a%20b/%C3%BC%2C%3Bx.iso");
    }

    #[test]
    fn what_is_gone_with_its_folder_is_said() {
        let gone = PathBuf::from("/no/such/folder/x");
        assert_eq!(show(gone.clone()).0, Revealed::Gone(gone));
    }
}
