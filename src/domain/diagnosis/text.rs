//! Writes the report of an examination as text, for a terminal, the clipboard or a bug report.

use crate::domain::diagnosis::redact::Redaction;
use crate::domain::diagnosis::{Conclusion, Finding, Step, Verdict};
use crate::domain::error::Error;
use crate::domain::error::remedy::Remedy;
use crate::domain::provider::{Capability, Provider};
use crate::domain::visible::visible;

/// The columns of the steps' titles.
pub const TITLES: usize = 26;

const SYSTEM: &str = if cfg!(target_os = "linux") {
    "Linux"
} else if cfg!(target_os = "macos") {
    "macOS"
} else {
    "another system"
};

/// What was examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    pub provider: Provider,
    /// `None` for AWS's own.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// Where the keys come from, in words.
    pub keys: String,
}

/// What the keys may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    pub title: &'static str,
    /// `None` where it was not tried.
    pub granted: Option<bool>,
}

impl Examined {
    /// The first lines of a report.
    pub fn lines(&self, redaction: &Redaction) -> Vec<String> {
        let version = env!("CARGO_PKG_VERSION");
        let endpoint = self.endpoint.as_deref().unwrap_or("AWS's endpoint");
        let region = self.region.as_deref().unwrap_or("not named");
        let name = self.provider.facts().name.as_str();
        vec![
            format!("windlass {version} · {SYSTEM}"),
            shown(&format!("{name} · {endpoint} · region {region}"), redaction),
            format!("keys: {}", self.keys),
        ]
    }
}

/// A finding on one line, or with its error on four; `say` puts into words what to do next.
pub fn lines(
    finding: &Finding,
    redaction: &Redaction,
    say: impl Fn(&Remedy) -> String,
) -> Vec<String> {
    let redaction = &finding.redaction(redaction);
    let first = |told: &str| {
        let title = finding.step.title();
        format!("{} {title:TITLES$}{told}", finding.verdict.sign()).trim_end().to_owned()
    };
    match &finding.verdict {
        Verdict::Works(told) | Verdict::Beware(told) | Verdict::Skipped(told) => {
            vec![first(&shown(told, redaction))]
        }
        Verdict::Unasked(remedy) => vec![first(&format!("not tested; {}", say(remedy)))],
        Verdict::Fails(error) => {
            let explained = error.explain();
            let mut lines = vec![first(&shown(&explained.what, redaction))];
            let more = [
                ("why ", explained.why.clone()),
                ("next", explained.next(say)),
                ("as  ", error.identity.clone().unwrap_or_default()),
                ("raw ", raw(error)),
            ];
            for (label, sentence) in more.into_iter().filter(|(_, said)| !said.is_empty()) {
                lines.push(format!("    {label} {}", shown(&sentence, redaction)));
            }
            lines
        }
    }
}

/// What the keys may do, as far as it was tried; then what this server cannot do, with the reasons.
pub fn matrix(findings: &[Finding], lacks: &[(Capability, String)]) -> Vec<String> {
    let mut lines: Vec<String> = permissions(findings)
        .into_iter()
        .map(|permission| {
            let granted = match permission.granted {
                Some(true) => "yes",
                Some(false) => "no",
                None => "not tested",
            };
            format!("may {:22}{granted}", permission.title)
        })
        .collect();
    // What cannot be set stands with the settings of each bucket.
    let lacks = lacks.iter().filter(|(capability, _)| !capability.is_of_settings());
    lines.extend(lacks.map(|(_, why)| format!("cannot: {}", visible(why))));
    lines
}

pub fn permissions(findings: &[Finding]) -> Vec<Permission> {
    let steps = [
        (Step::ListBuckets, "list buckets"),
        (Step::List, "list objects"),
        (Step::Read, "read"),
        (Step::Write, "write"),
        (Step::Delete, "delete"),
    ];
    let granted = |step| {
        let found = findings.iter().find(|finding| finding.step == step)?;
        match found.verdict {
            Verdict::Works(_) | Verdict::Beware(_) => Some(true),
            Verdict::Fails(_) => Some(false),
            Verdict::Skipped(_) | Verdict::Unasked(_) => None,
        }
    };
    steps.map(|(step, title)| Permission { title, granted: granted(step) }).to_vec()
}

/// The whole report.
pub fn whole(
    subject: &Examined,
    findings: &[Finding],
    lacks: &[(Capability, String)],
    redaction: &Redaction,
) -> String {
    let mut text = subject.lines(redaction);
    text.push(String::new());
    text.extend(findings.iter().flat_map(|finding| lines(finding, redaction, Remedy::to_string)));
    text.extend(ending(findings, lacks));
    text.join("\n") + "\n"
}

/// What comes after the steps.
pub fn ending(findings: &[Finding], lacks: &[(Capability, String)]) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(matrix(findings, lacks));
    lines.extend([String::new(), Conclusion::of(findings).sentence().to_owned()]);
    lines
}

impl Verdict {
    pub fn sign(&self) -> char {
        match self {
            Verdict::Works(_) => '✔',
            Verdict::Beware(_) => '!',
            Verdict::Fails(_) => '✗',
            Verdict::Skipped(_) | Verdict::Unasked(_) => '-',
        }
    }
}

fn shown(text: &str, redaction: &Redaction) -> String {
    redaction.apply(&visible(text))
}

/// The raw facts on one line: operation, status, code, request id, what the server said.
pub fn raw(error: &Error) -> String {
    let status = error.status.map(|status| format!("HTTP {status}"));
    let request = error.request_id.as_ref().map(|id| format!("request {id}"));
    let host = error.host_id.as_ref().map(|id| format!("host {id}"));
    let detail = Some(error.detail.clone()).filter(|detail| !detail.is_empty());
    let facts = [Some(error.operation.clone()), status, error.code.clone(), request, host, detail];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;
    use std::time::Duration;

    fn finding(step: Step, verdict: Verdict) -> Finding {
        Finding { step, verdict, took: Duration::ZERO }
    }

    #[test]
    fn a_report_says_everything_of_a_failure_and_hides_whose_it_is() {
        let subject = Examined {
            provider: Provider::R2,
            endpoint: Some(
                "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/".into(),
            ),
            region: Some("auto".into()),
            keys: "config.toml".into(),
        };
        let mut error = Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://private/")
            .detail("no access to private");
        (error.status, error.code) = (Some(403), Some("AccessDenied".to_owned()));
        let findings = [
            finding(Step::Sign, Verdict::Works(String::new())),
            finding(Step::List, Verdict::Fails(error)),
            finding(Step::Read, Verdict::Skipped("no object could be found".into())),
        ];
        let redaction = Redaction::default().bucket(&"private".into());
        let lacks = [(Capability::ObjectTags, "R2 has no object tags".to_owned())];
        let text = whole(&subject, &findings, &lacks, &redaction);
        for part in [
            "https://0123….r2.cloudflarestorage.com/ · region auto",
            "✔ keys and signature\n",
            "✗ list objects              these keys may not read here",
            "raw  ListObjectsV2 · HTTP 403 · AccessDenied · no access to BUCKET",
            "- read an object            no object could be found",
            "may list objects          no",
            "may read                  not tested",
            "cannot: R2 has no object tags",
            "fix the first ✗",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("private"), "{text}");
    }
}
