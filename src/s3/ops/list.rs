//! Requests one page of ListObjectsV2, and gives every key exactly as the server means it.

pub(super) mod after;
pub mod names;
mod past;
pub mod scan;
pub mod spelling;

use std::borrow::Cow;
use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
use aws_sdk_s3::types::EncodingType;
use aws_smithy_runtime_api::client::interceptors::context::Output;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::domain::address::{DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, ListedPage, Page, Row};
use crate::domain::page_cursor::next_page;
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::scan::{WrittenPage, scan};
use crate::s3::ops::list::spelling::Spellings;
use crate::s3::sdk::scanned::Scanned;

impl Client {
    /// A key that does not start with the asked prefix, or a page that claims to go on and gives no
    /// token, is `BrokenListing`. The object named like the prefix itself is a row with an empty
    /// name. Where a server may have encoded a name or not, it is asked which.
    pub async fn list_page(&self, query: &ListQuery) -> Result<ListedPage, Error> {
        if let Some(at) = query.at {
            return self.list_page_at(query, at).await;
        }
        let call = Call::on_bucket("ListObjectsV2", &query.bucket);
        let call = Call { place: format!("s3://{}/{}", query.bucket, query.prefix), ..call };
        let written = self.ask_page(query, encoding(query), &call).await?;
        let told = next(&written, &call)?;
        let page = self.page(&written, query, &call).await?;
        let next = self.onward(told, &page, query, &call).await?;
        Ok(ListedPage { page: Arc::new(page), next })
    }

    async fn ask_page(
        &self,
        query: &ListQuery,
        encoding: Option<EncodingType>,
        call: &Call,
    ) -> Result<WrittenPage, Error> {
        let (token, last) = query.token.as_ref().map_or((None, None), ContinuationToken::parts);
        let behind = last.filter(|_| token.is_none());
        let start = behind.map(|last| after::start(last, query.delimited, query.prefix.as_str()));
        let etags = query.etags;
        self.run(call, |sdk, bucket| {
            let scanned =
                Scanned::of(&ListObjectsV2::new(), no_output, move |body| scan(body, etags));
            let request = sdk
                .list_objects_v2()
                .bucket(bucket)
                .prefix(query.prefix.as_str())
                .set_request_payer(self.access(&query.bucket).payer())
                .set_encoding_type(encoding.clone())
                .max_keys(i32::from(query.max_keys.min(1000)))
                .set_delimiter(query.delimited.then(|| DELIMITER.to_string()))
                .set_start_after(start.clone())
                .set_continuation_token(token.map(str::to_owned))
                .customize()
                .interceptor(scanned.clone());
            async move {
                request.send().await.map_err(|error| call.failed(error))?;
                scanned.take(call)
            }
        })
        .await
    }

    /// Brings objects and common prefixes, which S3 writes one after the other, into key order.
    async fn page(
        &self,
        written: &WrittenPage,
        query: &ListQuery,
        call: &Call,
    ) -> Result<Page, Error> {
        let (rows, encoded) = (&written.rows, written.encoded);
        let keys = texts(rows, Field::Key);
        let keys = self.names(Field::Key, &keys, encoded, query, call).await?;
        let prefixes = texts(rows, Field::CommonPrefix);
        let prefixes = self.names(Field::CommonPrefix, &prefixes, encoded, query, call).await?;
        let below = query.prefix.as_str().len();
        if prefixes.iter().any(|name| name.len() == below) {
            let why = "a common prefix is the prefix itself";
            return Err(call.fails(ErrorKind::BrokenListing, why));
        }
        let (mut keys, mut prefixes) = (keys.into_iter(), prefixes.into_iter());
        let mut named: Vec<(Cow<'_, str>, Row<'_>)> = Vec::with_capacity(rows.len());
        for row in rows.rows() {
            let name = if row.is_prefix() { prefixes.next() } else { keys.next() };
            named.extend(name.map(|name| (name, row)));
        }
        named.sort_by(|(a, of_a), (b, of_b)| {
            a.cmp(b).then_with(|| of_a.is_prefix().cmp(&of_b.is_prefix()))
        });
        let text = named.iter().map(|(name, _)| name.len() - below).sum();
        let mut page = Page::with_capacity(named.len(), text).with_etags(query.etags);
        for (name, row) in &named {
            page.push_row(Row { name: &name[below..], ..*row });
        }
        Ok(page)
    }

    async fn names<'t>(
        &self,
        field: Field,
        texts: &[&'t str],
        echoed: bool,
        query: &ListQuery,
        call: &Call,
    ) -> Result<Vec<Cow<'t, str>>, Error> {
        let names = PageNames {
            place: NameContext { field, prefix: query.prefix.as_str(), delimited: query.delimited },
            told: match encoding(query) {
                None if !echoed => Some(Spellings::PLAIN),
                _ => told(self.provider(), field, echoed),
            },
            learned: self.learned_names(),
            ask: &Asking { client: self, query, field, call },
            call,
        };
        let names = names.read(texts).await?;
        match names.iter().map(|name| name.len()).max() {
            Some(longest) if longest > MAX_KEY_BYTES => {
                let why =
                    format!("a key has {longest} bytes, and S3's have {MAX_KEY_BYTES} at most");
                Err(call.fails(ErrorKind::BrokenListing, why))
            }
            _ => Ok(names),
        }
    }
}

/// A listing that begins behind a name is asked without an encoding: the server would compare the
/// name with encoded ones.
fn encoding(query: &ListQuery) -> Option<EncodingType> {
    let of_server = |token: &ContinuationToken| token.parts().0.is_some();
    query.token.as_ref().is_none_or(of_server).then_some(EncodingType::Url)
}

/// Asks by listing what a name would be of.
struct Asking<'a> {
    client: &'a Client,
    query: &'a ListQuery,
    field: Field,
    call: &'a Call,
}

impl Ask for Asking<'_> {
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, Error>> {
        let query = ListQuery {
            prefix: Prefix::new(name),
            delimited: false,
            at: None,
            token: None,
            max_keys: 1,
            etags: false,
            bucket: self.query.bucket.clone(),
        };
        async move {
            let found = self.client.ask_page(&query, None, self.call).await?;
            Ok(!found.rows.is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let written = self.client.ask_page(self.query, None, self.call).await.ok()?;
            let texts = texts(&written.rows, self.field);
            Some(texts.into_iter().map(str::to_owned).collect())
        }
        .boxed()
    }
}

fn no_output() -> Output {
    Output::erase(ListObjectsV2Output::builder().build())
}

/// The names of a page's keys, or of its prefixes, as they are written.
fn texts(rows: &Page, field: Field) -> Vec<&str> {
    let prefixes = matches!(field, Field::CommonPrefix | Field::VersionPrefix);
    let own = rows.rows().filter(|row| row.is_prefix() == prefixes);
    own.map(|row| row.name).collect()
}

fn next<'a>(written: &'a WrittenPage, call: &Call) -> Result<Option<&'a str>, Error> {
    let broken = |why| call.fails(ErrorKind::BrokenListing, why);
    let token = written.token.as_deref().filter(|token| !token.is_empty());
    let truncated = written.truncated.or(token.map(|_| true));
    let truncated =
        truncated.ok_or_else(|| broken("the page does not say whether it is the last"))?;
    next_page(truncated, token).map_err(broken)
}

#[cfg(test)]
mod by_sdk;
