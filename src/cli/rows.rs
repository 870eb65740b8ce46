//! Runs `rows`: prints the rows of a table, as CSV or one JSON object a line.

use std::io::{self, BufWriter};

use crate::cli::args::look::RowsArguments;
use crate::cli::connect::Choice;
use crate::cli::look::OpenedObject;
use crate::cli::print::{Status, VerbError, complain_of};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::visible::visible;
use crate::look::error::LookError;
use crate::look::rows::read::read_rows;
use crate::look::rows::request::{RowRequest, RowsFault, RowsRead};
use crate::look::rows::write::RowWriter;

/// Bytes that are written at once.
const PIECE: usize = 64 * 1024;

impl RunVerb for RowsArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| rows(self, choice).await)
    }
}

async fn rows(arguments: &RowsArguments, choice: &Choice) -> Result<Status, VerbError> {
    let opened =
        OpenedObject::at(&arguments.location, &arguments.past, choice, "rows", u64::MAX).await?;
    let request = RowRequest {
        from: arguments.from,
        count: arguments.count,
        columns: arguments.columns.clone(),
    };
    let json = choice.json;
    let ended = opened.read(move |source, name, content_type| {
        let mut out = BufWriter::with_capacity(PIECE, io::stdout().lock());
        let mut writer = RowWriter::new(&mut out, json);
        Ok(read_rows(source, name, content_type, &request, &mut writer))
    });
    let place = opened.object.to_string();
    match ended.await? {
        Ok(read) => Ok(told(&read, &place, json)),
        Err(RowsFault::Look(error)) => Err(error.into_error(&place).into()),
        Err(RowsFault::Output(error)) => Err(VerbError::Output(error)),
        Err(RowsFault::NoColumn { name, known }) => {
            let name = visible(&name).into_owned();
            let known = visible(&known.join(", ")).into_owned();
            Err(VerbError::Usage(format!("no column is called {name}; there are: {known}")))
        }
    }
}

/// Says what was not read.
fn told(read: &RowsRead, place: &str, json: bool) -> Status {
    if read.troubles.is_empty() {
        return Status::Done;
    }
    let more = (read.untold > 0).then(|| format!("and {} more like these", read.untold));
    for what in read.troubles.iter().chain(&more) {
        if json {
            let error = LookError::Malformed(what.clone());
            complain_of(&error.into_error(place), true);
        } else {
            say!("windlass: {}: {}", visible(place), visible(what));
        }
    }
    Status::Partly
}
