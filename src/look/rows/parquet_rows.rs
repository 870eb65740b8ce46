//! Reads the rows of Parquet: only the row groups and columns that are wanted.

use std::sync::Arc;

use parquet::file::reader::FileReader as _;
use parquet::schema::types::{Type, TypePtr};

use crate::look::columns::unique_names;
use crate::look::error::LookError;
use crate::look::object_bytes::ObjectBytes;
use crate::look::parquet_table::{broken, open};
use crate::look::rows::parquet_cells::cell;
use crate::look::rows::request::{Cell, RowRequest, RowsFault, RowsRead};
use crate::look::rows::selection::Selection;
use crate::look::rows::write::RowWriter;

pub fn read(
    source: &Arc<ObjectBytes>,
    request: &RowRequest,
    writer: &mut RowWriter<'_>,
    read: &mut RowsRead,
) -> Result<(), RowsFault> {
    let file = open(source)?;
    let schema = file.metadata().file_metadata().schema();
    let fields = schema.get_fields();
    let known = unique_names(fields.iter().map(|field| field.name().to_owned()));
    let selection = Selection::of(&request.columns, &known)?;
    writer.header(&selection.names).map_err(RowsFault::Output)?;
    // The parser gives columns in the order of the file.
    let mut places = selection.places.clone();
    places.sort_unstable();
    let wanted: Vec<TypePtr> = places.iter().map(|place| fields[*place].clone()).collect();
    let order: Vec<usize> = selection
        .places
        .iter()
        .filter_map(|place| places.iter().position(|other| other == place))
        .collect();
    let projection = (!selection.all)
        .then(|| Type::group_type_builder(schema.name()).with_fields(wanted.clone()).build());
    let projection = projection.transpose().map_err(|error| broken(&error))?;
    let mut number = 0;
    for group in 0..file.num_row_groups() {
        let rows = u64::try_from(file.metadata().row_group(group).num_rows());
        let rows = rows.map_err(|_| LookError::malformed("a row group has less than no rows"))?;
        if number + rows <= request.from {
            number += rows;
            continue;
        }
        if request.wants(number).is_none() {
            break;
        }
        let reader = file.get_row_group(group).map_err(|error| broken(&error))?;
        let rows = reader.get_row_iter(projection.clone()).map_err(|error| broken(&error))?;
        for row in rows {
            let wanted_row = request.wants(number);
            number += 1;
            match wanted_row {
                None => return Ok(()),
                Some(false) => {
                    row.map_err(|error| broken(&error))?;
                    continue;
                }
                Some(true) => {}
            }
            let row = row.map_err(|error| broken(&error))?;
            let cells: Vec<Cell> = row
                .get_column_iter()
                .zip(&wanted)
                .map(|((_, field), schema)| cell(field, schema))
                .collect();
            let cells = order.iter().map(|at| cells.get(*at).unwrap_or(&Cell::Null));
            let names = selection.names.iter().map(String::as_str);
            writer.row(names.zip(cells)).map_err(RowsFault::Output)?;
            read.rows += 1;
        }
    }
    Ok(())
}
