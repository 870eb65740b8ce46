//! Versions that exist by their numbers: `past` has ten of each of 100,000 keys, `siblings` ten of
//! one key among a million with one each.

use std::fmt::Write as _;

const PAGE: usize = 1000;

/// Versions of a key with a past: the newest of October 2026, one a month before.
pub const VERSIONS: usize = 10;

/// A bucket of versions.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub keys: usize,
    /// The one key that has a past; every key where none is named.
    only: Option<usize>,
}

pub fn past(bucket: &str) -> Option<Past> {
    match bucket {
        "past" => Some(Past { keys: 100_000, only: None }),
        "siblings" => Some(Past { keys: 1_000_000, only: Some(500_000) }),
        _ => None,
    }
}

pub fn key(number: usize) -> String {
    format!("k/{number:07}.json")
}

/// What a page of versions is asked with.
pub struct VersionsAsked<'a> {
    pub prefix: &'a str,
    pub key_marker: &'a str,
    pub version_marker: &'a str,
    pub max_keys: Option<usize>,
}

impl Past {
    fn versions_of(self, number: usize) -> usize {
        match self.only {
            Some(only) if only != number => 1,
            _ => VERSIONS,
        }
    }

    /// The first key that is not before a text.
    fn first(self, text: &str) -> usize {
        let (mut least, mut most) = (0, self.keys);
        while least < most {
            let middle = usize::midpoint(least, most);
            if key(middle).as_str() < text { least = middle + 1 } else { most = middle }
        }
        least
    }

    pub fn page(self, asked: &VersionsAsked<'_>) -> String {
        let mut number = self.first(asked.prefix);
        let mut version = 0;
        if !asked.key_marker.is_empty() {
            let at = self.first(asked.key_marker);
            let told = (at < self.keys && key(at) == asked.key_marker).then_some(at);
            // A version is called by its place, the newest 0.
            let place = asked
                .version_marker
                .strip_prefix('v')
                .and_then(|place| place.parse::<usize>().ok());
            (number, version) = match (told, place) {
                (Some(at), Some(place)) => {
                    (number.max(at), usize::from(at >= number) * (place + 1))
                }
                (Some(at), None) => (number.max(at + 1), 0),
                (None, _) => (number.max(at), 0),
            };
        }
        let most = asked.max_keys.unwrap_or(PAGE).min(PAGE);
        let (mut rows, mut count, mut last) = (String::new(), 0, None);
        let mut more = false;
        'keys: while number < self.keys && key(number).starts_with(asked.prefix) {
            let versions = self.versions_of(number);
            while version < versions {
                if count == most {
                    more = true;
                    break 'keys;
                }
                row(&mut rows, &key(number), version);
                last = Some((number, version));
                (count, version) = (count + 1, version + 1);
            }
            (number, version) = (number + 1, 0);
        }
        let mut page = String::with_capacity(rows.len() + 512);
        page.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        page.push_str("<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        let _ = write!(page, "<Prefix>{}</Prefix><IsTruncated>{more}</IsTruncated>", asked.prefix);
        if let (true, Some((number, version))) = (more, last) {
            let _ = write!(
                page,
                "<NextKeyMarker>{}</NextKeyMarker><NextVersionIdMarker>v{version}\
                 </NextVersionIdMarker>",
                key(number)
            );
        }
        page.push_str(&rows);
        page.push_str("</ListVersionsResult>");
        page
    }
}

fn row(rows: &mut String, key: &str, version: usize) {
    let month = VERSIONS - version;
    let _ = write!(
        rows,
        "<Version><Key>{key}</Key><VersionId>v{version}</VersionId><IsLatest>{}</IsLatest>\
         <LastModified>2026-{month:02}-01T00:00:00.000Z</LastModified>\
         <ETag>&quot;{month:032x}&quot;</ETag><Size>{}</Size><StorageClass>STANDARD\
         </StorageClass></Version>",
        version == 0,
        1000 + month,
    );
}
