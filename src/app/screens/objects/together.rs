//! Makes one job of the marked rows that go the same way.

use std::path::PathBuf;

use crate::domain::address::Prefix;
use crate::domain::transfer::{JobSpec, SourceRow, Target, Work};

/// One job of several downloads, or of several copies, of rows of one place; others stay as they
/// are.
pub fn together(specs: Vec<JobSpec>) -> Vec<JobSpec> {
    if specs.len() < 2 {
        return specs;
    }
    let rows: Option<Vec<SourceRow>> = specs.iter().map(|spec| row(&spec.work)).collect();
    let (Some(mut rows), Some(work)) = (rows, common(&specs)) else { return specs };
    // As a bucket lists them: what is passed need not be remembered one by one.
    rows.sort_by(|one, other| one.target.as_str().cmp(other.target.as_str()));
    let work = with_source(work, Target::Rows(rows));
    specs.into_iter().take(1).map(|spec| JobSpec { work: work.clone(), ..spec }).collect()
}

fn row(work: &Work) -> Option<SourceRow> {
    match work {
        Work::Download { source, size, .. } => {
            Some(SourceRow { target: source.clone(), size: *size })
        }
        Work::Copy { source, .. } => Some(SourceRow { target: source.clone(), size: None }),
        Work::Upload { .. } | Work::Delete { .. } => None,
    }
}

/// What the work of all is beside its source; `None` where they differ.
fn common(specs: &[JobSpec]) -> Option<Work> {
    let mut works = specs.iter().map(|spec| whole(&spec.work));
    let first = works.next()??;
    works.all(|work| work.as_ref() == Some(&first)).then_some(first)
}

/// The same into the folder or prefix that the row goes into, without the row.
fn whole(work: &Work) -> Option<Work> {
    let nothing = Target::Rows(Vec::new());
    match work {
        Work::Download { bucket, source, folder, name: None, .. } => {
            let folder: PathBuf = match source {
                Target::Prefix(_) | Target::PrefixAt(..) => folder.parent()?.to_owned(),
                _ => folder.clone(),
            };
            let (bucket, source) = (bucket.clone(), nothing);
            Some(Work::Download { bucket, source, folder, name: None, size: None })
        }
        Work::Copy { bucket, to_connection, to_bucket, target, moving, .. } => {
            let target: Prefix = match target {
                Target::Object(key) => key.parent(),
                Target::Prefix(prefix) => prefix.parent()?,
                Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => return None,
            };
            Some(Work::Copy {
                bucket: bucket.clone(),
                source: nothing,
                to_connection: to_connection.clone(),
                to_bucket: to_bucket.clone(),
                target: Target::Prefix(target),
                moving: *moving,
            })
        }
        _ => None,
    }
}

fn with_source(work: Work, rows: Target) -> Work {
    match work {
        Work::Download { bucket, folder, name, size, .. } => {
            Work::Download { bucket, source: rows, folder, name, size }
        }
        Work::Copy { bucket, to_connection, to_bucket, target, moving, .. } => {
            Work::Copy { bucket, source: rows, to_connection, to_bucket, target, moving }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screens::objects::downloading;
    use crate::domain::transfer::Work;

    fn downloads(rows: &[&str]) -> Vec<JobSpec> {
        let row = |text: &&str| match text.ends_with('/') {
            true => (Target::Prefix((*text).into()), None),
            false => (Target::Object((*text).into()), Some(7)),
        };
        let rows = rows.iter().map(row).collect();
        downloading::specs(&"c".into(), &"b".into(), rows, std::path::Path::new("/down"))
    }

    #[test]
    fn many_rows_are_one_job_and_one_row_is_what_it_was() {
        assert_eq!(together(downloads(&["p/x"])), downloads(&["p/x"]));
        let together = together(downloads(&["p/x", "p/raw/", "p/a"]));
        assert_eq!(together.len(), 1);
        let Work::Download { source: Target::Rows(rows), folder, .. } = &together[0].work else {
            panic!("{together:?}")
        };
        let listed: Vec<_> = rows.iter().map(|row| (row.target.as_str(), row.size)).collect();
        assert_eq!(listed, [("p/a", Some(7)), ("p/raw/", None), ("p/x", Some(7))]);
        assert_eq!(folder, std::path::Path::new("/down"));
    }

    #[test]
    fn what_goes_elsewhere_stays_a_job_of_its_own() {
        let mut specs = downloads(&["p/x", "p/y"]);
        let Work::Download { folder, .. } = &mut specs[1].work else { panic!() };
        *folder = "/other".into();
        assert_eq!(together(specs).len(), 2);
    }
}
