//! Reads the rows of NDJSON.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use crate::look::columns::unique_names;
use crate::look::error::Looked;
use crate::look::json::scan::{Ended, JsonType, Scan, Token, unquoted};
use crate::look::json::told;
use crate::look::rows::input::{Bounded, LONGEST, TableInput};
use crate::look::rows::request::{Cell, RowRequest, RowsFault, RowsRead};
use crate::look::rows::selection::Selection;
use crate::look::rows::write::RowWriter;

/// Bytes of rows that are read before the columns of CSV are settled.
const SETTLED: usize = 8 * 1024 * 1024;

/// The name of what is no object.
const VALUE: &str = "value";

/// A record: names and values in its order.
type Record = Vec<(String, Cell)>;

pub fn read(
    input: TableInput,
    request: &RowRequest,
    writer: &mut RowWriter<'_>,
    read: &mut RowsRead,
) -> Result<(), RowsFault> {
    let mut records = Records { lines: Lines::new(input.text()), request, row: 0, ended: false };
    let mut waiting = VecDeque::new();
    let mut bytes = 0;
    let mut known: Vec<String> = Vec::new();
    // The columns are those of what comes first, unless each row says its own.
    while bytes < SETTLED
        && let Some((length, record)) = records.next(read)?
    {
        bytes += length;
        for (name, _) in &record {
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
        waiting.push_back(record);
    }
    let selection = match Selection::of(&request.columns, &known) {
        Ok(selection) => selection,
        Err(fault) if records.ended => return Err(fault),
        // It may come later.
        Err(_) => {
            let names = request.columns.clone();
            Selection { places: (0..names.len()).collect(), names, all: false }
        }
    };
    writer.header(&selection.names).map_err(RowsFault::Output)?;
    loop {
        let record = match waiting.pop_front() {
            Some(record) => record,
            None => match records.next(read)? {
                Some((_, record)) => record,
                None => return Ok(()),
            },
        };
        let row = records.row - waiting.len() as u64;
        if selection.all && writer.is_json() {
            let cells = record.iter().map(|(name, cell)| (name.as_str(), cell));
            writer.row(cells).map_err(RowsFault::Output)?;
        } else {
            if selection.all {
                let mut lost = record.iter().filter(|(name, _)| !selection.names.contains(name));
                if let Some((name, _)) = lost.next() {
                    let what =
                        format!("row {row}: no column is called {name:?}, so it is left out");
                    read.trouble(what);
                }
            }
            let cell = |name: &String| {
                let found = record.iter().find(|(known, _)| known == name);
                found.map_or(&Cell::Null, |(_, cell)| cell)
            };
            let cells = selection.names.iter().map(|name| (name.as_str(), cell(name)));
            writer.row(cells).map_err(RowsFault::Output)?;
        }
        read.rows += 1;
    }
}

/// The records that are wanted.
struct Records<'a, R> {
    lines: Lines<R>,
    request: &'a RowRequest,
    /// The number of the next row.
    row: u64,
    ended: bool,
}

impl<R: Read> Records<'_, R> {
    /// The next one with the length of its line, in bytes.
    fn next(&mut self, read: &mut RowsRead) -> Looked<Option<(usize, Record)>> {
        loop {
            let Some(wanted) = self.request.wants(self.row) else {
                self.ended = true;
                return Ok(None);
            };
            let Some(line) = self.lines.next()? else {
                self.ended = true;
                return Ok(None);
            };
            let text = match line {
                Line::Text(text) => text,
                Line::TooLong => {
                    let number = self.lines.number;
                    read.trouble(format!("line {number}: it has more than {LONGEST} bytes"));
                    continue;
                }
            };
            if text.trim_ascii().is_empty() {
                continue;
            }
            match record(text) {
                Ok(record) => {
                    self.row += 1;
                    if wanted {
                        return Ok(Some((text.len(), record)));
                    }
                }
                Err(why) => {
                    let why = why.strip_prefix("line 1, ").unwrap_or(&why);
                    read.trouble(format!("line {} is not JSON: {why}", self.lines.number));
                    read.breaks_off = !self.lines.ended;
                }
            }
        }
    }
}

/// The fields of one line. A second `a` is `a_2`.
fn record(line: &[u8]) -> Result<Record, String> {
    let text = String::from_utf8_lossy(line);
    let mut scan = Scan::new(text.as_bytes());
    let mut fields: Record = Vec::new();
    let mut name = None;
    let mut object = false;
    let mut nested = String::new();
    let mut whole = String::new();
    let ended = scan.value(&mut |depth, token| {
        if depth == 0 {
            object |= token == Token::Open(JsonType::Object);
        }
        if !object {
            append(&mut whole, token);
            return;
        }
        match (depth, token) {
            (1, Token::Name(text)) => name = Some(unquoted(text)),
            (1, Token::Scalar(kind, text)) => {
                fields.extend(name.take().map(|name| (name, scalar(kind, text))));
            }
            (0, _) => {}
            (1, Token::Close(_)) => {
                append(&mut nested, token);
                let cell = Cell::Json(std::mem::take(&mut nested));
                fields.extend(name.take().map(|name| (name, cell)));
            }
            (_, token) => append(&mut nested, token),
        }
    });
    match ended {
        Ok(Ended::Whole) if scan.next_byte().is_none() => {}
        Ok(Ended::Whole) => return Err("something follows the value".to_owned()),
        Ok(Ended::Cut) => return Err("it breaks off".to_owned()),
        Err(wrong) => return Err(told(&text, &wrong)),
    }
    if !object {
        let cell = match whole.as_bytes() {
            [b'"', ..] => Cell::Text(unquoted(whole.as_bytes())),
            b"null" => Cell::Null,
            _ => Cell::Json(whole),
        };
        return Ok(vec![(VALUE.to_owned(), cell)]);
    }
    let mut sorted: Vec<&String> = fields.iter().map(|(name, _)| name).collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        let (names, cells): (Vec<String>, Vec<Cell>) = fields.into_iter().unzip();
        return Ok(unique_names(names).into_iter().zip(cells).collect());
    }
    Ok(fields)
}

fn scalar(kind: JsonType, text: &[u8]) -> Cell {
    match kind {
        JsonType::Text => Cell::Text(unquoted(text)),
        JsonType::Null => Cell::Null,
        _ => Cell::Json(String::from_utf8_lossy(text).into_owned()),
    }
}

/// Writes a token as it was, without the white space around it.
fn append(text: &mut String, token: Token<'_>) {
    let comma = !text.is_empty() && !text.ends_with(['{', '[', ':']);
    match token {
        Token::Close(kind) => text.push(if kind == JsonType::Object { '}' } else { ']' }),
        _ if comma => text.push(','),
        _ => {}
    }
    match token {
        Token::Open(kind) => text.push(if kind == JsonType::Object { '{' } else { '[' }),
        Token::Name(name) => {
            *text += &String::from_utf8_lossy(name);
            text.push(':');
        }
        Token::Scalar(_, scalar) => *text += &String::from_utf8_lossy(scalar),
        Token::Close(_) => {}
    }
}

enum Line<'a> {
    Text(&'a [u8]),
    TooLong,
}

/// The lines of a text.
struct Lines<R> {
    reader: BufReader<Bounded<R>>,
    line: Vec<u8>,
    /// Of the line that was given last, counted from 1.
    number: u64,
    /// Whether that line has its end.
    ended: bool,
}

impl<R: Read> Lines<R> {
    fn new(reader: Bounded<R>) -> Lines<R> {
        let reader = BufReader::with_capacity(64 * 1024, reader);
        Lines { reader, line: Vec::new(), number: 0, ended: true }
    }

    /// A line without its end; `None` after the last.
    fn next(&mut self) -> Looked<Option<Line<'_>>> {
        self.line.clear();
        let mut any = false;
        let mut too_long = false;
        self.ended = false;
        loop {
            self.reader.get_mut().renew();
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            any = true;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            too_long |= self.line.len() + piece.len() > LONGEST;
            if too_long {
                self.line = Vec::new();
            } else {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            self.ended = end.is_some();
            if self.ended {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(if too_long { Line::TooLong } else { Line::Text(&self.line) }))
    }
}
