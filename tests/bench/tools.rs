//! The programs that are compared, each told to do the same in its own words.

use std::path::{Path, PathBuf};

use crate::child::Program;
use crate::served::Served;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Windlass,
    S5cmd,
    /// `s5cmd -c 16 -p 8`.
    S5cmdTuned,
    Rclone,
    /// With 16 streams of one object.
    RcloneTuned,
    Aws,
}

/// What is to be moved, or listed.
#[derive(Clone, Debug)]
pub enum Move {
    /// One object of this key to a file.
    Get {
        key: String,
        file: PathBuf,
    },
    /// Everything below a prefix to a folder.
    GetAll {
        prefix: String,
        folder: PathBuf,
    },
    Put {
        file: PathBuf,
        key: String,
    },
    PutAll {
        folder: PathBuf,
        prefix: String,
    },
    /// Every key below a prefix.
    List {
        prefix: String,
    },
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Tool::Windlass => "windlass",
            Tool::S5cmd => "s5cmd",
            Tool::S5cmdTuned => "s5cmd -c 16 -p 8",
            Tool::Rclone => "rclone",
            Tool::RcloneTuned => "rclone, 16 streams",
            Tool::Aws => "aws s3",
        }
    }

    /// Where the program is; `None` where `tests/bench/peers` did not install it.
    fn path(self, peers: &Path) -> Option<String> {
        let windlass = std::env::var("WINDLASS_BENCH_PROGRAM");
        let path = match self {
            Tool::Windlass => {
                return Some(
                    windlass.unwrap_or_else(|_| env!("CARGO_BIN_EXE_windlass").to_owned()),
                );
            }
            Tool::S5cmd | Tool::S5cmdTuned => peers.join("s5cmd"),
            Tool::Rclone | Tool::RcloneTuned => peers.join("rclone"),
            Tool::Aws => peers.join("aws"),
        };
        path.exists().then(|| path.display().to_string())
    }

    /// The whole command; `None` where the program is not there.
    pub fn program(
        self,
        peers: &Path,
        served: &Served,
        home: &Path,
        work: &Move,
    ) -> Option<Program> {
        let path = self.path(peers)?;
        let arguments = match self {
            Tool::Windlass => windlass(work),
            Tool::S5cmd => s5cmd(work, &[]),
            Tool::S5cmdTuned => s5cmd(work, &["-c", "16", "-p", "8"]),
            Tool::Rclone => rclone(work, &[]),
            Tool::RcloneTuned => rclone(work, &["--multi-thread-streams", "16"]),
            Tool::Aws => aws(work),
        };
        Some(Program { path, arguments, environment: environment(served, home) })
    }
}

/// The one that was built with the bench, or another build to be measured in its place.
pub fn windlass_program() -> String {
    let named = std::env::var("WINDLASS_BENCH_PROGRAM");
    named.unwrap_or_else(|_| env!("CARGO_BIN_EXE_windlass").to_owned())
}

/// The same for every program: nothing of the user's, keys that mean nothing, and the server.
pub fn environment(served: &Served, home: &Path) -> Vec<(String, String)> {
    let (home, authority) = (home.display().to_string(), served.authority.display().to_string());
    let path = std::env::var("PATH").unwrap_or_default();
    let endpoint = served.endpoint.as_str();
    let pairs = [
        ("PATH", path.as_str()),
        ("HOME", &home),
        ("LANG", "C.UTF-8"),
        ("WINDLASS_CONFIG_DIR", &home),
        ("WINDLASS_STATE_DIR", &home),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CA_BUNDLE", &authority),
        ("SSL_CERT_FILE", &authority),
        ("S3_ENDPOINT_URL", endpoint),
        ("AWS_ENDPOINT_URL_S3", endpoint),
        ("RCLONE_CONFIG", "notfound"),
        ("RCLONE_CONFIG_B_TYPE", "s3"),
        // As AWS it sends checksums behind its bodies, which it refuses to do without TLS.
        ("RCLONE_CONFIG_B_PROVIDER", "Other"),
        ("RCLONE_CONFIG_B_LIST_VERSION", "2"),
        ("RCLONE_CONFIG_B_ENV_AUTH", "true"),
        ("RCLONE_CONFIG_B_REGION", "us-east-1"),
        ("RCLONE_CONFIG_B_FORCE_PATH_STYLE", "true"),
        ("RCLONE_CONFIG_B_NO_CHECK_BUCKET", "true"),
        ("RCLONE_CONFIG_B_ENDPOINT", endpoint),
    ];
    let tls = endpoint.starts_with("https");
    let wanted = |name: &str| tls || !matches!(name, "AWS_CA_BUNDLE" | "SSL_CERT_FILE");
    let pairs = pairs.iter().filter(|(name, _)| wanted(name));
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What `config.toml` says for windlass: a server that is to be treated as AWS's, whose checksum
/// for uploads is CRC64NVME.
pub fn connection(served: &Served) -> String {
    format!(
        "[connections.bench]\nprovider = \"aws\"\nendpoint = \"{}\"\nregion = \"us-east-1\"\n\
         access_key_id = \"bench\"\nsecret_access_key = \"bench\"\n",
        served.endpoint
    )
}

/// With `--force`, because s5cmd and the AWS CLI overwrite without looking too.
fn windlass(work: &Move) -> Vec<String> {
    let put = ["put", "--force"];
    match work {
        Move::Get { key, file } => words(&["get"], [down(key), shown(file)]),
        Move::GetAll { prefix, folder } => words(&["get"], [down(prefix), shown(folder)]),
        Move::Put { file, key } => words(&put, [shown(file), up(key)]),
        Move::PutAll { folder, prefix } => words(&put, [shown(folder), up(prefix)]),
        Move::List { prefix } => words(&["ls", "--recursive"], [down(prefix)]),
    }
}

fn s5cmd(work: &Move, flags: &[&str]) -> Vec<String> {
    let start = [&["--log", "error", "cp"], flags].concat();
    match work {
        Move::Get { key, file } => words(&start, [down(key), shown(file)]),
        Move::GetAll { prefix, folder } => {
            words(&start, [format!("{}*", down(prefix)), format!("{}/", shown(folder))])
        }
        Move::Put { file, key } => words(&start, [shown(file), up(key)]),
        Move::PutAll { folder, prefix } => {
            words(&start, [format!("{}/", shown(folder)), up(prefix)])
        }
        Move::List { prefix } => words(&["ls"], [format!("{}*", down(prefix))]),
    }
}

fn rclone(work: &Move, flags: &[&str]) -> Vec<String> {
    let remote = |place: String| place.replacen("s3://", "b:", 1);
    let verb = |verb| [&[verb], flags].concat();
    match work {
        Move::Get { key, file } => words(&verb("copyto"), [remote(down(key)), shown(file)]),
        Move::GetAll { prefix, folder } => {
            words(&verb("copy"), [remote(down(prefix)), shown(folder)])
        }
        Move::Put { file, key } => words(&verb("copyto"), [shown(file), remote(up(key))]),
        Move::PutAll { folder, prefix } => {
            words(&verb("copy"), [shown(folder), remote(up(prefix))])
        }
        Move::List { prefix } => words(&verb("ls"), [remote(down(prefix))]),
    }
}

fn aws(work: &Move) -> Vec<String> {
    let start = ["s3", "cp", "--only-show-errors"];
    let all = [&start[..], &["--recursive"]].concat();
    match work {
        Move::Get { key, file } => words(&start, [down(key), shown(file)]),
        Move::GetAll { prefix, folder } => words(&all, [down(prefix), shown(folder)]),
        Move::Put { file, key } => words(&start, [shown(file), up(key)]),
        Move::PutAll { folder, prefix } => words(&all, [shown(folder), up(prefix)]),
        Move::List { prefix } => words(&["s3", "ls", "--recursive"], [down(prefix)]),
    }
}

fn words<const N: usize>(start: &[&str], places: [String; N]) -> Vec<String> {
    start.iter().map(|word| (*word).to_owned()).chain(places).collect()
}

fn down(key: &str) -> String {
    format!("s3://down/{key}")
}

fn up(key: &str) -> String {
    format!("s3://up/{key}")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
