//! Compares all that is below two prefixes or folders, name by name.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use crate::cli::below::nothing_below;
use crate::cli::diff::bytes::{broke, first_difference};
use crate::cli::diff::{Comparison, Difference, Tree, tell};
use crate::cli::print::{Printer, Status, Trouble, complain_of};
use crate::cli::several::AT_ONCE;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::Likeness;
use crate::transfer::local::walk::{Walk, WalkRules, Walked};

/// The sizes of what is below a place by its relative name, and what cannot be read.
#[derive(Default)]
struct Names {
    sizes: BTreeMap<String, Option<u64>>,
    refused: Vec<Error>,
}

impl Comparison<'_> {
    pub async fn trees(
        &self,
        one: &Tree,
        other: &Tree,
        printer: &mut Printer,
    ) -> Result<Status, Trouble> {
        let (here, there) = tokio::try_join!(self.names(one), self.names(other))?;
        if here.sizes.is_empty() && there.sizes.is_empty() {
            one.is_there()?;
            other.is_there()?;
        }
        let mut failed = here.refused.into_iter().chain(there.refused).peekable();
        let mut status = if failed.peek().is_some() { Status::Usage } else { Status::Done };
        failed.for_each(|error| complain_of(&error, printer.json));
        let mut all: Vec<&String> = here.sizes.keys().chain(there.sizes.keys()).collect();
        all.sort_unstable();
        all.dedup();
        let judged = stream::iter(all).map(|name| {
            let sizes = (here.sizes.get(name), there.sizes.get(name));
            async move { (name, self.judge(name, (one, other), sizes).await) }
        });
        let mut judged = std::pin::pin!(judged.buffered(AT_ONCE));
        while let Some((name, difference)) = judged.next().await {
            match difference {
                Ok(None) => {}
                Ok(Some(difference)) => {
                    tell(printer, name, difference)?;
                    if status == Status::Done {
                        status = Status::Failed;
                    }
                }
                Err(error) if error.is(&ErrorKind::Cancelled) => return Err(error.into()),
                Err(error) => {
                    complain_of(&error, printer.json);
                    status = Status::Usage;
                }
            }
        }
        Ok(status)
    }

    async fn judge(
        &self,
        name: &str,
        (one, other): (&Tree, &Tree),
        sizes: (Option<&Option<u64>>, Option<&Option<u64>>),
    ) -> Result<Option<Difference>, Error> {
        match sizes {
            (None, _) => return Ok(Some(Difference::New)),
            (_, None) => return Ok(Some(Difference::Gone)),
            (Some(Some(here)), Some(Some(there))) if here != there => {
                return Ok(Some(Difference::Changed));
            }
            _ => {}
        }
        let (one, other) = (one.single(name), other.single(name));
        let (_, likeness) = self.told_of(&one, &other).await?;
        let same = match likeness {
            Likeness::Same(_) => true,
            Likeness::Other => false,
            Likeness::Unknown => {
                let (here, there) = tokio::try_join!(self.bytes(&one), self.bytes(&other))?;
                first_difference(here, there).await?.is_none()
            }
        };
        Ok((!same).then_some(Difference::Changed))
    }

    async fn names(&self, tree: &Tree) -> Result<Names, Error> {
        let mut names = Names::default();
        match tree {
            Tree::Stored(bucket, prefix) => {
                let mut pages = self.client.keys_below(bucket, prefix, false);
                while let Some(page) = pages.next().await? {
                    let rows = page.rows().map(|row| (row.name.to_owned(), row.size()));
                    // The marker of the folder itself has no name below it.
                    names.sizes.extend(rows.filter(|(name, _)| !name.is_empty()));
                }
            }
            Tree::Local(folder) => {
                let root = folder.clone();
                let walked = tokio::task::spawn_blocking(move || {
                    Walk::new(&root, WalkRules::default()).map(Iterator::collect::<Vec<Walked>>)
                });
                let walked = walked.await.map_err(|e| broke("read the folder", &e))??;
                for walked in walked {
                    match walked {
                        Walked::File { relative, size, .. } => {
                            names.sizes.insert(relative, Some(size));
                        }
                        Walked::Refused { error, .. } => names.refused.push(error),
                    }
                }
            }
        }
        Ok(names)
    }
}

impl Tree {
    /// A prefix with nothing below it is most likely mistyped; an empty bucket or folder is not.
    fn is_there(&self) -> Result<(), Error> {
        match self {
            Tree::Stored(bucket, prefix) if !prefix.is_root() => Err(nothing_below(bucket, prefix)),
            Tree::Stored(..) | Tree::Local(_) => Ok(()),
        }
    }
}
