//! Has a command print a key for SSE-C; what it prints is said nowhere.

use std::process::{Command, Output, Stdio};

use secrecy::zeroize::Zeroizing;

use crate::domain::error::{Error, ErrorKind};

pub(in crate::s3) const READ_KEY: &str = "read the key";

/// What only a shell understands.
const OF_A_SHELL: [char; 15] =
    ['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '*', '?', '[', '~', '\n'];

/// What a command prints; it is ended where nobody waits for it any more.
pub(in crate::s3) async fn printed(command: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut prepared = tokio::process::Command::from(prepared(command)?);
    taken(command, prepared.kill_on_drop(true).output().await)
}

/// As [`printed`], where it may block.
pub(in crate::s3) fn printed_now(command: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    taken(command, prepared(command)?.output())
}

/// The program alone: what follows may be secret, and so may a variable before it.
pub(in crate::s3) fn program(command: &str) -> String {
    let words = words(command).unwrap_or_default();
    let first = words.into_iter().next().filter(|word| !word.contains('='));
    first.unwrap_or_else(|| "sse_c_key_command".to_owned())
}

fn prepared(command: &str) -> Result<Command, Error> {
    let mut prepared = match words(command) {
        _ if command.contains(OF_A_SHELL) => {
            let mut shell = Command::new("/bin/sh");
            shell.arg("-c").arg(command);
            shell
        }
        Some(words) if !words.is_empty() => {
            let mut direct = Command::new(&words[0]);
            direct.args(&words[1..]);
            direct
        }
        _ => {
            let why = "the command for the key is empty, or a quotation mark in it is open";
            return Err(Error::new(ErrorKind::Config, READ_KEY, "").detail(why));
        }
    };
    // What the user types is for Windlass.
    prepared.stdin(Stdio::null());
    Ok(prepared)
}

fn taken(command: &str, ended: std::io::Result<Output>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |why: String| Error::new(ErrorKind::Config, READ_KEY, program(command)).detail(why);
    let output = ended.map_err(|error| failed(format!("the command cannot be run: {error}")))?;
    let stdout = Zeroizing::new(output.stdout);
    if output.status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.map(|line| format!(": {line}")).unwrap_or_default();
    Err(failed(format!("the command ended with {}{line}", output.status)))
}

/// Words between spaces; both kinds of quotation marks keep theirs together.
fn words(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut open) = (Vec::new(), None::<String>, None::<char>);
    for c in command.chars() {
        match (open, c) {
            (Some(mark), c) if c == mark => open = None,
            (None, '"' | '\'') => {
                open = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    open.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_run_with_its_words_or_by_a_shell() {
        let said = |command: &str| printed_now(command).map(|bytes| bytes.to_vec());
        assert_eq!(said("echo 'a  b' \"c\"").unwrap(), b"a  b c\n");
        assert_eq!(said("printf x | tr x y").unwrap(), b"y");
        for wrong in ["", "echo 'open"] {
            assert!(said(wrong).unwrap_err().detail.contains("empty"), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_command_that_fails_is_told_without_what_it_printed() {
        for ended in [
            printed("sh -c 'echo hush; echo locked >&2; echo more >&2; exit 3'").await,
            printed_now("sh -c 'echo hush; echo locked >&2; exit 3'"),
        ] {
            let error = ended.unwrap_err();
            assert!(error.detail.ends_with("exit status: 3: locked"), "{}", error.detail);
            assert_eq!(error.place, "sh");
            assert!(!format!("{error:?}").contains("hush"), "neither its output nor its words");
        }
        let error = printed("/no/such/program key").await.unwrap_err();
        assert!(error.detail.contains("cannot be run"), "{}", error.detail);
        assert_eq!(error.place, "/no/such/program");
    }
}
