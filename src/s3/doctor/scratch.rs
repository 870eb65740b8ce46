//! Names the scratch objects of an examination, and removes all of them.

use std::hash::{BuildHasher, Hasher, RandomState};

use tokio::runtime::Handle;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::provider::Capability;
use crate::domain::units::Counted;
use crate::domain::versions::{KeyVersion, VersionEntry};
use crate::s3::client::Client;
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// Objects of the examination, below a prefix that nobody else uses.
pub struct Scratch {
    client: Client,
    bucket: Bucket,
    prefix: Prefix,
    /// Something may have been written and was not deleted yet.
    pending: bool,
}

impl Scratch {
    pub fn below(client: &Client, bucket: &Bucket, prefix: &Prefix) -> Scratch {
        let name = format!(".windlass-doctor-{:016x}/", RandomState::new().build_hasher().finish());
        Scratch {
            client: client.clone(),
            bucket: bucket.clone(),
            prefix: prefix.child(&name),
            pending: true,
        }
    }

    pub fn written(&self) -> ObjectAddress {
        self.object("written")
    }

    pub fn copied(&self) -> ObjectAddress {
        self.object("copied")
    }

    pub fn assembled(&self) -> ObjectAddress {
        self.object("assembled")
    }

    fn object(&self, name: &str) -> ObjectAddress {
        ObjectAddress::new(self.bucket.clone(), self.prefix.key(name))
    }

    /// Gives up what is unfinished and deletes every object, the ones that were never written too,
    /// with all their versions. What stays all the same is told.
    pub async fn clear(mut self) -> Result<Option<String>, Error> {
        self.pending = false;
        self.remove().await
    }

    async fn remove(&self) -> Result<Option<String>, Error> {
        for upload in self.unfinished().await {
            self.client.abort_for_good(&self.assembled(), &upload).await?;
        }
        let keys: Vec<Key> = [self.written(), self.copied(), self.assembled()]
            .into_iter()
            .map(|object| object.key)
            .collect();
        let failed = self.client.delete(&self.bucket, &keys).await?;
        let failed = failed.into_iter().find(|(_, error)| !error.is(&ErrorKind::NoSuchKey));
        failed.map_or(Ok(()), |(_, error)| Err(error))?;
        self.remove_versions().await
    }

    /// Where versions are kept, what was deleted is still there, below a marker.
    async fn remove_versions(&self) -> Result<Option<String>, Error> {
        if self.client.lacks(Capability::Versions).is_some() {
            return Ok(None);
        }
        let below = format!("s3://{}/{}", self.bucket, self.prefix);
        let mut pages =
            VersionPages::new(&self.client, VersionsQuery::below(&self.bucket, &self.prefix));
        let mut left: Vec<KeyVersion> = Vec::new();
        loop {
            match pages.next().await {
                Ok(Some(page)) => left.extend(page.rows.iter().map(VersionEntry::name)),
                Ok(None) => break,
                // It keeps none.
                Err(error) if error.is(&ErrorKind::Unsupported) => break,
                Err(error) => {
                    return Ok(Some(format!(
                        "versions cannot be listed ({}): if the bucket keeps any, they stay \
                         below {below}",
                        error.explain().what
                    )));
                }
            }
        }
        if left.is_empty() {
            return Ok(None);
        }
        let failed = self.client.delete_versions(&self.bucket, &left).await?;
        Ok(failed.first().map(|(_, error)| {
            let versions = Counted(failed.len() as u64, "version");
            format!("{versions} and markers stay below {below}: {}", error.explain().what)
        }))
    }

    /// Uploads whose id never arrived here. Servers that cannot list them give them up by their own
    /// rules.
    async fn unfinished(&self) -> Vec<UploadId> {
        self.client.uploads_of(&self.assembled()).await.unwrap_or_default()
    }
}

/// Where the examination is given up in the middle.
impl Drop for Scratch {
    fn drop(&mut self) {
        let Some(runtime) = Handle::try_current().ok().filter(|_| self.pending) else { return };
        let left = Scratch {
            client: self.client.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            pending: false,
        };
        runtime.spawn(async move {
            if let Err(error) = left.remove().await {
                tracing::warn!(%error, prefix = %left.prefix, "scratch objects are left");
            }
        });
    }
}
