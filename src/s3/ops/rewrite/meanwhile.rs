//! Finds out that somebody else changed an object while it was described anew: its ETag tells only
//! of its bytes.

use crate::domain::error::{CHANGE_METADATA, Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, ObjectHeaders, PutOptions};
use crate::s3::client::Client;
use crate::s3::ops::rewrite::Described;

impl Client {
    /// Looks directly before a change whether the object is still as it was described.
    ///
    /// # Errors
    /// `SourceChanged` where it is not: nothing was changed.
    pub(super) async fn expect_as_described(
        &self,
        object: &ObjectAddress,
        before: &Described,
    ) -> Result<(), Error> {
        let now = Box::pin(self.whole_head(object)).await?;
        match is_as_before(&before.head, &now) {
            true => Ok(()),
            false => {
                Err(meanwhile(object, "it was changed meanwhile, and nothing of it was touched"))
            }
        }
    }

    /// As [`Client::expect_as_described`], of its tags.
    pub(super) async fn expect_tags_as_described(
        &self,
        object: &ObjectAddress,
        before: &Described,
    ) -> Result<(), Error> {
        let Some(told) = &before.tags else { return Ok(()) };
        match Box::pin(self.tags(object)).await {
            Ok(now) if !is_same(&now, told) => {
                let detail = "its tags were changed meanwhile, and nothing of them was touched";
                Err(meanwhile(object, detail))
            }
            _ => Ok(()),
        }
    }

    /// Looks after a change whether what is there has it, and not what was there before: of two
    /// changes at once the second undoes the first.
    ///
    /// # Errors
    /// `SourceChanged` where it was undone.
    pub(super) async fn expect_changed(
        &self,
        object: &ObjectAddress,
        before: &ObjectHead,
        after: &PutOptions,
    ) -> Result<(), Error> {
        // Who may not look knows what the server answered.
        let Ok(now) = Box::pin(self.head(object)).await else { return Ok(()) };
        match undone(before, after, &now) {
            undone if undone.is_empty() => Ok(()),
            undone => Err(was_undone(object, &undone.join(", "))),
        }
    }

    /// As [`Client::expect_changed`], of its tags.
    pub(super) async fn expect_tags(
        &self,
        object: &ObjectAddress,
        before: &Described,
        after: &[(String, String)],
    ) -> Result<(), Error> {
        let Ok(now) = Box::pin(self.tags(object)).await else { return Ok(()) };
        let lacking = after.iter().filter(|tag| !now.contains(tag));
        let own = lacking.filter(|tag| !before.tags.iter().flatten().any(|known| known == *tag));
        let undone: Vec<String> = own.map(|(name, _)| format!("the tag {name}")).collect();
        match undone.is_empty() {
            true => Ok(()),
            false => Err(was_undone(object, &undone.join(", "))),
        }
    }
}

fn meanwhile(object: &ObjectAddress, detail: &str) -> Error {
    Error::new(ErrorKind::SourceChanged, CHANGE_METADATA, object.to_string()).detail(detail)
}

fn was_undone(object: &ObjectAddress, what: &str) -> Error {
    meanwhile(object, &format!("{what} was set, and is as before again"))
}

fn is_as_before(before: &ObjectHead, now: &ObjectHead) -> bool {
    let of = |head: &ObjectHead| {
        let object = (head.etag.clone(), head.modified, head.version_id.clone());
        (object, head.headers.clone(), head.user_metadata.clone(), head.storage_class.clone())
    };
    of(before) == of(now)
}

fn is_same(one: &[(String, String)], other: &[(String, String)]) -> bool {
    one.len() == other.len() && one.iter().all(|tag| other.contains(tag))
}

/// What was to be changed and has its old value.
fn undone(before: &ObjectHead, after: &PutOptions, now: &ObjectHead) -> Vec<String> {
    let (old, new, found) = (&before.user_metadata, &after.user_metadata, &now.user_metadata);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    // Servers trim values.
    let trimmed = |of: Option<&String>| of.map(|value| value.trim().to_owned());
    let changed =
        names.into_iter().filter(|name| trimmed(old.get(*name)) != trimmed(new.get(*name)));
    // Ceph writes - for _ in names.
    let renamed = |name: &str| {
        let other = name.replace('_', "-");
        new.contains_key(name) && other != *name && found.contains_key(&other)
    };
    let metadata =
        changed.filter(|name| old.get(*name) == found.get(*name) && !renamed(name.as_str()));
    let headers = headers(&before.headers).into_iter().zip(headers(&after.headers));
    let headers = headers
        .zip(self::headers(&now.headers))
        // One that is taken away may be set by the server itself.
        .filter(|((old, new), found)| {
            new.1.is_some() && trimmed(old.1) != trimmed(new.1) && old.1 == found.1
        });
    let headers = headers.map(|((old, ..), _)| old.0.to_owned());
    metadata.map(|name| format!("the metadata {name}")).chain(headers).collect()
}

fn headers(headers: &ObjectHeaders) -> [(&'static str, Option<&String>); 5] {
    [
        ("Content-Type", headers.content_type.as_ref()),
        ("Content-Encoding", headers.content_encoding.as_ref()),
        ("Content-Disposition", headers.content_disposition.as_ref()),
        ("Content-Language", headers.content_language.as_ref()),
        ("Cache-Control", headers.cache_control.as_ref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_old_value_in_the_place_of_a_new_one_is_undone() {
        let head = |pairs: &[(&str, &str)]| ObjectHead {
            user_metadata: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..ObjectHead::default()
        };
        let before = head(&[("kept", "1"), ("gone", "2"), ("changed", "3")]);
        let wanted = head(&[("kept", "1"), ("changed", "4"), ("new", "5")]);
        let after = PutOptions { user_metadata: wanted.user_metadata, ..PutOptions::default() };
        let told = |pairs| undone(&before, &after, &head(pairs));
        assert_eq!(told(&[("kept", "1"), ("changed", "4"), ("new", "5")]), [""; 0]);
        // A server may write a value in its own way, and somebody may change something else.
        assert_eq!(told(&[("kept", "x"), ("changed", "4 "), ("new", "five")]), [""; 0]);
        let all = ["the metadata changed", "the metadata gone", "the metadata new"];
        assert_eq!(told(&[("kept", "1"), ("gone", "2"), ("changed", "3")]), all);
        let wanted = head(&[("a_b", "1")]);
        let after = PutOptions { user_metadata: wanted.user_metadata, ..PutOptions::default() };
        let kept_as = |name| undone(&head(&[]), &after, &head(&[(name, "1")]));
        assert_eq!((kept_as("a-b").len(), kept_as("other").len()), (0, 1));
    }
}
