//! Tells two items apart by what is said of them, before their bytes are read.

use std::fmt::Write as _;
use std::path::Path;

use futures_util::FutureExt as _;
use md5::{Digest as _, Md5};
use tokio::io::AsyncReadExt as _;

use crate::domain::diff_end::DiffItem;
use crate::domain::error::{Error, READ_FILE};
use crate::domain::likeness::{Likeness, encrypted};
use crate::domain::object::ObjectHead;
use crate::transfer::comparing::comparer::Comparer;

/// Bytes of a file that are read at once.
const PIECE: usize = 256 * 1024;

impl Comparer {
    /// The sizes of both, and whether that and what the server says of their bytes tells them
    /// apart. The digest of a file is taken where the server tells the object's.
    pub async fn told_of(
        &self,
        one: &DiffItem,
        other: &DiffItem,
    ) -> Result<([Option<u64>; 2], Likeness), Error> {
        match (one, other) {
            (DiffItem::Stored(one), DiffItem::Stored(other)) => {
                let heads = tokio::try_join!(
                    self.client.whole_head(one).boxed(),
                    self.client.whole_head(other).boxed()
                );
                let (one, other) = heads?;
                Ok(([one.size, other.size], Likeness::of(&one, &other)))
            }
            (DiffItem::Stored(object), DiffItem::Local(path)) => {
                let head = self.client.whole_head(object).boxed().await?;
                let (size, likeness) = of_file(&head, path).await?;
                Ok(([head.size, Some(size)], likeness))
            }
            (DiffItem::Local(path), DiffItem::Stored(object)) => {
                let head = self.client.whole_head(object).boxed().await?;
                let (size, likeness) = of_file(&head, path).await?;
                Ok(([Some(size), head.size], likeness))
            }
            (DiffItem::Local(one), DiffItem::Local(other)) => {
                let (one, other) = tokio::try_join!(length(one), length(other))?;
                let likeness = if one == other { Likeness::Unknown } else { Likeness::Other };
                Ok(([Some(one), Some(other)], likeness))
            }
        }
    }
}

async fn of_file(head: &ObjectHead, path: &Path) -> Result<(u64, Likeness), Error> {
    let size = length(path).await?;
    if head.size.is_some_and(|other| other != size) {
        return Ok((size, Likeness::Other));
    }
    let told = head.etag.as_ref().and_then(|etag| etag.md5_hex()).filter(|_| !encrypted(head));
    let Some(told) = told else { return Ok((size, Likeness::Unknown)) };
    // Some servers make tags of this form that are no digests: one that differs proves nothing.
    let same = md5_of(path).await?.eq_ignore_ascii_case(told);
    Ok((size, if same { Likeness::Same(Some("md5")) } else { Likeness::Unknown }))
}

async fn length(path: &Path) -> Result<u64, Error> {
    let found = tokio::fs::metadata(path).await;
    Ok(found.map_err(|e| Error::from_io(&e, READ_FILE, path.display()))?.len())
}

async fn md5_of(path: &Path) -> Result<String, Error> {
    let fail = |e: &std::io::Error| Error::from_io(e, READ_FILE, path.display());
    let mut file = tokio::fs::File::open(path).await.map_err(|e| fail(&e))?;
    let (mut digest, mut piece) = (Md5::new(), vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).await.map_err(|e| fail(&e))?;
        if read == 0 {
            break;
        }
        digest.update(piece.get(..read).unwrap_or_default());
    }
    Ok(digest.finalize().iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    }))
}
