//! Runs `presign` and `links`: makes links, and lists what was handed out.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::args::links::{Format, LinksArguments, PresignArguments};
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, complain_of_all};
use crate::cli::several::one;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::ledger::{self, GivenLink};
use crate::config::paths::Folders;
use crate::config::stderr::say;
use crate::domain::address::Location;
use crate::domain::error::Error;
use crate::domain::link_text::{LinkForm, SignedLink};
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkDisposition, LinkMethod, LinkSpec, PresignedLink, Shortened};
use crate::domain::qr::qr_lines;
use crate::domain::units::Moment;
use crate::domain::visible::visible;
use crate::s3::client::Client;

impl RunVerb for PresignArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| presign(self, choice).await)
    }
}

async fn presign(arguments: &PresignArguments, choice: &Choice) -> Result<Status, VerbError> {
    let now = Timestamp::now();
    let specs = specs(arguments, choice, now)?;
    let client = choice.client()?;
    let mut links = Vec::new();
    for spec in specs {
        let link = client.presign(&spec, now).await?;
        links.push((spec, link));
    }
    let sends_headers = choice.json || arguments.format == Format::Curl && !arguments.qr;
    let needs_headers = links.iter().find(|(_, link): &&Made| !link.headers.is_empty());
    if let (Some((spec, _)), false) = (needs_headers, sends_headers) {
        return Err(VerbError::Usage(format!(
            "a link to {} works only with headers that are sent with it: --format curl writes the \
             command that sends them, --json names them",
            visible(&spec.object.to_string())
        )));
    }
    let refused = if arguments.test { test(&client, &links).await } else { Vec::new() };
    print(arguments, &links, &refused, choice.json)?;
    remember(&links, now, choice);
    say_shortened(&links);
    complain_of_all(
        &refused.iter().map(|(_, error)| error.clone()).collect::<Vec<_>>(),
        choice.json,
    );
    Ok(match refused.len() {
        0 => Status::Done,
        all if all == links.len() => Status::Failed,
        _ => Status::Partly,
    })
}

fn specs(
    arguments: &PresignArguments,
    choice: &Choice,
    now: Timestamp,
) -> Result<Vec<LinkSpec>, VerbError> {
    let method = arguments.method();
    sensible(arguments, method)?;
    if method.writes() {
        choice.current()?.expect_writable(method.operation())?;
    }
    let expires_in = match (arguments.expires, arguments.until) {
        (Some(life), _) => life,
        (None, Some(until)) => Duration::try_from(until.duration_since(now)).unwrap_or_default(),
        (None, None) => choice.current()?.link_expiry,
    };
    let opens = match (&arguments.name, arguments.inline) {
        (name, true) => LinkDisposition::Inline(name.clone()),
        (Some(name), false) => LinkDisposition::Download(name.clone()),
        (None, false) => LinkDisposition::AsStored,
    };
    let spec = |location: &Location| {
        Ok(LinkSpec {
            object: one(location, "presign")?.at_version(arguments.version.clone()),
            method,
            expires_in,
            opens: opens.clone(),
            content_type: arguments.content_type.clone(),
        })
    };
    arguments.locations.iter().map(spec).collect()
}

fn sensible(arguments: &PresignArguments, method: LinkMethod) -> Result<(), VerbError> {
    let refused = |sentence: &str| Err(VerbError::Usage(sentence.to_owned()));
    let get = method == LinkMethod::Get;
    if (arguments.name.is_some() || arguments.inline) && !get {
        return refused("--as and --inline are for GET links");
    }
    if arguments.content_type.is_some() && !(get || method == LinkMethod::Put) {
        return refused("--content-type is for GET and PUT links");
    }
    if arguments.version.is_some() && method == LinkMethod::Put {
        return refused("a PUT link makes a new version: leave --version out");
    }
    if arguments.version.is_some() && arguments.locations.len() > 1 {
        return refused("--version is of one object: name one location");
    }
    if arguments.name.is_some() && arguments.locations.len() > 1 {
        return refused("--as names one file: name one location");
    }
    if arguments.test && !(get || method == LinkMethod::Head) {
        return refused("--test uses the link, so it works with GET and HEAD links only");
    }
    Ok(())
}

type Made = (LinkSpec, PresignedLink);

/// The links that do not work, by their place.
async fn test(client: &Client, links: &[Made]) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    for (at, (spec, link)) in links.iter().enumerate() {
        if let Err(error) = client.test_link(&spec.object, spec.method, &link.url).await {
            refused.push((at, error));
        }
    }
    refused
}

fn print(
    arguments: &PresignArguments,
    links: &[Made],
    refused: &[(usize, Error)],
    json: bool,
) -> Result<(), VerbError> {
    let mut printer = Printer::new(json);
    if printer.json {
        for (at, (spec, link)) in links.iter().enumerate() {
            let mut line = json!({
                "url": link.url, "method": spec.method.as_str(), "bucket": spec.object.bucket,
                "key": spec.object.key, "version": spec.object.version,
                "expires_at": link.expires_at, "clipped_by": link.shortened.map(clipped_by),
            });
            if !link.headers.is_empty() {
                line["headers"] = link.headers.iter().cloned().collect();
            }
            if arguments.test {
                line["works"] = refused.iter().all(|(dead, _)| *dead != at).into();
            }
            printer.object(&line)?;
        }
    } else {
        let signed: Vec<SignedLink<'_>> = links.iter().map(|(spec, link)| (spec, link)).collect();
        printer.line(&LinkForm::from(arguments.format).write(&signed))?;
    }
    if arguments.qr {
        for (spec, link) in links {
            draw(&mut printer, spec, &link.url)?;
        }
    }
    Ok(printer.flush()?)
}

/// Black on white whatever the terminal's colours are; without a terminal as plain text.
fn draw(printer: &mut Printer, spec: &LinkSpec, url: &str) -> Result<(), VerbError> {
    let Some(lines) = qr_lines(url) else {
        let place = spec.object.to_string();
        say!("windlass: {}: the link is too long for a QR code", visible(&place));
        return Ok(());
    };
    for line in lines {
        let line = if printer.terminal { format!("\x1b[30;107m{line}\x1b[0m") } else { line };
        printer.line(&line)?;
    }
    Ok(())
}

fn clipped_by(why: Shortened) -> &'static str {
    match why {
        Shortened::SevenDays => "7 days",
        Shortened::Credentials => "credentials",
    }
}

fn say_shortened(links: &[Made]) {
    let first = links.iter().map(|(_, link)| link).min_by_key(|link| link.expires_at);
    if let Some(link) = first
        && let Some(why) = link.shortened
    {
        let until = Moment(link.expires_at, &TimeZone::system()).to_string();
        say!("windlass: the link holds only until {until}: {}", why.because());
    }
}

/// Into the ledger. A link that could not be written down is a link all the same.
fn remember(links: &[Made], now: Timestamp, choice: &Choice) {
    let given: Vec<GivenLink> =
        links.iter().map(|(spec, link)| GivenLink::new(spec, link, now, &choice.current)).collect();
    let kept = Folders::find().and_then(|folders| {
        let path = folders.ledger_file();
        ledger::write_down(&path, &given).and_then(|()| ledger::trim(&path, now))
    });
    if let Err(error) = kept {
        say!("windlass: the link is not in the list of links: {}", visible(&error.to_string()));
    }
}

impl RunVerb for LinksArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        links(self, call.json)
    }
}

fn links(arguments: &LinksArguments, json: bool) -> Result<Status, VerbError> {
    let now = Timestamp::now();
    let given = ledger::read(&Folders::find()?.ledger_file())?;
    let wanted = given.iter().rev().filter(|link| !arguments.live || link.is_live(now));
    let mut printer = Printer::new(json);
    let mut none = true;
    for link in wanted {
        none = false;
        let live = link.is_live(now);
        if printer.json {
            printer.object(&json!({
                "bucket": link.bucket, "key": link.key, "version": link.version,
                "method": link.method.as_str(), "made_at": link.made_at,
                "expires_at": link.expires_at, "connection": link.connection,
                "access_key_id": link.access_key_id, "live": live,
            }))?;
        } else {
            let line = line(link, live, &printer);
            printer.line(&line)?;
        }
    }
    if none && printer.terminal && !printer.json {
        printer.line("no links were handed out, or none that still hold")?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

fn line(link: &GivenLink, live: bool, printer: &Printer) -> String {
    let object = ObjectAddress::new(link.bucket.clone(), link.key.clone());
    let place = object.at_version(link.version.clone()).to_string();
    let place = printer.shown(&place).into_owned();
    let (method, key, connection) =
        (link.method.as_str(), &link.access_key_id, link.connection.as_str());
    if !printer.terminal {
        let (made, until) = (link.made_at, link.expires_at);
        let state = if live { "live" } else { "ended" };
        return format!("{state}\t{method}\t{place}\t{made}\t{until}\t{connection}\t{key}");
    }
    let until = Moment(link.expires_at, &TimeZone::system()).to_string();
    let state = if live { "until" } else { "ended" };
    format!("{state} {until:<16}  {method:<6}  {place}  ({connection}, key {key})")
}
