//! Turns arguments into an exit code.

use std::process::ExitCode;

use windlass::cli::args::{Arguments, Verb};
use windlass::cli::verbs;
use windlass::tui::start;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    match arguments.verb {
        None => start::browse(arguments.location, &arguments.target),
        Some(Verb::Demo(demo)) if !demo.serve => start::demo(&demo),
        Some(verb) => verbs::run(verb, &arguments.target),
    }
}
