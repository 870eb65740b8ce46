//! Objects that exist by their names: `one/<bytes>`, and `many/<count>x<bytes>/<number>`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use md5::{Digest as _, Md5};

use super::body::piece;

/// From here on an ETag is that of an object made of parts.
const PARTS_FROM: u64 = 16 << 20;
const PAGE: u64 = 1000;
const SIZES: &[u64] = &[65536, 1 << 20, 1 << 30, 2 << 30];

/// How many, and of how many bytes each.
fn many(folder: &str) -> Option<(u64, u64)> {
    let (count, size) = folder.split_once('x')?;
    Some((count.parse().ok()?, size.parse().ok()?))
}

/// How long the object of this key is.
pub fn size_of(key: &str) -> Option<u64> {
    if let Some(size) = key.strip_prefix("one/") {
        return size.parse().ok();
    }
    let (folder, number) = key.strip_prefix("many/")?.split_once('/')?;
    let (count, size) = many(folder)?;
    (number.len() == 8 && number.parse::<u64>().ok()? < count).then_some(size)
}

/// MD5 of a small object, as after one PUT; no digest of a large one, as after many parts.
pub fn etag(size: u64) -> String {
    static KNOWN: Mutex<Option<HashMap<u64, String>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap();
    let known = known.get_or_insert_default();
    known.entry(size).or_insert_with(|| digest(size)).clone()
}

fn digest(size: u64) -> String {
    if size >= PARTS_FROM {
        return format!("{}-{}", hex(&Md5::digest(size.to_le_bytes())), size.div_ceil(8 << 20));
    }
    let (mut digest, mut at) = (Md5::new(), 0);
    while at < size {
        let bytes = piece(at, size - at);
        digest.update(&bytes);
        at += bytes.len() as u64;
    }
    hex(&digest.finalize())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// One page of ListObjectsV2: what a listing asks, and what it is told.
pub struct Listing<'a> {
    pub bucket: &'a str,
    pub prefix: &'a str,
    pub delimited: bool,
    pub token: Option<u64>,
    pub max_keys: Option<u64>,
    pub encoded: bool,
}

impl Listing<'_> {
    pub fn page(&self) -> String {
        let (mut rows, mut count, mut next) = (String::new(), 0, None);
        let below = self.prefix.strip_prefix("many/").and_then(|rest| rest.split_once('/'));
        if let Some((folder, number)) = below
            && let Some((all, size)) = many(folder)
        {
            let names = (0..all).skip(usize::try_from(self.token.unwrap_or(0)).unwrap());
            let names = names.map(|at| (at, format!("{at:08}")));
            let most = self.max_keys.unwrap_or(PAGE).min(PAGE);
            for (at, name) in names.filter(|(_, name)| name.starts_with(number)) {
                if count == most {
                    next = Some(at);
                    break;
                }
                count += 1;
                row(&mut rows, &format!("many/{folder}/{name}"), size);
            }
        } else {
            for size in SIZES {
                let key = format!("one/{size}");
                if self.bucket == "down" && key.starts_with(self.prefix) {
                    count += 1;
                    row(&mut rows, &key, *size);
                }
            }
        }
        self.document(&rows, count, next)
    }

    fn document(&self, rows: &str, count: u64, next: Option<u64>) -> String {
        let mut page = String::with_capacity(rows.len() + 512);
        page.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        page.push_str("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        let _ = write!(
            page,
            "<Name>{}</Name><Prefix>{}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>",
            self.bucket, self.prefix
        );
        if self.delimited {
            page.push_str("<Delimiter>/</Delimiter>");
        }
        if self.encoded {
            page.push_str("<EncodingType>url</EncodingType>");
        }
        let _ = write!(page, "<IsTruncated>{}</IsTruncated>", next.is_some());
        if let Some(next) = next {
            let _ = write!(page, "<NextContinuationToken>{next}</NextContinuationToken>");
        }
        page.push_str(rows);
        page.push_str("</ListBucketResult>");
        page
    }
}

fn row(rows: &mut String, key: &str, size: u64) {
    let _ = write!(
        rows,
        "<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
         <ETag>&quot;{}&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>",
        etag(size)
    );
}
