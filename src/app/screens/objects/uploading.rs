//! Makes the upload jobs of picked files and folders.

use std::collections::HashMap;

use crate::app::event::FolderEntry;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::object::ObjectHeaders;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};

/// One job for each entry; a folder becomes a prefix of its name.
///
/// # Errors
/// A sentence where a key would be longer than a server takes, or two files would have one.
pub fn specs(
    connection: &ConnectionName,
    bucket: &Bucket,
    prefix: &Prefix,
    entries: Vec<FolderEntry>,
    options: &JobOptions,
) -> Result<Vec<JobSpec>, String> {
    let ruled = |spec: JobSpec| JobSpec { options: options.clone(), ..spec };
    let mut sources = HashMap::new();
    for entry in &entries {
        if let Some(other) = sources.insert((entry.folder, &entry.name), &entry.path) {
            let (one, other) = (other.display(), entry.path.display());
            return Err(format!(
                "{one} and {other} would have one key: upload one of them elsewhere"
            ));
        }
    }
    let specs = entries.into_iter().map(|entry| spec(connection, bucket, prefix, entry));
    specs.map(|spec| spec.map(ruled)).collect()
}

fn spec(
    connection: &ConnectionName,
    bucket: &Bucket,
    prefix: &Prefix,
    entry: FolderEntry,
) -> Result<JobSpec, String> {
    let target = if entry.folder {
        Target::Prefix(prefix.child(&format!("{}{DELIMITER}", entry.name)))
    } else {
        Target::Object(prefix.key(&entry.name))
    };
    if target.as_str().len() > MAX_KEY_BYTES {
        return Err(format!("{} would have a key of more than 1,024 bytes", entry.name));
    }
    let work = Work::Upload {
        source: entry.path,
        bucket: bucket.clone(),
        target,
        headers: ObjectHeaders::default(),
    };
    Ok(JobSpec {
        connection: connection.clone(),
        work,
        on_conflict: OnConflict::default(),
        files: FileRules::default(),
        options: JobOptions::default(),
    })
}
