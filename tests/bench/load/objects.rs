//! Objects that exist by their names: `one/<bytes>`, and `many/<count>x<bytes>/<number>`; the same
//! below `bare/`, as they are where no checksum is kept beside the ETag.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum, checksum_combine};
use md5::{Digest as _, Md5};

use super::body::{PERIOD, piece};

/// Before the keys of objects without a checksum.
pub const BARE: &str = "bare/";

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
    let key = key.strip_prefix(BARE).unwrap_or(key);
    if let Some(size) = key.strip_prefix("one/") {
        return size.parse().ok();
    }
    let (folder, number) = key.strip_prefix("many/")?.split_once('/')?;
    let (count, size) = many(folder)?;
    (number.len() == 8 && number.parse::<u64>().ok()? < count).then_some(size)
}

/// MD5 of a small object, as after one PUT; no digest of a large one, as after many parts.
pub fn etag(size: u64) -> String {
    static KNOWN: Known = Mutex::new(None);
    known(&KNOWN, size, digest)
}

/// What is kept beside the ETag of a synthetic object: as by AWS, the CRC64NVME of all of it.
pub fn checksums(key: &str, size: u64) -> Vec<(String, String)> {
    static KNOWN: Known = Mutex::new(None);
    if key.starts_with(BARE) {
        return Vec::new();
    }
    let header = |name: &str, value: String| (format!("x-amz-checksum-{name}"), value);
    let crc = known(&KNOWN, size, crc64nvme);
    vec![header("crc64nvme", crc), header("type", "FULL_OBJECT".to_owned())]
}

/// What was reckoned of objects by their size.
type Known = Mutex<Option<HashMap<u64, String>>>;

fn known(before: &Known, size: u64, reckon: fn(u64) -> String) -> String {
    let mut known = before.lock().unwrap();
    known.get_or_insert_default().entry(size).or_insert_with(|| reckon(size)).clone()
}

fn crc64nvme(size: u64) -> String {
    const NVME: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;
    let of = |size: u64| {
        let (mut bytes, mut at) = (Vec::new(), 0);
        while at < size {
            bytes.extend_from_slice(&piece(at, size - at));
            at = bytes.len() as u64;
        }
        checksum(NVME, &bytes)
    };
    let period = of(PERIOD);
    let rest = size % PERIOD;
    let whole = (0..size / PERIOD).fold(0, |crc, _| checksum_combine(NVME, crc, period, PERIOD));
    let crc = if rest == 0 { whole } else { checksum_combine(NVME, whole, of(rest), rest) };
    STANDARD.encode(crc.to_be_bytes())
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
    /// Only keys behind this one.
    pub behind: &'a str,
    pub max_keys: Option<u64>,
    pub encoded: bool,
}

impl Listing<'_> {
    pub fn page(&self) -> String {
        let (mut rows, mut count, mut next) = (String::new(), 0, None);
        let bare = if self.prefix.starts_with(BARE) { BARE } else { "" };
        let below = self.prefix[bare.len()..].strip_prefix("many/");
        let below = below.and_then(|rest| rest.split_once('/'));
        if let Some((folder, number)) = below
            && let Some((all, size)) = many(folder)
        {
            let key = |name: &str| format!("{bare}many/{folder}/{name}");
            let from = self.token.unwrap_or_else(|| self.first_behind(all, key));
            let names = (from..all).map(|at| (at, format!("{at:08}")));
            let most = self.max_keys.unwrap_or(PAGE).min(PAGE);
            for (at, name) in names.filter(|(_, name)| name.starts_with(number)) {
                if count == most {
                    next = Some(at);
                    break;
                }
                count += 1;
                row(&mut rows, &key(&name), size);
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

    fn first_behind(&self, all: u64, key: impl Fn(&str) -> String) -> u64 {
        let (mut least, mut most) = (0, all);
        while least < most {
            let middle = u64::midpoint(least, most);
            match *key(&format!("{middle:08}")) > *self.behind {
                true => most = middle,
                false => least = middle + 1,
            }
        }
        least
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
         <ETag>&quot;{}&quot;</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass>\
         </Contents>",
        etag(size)
    );
}
