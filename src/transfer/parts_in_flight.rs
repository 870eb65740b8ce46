//! Begins the parts of an upload, sends several at once, and awaits them.

use futures_util::future::BoxFuture;
use tokio::task::JoinSet;

use crate::domain::error::Error;
use crate::domain::object::UploadedPart;

/// One part on its way.
pub type SendingPart = BoxFuture<'static, Result<UploadedPart, Error>>;

/// Where the parts of an upload come from, in their order.
pub trait PartSource {
    /// The next part, once it can be sent; `None` after the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<SendingPart>, Error>> + Send;
}

/// Sends every part of `source`, at most `at_once` at a time. One that fails is the end of all,
/// even while the next is waited for. Gives the parts in order.
pub async fn send_parts(
    at_once: usize,
    source: &mut impl PartSource,
) -> Result<Vec<UploadedPart>, Error> {
    let (mut sending, mut sent) = (JoinSet::new(), Vec::new());
    let result = send_all(at_once, source, &mut sending, &mut sent).await;
    sending.shutdown().await;
    result?;
    sent.sort_by_key(|part| part.number);
    Ok(sent)
}

async fn send_all(
    at_once: usize,
    source: &mut impl PartSource,
    sending: &mut JoinSet<Result<UploadedPart, Error>>,
    sent: &mut Vec<UploadedPart>,
) -> Result<(), Error> {
    loop {
        let mut next = std::pin::pin!(source.next());
        let part = loop {
            tokio::select! {
                part = &mut next, if sending.len() < at_once => break part?,
                Some(done) = sending.join_next() => sent.push(done??),
            }
        };
        let Some(part) = part else { break };
        sending.spawn(part);
    }
    while let Some(done) = sending.join_next().await {
        sent.push(done??);
    }
    Ok(())
}
