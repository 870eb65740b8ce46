//! Writes the values of Parquet: numbers and decimals exactly, times as RFC 3339 has them.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _};
use parquet::basic::{LogicalType, TimeUnit};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde::Serialize;

use crate::look::parquet_table::element;
use crate::look::rows::request::Cell;
use crate::look::rows::write::quoted;

const NANOS_OF_DAY: i64 = 86_400 * 1_000_000_000;

/// A value of a column of this type.
pub fn cell(field: &Field, schema: &Type) -> Cell {
    match field {
        Field::Null => Cell::Null,
        Field::Bool(value) => Cell::Json(value.to_string()),
        Field::Byte(value) => Cell::Json(value.to_string()),
        Field::Short(value) => Cell::Json(value.to_string()),
        Field::Int(value) => of_integer(i64::from(*value), schema),
        Field::Long(value) => of_integer(*value, schema),
        Field::UByte(value) => Cell::Json(value.to_string()),
        Field::UShort(value) => Cell::Json(value.to_string()),
        Field::UInt(value) => Cell::Json(value.to_string()),
        Field::ULong(value) => Cell::Json(value.to_string()),
        Field::Float16(value) => float(value.to_f32(), value.is_finite()),
        Field::Float(value) => float(*value, value.is_finite()),
        Field::Double(value) => float(*value, value.is_finite()),
        // Its text is the only way to its digits that the parser gives.
        Field::Decimal(_) => Cell::Text(field.to_string()),
        Field::Str(text) => Cell::Text(text.clone()),
        Field::Bytes(bytes) => Cell::Text(of_bytes(bytes.data(), schema)),
        Field::Date(days) => Cell::Text(date(i64::from(*days))),
        Field::TimeMillis(millis) => Cell::Text(time(i64::from(*millis) * 1_000_000)),
        Field::TimeMicros(micros) => Cell::Text(time(micros.saturating_mul(1_000))),
        Field::TimestampMillis(millis) => timestamp(i128::from(*millis) * 1_000_000),
        Field::TimestampMicros(micros) => timestamp(i128::from(*micros) * 1_000),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            Cell::Json(nested(field, schema))
        }
    }
}

/// The shortest digits that are read as the same number; what JSON has no number for is a text.
fn float(value: impl Serialize + Display, finite: bool) -> Cell {
    match serde_json::to_string(&value) {
        Ok(text) if finite => Cell::Json(text),
        _ => Cell::Text(value.to_string()),
    }
}

/// Where the parser gives the bare number, the logical type says what it counts.
fn of_integer(value: i64, schema: &Type) -> Cell {
    match schema.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(about)) => timestamp(nanos(value, about.unit)),
        Some(LogicalType::Time(about)) => {
            let nanos = i64::try_from(nanos(value, about.unit));
            Cell::Text(time(nanos.unwrap_or(-1)))
        }
        _ => Cell::Json(value.to_string()),
    }
}

fn nanos(value: i64, unit: TimeUnit) -> i128 {
    i128::from(value)
        * match unit {
            TimeUnit::MILLIS => 1_000_000,
            TimeUnit::MICROS => 1_000,
            TimeUnit::NANOS => 1,
        }
}

/// Counted from 1970; as a bare number where no calendar reaches it.
fn timestamp(nanos: i128) -> Cell {
    Timestamp::from_nanosecond(nanos)
        .map_or_else(|_| Cell::Json(nanos.to_string()), |at| Cell::Text(at.to_string()))
}

fn date(days: i64) -> String {
    let span = days.days();
    let date = Date::constant(1970, 1, 1).checked_add(span);
    date.map_or_else(|_| days.to_string(), |date| date.to_string())
}

fn time(nanos: i64) -> String {
    if !(0..NANOS_OF_DAY).contains(&nanos) {
        return nanos.to_string();
    }
    let time = Time::midnight().checked_add(nanos.nanoseconds());
    time.map_or_else(|_| nanos.to_string(), |time| time.to_string())
}

/// A UUID, a text, or base64 of what is none.
fn of_bytes(bytes: &[u8], schema: &Type) -> String {
    if let (Some(LogicalType::Uuid), 16) = (schema.get_basic_info().logical_type_ref(), bytes.len())
    {
        let hex =
            format!("{:032x}", bytes.iter().fold(0, |all, byte| all << 8 | u128::from(*byte)));
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        return parts.join("-");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !"\t\n\r".contains(c)) => {
            text.to_owned()
        }
        _ => STANDARD.encode(bytes),
    }
}

/// A nested value as JSON.
fn nested(field: &Field, schema: &Type) -> String {
    match field {
        Field::Group(row) => {
            let fields = row.get_column_iter().map(|(name, field)| {
                let inner = child(schema, name).unwrap_or(schema);
                format!("{}:{}", quoted(name), nested(field, inner))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Field::ListInternal(list) => {
            let inner = element(schema);
            let values = list.elements().iter().map(|field| nested(field, inner));
            format!("[{}]", values.collect::<Vec<_>>().join(","))
        }
        Field::MapInternal(map) => {
            let entry = element_of_map(schema);
            let (key, value) = entry.map_or((schema, schema), |[key, value]| (key, value));
            let entries = map.entries().iter();
            let entries = entries.map(|(name, field)| {
                let name = match cell(name, key) {
                    Cell::Text(text) | Cell::Json(text) => text,
                    Cell::Null => String::new(),
                };
                format!("{}:{}", quoted(&name), nested(field, value))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        _ => match cell(field, schema) {
            Cell::Null => "null".to_owned(),
            Cell::Text(text) => quoted(&text),
            Cell::Json(text) => text,
        },
    }
}

fn child<'a>(schema: &'a Type, name: &str) -> Option<&'a Type> {
    let fields = schema.is_group().then(|| schema.get_fields())?;
    fields.iter().find(|field| field.name() == name).map(|field| &**field)
}

fn element_of_map(schema: &Type) -> Option<[&Type; 2]> {
    let entry = schema.is_group().then(|| schema.get_fields().first())??;
    let [key, value] = entry.is_group().then(|| entry.get_fields())? else { return None };
    Some([key, value])
}
