//! Runs a scenario: every tool once a round, each round begun by another, and what came is looked
//! at afterwards.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::child::Run;
use crate::load::body::piece;
use crate::load::objects::BARE;
use crate::scenarios::{Scenario, Size};
use crate::served::{Counted, Served};
use crate::tools::{Move, Tool, connection};

/// One tool's run in one round.
#[derive(Clone, Debug)]
pub struct Measured {
    pub tool: Tool,
    pub round: usize,
    pub run: Run,
    pub counted: Counted,
}

/// What all scenarios of a bench share.
pub struct Ground<'a> {
    /// This program, which is the launcher and the server too.
    pub own: &'a str,
    pub peers: &'a Path,
    pub rounds: usize,
}

/// A folder in memory where the system has one: disks are slower than any tool and never the same
/// twice.
pub fn fast_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return tempfile::tempdir_in(memory).unwrap();
    }
    println!("no /dev/shm: files go to the disk, and wall times are the disk's");
    tempfile::tempdir().unwrap()
}

impl Ground<'_> {
    pub fn measure(&self, scenario: &Scenario) -> Vec<Measured> {
        let folder = fast_folder();
        let served = Served::start(self.own, scenario.panel, folder.path());
        fs::write(folder.path().join("config.toml"), connection(&served)).unwrap();
        let source = scenario.up.then(|| make_source(scenario.size, folder.path()));
        let mut measured = Vec::new();
        let mut tools = scenario.tools.to_vec();
        for round in 0..self.rounds {
            for turn in 0..tools.len() {
                let tool = tools[(round + turn) % tools.len()];
                let target = folder.path().join("target");
                let key = format!("{round}-{turn}");
                let work = work(scenario, source.as_deref(), &target, &key);
                let home = folder.path();
                let Some(program) = tool.program(self.peers, &served, home, &work) else {
                    clear(&target);
                    continue;
                };
                let before = served.take();
                let outcome = program.run(self.own, folder.path());
                let mut counted = served.take();
                counted.cpu -= before.cpu;
                match outcome.and_then(|run| looked_at(scenario, &target).map(|()| run)) {
                    Ok(run) => measured.push(Measured { tool, round, run, counted }),
                    Err(said) => println!("  {}: {said}", tool.name()),
                }
                clear(&target);
            }
        }
        tools.retain(|tool| !measured.iter().any(|one| one.tool == *tool));
        for tool in tools {
            println!("  {} skipped: not installed by tests/bench/peers, or failed", tool.name());
        }
        measured
    }
}

fn work(scenario: &Scenario, source: Option<&Path>, target: &Path, key: &str) -> Move {
    let bare = if scenario.bare { BARE } else { "" };
    match (source.map(Path::to_owned), scenario.size) {
        (_, Size::Listed(count)) => Move::List { prefix: format!("many/{count}x100/") },
        (None, Size::One(bytes)) => {
            fs::create_dir(target).unwrap();
            Move::Get { key: format!("{bare}one/{bytes}"), file: target.join("object") }
        }
        (None, Size::Many { count, bytes }) => {
            fs::create_dir(target).unwrap();
            Move::GetAll {
                prefix: format!("{bare}many/{count}x{bytes}/"),
                folder: target.to_owned(),
            }
        }
        (Some(file), Size::One(_)) => Move::Put { file, key: format!("{key}.bin") },
        (Some(folder), Size::Many { .. }) => Move::PutAll { folder, prefix: format!("{key}/") },
    }
}

/// The file or the folder that is sent, in an order of the folder's own making.
fn make_source(size: Size, folder: &Path) -> PathBuf {
    let source = folder.join("source");
    match size {
        Size::Listed(_) => {}
        Size::One(bytes) => write_bytes(&source, bytes),
        Size::Many { count, bytes } => {
            fs::create_dir(&source).unwrap();
            for number in 0..count {
                write_bytes(&source.join(format!("{number:08}")), bytes);
            }
        }
    }
    source
}

fn write_bytes(path: &Path, size: u64) {
    let mut file = File::create(path).unwrap();
    let mut at = 0;
    while at < size {
        let bytes = piece(at, size - at);
        file.write_all(&bytes).unwrap();
        at += bytes.len() as u64;
    }
}

/// Whether what was brought down is what the server has, byte for byte.
fn looked_at(scenario: &Scenario, target: &Path) -> Result<(), String> {
    match scenario.size {
        Size::Listed(_) => Ok(()),
        _ if scenario.up => Ok(()),
        Size::One(bytes) => compare(&target.join("object"), bytes),
        Size::Many { count, bytes } => {
            (0..count).try_for_each(|number| compare(&target.join(format!("{number:08}")), bytes))
        }
    }
}

fn compare(path: &Path, size: u64) -> Result<(), String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    let mut file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let length = file.metadata().map_err(|error| wrong(error.to_string()))?.len();
    if length != size {
        return Err(wrong(format!("{length} bytes, not {size}")));
    }
    let (mut at, mut buffer) = (0, vec![0; 256 << 10]);
    while at < size {
        let expected = piece(at, size - at);
        let got = &mut buffer[..expected.len()];
        file.read_exact(got).map_err(|error| wrong(error.to_string()))?;
        if *got != *expected {
            return Err(wrong(format!("other bytes from {at} on")));
        }
        at += expected.len() as u64;
    }
    Ok(())
}

fn clear(target: &Path) {
    if target.exists() {
        fs::remove_dir_all(target).unwrap();
    }
}
