//! Writes large files that take little of the disk: what nobody reads of them is a hole.

use std::fs::File;
use std::io::{BufWriter, Result, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use parquet::data_type::Int64Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

const LOG: u64 = 10_000_000_000;
/// Bytes of lines at the start and at the end of the log.
const LINES: u64 = 4 << 20;

/// Lines, then a hole, then lines.
pub fn log(path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut line = 0;
    let mut write = |file: &mut BufWriter<File>, until: u64| {
        while file.stream_position().unwrap() < until {
            line += 1;
            writeln!(file, "2026-11-30T12:00:00Z line {line:07} of a log that is long").unwrap();
        }
    };
    write(&mut file, LINES);
    file.seek(SeekFrom::Start(LOG - LINES)).unwrap();
    write(&mut file, LOG);
    writeln!(file, "\nthe last line").unwrap();
    file.flush().unwrap();
}

/// A file that leaves out long runs of zeros.
struct Sparse(File);

impl Write for Sparse {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if bytes.len() >= 4096 && bytes.iter().all(|byte| *byte == 0) {
            self.0.seek_relative(i64::try_from(bytes.len()).unwrap())?;
            return Ok(bytes.len());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// 160 groups of a million rows with four columns, uncompressed: 5.1 GB.
pub fn parquet(path: &Path) {
    const GROUPS: usize = 160;
    const ROWS: usize = 1_000_000;
    let message = "message lake { required int64 measured_at; required int64 sensor;
        required int64 value; required int64 error; }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let file = Sparse(File::create(path).unwrap());
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).unwrap();
    let zeros = vec![0_i64; ROWS];
    for _ in 0..GROUPS {
        let mut group = writer.next_row_group().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            column.typed::<Int64Type>().write_batch(&zeros, None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

/// A thousand members of 2 MB that are stored as they are.
pub fn zip(path: &Path) {
    const MEMBERS: u32 = 1000;
    const SIZE: u32 = 2_000_000;
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut directory = Vec::new();
    for number in 1..=MEMBERS {
        let name = format!("folder/member-{number:05}.bin");
        let at = u32::try_from(file.stream_position().unwrap()).unwrap();
        // No CRC: nobody unpacks them.
        let mut about = Vec::new();
        about.extend_from_slice(&[20, 0, 0, 8, 0, 0, 0, 0, 0x7e, 0x5d, 0, 0, 0, 0]);
        about.extend_from_slice(&SIZE.to_le_bytes());
        about.extend_from_slice(&SIZE.to_le_bytes());
        about.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        about.extend_from_slice(&[0, 0]);
        file.write_all(b"PK\x03\x04").unwrap();
        file.write_all(&about).unwrap();
        file.write_all(name.as_bytes()).unwrap();
        file.seek(SeekFrom::Current(SIZE.into())).unwrap();
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&about);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let at = u32::try_from(file.stream_position().unwrap()).unwrap();
    file.write_all(&directory).unwrap();
    let members = u16::try_from(MEMBERS).unwrap().to_le_bytes();
    file.write_all(b"PK\x05\x06\0\0\0\0").unwrap();
    file.write_all(&[members, members].concat()).unwrap();
    file.write_all(&u32::try_from(directory.len()).unwrap().to_le_bytes()).unwrap();
    file.write_all(&at.to_le_bytes()).unwrap();
    file.write_all(&[0, 0]).unwrap();
    file.flush().unwrap();
}

/// 8,000 by 5,000 pixels.
pub fn jpeg(path: &Path) {
    const WIDTH: u32 = 8000;
    const HEIGHT: u32 = 5000;
    let pixel = |at: u32| {
        let (x, y) = (at % WIDTH, at / WIDTH);
        let [red, ..] = (x * 255 / WIDTH).to_le_bytes();
        let [green, ..] = (y * 255 / HEIGHT).to_le_bytes();
        let [blue, ..] = (x ^ y).to_le_bytes();
        [red, green, blue]
    };
    let pixels: Vec<u8> = (0..WIDTH * HEIGHT).flat_map(pixel).collect();
    let file = BufWriter::new(File::create(path).unwrap());
    let encoder = JpegEncoder::new_with_quality(file, 85);
    encoder.write_image(&pixels, WIDTH, HEIGHT, ExtendedColorType::Rgb8).unwrap();
}
