//! Asks for the folder of a download, and makes its jobs.

use std::path::{Path, PathBuf};

use crate::app::dialogs::Dialog;
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::session::Session;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::price::Cost;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};
use crate::domain::units::{Counted, Size};
use crate::domain::usage::Usage;

/// A row, and the bytes of its object where it is one.
pub type Listed = (Target, Option<u64>);

/// How many objects the rows are, and their bytes: prefixes count nothing.
pub fn totals_of(rows: &[Listed]) -> (u64, u64) {
    let sizes = rows.iter().filter_map(|(_, size)| *size);
    sizes.fold((0, 0), |(objects, bytes), size| (objects + 1, bytes + size))
}

/// Asks for the folder; the last one stands there already.
pub fn question(sources: &[Listed], folder: &Path, session: &Session) -> Dialog {
    let title = match sources {
        [(one, _)] => format!("Download {} to", name_of(one)),
        many => format!("Download {} to", Counted(many.len() as u64, "row")),
    };
    let mut hint = "a folder on this machine; it is created if it is missing".to_owned();
    if let Some(price) = cost(sources, session) {
        hint = format!("{hint} · {price}");
    }
    folder_prompt(title, hint, folder, session)
}

/// Asks for a folder of this machine.
pub fn folder_prompt(title: String, hint: String, folder: &Path, session: &Session) -> Dialog {
    let (seen_from, home) = (session.working_folder.clone(), session.home.clone());
    let asks = Asks::LocalPath { folder: seen_from, home, files: false };
    let prompt = Prompt::new(title, hint, &folder.display().to_string(), folder_rule);
    Dialog::Prompt(prompt.asking(asks))
}

/// What reading them costs, where all of them are objects and the prices are known.
fn cost(sources: &[Listed], session: &Session) -> Option<String> {
    if sources.iter().any(|(_, size)| size.is_none()) {
        return None;
    }
    let (objects, bytes) = totals_of(sources);
    let requests = Usage { class_b: objects, ..Usage::default() };
    let price = session.price()?;
    let cost = Cost(price.estimate(&requests).0 + price.reading(bytes).0);
    Some(format!("{}, {cost}", Size(bytes)))
}

/// One job for each row; a prefix goes into a folder of its own name.
pub fn specs(
    connection: &ConnectionName,
    bucket: &Bucket,
    sources: Vec<Listed>,
    folder: &Path,
) -> Vec<JobSpec> {
    let spec = |(source, size): Listed| {
        let folder = match &source {
            Target::Object(_) | Target::Version(..) | Target::Rows(_) => folder.to_path_buf(),
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => folder_of(folder, prefix),
        };
        let work = Work::Download { bucket: bucket.clone(), source, folder, name: None, size };
        JobSpec {
            connection: connection.clone(),
            work,
            on_conflict: OnConflict::default(),
            files: FileRules::default(),
            options: JobOptions::default(),
        }
    };
    sources.into_iter().map(spec).collect()
}

/// The name of a row as a title shows it.
pub fn name_of(target: &Target) -> &str {
    match target {
        Target::Object(key) | Target::Version(key, _) => key.name(),
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => prefix.name(),
        rows @ Target::Rows(_) => rows.as_str(),
    }
}

fn folder_rule(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Err(String::new()),
        text if text.contains('\0') => Err("a path cannot contain NUL".to_owned()),
        _ => Ok(()),
    }
}

/// `folder` and the last segment of the prefix; a segment that would lead elsewhere is spelled out.
fn folder_of(folder: &Path, prefix: &Prefix) -> PathBuf {
    let segment = prefix.name().trim_end_matches('/');
    match segment {
        "" => folder.join("%2F"),
        "." => folder.join("%2E"),
        ".." => folder.join("%2E%2E"),
        name => folder.join(name.replace(['\\', '\0'], "_")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_never_leads_out_of_the_folder() {
        let at = |prefix: &str| folder_of(Path::new("/d"), &Prefix::new(prefix));
        assert_eq!(at("a/raw/"), Path::new("/d/raw"));
        for hostile in ["a/../", "../", "./", "a//"] {
            let folder = at(hostile);
            assert_eq!(folder.parent(), Some(Path::new("/d")), "{hostile}");
            assert!(folder.file_name().is_some());
        }
    }
}
