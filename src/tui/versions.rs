//! Answers what is asked of versions: lists, plans, restorations, deletions that are final.

use tokio_util::sync::CancellationToken;

use crate::app::effect::VersionsRequest;
use crate::app::event::{Answer, Reply};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::emptied::Emptied;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::glob::KeyFilter;
use crate::domain::object::Measure;
use crate::domain::restoring::{RestorePlan, RestorePoint, Restored, step};
use crate::domain::transfer::Target;
use crate::s3::client::Client;
use crate::s3::ops::versions::VersionsQuery;

/// Answers a question about versions; `tell` hears how far it is. Once `stop` is cancelled nothing
/// further begins, and the answer counts what was under way.
pub async fn ask(
    client: &Client,
    request: VersionsRequest,
    tell: impl Fn(Answer) + Send + Sync,
    stop: &CancellationToken,
) -> Reply {
    Ok(match request {
        VersionsRequest::Versioning(bucket) => {
            Answer::Versioning(client.versioning(&bucket).await?)
        }
        VersionsRequest::ListVersions { bucket, prefix, after } => {
            let query = VersionsQuery { after, ..VersionsQuery::below(&bucket, &prefix) };
            Answer::Versions(client.versions_page(&query).await?)
        }
        VersionsRequest::PlanRestore { bucket, targets, wanted } => {
            let plan = plan(client, &bucket, &targets, &wanted, &tell).await?;
            Answer::RestorePlanned(plan)
        }
        VersionsRequest::Restore { bucket, steps } => {
            let tell = |restored: &Restored| {
                tell(Answer::Restored { restored: restored.clone(), done: false });
            };
            let restored = client.restore(&bucket, steps, stop, tell).await;
            Answer::Restored { restored, done: true }
        }
        VersionsRequest::DeleteVersions { bucket, named } => {
            Answer::VersionsDeleted(client.delete_versions(&bucket, &named).await?)
        }
        VersionsRequest::EraseVersions { bucket, targets } => {
            let emptied = erase(client, &bucket, &targets, &tell, stop).await?;
            Answer::Emptied { emptied, done: true }
        }
        VersionsRequest::EmptyBucket(bucket) => {
            let tell = |emptied: &Emptied| {
                tell(Answer::Emptied { emptied: emptied.clone(), done: false });
            };
            let emptied = client.empty_bucket(&bucket, stop, tell).await?;
            Answer::Emptied { emptied, done: true }
        }
    })
}

/// The plans of all targets as one.
async fn plan(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
    wanted: &RestorePoint,
    tell: &(impl Fn(Answer) + Send + Sync),
) -> Result<RestorePlan, Error> {
    let mut all = RestorePlan::default();
    for target in Target::each(targets) {
        if let (Some(object), false) = (target.object(bucket), target.is_many()) {
            let object = object.at_version(None);
            all.add(step(&client.versions_of(&object).await?, wanted));
            continue;
        }
        let prefix = prefix_of(&target)?;
        let (steps, bytes) = (all.steps.len(), all.bytes);
        let so_far = |plan: &RestorePlan| {
            let objects = (steps + plan.steps.len()) as u64;
            tell(Answer::Measured(Measure { objects, bytes: bytes + plan.bytes, done: false }));
        };
        let plan = client.plan_restore(bucket, prefix, wanted, so_far).await?;
        all = all.with(plan);
    }
    Ok(all)
}

async fn erase(
    client: &Client,
    bucket: &Bucket,
    targets: &[Target],
    tell: &(impl Fn(Answer) + Send + Sync),
    stop: &CancellationToken,
) -> Result<Emptied, Error> {
    let mut all = Emptied::default();
    for target in Target::each(targets) {
        if stop.is_cancelled() {
            all.left = true;
            break;
        }
        let before = all.clone();
        let so_far = |emptied: &Emptied| {
            let mut emptied_so_far = before.clone();
            emptied_so_far.add(emptied.clone());
            tell(Answer::Emptied { emptied: emptied_so_far, done: false });
        };
        let emptied = if let Some(object) = target.object(bucket) {
            client.delete_versions_of(&object.at_version(None), stop, so_far).await?
        } else {
            let prefix = prefix_of(&target)?;
            client
                .delete_versions_below(bucket, prefix, &KeyFilter::default(), stop, so_far)
                .await?
        };
        all.add(emptied);
    }
    Ok(all)
}

/// What is neither an object nor a prefix is not taken for the whole bucket.
fn prefix_of(target: &Target) -> Result<&Prefix, Error> {
    target.prefix().ok_or_else(|| {
        Error::new(ErrorKind::Other, "ask for versions", target.as_str())
            .detail("several rows are asked for one by one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::transfer::SourceRow;

    #[test]
    fn rows_in_a_bunch_are_not_taken_for_the_whole_bucket() {
        assert_eq!(prefix_of(&Target::Prefix("a/".into())).unwrap().as_str(), "a/");
        let row = SourceRow { target: Target::Object("a".into()), size: None };
        assert!(prefix_of(&Target::Rows(vec![row].into())).is_err());
    }
}
