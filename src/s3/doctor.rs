//! Examines a connection step by step: the way there, the identity, what may be read and written.

mod bucket;
mod introduction;
mod link;
mod reading;
mod report;
mod scratch;
mod way;
mod writing;

use std::future::Future;
use std::ops::RangeInclusive;

use crate::domain::address::Bucket;
use crate::domain::diagnosis::{Examination, Finding, Step};
use crate::domain::error::remedy::Remedy;
use crate::s3::client::Client;
use crate::s3::doctor::report::{Report, Stop, WRITING};

/// What is asked of a server without opening a bucket.
const SERVER: RangeInclusive<Step> = Step::Speak..=Step::ListBuckets;
const READING: RangeInclusive<Step> = Step::List..=Step::Cors;

impl Client {
    /// Takes every step that those before it allow, and tells each as it ends; every step is told
    /// once, in the order of [`Step::ALL`]. Costs about 15 requests. What is written is deleted
    /// again also where `stop` comes in between, or nobody waits for the end.
    pub async fn examine(
        &self,
        examination: &Examination,
        tell: &mut (dyn FnMut(Finding) + Send),
        stop: impl Future<Output = ()> + Send,
    ) {
        let mut report = Report::new(tell);
        let mut stop = std::pin::pin!(stop);
        let readable = tokio::select! {
            readable = self.look(examination, &mut report) => readable,
            () = &mut stop => return,
        };
        let Ok(bucket) = readable else { return };
        if !examination.writes {
            return report.leave_out(WRITING, Remedy::TestWriting);
        }
        if self.connection().read_only {
            return report.skip(WRITING, "the connection is read-only");
        }
        writing::write(self, &bucket, &examination.prefix, &mut report, stop).await;
    }

    /// Every step that changes nothing. The bucket that was looked into, where writing to it makes
    /// sense.
    async fn look(
        &self,
        examination: &Examination,
        report: &mut Report<'_>,
    ) -> Result<Bucket, Stop> {
        if let Err(Stop(why)) = way::reach(self, report).await {
            report.skip(SERVER, why);
            return nothing_more(report, why);
        }
        let listed = match introduction::introduce(self, examination, report).await {
            Ok(listed) => listed,
            Err(Stop(why)) => return nothing_more(report, why),
        };
        let Some(bucket) = examination.bucket.clone().or(listed) else {
            return nothing_more(report, "no bucket to test: name one");
        };
        match reading::read(self, &bucket, &examination.prefix, report).await {
            Ok(()) => Ok(bucket),
            Err(Stop(why)) => {
                report.skip(WRITING, why);
                Err(Stop(why))
            }
        }
    }
}

fn nothing_more<T>(report: &mut Report<'_>, why: &'static str) -> Result<T, Stop> {
    report.skip(READING, why);
    report.skip(WRITING, why);
    Err(Stop(why))
}
