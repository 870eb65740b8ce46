//! Runs `cat`: writes the stored bytes of an object, a range of them, or a member of an archive to
//! stdout.

use std::io;

use tokio::io::stdout;

use crate::cli::args::versions::CatArguments;
use crate::cli::connect::Choice;
use crate::cli::look::OpenedObject;
use crate::cli::pace::PaceArguments;
use crate::cli::past::meant;
use crate::cli::print::{Status, VerbError};
use crate::cli::several::one;
use crate::cli::stream::pipe;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::transfer::Verification;
use crate::domain::visible::visible;
use crate::look::archives::open_member;
use crate::look::error::guarded;
use crate::look::lines::write_lines;
use crate::transfer::stream::download::{Broken, download_span, download_stream};

impl RunVerb for CatArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| cat(self, choice).await)
    }
}

async fn cat(arguments: &CatArguments, choice: &Choice) -> Result<Status, VerbError> {
    if let Some(name) = &arguments.member {
        return member(arguments, name, choice).await;
    }
    let object = one(&arguments.location, "cat")?;
    let client = choice.client()?;
    let object = meant(&client, object, &arguments.past).await?;
    let pipe = pipe(choice, &client, &object, PaceArguments::usual());
    let written = match arguments.range {
        Some(span) => download_span(&pipe, span, stdout()).await.map(|()| None),
        None => download_stream(&pipe, stdout()).await.map(Some),
    };
    match written {
        Ok(Some(Verification::SizeOnly(why))) => {
            say!("windlass: {}: only its length was compared: {why}", visible(&pipe.place()));
            Ok(Status::Done)
        }
        Ok(_) => Ok(Status::Done),
        Err(Broken::Source(error)) => Err(error.into()),
        Err(Broken::Target(error)) => Err(VerbError::Output(error)),
    }
}

/// Writes the member as it is unpacked, from the ranges it needs.
async fn member(
    arguments: &CatArguments,
    name: &str,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let (location, past) = (&arguments.location, &arguments.past);
    let opened = OpenedObject::at(location, past, choice, "cat", u64::MAX).await?;
    let name = name.to_owned();
    let written = opened.read(move |source, _, _| {
        guarded(|| {
            let mut bytes = open_member(source, &name)?;
            write_lines(&mut *bytes, None, &mut io::stdout().lock())
        })
    });
    written.await?.map_err(VerbError::Output)?;
    Ok(Status::Done)
}
