//! Continues a listing after a name, where a server's own tokens lose what follows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use crate::domain::address::DELIMITER;
use crate::domain::error::Error;
use crate::domain::listing::{ContinuationToken, Page};
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::list::spelling::{Spellings, readings};

/// The character that sorts behind every key that begins with a prefix.
const BEHIND: char = char::MAX;

/// The server's token and the last name of the page that gave it.
pub fn token(server: &str, last: Option<&str>) -> ContinuationToken {
    match last {
        Some(last) => ContinuationToken::behind(server, last),
        None => ContinuationToken(server.to_owned()),
    }
}

/// What `start-after` has to say to go on behind a row: below a prefix nothing more is wanted.
pub fn start(name: &str, delimited: bool, prefix: &str) -> String {
    let below = name.strip_prefix(prefix).unwrap_or(name);
    if delimited && below.ends_with(DELIMITER) {
        format!("{name}{BEHIND}")
    } else {
        name.to_owned()
    }
}

/// What MinIO puts behind the last name in its tokens.
const OF_MINIO: &str = "[minio_";

/// Whether a token is the name that the next page begins with, as LocalStack's are. Those of other
/// servers are the last name of the page before, or no name.
fn names_next(token: &str, prefix: &str, last: &str) -> bool {
    let name = URL_SAFE.decode(token).ok().and_then(|name| String::from_utf8(name).ok());
    let behind = |name: String| name.starts_with(prefix) && *name > *last;
    name.filter(|name| !name.contains(OF_MINIO)).is_some_and(behind)
}

impl Client {
    /// The token of the next page. The end of a listing of many pages is believed of AWS and R2,
    /// and of a page that was asked for by a name; any other server is asked for what follows the
    /// last name, because LocalStack compares its tokens with encoded names and leaves rows out. It
    /// does so within pages too, where nothing shows it: a token like one of its own is not used.
    pub(in crate::s3) async fn onward(
        &self,
        told: Option<&str>,
        page: &Page,
        query: &ListQuery,
        call: &Call,
    ) -> Result<Option<ContinuationToken>, Error> {
        if self.provider().facts().relied_upon {
            return Ok(told.map(|told| token(told, None)));
        }
        let (by_token, before) =
            query.token.as_ref().map_or((None, None), ContinuationToken::parts);
        let prefix = query.prefix.as_str();
        let last = page.rows().last().map(|row| format!("{prefix}{}", row.name));
        let last = last.as_deref().or(before);
        let Some(last) = last else { return Ok(told.map(|told| token(told, None))) };
        // What comes without an order has no behind.
        let ordered = before.is_none_or(|before| last >= before);
        if told.is_some_and(|told| names_next(told, prefix, last)) {
            self.lose_rows();
        }
        match told {
            Some(_) if self.loses_rows() && ordered => Ok(Some(token("", Some(last)))),
            Some(told) => Ok(Some(token(told, Some(last)))),
            None if before.is_none() || by_token.is_none() || !ordered => Ok(None),
            None => {
                let query =
                    ListQuery { token: Some(token("", Some(last))), max_keys: 2, ..query.clone() };
                let found = self.ask_page(&query, None, call).await?;
                let behind =
                    |name: &str| !readings(name, Spellings::ALL, |name| name > last).is_empty();
                let left = found.rows.rows().any(|row| behind(row.name));
                if left {
                    self.lose_rows();
                }
                Ok(left.then(|| token("", Some(last))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_keeps_the_servers_own_and_the_last_name() {
        assert_eq!(token("t", Some("p/a")).parts(), (Some("t"), Some("p/a")));
        assert_eq!(token("t", None).parts(), (Some("t"), None));
        assert_eq!(token("", Some("p/a")).parts(), (None, Some("p/a")));
    }

    #[test]
    fn a_token_that_is_the_next_name_is_told_from_others() {
        let told = |name: &str| URL_SAFE.encode(name);
        assert!(names_next(&told("p/h+1/x"), "p/", "p/f"));
        assert!(!names_next(&told("p/f"), "p/", "p/f"), "Swift's are the last name");
        assert!(!names_next(&told("p/f[minio_cache:v2,return:]"), "p/", "p/f"));
        assert!(!names_next(&told("q/a"), "p/", "p/f"));
        for other in ["p/h+1", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=", "", "12"] {
            assert!(!names_next(other, "p/", "p/f"), "{other}");
        }
    }

    #[test]
    fn a_listing_goes_on_behind_all_that_is_below_a_prefix() {
        assert_eq!(start("p/a", true, "p/"), "p/a");
        assert_eq!(start("p/a/", true, "p/"), "p/a/\u{10ffff}");
        assert_eq!(start("p/a/", false, "p/"), "p/a/");
        assert_eq!(start("p/", true, "p/"), "p/");
    }
}
