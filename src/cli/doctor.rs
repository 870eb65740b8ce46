//! Runs `doctor`: examines a connection and reports each step without naming the account.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;

use crate::cli::advice;
use crate::cli::args::doctor::DoctorArguments;
use crate::cli::connect::Choice;
use crate::cli::interrupt::interrupted;
use crate::cli::print::{Printer, Status, VerbError, error_object};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::connection::Connection;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::diagnosis::redact::Redaction;
use crate::domain::diagnosis::text::{self, Examined};
use crate::domain::diagnosis::{Conclusion, Examination, Finding, Step, Verdict};
use crate::domain::error::{Error, ErrorKind};
use crate::s3::client::Client;
use crate::s3::meter::Meter;

impl RunVerb for DoctorArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        self.expect_one_of_each()?;
        let call = call.about(self.connection());
        let call = if self.write { call.taking_back("taking back what was written") } else { call };
        call.on_connection(async |choice| doctor(self, choice).await)
    }
}

async fn doctor(arguments: &DoctorArguments, choice: &Choice) -> Result<Status, VerbError> {
    let connection = match arguments.connection() {
        Some(name) => choice.named(name)?,
        None => choice.current()?,
    };
    let client = Client::connect(connection, Arc::new(Meter::default()))?;
    // The server that the AWS files name; what is wrong with them is told step by step.
    let _ = client.prepare().await;
    let (bucket, prefix) = place(arguments, connection);
    let examination = Examination { bucket, prefix, writes: arguments.write };
    let redaction = redaction(&examination, connection);
    let mut printer = Printer::new(choice.json);
    if !printer.json {
        let subject = subject(connection, &client);
        lines(&mut printer, subject.lines(&redaction).iter().chain(&[String::new()]))?;
    }
    let (found, mut news) = unbounded_channel();
    let telling = client.clone();
    let examining = async move {
        // Whoever prints may be gone: what was begun is ended all the same.
        let mut tell = |finding| drop(found.send(finding));
        telling.examine(&examination, &mut tell, interrupted()).await;
    };
    let printing = async {
        let (mut findings, mut written) = (Vec::new(), Ok(()));
        while let Some(finding) = news.recv().await {
            if !printer.json && written.is_ok() {
                written = lines(&mut printer, &text::lines(&finding, &redaction, advice::say));
            }
            findings.push(finding);
        }
        written.map(|()| findings)
    };
    let ((), findings) = tokio::join!(examining, printing);
    let findings: Vec<Finding> = findings?;
    let lacks = client.lacking();
    if printer.json {
        let value = object(&subject(connection, &client), &findings, &client, &redaction);
        printer.object(&value)?;
        printer.flush()?;
    } else {
        lines(&mut printer, &text::ending(&findings, &lacks))?;
    }
    if findings.len() < Step::ALL.len() {
        return Err(Error::new(ErrorKind::Cancelled, "the examination", "").into());
    }
    Ok(match Conclusion::of(&findings) {
        Conclusion::Useless => Status::Failed,
        Conclusion::AllWorks | Conclusion::Browses => Status::Done,
    })
}

/// Each line as soon as it is known.
fn lines<'a>(
    printer: &mut Printer,
    lines: impl IntoIterator<Item = &'a String>,
) -> std::io::Result<()> {
    for line in lines {
        printer.line(line)?;
    }
    printer.flush()
}

/// Where to look: what was asked for, else the first bucket that the connection names.
fn place(arguments: &DoctorArguments, connection: &Connection) -> (Option<Bucket>, Prefix) {
    match arguments.at() {
        Some(Location::Prefix { bucket, prefix }) => (Some(bucket.clone()), prefix.clone()),
        Some(Location::Object { bucket, key }) => {
            (Some(bucket.clone()), Prefix::new(format!("{}/", key.as_str())))
        }
        Some(Location::Root) | None => match connection.known_buckets.first() {
            Some(known) => (Some(known.bucket.clone()), known.prefix.clone()),
            None => (None, Prefix::root()),
        },
    }
}

fn redaction(examination: &Examination, connection: &Connection) -> Redaction {
    let known = connection.known_buckets.iter();
    let redaction = known.fold(Redaction::default(), |redaction, known| {
        redaction.bucket(&known.bucket).prefix(&known.prefix)
    });
    let redaction = redaction.prefix(&examination.prefix);
    match &examination.bucket {
        Some(bucket) => redaction.bucket(bucket),
        None => redaction,
    }
}

fn subject(connection: &Connection, client: &Client) -> Examined {
    Examined {
        provider: client.provider(),
        endpoint: client.endpoint(),
        region: connection.region.clone(),
        keys: connection.keys_words(),
    }
}

fn object(
    subject: &Examined,
    findings: &[Finding],
    client: &Client,
    redaction: &Redaction,
) -> Value {
    let steps: Vec<Value> = findings
        .iter()
        .map(|finding| hidden(step(finding), &finding.redaction(redaction)))
        .collect();
    let permissions: serde_json::Map<String, Value> = text::permissions(findings)
        .iter()
        .map(|permission| (permission.title.to_owned(), json!(permission.granted)))
        .collect();
    let lacks: Vec<Value> = client
        .lacking()
        .into_iter()
        .map(|(capability, why)| json!({ "capability": capability, "why": why }))
        .collect();
    let whole = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "provider": subject.provider,
        "endpoint": subject.endpoint,
        "region": subject.region,
        "keys": subject.keys,
        "steps": steps,
        "permissions": permissions,
        "lacks": lacks,
        "conclusion": Conclusion::of(findings).sentence(),
    });
    hidden(whole, redaction)
}

fn step(finding: &Finding) -> Value {
    let (verdict, told) = match &finding.verdict {
        Verdict::Works(told) => ("works", json!(told)),
        Verdict::Beware(told) => ("beware", json!(told)),
        Verdict::Skipped(why) => ("skipped", json!(why)),
        Verdict::Unasked(remedy) => ("skipped", json!(advice::say(remedy))),
        Verdict::Fails(error) => ("fails", error_object(error)),
    };
    let took = u64::try_from(finding.took.as_millis()).unwrap_or(u64::MAX);
    json!({ "step": finding.step, "verdict": verdict, "told": told, "ms": took })
}

/// The same value with every text in it redacted.
fn hidden(value: Value, redaction: &Redaction) -> Value {
    match value {
        Value::String(text) => Value::String(redaction.apply(&text)),
        Value::Array(values) => values.into_iter().map(|value| hidden(value, redaction)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, hidden(value, redaction))).collect()
        }
        plain => plain,
    }
}
