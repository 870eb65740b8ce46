//! Explains refusals that ask for more: a code, the right to a key, money, encryption.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{Error, KEY_NEEDS_TLS, UNEXPLAINED, WITH_OWN_KEY};

/// Where a refusal says more than that it is one.
pub fn of_denied(error: &Error) -> Option<Explanation> {
    let said = error.detail.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["mfa", "multi-factor", "multifactor"]) {
        return Some(Explanation::new(
            "the server wants a code of an MFA device for this",
            "the bucket has MFA delete, or a policy asks for a code of its owner's device",
            "delete it with the AWS CLI and --mfa, or sign in with a role that asks for the code",
        ));
    }
    if says(&["kms:", "kms key"])
        || error.code.as_deref().is_some_and(|code| code.starts_with("KMS"))
    {
        return Some(of_key());
    }
    if says(&["correct secret key"]) {
        return Some(of_other_key());
    }
    if says(&["requester pays", "requesterpays", "request-payer", "requestpayer"]) {
        return Some(Explanation::new(
            "whoever asks pays for this bucket, and has to say so",
            "its owner turned requester pays on",
            Remedy::PayRequests,
        ));
    }
    if says(&["explicit deny"]) {
        return Some(Explanation::new(
            format!("a policy denies it: {}", error.detail),
            "a rule that denies outweighs all that allow; it may demand TLS, encryption or an \
             address",
            "show the sentence to whoever writes the policy it names",
        ));
    }
    // AWS says no more of a wrong key than of a missing right.
    if error.detail.starts_with(WITH_OWN_KEY) {
        return Some(Explanation::with(
            "these keys may not read here, or the object is encrypted with another key of yours",
            "a request with the wrong key for SSE-C is refused like one without the right to read",
            [Remedy::GiveKey, "or check that the token may read this bucket".into()],
        ));
    }
    None
}

/// Where a request that is refused as such lacks what the object was stored with.
pub fn of_request(error: &Error) -> Option<Explanation> {
    let said = error.detail.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let code = error.code.as_deref().unwrap_or_default();
    if code.starts_with("KMS") || says(&["kms key", "customer master key"]) {
        return Some(of_key());
    }
    if says(&["md5 hash of the key"]) {
        return Some(of_other_key());
    }
    if error.detail == KEY_NEEDS_TLS {
        return Some(Explanation::with(
            KEY_NEEDS_TLS,
            "the key comes with every request, and could be read on the way",
            ["use the server's https endpoint".into(), Remedy::EditConnection],
        ));
    }
    if let Some(of_parts) = of_parts(code) {
        return Some(of_parts);
    }
    if let Some(asked) = error.detail.strip_prefix(UNEXPLAINED) {
        return Some(Explanation::new(
            format!("the server does not accept {}, and gives no reason", error.operation),
            format!("the request asked for {asked}, which the server or the bucket may not take"),
            "try it without, or as the server's documentation names it",
        ));
    }
    let with_own_key =
        ["form of server side encryption", "sse-c", "encryption-customer", "customer provided"];
    says(&with_own_key).then(|| {
        Explanation::new(
            "the object is encrypted with a key of yours (SSE-C)",
            "the server does not keep that key: it has to come with every request",
            Remedy::GiveKey,
        )
    })
}

/// What is refused of the parts of an upload, when it is to become an object.
fn of_parts(code: &str) -> Option<Explanation> {
    Some(match code {
        "InvalidPart" | "InvalidPartOrder" => Explanation::new(
            "a part of the upload is gone, or is not what was sent",
            "the server removed it, or another program wrote to the same upload; no object was \
             made",
            "start the upload again",
        ),
        "EntityTooSmall" => Explanation::new(
            "a part of the upload is smaller than the server allows",
            "every part but the last has at least 5 MiB on most servers, and more on some",
            Remedy::SayLength,
        ),
        _ => return None,
    })
}

fn of_other_key() -> Explanation {
    Explanation::new(
        "the object is encrypted with another key of yours (SSE-C)",
        "the key that was given is not the one that it was stored with",
        Remedy::GiveKey,
    )
}

fn of_key() -> Explanation {
    Explanation::new(
        "these keys may not use the KMS key that encrypts the object",
        "the object is encrypted with a key of AWS KMS that is disabled, gone, or for others",
        "ask for kms:Decrypt to read and kms:GenerateDataKey to write with that key",
    )
}

#[cfg(test)]
mod tests {
    use crate::domain::error::{Error, ErrorKind, WITH_OWN_KEY};
    use crate::domain::provider::Provider;

    fn told(kind: ErrorKind, operation: &str, detail: &str) -> String {
        let said = Error::new(kind, operation, "s3://b/k").detail(detail).explain();
        format!("{}; {}; {}", said.what, said.why, said.next_anywhere())
    }

    #[test]
    fn what_a_refusal_demands_is_named() {
        let denied = |detail| told(ErrorKind::AccessDenied, "GetObject", detail);
        assert!(denied("Mfa Authentication must be used for this request").contains("MFA"));
        let kms = "User: u is not authorized to perform: kms:Decrypt on the resource";
        assert!(denied(kms).contains("KMS key"));
        let deny = "not authorized to perform: s3:GetObject with an explicit deny in a \
                    resource-based policy";
        assert!(denied(deny).contains("resource-based policy"));
        assert!(denied("Access Denied").contains("requester pays"));
        let of = |provider| {
            let denied = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/k");
            let told = Error { provider: Some(provider), ..denied }.explain();
            format!("{}; {}", told.why, told.next_anywhere())
        };
        assert!(of(Provider::Aws).contains("pay for requests"));
        let on_r2 = of(Provider::R2);
        assert!(!on_r2.contains("pays") && !on_r2.contains("pay for"), "{on_r2}");
        let other = "Requests specifying Server Side Encryption with Customer provided keys must \
                     provide the correct secret key.";
        assert!(denied(other).contains("another key of yours"), "{}", denied(other));
        let with_key = denied(&format!("{WITH_OWN_KEY}: Access Denied"));
        assert!(with_key.contains("another key of yours"), "{with_key}");
        let written = told(ErrorKind::AccessDenied, "PutObject", "Access Denied");
        assert!(written.contains("demand encryption"), "{written}");
        let own = "The object was stored using a form of Server Side Encryption. The correct \
                   parameters must be provided to retrieve the object.";
        let mut error = Error::new(ErrorKind::InvalidRequest, "GetObject", "").detail(own);
        error.status = Some(400);
        assert!(error.explain().what.contains("key of yours (SSE-C)"));
        let other = "The calculated MD5 hash of the key did not match the hash that was provided.";
        assert!(error.detail(other).explain().what.contains("another key of yours"));
    }
}
