//! Limits the length of answers by what S3 itself allows in them.

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// S3's errors are below 2 KiB; a proxy's page with its style sheet may be longer, and only its
/// start is shown.
pub const REFUSAL: usize = 64 * KIB;

/// 1,000 rows, each with a key of 1,024 bytes that grows sixfold where every byte is escaped, and
/// less than 1 KiB beside it: 6.9 MiB (S3 API reference, ListObjectsV2: MaxKeys; user guide, object
/// keys).
const PAGE: usize = 8 * MIB;

/// 1,000 parts with ETag and checksums, below 1 KiB each (S3 API reference, ListParts: MaxParts).
const PARTS: usize = MIB;

/// 10 tags, a name of 128 and a value of 256 characters, each of 6 bytes at most: 23 KiB (S3 user
/// guide, object tagging).
const TAGS: usize = 64 * KIB;

/// Rules and policies end at 64 KiB where a limit is told (S3 user guide, CORS), a lifecycle of
/// 1,000 rules is longer.
const SETTINGS: usize = MIB;

/// A short document after the blanks that S3 sends while it assembles or copies (S3 API reference,
/// CompleteMultipartUpload).
const LATE: usize = 256 * KIB;

/// Bytes of the longest answer that is read.
pub fn most(operation: &str, success: bool) -> usize {
    match operation {
        _ if !success => REFUSAL,
        "DeleteObject" | "DeleteBucket" | "AbortMultipartUpload" => 0,
        "ListParts" => PARTS,
        // DeleteObjects names up to 1,000 keys as well.
        "DeleteObjects" => PAGE,
        "GetObjectTagging" => TAGS,
        "CompleteMultipartUpload" | "CopyObject" | "UploadPartCopy" => LATE,
        list if list.starts_with("List") => PAGE,
        get if get.starts_with("Get") => SETTINGS,
        _ => REFUSAL,
    }
}
