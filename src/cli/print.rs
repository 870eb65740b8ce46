//! Prints what verbs write: text or JSON lines on stdout, errors in three sentences on stderr.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::advice;
use crate::config::crash::Crash;
use crate::config::stderr::say;
use crate::domain::error::explain::Explanation;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::units::Count;
use crate::domain::visible::visible;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Partly = 3,
    /// The verb was ended by ctrl-c; the code that a shell expects then.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(status as u8)
    }
}

/// Why a verb stops.
#[derive(Debug)]
pub enum VerbError {
    /// Storage or this machine refused.
    Failed(Error),
    /// The arguments make no sense together: a sentence that says which ones would.
    Usage(String),
    /// Nobody reads stdout any more, or it cannot be written.
    Output(io::Error),
}

impl From<Error> for VerbError {
    fn from(error: Error) -> VerbError {
        VerbError::Failed(error)
    }
}

impl From<io::Error> for VerbError {
    fn from(error: io::Error) -> VerbError {
        VerbError::Output(error)
    }
}

/// The arguments make no sense: a sentence that says which ones would.
pub fn usage(sentence: &str) -> VerbError {
    VerbError::Usage(sentence.to_owned())
}

/// Stdout of a verb.
pub struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    pub json: bool,
    pub terminal: bool,
}

impl Printer {
    pub fn new(json: bool) -> Printer {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        Printer { out: BufWriter::new(stdout.lock()), json, terminal }
    }

    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    pub fn object(&mut self, value: &Value) -> io::Result<()> {
        writeln!(self.out, "{value}")
    }

    /// A line that is encoded already.
    pub fn bytes(&mut self, line: &[u8]) -> io::Result<()> {
        self.out.write_all(line)?;
        self.out.write_all(b"\n")
    }

    /// Remote text of many lines: visible line by line for a terminal, byte for byte for a pipe.
    pub fn lines(&mut self, text: &[u8]) -> io::Result<()> {
        if !self.terminal {
            return self.out.write_all(text);
        }
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            writeln!(self.out, "{}", visible(line.trim_end_matches('\n')))?;
        }
        Ok(())
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
pub fn complain(trouble: &VerbError, json: bool) -> Status {
    match trouble {
        VerbError::Failed(error) => {
            complain_of(error, json);
            match error.kind {
                ErrorKind::Cancelled => Status::Interrupted,
                _ => Status::Failed,
            }
        }
        VerbError::Usage(sentence) => {
            complain_of_usage(sentence, json);
            Status::Usage
        }
        VerbError::Output(error) => {
            // Who reads has what it wanted, `head` for one.
            if error.kind() != io::ErrorKind::BrokenPipe {
                complain_of_output(error, json);
            }
            Status::Failed
        }
    }
}

/// Arguments that make no sense, on stderr.
pub fn complain_of_usage(sentence: &str, json: bool) {
    if json {
        let error = local_error("Usage", sentence, None, &advice::help());
        say!("{}", json!({ "error": error }));
    } else {
        say!("windlass: {sentence}\n  next   {}", advice::help());
    }
}

fn complain_of_output(error: &io::Error, json: bool) {
    let next = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space where the output goes, then run it again; the output is incomplete"
        }
        _ => "check where stdout goes, then run it again; the output is incomplete",
    };
    let what = "stdout cannot be written";
    if json {
        let why = error.to_string();
        say!("{}", json!({ "error": local_error("Output", what, Some(&why), next) }));
    } else {
        say!("windlass: {what}\n  why    {error}\n  next   {next}");
    }
}

/// An error that no operation met, with the names of [`error_object`].
fn local_error(kind: &str, what: &str, why: Option<&str>, next: &str) -> Value {
    json!({
        "kind": kind, "what": what, "why": why, "next": next, "operation": null, "place": null,
        "detail": null, "status": null, "code": null, "request_id": null, "host_id": null,
        "identity": null,
    })
}

/// One error on stderr: what, why, next, code.
pub fn complain_of(error: &Error, json: bool) {
    if json {
        say!("{}", json!({ "error": error_object(error) }));
    } else {
        say!("{}", sentences(error));
    }
}

/// A panic that ended the program, on stderr.
pub fn complain_of_crash(crash: &Crash, json: bool) {
    if json {
        let report = crash.report.as_ref().ok().map(|file| file.to_string_lossy());
        let error = json!({ "kind": "Crash", "what": crash.what, "report": report });
        say!("{}", json!({ "error": error }));
    } else {
        say!("{crash}");
    }
}

/// Errors of many objects on stderr: those with the same sentences are told once, with every place.
pub fn complain_of_all(errors: &[Error], json: bool) {
    if json {
        for error in errors {
            complain_of(error, true);
        }
        return;
    }
    let mut told: Vec<(Explanation, Vec<&Error>)> = Vec::new();
    for error in errors {
        let explanation = error.explain();
        match told.iter_mut().find(|(same, _)| *same == explanation) {
            Some((_, group)) => group.push(error),
            None => told.push((explanation, vec![error])),
        }
    }
    for (explanation, group) in &told {
        say!("{}", together(explanation, group));
    }
}

fn sentences(error: &Error) -> String {
    together(&error.explain(), &[error])
}

/// The sentences that `errors` share, the places of all, and the raw facts of the first.
fn together(explanation: &Explanation, errors: &[&Error]) -> String {
    let mut text = format!("windlass: {}", visible(&explanation.what));
    match errors {
        [error] if error.place.is_empty() || explanation.what.contains(&error.place) => {}
        [error] => text += &format!(" ({})", visible(&error.place)),
        many => {
            text += &format!(" ({} of them)", Count(many.len() as u64));
            for error in many {
                text += &format!("\n         {}", visible(&error.place));
            }
        }
    }
    let next = explanation.next(advice::say);
    let facts = errors.first().map(|error| code(error)).unwrap_or_default();
    let who = errors.first().and_then(|error| error.identity.clone()).unwrap_or_default();
    for (label, sentence) in
        [("why", &explanation.why), ("next", &next), ("as", &who), ("code", &facts)]
    {
        if !sentence.is_empty() {
            let lines: Vec<_> = sentence.lines().map(|line| visible(line.trim_end())).collect();
            text += &format!("\n  {label:<6} {}", lines.join("\n         "));
        }
    }
    text
}

/// The raw facts in one line.
fn code(error: &Error) -> String {
    let status = error.status.map(|status| format!("HTTP {status}"));
    let request = error.request_id.as_ref().map(|id| format!("request {id}"));
    let host = error.host_id.as_ref().map(|id| format!("host {id}"));
    let detail = (!error.detail.is_empty()).then(|| error.detail.clone());
    let facts: Vec<_> =
        [error.code.clone(), status, request, host, detail].into_iter().flatten().collect();
    facts.join(" · ")
}

/// What is not known is `null`.
fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub fn error_object(error: &Error) -> Value {
    let explanation = error.explain();
    json!({
        "kind": error.kind,
        "what": explanation.what,
        "why": explanation.why,
        "next": explanation.next(advice::say),
        "operation": error.operation,
        "place": known(&error.place),
        "detail": known(&error.detail),
        "status": error.status,
        "code": error.code,
        "request_id": error.request_id,
        "host_id": error.host_id,
        "identity": error.identity,
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
    fn errors_with_the_same_sentences_are_told_together() {
        let one = Error::new(ErrorKind::LocalExists, "download", "a.txt");
        let other = Error::new(ErrorKind::LocalExists, "download", "b\u{7}.txt");
        let text = together(&one.explain(), &[&one, &other]);
        assert!(text.contains("(2 of them)\n         a.txt\n         b␇.txt\n  why "), "{text}");
        assert_eq!(text.matches("  next ").count(), 1);
    }

    #[test]
    fn what_exists_already_names_the_flags_that_decide() {
        let error = Error::new(ErrorKind::LocalExists, "rename", "a.txt");
        assert!(sentences(&error).contains("--skip-existing"));
    }
}
