//! Names the S3 operation of a request from its method, path and query.

use http::{HeaderMap, Method};

/// What a request is about, before anything is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub operation: &'static str,
    /// Empty for the service itself.
    pub bucket: String,
    /// Decoded; empty for a bucket.
    pub key: String,
}

impl Target {
    pub fn of(method: &Method, path: &str, query: &str, headers: &HeaderMap) -> Target {
        let decoded = percent_encoding::percent_decode_str(path.trim_start_matches('/'))
            .decode_utf8_lossy()
            .into_owned();
        let (bucket, key) = decoded.split_once('/').unwrap_or((decoded.as_str(), ""));
        let copies = headers.contains_key("x-amz-copy-source");
        let operation = match (bucket.is_empty(), key.is_empty()) {
            (true, _) => "ListBuckets",
            (false, true) => bucket_operation(method, query),
            (false, false) => object_operation(method, query, copies),
        };
        Target { operation, bucket: bucket.to_owned(), key: key.to_owned() }
    }
}

fn has(query: &str, name: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

fn bucket_operation(method: &Method, query: &str) -> &'static str {
    match method.as_str() {
        "HEAD" => "HeadBucket",
        "POST" => "DeleteObjects",
        "PUT" => settings(query, SETTINGS_PUT).unwrap_or("CreateBucket"),
        "DELETE" => settings(query, SETTINGS_DELETE).unwrap_or("DeleteBucket"),
        _ if has(query, "list-type") => "ListObjectsV2",
        _ if has(query, "inventory") && has(query, "id") => "GetBucketInventoryConfiguration",
        _ => settings(query, SETTINGS_GET).unwrap_or("ListObjects"),
    }
}

fn object_operation(method: &Method, query: &str, copies: bool) -> &'static str {
    let upload = has(query, "uploadId");
    match method.as_str() {
        "HEAD" => "HeadObject",
        "POST" if has(query, "restore") => "RestoreObject",
        "POST" if has(query, "uploads") => "CreateMultipartUpload",
        "POST" => "CompleteMultipartUpload",
        "PUT" if upload && copies => "UploadPartCopy",
        "PUT" if upload => "UploadPart",
        "PUT" if has(query, "tagging") => "PutObjectTagging",
        "PUT" if has(query, "acl") => "PutObjectAcl",
        "PUT" if has(query, "retention") => "PutObjectRetention",
        "PUT" if has(query, "legal-hold") => "PutObjectLegalHold",
        "PUT" if copies => "CopyObject",
        "PUT" => "PutObject",
        "DELETE" if upload => "AbortMultipartUpload",
        "DELETE" if has(query, "tagging") => "DeleteObjectTagging",
        "DELETE" => "DeleteObject",
        _ if upload => "ListParts",
        _ if has(query, "tagging") => "GetObjectTagging",
        _ if has(query, "acl") => "GetObjectAcl",
        _ if has(query, "retention") => "GetObjectRetention",
        _ if has(query, "legal-hold") => "GetObjectLegalHold",
        _ if has(query, "attributes") => "GetObjectAttributes",
        _ => "GetObject",
    }
}

type Names = &'static [(&'static str, &'static str)];

const SETTINGS_GET: Names = &[
    ("versions", "ListObjectVersions"),
    ("uploads", "ListMultipartUploads"),
    ("location", "GetBucketLocation"),
    ("versioning", "GetBucketVersioning"),
    ("lifecycle", "GetBucketLifecycleConfiguration"),
    ("cors", "GetBucketCors"),
    ("policy", "GetBucketPolicy"),
    ("acl", "GetBucketAcl"),
    ("tagging", "GetBucketTagging"),
    ("encryption", "GetBucketEncryption"),
    ("publicAccessBlock", "GetPublicAccessBlock"),
    ("ownershipControls", "GetBucketOwnershipControls"),
    ("object-lock", "GetObjectLockConfiguration"),
    ("logging", "GetBucketLogging"),
    ("notification", "GetBucketNotificationConfiguration"),
    ("website", "GetBucketWebsite"),
    ("replication", "GetBucketReplication"),
    ("accelerate", "GetBucketAccelerateConfiguration"),
    ("requestPayment", "GetBucketRequestPayment"),
    ("inventory", "ListBucketInventoryConfigurations"),
];

const SETTINGS_PUT: Names = &[
    ("versioning", "PutBucketVersioning"),
    ("lifecycle", "PutBucketLifecycleConfiguration"),
    ("cors", "PutBucketCors"),
    ("policy", "PutBucketPolicy"),
    ("acl", "PutBucketAcl"),
    ("tagging", "PutBucketTagging"),
    ("encryption", "PutBucketEncryption"),
    ("publicAccessBlock", "PutPublicAccessBlock"),
    ("ownershipControls", "PutBucketOwnershipControls"),
    ("object-lock", "PutObjectLockConfiguration"),
    ("logging", "PutBucketLogging"),
    ("notification", "PutBucketNotificationConfiguration"),
    ("website", "PutBucketWebsite"),
    ("replication", "PutBucketReplication"),
    ("accelerate", "PutBucketAccelerateConfiguration"),
    ("requestPayment", "PutBucketRequestPayment"),
    ("inventory", "PutBucketInventoryConfiguration"),
];

const SETTINGS_DELETE: Names = &[
    ("lifecycle", "DeleteBucketLifecycle"),
    ("cors", "DeleteBucketCors"),
    ("policy", "DeleteBucketPolicy"),
    ("tagging", "DeleteBucketTagging"),
    ("encryption", "DeleteBucketEncryption"),
    ("publicAccessBlock", "DeletePublicAccessBlock"),
    ("ownershipControls", "DeleteBucketOwnershipControls"),
    ("website", "DeleteBucketWebsite"),
    ("replication", "DeleteBucketReplication"),
    ("inventory", "DeleteBucketInventoryConfiguration"),
];

fn settings(query: &str, names: Names) -> Option<&'static str> {
    names.iter().find(|(name, _)| has(query, name)).map(|(_, operation)| *operation)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::Target;

    fn name(method: &Method, path: &str, query: &str) -> &'static str {
        Target::of(method, path, query, &HeaderMap::new()).operation
    }

    #[test]
    fn requests_have_the_names_of_the_field() {
        assert_eq!(name(&Method::GET, "/", ""), "ListBuckets");
        assert_eq!(name(&Method::GET, "/b", "list-type=2&prefix=a"), "ListObjectsV2");
        assert_eq!(name(&Method::GET, "/b/", "prefix=versions"), "ListObjects");
        assert_eq!(name(&Method::GET, "/b/k", "x-id=GetObject"), "GetObject");
        assert_eq!(name(&Method::POST, "/b/k", "uploads"), "CreateMultipartUpload");
        assert_eq!(name(&Method::PUT, "/b/k", "partNumber=1&uploadId=u"), "UploadPart");
        assert_eq!(name(&Method::DELETE, "/b", "policy"), "DeleteBucketPolicy");
    }

    #[test]
    fn keys_keep_their_slashes_and_control_characters() {
        let target = Target::of(&Method::GET, "/b//a%1B%2F/", "", &HeaderMap::new());
        assert_eq!((target.bucket.as_str(), target.key.as_str()), ("b", "/a\u{1b}//"));
    }
}
