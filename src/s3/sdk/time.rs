//! Converts the SDK's times to ours.

use aws_sdk_s3::primitives::DateTime;
use jiff::Timestamp;

pub fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
