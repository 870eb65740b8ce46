//! Says what a copy lacks of its source, so that no move deletes what is nowhere else.

use crate::domain::attributes::Attributes;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::encrypted;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::provider::Capability;
use crate::transfer::task::Task;
use crate::transfer::workers::kept::lost_tags;

const UNREAD_RULES: &str = "access rules may not be read, so it is not known whether any are lost";

/// A move between the two of a copy that was looked at.
pub struct Ends<'a> {
    pub from: &'a ObjectAddress,
    pub to: &'a ObjectAddress,
    pub source: &'a ObjectHead,
    pub copy: &'a ObjectHead,
    /// The server copied the object whole, its tags included.
    pub whole: bool,
}

/// What the copy lacks, in words for people.
pub async fn losses(task: &Task, ends: &Ends<'_>) -> Result<Vec<String>, Error> {
    let attributes = &task.spec.options.attributes;
    let mut lost = told(&expected(ends.source, attributes), ends.copy);
    if ends.source.tags > ends.copy.tags && ends.whole {
        lost.push(format!("tags ({})", ends.source.tags));
    }
    let dropped = attributes.describe_anew() && !task.remote.provider().facts().relied_upon;
    if !ends.whole || dropped {
        lost.extend(lost_tags(task, ends.from, ends.source).await?);
    }
    lost.extend(lost_grants(task, ends.from, ends.to).await?);
    Ok(lost)
}

/// What others than the owner may do with the source and not with the copy, where that can be read:
/// no server carries it over by itself.
async fn lost_grants(
    task: &Task,
    from: &ObjectAddress,
    to: &ObjectAddress,
) -> Result<Option<String>, Error> {
    let given = task.spec.options.attributes.protection.acl.is_some();
    if given || task.source.lacks(Capability::Acl).is_some() {
        return Ok(None);
    }
    // A copy is done, and does not wait for what is only said of it.
    let policy = match task.spec.work.moves() {
        true => task.source_policy.clone(),
        false => task.source_policy.clone().impatient(),
    };
    let own = match policy.send(|| task.source.grants(from)).await {
        Ok(own) if own.is_empty() => return Ok(None),
        Ok(own) => own,
        Err(error) if error.retryable() => return Err(error),
        Err(error) => {
            // A copy costs its source nothing: not to know is no news, and asked once.
            match error.is(&ErrorKind::AccessDenied) {
                true if task.spec.work.moves() => task.note_once(UNREAD_RULES),
                true => drop(task.is_first(UNREAD_RULES)),
                false => {}
            }
            return Ok(None);
        }
    };
    let copied = match task.remote.lacks(Capability::Acl) {
        Some(_) => Vec::new(),
        None => task.policy.send(|| task.remote.grants(to)).await.unwrap_or_default(),
    };
    let lost: Vec<String> = own.into_iter().filter(|grant| !copied.contains(grant)).collect();
    Ok((!lost.is_empty()).then(|| format!("the access rules {}", lost.join(", "))))
}

/// Says of a copy which access rules it lacks.
pub async fn note_lost_grants(task: &Task, from: &ObjectAddress, to: &ObjectAddress) {
    if task.was_said(UNREAD_RULES) {
        return;
    }
    if let Ok(Some(lost)) = lost_grants(task, from, to).await {
        task.note(format!("the copy lacks {lost}"));
    }
}

/// What the copy has where nothing is lost: what was to be changed is not.
fn expected(source: &ObjectHead, attributes: &Attributes) -> ObjectHead {
    let mut options = source.as_options();
    attributes.apply(&mut options);
    let mut more = source.more.clone();
    let guarded = &attributes.protection;
    more.retain(|(label, _)| match label.as_str() {
        "encryption" | "encryption key" => guarded.encryption.is_none(),
        "lock mode" | "locked until" => guarded.retention.is_none(),
        "legal hold" => guarded.legal_hold.is_none(),
        "redirects to" => attributes.headers.website_redirect.is_none(),
        _ => true,
    });
    ObjectHead {
        headers: options.headers,
        user_metadata: options.user_metadata,
        storage_class: options.storage_class,
        more,
        ..source.clone()
    }
}

/// The error of a move that stops before it deletes its source.
pub fn stopped(from: &ObjectAddress, lost: &[String]) -> Error {
    Error::new(ErrorKind::Loss, "move", from.to_string())
        .detail(format!("the copy lacks {}", lost.join(", ")))
}

/// What a copy lacks of what describes its source, and a server that copies it carries over; told
/// where the source is not at stake.
pub fn note_lacking(task: &Task, source: &ObjectHead, copy: &ObjectHead) {
    if task.remote.provider().facts().relied_upon {
        return;
    }
    let lost = undescribed(&expected(source, &task.spec.options.attributes), copy);
    if !lost.is_empty() {
        task.note(format!("the copy lacks {}", lost.join(", ")));
    }
}

/// The losses that the two heads show.
fn told(source: &ObjectHead, copy: &ObjectHead) -> Vec<String> {
    let mut lost = undescribed(source, copy);
    if encrypted(source) && !encrypted(copy) {
        lost.push("the encryption with a key of its own".to_owned());
    }
    lost.extend(locks(source, copy));
    lost
}

/// Headers, metadata and class.
fn undescribed(source: &ObjectHead, copy: &ObjectHead) -> Vec<String> {
    let (own, other) = (&source.headers, &copy.headers);
    let headers = [
        ("Content-Type", &own.content_type, &other.content_type),
        ("Content-Encoding", &own.content_encoding, &other.content_encoding),
        ("Content-Disposition", &own.content_disposition, &other.content_disposition),
        ("Content-Language", &own.content_language, &other.content_language),
        ("Cache-Control", &own.cache_control, &other.cache_control),
    ];
    let differs = |own: &Option<String>, other: &Option<String>| own.is_some() && own != other;
    let mut lost: Vec<String> = headers
        .into_iter()
        .filter(|(_, own, other)| differs(own, other))
        .map(|(name, _, _)| name.to_owned())
        .collect();
    // Servers write dates in their own ways.
    if own.expires.is_some() && other.expires.is_none() {
        lost.push("Expires".to_owned());
    }
    let metadata = source.user_metadata.iter();
    let missing = metadata.filter(|(name, value)| copy.user_metadata.get(*name) != Some(value));
    lost.extend(missing.map(|(name, _)| format!("the metadata {name}")));
    if source.missing_metadata > 0 {
        let count = source.missing_metadata;
        lost.push(format!("metadata that the server cannot express ({count})"));
    }
    let class = source.storage_class.as_ref().filter(|class| *class != "STANDARD");
    if let Some(class) = class.filter(|class| copy.storage_class.as_ref() != Some(class)) {
        lost.push(format!("the storage class {class}"));
    }
    lost
}

/// Labels of what protects or redirects an object, and what they mean.
const LOCKS: [(&str, &str); 3] = [
    ("lock mode", "the retention"),
    ("legal hold", "the legal hold"),
    ("redirects to", "the redirect of a website"),
];

fn locks<'a>(source: &'a ObjectHead, copy: &'a ObjectHead) -> impl Iterator<Item = String> + 'a {
    LOCKS.into_iter().filter_map(move |(label, what)| {
        let of = |head: &'a ObjectHead| {
            let found = head.more.iter().find(|(known, _)| known == label);
            found.map(|(_, text)| text.as_str()).filter(|text| *text != "OFF")
        };
        let own = of(source)?;
        (of(copy) != Some(own)).then(|| format!("{what} ({own})"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::ObjectHeaders;

    #[test]
    fn nothing_is_lost_where_the_copy_says_the_same() {
        let head = ObjectHead {
            headers: ObjectHeaders { content_type: Some("a/b".into()), ..Default::default() },
            user_metadata: [("k".to_owned(), "v".to_owned())].into(),
            more: vec![("legal hold".into(), "OFF".into())],
            ..ObjectHead::default()
        };
        assert_eq!(told(&head, &head), [""; 0]);
        let copy = ObjectHead { more: Vec::new(), ..head.clone() };
        assert_eq!(told(&head, &copy), [""; 0]);
    }

    #[test]
    fn what_the_copy_lacks_is_named() {
        let source = ObjectHead {
            headers: ObjectHeaders {
                cache_control: Some("no-store".into()),
                expires: Some("Thu, 01 Dec 2033 16:00:00 GMT".into()),
                ..Default::default()
            },
            user_metadata: [("k".to_owned(), "v".to_owned())].into(),
            storage_class: Some("GLACIER_IR".into()),
            missing_metadata: 2,
            more: vec![
                ("encryption".into(), "aws:kms".into()),
                ("lock mode".into(), "GOVERNANCE".into()),
                ("legal hold".into(), "ON".into()),
            ],
            ..ObjectHead::default()
        };
        assert_eq!(
            told(&source, &ObjectHead::default()),
            [
                "Cache-Control",
                "Expires",
                "the metadata k",
                "metadata that the server cannot express (2)",
                "the storage class GLACIER_IR",
                "the encryption with a key of its own",
                "the retention (GOVERNANCE)",
                "the legal hold (ON)",
            ]
        );
    }
}
