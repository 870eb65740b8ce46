//! Runs `find`.

use jiff::Timestamp;

use crate::cli::args::finding::FindArguments;
use crate::cli::below::{WalkedPlace, each_page};
use crate::cli::connect::Choice;
use crate::cli::indexing;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::row_lines::RowLines;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::criteria::{Criteria, Search};

impl RunVerb for FindArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| find(self, choice).await)
    }
}

async fn find(arguments: &FindArguments, choice: &Choice) -> Result<Status, VerbError> {
    let criteria = criteria(arguments).map_err(VerbError::Usage)?;
    let place = WalkedPlace::of(&arguments.location, "find")?;
    if arguments.indexed {
        return indexing::find(&place, &criteria, choice);
    }
    let client = choice.client()?;
    let mut lines = RowLines::new(Printer::new(choice.json), &place.bucket, &place.prefix);
    let (now, mut search) = (Timestamp::now(), Search::default());
    let mut pages = place.pages(&client, choice.json);
    let broken = each_page(&mut pages, |page| {
        for row in page.rows() {
            if criteria.take_row(&row, now, &mut search) {
                lines.row(row)?;
            }
        }
        Ok(lines.flush()?)
    })
    .await?;
    lines.end(broken.is_none())?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

fn criteria(arguments: &FindArguments) -> Result<Criteria, String> {
    let mut criteria = Criteria::default();
    if let Some(text) = &arguments.pattern {
        criteria = criteria.fuzzy(text);
    }
    if let Some(text) = &arguments.glob {
        criteria = criteria.glob(text)?;
    }
    if let Some(text) = &arguments.regex {
        criteria = criteria.regex(text)?;
    }
    for text in &arguments.size {
        criteria = criteria.size(text)?;
    }
    for text in &arguments.age {
        criteria = criteria.age(text)?;
    }
    if let Some(text) = &arguments.class {
        criteria = criteria.class(text);
    }
    if let Some(text) = &arguments.ext {
        criteria = criteria.ending(text);
    }
    if let Some(text) = &arguments.kind {
        criteria = criteria.kind(text)?;
    }
    Ok(criteria)
}
