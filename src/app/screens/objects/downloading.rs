//! Asks for the folder of a download, and makes its jobs.

use std::path::{Path, PathBuf};

use crate::app::dialogs::Dialog;
use crate::app::dialogs::completion::Asks;
use crate::app::dialogs::prompt::Prompt;
use crate::app::session::Session;
use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::listed_rows::RowSum;
use crate::domain::price::Cost;
use crate::domain::transfer::{
    FileRules, JobOptions, JobSpec, OnConflict, SourceRows, Target, Work,
};
use crate::domain::units::{Counted, Size};
use crate::domain::usage::Usage;

/// Asks for the folder; the last one stands there already.
pub fn question(sources: &SourceRows, folder: &Path, session: &Session) -> Dialog {
    let title = format!("Download {} to", rows_named(sources));
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
fn cost(sources: &SourceRows, session: &Session) -> Option<String> {
    let RowSum { objects, prefixes: 0, bytes } = sources.sum() else { return None };
    let requests = Usage { class_b: objects, ..Usage::default() };
    let price = session.price()?;
    let cost = Cost(price.estimate(&requests).0 + price.reading(bytes).0);
    Some(format!("{}, {cost}", Size(bytes)))
}

/// One job of all rows; a prefix goes into a folder of its own name.
pub fn specs(
    connection: &ConnectionName,
    bucket: &Bucket,
    sources: SourceRows,
    folder: &Path,
) -> Vec<JobSpec> {
    let size = sources.single().and_then(|row| row.size);
    let spec = |source: Target| {
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
    sources.into_targets().into_iter().map(spec).collect()
}

/// The name of the one row, or how many there are.
pub fn rows_named(rows: &SourceRows) -> String {
    match rows.single() {
        Some(one) => name_among(rows, &one.target).to_owned(),
        None => Counted(rows.len() as u64, "row").to_string(),
    }
}

/// The name of one of several rows as their listing shows it: of what was found with the prefixes
/// that it is below.
pub fn name_among<'a>(rows: &SourceRows, target: &'a Target) -> &'a str {
    let below = target.as_str().strip_prefix(rows.place()).filter(|name| !name.is_empty());
    below.unwrap_or_else(|| name_of(target))
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
    use crate::domain::transfer::SourceRow;

    #[test]
    fn several_rows_are_one_job_and_one_row_is_what_it_was() {
        let jobs = |rows: &[(Target, Option<u64>)]| {
            let row = |(target, size): &(Target, Option<u64>)| SourceRow {
                target: target.clone(),
                size: *size,
            };
            let rows = rows.iter().map(row).collect::<Vec<_>>().into();
            let specs = specs(&"c".into(), &"b".into(), rows, Path::new("/down"));
            assert_eq!(specs.len(), 1);
            specs.into_iter().next().map(|spec| spec.work)
        };
        let (x, raw) = (Target::Object("p/x".into()), Target::Prefix("p/raw/".into()));
        let Some(Work::Download { source, folder, size, .. }) = jobs(&[(x.clone(), Some(7))])
        else {
            panic!()
        };
        assert_eq!((source, folder, size), (x.clone(), PathBuf::from("/down"), Some(7)));
        let Some(Work::Download { source, folder, .. }) = jobs(&[(raw.clone(), None)]) else {
            panic!()
        };
        assert_eq!((source, folder), (raw.clone(), PathBuf::from("/down/raw")));
        let both = jobs(&[(x, Some(7)), (raw, None)]);
        let Some(Work::Download { source: Target::Rows(rows), folder, size, .. }) = both else {
            panic!("{both:?}")
        };
        let listed: Vec<_> =
            rows.in_order().map(|row| (row.target.as_str().to_owned(), row.size)).collect();
        assert_eq!(listed, [("p/raw/".to_owned(), None), ("p/x".to_owned(), Some(7))]);
        assert_eq!((folder, size), (PathBuf::from("/down"), None));
    }

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
