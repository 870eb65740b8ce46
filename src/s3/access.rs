//! Sends requests about objects with a key of the customer's own (SSE-C), or at the requester's
//! cost.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::types::RequestPayer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use secrecy::zeroize::Zeroizing;
use tokio::sync::OnceCell;

use crate::config::connection::KnownBucket;
use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind, KEY_NEEDS_TLS, UNSIGNED, WITH_OWN_KEY};
use crate::domain::presign::LinkMethod;
use crate::domain::protection::AccessSpec;
use crate::s3::key_command::{LIMIT, MOST, READ_KEY, printed, program};
use crate::s3::tasks::blocking;

/// Bytes of a key.
const KEY: usize = 32;

/// The keys that commands print, by their commands: each is run once for all clients, also for
/// those that are made anew.
static PRINTED: Mutex<BTreeMap<String, PrintedKey>> = Mutex::new(BTreeMap::new());

type PrintedKey = Arc<OnceCell<Arc<CustomerKey>>>;

/// Cheap to clone; shows no key.
#[derive(Clone, Debug, Default)]
pub struct Access {
    key: Option<Arc<CustomerKey>>,
    requester_pays: bool,
}

/// How the objects of single buckets are asked for, as their connection says.
#[derive(Debug, Default)]
pub struct BucketAccesses(HashMap<Bucket, (AccessSpec, OnceCell<Access>)>);

impl BucketAccesses {
    pub fn of(known: &[KnownBucket]) -> BucketAccesses {
        let special = known.iter().filter(|known| !known.access.is_plain());
        let access = |known: &KnownBucket| (known.access.clone(), OnceCell::new());
        BucketAccesses(special.map(|known| (known.bucket.clone(), access(known))).collect())
    }

    /// Reads the key when it is needed first, and again where that failed; whoever else needs it
    /// meanwhile waits. A command that is not waited for any more is ended.
    ///
    /// # Errors
    /// As [`Access::of`]; a key that is no file of its own is not waited for.
    pub async fn prepare(&self, bucket: &Bucket) -> Result<(), Error> {
        let Some((spec, known)) = self.0.get(bucket) else { return Ok(()) };
        Box::pin(known.get_or_try_init(|| Access::of_bucket(spec))).await.map(drop)
    }

    /// The access that is prepared for the bucket.
    pub fn known(&self, bucket: &Bucket) -> Access {
        self.0.get(bucket).and_then(|(_, known)| known.get().cloned()).unwrap_or_default()
    }
}

/// A key for AES-256 that the server keeps no copy of.
struct CustomerKey {
    base64: Zeroizing<String>,
    md5: String,
}

impl CustomerKey {
    /// `None` where these are no key.
    fn of(bytes: &[u8]) -> Option<CustomerKey> {
        let raw = Zeroizing::new(raw_key(bytes)?);
        let md5 = STANDARD.encode(Md5::digest(*raw));
        Some(CustomerKey { base64: Zeroizing::new(STANDARD.encode(*raw)), md5 })
    }

    /// What a command prints, which is run where it has not printed a key yet.
    async fn printed(command: &str) -> Result<Arc<CustomerKey>, Error> {
        let known = {
            let mut known = PRINTED.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(command.to_owned()).or_default())
        };
        let run = || async {
            let key = CustomerKey::of(&printed(command, LIMIT).await?);
            key.map(Arc::new).ok_or_else(|| {
                Error::new(ErrorKind::Config, READ_KEY, program(command))
                    .detail("the command has to print a key for SSE-C: 32 bytes, raw or in base64")
            })
        };
        known.get_or_try_init(run).await.cloned()
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerKey(…)")
    }
}

impl Access {
    /// Reads the key: from its file, which `named_by` names, else from its command, which is ended
    /// where nobody waits for it any more.
    ///
    /// # Errors
    /// `Config` where there is no key of 32 bytes, raw or in base64, or the command fails.
    pub async fn of(spec: &AccessSpec, named_by: &'static str) -> Result<Access, Error> {
        let key = match (spec.key_file.clone(), &spec.key_command) {
            (Some(file), _) => {
                Some(blocking(move || read_key(&file, named_by)).await.map(Arc::new)?)
            }
            (None, Some(command)) => Some(CustomerKey::printed(command).await?),
            (None, None) => None,
        };
        Ok(Access { key, requester_pays: spec.requester_pays })
    }

    /// As [`Access::of`]; a key that is no file of its own is not waited for.
    pub async fn of_bucket(spec: &AccessSpec) -> Result<Access, Error> {
        if let Some(path) = &spec.key_file
            && std::fs::metadata(path).is_ok_and(|found| !found.is_file())
        {
            return Err(Error::new(ErrorKind::Config, READ_KEY, path.display().to_string())
                .detail(
                    "a key for SSE-C is read from a file, and sse_c_key of the bucket names none",
                ));
        }
        Access::of(spec, "sse_c_key of the bucket").await
    }

    /// What is given here, and what is given there where nothing is here.
    #[must_use]
    pub fn over(&self, other: Access) -> Access {
        let requester_pays = self.requester_pays || other.requester_pays;
        Access { key: self.key.clone().or(other.key), requester_pays }
    }

    /// What is sent with a link that is signed so, by its method; `key` stands for the key.
    pub(in crate::s3) fn headers(
        &self,
        method: LinkMethod,
        key: Option<&str>,
    ) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if self.requester_pays {
            headers.push(("x-amz-request-payer", "requester".to_owned()));
        }
        if let Some(own) = self.key.as_ref().filter(|_| method != LinkMethod::Delete) {
            let key = key.unwrap_or(&own.base64).to_owned();
            headers.push(("x-amz-server-side-encryption-customer-algorithm", "AES256".to_owned()));
            headers.push(("x-amz-server-side-encryption-customer-key", key));
            headers.push(("x-amz-server-side-encryption-customer-key-md5", own.md5.clone()));
        }
        headers
    }

    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    pub fn requester_pays(&self) -> bool {
        self.requester_pays
    }

    /// The same without the key: for objects that are not encrypted with one.
    #[must_use]
    pub fn without_key(&self) -> Access {
        Access { key: None, requester_pays: self.requester_pays }
    }

    /// A refusal of a request that came with a key. One without a reason has one that needs no
    /// guessing over plain HTTP: S3 takes such a key over TLS alone, which Ceph's gateway does not
    /// say. One to read may be about the key.
    pub(in crate::s3) fn explained(&self, mut error: Error, endpoint: Option<&str>) -> Error {
        let reads = ["GetObject", "HeadObject"].contains(&error.operation.as_str());
        if self.has_key()
            && reads
            && error.is(&ErrorKind::AccessDenied)
            && ![WITH_OWN_KEY, UNSIGNED].iter().any(|said| error.detail.starts_with(said))
        {
            error.detail = format!("{WITH_OWN_KEY}: {}", error.detail);
        }
        let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http:"));
        if self.has_key()
            && plain
            && error.is(&ErrorKind::InvalidRequest)
            && error.detail.is_empty()
        {
            KEY_NEEDS_TLS.clone_into(&mut error.detail);
        }
        error
    }

    pub(in crate::s3) fn payer(&self) -> Option<RequestPayer> {
        self.requester_pays.then_some(RequestPayer::Requester)
    }

    pub(in crate::s3) fn algorithm(&self) -> Option<String> {
        self.key.as_ref().map(|_| "AES256".to_owned())
    }

    pub(in crate::s3) fn key(&self) -> Option<String> {
        self.key.as_ref().map(|key| key.base64.to_string())
    }

    pub(in crate::s3) fn key_md5(&self) -> Option<String> {
        self.key.as_ref().map(|key| key.md5.clone())
    }
}

/// Sets on a request what these share, and no trait.
macro_rules! with_access {
    ($request:expr, $access:expr) => {
        match &$access {
            access => $request
                .set_request_payer(access.payer())
                .set_sse_customer_algorithm(access.algorithm())
                .set_sse_customer_key(access.key())
                .set_sse_customer_key_md5(access.key_md5()),
        }
    };
}

/// Sets on a copy how its source is read.
macro_rules! with_source_access {
    ($request:expr, $access:expr) => {
        $request
            .set_copy_source_sse_customer_algorithm($access.algorithm())
            .set_copy_source_sse_customer_key($access.key())
            .set_copy_source_sse_customer_key_md5($access.key_md5())
    };
}

pub(in crate::s3) use {with_access, with_source_access};

fn read_key(path: &Path, named_by: &str) -> Result<CustomerKey, Error> {
    let failed = |error: &std::io::Error| Error::of_named_file(error, READ_KEY, named_by, path);
    let mut bytes = Zeroizing::new(Vec::new());
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(MOST).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    CustomerKey::of(&bytes).ok_or_else(|| {
        Error::new(ErrorKind::Config, READ_KEY, path.display().to_string())
            .detail("a key for SSE-C has 32 bytes, raw or in base64")
    })
}

fn raw_key(bytes: &[u8]) -> Option<[u8; KEY]> {
    if let Ok(raw) = bytes.try_into() {
        return Some(raw);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Zeroizing::new(STANDARD.decode(text.trim()).ok()?).as_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_refused_over_plain_http_without_a_reason_is_told_one() {
        let key = CustomerKey { base64: Zeroizing::default(), md5: String::new() };
        let access = Access { key: Some(Arc::new(key)), requester_pays: false };
        let told = |access: &Access, endpoint: &str, detail: &str| {
            let error = Error::new(ErrorKind::InvalidRequest, "PutObject", "s3://b/k");
            access.explained(error.detail(detail), Some(endpoint)).detail
        };
        assert!(told(&access, "http://s3.example", "").contains("https"));
        assert_eq!(told(&access, "http://s3.example", "too long"), "too long");
        assert_eq!(told(&access, "https://s3.example", ""), "");
        assert_eq!(told(&access.without_key(), "http://s3.example", ""), "");
    }

    #[test]
    fn a_refusal_to_read_says_that_a_key_was_sent() {
        let key = CustomerKey { base64: Zeroizing::default(), md5: String::new() };
        let access = Access { key: Some(Arc::new(key)), requester_pays: false };
        let told = |access: &Access, operation: &str| {
            let error = Error::new(ErrorKind::AccessDenied, operation, "s3://b/k");
            access.explained(error.detail("Access Denied"), None).explain().what
        };
        assert!(told(&access, "GetObject").contains("another key of yours"));
        assert!(told(&access, "HeadObject").contains("another key of yours"));
        assert!(!told(&access, "PutObject").contains("another key of yours"));
        assert!(!told(&access.without_key(), "GetObject").contains("another key of yours"));
    }

    #[test]
    fn a_key_is_raw_or_in_base64() {
        let raw = [7_u8; KEY];
        assert_eq!(raw_key(&raw), Some(raw));
        assert_eq!(raw_key(format!("{}\n", STANDARD.encode(raw)).as_bytes()), Some(raw));
        for wrong in [&b"short"[..], &[7; 31], &[7; 33], b""] {
            assert_eq!(raw_key(wrong), None);
        }
    }

    #[tokio::test]
    async fn a_key_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, [65_u8; KEY]).unwrap();
        let spec = AccessSpec { key_file: Some(file), ..AccessSpec::default() };
        let shown = format!("{:?}", Access::of(&spec, "a test").await.unwrap());
        assert!(!shown.contains("QUFB") && !shown.contains("AAAA"), "{shown}");
    }
}
