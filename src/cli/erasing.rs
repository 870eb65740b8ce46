//! Runs `empty`, and `rm` of versions: deletions that nothing brings back.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cli::args::objects::RemoveArguments;
use crate::cli::args::versions::EmptyArguments;
use crate::cli::asking::named;
use crate::cli::connect::Choice;
use crate::cli::interrupt::stop_when_interrupted;
use crate::cli::jobs::{self, below};
use crate::cli::print::{Printer, Status, VerbError, complain_of_all, error_object, usage};
use crate::cli::progress::CountLine;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::{Bucket, Key, Location};
use crate::domain::emptied::Emptied;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::glob::KeyFilter;
use crate::domain::object::{ObjectAddress, VersionId};
use crate::domain::units::{Counted, Size};
use crate::domain::visible::visible;
use crate::s3::client::Client;

impl RunVerb for EmptyArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.taking_back("stopping").on_connection(async |choice| empty(self, choice).await)
    }
}

async fn empty(arguments: &EmptyArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("DeleteObjects")?;
    let bucket = &arguments.bucket;
    if !arguments.yes {
        let question = format!(
            "Delete everything in {} for good: objects, versions, delete markers and unfinished \
             uploads?",
            visible(bucket.as_str())
        );
        if !named("empty", &question, bucket.as_str()).await? {
            say!("windlass: nothing was deleted");
            return Ok(Status::Failed);
        }
    }
    let client = choice.client()?;
    let (told, stop) = (Told::default(), stop_when_interrupted());
    let work = client.empty_bucket(bucket, &stop, told.teller());
    let ended = or_stopped(work.await, &stop);
    let mut printer = Printer::new(choice.json);
    let gone = told.now();
    complain_of_all(&gone.errors, printer.json);
    if printer.json {
        printer.object(&json!({
            "objects": gone.objects, "versions": gone.versions, "markers": gone.markers,
            "uploads": gone.uploads, "bytes": gone.bytes, "failed": gone.failed,
        }))?;
    } else if ended.is_ok() || gone.sum() + gone.failed > 0 {
        printer.line(&format!("empty s3://{}: {}", printer.shown(bucket.as_str()), said(&gone)))?;
    }
    printer.flush()?;
    status(ended, &gone)
}

impl RunVerb for RemoveArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        let goes_on = self.yes || !self.recursive || self.is_final();
        let call = if goes_on { call.taking_back("stopping") } else { call };
        call.on_connection(async |choice| match self.is_final() {
            true => rm(self, choice).await,
            false => jobs::rm(self, choice).await,
        })
    }
}

/// `rm` with `--version` or `--all-versions`.
async fn rm(arguments: &RemoveArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("DeleteObjects")?;
    let places: Vec<Erased> =
        arguments.locations.iter().map(|one| erased(one, arguments)).collect::<Result<_, _>>()?;
    if arguments.version.is_some() && places.len() > 1 {
        return Err(usage("--version is of one object: name one location"));
    }
    if arguments.all_versions && !arguments.yes {
        let some = match KeyFilter::from(&arguments.filter).is_empty() {
            true => "",
            false => ", as far as --include and --exclude take them,",
        };
        for place in &places {
            let question =
                format!("Delete all versions of {}{some} for good?", visible(&place.text));
            if !named("rm --all-versions", &question, &place.name).await? {
                say!("windlass: nothing was deleted");
                return Ok(Status::Failed);
            }
        }
    }
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    let mut statuses = Vec::new();
    let stop = stop_when_interrupted();
    for place in &places {
        let told = Told::default();
        let ended = or_stopped(erase(place, arguments, &client, &told, &stop).await, &stop);
        report(place, &told.now(), &ended, &mut printer)?;
        statuses.push(status(ended, &told.now())?);
    }
    printer.flush()?;
    let same = |wanted| statuses.iter().all(|status| *status == wanted);
    Ok(match () {
        () if same(Status::Done) => Status::Done,
        () if same(Status::Failed) => Status::Failed,
        () => Status::Partly,
    })
}

/// What is deleted with its versions.
struct Erased {
    location: Location,
    text: String,
    /// What has to be typed.
    name: String,
}

fn erased(location: &Location, arguments: &RemoveArguments) -> Result<Erased, VerbError> {
    let location = below(location, arguments.recursive);
    let name = match &location {
        Location::Root => return Err(usage("rm needs a bucket: s3://bucket/key")),
        Location::Prefix { .. } if !arguments.recursive => {
            return Err(usage("rm of versions below a prefix needs -r"));
        }
        Location::Prefix { bucket, prefix } if prefix.is_root() => bucket.to_string(),
        Location::Prefix { prefix, .. } => prefix.to_string(),
        Location::Object { key, .. } => key.to_string(),
    };
    let text = match (&location, &arguments.version) {
        (Location::Object { bucket, key }, Some(version)) => {
            let object = ObjectAddress::new(bucket.clone(), key.clone());
            object.at_version(version.clone()).to_string()
        }
        (location, _) => location.to_string(),
    };
    Ok(Erased { location, text, name })
}

async fn erase(
    place: &Erased,
    arguments: &RemoveArguments,
    client: &Client,
    told: &Told,
    stop: &CancellationToken,
) -> Result<Emptied, Error> {
    let filter = KeyFilter::from(&arguments.filter);
    let gone = match &place.location {
        Location::Root => return Ok(Emptied::default()),
        Location::Prefix { bucket, prefix } => {
            client.delete_versions_below(bucket, prefix, &filter, stop, told.teller()).await?
        }
        Location::Object { key, .. } if !filter.takes(key.name()) => {
            return Ok(Emptied::default());
        }
        Location::Object { bucket, key } => {
            if let Some(version) = &arguments.version {
                one(client, bucket, key, version, told).await?
            } else {
                let object = ObjectAddress::new(bucket.clone(), key.clone());
                client.delete_versions_of(&object, stop, told.teller()).await?
            }
        }
    };
    let wanted = !arguments.force && filter.is_empty();
    if gone.sum() + gone.failed == 0 && wanted && !stop.is_cancelled() {
        return Err(Error::new(ErrorKind::NoSuchKey, "ListObjectVersions", place.text.clone()));
    }
    Ok(gone)
}

/// One version, if the key has it: a server deletes what never was without a word.
async fn one(
    client: &Client,
    bucket: &Bucket,
    key: &Key,
    version: &VersionId,
    told: &Told,
) -> Result<Emptied, Error> {
    let object = ObjectAddress::new(bucket.clone(), key.clone());
    let history = client.versions_of(&object).await?;
    let mut gone = Emptied::default();
    if let Some(entry) = history.versions().iter().find(|entry| entry.version == *version) {
        match client.delete_versions(bucket, &[entry.name()]).await?.pop() {
            Some((_, error)) => gone.fail(error),
            None => gone.count(entry),
        }
    }
    (told.teller())(&gone);
    Ok(gone)
}

/// As a job of `rm` is reported.
fn report(
    place: &Erased,
    gone: &Emptied,
    ended: &Result<Emptied, Error>,
    printer: &mut Printer,
) -> Result<(), VerbError> {
    complain_of_all(&gone.errors, printer.json);
    let (state, error) = match ended {
        Err(error) if error.is(&ErrorKind::Cancelled) => ("cancelled", None),
        Err(error) => ("failed", Some(error_object(error))),
        Ok(_) if gone.failed > 0 => ("failed", gone.errors.first().map(error_object)),
        Ok(_) => ("done", None),
    };
    if printer.json {
        printer.object(&json!({
            "job": "rm", "from": place.text, "to": "", "state": state,
            "objects": gone.sum(), "bytes": gone.bytes, "failed": gone.failed, "skipped": 0,
            "notes": [], "verified": Value::Null, "error": error,
            "versions": gone.objects + gone.versions, "markers": gone.markers,
        }))?;
    } else if printer.terminal {
        printer.line(&format!("rm {}: {}", visible(&place.text), said(gone)))?;
    }
    Ok(())
}

fn said(gone: &Emptied) -> String {
    let counts = [
        (gone.objects, "object"),
        (gone.versions, "old version"),
        (gone.markers, "delete marker"),
        (gone.uploads, "unfinished upload"),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| Counted(*count, name).to_string())
        .collect();
    let mut text = match told.is_empty() {
        true => "nothing to delete".to_owned(),
        false => format!("{} deleted, {}", told.join(", "), Size(gone.bytes)),
    };
    if gone.failed > 0 {
        text += &format!(", {} failed", gone.failed);
    }
    text
}

/// What was deleted so far, whoever stops the work.
#[derive(Default)]
struct Told(Arc<Mutex<Emptied>>);

impl Told {
    fn teller(&self) -> impl Fn(&Emptied) + Send + Sync + 'static {
        let (sum, line) = (Arc::clone(&self.0), CountLine::new());
        move |gone: &Emptied| {
            sum.lock().unwrap_or_else(PoisonError::into_inner).clone_from(gone);
            line.draw(|| said(gone));
        }
    }

    fn now(&self) -> Emptied {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What was stopped is said to be, whatever came of its last requests.
fn or_stopped(ended: Result<Emptied, Error>, stop: &CancellationToken) -> Result<Emptied, Error> {
    if !stop.is_cancelled() {
        return ended;
    }
    complain_of_all(ended.err().as_slice(), false);
    Err(Error::new(ErrorKind::Cancelled, "the deletion", ""))
}

fn status(ended: Result<Emptied, Error>, gone: &Emptied) -> Result<Status, VerbError> {
    match ended {
        Err(error) if error.is(&ErrorKind::Cancelled) || gone.sum() == 0 => Err(error.into()),
        Err(error) => {
            complain_of_all(&[error], false);
            Ok(Status::Partly)
        }
        Ok(_) if gone.failed == 0 => Ok(Status::Done),
        Ok(_) if gone.sum() == 0 => Ok(Status::Failed),
        Ok(_) => Ok(Status::Partly),
    }
}
