//! Catches panics: keeps the first, writes a report of it to a file, and tells whoever ends the
//! program.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::paths::write_whole;
use crate::config::stderr::say;
use crate::domain::containment::is_contained;
use crate::domain::diagnosis::redact::redacted;
use crate::domain::visible::visible;

/// The exit code after a panic: `EX_SOFTWARE` of sysexits.h.
pub const EXIT_CODE: u8 = 70;

/// The program has this long to end in order after a panic; then it is ended.
const ENDING: Duration = Duration::from_secs(10);

/// The longest text of a panic that is kept, in characters.
const LONGEST: usize = 500;

/// What is known of the first panic of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The place in the source, the thread and the text, on one line.
    pub what: String,
    /// The file of the report, or why there is none.
    pub report: Result<PathBuf, String>,
}

type Listener = Box<dyn Fn() + Send>;

static HAPPENED: AtomicBool = AtomicBool::new(false);
static CRASH: Mutex<Option<Crash>> = Mutex::new(None);
static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

/// Catches every panic from now on that nobody else catches. Reports go to `folder`; `last` runs
/// before the program is ended by force, where it does not end by itself.
pub fn catch_panics(folder: Option<PathBuf>, last: fn()) {
    panic::set_hook(Box::new(move |info| {
        if is_contained() {
            return;
        }
        // Whatever breaks after the first one breaks because of it.
        if HAPPENED.swap(true, Ordering::SeqCst) {
            return;
        }
        let crash = Crash::of(info, folder.as_deref());
        *CRASH.lock().unwrap_or_else(PoisonError::into_inner) = Some(crash);
        for tell in LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            tell();
        }
        let ended_by_force = move || {
            thread::sleep(ENDING);
            last();
            if let Some(crash) = happened() {
                say!("{crash}");
            }
            std::process::exit(EXIT_CODE.into());
        };
        // Without a thread the program has to end by itself.
        let _ = thread::Builder::new().name("ending".to_owned()).spawn(ended_by_force);
    }));
}

/// Calls `tell` on the thread that panics, right after the panic.
pub fn on_panic(tell: impl Fn() + Send + 'static) {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(tell));
}

/// The first panic of this process, where there was one.
pub fn happened() -> Option<Crash> {
    CRASH.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Crash {
    fn of(info: &PanicHookInfo<'_>, folder: Option<&Path>) -> Crash {
        let what = in_a_line(info);
        let report = match folder {
            Some(folder) => write_report(folder, &what),
            None => Err("there is no folder for it".to_owned()),
        };
        Crash { what, report }
    }
}

impl std::fmt::Display for Crash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "windlass: a bug in Windlass ended it")?;
        writeln!(f, "  why    {}", visible(&self.what))?;
        match &self.report {
            Ok(file) => {
                let file = file.to_string_lossy();
                write!(
                    f,
                    "  next   start it again; send {} with a report of the bug",
                    visible(&file)
                )
            }
            Err(why) => {
                let why = visible(why);
                write!(
                    f,
                    "  next   start it again; no report was written ({why}): send these lines"
                )
            }
        }
    }
}

/// A panic's text may quote a value: what looks like a key, an account or a signature is taken out
/// of it.
fn in_a_line(info: &PanicHookInfo<'_>) -> String {
    let place =
        info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    let text: String = text.lines().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    format!("{place}, thread {name}: {}", redacted(&text))
}

fn write_report(folder: &Path, what: &str) -> Result<PathBuf, String> {
    let now = Timestamp::now();
    let name = format!("crash-{}.txt", now.strftime("%Y%m%dT%H%M%SZ"));
    let mut text = String::new();
    let version = env!("CARGO_PKG_VERSION");
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "windlass {version}, {system}, {now}");
    let _ = writeln!(text, "{what}\n\n{}", Backtrace::force_capture());
    let file = folder.join(name);
    write_whole(&file, &text).map(|()| file).map_err(|error| error.detail)
}

/// Panics where `WINDLASS_PANIC` names this place, so that tests see what becomes of a panic.
/// Nothing of it is in a release build.
#[cfg(debug_assertions)]
pub fn rehearse(place: &str) {
    let asked = std::env::var_os("WINDLASS_PANIC").is_some_and(|asked| asked == place);
    assert!(!asked, "rehearsed in {place} with AKIAIOSFODNN7EXAMPLE");
}

#[cfg(not(debug_assertions))]
pub fn rehearse(_: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_says_where_its_report_is_or_what_to_send_instead() {
        let what = "src/x.rs:3, thread t: index\u{1b}".to_owned();
        let kept = Crash { what: what.clone(), report: Ok("/state/crash-1.txt".into()) };
        assert!(kept.to_string().contains("send /state/crash-1.txt"), "{kept}");
        assert!(!kept.to_string().contains('\u{1b}'));
        let lost = Crash { what, report: Err("no space".to_owned()) };
        assert!(lost.to_string().contains("no space"), "{lost}");
    }

    #[test]
    fn a_report_is_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = write_report(&folder.path().join("state"), "what").unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("what") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
    }
}
