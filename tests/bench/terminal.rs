//! Prints how fast the screen answers, beside programs that do nothing else on the same
//! pseudo-terminal in the same run, and what a row costs in memory. Asserts no time: machines are
//! noisy, ratios and differences are what counts.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::unchecked_time_subtraction,
    clippy::large_stack_arrays,
    clippy::needless_for_each,
    reason = "a bench stops where something is not as it says, and its figures are rounded"
)]

mod figures;
mod inside;
mod installed;
mod large_files;
mod looks;
mod outside;
mod pty;
mod searches;

use std::io::{Read, Write, stdin, stdout};

/// `inside`, `searches`, `outside` and `looks` measure one of the four; `bare` and `echo` are the
/// programs beside.
fn main() {
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("bare") => bare(),
        Some("echo") => echo(),
        Some("inside") => inside::measure(),
        Some("outside") => outside::measure(own),
        Some("looks") => looks::measure(),
        Some("searches") => searches::measure(),
        _ => {
            inside::measure();
            searches::measure();
            outside::measure(own);
            looks::measure();
        }
    }
}

/// The least a ratatui program does: takes the terminal, draws once, waits.
fn bare() {
    let mut terminal = ratatui::init();
    terminal
        .draw(|frame| {
            let area = frame.area();
            frame.render_widget("Buckets", area);
        })
        .unwrap();
    let _ = stdin().read(&mut [0]);
    ratatui::restore();
}

/// The floor: answers every byte with itself.
fn echo() {
    crossterm::terminal::enable_raw_mode().unwrap();
    print!("Buckets");
    stdout().flush().unwrap();
    let mut byte = [0];
    while stdin().read(&mut byte).is_ok_and(|read| read > 0) {
        stdout().write_all(&byte).unwrap();
        stdout().flush().unwrap();
    }
}
