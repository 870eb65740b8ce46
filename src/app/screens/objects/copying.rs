//! Copy: the destination as it is typed, and the jobs it makes.

use crate::app::dialogs::dialog::Dialog;
use crate::app::dialogs::prompt::Prompt;
use crate::app::screens::objects::downloading::name_of;
use crate::domain::address::{Bucket, ConnectionName, DELIMITER, Key, Location, Prefix};
use crate::domain::transfer::{FileRules, JobSpec, OnConflict, Target, Work};

/// Asks for the destination; the open place stands there already.
pub fn question(sources: &[Target], here: &Location) -> Dialog {
    let title = match sources {
        [one] => format!("Copy {} to", name_of(one)),
        many => format!("Copy {} rows to", many.len()),
    };
    let hint = "s3://bucket/prefix/ keeps the name; without a last slash it is the new name";
    Dialog::Prompt(Prompt::new(title, hint, &here.to_string(), destination_rule))
}

/// One job for each row.
///
/// # Errors
/// A sentence where the destination is no place, is the source itself, or lies inside it.
pub fn specs(
    connection: &ConnectionName,
    bucket: &Bucket,
    sources: &[Target],
    destination: &str,
) -> Result<Vec<JobSpec>, String> {
    let destination = Location::parse(destination.trim())?;
    let single = sources.len() == 1;
    let mut specs = Vec::with_capacity(sources.len());
    for source in sources {
        let (to_bucket, target) = target_of(source, &destination, single)?;
        if to_bucket == *bucket {
            refuse_itself(source, &target)?;
        }
        let source = source.clone();
        let work = Work::Copy {
            bucket: bucket.clone(),
            source,
            to_connection: None,
            to_bucket,
            target,
            moving: false,
        };
        let connection = connection.clone();
        specs.push(JobSpec {
            connection,
            work,
            on_conflict: OnConflict::default(),
            files: FileRules::default(),
        });
    }
    Ok(specs)
}

fn target_of(
    source: &Target,
    destination: &Location,
    single: bool,
) -> Result<(Bucket, Target), String> {
    match (destination, source) {
        (Location::Root, _) => Err("name a bucket: s3://bucket/prefix/".to_owned()),
        (Location::Prefix { bucket, prefix }, Target::Object(key)) => {
            Ok((bucket.clone(), Target::Object(prefix.key(key.name()))))
        }
        (Location::Prefix { bucket, prefix }, Target::Prefix(from)) => {
            Ok((bucket.clone(), Target::Prefix(prefix.child(from.name()))))
        }
        (Location::Object { .. }, _) if !single => {
            Err("several rows need a place that ends with a slash".to_owned())
        }
        (Location::Object { bucket, key }, Target::Object(_)) => {
            Ok((bucket.clone(), Target::Object(key.clone())))
        }
        (Location::Object { bucket, key }, Target::Prefix(_)) => {
            Ok((bucket.clone(), Target::Prefix(as_prefix(key))))
        }
    }
}

fn as_prefix(key: &Key) -> Prefix {
    Prefix::new(format!("{key}{DELIMITER}"))
}

fn refuse_itself(source: &Target, target: &Target) -> Result<(), String> {
    if source == target {
        return Err(format!("{} is there already: a copy onto itself", name_of(source)));
    }
    match (source, target) {
        (Target::Prefix(from), Target::Prefix(to)) if to.as_str().starts_with(from.as_str()) => {
            Err(format!("{} cannot be copied into itself", name_of(source)))
        }
        _ => Ok(()),
    }
}

fn destination_rule(text: &str) -> Result<(), String> {
    match Location::parse(text.trim())? {
        Location::Root => Err("name a bucket: s3://bucket/prefix/".to_owned()),
        Location::Prefix { .. } | Location::Object { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(sources: &[&str], to: &str) -> Result<Vec<String>, String> {
        let sources: Vec<Target> = sources
            .iter()
            .map(|text| match text.ends_with('/') {
                true => Target::Prefix((*text).into()),
                false => Target::Object((*text).into()),
            })
            .collect();
        let specs = specs(&"c".into(), &"b".into(), &sources, to)?;
        Ok(specs
            .into_iter()
            .map(|spec| match spec.work {
                Work::Copy { to_bucket, target, .. } => format!("{to_bucket}/{}", target.as_str()),
                other => panic!("{other:?}"),
            })
            .collect())
    }

    #[test]
    fn a_place_with_a_last_slash_keeps_the_names() {
        assert_eq!(copy(&["a/x", "a/raw/"], "s3://o/d/").unwrap(), ["o/d/x", "o/d/raw/"]);
        assert_eq!(copy(&["a/x"], "s3://o").unwrap(), ["o/x"]);
    }

    #[test]
    fn one_row_may_be_given_a_new_name() {
        assert_eq!(copy(&["a/x"], "s3://b/a/y").unwrap(), ["b/a/y"]);
        assert_eq!(copy(&["a/raw/"], "s3://b/a/raw2").unwrap(), ["b/a/raw2/"]);
        assert!(copy(&["a/x", "a/z"], "s3://b/a/y").unwrap_err().contains("slash"));
    }

    #[test]
    fn nothing_is_copied_onto_or_into_itself() {
        assert!(copy(&["a/x"], "s3://b/a/").unwrap_err().contains("onto itself"));
        assert!(copy(&["a/"], "s3://b/a/").unwrap_err().contains("into itself"));
        assert!(copy(&["a/"], "s3://b/a/z").unwrap_err().contains("into itself"));
        assert_eq!(copy(&["a/"], "s3://b/az").unwrap(), ["b/az/"]);
        assert_eq!(copy(&["a/x"], "s3://other/a/").unwrap(), ["other/a/x"]);
        assert!(copy(&["a/x"], "s3://").is_err());
    }
}
