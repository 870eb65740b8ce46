//! Writes the log to a file in the state folder, where `WINDLASS_LOG` asks for it.

use std::env;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::paths::open_for_append;
use crate::domain::error::Error;

/// Asks for the log: `info`, or a filter such as `windlass=debug,warn`.
pub const VARIABLE: &str = "WINDLASS_LOG";

/// These write signatures, headers or credentials; no filter switches them on.
const NEVER: [&str; 7] = [
    "aws_sigv4",
    "aws_config",
    "aws_credential_types",
    "aws_runtime",
    "aws_smithy_runtime",
    "aws_smithy_runtime_api",
    "hyper",
];

/// Starts the log where the variable is set.
///
/// # Errors
/// Where the file cannot be opened.
pub fn start(file: &Path) -> Result<(), Error> {
    let Some(asked) = env::var(VARIABLE).ok().filter(|asked| !asked.is_empty()) else {
        return Ok(());
    };
    let file = open_for_append(file)?;
    // A second subscriber in one process is impossible here; in a test the first one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter(&asked))
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .try_init();
    Ok(())
}

fn filter(asked: &str) -> EnvFilter {
    let mut filter =
        EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).parse_lossy(asked);
    for target in NEVER {
        if let Ok(directive) = format!("{target}=off").parse() {
            filter = filter.add_directive(directive);
        }
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_switches_on_what_writes_secrets() {
        let filter = filter("trace,aws_sigv4=trace,hyper=debug").to_string();
        assert!(filter.contains("aws_sigv4=off"), "{filter}");
        assert!(filter.contains("hyper=off"), "{filter}");
        assert!(!filter.contains("aws_sigv4=trace"), "{filter}");
    }
}
