//! Writes the log to a file in the state folder, where `WINDLASS_LOG` asks for it.

use std::env;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::paths::open_for_append;
use crate::domain::error::{Error, ErrorKind};

/// Asks for the log: `info`, or a filter such as `windlass=debug,warn`.
pub const VARIABLE: &str = "WINDLASS_LOG";

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

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
    if is_unknown_level(&asked) {
        let detail = format!("{VARIABLE} is {asked:?}: expected {}", LEVELS.join(", "));
        return Err(Error::new(ErrorKind::Config, "start the log", VARIABLE).detail(detail));
    }
    let file = open_for_append(file)?;
    // A second subscriber in one process is impossible here; in a test the first one stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter(&asked))
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .try_init();
    Ok(())
}

pub fn is_asked_for() -> bool {
    env::var_os(VARIABLE).is_some_and(|asked| !asked.is_empty())
}

/// One word that is no level would be taken for the name of a part, of which nothing is written.
fn is_unknown_level(asked: &str) -> bool {
    let alone = asked.chars().all(|c| c.is_ascii_alphanumeric());
    alone && !LEVELS.iter().any(|level| level.eq_ignore_ascii_case(asked)) && asked != "windlass"
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
    fn a_word_that_is_no_level_is_refused() {
        for fits in ["debug", "DEBUG", "windlass=debug", "warn,windlass=trace", "off"] {
            assert!(!is_unknown_level(fits), "{fits}");
        }
        assert!(is_unknown_level("verbose") && is_unknown_level("1"));
    }

    #[test]
    fn no_filter_switches_on_what_writes_secrets() {
        let filter = filter("trace,aws_sigv4=trace,hyper=debug").to_string();
        assert!(filter.contains("aws_sigv4=off"), "{filter}");
        assert!(filter.contains("hyper=off"), "{filter}");
        assert!(!filter.contains("aws_sigv4=trace"), "{filter}");
    }
}
