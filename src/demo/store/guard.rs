//! Keeps what guards an object: encryption, retention and hold, and whether it is archived.

use std::time::{Duration, SystemTime};

/// The classes whose objects are restored before they are read.
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`, and the key of KMS.
    pub encryption: Option<(String, Option<String>)>,
    /// The MD5 of a key of the customer's own, in base64.
    pub customer_key: Option<String>,
    /// The mode, and until when.
    pub retention: Option<(String, SystemTime)>,
    pub held: bool,
    pub restore: Option<Restoring>,
}

/// An archived object on its way to be readable, or readable for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restoring {
    pub ready: SystemTime,
    pub until: SystemTime,
}

impl Restoring {
    pub fn of(now: SystemTime, takes: Duration, days: u32) -> Restoring {
        let kept = Duration::from_secs(u64::from(days) * 86_400);
        Restoring { ready: now + takes, until: now + takes + kept }
    }

    pub fn is_running(&self, now: SystemTime) -> bool {
        now < self.ready
    }

    pub fn is_readable(&self, now: SystemTime) -> bool {
        self.ready <= now && now < self.until
    }
}

impl Guard {
    /// Whether a GET is refused now.
    pub fn is_archived(&self, class: Option<&str>, now: SystemTime) -> bool {
        is_archive(class) && !self.restore.is_some_and(|restore| restore.is_readable(now))
    }

    /// Whether this version may not be deleted; `bypass` lifts what governance may.
    pub fn is_locked(&self, now: SystemTime, bypass: bool) -> bool {
        let kept = self.retention.as_ref().filter(|(_, until)| *until > now);
        let kept = kept.is_some_and(|(mode, _)| mode == "COMPLIANCE" || !bypass);
        self.held || kept
    }
}

pub fn is_archive(class: Option<&str>) -> bool {
    class.is_some_and(|class| ARCHIVES.contains(&class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_object_is_readable_for_its_days() {
        let now = SystemTime::UNIX_EPOCH;
        let restore = Some(Restoring::of(now, Duration::from_secs(2), 1));
        let guard = Guard { restore, ..Guard::default() };
        let archived =
            |seconds| guard.is_archived(Some("GLACIER"), now + Duration::from_secs(seconds));
        assert!(archived(0) && !archived(2) && !archived(86_401) && archived(86_402));
        assert!(!guard.is_archived(Some("GLACIER_IR"), now));
    }

    #[test]
    fn governance_is_lifted_and_compliance_is_not() {
        let now = SystemTime::UNIX_EPOCH;
        let until = now + Duration::from_secs(10);
        let of = |mode: &str| Guard { retention: Some((mode.into(), until)), ..Guard::default() };
        assert!(of("GOVERNANCE").is_locked(now, false) && !of("GOVERNANCE").is_locked(now, true));
        assert!(of("COMPLIANCE").is_locked(now, true) && !of("COMPLIANCE").is_locked(until, true));
        assert!(Guard { held: true, ..Guard::default() }.is_locked(now, true));
    }
}
