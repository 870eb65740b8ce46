//! Names the steps of an examination of a connection, and what each can find.

pub mod redact;
pub mod text;

use std::time::Duration;

use serde::Serialize;

use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::diagnosis::redact::Redaction;
use crate::domain::error::Error;
use crate::domain::error::remedy::Remedy;
use crate::domain::listed::listed;

/// What an examination may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// The bucket to look into; the first that is listed otherwise.
    pub bucket: Option<Bucket>,
    /// Where a prefix-scoped token may look.
    pub prefix: Prefix,
    /// Whether scratch objects are written, copied and deleted again below the prefix.
    pub writes: bool,
}

listed! {
    /// In the order in which they are taken: each stands on those before it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Step {
        /// The endpoint's name has an address.
        Resolve,
        /// Something listens there.
        Connect,
        /// Its certificate is trusted; skipped where the endpoint is http.
        Tls,
        /// It speaks S3.
        Speak,
        Clock,
        /// The keys are known and sign as the server expects.
        Sign,
        ListBuckets,
        List,
        Region,
        /// Whether the bucket's name goes into the path or before the host.
        Style,
        Head,
        Read,
        ConditionalRead,
        /// A presigned link is fetched without keys.
        Presign,
        /// Pages of other sites may fetch presigned links.
        Cors,
        Write,
        ConditionalWrite,
        Copy,
        Multipart,
        Delete,
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// With what is worth knowing of it; may be empty.
    Works(String),
    /// It works, and this should be known.
    Beware(String),
    Fails(Error),
    /// Not tried, for this reason.
    Skipped(String),
    /// Not tried, because nobody asked for it.
    Unasked(Remedy),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub step: Step,
    pub verdict: Verdict,
    pub took: Duration,
}

/// What the findings come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    AllWorks,
    /// What browsing needs works, something else does not.
    Browses,
    /// Something that everything else stands on does not work.
    Useless,
}

impl Step {
    /// The title of its column in a report.
    pub fn title(self) -> &'static str {
        match self {
            Step::Resolve => "find the address",
            Step::Connect => "open a connection",
            Step::Tls => "trust the server (TLS)",
            Step::Speak => "speak S3",
            Step::Clock => "clock",
            Step::Sign => "keys and signature",
            Step::ListBuckets => "list buckets",
            Step::List => "list objects",
            Step::Region => "region",
            Step::Style => "addressing style",
            Step::Head => "look at an object",
            Step::Read => "read an object",
            Step::ConditionalRead => "read only if unchanged",
            Step::Presign => "fetch a presigned link",
            Step::Cors => "links on web pages (CORS)",
            Step::Write => "write an object",
            Step::ConditionalWrite => "write only if absent",
            Step::Copy => "copy an object",
            Step::Multipart => "upload in parts",
            Step::Delete => "delete an object",
        }
    }

    /// Without it the connection is of no use. Scoped tokens list no buckets and readers write
    /// nothing: that is normal.
    pub fn essential(self) -> bool {
        matches!(
            self,
            Step::Resolve
                | Step::Connect
                | Step::Tls
                | Step::Speak
                | Step::Clock
                | Step::Sign
                | Step::List
        )
    }
}

impl Finding {
    pub fn failed(&self) -> bool {
        matches!(self.verdict, Verdict::Fails(_))
    }

    /// The redaction with the bucket that an error speaks of, which nobody may have named.
    pub fn redaction(&self, known: &Redaction) -> Redaction {
        let place = match &self.verdict {
            Verdict::Fails(error) => Location::parse(&error.place).ok(),
            _ => None,
        };
        match place.as_ref().and_then(Location::bucket) {
            Some(bucket) => known.clone().bucket(bucket),
            None => known.clone(),
        }
    }
}

impl Conclusion {
    pub fn of(findings: &[Finding]) -> Conclusion {
        let mut failed = findings.iter().filter(|finding| finding.failed()).peekable();
        if failed.peek().is_none() {
            return Conclusion::AllWorks;
        }
        let useless = failed.any(|finding| finding.step.essential());
        if useless { Conclusion::Useless } else { Conclusion::Browses }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Conclusion::AllWorks => "everything that was tested works",
            Conclusion::Browses => "browsing works; the steps marked ✗ do not",
            Conclusion::Useless => "browsing will not work; fix the first ✗",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::ErrorKind;

    fn finding(step: Step, fails: bool) -> Finding {
        let verdict = if fails {
            Verdict::Fails(Error::new(ErrorKind::AccessDenied, "x", ""))
        } else {
            Verdict::Works(String::new())
        };
        Finding { step, verdict, took: Duration::ZERO }
    }

    #[test]
    fn a_scoped_token_that_reads_is_of_use() {
        let of = |found: &[(Step, bool)]| {
            Conclusion::of(
                &found.iter().map(|(step, bad)| finding(*step, *bad)).collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&[(Step::Sign, false)]), Conclusion::AllWorks);
        assert_eq!(of(&[(Step::ListBuckets, true), (Step::List, false)]), Conclusion::Browses);
        assert_eq!(of(&[(Step::ListBuckets, true), (Step::List, true)]), Conclusion::Useless);
    }

    #[test]
    fn titles_fit_their_column() {
        for step in Step::ALL {
            assert!(step.title().len() <= 25, "{}", step.title());
        }
    }
}
