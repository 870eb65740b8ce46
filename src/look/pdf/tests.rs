//! Reads small documents: with a table, with streams, grown ones, cut and spoilt ones.

use std::io::Write as _;

use super::*;
use crate::domain::contents::ContentKind;
use crate::look::object_bytes::tests::source;

fn looked(bytes: &[u8]) -> Looked<Contents> {
    let mut contents = Contents::of(ContentKind::Pdf);
    pdf(&source(bytes), &bytes[..bytes.len().min(1024)], &mut contents)?;
    Ok(contents)
}

const OBJECTS: [&str; 3] = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [] /Count 12 >>",
    "<< /Title (An \\(old\\) t\\151tle) /Author <FEFF00E9> >>",
];

/// With a table of cross-references, behind some bytes.
fn classic(before: &str, objects: &[&str], more: &str) -> Vec<u8> {
    let mut pdf = format!("{before}%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len() - before.len()));
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let at = pdf.len() - before.len();
    let size = objects.len() + 1;
    pdf.push_str(&table);
    pdf.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R /Info 3 0 R {more}>>\n"));
    pdf.push_str(&format!("startxref\n{at}\n%%EOF\n"));
    pdf.into_bytes()
}

fn flate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// With its objects and its cross-references in streams.
fn modern() -> Vec<u8> {
    let mut offsets = String::new();
    let mut bodies = String::new();
    for (number, object) in (1..).zip(OBJECTS) {
        offsets.push_str(&format!("{number} {} ", bodies.len()));
        bodies.push_str(object);
        bodies.push(' ');
    }
    let packed = flate(format!("{offsets}{bodies}").as_bytes());
    let mut pdf = b"%PDF-1.5\n".to_vec();
    let objects = pdf.len();
    pdf.extend_from_slice(
        format!(
            "4 0 obj\n<< /Type /ObjStm /N 3 /First {} /Length {} \
             /Filter /FlateDecode >>\nstream\r\n",
            offsets.len(),
            packed.len()
        )
        .as_bytes(),
    );
    pdf.extend_from_slice(&packed);
    pdf.extend_from_slice(b"\nendstream\nendobj\n");
    let at = u8::try_from(pdf.len() & 0xff).unwrap();
    let high = u8::try_from(pdf.len() >> 8).unwrap();
    let place = u8::try_from(objects).unwrap();
    let rows: [[u8; 4]; 6] = [
        [0, 0, 0, 0],
        [2, 0, 4, 0],
        [2, 0, 4, 1],
        [2, 0, 4, 2],
        [1, 0, place, 0],
        [1, high, at, 0],
    ];
    // Each row as its difference from the one above.
    let mut predicted = Vec::new();
    let mut above = [0; 4];
    for row in rows {
        predicted.push(2);
        predicted.extend((0..4).map(|at| row[at].wrapping_sub(above[at])));
        above = row;
    }
    let packed = flate(&predicted);
    let start = pdf.len();
    pdf.extend_from_slice(
        format!(
            "5 0 obj\n<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Info 3 0 R /Length {} \
             /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >> >>\nstream\n",
            packed.len()
        )
        .as_bytes(),
    );
    pdf.extend_from_slice(&packed);
    pdf.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").as_bytes());
    pdf
}

fn fact<'a>(contents: &'a Contents, name: &str) -> &'a str {
    contents.facts.iter().find(|fact| fact.0 == name).map_or("", |fact| &fact.1)
}

#[test]
fn pages_and_title_are_read_by_tables_and_by_streams() {
    for (bytes, version) in [
        (classic("", &OBJECTS, ""), "1.4"),
        (classic("junk\n", &OBJECTS, ""), "1.4"),
        (modern(), "1.5"),
    ] {
        let contents = looked(&bytes).unwrap();
        assert_eq!(contents.pages, Some(12));
        assert_eq!(fact(&contents, "version"), version);
        assert_eq!((fact(&contents, "title"), fact(&contents, "author")), ("An (old) title", "é"));
    }
}

#[test]
fn what_was_appended_last_holds() {
    let mut pdf = classic("", &OBJECTS, "");
    let table = pdf.windows(5).position(|five| five == b"xref\n").unwrap();
    let at = pdf.len();
    pdf.extend_from_slice(b"2 0 obj << /Type /Pages /Count 13 >> endobj\n");
    let start = pdf.len();
    pdf.extend_from_slice(
        format!(
            "xref\n2 1\n{at:010} 00000 n \ntrailer << /Size 4 /Root 1 0 R /Prev {table} >>\n\
             startxref\n{start}\n%%EOF"
        )
        .as_bytes(),
    );
    assert_eq!(looked(&pdf).unwrap().pages, Some(13));
}

#[test]
fn an_encrypted_document_tells_its_pages_and_no_texts() {
    let contents = looked(&classic("", &OBJECTS, "/Encrypt << /Filter /Standard >> ")).unwrap();
    assert_eq!((contents.pages, fact(&contents, "encrypted")), (Some(12), "yes"));
    assert_eq!(fact(&contents, "title"), "");
}

#[test]
fn references_in_a_circle_end() {
    let objects = ["<< /Pages 2 0 R >>", "3 0 R", "2 0 R"];
    assert!(looked(&classic("", &objects, "")).is_err());
    assert!(looked(&classic("", &OBJECTS, "/Prev 9 ")).is_err());
    let deep = "[".repeat(10_000);
    assert!(looked(&classic("", &[&deep, OBJECTS[1], OBJECTS[2]], "")).is_err());
}

#[test]
fn a_document_that_is_cut_or_spoilt_anywhere_does_no_harm() {
    for bytes in [classic("", &OBJECTS, ""), modern()] {
        for end in 0..bytes.len() {
            let _ = looked(&bytes[..end]);
        }
        for at in 0..bytes.len() {
            for byte in [0, b'9', 0xff] {
                let mut spoilt = bytes.clone();
                spoilt[at] = byte;
                let _ = looked(&spoilt);
            }
        }
    }
}
