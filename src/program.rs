//! Runs what the arguments name, a verb or the browser, and gives its exit code.

use std::env;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::cli::args::target::TargetFlags;
use crate::cli::args::{Arguments, DemoArguments, Verb};
use crate::cli::connect::Choice;
use crate::cli::print::{Status, VerbError, complain, complain_of_crash};
use crate::cli::{demo as server, verb, verbs};
use crate::config::crash;
use crate::config::paths::Folders;
use crate::config::remembered::Remembered;
use crate::domain::address::{Bucket, Location};
use crate::domain::protection::AccessSpec;
use crate::tui::run::LoopEnd;
use crate::tui::start::{Start, open_browser};
use crate::tui::terminal::give_back;
use crate::tui::{log, startup};

/// Terminals that can only print line after line: Emacs's shell, for one.
const PLAIN_TERMINALS: [&str; 2] = ["dumb", "unknown"];

pub fn main() -> ExitCode {
    crash::catch_panics(Folders::find().ok().map(|folders| folders.state), give_back);
    let arguments = Arguments::read();
    let json = arguments.json;
    let ended = catch_unwind(AssertUnwindSafe(|| run(arguments)));
    match crash::happened() {
        None => ended.unwrap_or(ExitCode::from(crash::EXIT_CODE)),
        Some(crash) => {
            complain_of_crash(&crash, json);
            ExitCode::from(crash::EXIT_CODE)
        }
    }
}

fn run(arguments: Arguments) -> ExitCode {
    match arguments.verb {
        None => told(browse(arguments.location, &arguments.target)),
        Some(Verb::Demo(demo)) if !demo.serve => told(browse_demo(&demo)),
        Some(verb) => match Folders::find().and_then(|folders| log::start(&folders.log_file())) {
            Err(trouble) if log::is_asked_for() => complain(&trouble.into(), arguments.json).into(),
            _ => verbs::run(&verb, &arguments.target, arguments.json),
        },
    }
}

fn browse(location: Option<Location>, flags: &TargetFlags) -> Result<LoopEnd, VerbError> {
    needs_terminal()?;
    let folders = Folders::find()?;
    let (choice, runtime) = verb::with_key(Choice::make(flags, &folders)?)?;
    let Choice { connections, current, settings, access_spec, .. } = choice;
    let access = access_of(access_spec, location.as_ref())?;
    log::start(&folders.log_file())?;
    let first = choice.first && location.is_none();
    let open = location.unwrap_or(Location::Root);
    let (mut startup, remembered) = startup::gather(connections, current, open, &folders)?;
    (startup.first, startup.keyless) = (first, choice.keyless);
    (startup.profiles, startup.access) = (choice.profiles, access);
    startup.problems.extend(choice.warnings.into_iter().chain(choice.unused_rules));
    startup.problems.extend(choice.overruled);
    let theme = startup::theme(settings.ui.theme.as_deref(), &folders, &mut startup.problems);
    startup.settings = settings;
    let start = Start {
        startup,
        theme,
        remembered,
        journal: Some(folders.journal_file()),
        folders: Some(folders),
        runtime,
    };
    match open_browser(start, || {})? {
        LoopEnd::Demo => browse_demo(&DemoArguments::default()),
        ended => Ok(ended),
    }
}

/// What the flags say of the bucket that is opened.
fn access_of(
    spec: AccessSpec,
    location: Option<&Location>,
) -> Result<Option<(Bucket, AccessSpec)>, VerbError> {
    if spec.is_plain() {
        return Ok(None);
    }
    let Some(bucket) = location.and_then(Location::bucket) else {
        let sentence = "--requester-pays and the flags for a key hold for one bucket here: name \
             it, as in windlass --requester-pays s3://bucket";
        return Err(VerbError::Usage(sentence.to_owned()));
    };
    Ok(Some((bucket.clone(), spec)))
}

/// Writes nothing of the user's and keeps its queue in memory.
fn browse_demo(arguments: &DemoArguments) -> Result<LoopEnd, VerbError> {
    needs_terminal()?;
    let runtime = verb::runtime()?;
    let server = runtime.block_on(server::start(arguments))?;
    let connection = server::connection(&server);
    let (name, open) = (connection.name.clone(), arguments.location.clone());
    let start = Start {
        startup: startup::fresh(vec![connection], name, open.unwrap_or(Location::Root)),
        theme: None,
        remembered: Remembered::default(),
        folders: None,
        journal: None,
        runtime,
    };
    Ok(open_browser(start, || server::fill(&server, arguments))?)
}

fn needs_terminal() -> Result<(), VerbError> {
    if !io::stdout().is_terminal() {
        let sentence =
            "the browser needs a terminal and stdout is none: use the verbs, such as windlass ls";
        return Err(VerbError::Usage(sentence.to_owned()));
    }
    // Without TERM the usual sequences are tried: most terminals know them.
    match env::var("TERM") {
        Ok(term) if PLAIN_TERMINALS.contains(&&*term) => Err(VerbError::Usage(format!(
            "this terminal cannot show the browser (TERM={term}): start it in a terminal emulator, \
             or use the verbs, such as windlass ls"
        ))),
        _ => Ok(()),
    }
}

fn told(ended: Result<LoopEnd, VerbError>) -> ExitCode {
    match ended {
        Ok(LoopEnd::Quit | LoopEnd::Demo) => Status::Done.into(),
        Ok(LoopEnd::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(1)),
        Ok(LoopEnd::NoTerminal | LoopEnd::Panicked) => Status::Failed.into(),
        Err(trouble) => complain(&trouble, false).into(),
    }
}
