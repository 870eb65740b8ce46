//! Runs `diff`: tells in what two objects, versions, files or trees of them differ.

mod pair;

use serde_json::json;

use crate::cli::args::compare::DiffArguments;
use crate::cli::args::values::elsewhere;
use crate::cli::below::nothing_below;
use crate::cli::connect::Choice;
use crate::cli::pace::PaceArguments;
use crate::cli::print::{Printer, Status, VerbError, complain, complain_of};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::diff_end::{DiffEnd, DiffItem, DiffKind, DiffPair, DiffSide, DiffTree};
use crate::domain::error::Error;
use crate::domain::place::Place;
use crate::transfer::comparing::comparer::Comparer;
use crate::transfer::comparing::trees::TreeNews;
use crate::transfer::limits::rate::RateLimiter;

/// What is compared, and with whose keys.
pub struct DiffRun {
    comparer: Comparer,
}

impl RunVerb for DiffArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| diff(self, choice).await)
    }
}

/// Ends as `diff` of a shell does: 1 where something differs, 2 where it cannot be told.
async fn diff(arguments: &DiffArguments, choice: &Choice) -> Result<Status, VerbError> {
    match compare(arguments, choice).await {
        Ok(status) => Ok(status),
        Err(trouble) => Ok(match complain(&trouble, choice.json) {
            Status::Failed => Status::Usage,
            other => other,
        }),
    }
}

async fn compare(arguments: &DiffArguments, choice: &Choice) -> Result<Status, VerbError> {
    let pace = PaceArguments::usual();
    let rate = RateLimiter::of(pace.rate(choice.settings.transfers.limit));
    let comparison = DiffRun { comparer: Comparer::new(choice.client()?, pace.patience(), rate) };
    here(&arguments.one, choice)?;
    here(&arguments.other, choice)?;
    let (one, other) = (side(&arguments.one), side(&arguments.other));
    let mut printer = Printer::new(choice.json);
    let status = match DiffPair::of(one, other).map_err(VerbError::Usage)? {
        DiffPair::Trees(one, other) => comparison.trees(&one, &other, &mut printer).await?,
        DiffPair::Items(one, other) => comparison.pair(&one, &other, &mut printer).await?,
    };
    printer.flush()?;
    Ok(status)
}

/// # Errors
/// `Usage` for a place of another connection, which would be taken for a file that is not there.
fn here(end: &DiffEnd, choice: &Choice) -> Result<(), VerbError> {
    let DiffEnd::Local(path) = end else { return Ok(()) };
    let Some(text) = path.to_str().filter(|_| path.symlink_metadata().is_err()) else {
        return Ok(());
    };
    let names = choice.connections.iter().map(|connection| &connection.name);
    match Place::parse(text, names) {
        Ok(_) => Err(VerbError::Usage(elsewhere(text))),
        Err(_) => Ok(()),
    }
}

fn side(end: &DiffEnd) -> DiffSide {
    let is_folder = matches!(end, DiffEnd::Local(path) if path.is_dir());
    end.clone().side(is_folder)
}

impl DiffRun {
    async fn trees(
        &self,
        one: &DiffTree,
        other: &DiffTree,
        printer: &mut Printer,
    ) -> Result<Status, VerbError> {
        let mut status = Status::Done;
        let compared = self.comparer.trees(one, other, |news| {
            match news {
                TreeNews::Compared(..) => {}
                TreeNews::Differs { name, difference, .. } => {
                    tell(printer, name, difference)?;
                    if status == Status::Done {
                        status = Status::Failed;
                    }
                }
                TreeNews::Failed(error) => {
                    complain_of(&error, printer.json);
                    status = Status::Usage;
                }
            }
            Ok::<(), VerbError>(())
        });
        let seen = compared.await?;
        if seen.names == 0 && !seen.marked {
            is_there(one)?;
            is_there(other)?;
        }
        Ok(status)
    }
}

/// A prefix with nothing below it is most likely mistyped; an empty bucket or folder is not.
fn is_there(tree: &DiffTree) -> Result<(), Error> {
    match tree {
        DiffTree::Stored(bucket, prefix) if !prefix.is_root() => Err(nothing_below(bucket, prefix)),
        DiffTree::Stored(..) | DiffTree::Local(_) => Ok(()),
    }
}

/// The key an item is told by; of a file its name.
fn key_of(item: &DiffItem) -> String {
    match item {
        DiffItem::Stored(object) => object.key.as_str().to_owned(),
        DiffItem::Local(path) => path.display().to_string(),
    }
}

fn tell(printer: &mut Printer, key: &str, difference: DiffKind) -> std::io::Result<()> {
    let change = difference.name();
    if printer.json {
        return printer.object(&json!({ "key": key, "change": change }));
    }
    let line = format!("{change:<8} {}", printer.shown(key));
    printer.line(&line)
}
