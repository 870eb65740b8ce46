//! One page of ListObjectsV2, with every key exactly as the server means it.

pub mod decode;

use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{EncodingType, Object};

use crate::domain::address::DELIMITER;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Class, ContinuationToken, ListedPage, Page};
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::list::decode::Decoder;
use crate::s3::time::timestamp;

impl Client {
    /// A key that does not start with the asked prefix, or a page that claims to go on and gives no token, is
    /// `BrokenListing`. The object named like the prefix itself is a row with an empty name.
    pub async fn list_page(&self, query: &ListQuery) -> Result<ListedPage, Error> {
        let call = Call::on_bucket("ListObjectsV2", &query.bucket);
        let call = Call { place: format!("s3://{}/{}", query.bucket, query.prefix), ..call };
        let output = self
            .run(&call, |sdk| {
                let request = sdk
                    .list_objects_v2()
                    .bucket(self.wire(&query.bucket))
                    .prefix(query.prefix.as_str())
                    .encoding_type(EncodingType::Url)
                    .max_keys(i32::from(query.max_keys.min(1000)))
                    .set_delimiter(query.delimited.then(|| DELIMITER.to_string()))
                    .set_continuation_token(query.token.as_ref().map(|token| token.0.clone()));
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        let next = next(&output, &call)?;
        Ok(ListedPage { page: Arc::new(page(&output, query, &call)?), next })
    }
}

fn next(output: &ListObjectsV2Output, call: &Call) -> Result<Option<ContinuationToken>, Error> {
    let token = output.next_continuation_token().filter(|token| !token.is_empty());
    match (output.is_truncated(), token) {
        (Some(false), _) => Ok(None),
        (_, Some(token)) => Ok(Some(ContinuationToken(token.to_owned()))),
        (Some(true), None) => {
            Err(call.fails(ErrorKind::BrokenListing, "the page is truncated and has no token"))
        }
        (None, None) => {
            Err(call
                .fails(ErrorKind::BrokenListing, "the page does not say whether it is the last"))
        }
    }
}

/// Merges objects and common prefixes, which the answer gives as two lists, into key order.
fn page(output: &ListObjectsV2Output, query: &ListQuery, call: &Call) -> Result<Page, Error> {
    let decoder = Decoder::of(output, query.prefix.as_str());
    let name = |raw: &str| -> Result<String, Error> {
        decoder.name(raw).ok_or_else(|| {
            call.fails(ErrorKind::BrokenListing, format!("{raw:?} is not below the prefix"))
        })
    };
    let mut rows: Vec<(String, Option<&Object>)> = Vec::new();
    for object in output.contents() {
        rows.push((name(object.key().unwrap_or_default())?, Some(object)));
    }
    for prefix in output.common_prefixes() {
        let name = name(prefix.prefix().unwrap_or_default())?;
        if name.is_empty() {
            return Err(
                call.fails(ErrorKind::BrokenListing, "a common prefix is the prefix itself")
            );
        }
        rows.push((name, None));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut page = Page::with_capacity(rows.len(), rows.iter().map(|row| row.0.len()).sum());
    for (name, object) in &rows {
        match object {
            None => page.push_prefix(name),
            Some(object) => page.push_object(
                name,
                size(object),
                object.last_modified().and_then(timestamp),
                Class::parse(object.storage_class().map_or("", |class| class.as_str())),
            ),
        }
    }
    Ok(page)
}

fn size(object: &Object) -> u64 {
    object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default()
}
