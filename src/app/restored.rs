//! Says how a restoration ended, and hands what is too large for one request to the engine.

use crate::app::context::{Context, Intent};
use crate::app::toasts::Level;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::restoring::Restored;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, OnConflict, Target, Work};
use crate::domain::units::{Count, Counted, Size};
use crate::domain::versions::VersionEntry;
use crate::domain::visible::visible;

pub fn say_restored(restored: &Restored, cx: &mut Context<'_>) {
    let objects = Counted(restored.restored, "object");
    if let Some((key, lacking)) = restored.lacking.first() {
        let more = match restored.lacking.len() {
            1 => String::new(),
            all => format!(" ({} in all)", Count(all as u64)),
        };
        cx.toast(Level::Problem, format!("{}: {lacking}{more}", visible(key.as_str())));
    }
    match restored.failed {
        0 => cx.toast(Level::Done, format!("{objects} restored, {}", Size(restored.bytes))),
        failed => {
            let failed = Count(failed);
            cx.toast(Level::Problem, format!("{objects} restored, {failed} could not be"));
        }
    }
    restored.errors.iter().for_each(|error| cx.ask(Intent::Log(error.clone())));
}

/// A copy of each version onto its own key, in parts.
pub fn large_copies(
    connection: &ConnectionName,
    bucket: &Bucket,
    large: Vec<VersionEntry>,
) -> Vec<JobSpec> {
    let spec = |object: VersionEntry| JobSpec {
        connection: connection.clone(),
        work: Work::Copy {
            bucket: bucket.clone(),
            source: Target::Version(object.key.clone(), object.version),
            to_connection: None,
            to_bucket: bucket.clone(),
            target: Target::Object(object.key),
            moving: false,
        },
        on_conflict: OnConflict::Overwrite,
        files: FileRules::default(),
        options: JobOptions::default(),
    };
    large.into_iter().map(spec).collect()
}
