//! Asks on the terminal before something is lost.

use std::io::{self, IsTerminal, Write};

use tokio::task::spawn_blocking;

use crate::cli::print::Trouble;

/// # Errors
/// `Usage` where nobody can answer what `verb` asks.
pub fn needs_somebody(verb: &str) -> Result<(), Trouble> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Trouble::Usage(format!("{verb} asks first: without a terminal, add --yes")))
}

/// Asks; whatever is not yes is no.
pub async fn agreed(question: &str) -> Result<bool, Trouble> {
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    // Off this thread, so that ctrl-c is heard meanwhile.
    let answer = spawn_blocking(|| io::stdin().lines().next().transpose()).await;
    let answer = answer.map_err(io::Error::other)??.unwrap_or_default();
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
