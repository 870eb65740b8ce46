//! Has a command print a key for SSE-C; what it prints is said nowhere.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncReadExt as _, copy, sink};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;
use tokio::{select, try_join};

use crate::domain::error::{Error, ErrorKind};

pub(in crate::s3) const READ_KEY: &str = "read the key";

/// More than any form of a key has, in bytes.
pub(in crate::s3) const MOST: u64 = 256;

/// Bytes reserved for the key, so that the buffer never moves and leaves no copy behind.
const ROOM: usize = 1024;

/// How long a command may take.
pub(in crate::s3) const LIMIT: Duration = Duration::from_mins(1);

/// Bytes that are kept of what a command complains of; the rest is dropped.
const COMPLAINT: u64 = 4096;

/// How long what a command has printed is still read once it has ended: another program may hold
/// its output open.
const REST: Duration = Duration::from_secs(1);

/// What only a shell understands.
const OF_A_SHELL: [char; 16] =
    ['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '*', '?', '[', '~', '#', '\n'];

/// What a command prints. It is ended, with whatever it started, where nobody waits for it any
/// more, where it prints more than a key has, and where it takes longer than `limit`.
pub(in crate::s3) async fn printed(
    command: &str,
    limit: Duration,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |why: String| Error::new(ErrorKind::Config, READ_KEY, program(command)).detail(why);
    let mut running = Running::start(prepared(command).map_err(failed)?).map_err(failed)?;
    let Ok(ended) = timeout(limit, running.ended()).await else {
        let why = format!(
            "the command did not end within {limit:?}: it cannot ask for anything in the terminal"
        );
        return Err(failed(why));
    };
    let Ended { status, stdout, stderr } = ended.map_err(failed)?;
    if status.success() {
        return Ok(stdout);
    }
    let said = String::from_utf8_lossy(&stderr);
    let line = said.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.map(|line| format!(": {line}")).unwrap_or_default();
    Err(failed(format!("the command ended with {status}{line}")))
}

/// The program alone: what follows may be secret, and so may a variable before it.
pub(in crate::s3) fn program(command: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+~ ".contains(c);
    let first = words(command).unwrap_or_default().into_iter().next();
    let first = first.filter(|word| word.chars().all(is_plain));
    first.unwrap_or_else(|| "the command for the key".to_owned())
}

/// A command in a group of its own, all of which ends with this.
struct Running {
    child: Child,
    /// `None` once it is ended.
    group: Option<Pid>,
}

struct Ended {
    status: ExitStatus,
    stdout: Zeroizing<Vec<u8>>,
    stderr: Vec<u8>,
}

impl Running {
    fn start(mut command: Command) -> Result<Running, String> {
        // What the user types is for Windlass.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.process_group(0).kill_on_drop(true).spawn().map_err(cannot_run)?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Running { child, group })
    }

    async fn ended(&mut self) -> Result<Ended, String> {
        let pipes = (self.child.stdout.take(), self.child.stderr.take());
        let (mut stdout, mut stderr) = (Zeroizing::new(Vec::with_capacity(ROOM)), Vec::new());
        let status = {
            let reading = read(pipes, &mut stdout, &mut stderr);
            tokio::pin!(reading);
            let (status, is_read) = select! {
                status = self.child.wait() => (status, false),
                read = &mut reading => {
                    read?;
                    (self.child.wait().await, true)
                }
            };
            self.end_group();
            if !is_read && let Ok(read) = timeout(REST, &mut reading).await {
                read?;
            }
            status.map_err(cannot_run)?
        };
        Ok(Ended { status, stdout, stderr })
    }

    fn end_group(&mut self) {
        if let Some(group) = self.group.take() {
            // There may be nothing left to end.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_group();
    }
}

/// Reads both to their ends; an error where there is more than a key has.
async fn read(
    (out, err): (Option<ChildStdout>, Option<ChildStderr>),
    stdout: &mut Vec<u8>,
    stderr: &mut Vec<u8>,
) -> Result<(), String> {
    let printed = async {
        if let Some(out) = out {
            out.take(MOST + 1).read_to_end(stdout).await.map_err(cannot_run)?;
        }
        match stdout.len() as u64 > MOST {
            true => Err("the command prints more than a key for SSE-C: 32 bytes".to_owned()),
            false => Ok(()),
        }
    };
    let complained = async {
        if let Some(mut err) = err {
            (&mut err).take(COMPLAINT).read_to_end(stderr).await.map_err(cannot_run)?;
            copy(&mut err, &mut sink()).await.map_err(cannot_run)?;
        }
        Ok(())
    };
    try_join!(printed, complained).map(drop)
}

fn cannot_run(error: io::Error) -> String {
    format!("the command cannot be run: {error}")
}

fn prepared(command: &str) -> Result<Command, String> {
    let words = words(command).unwrap_or_default();
    if command.contains(OF_A_SHELL) || words.first().is_some_and(|word| word.contains('=')) {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(command);
        return Ok(shell);
    }
    let Some((program, rest)) = words.split_first() else {
        let why = "the command for the key is empty, or a quotation mark in it is open";
        return Err(why.to_owned());
    };
    let mut direct = Command::new(program);
    direct.args(rest);
    Ok(direct)
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
    use std::time::Instant;

    use super::*;

    async fn said(command: &str) -> Result<Vec<u8>, Error> {
        printed(command, LIMIT).await.map(|bytes| bytes.to_vec())
    }

    #[tokio::test]
    async fn a_command_is_run_with_its_words_or_by_a_shell() {
        for (command, printed) in [
            ("echo 'a  b' \"c\"", "a  b c\n"),
            ("printf x | tr x y", "y"),
            ("X=y printenv X", "y\n"),
            ("echo a # b", "a\n"),
        ] {
            assert_eq!(said(command).await.unwrap(), printed.as_bytes(), "{command}");
        }
        for wrong in ["", "echo 'open"] {
            assert!(said(wrong).await.unwrap_err().detail.contains("empty"), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_command_that_fails_is_told_without_what_it_printed() {
        let command = "sh -c 'echo hush; echo locked >&2; echo more >&2; exit 3'";
        let error = said(command).await.unwrap_err();
        assert!(error.detail.ends_with("exit status: 3: locked"), "{}", error.detail);
        assert_eq!(error.place, "sh");
        assert!(!format!("{error:?}").contains("hush"), "neither its output nor its words");
        let error = said("/no/such/program key").await.unwrap_err();
        assert!(error.detail.contains("cannot be run"), "{}", error.detail);
        assert_eq!(error.place, "/no/such/program");
        let error = said("TOKEN=hush sh -c 'exit 3'").await.unwrap_err();
        assert_eq!(error.place, "the command for the key");
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }

    #[tokio::test]
    async fn what_a_command_prints_and_complains_of_is_bounded() {
        let error = said("yes").await.unwrap_err();
        assert!(error.detail.contains("more than a key"), "{}", error.detail);
        let most = "x".repeat(usize::try_from(MOST).unwrap());
        assert_eq!(said(&format!("printf {most}")).await.unwrap(), most.as_bytes());
        assert!(said(&format!("printf {most}x")).await.is_err());
        let error = said("head -c 9000000 /dev/zero >&2; exit 2").await.unwrap_err();
        assert!(error.detail.len() < 5000, "{}", error.detail.len());
    }

    #[tokio::test]
    async fn a_command_has_ended_when_its_program_has_and_takes_what_it_started_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let since = Instant::now();
        let command = format!("(sleep 4; touch {}; sleep 600) & echo a", late.display());
        assert_eq!(said(&command).await.unwrap(), b"a\n");
        let limit = Duration::from_millis(200);
        let command = format!("(sleep 4; touch {}) & sleep 600", late.display());
        let error = printed(&command, limit).await.unwrap_err();
        assert!(error.detail.contains("within 200ms"), "{}", error.detail);
        let dropped = timeout(limit, printed(&command, LIMIT)).await;
        assert!(dropped.is_err());
        assert!(since.elapsed() < Duration::from_mins(5));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!late.exists(), "all of the group is ended");
    }
}
