//! Runs `look`: says what an object is and what is inside, by ranges of its bytes.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::cli::args::look::LookArguments;
use crate::cli::args::versions::PastFlags;
use crate::cli::connect::Choice;
use crate::cli::past::meant;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::several::one;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::address::Location;
use crate::domain::contents::{Contents, Traffic};
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::units::{Counted, Size};
use crate::look::error::Looked;
use crate::look::inspect::inspect;
use crate::look::object_bytes::ObjectBytes;
use crate::s3::client::Client;

/// Bytes that a look may fetch.
const MOST: u64 = 64 << 20;

/// An object whose bytes are read by ranges.
pub struct OpenedObject {
    pub client: Client,
    pub object: ObjectAddress,
    pub source: Arc<ObjectBytes>,
    pub content_type: Option<String>,
}

impl OpenedObject {
    /// `most`: bytes that may be fetched.
    pub async fn at(
        location: &Location,
        past: &PastFlags,
        choice: &Choice,
        verb: &str,
        most: u64,
    ) -> Result<OpenedObject, VerbError> {
        let object = one(location, verb)?;
        let client = choice.client()?;
        let object = meant(&client, object, past).await?;
        let ranges = client.ranges(&object, CancellationToken::new()).await?;
        let content_type = ranges.head().headers.content_type.clone();
        let source = Arc::new(ObjectBytes::new(Arc::new(ranges), most));
        Ok(OpenedObject { client, object, source, content_type })
    }

    /// Runs what reads the bytes on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<ObjectBytes>, &str, Option<&str>) -> Looked<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (source, name) = (self.source.clone(), self.object.key.name().to_owned());
        let content_type = self.content_type.clone();
        let ended = spawn_blocking(move || work(&source, &name, content_type.as_deref())).await?;
        ended.map_err(|error| error.into_error(&self.object.to_string()))
    }
}

impl RunVerb for LookArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| look(self, choice).await)
    }
}

async fn look(arguments: &LookArguments, choice: &Choice) -> Result<Status, VerbError> {
    let opened =
        OpenedObject::at(&arguments.location, &arguments.past, choice, "look", MOST).await?;
    let contents = opened.read(inspect).await?;
    let usage = opened.client.meter().usage();
    let traffic = Traffic {
        requests: usage.class_a + usage.class_b + usage.free,
        bytes: opened.source.fetched().bytes,
    };
    let mut printer = Printer::new(choice.json);
    if printer.json {
        let mut line = described(&contents, traffic);
        line["bucket"] = json!(opened.object.bucket);
        line["key"] = json!(opened.object.key);
        line["size"] = json!(opened.source.size());
        printer.object(&line)?;
    } else {
        for (label, text) in lines(&contents, opened.source.size(), traffic) {
            let text = printer.shown(&text).into_owned();
            printer.line(format!("{label:<14} {text}").trim_end())?;
        }
    }
    printer.flush()?;
    Ok(if contents.cut.is_some() { Status::Partly } else { Status::Done })
}

/// What is inside, for programs.
fn described(contents: &Contents, traffic: Traffic) -> Value {
    let columns = contents.columns.iter();
    let columns: Vec<Value> =
        columns.map(|column| json!({ "name": column.name, "type": column.type_name })).collect();
    let members: Vec<Value> = contents
        .members
        .iter()
        .map(|member| json!({ "name": member.name, "size": member.size }))
        .collect();
    let number = |name: &String| contents.numbers.get(name).map(|number| json!(number));
    let fact = |(name, text): &(String, String)| {
        (name.clone(), number(name).unwrap_or_else(|| json!(text)))
    };
    let facts: serde_json::Map<String, Value> = contents.facts.iter().map(fact).collect();
    json!({
        "kind": contents.kind.name(),
        "bytes_fetched": traffic.bytes, "requests": traffic.requests,
        "columns": (contents.kind.is_table() || !columns.is_empty()).then_some(columns),
        "rows": contents.rows,
        "members": (contents.kind.is_archive() || !members.is_empty()).then_some(members),
        "width": contents.width, "height": contents.height,
        "orientation": contents.orientation, "encoding": contents.encoding,
        "pages": contents.pages, "duration": contents.duration,
        "facts": facts,
        "whole": contents.cut.is_none(), "cut": contents.cut,
    })
}

/// What is inside, for people: labels and texts.
fn lines(contents: &Contents, size: u64, traffic: Traffic) -> Vec<(String, String)> {
    let mut lines = contents.told(size);
    let Traffic { requests, bytes } = traffic;
    lines.push((
        "fetched".to_owned(),
        format!("{} in {}", Size(bytes), Counted(requests, "request")),
    ));
    lines
}
