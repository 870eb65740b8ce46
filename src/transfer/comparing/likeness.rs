//! Tells two items apart by what is said of them, before their bytes are read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use futures_util::FutureExt as _;

use crate::domain::diff_end::DiffItem;
use crate::domain::error::{Error, READ_FILE};
use crate::domain::likeness::Likeness;
use crate::domain::object::ObjectHead;
use crate::domain::transfer::Verification;
use crate::s3::tasks::blocking;
use crate::transfer::comparing::comparer::Comparer;
use crate::transfer::workers::digest::{DigestCheck, DigestOutcome};

/// Bytes of a file that are read at once.
const PIECE: usize = 256 * 1024;

/// An item with what is known of it.
#[derive(Clone, Copy)]
pub enum KnownItem<'a> {
    Stored(&'a ObjectHead),
    /// A file, and how many bytes it has.
    Local(&'a Path, u64),
}

impl Comparer {
    /// The sizes of both, and whether that and what the server says of their bytes tells them
    /// apart.
    pub async fn told_of(
        &self,
        one: &DiffItem,
        other: &DiffItem,
    ) -> Result<([Option<u64>; 2], Likeness), Error> {
        let (one, other) = tokio::try_join!(self.known(one).boxed(), self.known(other).boxed())?;
        let likeness = likeness(one.item(), other.item()).await?;
        Ok(([one.item().size(), other.item().size()], likeness))
    }

    async fn known(&self, item: &DiffItem) -> Result<Known, Error> {
        Ok(match item {
            DiffItem::Stored(object) => Known::Stored(self.client().whole_head(object).await?),
            DiffItem::Local(path) => {
                let found = tokio::fs::metadata(path).await;
                let found = found.map_err(|e| Error::from_io(&e, READ_FILE, path.display()))?;
                Known::Local(path.clone(), found.len())
            }
        })
    }
}

enum Known {
    Stored(ObjectHead),
    Local(PathBuf, u64),
}

impl Known {
    fn item(&self) -> KnownItem<'_> {
        match self {
            Known::Stored(head) => KnownItem::Stored(head),
            Known::Local(path, size) => KnownItem::Local(path, *size),
        }
    }
}

impl KnownItem<'_> {
    fn size(self) -> Option<u64> {
        match self {
            KnownItem::Stored(head) => head.size,
            KnownItem::Local(_, size) => Some(size),
        }
    }
}

/// Whether what is known of two items tells them apart. A file is read where the server tells a
/// digest of the object.
pub async fn likeness(one: KnownItem<'_>, other: KnownItem<'_>) -> Result<Likeness, Error> {
    if one.size().zip(other.size()).is_some_and(|(one, other)| one != other) {
        return Ok(Likeness::Other);
    }
    match (one, other) {
        (KnownItem::Stored(one), KnownItem::Stored(other)) => Ok(Likeness::of(one, other)),
        (KnownItem::Stored(head), KnownItem::Local(path, _))
        | (KnownItem::Local(path, _), KnownItem::Stored(head)) => of_file(head, path).await,
        (KnownItem::Local(..), KnownItem::Local(..)) => Ok(Likeness::Unknown),
    }
}

async fn of_file(head: &ObjectHead, path: &Path) -> Result<Likeness, Error> {
    let check = DigestCheck::of(head);
    if !check.compares() {
        return Ok(Likeness::Unknown);
    }
    let path = path.to_owned();
    let check = blocking(move || shown(check, &path)).await?;
    // Some servers make tags that look like digests: one that differs proves nothing.
    Ok(match check.finish("").map(DigestOutcome::or_size_only) {
        Ok(Verification::Digest(_)) => Likeness::Same(None),
        _ => Likeness::Unknown,
    })
}

/// A check that has seen the bytes of a file.
fn shown(mut check: DigestCheck, path: &Path) -> Result<DigestCheck, Error> {
    let fail = |e: &std::io::Error| Error::from_io(e, READ_FILE, path.display());
    let mut file = File::open(path).map_err(|e| fail(&e))?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).map_err(|e| fail(&e))?;
        if read == 0 {
            return Ok(check);
        }
        check.update(piece.get(..read).unwrap_or_default());
    }
}
