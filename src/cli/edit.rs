//! Runs `edit`: opens an object in the user's editor, and saves it where nobody else changed it.

use std::io::IsTerminal as _;

use serde_json::json;

use crate::cli::args::metadata::EditArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, usage};
use crate::cli::several::one;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::editor::{self, EditFile, Edited};
use crate::domain::error::Error;
use crate::s3::tasks::blocking;
use crate::transfer::saving::{open_text, save_text};

impl RunVerb for EditArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.taking_back("waiting for the editor")
            .on_connection(async |choice| edit(self, choice).await)
    }
}

async fn edit(arguments: &EditArguments, choice: &Choice) -> Result<Status, VerbError> {
    if !editor::is_named() && !std::io::stdout().is_terminal() {
        let sentence = "edit opens vi, which needs a terminal, and stdout is none: name another \
                        editor in VISUAL or EDITOR";
        return Err(usage(sentence));
    }
    choice.current()?.expect_writable("PutObject")?;
    let client = choice.client()?;
    let object = one(&arguments.location, "edit")?;
    let opened = open_text(&client, &object).await?;
    let file = EditFile::make(object.key.name(), &opened.bytes)?;
    let (editing, before) = (file.clone(), opened.bytes.clone());
    let edited = blocking(move || editing.edit(&before)).await;
    let edited = edited.map_err(|error| Error { place: object.to_string(), ..error })?;
    let (changed, etag) = match edited {
        Edited::Unchanged => (false, opened.etag),
        Edited::Changed(bytes) => {
            match save_text(&client, &object, opened.etag.as_ref(), bytes).await {
                Ok(etag) => {
                    file.remove();
                    (true, etag)
                }
                Err(error) => return Err(kept(error, &file).into()),
            }
        }
    };
    let mut printer = Printer::new(choice.json);
    let etag = etag.map(|etag| etag.as_str().to_owned());
    if printer.json {
        printer.object(&json!({
            "bucket": object.bucket, "key": object.key, "changed": changed, "etag": etag,
        }))?;
    } else if printer.terminal {
        let shown = printer.shown(&object.to_string()).into_owned();
        let what = if changed { "saved" } else { "not changed, so nothing was sent" };
        printer.line(&format!("{shown}: {what}"))?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

/// What could not be stored is not lost.
fn kept(error: Error, file: &EditFile) -> Error {
    let path = file.path.display();
    let why = match error.detail.as_str() {
        "" => String::new(),
        detail => format!("{detail}; "),
    };
    error.detail(format!("{why}what you wrote is kept in {path}"))
}
