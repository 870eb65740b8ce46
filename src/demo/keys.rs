//! Keeps the access keys, and what each may do.

use std::fmt;
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A pair of keys. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
}

/// What the holder of a pair may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Owner,
    /// Objects only, as R2's object tokens: no listing, making or deleting of buckets and none of
    /// their settings.
    Objects,
    /// Whatever reads.
    ReadOnly,
}

impl AccessKeys {
    pub fn new(access_key_id: &str, secret_access_key: &str) -> AccessKeys {
        AccessKeys {
            access_key_id: access_key_id.to_owned(),
            secret_access_key: secret_access_key.to_owned(),
        }
    }

    /// Throw-away keys: unguessable enough for a server that lives on loopback for an hour.
    pub fn random() -> AccessKeys {
        let noise = noise();
        AccessKeys {
            access_key_id: format!("DEMO{}", noise[..16].to_uppercase()),
            secret_access_key: noise[16..56].to_owned(),
        }
    }
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// 64 hexadecimal digits from the randomness of the system.
pub(in crate::demo) fn noise() -> String {
    let mut digits = String::with_capacity(64);
    for _ in 0..4 {
        let number = RandomState::new().build_hasher().finish();
        // Writing to a string cannot fail.
        let _ = write!(digits, "{number:016x}");
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::AccessKeys;

    #[test]
    fn random_keys_differ_and_debug_keeps_the_secret() {
        let (one, other) = (AccessKeys::random(), AccessKeys::random());
        assert_ne!(one.secret_access_key, other.secret_access_key);
        assert!(!format!("{one:?}").contains(&one.secret_access_key));
    }
}
