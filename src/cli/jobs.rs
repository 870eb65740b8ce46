//! Runs `get`, `put` and `rm` as jobs of the transfer engine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::args::conflict::FilterFlags;
use crate::cli::args::describe::attributes;
use crate::cli::args::objects::RemoveArguments;
use crate::cli::args::transfer::{GetArguments, PutArguments};
use crate::cli::args::versions::PastFlags;
use crate::cli::asking::{agreed, needs_somebody};
use crate::cli::connect::Choice;
use crate::cli::dry_run::dry_run;
use crate::cli::ends::{End, behind_link, input, output};
use crate::cli::interrupt::interrupted;
use crate::cli::local_path::expect_path;
use crate::cli::missing::look_for_buckets;
use crate::cli::pace::PaceArguments;
use crate::cli::past::meant;
use crate::cli::print::{Printer, Status, VerbError, usage};
use crate::cli::progress::ProgressLine;
use crate::cli::report::{found_nothing, report, status};
use crate::cli::stream;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::{Bucket, DELIMITER, Key, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::glob::KeyFilter;
use crate::domain::object::{Measure, ObjectAddress, ObjectHeaders};
use crate::domain::overlap::files_of_one_key;
use crate::domain::transfer::{
    FileRules, JobOptions, JobSpec, JobState, JobView, OnConflict, Target, Work,
};
use crate::domain::units::{Counted, Size};
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::transfer::headless::run_until;

impl RunVerb for GetArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        match output(&self.destination) {
            Ok(Some(end)) => {
                call.on_connection(async |choice| stream::get(self, &end, choice).await)
            }
            // What is wrong with the destination is said after what is wrong with the connection.
            other => of_transfers(call).on_connection(async |choice| {
                expect_path(&self.destination, "get writes to this machine", choice)?;
                other?;
                get(self, choice).await
            }),
        }
    }
}

impl RunVerb for PutArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        let call = if self.dry_run { call } else { of_transfers(call) };
        call.on_connection(async |choice| {
            for source in &self.places.sources {
                expect_path(source, "put reads from this machine", choice)?;
            }
            match only_stream(&self.places.sources)? {
                Some(end) => stream::put(self, &end, choice).await,
                None => put(self, choice).await,
            }
        })
    }
}

/// A verb that takes back what is unfinished, where it is interrupted.
pub fn of_transfers(call: VerbCall<'_>) -> VerbCall<'_> {
    call.taking_back("taking back what is unfinished").leaving(
        "what had begun may be left: windlass uploads list shows uploads, and files have names \
         that end in .windlass-part",
    )
}

/// The stream that is uploaded, where the one source is one.
fn only_stream(sources: &[PathBuf]) -> Result<Option<End>, Error> {
    match sources {
        [only] => input(only),
        _ => Ok(None),
    }
}

async fn get(arguments: &GetArguments, choice: &Choice) -> Result<Status, VerbError> {
    let destination = &arguments.destination;
    let work = match &below(&arguments.source, arguments.recursive) {
        Location::Root => return Err(usage("get needs a bucket: s3://bucket/key")),
        Location::Prefix { .. } if arguments.past.version.is_some() => {
            return Err(usage("--version is of one object: s3://bucket/key"));
        }
        Location::Prefix { bucket, prefix } => Work::Download {
            bucket: bucket.clone(),
            source: below_at(prefix, arguments.past.at),
            folder: absolute(destination)?,
            name: None,
            size: None,
        },
        Location::Object { bucket, key } => {
            let beside = arguments.conflict.keep_both;
            let real = if beside { destination.clone() } else { behind_link(destination) };
            let (folder, name) = folder_and_name(&real)?;
            let source = source_of(choice, bucket, key, &arguments.past).await?;
            Work::Download { bucket: bucket.clone(), source, folder, name, size: None }
        }
    };
    let how = How::new(
        arguments.conflict.into(),
        arguments.file_rules(choice.settings.transfers.files()),
        arguments.pace,
    );
    run(choice, vec![work], how.filtered(&arguments.filter)).await
}

/// What is below a prefix, now or at a time.
pub fn below_at(prefix: &Prefix, at: Option<Timestamp>) -> Target {
    match at {
        Some(at) => Target::PrefixAt(prefix.clone(), at),
        None => Target::Prefix(prefix.clone()),
    }
}

/// An object, or the version of it that is meant.
pub async fn source_of(
    choice: &Choice,
    bucket: &Bucket,
    key: &Key,
    past: &PastFlags,
) -> Result<Target, VerbError> {
    if past.at.is_none() && past.version.is_none() {
        return Ok(Target::Object(key.clone()));
    }
    let object = ObjectAddress::new(bucket.clone(), key.clone());
    let object = meant(&choice.client()?, object, past).await?;
    Ok(match object.version {
        Some(version) => Target::Version(object.key, version),
        None => Target::Object(object.key),
    })
}

async fn put(arguments: &PutArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("PutObject")?;
    if arguments.parts.are_given() {
        return Err(usage("--part-size and --expected-size are for stdin: put - s3://bucket/key"));
    }
    let attributes = attributes(&arguments.describe, &arguments.lock)?;
    let client = choice.client()?;
    client.prepare().await?;
    client.permits(&attributes)?;
    let many = arguments.places.sources.len() > 1;
    let work = arguments.places.sources.iter().map(|source| upload(source, arguments, many));
    let work = work.collect::<Result<Vec<Work>, VerbError>>()?;
    each_by_itself(&work)?;
    let mut how = How::new(
        arguments.conflict.into(),
        arguments.file_rules(choice.settings.transfers.files()),
        arguments.pace,
    );
    let bucket = arguments.places.destination.bucket();
    let rules = bucket.map(|bucket| choice.settings.upload_rules_of(&choice.current, bucket));
    let rules = rules.unwrap_or_default();
    for told in &choice.unused_rules {
        say!("windlass: {}", visible(told));
    }
    how.options = JobOptions { attributes, rules, filter: (&arguments.filter).into() };
    if arguments.dry_run {
        return dry_run(choice, &how.specs(choice, work)).await;
    }
    run(choice, work, how).await
}

fn each_by_itself(work: &[Work]) -> Result<(), VerbError> {
    let Some(([one, other], place)) = files_of_one_key(work) else { return Ok(()) };
    Err(usage(&format!(
        "{} and {} would both be stored as {}: upload one of them below another prefix",
        visible(&one.to_string_lossy()),
        visible(&other.to_string_lossy()),
        visible(&place),
    )))
}

/// One source; among `many`, a folder goes below its own name.
fn upload(source: &Path, arguments: &PutArguments, many: bool) -> Result<Work, VerbError> {
    if many && input(source)?.is_some() {
        return Err(usage("a stream is uploaded by itself: name no other source beside it"));
    }
    let folder = std::fs::metadata(source)
        .map_err(|error| Error::from_io(&error, "read", source.display()))?
        .is_dir();
    let (bucket, target) = match (&arguments.places.destination, folder) {
        (Location::Root, _) => return Err(usage("put needs a bucket: s3://bucket/prefix/")),
        (Location::Object { .. }, _) if many => {
            return Err(usage("several sources go below a prefix: write its last /"));
        }
        (Location::Prefix { bucket, prefix }, true) if many => {
            (bucket, Target::Prefix(prefix.child(&format!("{}/", file_name(source)?))))
        }
        (Location::Prefix { bucket, prefix }, true) => (bucket, Target::Prefix(prefix.clone())),
        (Location::Prefix { bucket, prefix }, false) => {
            (bucket, Target::Object(prefix.key(&file_name(source)?)))
        }
        (Location::Object { bucket, key }, true) => {
            (bucket, Target::Prefix(Prefix::new(format!("{key}/"))))
        }
        (Location::Object { bucket, key }, false) => (bucket, Target::Object(key.clone())),
    };
    let headers = ObjectHeaders::default();
    Ok(Work::Upload { source: absolute(source)?, bucket: bucket.clone(), target, headers })
}

pub async fn rm(arguments: &RemoveArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("DeleteObjects")?;
    let mut buckets: BTreeMap<Bucket, Vec<Target>> = BTreeMap::new();
    for location in &arguments.locations {
        let (bucket, target) = target(&below(location, arguments.recursive), "rm")?;
        let target = match (target, arguments.recursive) {
            (Target::Prefix(prefix), false) if prefix.is_root() => {
                return Err(usage("rm -r deletes everything in a bucket, rb removes an empty one"));
            }
            (Target::Prefix(_), false) => return Err(usage(&not_recursive(location))),
            (target, _) => target,
        };
        let targets = buckets.entry(bucket).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    if arguments.recursive
        && !arguments.yes
        && !confirmed(&buckets, &(&arguments.filter).into(), &choice.client()?).await?
    {
        say!("windlass: nothing was deleted");
        return Ok(Status::Failed);
    }
    if arguments.force {
        expect_buckets(&choice.client()?, buckets.keys()).await?;
    }
    let work = buckets.into_iter().map(|(bucket, targets)| Work::Delete { bucket, targets });
    let absent = if arguments.force { OnConflict::Skip } else { OnConflict::Fail };
    let how = How::new(absent, FileRules::default(), PaceArguments::usual());
    run(choice, work.collect(), how.filtered(&arguments.filter)).await
}

/// `--force` is about objects that are not there; a bucket is misspelled.
async fn expect_buckets(
    client: &Client,
    buckets: impl Iterator<Item = &Bucket>,
) -> Result<(), Error> {
    for bucket in buckets {
        if client.is_there(bucket).await == Some(false) {
            let place = format!("s3://{bucket}");
            return Err(Error::new(ErrorKind::NoSuchBucket, "HeadBucket", place));
        }
    }
    Ok(())
}

fn not_recursive(location: &Location) -> String {
    let place = visible(&location.to_string()).into_owned();
    format!(
        "{place} ends with /, so it is a prefix: rm -r {place} deletes everything below it, \
         the object of this very name included"
    )
}

/// What flags say of the jobs of one command.
#[derive(Clone)]
struct How {
    on_conflict: OnConflict,
    files: FileRules,
    pace: PaceArguments,
    options: JobOptions,
}

impl How {
    fn new(on_conflict: OnConflict, files: FileRules, pace: PaceArguments) -> How {
        How { on_conflict, files, pace, options: JobOptions::default() }
    }

    /// The same, about some of the objects only.
    fn filtered(mut self, flags: &FilterFlags) -> How {
        self.options.filter = flags.into();
        self
    }

    fn specs(&self, choice: &Choice, work: Vec<Work>) -> Vec<JobSpec> {
        let spec = |work| JobSpec {
            connection: choice.current.clone(),
            work,
            on_conflict: self.on_conflict,
            files: self.files,
            options: self.options.clone(),
        };
        work.into_iter().map(spec).collect()
    }
}

async fn run(choice: &Choice, work: Vec<Work>, how: How) -> Result<Status, VerbError> {
    run_specs(choice, how.specs(choice, work), how.pace).await
}

/// Runs jobs of any connections to their end and says how they ended.
pub async fn run_specs(
    choice: &Choice,
    specs: Vec<JobSpec>,
    pace: PaceArguments,
) -> Result<Status, VerbError> {
    let connect = choice.remotes();
    let mut line = ProgressLine::new();
    let take = |event: &_| line.take(event);
    let tuning = pace.tuning(choice.settings.transfers.limit);
    let mut ended = run_until(tuning, connect, specs, take, interrupted()).await;
    line.end();
    for job in &mut ended {
        if let Some(error) = found_nothing(job) {
            job.state = JobState::Failed(error);
        }
    }
    look_for_buckets(choice, &mut ended).await;
    let mut printer = Printer::new(choice.json);
    for job in &ended {
        report(job, &mut printer)?;
    }
    printer.flush()?;
    if ended.iter().any(|job| job.state == JobState::Cancelled) {
        return Err(Error::new(ErrorKind::Cancelled, "the transfer", "").into());
    }
    Ok(status(&ended))
}

/// Runs jobs to their end and says nothing of them but what they wait for.
pub async fn run_silently(choice: &Choice, specs: Vec<JobSpec>) -> Vec<JobView> {
    let mut line = ProgressLine::new();
    let take = |event: &_| line.take(event);
    let tuning = PaceArguments::usual().tuning(choice.settings.transfers.limit);
    run_until(tuning, choice.remotes(), specs, take, interrupted()).await
}

/// Counts what a recursive deletion would take and asks. Without a terminal it is refused.
async fn confirmed(
    buckets: &BTreeMap<Bucket, Vec<Target>>,
    filter: &KeyFilter,
    client: &Client,
) -> Result<bool, VerbError> {
    needs_somebody("rm -r")?;
    let (mut objects, mut bytes) = (0_u64, 0_u64);
    for (bucket, targets) in buckets {
        let found = match filter.is_empty() {
            true => client.measure(bucket, targets, |_| ()).await?,
            false => measured(bucket, targets, filter, client).await?,
        };
        (objects, bytes) = (objects + found.objects, bytes + found.bytes);
    }
    if objects == 0 {
        // There is nothing to agree to: that is said as it would be with --yes.
        return Ok(true);
    }
    let work = buckets.iter().flat_map(|(bucket, targets)| {
        targets.iter().map(move |target| format!("s3://{bucket}/{}", target.as_str()))
    });
    let places = work.collect::<Vec<_>>().join(" ");
    let (objects, bytes) = (Counted(objects, "object"), Size(bytes));
    agreed(&format!("Delete {objects} ({bytes}) below {}?", visible(&places))).await
}

/// Counts like [`Client::measure`], but only what the filter takes.
async fn measured(
    bucket: &Bucket,
    targets: &[Target],
    filter: &KeyFilter,
    client: &Client,
) -> Result<Measure, Error> {
    let mut sum = Measure::default();
    for target in targets {
        let Target::Prefix(prefix) = target else { continue };
        let mut pages = client.keys_below(bucket, prefix, false);
        while let Some(page) = pages.next().await? {
            for row in page.rows().filter(|row| filter.takes(row.name)) {
                sum.objects += 1;
                sum.bytes += row.size().unwrap_or_default();
            }
        }
    }
    Ok(sum)
}

/// With -r the last / of a prefix may be left out; it never means the neighbours that begin alike.
pub fn below(location: &Location, recursive: bool) -> Location {
    match location {
        Location::Object { bucket, key } if recursive => Location::Prefix {
            bucket: bucket.clone(),
            prefix: Prefix::new(format!("{key}{DELIMITER}")),
        },
        other => other.clone(),
    }
}

pub fn target(location: &Location, verb: &str) -> Result<(Bucket, Target), VerbError> {
    match location {
        Location::Root => Err(usage(&format!("{verb} needs a bucket: s3://bucket/key"))),
        Location::Prefix { bucket, prefix } => Ok((bucket.clone(), Target::Prefix(prefix.clone()))),
        Location::Object { bucket, key } => Ok((bucket.clone(), Target::Object(key.clone()))),
    }
}

/// An existing folder, or a path that ends with `/`, keeps the key's name; anything else is the new
/// name.
fn folder_and_name(destination: &Path) -> Result<(PathBuf, Option<String>), VerbError> {
    let text = destination.to_string_lossy();
    if destination.is_dir() || text.ends_with('/') {
        return Ok((absolute(destination)?, None));
    }
    let name = file_name(destination)?;
    let path = absolute(destination)?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((folder, Some(name)))
}

fn file_name(path: &Path) -> Result<String, VerbError> {
    match path.file_name().map(|name| name.to_str()) {
        Some(Some(name)) => Ok(name.to_owned()),
        Some(None) => Err(usage("the file's name is not UTF-8: write the whole key")),
        None => Err(usage("expected a path that ends with a name")),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::from_io(&error, "resolve", path.display()))
}
