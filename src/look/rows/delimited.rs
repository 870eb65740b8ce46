//! Reads the rows of CSV.

use csv::ByteRecord;

use crate::look::csv_table::{broken, names_of};
use crate::look::dialect::Dialect;
use crate::look::encoding::decode;
use crate::look::open_quote::QuoteWatch;
use crate::look::rows::input::TableInput;
use crate::look::rows::request::{Cell, RowRequest, RowsFault, RowsRead};
use crate::look::rows::selection::Selection;
use crate::look::rows::write::RowWriter;

pub fn read(
    input: TableInput,
    request: &RowRequest,
    writer: &mut RowWriter<'_>,
    read: &mut RowsRead,
) -> Result<(), RowsFault> {
    let Some(start) = decode(&input.first, input.whole) else { return Ok(()) };
    let dialect = Dialect::sniff(&start.text, input.whole, &input.ending);
    let mut reader = dialect.reader(QuoteWatch::new(input.text(), dialect));
    let mut row = ByteRecord::new();
    let mut begun = reader.read_byte_record(&mut row).map_err(broken)?;
    let known = names_of(&row, dialect.header);
    let selection = Selection::of(&request.columns, &known)?;
    writer.header(&selection.names).map_err(RowsFault::Output)?;
    if dialect.header {
        reader.get_mut().inner_mut().renew();
        begun = reader.read_byte_record(&mut row).map_err(broken)?;
    }
    let mut number = 0;
    while begun {
        match request.wants(number) {
            None => break,
            Some(true) => {
                write_row(&row, &known, &selection, writer).map_err(RowsFault::Output)?;
                read.rows += 1;
            }
            Some(false) => {}
        }
        number += 1;
        reader.get_mut().inner_mut().renew();
        begun = reader.read_byte_record(&mut row).map_err(broken)?;
    }
    if let Some(line) = reader.get_ref().unclosed().filter(|_| !begun) {
        read.trouble(format!(
            "line {line}: a quotation mark opens a cell and none closes it, so everything after \
             it is in that cell"
        ));
    }
    Ok(())
}

/// Cells that no column has keep their place, and are called by it.
fn write_row(
    row: &ByteRecord,
    known: &[String],
    selection: &Selection,
    writer: &mut RowWriter<'_>,
) -> std::io::Result<()> {
    let cell = |place: usize| {
        let text = row.get(place).map(|cell| String::from_utf8_lossy(cell).into_owned());
        text.map_or(Cell::Null, Cell::Text)
    };
    let mut names: Vec<String> = selection.names.clone();
    let mut cells: Vec<Cell> = selection.places.iter().map(|place| cell(*place)).collect();
    if selection.all {
        for place in known.len()..row.len() {
            let mut name = format!("column_{}", place + 1);
            while names.contains(&name) {
                name.push('_');
            }
            names.push(name);
            cells.push(cell(place));
        }
    }
    writer.row(names.iter().map(String::as_str).zip(&cells))
}
