//! Changes one connection in the text of `config.toml`, and leaves the rest as the user wrote it.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use crate::config::connection::KnownBucket;
use crate::config::connection_options::{BUCKETS, ConnectionOptions, OPTIONS, buckets_written};
use crate::config::draft::{Draft, DraftKeys, DraftServer, Keep};
use crate::config::file::{line_of, parse};
use crate::config::kept_comments::{above, hand_on, remove_value};
use crate::config::r2::{Jurisdiction, Jurisdictions};
use crate::config::upload_rules::{CONNECTION, RULES};
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::provider::Provider;

/// What says where keys come from; a section has one of them.
pub(in crate::config) const KEYS: [&str; 9] = [
    "keys",
    "access_key_id",
    "secret_access_key",
    "session_token",
    "access_key_id_env",
    "secret_access_key_env",
    "credential_process",
    "profile",
    "anonymous",
];

/// What says where the server is.
pub(in crate::config) const SERVER: [&str; 6] =
    ["provider", "account_id", "jurisdiction", "jurisdictions", "endpoint", "region"];

/// The text with the draft as a section: a new one at the end, or that of `replaced`, renamed where
/// the names differ.
///
/// # Errors
/// `Config` where the text cannot be read, or the name is another connection's.
pub fn put(
    text: &str,
    path: &Path,
    draft: &Draft,
    replaced: Option<&ConnectionName>,
) -> Result<String, Error> {
    let mut document = read(text, path)?;
    let before = replaced.and_then(|replaced| options_of(text, path, replaced));
    let connections = connections(&mut document, path)?;
    let name = draft.name.as_str();
    let renamed = replaced.filter(|replaced| replaced.as_str() != name);
    if connections.contains_key(name) && replaced.is_none_or(|replaced| replaced.as_str() != name) {
        return Err(fault(
            path,
            format!("a connection named {name} already exists: choose another name"),
        ));
    }
    if replaced.is_none_or(|replaced| !connections.contains_key(replaced.as_str())) {
        return Ok(appended(text, draft));
    }
    if let Some((_, section)) = renamed.and_then(|old| connections.remove_entry(old.as_str())) {
        connections.insert(name, section);
    }
    let section = connections.entry(name).or_insert_with(|| Item::Table(Table::new()));
    let Some(section) = section.as_table_mut() else {
        return Err(fault(
            path,
            format!("connection {name} is not a section [connections.{name}]"),
        ));
    };
    fill(section, draft, before.as_ref());
    if let Some(old) = renamed
        && document.get("default").and_then(Item::as_str) == Some(old.as_str())
    {
        set(document.as_table_mut(), "default", name.into());
    }
    if let Some(old) = renamed {
        rename_rules(&mut document, old, name);
    }
    Ok(document.to_string())
}

/// The options of a connection as the text has them.
fn options_of(text: &str, path: &Path, name: &ConnectionName) -> Option<ConnectionOptions> {
    let connections = parse(text, path).ok()?.connections;
    connections.iter().find(|each| each.name == *name).map(ConnectionOptions::of)
}

/// Rules of a connection stay its own under its new name.
fn rename_rules(document: &mut DocumentMut, old: &ConnectionName, name: &str) {
    let Some(Item::ArrayOfTables(rules)) = document.get_mut(RULES) else { return };
    for rule in rules.iter_mut() {
        if rule.get(CONNECTION).and_then(Item::as_str) == Some(old.as_str()) {
            set(rule, CONNECTION, name.into());
        }
    }
}

/// The text with these buckets in the section of a connection.
///
/// # Errors
/// `Config` where the text cannot be read, or has no such section.
pub fn put_buckets(
    text: &str,
    path: &Path,
    name: &ConnectionName,
    known: &[KnownBucket],
) -> Result<String, Error> {
    let mut document = read(text, path)?;
    let section = connections(&mut document, path)?.get_mut(name.as_str());
    let Some(section) = section.and_then(Item::as_table_mut) else {
        return Err(fault(
            path,
            format!("connection {name} is not a section [connections.{name}]"),
        ));
    };
    put_value(section, BUCKETS, buckets_written(known));
    Ok(document.to_string())
}

/// The text without the section; one that is not there is no error.
pub fn remove(text: &str, path: &Path, name: &ConnectionName) -> Result<String, Error> {
    let mut document = read(text, path)?;
    let section = connections(&mut document, path)?.remove(name.as_str());
    if let Some(Item::Table(section)) = section {
        hand_on(&mut document, section.position(), &apart(&above(&section)));
    }
    if document.get("default").and_then(Item::as_str) == Some(name.as_str()) {
        remove_value(&mut document, "default");
    }
    Ok(document.to_string())
}

/// What stands above an empty line, and so is not about the section below it.
fn apart(above: &str) -> String {
    let ends = above.rfind("\n\n").map_or(0, |at| at + 2);
    above[..ends].to_owned()
}

/// The text with the section added below everything, comments at the end included.
fn appended(text: &str, draft: &Draft) -> String {
    let mut section = Table::new();
    fill(&mut section, draft, None);
    let mut connections = Table::new();
    connections.set_implicit(true);
    connections.insert(draft.name.as_str(), Item::Table(section));
    let mut document = DocumentMut::new();
    document.insert("connections", Item::Table(connections));
    below(text, &document.to_string())
}

/// A section below a text, with an empty line between.
pub(in crate::config) fn below(text: &str, section: &str) -> String {
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{section}")
}

pub(in crate::config) fn read(text: &str, path: &Path) -> Result<DocumentMut, Error> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let place = format!("{}:{line}", path.display());
        Error::new(ErrorKind::Config, "change config.toml", place).detail(error.message())
    })
}

fn connections<'a>(document: &'a mut DocumentMut, path: &Path) -> Result<&'a mut Table, Error> {
    let made = document.entry("connections").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    made.as_table_mut().ok_or_else(|| {
        fault(path, "connections is not a section: write [connections.NAME]".to_owned())
    })
}

pub(in crate::config) fn fault(path: &Path, detail: String) -> Error {
    Error::new(ErrorKind::Config, "change config.toml", path.display().to_string()).detail(detail)
}

/// `before` are the options that the section has: one that is meant as before stays as it is
/// written.
fn fill(section: &mut Table, draft: &Draft, before: Option<&ConnectionOptions>) {
    let wanted = server(&draft.server);
    for field in SERVER {
        match wanted.iter().find(|(name, _)| *name == field) {
            Some((_, value)) => set(section, field, value.clone()),
            None if field == "jurisdictions" && stays_placed(section, &draft.server) => {}
            None => drop(section.remove(field)),
        }
    }
    if draft.keys != DraftKeys::AsBefore {
        let wanted = keys(&draft.keys);
        for field in KEYS {
            match wanted.iter().find(|(name, _)| *name == field) {
                Some((_, value)) => set(section, field, value.clone()),
                None => drop(section.remove(field)),
            }
        }
    }
    for option in &OPTIONS {
        let text = |options| (option.written)(options).map(|value| value.to_string());
        if before.is_none_or(|before| text(before) != text(&draft.options)) {
            put_value(section, option.name, (option.written)(&draft.options));
        }
    }
}

/// Addresses of further jurisdictions are written by hand and go with an endpoint of R2.
fn stays_placed(section: &Table, server: &DraftServer) -> bool {
    let placed = section.get("jurisdictions").is_some_and(Item::is_table_like);
    placed && matches!(server, DraftServer::Other { provider: Provider::R2, .. })
}

fn server(server: &DraftServer) -> Vec<(&'static str, Value)> {
    match server {
        DraftServer::R2 { account, jurisdictions } => {
            let mut fields =
                vec![("provider", "r2".into()), ("account_id", account.as_str().into())];
            fields.extend(written(jurisdictions));
            fields
        }
        DraftServer::Aws { region } => {
            let mut fields = vec![("provider", "aws".into())];
            fields.extend(region.as_deref().map(|region| ("region", region.into())));
            fields
        }
        DraftServer::Other { provider, endpoint, region } => {
            let mut fields = vec![("endpoint", endpoint.as_str().into())];
            if *provider != Provider::Other {
                fields.push(("provider", provider.id().into()));
            }
            fields.extend(region.as_deref().map(|region| ("region", region.into())));
            fields
        }
    }
}

/// Nothing where there is the default one alone.
fn written(jurisdictions: &Jurisdictions) -> Option<(&'static str, Value)> {
    match jurisdictions.only() {
        Some(Jurisdiction::Default) => None,
        Some(one) => Some(("jurisdiction", one.name().into())),
        None if jurisdictions.is_all() => Some(("jurisdictions", "all".into())),
        None => {
            let names: Array = jurisdictions.iter().map(Jurisdiction::name).collect();
            Some(("jurisdictions", names.into()))
        }
    }
}

fn keys(keys: &DraftKeys) -> Vec<(&'static str, Value)> {
    match keys {
        DraftKeys::Given { keys, keep: Keep::Config } => {
            let mut fields: Vec<(_, Value)> = vec![
                ("access_key_id", keys.access_key_id.as_str().into()),
                ("secret_access_key", keys.secret_access_key.expose().into()),
            ];
            let token = keys.session_token.as_ref();
            fields.extend(token.map(|token| ("session_token", token.expose().into())));
            fields
        }
        DraftKeys::Given { keep: Keep::File, .. } => vec![("keys", "file".into())],
        DraftKeys::Given { keep: Keep::Keyring, .. } => vec![("keys", "keyring".into())],
        DraftKeys::Profile(Some(profile)) => vec![("profile", profile.as_str().into())],
        DraftKeys::Variables { access_key_id, secret_access_key } => vec![
            ("access_key_id_env", access_key_id.as_str().into()),
            ("secret_access_key_env", secret_access_key.as_str().into()),
        ],
        DraftKeys::Process(command) => vec![("credential_process", command.as_str().into())],
        DraftKeys::Anonymous => vec![("anonymous", true.into())],
        DraftKeys::Given { keep: Keep::Nowhere, .. }
        | DraftKeys::Profile(None)
        | DraftKeys::AsBefore => Vec::new(),
    }
}

/// A value, or nothing in its place; an array of tables is the same said longer, and cannot stand
/// beside a value.
fn put_value(section: &mut Table, field: &str, new: Option<Value>) {
    if new.is_none() || !section.get(field).is_some_and(Item::is_value) {
        section.remove(field);
    }
    if let Some(new) = new {
        set(section, field, new);
    }
}

/// Keeps the comment behind a value that changes, and a value that does not as it is written.
fn set(table: &mut Table, field: &str, new: Value) {
    let Some(old) = table.get_mut(field).and_then(Item::as_value_mut) else {
        table.insert(field, value(new));
        return;
    };
    if is_same(old, &new) {
        return;
    }
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

/// Whether two values mean the same, however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => plain(one) == plain(other),
    }
}

fn plain(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.as_str().map_or_else(|| value.to_string(), |text| format!("{text:?}"))
}

#[cfg(test)]
mod tests;
