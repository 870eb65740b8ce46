//! Renames an object, or everything below a prefix, by a move in place.

use crate::app::dialogs::Dialog;
use crate::app::dialogs::prompt::Prompt;
use crate::app::screens::objects::downloading::name_of;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::overlap::overlap;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};

/// Asks for the new name; the old one stands there already.
pub fn question(target: &Target) -> Dialog {
    let name = name_of(target);
    let hint = "a / makes a level below; the object is copied, checked, then deleted here";
    let old = name.strip_suffix(DELIMITER).filter(|old| !old.is_empty()).unwrap_or(name);
    Dialog::Prompt(Prompt::new(format!("Rename {name} to"), hint, old, name_rule))
}

/// # Errors
/// A sentence where the new name is the old one, or lies below it.
pub fn spec(
    connection: &ConnectionName,
    bucket: &Bucket,
    source: &Target,
    name: &str,
) -> Result<JobSpec, String> {
    let target = match source {
        Target::Object(key) => Target::Object(key.parent().key(name)),
        Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => source.clone(),
        Target::Prefix(prefix) => {
            let name = name.strip_suffix(DELIMITER).unwrap_or(name);
            let parent = prefix.parent().unwrap_or_else(Prefix::root);
            Target::Prefix(parent.child(&format!("{name}{DELIMITER}")))
        }
    };
    if target.as_str().len() > MAX_KEY_BYTES {
        return Err("a key has at most 1,024 bytes".to_owned());
    }
    if let Some(why) = overlap(source, &target, true) {
        return Err(why.to_owned());
    }
    let work = Work::Copy {
        bucket: bucket.clone(),
        source: source.clone(),
        to_connection: None,
        to_bucket: bucket.clone(),
        target,
        moving: true,
    };
    let connection = connection.clone();
    Ok(JobSpec {
        connection,
        work,
        on_conflict: OnConflict::default(),
        files: FileRules::default(),
        options: JobOptions::default(),
    })
}

/// The old and the new name where a job does no more than to give its source another one in the
/// same place.
pub fn is_rename(spec: &JobSpec) -> Option<(&Target, &Target)> {
    let Work::Copy { bucket, source, to_bucket, target, moving: true, .. } = &spec.work else {
        return None;
    };
    let parent = |target: &Target| match target {
        Target::Object(key) => Some(key.parent()),
        Target::Prefix(prefix) => prefix.parent(),
        Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => None,
    };
    let within = spec.other_connection().is_none() && bucket == to_bucket;
    (within && parent(source).is_some() && parent(source) == parent(target))
        .then_some((source, target))
}

fn name_rule(text: &str) -> Result<(), String> {
    match text {
        "" => Err(String::new()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(source: &Target, name: &str) -> Result<String, String> {
        let spec = spec(&"c".into(), &"b".into(), source, name)?;
        match spec.work {
            Work::Copy { target, moving: true, .. } => Ok(target.as_str().to_owned()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_name_stays_in_its_place() {
        let object = Target::Object("d/a.txt".into());
        assert_eq!(renamed(&object, "b.txt").unwrap(), "d/b.txt");
        assert_eq!(renamed(&object, "e/b.txt").unwrap(), "d/e/b.txt");
        assert!(renamed(&object, "a.txt").is_err());
        assert!(renamed(&object, "./a.txt").is_err());
        let prefix = Target::Prefix("d/e/".into());
        assert_eq!(renamed(&prefix, "f").unwrap(), "d/f/");
        assert_eq!(renamed(&prefix, "f/").unwrap(), "d/f/");
        assert!(renamed(&prefix, "e/f").is_err(), "into itself");
        assert!(renamed(&prefix, &"x".repeat(1024)).is_err());
    }
}
