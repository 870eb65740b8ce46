//! The load server in a process of its own, as a scenario sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::load::Panel;
use crate::pty::processor_time;

pub struct Served {
    child: Child,
    pub endpoint: String,
    counters: String,
    /// The certificate that clients of the TLS panel have to trust.
    pub authority: PathBuf,
}

/// What the server counted since it was asked last.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub requests: u64,
    pub connections: u64,
    pub operations: Vec<(String, u64)>,
    pub cpu: Duration,
}

impl Served {
    pub fn start(own: &str, panel: Panel, folder: &Path) -> Served {
        let authority = folder.join("authority.pem");
        let mut command = Command::new(own);
        command.args(["serve", panel.name()]).arg(&authority);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let (endpoint, counters) = (line(), line());
        Served { child, endpoint, counters, authority }
    }

    /// What is counted starts from nothing again.
    pub fn take(&self) -> Counted {
        let mut stream = TcpStream::connect(&self.counters).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        let mut counted = Counted { cpu: processor_time(self.child.id()), ..Counted::default() };
        for line in body.lines() {
            let Some((name, count)) = line.split_once(' ') else { continue };
            let count = count.parse().unwrap_or(0);
            if name == "connections" {
                counted.connections = count;
            } else {
                counted.requests += count;
                counted.operations.push((name.to_owned(), count));
            }
        }
        counted
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
