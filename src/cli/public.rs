//! Runs `public`: prints what Cloudflare's API says of a bucket's public domains, and of what the
//! account stores.

use clap::Args;
use serde_json::json;

use crate::cli::args::values::location;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::address::{Bucket, Location};
use crate::domain::public::{AccountUsage, PublicDomain, StoredAmount};
use crate::domain::units::{Counted, Size};

#[derive(Debug, Args)]
pub struct PublicArguments {
    /// s3://bucket: its public domains; what the account stores without it
    #[arg(value_parser = location)]
    pub location: Option<Location>,
}

impl RunVerb for PublicArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| public(self, choice).await)
    }
}

async fn public(arguments: &PublicArguments, choice: &Choice) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    match arguments.location.as_ref().and_then(Location::bucket) {
        Some(bucket) => domains(bucket, choice, &mut printer).await?,
        None => usage(&choice.client()?.account_usage().await?, &mut printer)?,
    }
    printer.flush()?;
    Ok(Status::Done)
}

async fn domains(bucket: &Bucket, choice: &Choice, printer: &mut Printer) -> Result<(), VerbError> {
    let access = choice.client()?.public_access(bucket).await?;
    if printer.json {
        let domain = |domain: &PublicDomain| {
            let (host, managed, state) = (&domain.host, domain.managed, domain.words());
            json!({ "domain": host, "managed": managed, "state": state })
        };
        let domains: Vec<_> = access.domains.iter().map(domain).collect();
        let address = access.address();
        return Ok(printer.object(&json!({ "public_url": address, "domains": domains }))?);
    }
    let words = printer.shown(&access.words()).into_owned();
    printer.line(&words)?;
    for domain in &access.domains {
        let kind = if domain.managed { "managed" } else { "custom" };
        let line = format!("{kind:<8} {:<12} {}", domain.words(), domain.host);
        let line = printer.shown(&line).into_owned();
        printer.line(&line)?;
    }
    Ok(())
}

fn usage(usage: &AccountUsage, printer: &mut Printer) -> Result<(), VerbError> {
    let classes = [("standard", usage.standard), ("infrequent access", usage.infrequent)];
    if printer.json {
        let class = |stored: StoredAmount| {
            json!({
                "objects": stored.objects,
                "bytes": stored.bytes,
                "unfinished_bytes": stored.unfinished,
            })
        };
        let [(_, standard), (_, infrequent)] = classes;
        let object = json!({ "standard": class(standard), "infrequent_access": class(infrequent) });
        return Ok(printer.object(&object)?);
    }
    for (name, stored) in classes {
        let (objects, bytes) = (Counted(stored.objects, "object"), Size(stored.bytes));
        let unfinished = Size(stored.unfinished);
        printer.line(&format!("{name:<18} {objects}, {bytes}, {unfinished} unfinished"))?;
    }
    Ok(())
}
