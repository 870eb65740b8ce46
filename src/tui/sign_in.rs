//! Signs a profile of the AWS files in again: runs `aws sso login` and passes on what it says.

use std::io;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::domain::error::{Error, ErrorKind};

/// The command of the AWS CLI.
pub const AWS: &str = "aws";

/// Ends when the program does; ends the program where nobody waits any more. Each line is told as
/// it comes.
pub async fn sign_in(
    program: &str,
    profile: Option<&str>,
    tell: impl Fn(String),
) -> Result<(), Error> {
    let place = profile.unwrap_or("default");
    let fail =
        |detail: String| Error::new(ErrorKind::Config, "aws sso login", place).detail(detail);
    let mut command = Command::new(program);
    command
        .args(["sso", "login"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.kill_on_drop(true);
    if let Some(profile) = profile {
        command.args(["--profile", profile]);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => fail(
            "the command aws is not on this machine: install version 2 of the AWS CLI, or sign in \
             elsewhere and copy ~/.aws/sso/cache here"
                .to_owned(),
        ),
        _ => fail(format!("aws could not be started: {error}")),
    })?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (_, complaint) = futures_util::future::join(pass_on(out, &tell), pass_on(err, &tell)).await;
    let status = child.wait().await.map_err(|error| fail(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    Err(fail(match complaint {
        None => format!("aws sso login ended with {status}"),
        Some(complaint) => format!("aws sso login says: {complaint}"),
    }))
}

/// Passes on each line, and gives the last.
async fn pass_on(from: Option<impl AsyncRead + Unpin>, tell: &impl Fn(String)) -> Option<String> {
    let mut lines = BufReader::new(from?).lines();
    let mut last = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let line = line.trim();
        if !line.is_empty() {
            tell(line.to_owned());
            last = Some(line.to_owned());
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn run(script: &str) -> (Result<(), Error>, Vec<String>) {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join("aws");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        run_program(program.to_str().unwrap())
    }

    fn run_program(program: &str) -> (Result<(), Error>, Vec<String>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let lines = RefCell::new(Vec::new());
        let ended =
            runtime.block_on(sign_in(program, Some("work"), |line| lines.borrow_mut().push(line)));
        (ended, lines.into_inner())
    }

    #[test]
    fn what_the_program_says_is_passed_on() {
        let (ended, lines) = run("echo \"open https://x and enter ABCD\"; echo; echo \"$@\"");
        assert_eq!(ended, Ok(()));
        assert_eq!(lines, ["open https://x and enter ABCD", "sso login --profile work"]);
    }

    #[test]
    fn why_it_failed_is_said() {
        let (ended, lines) = run("echo 'Missing sso_start_url' >&2; exit 255");
        assert_eq!(ended.unwrap_err().detail, "aws sso login says: Missing sso_start_url");
        assert_eq!(lines.len(), 1);
        assert!(run("exit 3").0.unwrap_err().detail.contains("exit status: 3"));
    }

    #[test]
    fn a_machine_without_the_program_is_told_what_to_install() {
        let (ended, _) = run_program("/nonexistent/aws");
        assert!(ended.unwrap_err().detail.contains("install version 2 of the AWS CLI"));
    }
}
