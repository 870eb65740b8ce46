//! Looks whether a stored object has what was asked for beside its bytes, and puts the tags, locks
//! and ACLs that it lacks.

use crate::domain::asked_attributes::{AskedAttributes, is_kept, same_tags};
use crate::domain::error::{Error, ErrorKind, PUT_RIGHT};
use crate::domain::object::{ObjectAddress, VersionId};
use crate::s3::client::Client;
use crate::s3::ops::locks::knows_locks;

impl Client {
    /// Puts right what a server that is not relied upon dropped without a word: Ceph's gateway
    /// drops the tags of a copy that is described anew and of an upload in parts, and the locks of
    /// both; rclone drops tags, ACLs and dates of any write. False where these keys may not look.
    ///
    /// # Errors
    /// `Loss` where it cannot be put right: the object is stored without it.
    pub async fn put_right(
        &self,
        object: &ObjectAddress,
        asked: &AskedAttributes,
    ) -> Result<bool, Error> {
        if asked.is_empty() || self.sdk().await?.provider.facts().relied_upon {
            return Ok(true);
        }
        let head = match Box::pin(self.head(object)).await {
            Err(error) if error.is(&ErrorKind::AccessDenied) => return Ok(false),
            head => head?,
        };
        let version = object.version.clone().or_else(|| head.version_id.clone().map(VersionId));
        let object = object.clone().at_version(version);
        let tags = match &asked.tags {
            Some(tags) => Box::pin(self.put_tags_right(&object, tags)).await?,
            None => true,
        };
        let locks = match asked.has_locks() {
            true => Box::pin(self.put_locks_right(&object, asked)).await?,
            false => true,
        };
        let acl = match (&asked.acl, asked.public_group()) {
            (Some(acl), Some(group)) => Box::pin(self.put_acl_right(&object, acl, group)).await?,
            _ => true,
        };
        match asked.untold(&head).as_slice() {
            [] => Ok(tags && locks && acl),
            untold => Err(not_kept(&object, &untold.join(", "))),
        }
    }

    async fn put_acl_right(
        &self,
        object: &ObjectAddress,
        acl: &str,
        group: &str,
    ) -> Result<bool, Error> {
        let what = format!("the ACL {acl}");
        let is_granted = |grants: &[String]| grants.iter().any(|grant| grant.starts_with(group));
        match self.grants(object).await {
            Ok(grants) if is_granted(&grants) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.is(&ErrorKind::AccessDenied) => return Ok(false),
            Err(error) => return Err(lost(object, &what, error)),
        }
        let put = self.put_canned_acl(object, acl).await;
        put.map_err(|error| lost(object, &what, error))?;
        match self.grants(object).await {
            Ok(grants) if is_granted(&grants) => Ok(true),
            Ok(_) => Err(not_kept(object, &what)),
            Err(error) => Err(lost(object, &what, error)),
        }
    }

    async fn put_tags_right(
        &self,
        object: &ObjectAddress,
        tags: &[(String, String)],
    ) -> Result<bool, Error> {
        let what = AskedAttributes { tags: Some(tags.to_vec()), ..Default::default() }.words();
        match self.tags(object).await {
            Ok(found) if same_tags(&found, tags) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.is_empty_answer() => {}
            Err(error) if error.is(&ErrorKind::AccessDenied) => return Ok(false),
            Err(error) => return Err(lost(object, &what, error)),
        }
        self.put_tags(object, tags).await.map_err(|error| lost(object, &what, error))?;
        match self.tags(object).await {
            Ok(found) if same_tags(&found, tags) => Ok(true),
            Ok(_) => Err(not_kept(object, &what)),
            Err(error) => Err(lost(object, &what, error)),
        }
    }

    async fn put_locks_right(
        &self,
        object: &ObjectAddress,
        asked: &AskedAttributes,
    ) -> Result<bool, Error> {
        let lacking = match self.lacking_locks(object, asked).await {
            Err(error) if error.is(&ErrorKind::AccessDenied) => return Ok(false),
            lacking => lacking?,
        };
        let Some(lacking) = lacking else { return Ok(true) };
        if let Some(retention) = lacking.retention {
            let put = self.put_retention(object, retention).await;
            put.map_err(|error| lost(object, &lacking.words(), error))?;
        }
        if lacking.legal_hold {
            let put = self.put_legal_hold(object, true).await;
            put.map_err(|error| lost(object, &lacking.words(), error))?;
        }
        match self.lacking_locks(object, asked).await? {
            None => Ok(true),
            Some(lacking) => Err(not_kept(object, &lacking.words())),
        }
    }

    /// The locks that were asked for and are not there.
    async fn lacking_locks(
        &self,
        object: &ObjectAddress,
        asked: &AskedAttributes,
    ) -> Result<Option<AskedAttributes>, Error> {
        let mut head = self.head(object).await?;
        // rclone tells at HEAD what it was told, and locks nothing.
        if asked.retention.is_some() {
            match self.retention(object).await {
                Ok(found) => head.retention = found,
                Err(error) if knows_locks(&error) => {}
                Err(error) => return Err(unknown(object, asked, error)),
            }
        }
        if asked.legal_hold {
            match self.legal_hold(object).await {
                Ok(found) => head.legal_hold = found,
                Err(error) if knows_locks(&error) => {}
                Err(error) => return Err(unknown(object, asked, error)),
            }
        }
        let lacking = AskedAttributes {
            retention: asked.retention.filter(|asked| !is_kept(head.retention, *asked)),
            legal_hold: asked.legal_hold && head.legal_hold != Some(true),
            ..AskedAttributes::default()
        };
        Ok(Some(lacking).filter(|lacking| !lacking.is_empty()))
    }
}

/// What keeps it from being put right; one that may pass, and an object that is gone, are told as
/// they are.
fn lost(object: &ObjectAddress, lacking: &str, error: Error) -> Error {
    if error.retryable() || error.is(&ErrorKind::NoSuchKey) {
        return error;
    }
    let why = match error.is(&ErrorKind::Unsupported) {
        true => error.detail.clone(),
        false => error.explain().what,
    };
    let detail = format!("{lacking} ({why})");
    let (operation, place) = (PUT_RIGHT.to_owned(), object.to_string());
    Error { kind: ErrorKind::Loss, operation, place, detail, ..error }
}

/// A server that fails at a question about locks does not know it: OpenStack Swift.
fn unknown(object: &ObjectAddress, asked: &AskedAttributes, error: Error) -> Error {
    let fails = error.is(&ErrorKind::ServerFault);
    let kind = if fails { ErrorKind::Other } else { error.kind.clone() };
    lost(object, &asked.words(), Error { kind, ..error })
}

fn not_kept(object: &ObjectAddress, lacking: &str) -> Error {
    let detail = format!("{lacking} (the server takes it and does not keep it)");
    Error::new(ErrorKind::Loss, PUT_RIGHT, object.to_string()).detail(detail)
}
