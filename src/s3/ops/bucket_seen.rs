//! Makes and removes buckets, and looks that it happened when the answer does not say.

use std::time::Duration;

use tokio::time::sleep;

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::s3::call::Call;
use crate::s3::client::Client;

/// Requests that are sent where an error may pass, and looks at what came of one.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// A longer `Retry-After` is not believed.
const MOST_ASKED: Duration = Duration::from_secs(20);

impl Client {
    /// Sends the request until the bucket is `there`, or is not, or it is refused. A request whose
    /// answer was lost is looked after before it is sent again.
    pub(in crate::s3) async fn until_seen<F>(
        &self,
        bucket: &Bucket,
        there: bool,
        request: impl Fn() -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<(), Error>>,
    {
        let mut wait = FIRST_WAIT;
        for tried in 1.. {
            let error = match request().await {
                Ok(()) => return self.looked_for(bucket, there).await,
                Err(error) => error,
            };
            let may_be_done = error.retryable() || error.kind == ErrorKind::NotS3;
            if !may_be_done {
                return Err(error);
            }
            if !error.is(&ErrorKind::Throttled) && self.is_there(bucket).await == Some(there) {
                return Ok(());
            }
            if tried == TRIES || !error.retryable() {
                return Err(error);
            }
            sleep(wait.max(error.retry_after.unwrap_or_default().min(MOST_ASKED))).await;
            wait *= 2;
        }
        Ok(())
    }

    /// Looks until it is as the server said.
    async fn looked_for(&self, bucket: &Bucket, there: bool) -> Result<(), Error> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            // Who may not look has the server's word.
            if self.is_there(bucket).await.is_none_or(|found| found == there) {
                return Ok(());
            }
            sleep(wait).await;
            wait *= 2;
        }
        let detail = match there {
            true => "the server reported success, but the bucket is not there",
            false => "the server reported success, but the bucket is still there",
        };
        Err(Call::on_bucket("HeadBucket", bucket).fails(ErrorKind::ServerFault, detail))
    }

    /// `None` where that cannot be told.
    pub(in crate::s3) async fn is_there(&self, bucket: &Bucket) -> Option<bool> {
        let place = format!("s3://{bucket}");
        let call = Call::on_account("HeadBucket", &place).at(self.said_home(bucket));
        let looked = self.run(&call, |sdk, _| {
            let request = sdk.head_bucket().bucket(self.wire(bucket));
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        });
        match looked.await {
            Ok(()) => Some(true),
            Err(error) if error.kind == ErrorKind::NoSuchBucket => Some(false),
            Err(_) => None,
        }
    }
}
