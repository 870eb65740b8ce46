//! Makes the upload jobs of picked files and folders.

use crate::app::event::FolderEntry;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::object::ObjectHeaders;
use crate::domain::overlap::files_of_one_key;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};

/// One job for each entry; a folder becomes a prefix of its name.
///
/// # Errors
/// A sentence where a key would be longer than a server takes, or two files have one name.
pub fn specs(
    connection: &ConnectionName,
    bucket: &Bucket,
    prefix: &Prefix,
    entries: Vec<FolderEntry>,
    options: &JobOptions,
) -> Result<Vec<JobSpec>, String> {
    let ruled = |spec: JobSpec| JobSpec { options: options.clone(), ..spec };
    let specs = entries.into_iter().map(|entry| spec(connection, bucket, prefix, entry));
    let specs = specs.map(|spec| spec.map(ruled)).collect::<Result<Vec<JobSpec>, String>>()?;
    match files_of_one_key(specs.iter().map(|spec| &spec.work)) {
        Some(([one, other], _)) => Err(format!(
            "{} and {} have the same name, and one would replace the other: upload one of them \
             to another prefix",
            one.display(),
            other.display()
        )),
        None => Ok(specs),
    }
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
