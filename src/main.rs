//! Turns arguments into an exit code.

use std::process::ExitCode;

use windlass::cli::args::Arguments;
use windlass::cli::verbs;

fn main() -> ExitCode {
    let arguments = Arguments::read();
    match arguments.verb {
        None => ExitCode::FAILURE,
        Some(verb) => verbs::run(verb, &arguments.target),
    }
}
