//! Decides what a file that has the name already means for the object that is to have it.

use std::sync::Arc;

use cap_std::fs::{Metadata, MetadataExt};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectHead;
use crate::domain::transfer::{OnConflict, Verification};
use crate::s3::tasks::blocking;
use crate::transfer::fact::PartFile;
use crate::transfer::local::attributes::kept_time;
use crate::transfer::local::folder::{Folder, inode};
use crate::transfer::local::kind::in_the_way;
use crate::transfer::local::part_file::{GrowingFile, free_name};
use crate::transfer::task::Moving;
use crate::transfer::workers::destination::Version;
use crate::transfer::workers::digest::{DigestCheck, verify};
use crate::transfer::workers::download::DownloadTask;
use crate::transfer::workers::finish::WorkerEnd;

impl DownloadTask<'_> {
    /// Decides before any byte moves what an existing destination means. `finish` decides again, in
    /// one step.
    pub(super) async fn settle_conflict(
        &mut self,
        partial: Option<&PartFile>,
    ) -> Result<Option<WorkerEnd>, Error> {
        let on_conflict = self.task.spec.on_conflict;
        let compares = matches!(on_conflict, OnConflict::IfNewer | OnConflict::IfDifferent);
        // Of what comes into it meanwhile, the last step knows.
        if !compares && !self.task.again && self.task.roots.was_empty(self.task.job) {
            return Ok(None);
        }
        let (folder, found) = self.look_for(&self.local.name).await?;
        if self.task.again
            && folder.find(&self.name)?.is_some()
            && let Some(done) = self.done_before(partial).await
        {
            return Ok(Some(done));
        }
        let Some(found) = found else { return Ok(None) };
        let path = self.folder_path().join(self.local.shown());
        let exists = || {
            Error::new(ErrorKind::LocalExists, "download", path.display().to_string())
                .detail("a file of this name exists")
        };
        if on_conflict != OnConflict::KeepBoth
            && let Some(refused) = in_the_way(MetadataExt::mode(&found), &path)
        {
            return Err(refused);
        }
        match on_conflict {
            OnConflict::IfNewer | OnConflict::IfDifferent => {
                if self.replaces(&found).await? {
                    self.on_conflict = OnConflict::Overwrite;
                    return self.is_its_own(folder).await.map(|()| None);
                }
                Ok(Some(WorkerEnd::Moved(Moving::Skipped)))
            }
            OnConflict::Skip => Ok(Some(WorkerEnd::Moved(Moving::Skipped))),
            OnConflict::Fail => Err(exists()),
            OnConflict::Overwrite => self.is_its_own(folder).await.map(|()| None),
            OnConflict::KeepBoth => {
                if partial.is_none_or(|partial| partial.target.is_none()) {
                    self.name = free_name(&folder, &self.local.name)?;
                }
                Ok(None)
            }
        }
    }

    /// A disk that folds names may have found the file of another object.
    async fn is_its_own(&self, folder: Folder) -> Result<(), Error> {
        let (roots, job, path) = (Arc::clone(&self.task.roots), self.task.job, self.folder_path());
        let name = self.local.name.clone();
        let look = move || {
            if !roots.folding(job, &path)?.any() || folder.spells(&name) {
                return Ok(());
            }
            let place = folder.path_of(&name).display().to_string();
            Err(Error::new(ErrorKind::LocalExists, "download", place)
                .detail("a file whose name differs in case or Unicode form alone is there"))
        };
        blocking(look).await
    }

    /// Whether the object is newer than the file, or another, as the spec asks.
    async fn replaces(&self, found: &Metadata) -> Result<bool, Error> {
        let head = self.task.policy.send(|| self.task.remote.head(&self.object)).await?;
        let modified = found.modified().ok().map(cap_std::time::SystemTime::into_std);
        let local = Version { size: found.len(), modified };
        if self.task.spec.on_conflict == OnConflict::IfNewer {
            return Ok(Version::of(&head).newer_than(&local));
        }
        if head.size != Some(local.size) {
            return Ok(true);
        }
        if modified.is_some() && kept_time(&head) == modified {
            return Ok(false);
        }
        let folder = self.open_folder().await?;
        Ok(self.has_bytes_of(&head, folder).await.is_none())
    }

    /// How a file shows that it has the object's bytes.
    async fn has_bytes_of(&self, head: &ObjectHead, folder: Folder) -> Option<Verification> {
        let (size, check) = (head.size?, DigestCheck::of(head));
        if !check.compares() {
            return None;
        }
        let (name, place) = (self.name.clone(), self.object.to_string());
        let look = move || {
            let missing = || Error::new(ErrorKind::LocalMissing, "look", name.clone());
            let file = GrowingFile::reopen(folder, &name, size).ok_or_else(missing)?;
            verify(&file, check, size, &place)
        };
        let shown = blocking(look).await.ok()?.or_size_only();
        matches!(shown, Verification::Digest(_)).then_some(shown)
    }

    /// An earlier run may have put the file in place and died before it said so.
    async fn done_before(&self, partial: Option<&PartFile>) -> Option<WorkerEnd> {
        let folder = self.open_folder().await.ok()?;
        if let Some(partial) = partial
            && folder.find(&partial.name).ok()?.is_some()
        {
            return None;
        }
        let found = folder.find(&self.name).ok()??;
        let part = partial.and_then(|partial| partial.inode);
        let ours = part.is_some() && part == inode(&found);
        let same = match self.task.policy.send(|| self.task.remote.head(&self.object)).await {
            Ok(head) => self.has_bytes_of(&head, folder).await,
            Err(_) => None,
        };
        let why = || Verification::SizeOnly("an earlier run finished it".to_owned());
        let verification = Some(same.or_else(|| ours.then(why))?);
        Some(WorkerEnd::Moved(Moving::Done { bytes: found.len(), verification }))
    }
}
