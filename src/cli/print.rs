//! What verbs write: text that a terminal can show or JSON lines on stdout, errors in three sentences on stderr.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::args::Output;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::visible::visible;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Partly = 3,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Why a verb stops.
#[derive(Debug)]
pub enum Trouble {
    /// Storage or this machine refused.
    Failed(Error),
    /// The arguments make no sense together: a sentence that says which ones would.
    Usage(String),
    /// Nobody reads stdout any more, or it cannot be written.
    Output(io::Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Failed(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Output(error)
    }
}

/// Stdout of a verb.
pub struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    pub json: bool,
    pub terminal: bool,
}

impl Printer {
    pub fn new(output: Output) -> Printer {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        Printer { out: BufWriter::new(stdout.lock()), json: output.json, terminal }
    }

    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    pub fn object(&mut self, value: &Value) -> io::Result<()> {
        writeln!(self.out, "{value}")
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Remote text: visible for a terminal, byte for byte for a pipe.
    pub fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.terminal { visible(text) } else { Cow::Borrowed(text) }
    }
}

/// Says why a verb stopped, on stderr, and gives its exit code.
pub fn complain(trouble: &Trouble, json: bool) -> Status {
    match trouble {
        Trouble::Failed(error) => {
            complain_of(error, json);
            Status::Failed
        }
        Trouble::Usage(sentence) => {
            eprintln!("windlass: {sentence}\n  next   windlass --help");
            Status::Usage
        }
        Trouble::Output(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                eprintln!("windlass: stdout cannot be written: {error}");
            }
            Status::Failed
        }
    }
}

/// One error on stderr: what, why, next, code.
pub fn complain_of(error: &Error, json: bool) {
    if json {
        eprintln!("{}", json!({ "error": error_object(error) }));
    } else {
        eprintln!("{}", sentences(error));
    }
}

fn sentences(error: &Error) -> String {
    let explanation = error.explain();
    let mut text = format!("windlass: {}", visible(&explanation.what));
    if !error.place.is_empty() && !explanation.what.contains(&error.place) {
        text += &format!(" ({})", visible(&error.place));
    }
    let conflict = matches!(error.kind, ErrorKind::LocalExists | ErrorKind::PreconditionFailed);
    let next = match conflict {
        true => "--force overwrites, --skip-existing leaves it, --keep-both takes a new name",
        false => explanation.next.as_str(),
    };
    for (label, sentence) in
        [("why", explanation.why.as_str()), ("next", next), ("code", code(error).as_str())]
    {
        if !sentence.is_empty() {
            text += &format!("\n  {label:<6} {}", visible(sentence));
        }
    }
    text
}

/// The raw facts in one line.
fn code(error: &Error) -> String {
    let status = error.status.map(|status| format!("HTTP {status}"));
    let request = error.request_id.as_ref().map(|id| format!("request {id}"));
    let detail = (!error.detail.is_empty()).then(|| error.detail.clone());
    let facts: Vec<_> =
        [error.code.clone(), status, request, detail].into_iter().flatten().collect();
    facts.join(" · ")
}

pub fn error_object(error: &Error) -> Value {
    let explanation = error.explain();
    json!({
        "kind": error.kind,
        "what": explanation.what,
        "why": explanation.why,
        "next": explanation.next,
        "operation": error.operation,
        "place": error.place,
        "detail": error.detail,
        "status": error.status,
        "code": error.code,
        "request_id": error.request_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_and_where_and_hides_nothing_raw_in_the_terminal() {
        let mut error = Error::new(ErrorKind::NoSuchBucket, "ListObjectsV2", "s3://b\u{1b}[2J/")
            .detail("no\u{7}pe");
        error.code = Some("NoSuchBucket".into());
        error.status = Some(404);
        let text = sentences(&error);
        assert!(text.starts_with("windlass: "));
        assert!(text.contains("\n  next "));
        assert!(text.contains("NoSuchBucket · HTTP 404 · no␇pe"));
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn what_exists_already_names_the_flags_that_decide() {
        let error = Error::new(ErrorKind::LocalExists, "rename", "a.txt");
        assert!(sentences(&error).contains("--skip-existing"));
    }
}
