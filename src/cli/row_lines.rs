//! Prints rows of a listing, one a line, and marks the last one when the listing is incomplete.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::cli::print::{Printer, VerbError};
use crate::domain::address::{Bucket, DELIMITER, Prefix};
use crate::domain::listing::{Row, RowKind};
use crate::domain::units::{Moment, Size};

pub struct RowLines<'a> {
    pub printer: Printer,
    place: (&'a Bucket, &'a Prefix),
    /// Keys are told from their beginning, not from the last delimiter of the prefix.
    whole_keys: bool,
    /// Sizes are for people, wherever they go.
    human: bool,
    zone: TimeZone,
    /// The key of the row, to be used again.
    key: String,
    held: HeldLine,
    /// Lines so far.
    pub count: u64,
}

#[derive(Serialize)]
struct ObjectLine<'a> {
    bucket: &'a Bucket,
    key: &'a str,
    size: u64,
    modified: Option<Timestamp>,
    class: &'a str,
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct PrefixLine<'a> {
    bucket: &'a Bucket,
    prefix: &'a str,
}

impl<'a> RowLines<'a> {
    pub fn new(printer: Printer, bucket: &'a Bucket, prefix: &'a Prefix) -> RowLines<'a> {
        RowLines {
            printer,
            place: (bucket, prefix),
            whole_keys: true,
            human: false,
            zone: TimeZone::system(),
            key: String::new(),
            held: HeldLine::default(),
            count: 0,
        }
    }

    /// Names from the last delimiter of the prefix on.
    #[must_use]
    pub fn of_level(self, level: bool) -> RowLines<'a> {
        RowLines { whole_keys: !level, ..self }
    }

    #[must_use]
    pub fn human(self, human: bool) -> RowLines<'a> {
        RowLines { human, ..self }
    }

    pub fn row(&mut self, row: Row<'_>) -> Result<(), VerbError> {
        let (bucket, prefix) = self.place;
        self.count += 1;
        self.key.clear();
        self.key.push_str(prefix.as_str());
        self.key.push_str(row.name);
        if self.printer.json {
            let (key, printer) = (&*self.key, &mut self.printer);
            let written = match row.kind {
                RowKind::Prefix => self.held.put(&PrefixLine { bucket, prefix: key }, printer),
                RowKind::Object { size, modified, class } => {
                    let (class, version) = (class.spelled(), row.version);
                    let etag = row.etag;
                    let line = ObjectLine { bucket, key, size, modified, class, etag, version };
                    self.held.put(&line, printer)
                }
            };
            return Ok(written?);
        }
        let cut = prefix.as_str().rfind(DELIMITER).map_or(0, |at| at + 1);
        let name = self.printer.shown(&self.key[if self.whole_keys { 0 } else { cut }..]);
        let (size, modified) = match row.kind {
            RowKind::Prefix => (None, None),
            RowKind::Object { size, modified, .. } => (Some(size), modified),
        };
        let time = time_text(modified, self.printer.terminal, &self.zone);
        let size = match size {
            None => String::new(),
            Some(size) if self.human || self.printer.terminal => Size(size).to_string(),
            Some(size) => size.to_string(),
        };
        let line = match self.printer.terminal {
            true => format!("{time:<16}  {size:>10}  {name}"),
            false => format!("{time}\t{size}\t{name}"),
        };
        Ok(self.printer.line(&line)?)
    }

    /// Lets out what is certain.
    pub fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    /// Writes what is left; where rows are missing, the last line says so.
    pub fn end(&mut self, whole: bool) -> io::Result<()> {
        self.held.end(whole, &mut self.printer)?;
        self.printer.flush()
    }
}

/// The last line for programs, which is written once it is known what is to be on it.
#[derive(Debug, Default)]
pub struct HeldLine(Vec<u8>);

impl HeldLine {
    /// Writes the line before it.
    pub fn put(&mut self, line: &impl Serialize, printer: &mut Printer) -> io::Result<()> {
        self.write(printer)?;
        Ok(serde_json::to_writer(&mut self.0, line)?)
    }

    /// Writes what is held; where lines are missing behind it, it says so.
    pub fn end(&mut self, whole: bool, printer: &mut Printer) -> io::Result<()> {
        if !whole && self.0.pop().is_some() {
            self.0.extend_from_slice(b",\"whole\":false}");
        }
        self.write(printer)
    }

    fn write(&mut self, printer: &mut Printer) -> io::Result<()> {
        if !self.0.is_empty() {
            printer.bytes(&self.0)?;
            self.0.clear();
        }
        Ok(())
    }
}

/// The time in the user's zone for people, in RFC 3339 for programs.
pub fn time_text(time: Option<Timestamp>, terminal: bool, zone: &TimeZone) -> String {
    match (time, terminal) {
        (None, _) => String::new(),
        (Some(time), false) => time.to_string(),
        (Some(time), true) => Moment(time, zone).to_string(),
    }
}
