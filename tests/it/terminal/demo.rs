//! `windlass demo`, and the program against a server of this process.

use std::path::Path;

use portable_pty::CommandBuilder;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use windlass::demo::seed::seed;
use windlass::demo::server::{Server, ServerOptions};

use crate::support::server::server_with;
use crate::terminal::session::Session;

/// The embedded server with the demo's buckets, and a home to work in.
pub struct Well {
    pub server: Server,
    pub home: TempDir,
    _runtime: Runtime,
}

impl Well {
    pub fn dig() -> Well {
        Well::dig_with(ServerOptions::default())
    }

    pub fn dig_with(options: ServerOptions) -> Well {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(server_with(options));
        seed(server.store(), 0);
        Well { server, home: tempfile::tempdir().unwrap(), _runtime: runtime }
    }

    /// The browser on it, over a connection that looks like SSH.
    pub fn browser(&self, arguments: &[&str]) -> CommandBuilder {
        let mut command = windlass(self.home.path(), arguments);
        command.env("AWS_ENDPOINT_URL", self.server.endpoint());
        command.env("AWS_ACCESS_KEY_ID", self.server.access_key_id());
        command.env("AWS_SECRET_ACCESS_KEY", self.server.secret_access_key());
        command.env("AWS_REGION", self.server.region());
        command.env("SSH_TTY", "/dev/pts/0");
        command
    }
}

/// The compiled program in a home of its own.
pub fn windlass(home: &Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_windlass"));
    command.args(arguments);
    command.cwd(home);
    command.env_clear();
    command.env("HOME", home);
    command.env("PATH", "/usr/bin:/bin");
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("WINDLASS_CONFIG_DIR", home.join("config"));
    command.env("WINDLASS_STATE_DIR", home.join("state"));
    command
}

#[test]
fn the_demo_opens_on_its_buckets_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut session = Session::start(windlass(home.path(), &["demo"]), 100, 30);
    session.see("Buckets").see("samples");
    session.press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_demo_lists_as_many_keys_as_are_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--keys", "1000000"];
    let mut session = Session::start(windlass(home.path(), &arguments), 100, 30);
    session.see("Buckets").see("samples");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn any_size_of_the_terminal_is_drawn() {
    let well = Well::dig();
    let mut session = Session::start(well.browser(&[]), 100, 30);
    session.see("Buckets");
    for (columns, rows) in [(1, 1), (400, 120), (2, 60), (100, 1), (40, 10), (100, 30)] {
        session.resize(columns, rows);
    }
    session.see("Buckets").see("samples");
    session.press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
}

#[test]
fn a_location_opens_where_buckets_may_not_be_listed() {
    let well = Well::dig();
    well.server.store().put("0-story", "deep/er/here.txt", "x");
    let arguments = ["s3://0-story/deep/er/"];
    let mut session = Session::start(well.browser(&arguments), 100, 30);
    session.see("here.txt");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn the_first_paint_clears_what_the_terminal_showed() {
    let well = Well::dig();
    let mut session = Session::start(well.browser(&[]), 80, 24);
    session.see("samples");
    let before = session.raw_after("\x1b[?1049h", "Buckets");
    assert!(before.contains("\x1b[2J"), "{before:?}");
    session.press("q");
    assert_eq!(session.ended(), 0);
    // Where there is no alternate screen, the panes would stay under the prompt.
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    let (panes, end) = raw.rsplit_once("\x1b[?2026l").unwrap();
    assert!(panes.contains("Buckets") && end.contains("\x1b[2J"), "{end:?}");
}

#[test]
fn a_terminal_that_cannot_be_painted_is_refused_in_words() {
    for (term, refused) in [("dumb", true), ("unknown", true), ("", false), ("vt100", false)] {
        let well = Well::dig();
        let mut browser = well.browser(&[]);
        browser.env("TERM", term);
        let mut session = Session::start(browser, 80, 24);
        if refused {
            session.see("cannot show the browser").see(&format!("TERM={term}")).see("windlass ls");
            assert_eq!(session.ended(), 2);
            assert!(!String::from_utf8_lossy(&session.raw()).contains('\x1b'));
        } else {
            session.see("samples").press("q");
            assert_eq!(session.ended(), 0);
        }
    }
}
