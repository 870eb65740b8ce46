//! Compares all that is below two prefixes or folders, name by name.

use std::collections::BTreeMap;

use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::domain::diff_end::{DiffKind, DiffTree};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::Likeness;
use crate::s3::tasks::blocking;
use crate::transfer::comparing::bytes::first_difference;
use crate::transfer::comparing::comparer::Comparer;
use crate::transfer::local::walk::{Walk, WalkRules, Walked};

/// Names that are compared at once.
const AT_ONCE: usize = 16;

/// What is told while trees are compared.
#[derive(Debug)]
pub enum TreeNews<'a> {
    /// So many names are compared, of so many.
    Compared(usize, usize),
    Differs {
        name: &'a str,
        difference: DiffKind,
        /// Of both sides; `None` where a side lacks it.
        sizes: [Option<u64>; 2],
    },
    /// Something that could not be listed, read or compared.
    Failed(Error),
}

/// What there is on both sides together.
#[derive(Clone, Copy, Debug)]
pub struct TreesSeen {
    pub names: usize,
    /// The marker of a side's own folder is there, which has no name below it.
    pub marked: bool,
}

/// What is below a place by its relative name, and what cannot be read.
#[derive(Default)]
struct Names {
    found: BTreeMap<String, Named>,
    refused: Vec<Error>,
    marked: bool,
}

struct Named {
    size: Option<u64>,
    etag: Option<Box<str>>,
}

impl Comparer {
    /// Compares the names in their order.
    ///
    /// # Errors
    /// Where a side cannot be listed at all, and those of `tell`.
    pub async fn trees<E: From<Error>>(
        &self,
        one: &DiffTree,
        other: &DiffTree,
        mut tell: impl FnMut(TreeNews<'_>) -> Result<(), E>,
    ) -> Result<TreesSeen, E> {
        let names = tokio::try_join!(self.names(one).boxed(), self.names(other).boxed());
        let (here, there) = names?;
        let marked = here.marked || there.marked;
        for error in here.refused.into_iter().chain(there.refused) {
            tell(TreeNews::Failed(error))?;
        }
        let mut all: Vec<&String> = here.found.keys().chain(there.found.keys()).collect();
        all.sort_unstable();
        all.dedup();
        let count = all.len();
        let judged = stream::iter(0..count).map(|at| {
            let name: &str = all[at];
            let both = [here.found.get(name), there.found.get(name)];
            async move { (name, both, self.judge(name, (one, other), both).boxed().await) }
        });
        let mut judged = std::pin::pin!(judged.buffered(AT_ONCE));
        let mut compared = 0;
        while let Some((name, both, difference)) = judged.next().await {
            compared += 1;
            match difference {
                Ok(None) => {}
                Ok(Some(difference)) => {
                    let sizes = both.map(|named| named.and_then(|named| named.size));
                    tell(TreeNews::Differs { name, difference, sizes })?;
                }
                Err(error) if error.is(&ErrorKind::Cancelled) => return Err(error.into()),
                Err(error) => tell(TreeNews::Failed(error))?,
            }
            tell(TreeNews::Compared(compared, count))?;
        }
        Ok(TreesSeen { names: count, marked })
    }

    async fn judge(
        &self,
        name: &str,
        (one, other): (&DiffTree, &DiffTree),
        both: [Option<&Named>; 2],
    ) -> Result<Option<DiffKind>, Error> {
        let (here, there) = match both {
            [None, _] => return Ok(Some(DiffKind::New)),
            [_, None] => return Ok(Some(DiffKind::Gone)),
            [Some(here), Some(there)] => (here, there),
        };
        if here.size.zip(there.size).is_some_and(|(here, there)| here != there) {
            return Ok(Some(DiffKind::Changed));
        }
        // Tags that differ may be of the same bytes; tags of different bytes are not the same.
        if here.etag.is_some() && here.etag == there.etag {
            return Ok(None);
        }
        let (one, other) = (one.item(name), other.item(name));
        let same = match self.told_of(&one, &other).await?.1 {
            Likeness::Same(_) => true,
            Likeness::Other => false,
            Likeness::Unknown => {
                let (here, there) = tokio::try_join!(self.bytes(&one), self.bytes(&other))?;
                first_difference(here, there, |_| ()).await?.is_none()
            }
        };
        Ok((!same).then_some(DiffKind::Changed))
    }

    async fn names(&self, tree: &DiffTree) -> Result<Names, Error> {
        let mut names = Names::default();
        match tree {
            DiffTree::Stored(bucket, prefix) => {
                let mut pages = self.client.keys_below(bucket, prefix, true);
                while let Some(page) = pages.next().await? {
                    names.marked |= page.rows().any(|row| row.name.is_empty());
                    names.found.extend(page.rows().filter(|row| !row.name.is_empty()).map(|row| {
                        let (size, etag) = (row.size(), row.etag.map(Into::into));
                        (row.name.to_owned(), Named { size, etag })
                    }));
                }
            }
            DiffTree::Local(folder) => {
                let root = folder.clone();
                let walked = blocking(move || {
                    Walk::new(&root, WalkRules::default()).map(Iterator::collect::<Vec<Walked>>)
                });
                for walked in walked.await? {
                    match walked {
                        Walked::File { relative, size, .. } => {
                            names.found.insert(relative, Named { size: Some(size), etag: None });
                        }
                        Walked::Refused { error, .. } => names.refused.push(error),
                    }
                }
            }
        }
        Ok(names)
    }
}
