//! Writes rows as CSV or as JSON, one a line.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use crate::look::rows::request::Cell;

/// Takes rows.
pub enum RowWriter<'a> {
    Csv(Box<csv::Writer<&'a mut dyn Write>>),
    Json(&'a mut dyn Write),
    Kept(&'a mut KeptRows),
}

/// Rows that are kept to be shown; `None` is null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptRows {
    pub names: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// The longest cell that is kept, in bytes.
const LONGEST: usize = 4 * 1024;

impl<'a> RowWriter<'a> {
    pub fn new(out: &'a mut dyn Write, json: bool) -> RowWriter<'a> {
        if json {
            return RowWriter::Json(out);
        }
        let mut builder = WriterBuilder::new();
        builder.flexible(true).terminator(Terminator::Any(b'\n'));
        RowWriter::Csv(Box::new(builder.from_writer(out)))
    }

    pub fn is_json(&self) -> bool {
        matches!(self, RowWriter::Json(_))
    }

    /// The names of the columns, which JSON has in every row.
    pub fn header(&mut self, names: &[String]) -> io::Result<()> {
        match self {
            RowWriter::Csv(writer) if !names.is_empty() => {
                writer.write_record(names).map_err(as_io)
            }
            RowWriter::Kept(kept) => {
                kept.names = names.to_vec();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// One row, each cell with the name of its column.
    pub fn row<'b>(
        &mut self,
        cells: impl IntoIterator<Item = (&'b str, &'b Cell)>,
    ) -> io::Result<()> {
        match self {
            RowWriter::Csv(writer) => {
                for (_, cell) in cells {
                    let text = match cell {
                        Cell::Null => "",
                        Cell::Text(text) | Cell::Json(text) => text,
                    };
                    writer.write_field(text).map_err(as_io)?;
                }
                writer.write_record(None::<&[u8]>).map_err(as_io)
            }
            RowWriter::Json(out) => {
                let mut line = String::from("{");
                for (name, cell) in cells {
                    if line.len() > 1 {
                        line.push(',');
                    }
                    line += &quoted(name);
                    line.push(':');
                    match cell {
                        Cell::Null => line += "null",
                        Cell::Text(text) => line += &quoted(text),
                        Cell::Json(text) => line += text,
                    }
                }
                line += "}\n";
                out.write_all(line.as_bytes())
            }
            RowWriter::Kept(kept) => {
                let cells = cells.into_iter().map(|(_, cell)| match cell {
                    Cell::Null => None,
                    Cell::Text(text) | Cell::Json(text) => Some(shortened(text)),
                });
                kept.rows.push(cells.collect());
                Ok(())
            }
        }
    }

    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            RowWriter::Csv(writer) => writer.flush(),
            RowWriter::Json(out) => out.flush(),
            RowWriter::Kept(_) => Ok(()),
        }
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let end = (0..LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &text[..end])
}

/// A text as JSON writes it.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn as_io(error: csv::Error) -> io::Error {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::other(text),
    }
}
