//! Counts requests by the class they are billed in, and bytes moved.

use std::ops::{AddAssign, Sub};

/// The billing class of a request, in R2's words: A writes and lists, B reads, some are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestClass {
    A,
    B,
    Free,
}

/// Counts since a connection was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub class_a: u64,
    pub class_b: u64,
    pub free: u64,
    /// Bytes of bodies received and sent.
    pub received: u64,
    pub sent: u64,
}

impl RequestClass {
    /// The class of an S3 operation by its API name (r2/pricing; S3 bills the same groups). An
    /// unknown one counts as A, so that an estimate is never too low.
    pub fn of(operation: &str) -> RequestClass {
        match operation {
            "HeadBucket"
            | "HeadObject"
            | "GetObject"
            | "GetObjectAttributes"
            | "GetObjectTagging"
            | "GetBucketEncryption"
            | "GetBucketLocation"
            | "GetBucketCors"
            | "GetBucketLifecycleConfiguration"
            | "GetBucketVersioning"
            | "GetBucketPolicy"
            | "GetBucketAcl"
            | "GetObjectAcl" => RequestClass::B,
            "DeleteObject" | "DeleteObjects" | "DeleteBucket" | "AbortMultipartUpload" => {
                RequestClass::Free
            }
            _ => RequestClass::A,
        }
    }
}

impl Usage {
    pub fn count(&mut self, class: RequestClass) {
        match class {
            RequestClass::A => self.class_a += 1,
            RequestClass::B => self.class_b += 1,
            RequestClass::Free => self.free += 1,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.class_a += other.class_a;
        self.class_b += other.class_b;
        self.free += other.free;
        self.received += other.received;
        self.sent += other.sent;
    }
}

impl Sub for Usage {
    type Output = Usage;

    fn sub(self, earlier: Usage) -> Usage {
        Usage {
            class_a: self.class_a.saturating_sub(earlier.class_a),
            class_b: self.class_b.saturating_sub(earlier.class_b),
            free: self.free.saturating_sub(earlier.free),
            received: self.received.saturating_sub(earlier.received),
            sent: self.sent.saturating_sub(earlier.sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_operation_is_counted_in_the_dearest_class() {
        assert_eq!(RequestClass::of("ListObjectsV2"), RequestClass::A);
        assert_eq!(RequestClass::of("GetObject"), RequestClass::B);
        assert_eq!(RequestClass::of("DeleteObject"), RequestClass::Free);
        assert_eq!(RequestClass::of("SomethingNew"), RequestClass::A);
    }
}
