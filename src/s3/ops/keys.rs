//! Lists every key below a prefix, by several cursors at once where there are many.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::timeout;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, ListedPage, Page};
use crate::domain::spans::{SpanAsk, SpanStep, Spans};
use crate::s3::client::{Client, ListQuery};

/// A page that is asked for beside others and does not come for so long is asked for again, alone.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer, and whether the server had enough on the way to it.
pub type PageAnswer = (Result<ListedPage, Error>, bool);

/// Asks for one page, alone or beside others.
pub type SendPage<'a> = Box<dyn Fn(ListQuery, bool) -> BoxFuture<'a, PageAnswer> + Send + 'a>;

/// The pages of a listing in its order. What is ahead of the reader waits in bounded memory.
pub struct KeyPages<'a> {
    send: SendPage<'a>,
    query: ListQuery,
    spans: Spans,
    /// The last name that was given.
    last: String,
    running: FuturesUnordered<BoxFuture<'a, (SpanAsk, PageAnswer)>>,
}

impl Client {
    /// Every key below a prefix, as it is now. `etags`: rows have them.
    pub fn keys_below(&self, bucket: &Bucket, prefix: &Prefix, etags: bool) -> KeyPages<'_> {
        KeyPages::new(self, ListQuery { etags, ..ListQuery::below(bucket, prefix) })
    }
}

impl<'a> KeyPages<'a> {
    pub fn new(client: &'a Client, query: ListQuery) -> KeyPages<'a> {
        KeyPages::sent_by(Box::new(|query, beside| send(client, query, beside).boxed()), query)
    }

    /// An earlier moment is listed page by page as ever. Begins at `query.token`, at the first page
    /// where there is none.
    pub fn sent_by(send: SendPage<'a>, query: ListQuery) -> KeyPages<'a> {
        let one = query.at.is_some();
        let spans = match &query.token {
            None if !one => Spans::default(),
            Some(token) if !one => going_on(token, &query.prefix),
            _ => Spans::alone(),
        };
        let spans = if query.delimited { spans.of_level() } else { spans };
        KeyPages { send, query, spans, last: String::new(), running: FuturesUnordered::new() }
    }

    /// No more bytes of pages than these wait for the reader.
    #[must_use]
    pub fn within(self, bytes: usize) -> KeyPages<'a> {
        KeyPages { spans: self.spans.within(bytes), ..self }
    }

    /// Where another listing goes on behind the pages that were given; `None` where nothing
    /// follows.
    pub fn behind(&self) -> Option<ContinuationToken> {
        let server = self.spans.behind();
        if self.spans.is_over() {
            return None;
        }
        if self.query.at.is_some() {
            return server.cloned();
        }
        let server = server.and_then(|token| token.parts().0).unwrap_or_default();
        let last = self.query.prefix.key(&self.last);
        Some(ContinuationToken::behind(server, last.as_str()))
    }

    /// The next page; `None` after the last. After an error the same page is asked again.
    pub async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        loop {
            self.ask();
            // What came meanwhile makes place for what follows.
            while let Some(Some(answered)) = self.running.next().now_or_never() {
                self.answer(answered);
                self.ask();
            }
            match self.spans.take() {
                Some(Ok(page)) => {
                    if let Some(row) = page.rows().last() {
                        row.name.clone_into(&mut self.last);
                    }
                    return Ok(Some(page));
                }
                Some(Err(error)) => return Err(self.placed(error)),
                None if self.spans.is_over() => return Ok(None),
                None => {}
            }
            if self.running.is_empty() {
                // An error was told, and its page is to be asked for again.
                continue;
            }
            if let Some(answered) = self.running.next().await {
                self.answer(answered);
            }
        }
    }

    /// Does other work while what was asked for comes, and asks for no more meanwhile.
    pub async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(answered) = self.running.next() => self.answer(answered),
            }
        }
    }

    fn ask(&mut self) {
        while let Some(ask) = self.spans.ask() {
            let sent = (self.send)(self.asked(&ask.how), !self.running.is_empty());
            self.running.push(sent.map(|answer| (ask, answer)).boxed());
        }
    }

    fn asked(&self, step: &SpanStep) -> ListQuery {
        let query = self.query.clone();
        let token = match step {
            SpanStep::Go(token) => token.clone().or(query.token),
            SpanStep::Begin(name) => {
                let key = query.prefix.key(name);
                Some(ContinuationToken::behind("", key.as_str()))
            }
        };
        ListQuery { token, ..query }
    }

    fn answer(&mut self, (ask, (answer, slow)): (SpanAsk, PageAnswer)) {
        if slow {
            self.spans.slow_down();
        }
        self.spans.answer(ask, answer);
    }

    /// A circle is found without knowing where.
    fn placed(&self, error: Error) -> Error {
        if error.place.is_empty() {
            let place = format!("s3://{}/{}", self.query.bucket, self.query.prefix);
            return Error { place, ..error };
        }
        error
    }
}

/// Where a token has no name, what is behind it cannot be told from what is before.
fn going_on(token: &ContinuationToken, prefix: &Prefix) -> Spans {
    let last = token.parts().1.and_then(|last| last.strip_prefix(prefix.as_str()));
    last.map_or_else(Spans::alone, |last| Spans::going_on(token.clone(), last))
}

async fn send(client: &Client, query: ListQuery, beside: bool) -> PageAnswer {
    let mut slow = false;
    if beside {
        // Refused once is enough to know that others wait.
        let once = client.sending_once();
        match timeout(PATIENCE, once.list_page(&query)).await {
            Ok(Err(error)) if error.retryable() => slow = is_throttled(&error),
            Ok(answer) => return (answer, false),
            Err(_) => {}
        }
    }
    let answer = client.list_page(&query).await;
    (answer, slow)
}

/// Whether the server says that it has enough.
pub fn is_throttled(error: &Error) -> bool {
    error.is(&ErrorKind::Throttled) || matches!(error.status, Some(429 | 503))
}
