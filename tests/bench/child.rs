//! One run of a program: how long it took, what it cost the processor, and the most memory it had.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio, exit};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub wall: Duration,
    /// User and system together.
    pub cpu: Duration,
    /// The most of it that was in memory at once.
    pub kib: u64,
}

/// A program, its arguments and what its environment has beside the few names everybody gets.
#[derive(Clone, Debug)]
pub struct Program {
    pub path: String,
    pub arguments: Vec<String>,
    pub environment: Vec<(String, String)>,
}

impl Program {
    /// Runs it under a launcher of its own, `own launch`, because a system remembers the most
    /// memory only of all children together, and counts a large parent's as a child's. The words it
    /// said where it failed.
    pub fn run(&self, own: &str, folder: &Path) -> Result<Run, String> {
        let report = folder.join("usage");
        let mut launcher = Command::new(own);
        launcher.arg("launch").arg(&report).arg(&self.path).args(&self.arguments);
        launcher.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        let output = launcher.stdin(Stdio::null()).stdout(Stdio::null()).output();
        let output = output.map_err(|error| format!("{}: {error}", self.path))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(said.trim().chars().take(600).collect());
        }
        let text = fs::read_to_string(&report).map_err(|error| error.to_string())?;
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let [wall, cpu, kib] = numbers[..] else { return Err(format!("the launcher said {text}")) };
        Ok(Run { wall: Duration::from_micros(wall), cpu: Duration::from_micros(cpu), kib })
    }
}

/// The launcher: runs one program and writes what it took; ends as it ended.
pub fn launch(arguments: &[String]) {
    let [report, program, arguments @ ..] = arguments else { exit(2) };
    let begun = Instant::now();
    let status = Command::new(program).args(arguments).status();
    let wall = begun.elapsed();
    let status = status.unwrap_or_else(|error| {
        eprintln!("{program}: {error}");
        exit(127)
    });
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let cpu = micros(usage.user_time()) + micros(usage.system_time());
    // macOS counts bytes.
    let kib = usage.max_rss() / if cfg!(target_os = "macos") { 1024 } else { 1 };
    fs::write(report, format!("{} {cpu} {kib}", wall.as_micros())).unwrap();
    exit(status.code().unwrap_or(1));
}
