//! Requests one page of ListObjectsV2, and gives every key exactly as the server means it.

mod after;
pub mod names;
mod past;
pub mod spelling;

use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::domain::address::{DELIMITER, MAX_KEY_BYTES, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Class, ContinuationToken, ListedPage, Page, Row, RowKind};
use crate::domain::page_cursor::next_page;
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::spelling::Spellings;
use crate::s3::sdk::time::timestamp;

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
        let output = self.ask_page(query, encoding(query), &call).await?;
        let told = next(&output, &call)?;
        let page = self.page(&output, query, &call).await?;
        let next = self.onward(told, &page, query, &call).await?;
        Ok(ListedPage { page: Arc::new(page), next })
    }

    async fn ask_page(
        &self,
        query: &ListQuery,
        encoding: Option<EncodingType>,
        call: &Call,
    ) -> Result<ListObjectsV2Output, Error> {
        let (token, last) = query.token.as_ref().map_or((None, None), ContinuationToken::parts);
        let behind = last.filter(|_| token.is_none());
        let start = behind.map(|last| after::start(last, query.delimited, query.prefix.as_str()));
        self.run(call, |sdk, bucket| {
            let request = sdk
                .list_objects_v2()
                .bucket(bucket)
                .prefix(query.prefix.as_str())
                .set_request_payer(self.access().payer())
                .set_encoding_type(encoding.clone())
                .max_keys(i32::from(query.max_keys.min(1000)))
                .set_delimiter(query.delimited.then(|| DELIMITER.to_string()))
                .set_start_after(start.clone())
                .set_continuation_token(token.map(str::to_owned));
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// Merges objects and common prefixes, which the answer gives as two lists, into key order.
    async fn page(
        &self,
        output: &ListObjectsV2Output,
        query: &ListQuery,
        call: &Call,
    ) -> Result<Page, Error> {
        let keys = texts(output, Field::Key)
            .ok_or_else(|| call.fails(ErrorKind::BrokenListing, "an object has no key"))?;
        let prefixes = texts(output, Field::CommonPrefix)
            .ok_or_else(|| call.fails(ErrorKind::BrokenListing, "a common prefix has no name"))?;
        let echoed = output.encoding_type().is_some();
        let keys = self.names(Field::Key, &keys, echoed, query, call).await?;
        let prefixes = self.names(Field::CommonPrefix, &prefixes, echoed, query, call).await?;
        let below = query.prefix.as_str().len();
        let objects = keys.into_iter().zip(output.contents().iter().map(Some));
        let mut rows: Vec<(String, Option<&Object>)> = objects.collect();
        for name in prefixes {
            if name.len() == below {
                let why = "a common prefix is the prefix itself";
                return Err(call.fails(ErrorKind::BrokenListing, why));
            }
            rows.push((name, None));
        }
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let text = rows.iter().map(|row| row.0.len() - below).sum();
        let mut page = Page::with_capacity(rows.len(), text).with_etags(query.etags);
        for (name, object) in &rows {
            match object {
                None => page.push_prefix(&name[below..]),
                Some(object) => page.push_row(Row {
                    name: &name[below..],
                    kind: RowKind::Object {
                        size: size(object),
                        modified: object.last_modified().and_then(timestamp),
                        class: Class::parse(
                            object.storage_class().map_or("", |class| class.as_str()),
                        ),
                    },
                    version: None,
                    etag: object.e_tag().map(|etag| etag.trim_matches('"')),
                }),
            }
        }
        Ok(page)
    }

    async fn names(
        &self,
        field: Field,
        texts: &[&str],
        echoed: bool,
        query: &ListQuery,
        call: &Call,
    ) -> Result<Vec<String>, Error> {
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
        match names.iter().map(String::len).max() {
            Some(longest) if longest > MAX_KEY_BYTES => {
                let why =
                    format!("a key has {longest} bytes, and S3's have {MAX_KEY_BYTES} at most");
                Err(call.fails(ErrorKind::BrokenListing, why))
            }
            _ => Ok(names),
        }
    }
}

/// Behind a name a server is asked without an encoding: it would compare the name with encoded
/// ones.
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
            Ok(!found.contents().is_empty() || !found.common_prefixes().is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let output = self.client.ask_page(self.query, None, self.call).await.ok()?;
            let texts = texts(&output, self.field)?;
            Some(texts.into_iter().map(str::to_owned).collect())
        }
        .boxed()
    }
}

/// The names of a page as they are written; `None` where a row has none.
fn texts(output: &ListObjectsV2Output, field: Field) -> Option<Vec<&str>> {
    let named = |text: Option<&'_ str>| text.is_some_and(|text| !text.is_empty());
    let texts: Vec<Option<&str>> = match field {
        Field::CommonPrefix | Field::VersionPrefix => {
            output.common_prefixes().iter().map(|row| row.prefix()).collect()
        }
        Field::Key | Field::UploadKey | Field::VersionKey => {
            output.contents().iter().map(|row| row.key()).collect()
        }
    };
    texts.iter().all(|text| named(*text)).then(|| texts.into_iter().flatten().collect())
}

fn next<'a>(output: &'a ListObjectsV2Output, call: &Call) -> Result<Option<&'a str>, Error> {
    let broken = |why| call.fails(ErrorKind::BrokenListing, why);
    let token = output.next_continuation_token().filter(|token| !token.is_empty());
    let truncated = output.is_truncated().or(token.map(|_| true));
    let truncated =
        truncated.ok_or_else(|| broken("the page does not say whether it is the last"))?;
    next_page(truncated, token).map_err(broken)
}

fn size(object: &Object) -> u64 {
    object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default()
}
