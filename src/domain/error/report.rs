//! Writes errors as text for somebody else, without what identifies an account.

use crate::domain::address::Location;
use crate::domain::diagnosis::redact::Redaction;
use crate::domain::error::Error;
use crate::domain::visible::visible;

/// The three sentences and the raw facts of each, redacted; at most `most` errors.
pub fn report(errors: &[&Error], most: usize) -> String {
    let mut text = format!("windlass {}\n", env!("CARGO_PKG_VERSION"));
    for error in errors.iter().take(most) {
        text.push('\n');
        text += &one(error);
    }
    match errors.len().saturating_sub(most) {
        0 => text,
        more => text + &format!("\nand {more} more\n"),
    }
}

fn one(error: &Error) -> String {
    let said = error.explain();
    let redaction = match Location::parse(&error.place).ok().as_ref() {
        Some(Location::Object { bucket, key }) => Redaction::default().bucket(bucket).key(key),
        Some(Location::Prefix { bucket, prefix }) => {
            Redaction::default().bucket(bucket).prefix(prefix)
        }
        _ => Redaction::default(),
    };
    let next = said.next_anywhere();
    let status = error.status.map(|status| status.to_string());
    let facts = [
        ("what", Some(&said.what)),
        ("why", Some(&said.why)),
        ("next", Some(&next)),
        ("operation", Some(&error.operation)),
        ("place", Some(&error.place)),
        ("code", error.code.as_ref()),
        ("status", status.as_ref()),
        ("request id", error.request_id.as_ref()),
        ("host id", error.host_id.as_ref()),
        ("said", Some(&error.detail)),
    ];
    let lines = facts.into_iter().filter_map(|(label, text)| {
        let text = text.filter(|text| !text.is_empty())?;
        Some(format!("{label:11}{}\n", redaction.apply(&visible(text))))
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    #[test]
    fn a_report_has_every_fact_and_no_name() {
        let mut error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a/secret.txt")
            .detail("no secret.txt for AKIAIOSFODNN7EXAMPLE in media");
        error.code = Some("AccessDenied".into());
        error.status = Some(403);
        error.request_id = Some("R1".into());
        error.host_id = Some("H1=".into());
        let text = report(&[&error], 5);
        for part in
            ["what       ", "GetObject", "s3://BUCKET/KEY", "403", "R1", "H1=", "…MPLE in BUCKET"]
        {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("media") && !text.contains("AKIA"), "{text}");
        assert!(report(&[&error; 3], 2).ends_with("and 1 more\n"));
    }
}
