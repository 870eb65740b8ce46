//! Turns arguments into an exit code: a verb, or the browser on what the arguments name.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use windlass::cli::args::{Arguments, DemoArguments, TargetFlags, Verb};
use windlass::cli::connect::Choice;
use windlass::cli::print::{Status, Trouble, complain};
use windlass::cli::{demo as server, verbs};
use windlass::config::paths::Folders;
use windlass::config::remembered::Remembered;
use windlass::domain::address::Location;
use windlass::tui::run::Ending;
use windlass::tui::start::{Opening, open_browser};
use windlass::tui::{log, startup};

fn main() -> ExitCode {
    let arguments = Arguments::read();
    match arguments.verb {
        None => told(browse(arguments.location, &arguments.target)),
        Some(Verb::Demo(demo)) if !demo.serve => told(browse_demo(&demo)),
        Some(verb) => verbs::run(verb, &arguments.target),
    }
}

fn browse(location: Option<Location>, flags: &TargetFlags) -> Result<Ending, Trouble> {
    needs_terminal()?;
    let folders = Folders::find()?;
    let Choice { connections, current, alert, theme, limit, files, first, keyless, warning } =
        Choice::make(flags, &folders)?;
    log::start(&folders.log_file())?;
    let first = first && location.is_none();
    let open = location.unwrap_or(Location::Root);
    let (mut startup, remembered) = startup::gather(connections, current, open, &folders);
    (startup.alert, startup.files) = (alert, files);
    (startup.first, startup.keyless) = (first, keyless);
    startup.problems.extend(warning);
    let theme = Some(startup::theme(theme.as_deref(), &folders, &mut startup.problems));
    let opening = Opening {
        startup,
        theme,
        remembered,
        remembered_file: Some(folders.remembered_file()),
        config_file: Some(folders.config_file()),
        journal: Some(folders.journal_file()),
        limit,
        runtime: verbs::runtime()?,
    };
    match open_browser(opening, || {})? {
        Ending::Demo => browse_demo(&DemoArguments::default()),
        ended => Ok(ended),
    }
}

/// Writes nothing of the user's and keeps its queue in memory.
fn browse_demo(arguments: &DemoArguments) -> Result<Ending, Trouble> {
    needs_terminal()?;
    let runtime = verbs::runtime()?;
    let server = runtime.block_on(server::start(arguments))?;
    let connection = server::connection(&server);
    let (name, open) = (connection.name.clone(), arguments.location.clone());
    let opening = Opening {
        startup: startup::fresh(vec![connection], name, open.unwrap_or(Location::Root)),
        theme: None,
        remembered: Remembered::default(),
        remembered_file: None,
        config_file: None,
        journal: None,
        limit: None,
        runtime,
    };
    Ok(open_browser(opening, || server::fill(&server, arguments))?)
}

fn needs_terminal() -> Result<(), Trouble> {
    if io::stdout().is_terminal() {
        return Ok(());
    }
    let sentence =
        "the browser needs a terminal and stdout is none: use the verbs, such as windlass ls";
    Err(Trouble::Usage(sentence.to_owned()))
}

fn told(ended: Result<Ending, Trouble>) -> ExitCode {
    match ended {
        Ok(Ending::Quit | Ending::Demo) => Status::Done.into(),
        Ok(Ending::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(1)),
        Ok(Ending::NoTerminal | Ending::Panicked) => Status::Failed.into(),
        Err(trouble) => complain(&trouble, false).into(),
    }
}
