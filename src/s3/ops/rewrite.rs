//! Describes an object anew where it is: by a copy onto itself that keeps everything else.

mod meanwhile;

use aws_sdk_s3::types::{Grantee, ObjectCannedAcl, Tag, Tagging};
use jiff::Timestamp;

use crate::domain::asked_attributes::AskedAttributes;
use crate::domain::attributes::MAX_TAGS;
use crate::domain::error::{CHANGE_METADATA, Error, ErrorKind};
use crate::domain::metadata_change::{ChangeKind, MetadataChange};
use crate::domain::object::{
    CopyOptions, ETag, ObjectAddress, ObjectHead, ObjectHeaders, PutOptions, StoredObject,
    UploadedPart, VersionId,
};
use crate::domain::parts::{MIB, part_size_at_least, piece, piece_count};
use crate::domain::protection::ObjectGrants;
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::of_version::put_on_version;
use crate::s3::ops::opening::archived;

/// The server moves the bytes, so parts may be large.
const PART_BYTES: u64 = 256 * MIB;

const UNREADABLE: &str = "its tags cannot be read, so they are kept";

/// What is known of an object before it is described anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    pub head: ObjectHead,
    /// `None` where they cannot be had.
    pub tags: Option<Vec<(String, String)>>,
    /// Why they were not read, where the server has some for all one knows.
    pub unread_tags: Option<UnreadTags>,
    /// The whole of its ACL, where others than the owner have a part in it.
    pub acl: Option<ObjectGrants>,
    /// The ACL may not be read: a copy loses what it grants.
    pub acl_unknown: bool,
}

/// Why the tags of an object were not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadTags {
    /// These keys may not read them, or not now.
    Refused,
    /// The server gives those of this object in no form that can be read: nobody has them.
    Unreadable,
}

impl Described {
    fn may_not_read_tags(&self) -> bool {
        self.unread_tags == Some(UnreadTags::Refused)
    }

    /// Tags that nobody can read are replaced where others are set in their place.
    fn may_retag(&self, change: &MetadataChange) -> bool {
        let replaced = self.unread_tags == Some(UnreadTags::Unreadable);
        self.tags.is_some() || replaced && !change.set.tags.is_empty()
    }

    /// Why a change is not even asked for: the server would refuse it, or tags that nobody could
    /// read would be lost. `lacks_tags` says why the server has none.
    pub fn refuses(
        &self,
        object: &ObjectAddress,
        change: &MetadataChange,
        lacks_tags: Option<&str>,
    ) -> Option<Error> {
        let fails = |kind, detail: String| {
            Some(Error::new(kind, CHANGE_METADATA, object.to_string()).detail(detail))
        };
        if change.is_about_tags() && !self.may_retag(change) {
            return match lacks_tags {
                Some(why) => fails(ErrorKind::Unsupported, why.to_owned()),
                None => fails(ErrorKind::AccessDenied, UNREADABLE.to_owned()),
            };
        }
        let known = self.tags.as_deref().unwrap_or_default();
        let tags = change.after(&self.head, known).tags.len();
        if change.is_about_tags() && tags > MAX_TAGS {
            let detail = format!("it would have {tags} tags, and an object has {MAX_TAGS} at most");
            return fails(ErrorKind::InvalidRequest, detail);
        }
        let copied = matches!(change.kind(&self.head, known), ChangeKind::Object { .. });
        let unreadable = || {
            let call = Call::on_object("CopyObject", object);
            archived(&call, "the object is archived, and a copy has to read it")
        };
        (copied && self.head.is_archived()).then(unreadable)
    }

    /// The tags that a request has to name so that they stay. `lacks` says why the server has none.
    ///
    /// # Errors
    /// `AccessDenied` where it has some for all one knows, and they cannot be read.
    pub fn kept_tags(
        &self,
        object: &ObjectAddress,
        lacks: Option<&str>,
    ) -> Result<Vec<(String, String)>, Error> {
        match &self.tags {
            Some(tags) => Ok(tags.clone()),
            None if lacks.is_some() => Ok(Vec::new()),
            None if self.unread_tags == Some(UnreadTags::Unreadable) => Ok(Vec::new()),
            None => {
                let operation = "GetObjectTagging";
                let error = Error::new(ErrorKind::AccessDenied, operation, object.to_string());
                Err(error.detail(UNREADABLE))
            }
        }
    }
}

impl Client {
    /// What a change needs to know of an object: its head, and what the change could lose.
    pub async fn described(&self, object: &ObjectAddress) -> Result<Described, Error> {
        let head = Box::pin(self.whole_head(object)).await?;
        let (tags, unread_tags) = match self.lacks(Capability::ObjectTags) {
            Some(_) => (None, None),
            None => match Box::pin(self.tags(object)).await {
                Ok(tags) => (Some(tags), None),
                Err(error) if error.retryable() => return Err(error),
                Err(error) if error.is(&ErrorKind::Unsupported) => (None, None),
                Err(error) if error.is_empty_answer() => (None, Some(UnreadTags::Unreadable)),
                Err(_) => (None, Some(UnreadTags::Refused)),
            },
        };
        let (acl, acl_unknown) = match self.lacks(Capability::Acl) {
            Some(_) => (None, false),
            None => match Box::pin(self.given_access(object)).await {
                Ok(acl) => (acl, false),
                Err(error) => (None, error.is(&ErrorKind::AccessDenied)),
            },
        };
        Ok(Described { head, tags, unread_tags, acl, acl_unknown })
    }

    /// Does what a change asks for. Tags alone make no new version.
    ///
    /// # Errors
    /// As [`Described::refuses`], before anything is sent.
    pub async fn change_metadata(
        &self,
        object: &ObjectAddress,
        before: &Described,
        change: &MetadataChange,
    ) -> Result<(), Error> {
        let lacks_tags = self.lacks(Capability::ObjectTags);
        if let Some(error) = before.refuses(object, change, lacks_tags.as_deref()) {
            return Err(error);
        }
        let tags = before.tags.as_deref().unwrap_or_default();
        let mut after = change.after(&before.head, tags);
        // One that is over can be given to no version.
        after.protection.retention =
            after.protection.retention.filter(|kept| kept.until > Timestamp::now());
        if after.protection.acl.is_none() {
            after.protection.grants.clone_from(&before.acl);
        }
        match change.kind(&before.head, tags) {
            ChangeKind::Nothing | ChangeKind::LocksAlone => Ok(()),
            ChangeKind::TagsAlone => {
                Box::pin(self.expect_tags_as_described(object, before)).await?;
                Box::pin(self.put_tags(object, &after.tags)).await?;
                match self.provider().facts().relied_upon {
                    true => Ok(()),
                    false => Box::pin(self.expect_tags(object, before, &after.tags)).await,
                }
            }
            ChangeKind::AclAlone => {
                let acl = after.protection.acl.as_deref().unwrap_or_default();
                Box::pin(self.put_canned_acl(object, acl)).await
            }
            ChangeKind::Object { retagging } => {
                // The copy has the locks from its start.
                let rewritten = self.rewrite(object, before, &after, retagging);
                return Box::pin(rewritten).await.map(drop);
            }
        }?;
        let (retention, held) = change.locks(&before.head);
        if let Some(retention) = retention {
            Box::pin(self.put_retention(object, retention)).await?;
        }
        match held {
            Some(held) => Box::pin(self.put_legal_hold(object, held)).await,
            None => Ok(()),
        }
    }

    /// Does what a change asks for, of an object that still has this ETag. False where it is so
    /// already.
    ///
    /// # Errors
    /// `SourceChanged` where it has another one; as [`Client::change_metadata`] besides.
    pub async fn change_if_still(
        &self,
        object: &ObjectAddress,
        etag: Option<&ETag>,
        change: &MetadataChange,
    ) -> Result<bool, Error> {
        let before = self.described(object).await?;
        if before.head.etag.as_ref() != etag {
            return Err(Error::new(ErrorKind::SourceChanged, "CopyObject", object.to_string()));
        }
        let lacks_tags = self.lacks(Capability::ObjectTags);
        if let Some(error) = before.refuses(object, change, lacks_tags.as_deref()) {
            return Err(error);
        }
        let tags = before.tags.as_deref().unwrap_or_default();
        if change.kind(&before.head, tags) == ChangeKind::Nothing {
            return Ok(false);
        }
        self.change_metadata(object, &before, change).await.map(|()| true)
    }

    /// A copy onto itself; in parts where it is too large for one request.
    async fn rewrite(
        &self,
        object: &ObjectAddress,
        before: &Described,
        after: &PutOptions,
        retagging: bool,
    ) -> Result<StoredObject, Error> {
        let provider = self.sdk().await?.provider;
        let relied_upon = provider.facts().relied_upon;
        // Some take the condition and copy all the same (moto), and the condition knows only bytes.
        Box::pin(self.expect_as_described(object, before)).await?;
        let in_parts = before.head.size.unwrap_or_default() > provider.max_single_put();
        let tags = if retagging {
            after.tags.clone()
        } else if in_parts || !relied_upon && before.may_not_read_tags() {
            let lacks = self.lacks(Capability::ObjectTags);
            before.kept_tags(object, lacks.as_deref())?
        } else {
            before.tags.clone().unwrap_or_default()
        };
        let after = &PutOptions { tags, ..after.clone() };
        let stored = if in_parts {
            Box::pin(self.rewrite_in_parts(object, &before.head, after)).await?
        } else {
            let options = CopyOptions {
                source_etag: before.head.etag.clone(),
                replacing: Some(after.clone()),
                retagging,
                ..CopyOptions::default()
            };
            let copied = Box::pin(self.copy_as(object, object, &options)).await;
            copied.map_err(|error| self.not_under_a_key(object, error))?
        };
        let made = object.clone().at_version(stored.version_id.clone().map(VersionId));
        let retagged = retagging.then(|| after.tags.clone());
        let asked = AskedAttributes::of(after);
        let asked = AskedAttributes { tags: asked.tags.or(retagged), ..asked }
            .named(&ObjectHeaders::default(), after.storage_class.as_ref());
        Box::pin(self.put_right(&made, &asked)).await?;
        if !relied_upon {
            Box::pin(self.expect_changed(object, &before.head, after)).await?;
        }
        Ok(stored)
    }

    /// Ceph's gateway copies nothing under a key of one's own.
    fn not_under_a_key(&self, object: &ObjectAddress, error: Error) -> Error {
        if !error.is(&ErrorKind::Unsupported) || !self.access(&object.bucket).has_key() {
            return error;
        }
        error.detail(
            "it copies no object under a key of yours (SSE-C), which changing its metadata takes; \
             a copy to another name, with the change, goes through this machine",
        )
    }

    async fn rewrite_in_parts(
        &self,
        object: &ObjectAddress,
        head: &ObjectHead,
        after: &PutOptions,
    ) -> Result<StoredObject, Error> {
        let call = Call::on_object("UploadPartCopy", object);
        let size = head.size.unwrap_or_default();
        let limits = self.sdk().await?.provider.facts().parts;
        let part_size = part_size_at_least(size, PART_BYTES, &limits)
            .ok_or_else(|| call.fails(ErrorKind::TooLarge, "no part size fits its limits"))?;
        let upload = self.create_multipart(object, after).await?;
        let mut parts: Vec<UploadedPart> = Vec::new();
        for index in 0..piece_count(size, part_size) {
            let range = piece(size, part_size, index);
            let etag = head.etag.as_ref();
            let copied = self.copy_part(object, range, etag, object, &upload, index + 1).await;
            match copied {
                Ok(part) => parts.push(part),
                Err(error) => {
                    // What cannot be taken back is told by its own error on the next look.
                    drop(self.abort_for_good(object, &upload).await);
                    return Err(error);
                }
            }
        }
        self.complete_multipart(object, &upload, &parts, false).await
    }

    /// Replaces all tags.
    pub async fn put_tags(
        &self,
        object: &ObjectAddress,
        tags: &[(String, String)],
    ) -> Result<(), Error> {
        let call =
            Call::on_object("PutObjectTagging", object).writing().needing(Capability::ObjectTags);
        let set = tags
            .iter()
            .map(|(name, value)| Tag::builder().key(name).value(value).build())
            .collect::<Result<Vec<Tag>, _>>();
        let set = call.built(set)?;
        let tagging = call.built(Tagging::builder().set_tag_set(Some(set)).build())?;
        put_on_version!(self, &call, object, put_object_tagging.tagging(tagging))
    }

    /// The ACL where it grants anything to others than the owner.
    async fn given_access(&self, object: &ObjectAddress) -> Result<Option<ObjectGrants>, Error> {
        let output = self.access_of(object).await?;
        let owner = output.owner().and_then(|owner| owner.id());
        let others = output.grants().iter().any(|grant| {
            let to = grant.grantee().and_then(|grantee| grantee.id());
            to.is_none() || to != owner
        });
        let named = |permission: &str| {
            let to = output
                .grants()
                .iter()
                .filter(|grant| grant.permission().is_some_and(|own| own.as_str() == permission));
            let to: Vec<String> =
                to.filter_map(|grant| grant.grantee()).filter_map(named_grantee).collect();
            (!to.is_empty()).then(|| to.join(", "))
        };
        Ok(others.then(|| ObjectGrants {
            full_control: named("FULL_CONTROL"),
            read: named("READ"),
            read_acp: named("READ_ACP"),
            write_acp: named("WRITE_ACP"),
        }))
    }

    /// One of the ACLs that S3 has names for.
    pub async fn put_canned_acl(&self, object: &ObjectAddress, acl: &str) -> Result<(), Error> {
        let call = Call::on_object("PutObjectAcl", object).writing().needing(Capability::Acl);
        let acl = ObjectCannedAcl::from(acl);
        put_on_version!(self, &call, object, put_object_acl.acl(acl))
    }
}

/// As the headers name them.
fn named_grantee(grantee: &Grantee) -> Option<String> {
    let uri = grantee.uri().map(|uri| format!("uri=\"{uri}\""));
    uri.or_else(|| grantee.id().map(|id| format!("id=\"{id}\"")))
}
