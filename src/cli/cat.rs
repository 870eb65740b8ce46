//! Runs `cat`: writes the stored bytes of an object, or a range of them, to stdout.

use tokio::io::stdout;

use crate::cli::args::versions::CatArguments;
use crate::cli::connect::Choice;
use crate::cli::pace::PaceArguments;
use crate::cli::past::meant;
use crate::cli::print::{Status, Trouble};
use crate::cli::stream::pipe;
use crate::domain::address::Location;
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::Verification;
use crate::domain::visible::visible;
use crate::transfer::stream::download::{Broken, download_span, download_stream};

pub async fn cat(arguments: &CatArguments, choice: &Choice) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.location else {
        return Err(Trouble::Usage("cat needs an object: s3://bucket/key".to_owned()));
    };
    let client = choice.client()?;
    let object = ObjectAddress::new(bucket.clone(), key.clone());
    let object = meant(&client, object, &arguments.past).await?;
    let pipe = pipe(choice, &client, &object, PaceArguments::usual());
    let written = match arguments.range {
        Some(span) => download_span(&pipe, span, stdout()).await.map(|()| None),
        None => download_stream(&pipe, stdout()).await.map(Some),
    };
    match written {
        Ok(Some(Verification::SizeOnly(why))) => {
            eprintln!("windlass: {}: only its length was compared: {why}", visible(&pipe.place()));
            Ok(Status::Done)
        }
        Ok(_) => Ok(Status::Done),
        Err(Broken::Source(error)) => Err(error.into()),
        Err(Broken::Target(error)) => Err(Trouble::Output(error)),
    }
}
