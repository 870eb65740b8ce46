//! A server in this process, a home of its own, and the compiled program run against both.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use windlass::demo::server::Server;
use windlass::demo::store::Store;

use crate::support::server::{r2_server, server};

pub struct Shop {
    server: Server,
    home: TempDir,
    runtime: Runtime,
}

/// What a run of the program left.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl Shop {
    pub fn open() -> Shop {
        Shop::on(server())
    }

    /// On a server with R2's habits.
    pub fn like_r2() -> Shop {
        Shop::on(r2_server())
    }

    fn on(server: impl Future<Output = Server>) -> Shop {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(server);
        Shop { server, home: tempfile::tempdir().unwrap(), runtime }
    }

    /// On the runtime that serves the shop, where what it starts goes on.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub fn store(&self) -> &Store {
        self.server.store()
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A path in the home of this test, where the program is run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program with an environment that holds nothing but what points at the server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(self.home.path(), arguments);
        command
            .env("AWS_ENDPOINT_URL", self.server.endpoint())
            .env("AWS_ACCESS_KEY_ID", self.server.access_key_id())
            .env("AWS_SECRET_ACCESS_KEY", self.server.secret_access_key())
            .env("AWS_REGION", self.server.region());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments), b"")
    }

    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        ran(self.command(arguments), input)
    }
}

/// A shop with one short text.
pub fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().put("media", "a.txt", b"text".to_vec());
    shop
}

/// Runs a verb with variables beside those that point at the server.
pub fn with(shop: &Shop, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = shop.command(arguments);
    command.envs(variables.iter().copied());
    ran(command, b"")
}

/// Holds that a run ended so and said each of these, on whichever stream.
#[track_caller]
pub fn says(run: &Ran, code: i32, parts: &[&str]) {
    let told = format!("{}{}", run.out, run.err);
    assert_eq!(run.code, code, "{told}");
    for part in parts {
        assert!(told.contains(part), "{part:?} is not said:\n{told}");
    }
}

/// The program in a home of its own, with nothing of this machine's configuration.
pub fn bare(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
    command
        .args(arguments)
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("WINDLASS_CONFIG_DIR", home.join("config"))
        .env("WINDLASS_STATE_DIR", home.join("state"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

pub fn ran(mut command: Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input closes the pipe, which is no failure of the test.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    Ran {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
        bytes: stdout,
    }
}

impl Ran {
    /// Asserts the exit code and shows both streams where it is another.
    #[track_caller]
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The lines of stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
