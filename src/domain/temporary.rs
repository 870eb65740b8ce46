//! Keys for a part of a bucket that end by themselves, to be given to somebody else.

use std::fmt;

use jiff::Timestamp;

use crate::domain::address::Bucket;
use crate::domain::shell::word;
use crate::domain::target::Target;

/// What temporary keys are for: reading one object, or all below a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyGrant {
    pub bucket: Bucket,
    pub target: Target,
    /// Seconds; R2 takes up to seven days.
    pub seconds: u64,
}

/// Whoever holds them holds the access, so `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct TemporaryKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    pub endpoint: String,
    pub ends_at: Timestamp,
}

impl TemporaryKeys {
    /// Lines that a POSIX shell takes, after which any S3 client works with them.
    pub fn exports(&self) -> String {
        let lines = [
            ("AWS_ACCESS_KEY_ID", &*self.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &*self.secret_access_key),
            ("AWS_SESSION_TOKEN", &*self.session_token),
            ("AWS_ENDPOINT_URL", &*self.endpoint),
            ("AWS_REGION", "auto"),
        ];
        lines.map(|(name, value)| format!("export {name}={}", word(value))).join("\n")
    }
}

impl fmt::Debug for TemporaryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryKeys").field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_for_a_shell_and_debug_text_has_no_key() {
        let keys = TemporaryKeys {
            access_key_id: "id".to_owned(),
            secret_access_key: "a'b".to_owned(),
            session_token: "token=".to_owned(),
            endpoint: "https://h".to_owned(),
            ends_at: Timestamp::UNIX_EPOCH,
        };
        let lines = keys.exports();
        assert!(lines.contains("export AWS_SECRET_ACCESS_KEY='a'\\''b'\n"), "{lines}");
        assert!(lines.ends_with("export AWS_REGION=auto"), "{lines}");
        assert!(!format!("{keys:?}").contains("token="));
    }
}
