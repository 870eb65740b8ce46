//! What was uploaded, without its bytes: as much as clients ask for afterwards.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use http::HeaderMap;
use md5::{Digest as _, Md5};

use super::objects::hex;

/// An object or a part somebody sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub size: u64,
    pub etag: String,
    /// `x-amz-checksum-…` and `x-amz-meta-…` as they came.
    pub headers: Vec<(String, String)>,
}

impl Sent {
    /// The ETag is the Content-MD5 that came, else nothing that means the bytes.
    pub fn new(size: u64, headers: &HeaderMap) -> Sent {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let md5 = text("content-md5").and_then(|value| STANDARD.decode(value).ok());
        let etag = md5
            .map_or_else(|| format!("{}-1", hex(&size.to_be_bytes().repeat(2))), |md5| hex(&md5));
        let kept = |name: &str| {
            (name.starts_with("x-amz-checksum-") || name.starts_with("x-amz-meta-"))
                && !name.ends_with("-mode")
        };
        let headers = headers.iter().filter(|(name, _)| kept(name.as_str()));
        let headers = headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        Sent { size, etag, headers: headers.collect() }
    }

    fn crc64nvme(&self) -> Option<u64> {
        let (_, value) =
            self.headers.iter().find(|(name, _)| name == "x-amz-checksum-crc64nvme")?;
        Some(u64::from_be_bytes(STANDARD.decode(value).ok()?.try_into().ok()?))
    }
}

/// Objects and unfinished uploads by bucket and key.
#[derive(Default)]
pub struct Received {
    objects: Mutex<HashMap<String, Sent>>,
    uploads: Mutex<HashMap<String, Upload>>,
}

#[derive(Default)]
struct Upload {
    headers: Vec<(String, String)>,
    parts: BTreeMap<u32, Sent>,
}

impl Received {
    pub fn put(&self, place: &str, sent: Sent) {
        self.objects.lock().unwrap().insert(place.to_owned(), sent);
    }

    pub fn find(&self, place: &str) -> Option<Sent> {
        self.objects.lock().unwrap().get(place).cloned()
    }

    pub fn delete(&self, place: &str) {
        self.objects.lock().unwrap().remove(place);
    }

    pub fn begin(&self, headers: &HeaderMap) -> String {
        let mut uploads = self.uploads.lock().unwrap();
        let headers = Sent::new(0, headers).headers;
        let meta = headers.into_iter().filter(|(name, _)| name.starts_with("x-amz-meta-"));
        let mut number = uploads.len();
        while uploads.contains_key(&format!("upload-{number}")) {
            number += 1;
        }
        let id = format!("upload-{number}");
        uploads.insert(id.clone(), Upload { headers: meta.collect(), parts: BTreeMap::new() });
        id
    }

    /// Whether there is such an upload.
    pub fn part(&self, id: &str, number: u32, part: Sent) -> bool {
        let mut uploads = self.uploads.lock().unwrap();
        uploads.get_mut(id).map(|upload| upload.parts.insert(number, part)).is_some()
    }

    pub fn abort(&self, id: &str) {
        self.uploads.lock().unwrap().remove(id);
    }

    /// The parts as ListParts tells them.
    pub fn parts(&self, id: &str) -> Option<String> {
        let uploads = self.uploads.lock().unwrap();
        let mut told = String::new();
        for (number, part) in &uploads.get(id)?.parts {
            let _ = write!(
                told,
                "<Part><PartNumber>{number}</PartNumber><ETag>&quot;{}&quot;</ETag><Size>{}</Size>\
                 </Part>",
                part.etag, part.size
            );
        }
        Some(told)
    }

    /// The object the parts make, with the checksum of the whole where every part brought one.
    pub fn complete(&self, id: &str, place: &str) -> Option<(Sent, Option<String>)> {
        let Upload { mut headers, parts } = self.uploads.lock().unwrap().remove(id)?;
        let mut digests = Md5::new();
        let (mut size, mut crc) = (0, Some(None));
        for part in parts.values() {
            let nibble = |at| u8::from_str_radix(part.etag.get(at..at + 2)?, 16).ok();
            digests.update((0..16).map_while(|at| nibble(2 * at)).collect::<Vec<_>>());
            crc = crc.zip(part.crc64nvme()).map(|(whole, of_part)| {
                let whole = whole.unwrap_or(0);
                Some(checksum_combine(CrcAlgorithm::Crc64Nvme, whole, of_part, part.size))
            });
            size += part.size;
        }
        let etag = format!("{}-{}", hex(&digests.finalize()), parts.len());
        let crc = crc.flatten().map(|crc| STANDARD.encode(crc.to_be_bytes()));
        headers.extend(crc.clone().map(|crc| ("x-amz-checksum-crc64nvme".to_owned(), crc)));
        let whole = Sent { size, etag, headers };
        self.put(place, whole.clone());
        Some((whole, crc))
    }
}
