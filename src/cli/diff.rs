//! Runs `diff`: tells in what two objects, versions, files or trees of them differ.

mod bytes;
mod pair;
mod trees;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::compare::{DiffArguments, DiffEnd};
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, Trouble, complain};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::object::ObjectAddress;
use crate::s3::client::Client;

/// A side as it was found: one object or file, or all that is below a place.
enum Side {
    One(Single),
    Below(Tree),
}

/// One object, version or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Single {
    Stored(ObjectAddress),
    Local(PathBuf),
}

/// All that is below a prefix or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    Stored(Bucket, Prefix),
    Local(PathBuf),
}

/// In what a name differs, as seen from the first side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Only the second side has it.
    New,
    /// Only the first side has it.
    Gone,
    Changed,
}

impl Difference {
    fn name(self) -> &'static str {
        match self {
            Difference::New => "new",
            Difference::Gone => "gone",
            Difference::Changed => "changed",
        }
    }
}

/// What is compared, and with whose keys.
pub struct Comparison<'a> {
    pub client: Client,
    pub choice: &'a Choice,
}

/// Ends as `diff` of a shell does: 1 where something differs, 2 where it cannot be told.
pub async fn diff(arguments: &DiffArguments, choice: &Choice) -> Result<Status, Trouble> {
    match compare(arguments, choice).await {
        Ok(status) => Ok(status),
        Err(trouble @ Trouble::Failed(_)) => Ok(match complain(&trouble, choice.json) {
            Status::Failed => Status::Usage,
            other => other,
        }),
        Err(trouble) => Err(trouble),
    }
}

async fn compare(arguments: &DiffArguments, choice: &Choice) -> Result<Status, Trouble> {
    let comparison = Comparison { client: choice.client()?, choice };
    let (one, other) = (Side::of(&arguments.one), Side::of(&arguments.other));
    let mut printer = Printer::new(choice.json);
    let status = match (one, other) {
        (Side::Below(one), Side::Below(other)) => {
            comparison.trees(&one, &other, &mut printer).await?
        }
        (Side::One(one), Side::One(other)) => comparison.pair(&one, &other, &mut printer).await?,
        (Side::One(one), Side::Below(tree)) => {
            let other = tree.named_as(&one)?;
            comparison.pair(&one, &other, &mut printer).await?
        }
        (Side::Below(tree), Side::One(other)) => {
            let one = tree.named_as(&other)?;
            comparison.pair(&one, &other, &mut printer).await?
        }
    };
    printer.flush()?;
    Ok(status)
}

impl Side {
    fn of(end: &DiffEnd) -> Side {
        match end {
            DiffEnd::Object(object) => Side::One(Single::Stored(object.clone())),
            DiffEnd::Prefix(bucket, prefix) => {
                Side::Below(Tree::Stored(bucket.clone(), prefix.clone()))
            }
            DiffEnd::Local(path) if path.is_dir() => Side::Below(Tree::Local(path.clone())),
            DiffEnd::Local(path) => Side::One(Single::Local(path.clone())),
        }
    }
}

impl Single {
    /// What comes after the last `/`.
    fn name(&self) -> Option<&str> {
        match self {
            Single::Stored(object) => Some(object.key.name()),
            Single::Local(path) => path.file_name()?.to_str(),
        }
    }

    /// As it stands before a difference.
    fn place(&self) -> String {
        match self {
            Single::Stored(object) => object.to_string(),
            Single::Local(path) => path.display().to_string(),
        }
    }

    /// The key it is told by; of a file its name.
    fn key(&self) -> String {
        match self {
            Single::Stored(object) => object.key.as_str().to_owned(),
            Single::Local(path) => path.display().to_string(),
        }
    }
}

impl Tree {
    /// What is named in it as one object or file is, as `diff` of a shell takes a file and a
    /// folder.
    fn named_as(&self, single: &Single) -> Result<Single, Trouble> {
        let Some(name) = single.name() else {
            let place = single.place();
            return Err(Trouble::Usage(format!("{place} has no name that could be looked for")));
        };
        Ok(self.single(name))
    }

    /// The object or file of a name relative to it.
    fn single(&self, relative: &str) -> Single {
        match self {
            Tree::Stored(bucket, prefix) => {
                Single::Stored(ObjectAddress::new(bucket.clone(), prefix.key(relative)))
            }
            Tree::Local(folder) => Single::Local(folder.join(Path::new(relative))),
        }
    }
}

fn tell(printer: &mut Printer, key: &str, difference: Difference) -> std::io::Result<()> {
    let change = difference.name();
    if printer.json {
        return printer.object(&json!({ "key": key, "change": change }));
    }
    let line = format!("{change:<8} {}", printer.shown(key));
    printer.line(&line)
}
