//! Names what a write asked for where a server refuses it and gives no reason.

use crate::domain::error::{Error, ErrorKind, UNEXPLAINED};
use crate::domain::object::PutOptions;

/// A refusal without a reason, with what was asked for that the server may not take (Ceph's gateway
/// says no more of a storage class than that the request is invalid).
pub fn asking_for(error: Error, options: &PutOptions) -> Error {
    let mute = error.is(&ErrorKind::InvalidRequest) && error.detail.is_empty();
    match unusual(options).filter(|_| mute && error.status.is_some()) {
        Some(what) => error.detail(format!("{UNEXPLAINED}{what}")),
        None => error,
    }
}

/// As the end of a sentence; none where nothing of the kind is asked for.
fn unusual(options: &PutOptions) -> Option<String> {
    let guarded = &options.protection;
    let encryption = guarded.encryption.as_ref();
    let class = options.storage_class.as_ref();
    let tags = Some("tags").filter(|_| !options.tags.is_empty());
    let all = [
        class.map(|class| format!("the storage class {class}")),
        encryption.map(|encryption| format!("the encryption {}", encryption.method)),
        guarded.acl.as_ref().map(|acl| format!("the ACL {acl}")),
        guarded.grants.as_ref().map(|_| "grants to others".to_owned()),
        guarded.retention.map(|kept| format!("a retention ({})", kept.mode)),
        guarded.legal_hold.map(|_| "a legal hold".to_owned()),
        tags.map(str::to_owned),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_a_reason_names_what_was_asked_for() {
        let mut refused = Error::new(ErrorKind::InvalidRequest, "PutObject", "s3://b/k");
        refused.status = Some(400);
        let class = Some("STANDARD_IA".to_owned());
        let asked = PutOptions { storage_class: class, ..PutOptions::default() };
        let told = asking_for(refused.clone(), &asked).explain();
        assert!(told.why.contains("the storage class STANDARD_IA"), "{}", told.why);
        for options in [&asked, &PutOptions::default()] {
            let next = asking_for(refused.clone(), options).explain().next_anywhere();
            assert!(!next.contains("server's own answer"), "{next}");
        }
        let said = asking_for(refused.detail("too odd"), &asked).explain();
        assert!(said.what.contains("too odd"), "{}", said.what);
    }
}
