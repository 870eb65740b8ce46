//! Reads `config.toml`: the user's connections and settings.

mod jurisdictions;
mod raw;
mod raw_bucket;
mod section_file;

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::config::aws::text::{self, Unreadable};
use crate::config::connection::Connection;
use crate::config::file::raw::{RawConnection, RawFile};
use crate::config::file::section_file::SectionFile;
pub use crate::config::file::section_file::line_of;
use crate::config::settings::Settings;
use crate::config::upload_rules::BucketRule;
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::toml_faults::explained;

/// What the file says.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The connection to start with.
    pub default: Option<ConnectionName>,
    /// In the order of the file.
    pub connections: Vec<Connection>,
    pub settings: Settings,
    /// Connections that upload rules name and no section defines, each with the place of its rule.
    pub rules_for: Vec<(ConnectionName, String)>,
}

/// Reads the file; a missing one is an empty configuration.
///
/// # Errors
/// `Config` with file, line and what was expected; `LocalDenied` and the like where it cannot be
/// read.
pub fn read(path: &Path) -> Result<Configuration, Error> {
    match fs::read(path) {
        Ok(bytes) => {
            let text = text::utf8(&bytes).map_err(|Unreadable { line, expected }| {
                let place = format!("{}:{line}", path.display());
                Error::new(ErrorKind::Config, "read config.toml", place).detail(expected)
            })?;
            let mut read = parse(text, path)?;
            mark_exposed(&mut read.connections, path);
            Ok(read)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Configuration::default()),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

/// Marks the connections whose secrets others on this machine may read.
fn mark_exposed(connections: &mut [Connection], path: &Path) {
    const OTHERS: u32 = 0o077;
    let open = fs::metadata(path).is_ok_and(|file| file.permissions().mode() & OTHERS != 0);
    for connection in connections {
        connection.exposed = open && connection.holds_secret();
    }
}

/// What to know at the start of a file that others may read and that holds secrets.
pub fn exposure(connections: &[Connection], path: &Path) -> Option<String> {
    connections.iter().any(|connection| connection.exposed).then(|| {
        let path = path.display();
        format!(
            "others on this machine may read the secrets in {path}: chmod 600 it, and make new \
             keys if somebody may have seen these"
        )
    })
}

/// # Errors
/// As [`read`]; `path` is only named.
pub fn parse(text: &str, path: &Path) -> Result<Configuration, Error> {
    let fault = |span: Option<Range<usize>>, detail: &str| {
        let line = span.map_or(1, |span| line_of(text, span.start));
        Error::new(ErrorKind::Config, "read config.toml", format!("{}:{line}", path.display()))
            .detail(detail)
    };
    let file: RawFile = toml::from_str(text)
        .map_err(|error| fault(error.span(), &explained::<RawFile>(&error, text)))?;
    let mut sections: Vec<_> = file.connections.into_iter().collect();
    sections.sort_by_key(|(name, _)| name.span().start);
    let source = SectionFile { file: path, text };
    let mut connections = Vec::with_capacity(sections.len());
    for (name, section) in sections {
        connections.push(connection(name.get_ref(), source, name.span(), section).map_err(
            |wrong| {
                fault(
                    Some(wrong.span),
                    &format!("connection {:?}: {}", name.get_ref(), wrong.expected),
                )
            },
        )?);
    }
    let is_known = |name: &str| connections.iter().any(|known| known.name.as_str() == name);
    let named = file.upload_rules.iter().filter_map(|rule| rule.connection.as_ref());
    let rules_for = named
        .filter(|name| !is_known(name.get_ref()))
        .map(|name| (ConnectionName::new(name.get_ref().as_str()), source.place(&name.span())));
    let rules_for = rules_for.collect();
    let upload_rules = file.upload_rules.into_iter().map(BucketRule::from).collect();
    let settings = Settings { ui: file.ui, transfers: file.transfers, upload_rules };
    let Some(default) = file.default else {
        return Ok(Configuration { default: None, connections, settings, rules_for });
    };
    let name = ConnectionName::new(default.get_ref().as_str());
    if !connections.iter().any(|connection| connection.name == name) {
        let detail =
            format!("default names {:?}, which no [connections] section defines", name.as_str());
        return Err(fault(Some(default.span()), &detail));
    }
    Ok(Configuration { default: Some(name), connections, settings, rules_for })
}

fn connection(
    name: &str,
    source: SectionFile<'_>,
    span: Range<usize>,
    section: RawConnection,
) -> Result<Connection, raw::Wrong> {
    if name.is_empty() {
        return Err(raw::Wrong { span, expected: "expected a name that is not empty".to_owned() });
    }
    section.into_connection(ConnectionName::new(name), source, span)
}

#[cfg(test)]
mod tests;
