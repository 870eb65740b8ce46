//! Tells a path on this machine from a place in a bucket that was given in its stead.

use std::path::Path;

use crate::cli::connect::Choice;
use crate::cli::print::{VerbError, usage};
use crate::domain::place::SEPARATOR;
use crate::domain::visible::visible;

const SCHEME: &str = "s3://";

/// # Errors
/// `Usage` where the path is written as a place in a bucket: `s3://…`, or `NAME:…` of a connection
/// unless there is a file or folder of this name. `does` is what the verb does with paths.
pub fn expect_path(path: &Path, does: &str, choice: &Choice) -> Result<(), VerbError> {
    let text = path.to_string_lossy();
    let named = || {
        let mut names = choice.connections.iter().map(|connection| connection.name.as_str());
        names.any(|name| text.strip_prefix(name).is_some_and(|rest| rest.starts_with(SEPARATOR)))
    };
    if text.starts_with(SCHEME) || (named() && path.symlink_metadata().is_err()) {
        let text = visible(&text);
        return Err(usage(&format!(
            "{text} is a place in a bucket, and {does}: cp copies between buckets; a path of this \
             name is written ./{text}"
        )));
    }
    Ok(())
}

/// What is said of a text that is no place in a bucket where both ends are one.
pub fn no_place(text: &str, why: &str, verb: &str) -> String {
    if text.starts_with(SCHEME) || (text.contains(SEPARATOR) && !Path::new(text).exists()) {
        return why.to_owned();
    }
    let text = visible(text);
    format!(
        "{text:?} is a path on this machine, and {verb} works between buckets: put uploads, get \
         downloads; a place is written s3://bucket/prefix/ or connection:bucket/prefix/"
    )
}
