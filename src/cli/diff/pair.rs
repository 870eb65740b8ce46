//! Compares two objects, versions or files: texts line by line, all else byte by byte.

use std::time::Duration;

use similar::TextDiff;

use crate::cli::diff::{DiffRun, key_of, tell};
use crate::cli::print::{Printer, Status, VerbError};
use crate::domain::compared::same_start;
use crate::domain::diff_end::{DiffItem, DiffKind};
use crate::domain::likeness::Likeness;
use crate::domain::units::Count;
use crate::transfer::comparing::bytes::first_difference;

/// Longer texts are not compared line by line.
const MOST_TEXT: usize = 32 * 1024 * 1024;

/// After this time, a difference need not be the shortest.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lines around a change.
const AROUND: usize = 3;

impl DiffRun {
    pub async fn pair(
        &self,
        one: &DiffItem,
        other: &DiffItem,
        printer: &mut Printer,
    ) -> Result<Status, VerbError> {
        let (sizes, likeness) = self.comparer.told_of(one, other).await?;
        if likeness.is_same() {
            return Ok(Status::Done);
        }
        let small = sizes.iter().all(|size| size.is_some_and(|size| size <= MOST_TEXT as u64));
        if small && !printer.json {
            let (here, there) =
                tokio::try_join!(self.comparer.bytes(one), self.comparer.bytes(other))?;
            let both = tokio::try_join!(here.whole(MOST_TEXT), there.whole(MOST_TEXT))?;
            if let (Some(here), Some(there)) = both {
                return lines((one, &here), (other, &there), printer);
            }
        }
        if likeness == Likeness::Other && printer.json {
            tell(printer, &key_of(one), DiffKind::Changed)?;
            return Ok(Status::Failed);
        }
        let (here, there) = tokio::try_join!(self.comparer.bytes(one), self.comparer.bytes(other))?;
        let Some(at) = first_difference(here, there, |_| ()).await? else {
            return Ok(Status::Done);
        };
        match printer.json {
            true => tell(printer, &key_of(one), DiffKind::Changed)?,
            false => differ_from(one, other, at, printer)?,
        }
        Ok(Status::Failed)
    }
}

/// A unified difference, as `diff -u` and `patch` know it.
fn lines(
    (one, here): (&DiffItem, &[u8]),
    (other, there): (&DiffItem, &[u8]),
    printer: &mut Printer,
) -> Result<Status, VerbError> {
    if here == there {
        return Ok(Status::Done);
    }
    if here.contains(&0) || there.contains(&0) {
        let same = same_start(here, there);
        differ_from(one, other, same as u64, printer)?;
        return Ok(Status::Failed);
    }
    let differing = TextDiff::configure().timeout(PATIENCE).diff_lines(here, there);
    let (one, other) = (one.place(), other.place());
    let (one, other) = (printer.shown(&one), printer.shown(&other));
    let mut text = format!("--- {one}\n+++ {other}\n").into_bytes();
    for hunk in differing.unified_diff().context_radius(AROUND).iter_hunks() {
        text.extend_from_slice(format!("{}\n", hunk.header()).as_bytes());
        for change in hunk.iter_changes() {
            text.extend_from_slice(change.tag().to_string().as_bytes());
            text.extend_from_slice(change.value());
            if change.missing_newline() {
                text.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    printer.lines(&text)?;
    Ok(Status::Failed)
}

fn differ_from(
    one: &DiffItem,
    other: &DiffItem,
    at: u64,
    printer: &mut Printer,
) -> std::io::Result<()> {
    let (one, other) = (one.place(), other.place());
    let (one, other) = (printer.shown(&one).into_owned(), printer.shown(&other).into_owned());
    let line = format!("{one} and {other} differ from byte {} on", Count(at));
    printer.line(&line)
}
