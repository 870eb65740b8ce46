//! Asks on the terminal before something is lost.

use std::io::{self, IsTerminal};

use tokio::task::spawn_blocking;

use crate::cli::interrupt::interrupted;
use crate::cli::print::VerbError;
use crate::config::stderr;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::visible::visible;

/// # Errors
/// `Usage` where nobody can answer what `verb` asks.
pub fn needs_somebody(verb: &str) -> Result<(), VerbError> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(VerbError::Usage(format!("{verb} asks first: without a terminal, add --yes")))
}

/// Asks; whatever is not yes is no.
pub async fn agreed(question: &str) -> Result<bool, VerbError> {
    stderr::question(&format!("{question} [y/N] "))?;
    // Off this thread, so that ctrl-c is heard meanwhile.
    let answer = spawn_blocking(|| io::stdin().lines().next().transpose()).await;
    let answer = answer.map_err(io::Error::other)??.unwrap_or_default();
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Asks for the name of what is lost. A `y` is never the name.
///
/// # Errors
/// `Usage` where nobody can answer what `verb` asks.
pub async fn named(verb: &str, question: &str, name: &str) -> Result<bool, VerbError> {
    needs_somebody(verb)?;
    stderr::question(&format!("{question}\nType {} to confirm: ", visible(name)))?;
    let answer = tokio::select! {
        answer = spawn_blocking(|| io::stdin().lines().next().transpose()) => answer,
        () = interrupted() => return Err(Error::new(ErrorKind::Cancelled, verb, "").into()),
    };
    let answer = answer.map_err(io::Error::other)??.unwrap_or_default();
    let answer = answer.trim_end_matches(['\r', '\n']);
    Ok(is_name(answer, name))
}

fn is_name(answer: &str, name: &str) -> bool {
    !matches!(answer, "" | "y" | "Y" | "yes") && (answer == name || answer == visible(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_the_whole_name_and_no_answer_to_a_question() {
        assert!(is_name("media", "media") && is_name("a/b c.txt", "a/b c.txt"));
        for answer in ["", "y", "Y", "yes", "medi", "media ", " media", "Media", "n"] {
            assert!(!is_name(answer, "media"), "{answer:?}");
        }
        assert!(!is_name("y", "y"));
    }
}
