//! Starts the program, which is compiled with the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    windlass::program::main()
}
