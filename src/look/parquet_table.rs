//! Reads the footer of Parquet: schema, row groups, how it is compressed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Seek as _, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{ChunkReader, FileReader as _, Length};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::Type;

use crate::domain::contents::{Column, Contents};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::section::Section;

/// Bytes of the end that are fetched first; most footers are within.
const END: usize = 64 * 1024;

/// The largest footer that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Columns that are told.
const MOST_COLUMNS: usize = 50_000;

pub type ParquetFile = SerializedFileReader<ParquetBytes>;

/// Opens the file by its footer: one request, or two where the footer is long.
pub fn open(source: &Arc<ObjectBytes>) -> Looked<ParquetFile> {
    let (_, end) = source.read_last(END)?;
    let Some((rest, magic)) = end.split_last_chunk::<4>() else {
        return Err(LookError::malformed("it is too short to have a footer"));
    };
    if magic == b"PARE" {
        return Err(LookError::Unsupported("Parquet with an encrypted footer".to_owned()));
    }
    let Some((_, length)) = rest.split_last_chunk::<4>().filter(|_| magic == b"PAR1") else {
        return Err(LookError::malformed("the footer of Parquet is missing, so it is cut"));
    };
    let length = u64::from(u32::from_le_bytes(*length));
    if length > source.size() {
        return Err(LookError::malformed("the footer of Parquet is longer than the object"));
    }
    if length > LARGEST {
        return Err(LookError::TooMuch(format!("the footer has {length} bytes")));
    }
    SerializedFileReader::new(ParquetBytes(source.clone())).map_err(|error| broken(&error))
}

pub fn contents(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let file = open(source)?;
    let metadata = file.metadata();
    let about = metadata.file_metadata();
    let fields = about.schema().get_fields();
    contents.columns = fields
        .iter()
        .take(MOST_COLUMNS)
        .map(|field| Column { name: field.name().to_owned(), type_name: type_name(field) })
        .collect();
    contents.rows = Some(
        u64::try_from(about.num_rows())
            .map_err(|_| LookError::malformed("the number of rows is negative"))?,
    );
    contents.number("row groups", metadata.num_row_groups() as u64);
    contents.fact("compression", compression(metadata));
    if let Some(writer) = about.created_by() {
        contents.fact("created by", writer);
    }
    Ok(())
}

fn compression(metadata: &ParquetMetaData) -> String {
    let mut names = BTreeSet::new();
    for group in metadata.row_groups() {
        for column in group.columns() {
            let name = column.compression().to_string();
            names.insert(name.split('(').next().unwrap_or_default().to_owned());
        }
    }
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// As the format writes it: the logical type where there is one, else the physical one.
pub fn type_name(field: &Type) -> String {
    let mut text = String::new();
    write_type(&mut text, field, 0);
    text
}

/// The deepest nesting that is written.
const DEEPEST: usize = 20;

fn write_type(text: &mut String, field: &Type, depth: usize) {
    let Type::PrimitiveType { basic_info, physical_type, type_length, scale, precision } = field
    else {
        return write_group(text, field, depth);
    };
    // Writing to a text cannot fail.
    let _ = match (basic_info.logical_type_ref(), basic_info.converted_type()) {
        (Some(LogicalType::Decimal(_)), _) | (_, ConvertedType::DECIMAL) => {
            write!(text, "DECIMAL({precision},{scale})")
        }
        (Some(LogicalType::Timestamp(about)), _) => {
            let unit = unit(about.unit);
            write!(text, "TIMESTAMP({unit},{})", about.is_adjusted_to_u_t_c)
        }
        (Some(LogicalType::Time(about)), _) => {
            write!(text, "TIME({},{})", unit(about.unit), about.is_adjusted_to_u_t_c)
        }
        (Some(LogicalType::Integer(about)), _) => {
            let sign = if about.is_signed { "INT" } else { "UINT" };
            write!(text, "{sign}_{}", about.bit_width)
        }
        (Some(LogicalType::String), _) => write!(text, "UTF8"),
        (Some(LogicalType::Uuid), _) => write!(text, "UUID"),
        (Some(LogicalType::Float16), _) => write!(text, "FLOAT16"),
        (_, ConvertedType::TIMESTAMP_MILLIS) => write!(text, "TIMESTAMP(MILLIS,true)"),
        (_, ConvertedType::TIMESTAMP_MICROS) => write!(text, "TIMESTAMP(MICROS,true)"),
        (_, ConvertedType::TIME_MILLIS) => write!(text, "TIME(MILLIS,true)"),
        (_, ConvertedType::TIME_MICROS) => write!(text, "TIME(MICROS,true)"),
        (_, ConvertedType::NONE) if *type_length > 0 => {
            write!(text, "{physical_type}({type_length})")
        }
        (_, ConvertedType::NONE) => write!(text, "{physical_type}"),
        (_, converted) => write!(text, "{converted}"),
    };
}

fn write_group(text: &mut String, field: &Type, depth: usize) {
    if depth > DEEPEST {
        *text += "…";
        return;
    }
    let info = field.get_basic_info();
    let fields = field.get_fields();
    match info.converted_type() {
        ConvertedType::LIST => {
            *text += "LIST<";
            write_type(text, element(field), depth + 1);
        }
        ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => {
            *text += "MAP<";
            let entry = fields
                .first()
                .map_or(&[][..], |entry| if entry.is_group() { entry.get_fields() } else { &[] });
            for (at, part) in entry.iter().enumerate() {
                *text += if at > 0 { "," } else { "" };
                write_type(text, part, depth + 1);
            }
        }
        _ => {
            *text += "STRUCT<";
            for (at, part) in fields.iter().enumerate() {
                *text += if at > 0 { "," } else { "" };
                *text += part.name();
                text.push(' ');
                write_type(text, part, depth + 1);
            }
        }
    }
    text.push('>');
}

/// What a list has: the field of its repeated group, or what is repeated itself (the rules of
/// compatibility of LogicalTypes.md).
pub fn element(list: &Type) -> &Type {
    if list.is_primitive() {
        return list;
    }
    let Some(repeated) = list.get_fields().first() else { return list };
    match repeated.is_group() && repeated.get_fields().len() == 1 {
        true => &repeated.get_fields()[0],
        false => repeated,
    }
}

fn unit(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::MILLIS => "MILLIS",
        TimeUnit::MICROS => "MICROS",
        TimeUnit::NANOS => "NANOS",
    }
}

/// The object as the parser reads it.
pub struct ParquetBytes(Arc<ObjectBytes>);

impl Length for ParquetBytes {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for ParquetBytes {
    type T = Section;

    fn get_read(&self, start: u64) -> Result<Section, ParquetError> {
        let mut reader = self.0.reader();
        reader.seek(SeekFrom::Start(start))?;
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let past = start.checked_add(length as u64).is_none_or(|end| end > self.0.size());
        if past {
            return Err(ParquetError::EOF("it points behind the end of the object".to_owned()));
        }
        let bytes = self.0.read(start, length).map_err(io::Error::from)?;
        Ok(bytes.into())
    }
}

/// What the source said is found again behind the error of the parser.
pub fn broken(error: &ParquetError) -> LookError {
    if let ParquetError::External(inner) = error {
        let said = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(said) = said.and_then(|inner| inner.downcast_ref::<LookError>()) {
            return said.clone();
        }
    }
    LookError::malformed(error)
}
