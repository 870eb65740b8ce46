//! Lists everything HeadObject says of an object, as labelled lines.

use jiff::tz::TimeZone;

use crate::domain::description::WholeObject;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::units::{Count, Counted, Moment, Size};

/// A label and its text.
pub type Fact = (String, String);

const LABELS: u16 = 16;

/// Cells that the labels take of lines `width` cells wide.
pub fn label_cells(width: u16) -> u16 {
    LABELS.min(width / 3)
}

/// All that can be told of an object; raw.
pub fn whole_facts(
    object: &ObjectAddress,
    whole: &WholeObject,
    versions: Option<u64>,
    zone: &TimeZone,
) -> Vec<Fact> {
    let mut facts = facts(object, &whole.head, zone);
    let none = || vec![("tags".to_owned(), "none".to_owned())];
    facts.extend(match whole.tags.as_deref() {
        None => Vec::new(),
        Some([]) => none(),
        Some(tags) => {
            tags.iter().map(|(name, value)| (format!("tag {name}"), value.clone())).collect()
        }
    });
    let grants = whole.grants.as_ref().map(|grants| match grants.as_slice() {
        [] => "nobody but the owner".to_owned(),
        grants => grants.join(", "),
    });
    facts.extend(told([
        ("granted to", grants),
        ("versions", versions.map(|versions| Count(versions).to_string())),
    ]));
    facts
}

/// What HeadObject says; raw.
pub fn facts(object: &ObjectAddress, head: &ObjectHead, zone: &TimeZone) -> Vec<Fact> {
    let mut facts = vec![
        ("key".to_owned(), object.key.as_str().to_owned()),
        ("bucket".to_owned(), object.bucket.as_str().to_owned()),
    ];
    facts.extend(object_facts(head, zone));
    facts.extend(header_facts(head));
    facts.extend(other_facts(head));
    facts
}

/// The facts of an object except its headers.
pub fn object_facts(head: &ObjectHead, zone: &TimeZone) -> Vec<Fact> {
    let size = head.size.map_or_else(
        || "unknown: the body is compressed in transit".to_owned(),
        |size| format!("{} ({})", Size(size), Counted(size, "byte")),
    );
    let modified = head.modified.map(|time| Moment(time, zone).to_string());
    let etag = head.etag.as_ref().map(|etag| etag.as_str().to_owned());
    let class = head.storage_class.clone().or_else(|| Some("STANDARD (not stated)".into()));
    let parts = head.parts.map(|parts| Count(parts.into()).to_string());
    let archived = head.is_archived().then(|| {
        let running = head.restore.as_ref().is_some_and(|restore| restore.running);
        let text = if running { "yes, and being restored" } else { "yes: not readable now" };
        text.to_owned()
    });
    let readable = head.restore.as_ref().and_then(|restore| restore.until);
    let readable = readable.map(|until| Moment(until, zone).to_string());
    let mut facts = vec![("size".to_owned(), size)];
    facts.extend(told([
        ("modified", modified),
        ("ETag", etag),
        ("class", class),
        ("archived", archived),
        ("readable until", readable),
        ("version", head.version_id.clone()),
        ("parts", parts),
    ]));
    facts
}

fn header_facts(head: &ObjectHead) -> Vec<Fact> {
    let headers = head.headers.clone();
    let unknown = Some("not set".to_owned());
    told([
        ("content type", headers.content_type.or_else(|| unknown.clone())),
        ("cache control", headers.cache_control.or(unknown)),
        ("encoding", headers.content_encoding),
        ("disposition", headers.content_disposition),
        ("language", headers.content_language),
        ("expires", headers.expires),
    ])
}

fn other_facts(head: &ObjectHead) -> Vec<Fact> {
    let mut facts = head.checksums.clone();
    facts.extend(
        head.user_metadata.iter().map(|(name, text)| (format!("meta {name}"), text.clone())),
    );
    if head.missing_metadata > 0 {
        let count = head.missing_metadata;
        let entries = Counted(u64::from(count), "more entry");
        let text = format!("{entries} that headers cannot express");
        facts.push(("meta".to_owned(), text));
    }
    facts.extend(head.more.clone());
    facts
}

fn told<const N: usize>(facts: [(&str, Option<String>); N]) -> Vec<Fact> {
    facts.into_iter().filter_map(|(label, text)| Some((label.to_owned(), text?))).collect()
}
