//! Runs one verb to its exit code, and the verbs that print what is built in.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::args::target::TargetFlags;
use crate::cli::args::{Arguments, CompletionsArguments, GuideArguments, Verb};
use crate::cli::print::{Status, VerbError, complain, usage};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::{crash, guide};

/// Runs a verb that needs no browser.
pub fn run(verb: &Verb, flags: &TargetFlags, json: bool) -> ExitCode {
    let ended =
        one_encryption(verb, flags).and_then(|()| verb.what().run(VerbCall::new(flags, json)));
    if crash::happened().is_some() {
        // Whatever failed failed because of it.
        return ExitCode::from(crash::EXIT_CODE);
    }
    match ended {
        Ok(status) => status.into(),
        Err(trouble) => complain(&trouble, json).into(),
    }
}

/// # Errors
/// `Usage` where an object is to be encrypted with keys of the server and with one's own, of which
/// S3 takes one.
fn one_encryption(verb: &Verb, flags: &TargetFlags) -> Result<(), VerbError> {
    let described = match verb {
        Verb::Put(arguments) => &arguments.describe,
        Verb::Cp(arguments) => &arguments.describe,
        Verb::Mv(arguments) => &arguments.copy.describe,
        Verb::Meta(arguments) => &arguments.describe,
        _ => return Ok(()),
    };
    let own = flags.sse_c_key.is_some() || flags.sse_c_key_command.is_some();
    match own && (described.sse.is_some() || described.sse_key_id.is_some()) {
        true => Err(usage(
            "--sse and --sse-key-id encrypt with keys of the server, --sse-c-key and \
             --sse-c-key-command with a key of yours: an object has one of the two",
        )),
        false => Ok(()),
    }
}

impl RunVerb for CompletionsArguments {
    fn run(&self, _: VerbCall<'_>) -> Result<Status, VerbError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "windlass", &mut script);
        io::stdout().write_all(&script)?;
        Ok(Status::Done)
    }
}

impl RunVerb for GuideArguments {
    fn run(&self, _: VerbCall<'_>) -> Result<Status, VerbError> {
        io::stdout().write_all(page(self.topic.as_deref()).as_bytes())?;
        Ok(Status::Done)
    }
}

/// A page of the guide, or how to see one.
fn page(named: Option<&str>) -> String {
    match named.and_then(guide::topic) {
        Some(topic) => topic.text.to_owned(),
        None => format!("windlass guide PAGE prints one of these:\n\n{}", guide::contents()),
    }
}
