//! Asks for the name of a new prefix.

use crate::app::dialogs::Dialog;
use crate::app::dialogs::prompt::Prompt;
use crate::app::effect::StorageRequest;
use crate::domain::address::{Bucket, DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::change::KeyChange;
use crate::domain::listing::Class;

pub fn prefix_question(bucket: &Bucket, prefix: &Prefix) -> Dialog {
    let hint = format!("below s3://{bucket}/{prefix}");
    Dialog::Prompt(Prompt::new("New prefix", hint, "", prefix_rule))
}

/// The prefix that `name` makes below `prefix`; the last delimiter may be left out.
pub fn prefix_below(prefix: &Prefix, name: &str) -> Prefix {
    let last = if name.ends_with(DELIMITER) { "" } else { "/" };
    prefix.child(&format!("{name}{last}"))
}

pub fn request(bucket: &Bucket, prefix: &Prefix) -> StorageRequest {
    StorageRequest::CreatePrefix { bucket: bucket.clone(), prefix: prefix.clone() }
}

/// What is stored then: an object without bytes, named like the prefix.
pub fn made(prefix: &Prefix) -> KeyChange {
    KeyChange::Stored { key: prefix.key(""), size: 0, modified: None, class: Class::Unknown }
}

fn prefix_rule(name: &str) -> Result<(), String> {
    match name {
        "" => Err(String::new()),
        name if name.len() >= MAX_KEY_BYTES => Err("a key has at most 1,024 bytes".to_owned()),
        _ => Ok(()),
    }
}
