//! New prefix: the name that is asked for.

use crate::app::dialogs::dialog::Dialog;
use crate::app::dialogs::prompt::Prompt;
use crate::domain::address::{Bucket, DELIMITER, MAX_KEY_BYTES, Prefix};

pub fn prefix_question(bucket: &Bucket, prefix: &Prefix) -> Dialog {
    let hint = format!("below s3://{bucket}/{prefix}");
    Dialog::Prompt(Prompt::new("New prefix", hint, "", prefix_rule))
}

/// The prefix that `name` makes below `prefix`; the last delimiter may be left out.
pub fn prefix_below(prefix: &Prefix, name: &str) -> Prefix {
    let last = if name.ends_with(DELIMITER) { "" } else { "/" };
    prefix.child(&format!("{name}{last}"))
}

fn prefix_rule(name: &str) -> Result<(), String> {
    match name {
        "" => Err(String::new()),
        name if name.len() >= MAX_KEY_BYTES => Err("a key has at most 1,024 bytes".to_owned()),
        _ => Ok(()),
    }
}
