//! Runs `settings`: shows what a bucket is set to, and reads, writes and clears single documents.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::settings::{OneSetting, SettingsAction, SettingsArguments};
use crate::cli::code::ask_device;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::line_difference::difference;
use crate::domain::settings::check::document;
use crate::domain::settings::json::Json;
use crate::domain::settings::mfa::DeviceCode;
use crate::domain::settings::refusal::place_of;
use crate::domain::settings::{BucketSetting, Clearing, MINIMUM_SIZE, SettingState, StoredSetting};
use crate::domain::visible::visible;
use crate::s3::client::Client;

impl RunVerb for SettingsArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| settings(self, choice).await)
    }
}

async fn settings(arguments: &SettingsArguments, choice: &Choice) -> Result<Status, VerbError> {
    match (&arguments.action, &arguments.bucket) {
        (Some(SettingsAction::Get { which }), _) => get(which, choice).await,
        (Some(SettingsAction::Set { which, file, dry_run, mfa }), _) => {
            set(which, file, (*dry_run, mfa.as_ref()), choice).await
        }
        (Some(SettingsAction::Clear { which, mfa }), _) => clear(which, mfa.as_ref(), choice).await,
        (None, Some(bucket)) => {
            let client = choice.client()?;
            let mut printer = Printer::new(choice.json);
            print_settings(&client, bucket, &mut printer).await?;
            printer.flush()?;
            Ok(Status::Done)
        }
        (None, None) => Err(VerbError::Usage("settings needs a bucket: s3://bucket".to_owned())),
    }
}

/// The lines of `settings`; `stat` of a bucket prints the same.
///
/// # Errors
/// That of the first setting where not one could be asked for.
pub async fn print_settings(
    client: &Client,
    bucket: &Bucket,
    printer: &mut Printer,
) -> Result<(), VerbError> {
    client.prepare().await?;
    let mut states = BTreeMap::new();
    client.settings(bucket, |setting, state| drop(states.insert(setting, state))).await;
    if let Some(error) = nothing_told(&states) {
        return Err(error.into());
    }
    for (setting, state) in &states {
        let summary = state.summary(*setting);
        if printer.json {
            let (name, state) = (setting.name(), state.word());
            printer.object(&json!({ "setting": name, "state": state, "summary": summary }))?;
            continue;
        }
        let line = format!("{:<16} {:<8} {summary}", setting.name(), state.word());
        let line = printer.shown(&line).into_owned();
        printer.line(&line)?;
    }
    Ok(())
}

/// The error where every setting that the server has was refused, or the bucket is not there.
fn nothing_told(states: &BTreeMap<BucketSetting, SettingState>) -> Option<Error> {
    let mut refused = None;
    for state in states.values() {
        match state {
            SettingState::Refused(error) if error.is(&ErrorKind::NoSuchBucket) => {
                return Some(error.clone());
            }
            SettingState::Refused(error) => drop(refused.get_or_insert(error)),
            SettingState::Lacking(_) => {}
            SettingState::Set(_) | SettingState::Unset => refused = None,
        }
        if matches!(state, SettingState::Set(_) | SettingState::Unset) {
            return None;
        }
    }
    refused.cloned()
}

async fn get(which: &OneSetting, choice: &Choice) -> Result<Status, VerbError> {
    let OneSetting { bucket, setting } = which;
    let client = choice.client()?;
    client.prepare().await?;
    let Some(stored) = client.setting(bucket, *setting).await? else {
        return Err(not_set(which).into());
    };
    tell_unread(&stored);
    let mut document = stored.document;
    if let Some(size) = document.take(MINIMUM_SIZE) {
        // The AWS CLI takes it beside the document, and set leaves it as it is.
        if size.as_text() == Some("varies_by_storage_class") && !choice.json {
            say!(
                "windlass: not in the document, because the AWS CLI takes it as its own \
                 argument: {MINIMUM_SIZE} {}",
                size.compact()
            );
        }
    }
    let mut printer = Printer::new(choice.json);
    let text = if choice.json { document.compact() } else { document.pretty() };
    let text: Vec<String> = text.lines().map(|line| printer.shown(line).into_owned()).collect();
    for line in text {
        printer.line(&line)?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

fn not_set(which: &OneSetting) -> Error {
    let OneSetting { bucket, setting } = which;
    Error::new(ErrorKind::NotSet, setting.operations().0, format!("s3://{bucket}"))
        .detail(setting.name())
}

fn tell_unread(stored: &StoredSetting) {
    if !stored.unread.is_empty() {
        let unread = visible(&stored.unread.join(", ")).into_owned();
        say!("windlass: the server also has {unread}; a document that you set would remove it");
    }
}

async fn set(
    which: &OneSetting,
    file: &Path,
    (dry_run, mfa): (bool, Option<&DeviceCode>),
    choice: &Choice,
) -> Result<Status, VerbError> {
    let OneSetting { bucket, setting } = which;
    if let Some(why) = setting.fixed() {
        return Err(VerbError::Usage(format!("{setting} cannot be set: {why}")));
    }
    if !dry_run {
        choice.current()?.expect_writable(setting.operations().1)?;
    }
    let (text, place) = read(file)?;
    let new = document(*setting, &text).map_err(|mistake| {
        Error::new(ErrorKind::BadDocument, setting.operations().1, place.as_str())
            .detail(mistake.to_string())
    })?;
    let client = choice.client()?;
    client.prepare().await?;
    let before = Before::of(&client, which).await?;
    let old = before.document();
    let new = setting.completed(new, old);
    let same = old == Some(&new);
    if !same {
        tell_consequences(*setting, old, Some(&new));
    }
    if !same && !dry_run {
        let code = code(which, mfa, (old, Some(&new))).await?;
        let sent = client.set_setting_with(bucket, *setting, &new, old, code.as_ref()).await;
        sent.map_err(|error| placed(error, &text, &place))?;
    }
    let state = match (same, dry_run) {
        (true, _) => "same",
        (false, true) => "would",
        (false, false) => "changed",
    };
    tell(which, state, old, Some(&new), choice)
}

/// What is set before a change.
enum Before {
    /// It may not be read.
    Unknown,
    Unset,
    Set(Json),
}

impl Before {
    async fn of(client: &Client, which: &OneSetting) -> Result<Before, VerbError> {
        match client.setting(&which.bucket, which.setting).await {
            Ok(Some(stored)) => {
                tell_unread(&stored);
                Ok(Before::Set(stored.document))
            }
            Ok(None) => Ok(Before::Unset),
            Err(error) if error.is(&ErrorKind::AccessDenied) => {
                let what = visible(&error.explain().what).into_owned();
                say!("windlass: what is set now cannot be shown: {what}");
                Ok(Before::Unknown)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn document(&self) -> Option<&Json> {
        match self {
            Before::Set(document) => Some(document),
            Before::Unknown | Before::Unset => None,
        }
    }
}

/// A refusal with the place in the file that it speaks of.
fn placed(error: Error, text: &str, file: &str) -> Error {
    match place_of(text, &error.detail) {
        Some(place) => {
            let detail = format!("{} ({file}, {}: {})", error.detail, place.at, place.what);
            Error { detail, ..error }
        }
        None => error,
    }
}

fn tell_consequences(setting: BucketSetting, old: Option<&Json>, new: Option<&Json>) {
    for sentence in setting.consequences(old, new) {
        say!("windlass: {}", visible(&sentence));
    }
}

/// The code of a device where the change needs one: given, or asked for.
async fn code(
    which: &OneSetting,
    given: Option<&DeviceCode>,
    (old, new): (Option<&Json>, Option<&Json>),
) -> Result<Option<DeviceCode>, VerbError> {
    if given.is_some() || !which.setting.needs_code(old, new) {
        return Ok(given.cloned());
    }
    ask_device().await.map(Some)
}

async fn clear(
    which: &OneSetting,
    mfa: Option<&DeviceCode>,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let OneSetting { bucket, setting } = which;
    if let Clearing::Never(why) = setting.clearing() {
        return Err(VerbError::Usage(format!("{setting} cannot be cleared: {why}")));
    }
    choice.current()?.expect_writable(setting.operations().1)?;
    let client = choice.client()?;
    client.prepare().await?;
    let before = Before::of(&client, which).await?;
    if matches!(before, Before::Unset) {
        return tell(which, "same", None, None, choice);
    }
    let old = before.document();
    if !old.is_some_and(|old| setting.is_cleared(old)) {
        tell_consequences(*setting, old, None);
    }
    let code = code(which, mfa, (old, None)).await?;
    client.clear_setting_with(bucket, *setting, code.as_ref()).await?;
    let after = client.setting(bucket, *setting).await.ok().flatten().map(|left| left.document);
    match (old, after) {
        (Some(old), Some(after)) if *old == after && setting.is_cleared(old) => {
            tell(which, "same", Some(old), Some(old), choice)
        }
        // A server may go on saying for a while what was there.
        (Some(old), Some(after)) if *old == after => {
            tell(which, "cleared", Some(old), None, choice)
        }
        (old, after) => tell(which, "cleared", old, after.as_ref(), choice),
    }
}

/// What became of the setting, with the lines in which it changed.
fn tell(
    which: &OneSetting,
    state: &str,
    old: Option<&Json>,
    new: Option<&Json>,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    let OneSetting { bucket, setting } = which;
    let (old, new) = (old.map(Json::without_secrets), new.map(Json::without_secrets));
    let (old, new) = (old.as_ref(), new.as_ref());
    if printer.json {
        printer.object(&json!({
            "bucket": bucket,
            "setting": setting.name(),
            "state": state,
            "old": value(old),
            "new": value(new),
        }))?;
        printer.flush()?;
        return Ok(Status::Done);
    }
    let text = |json: Option<&Json>| json.map(Json::pretty).unwrap_or_default();
    for line in difference(&text(old), &text(new)) {
        let line = printer.shown(&line.words()).into_owned();
        printer.line(&line)?;
    }
    printer.flush()?;
    let words = match state {
        "same" => "nothing to change",
        "would" => "nothing was sent",
        other => other,
    };
    say!("windlass: {setting} of s3://{}: {words}", visible(bucket.as_str()));
    Ok(Status::Done)
}

fn value(json: Option<&Json>) -> Value {
    json.and_then(|json| serde_json::from_str(&json.compact()).ok()).unwrap_or(Value::Null)
}

/// The text of a file or of stdin, and what it is called in an error.
fn read(file: &Path) -> Result<(String, String), Error> {
    let stdin = file.as_os_str() == "-";
    let name = if stdin { "stdin".to_owned() } else { file.display().to_string() };
    let mut bytes = Vec::new();
    let read = match stdin {
        true => io::stdin().read_to_end(&mut bytes).map(drop),
        false => fs::read(file).map(|read| bytes = read),
    };
    read.map_err(|error| Error::from_io(&error, "read the document", &name))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorKind::BadDocument, "read the document", name.as_str())
            .detail("it is not UTF-8 text")
    })?;
    Ok((text, name))
}
