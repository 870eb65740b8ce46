//! Reads the texts of small documents: by encodings and maps, of pages and forms, damaged ones.

use std::io::Write as _;

use weezl::BitOrder;
use weezl::encode::Encoder;

use super::*;
use crate::look::error::guarded;
use crate::look::object_bytes::InMemory;
use crate::look::object_bytes::tests::source;

/// An object of a document: plain, or a stream behind its dictionary.
enum Part {
    Plain(String),
    Stream(String, Vec<u8>),
}

fn plain(text: &str) -> Part {
    Part::Plain(text.to_owned())
}

fn stream(text: impl AsRef<[u8]>) -> Part {
    Part::Stream(String::new(), text.as_ref().to_vec())
}

fn flate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn packed(text: impl AsRef<[u8]>) -> Part {
    Part::Stream("/Filter /FlateDecode ".to_owned(), flate(text.as_ref()))
}

/// With a table of cross-references; the first object is the catalog.
fn pdf(parts: &[Part], trailer: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", parts.len() + 1);
    for (number, part) in (1..).zip(parts) {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        match part {
            Part::Plain(text) => pdf.extend_from_slice(text.as_bytes()),
            Part::Stream(about, bytes) => {
                let length = bytes.len();
                let head = format!("<< {about}/Length {length} >>\nstream\n");
                pdf.extend_from_slice(head.as_bytes());
                pdf.extend_from_slice(bytes);
                pdf.extend_from_slice(b"\nendstream");
            }
        }
        pdf.extend_from_slice(b"\nendobj\n");
    }
    let at = pdf.len();
    let size = parts.len() + 1;
    pdf.extend_from_slice(table.as_bytes());
    let end = format!("trailer\n<< /Size {size} /Root 1 0 R {trailer}>>\nstartxref\n{at}\n%%EOF\n");
    pdf.extend_from_slice(end.as_bytes());
    pdf
}

/// A document with one page of these contents and this font.
fn one_page(contents: &str, font: &str, more: Vec<Part>) -> Vec<u8> {
    let mut parts = vec![
        plain("<< /Type /Catalog /Pages 2 0 R >>"),
        plain("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>"),
        plain("<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"),
        packed(contents),
        plain(font),
    ];
    parts.extend(more);
    pdf(&parts, "")
}

fn text(bytes: &[u8]) -> Looked<PdfText> {
    pdf_text(&source(bytes))
}

fn only_page(bytes: &[u8]) -> String {
    let found = text(bytes).unwrap();
    assert_eq!((found.pages.len(), &found.cut), (1, &None));
    found.pages[0].clone()
}

const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const WIN_ANSI: &str =
    "<< /Type /Font /Subtype /TrueType /Encoding /WinAnsiEncoding /BaseFont /A >>";

#[test]
fn lines_words_and_paragraphs_are_told_apart() {
    let shown = only_page(&one_page(
        "BT /F1 12 Tf 14 TL 72 700 Td (One line,) Tj T* (and another) Tj ( one.) Tj \
         0 -40 Td [(A) 20 (paragraph) -300 (of) -300 (words.)] TJ (next) ' ET \
         BT /F1 12 Tf 1 0 0 1 72 500 Tm (Far) Tj 300 0 Td (right) Tj ET",
        HELVETICA,
        Vec::new(),
    ));
    let expected = "One line,\nand another one.\n\nAparagraph of words.\nnext\n\nFar  right";
    assert_eq!(shown, expected);
}

#[test]
fn bytes_stand_for_what_their_encoding_says() {
    let win = one_page("BT /F1 9 Tf (caf\\351 \\200 5 \\223a\\224) Tj ET", WIN_ANSI, Vec::new());
    assert_eq!(only_page(&win), "café € 5 “a”");
    let differences = "<< /Type /Font /Subtype /Type1 /Encoding << /BaseEncoding \
                       /WinAnsiEncoding /Differences [1 /fi /eacute 65 /Ccaron] >> >>";
    let page = one_page("BT /F1 9 Tf (\\001n \\002AB) Tj ET", differences, Vec::new());
    assert_eq!(only_page(&page), "fin éČB");
}

const MAP: &str = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> \
                   <FFFF> endcodespacerange 1 beginbfrange <0001> <001A> <0061> endbfrange \
                   2 beginbfchar <0020> <0020> <0030> <4E16> endbfchar endcmap";

fn composite() -> Vec<u8> {
    one_page(
        "BT /F1 10 Tf <000100020003> Tj 16 0 Td <0004> Tj 5 0 Td <00200030> Tj ET",
        "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /ToUnicode 6 0 R \
         /DescendantFonts [<< /Type /Font /DW 500 /W [1 [400 400] 3 4 400] >>] >>",
        vec![packed(MAP)],
    )
}

#[test]
fn codes_of_two_bytes_stand_for_what_their_map_says_and_have_widths() {
    assert_eq!(only_page(&composite()), "abc d 世", "12 units wide, and the next one at 16");
}

#[test]
fn pages_come_in_the_order_of_their_tree_and_forms_where_they_are_painted() {
    let bytes = pdf(
        &[
            plain("<< /Type /Catalog /Pages 2 0 R >>"),
            plain("<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"),
            plain(
                "<< /Type /Page /Contents [5 0 R 6 0 R] /Resources << /Font << /F1 7 0 R >> \
                 /XObject << /X 8 0 R >> >> >>",
            ),
            plain("<< /Type /Page /Contents 9 0 R /Resources << /Font << /F2 7 0 R >> >> >>"),
            stream("BT /F1 9 Tf 0 90 Td (first) Tj"),
            stream("0 -12 Td (rest) Tj ET q 1 0 0 1 0 -50 cm /X Do Q"),
            plain(HELVETICA),
            Part::Stream(
                "/Type /XObject /Subtype /Form /Resources << /Font << /G 7 0 R >> >> ".to_owned(),
                b"BT /G 9 Tf (a form) Tj ET /X Do".to_vec(),
            ),
            Part::Stream(
                "/Filter [/ASCII85Decode /FlateDecode] ".to_owned(),
                ascii85(&flate(b"BI /W 1 ID \x00(Tj)\xff EI BT /F2 9 Tf (second) Tj ET")),
            ),
        ],
        "",
    );
    let found = text(&bytes).unwrap();
    assert_eq!(found.pages, ["first\nrest\n\na form", "second"]);
}

#[test]
fn pages_packed_by_lzw_are_read_with_either_growth_of_codes() {
    let words: Vec<String> = (0..600).map(|n| format!("BT /F1 9 Tf (word {n}) Tj ET\n")).collect();
    let words = words.concat();
    for (about, early) in [("", true), ("/DecodeParms << /EarlyChange 0 >> ", false)] {
        let mut encoder = match early {
            true => Encoder::with_tiff_size_switch(BitOrder::Msb, 8),
            false => Encoder::new(BitOrder::Msb, 8),
        };
        let bytes = encoder.encode(words.as_bytes()).unwrap();
        let bytes = pdf(
            &[
                plain("<< /Type /Catalog /Pages 2 0 R >>"),
                plain("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
                plain("<< /Type /Page /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"),
                Part::Stream(format!("/Filter /LZWDecode {about}"), bytes),
                plain(HELVETICA),
            ],
            "",
        );
        let found = text(&bytes).unwrap();
        assert!(found.pages[0].contains("word 0") && found.pages[0].contains("word 599"));
    }
}

#[test]
fn what_lzw_unpacks_is_bounded_and_nonsense_is_an_error() {
    let mut encoder = Encoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut contents = b"BT /F1 9 Tf (".to_vec();
    contents.resize(80 << 20, b' ');
    contents.extend_from_slice(b") Tj ET");
    let bomb = encoder.encode(&contents).unwrap();
    assert!(bomb.len() < 1 << 20);
    for (bytes, too_much) in [(bomb, true), (vec![0xff; 64], false)] {
        let bytes = pdf(
            &[
                plain("<< /Type /Catalog /Pages 2 0 R >>"),
                plain("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
                plain("<< /Type /Page /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"),
                Part::Stream("/Filter /LZWDecode ".to_owned(), bytes),
                plain(HELVETICA),
            ],
            "",
        );
        let found = text(&bytes);
        let error = found.unwrap_err();
        assert!(!too_much || matches!(error, LookError::TooMuch(_)), "{error:?}");
    }
}

fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for group in bytes.chunks(4) {
        let mut four = [0; 4];
        four[..group.len()].copy_from_slice(group);
        let mut word = u32::from_be_bytes(four);
        let mut digits = [0; 5];
        for digit in digits.iter_mut().rev() {
            *digit = b'!' + u8::try_from(word % 85).unwrap();
            word /= 85;
        }
        out.extend_from_slice(&digits[..=group.len()]);
    }
    out.extend_from_slice(b"~>");
    out
}

#[test]
fn a_document_with_objects_in_streams_is_read() {
    let bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Contents 6 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        HELVETICA,
    ];
    let (mut offsets, mut objects) = (String::new(), String::new());
    for (number, body) in (1..).zip(bodies) {
        offsets.push_str(&format!("{number} {} ", objects.len()));
        objects.push_str(&format!("{body} "));
    }
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    let about = format!("/Type /ObjStm /N 4 /First {} ", offsets.len());
    let contents = "BT /F1 9 Tf (packed) Tj ET";
    for (number, about, text) in
        [(5, about.as_str(), format!("{offsets}{objects}")), (6, "", contents.to_owned())]
    {
        places.push(u16::try_from(bytes.len()).unwrap());
        let packed = flate(text.as_bytes());
        let length = packed.len();
        let head =
            format!("{number} 0 obj << {about}/Filter /FlateDecode /Length {length} >>\nstream\n");
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&packed);
        bytes.extend_from_slice(b"\nendstream endobj\n");
    }
    let start = u16::try_from(bytes.len()).unwrap();
    let mut rows: Vec<(u8, u16, u8)> = vec![(0, 0, 0)];
    rows.extend((0..4).map(|index| (2, 5, index)));
    rows.extend([(1, places[0], 0), (1, places[1], 0), (1, start, 0)]);
    let table: Vec<u8> = rows
        .into_iter()
        .flat_map(|(kind, at, index)| [kind, at.to_be_bytes()[0], at.to_be_bytes()[1], index])
        .collect();
    let length = table.len();
    let head = format!(
        "7 0 obj << /Type /XRef /Size 8 /W [1 2 1] /Root 1 0 R /Length {length} >>\nstream\n"
    );
    bytes.extend_from_slice(head.as_bytes());
    bytes.extend_from_slice(&table);
    bytes.extend_from_slice(format!("\nendstream endobj\nstartxref\n{start}\n%%EOF").as_bytes());
    assert_eq!(only_page(&bytes), "packed");
}

#[test]
fn where_there_is_no_text_it_is_said_why() {
    let scanned = one_page("q 600 0 0 800 0 0 cm /Im1 Do Q", HELVETICA, Vec::new());
    let said = |bytes: &[u8]| text(bytes).unwrap_err().to_string();
    assert_eq!(said(&scanned), "the PDF has no text: its pages are pictures");
    let encrypted = pdf(&[plain("<< /Pages 2 0 R >>")], "/Encrypt << /Filter /Standard >> ");
    assert_eq!(said(&encrypted), "Windlass cannot read the text of an encrypted PDF");
    let unknown = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H >>";
    let glyphs = one_page("BT /F1 9 Tf <00010002> Tj ET", unknown, Vec::new());
    assert!(said(&glyphs).contains("does not say which characters"), "{}", said(&glyphs));
    let lost = pdf(&[plain("<< /Pages 2 0 R >>"), plain("<< /Kids [9 0 R] >>")], "");
    assert!(text(&lost).is_err());
}

#[test]
fn a_page_that_is_damaged_costs_only_itself() {
    let bytes = pdf(
        &[
            plain("<< /Type /Catalog /Pages 2 0 R >>"),
            plain(
                "<< /Kids [3 0 R 4 0 R 2 0 R] /Count 3 /Resources << /Font << /F1 6 0 R >> >> >>",
            ),
            plain("<< /Type /Page /Contents 7 0 R >>"),
            plain("<< /Type /Page /Contents 5 0 R >>"),
            stream("BT /F1 9 Tf (right) Tj ET"),
            plain(HELVETICA),
            Part::Stream("/Filter /FlateDecode ".to_owned(), b"no such bytes".to_vec()),
        ],
        "",
    );
    let found = text(&bytes).unwrap();
    assert_eq!(found.pages, ["", "right"]);
    assert!(found.cut.is_some_and(|why| why.starts_with("a page could not be read")));
}

#[test]
fn no_more_is_fetched_than_a_look_may_and_a_small_document_costs_two_requests() {
    let small = source(one_page("BT /F1 9 Tf (small) Tj ET", HELVETICA, Vec::new()));
    pdf_text(&small).unwrap();
    assert!(small.fetched().requests <= 2, "{:?}", small.fetched());
    let page = "BT /F1 9 Tf (before) Tj ET".to_owned() + &" ".repeat(6_000_000);
    let parts = [
        plain("<< /Type /Catalog /Pages 2 0 R >>"),
        plain("<< /Kids [3 0 R 4 0 R] /Count 2 /Resources << /Font << /F1 5 0 R >> >> >>"),
        plain("<< /Type /Page /Contents 6 0 R >>"),
        plain("<< /Type /Page /Contents 7 0 R >>"),
        plain(HELVETICA),
        stream("BT /F1 9 Tf (before) Tj ET"),
        stream(page),
    ];
    let large = InMemory(pdf(&parts, ""));
    let large = Arc::new(ObjectBytes::new(Arc::new(large), 4 << 20));
    let found = pdf_text(&large).unwrap();
    assert_eq!(found.pages[0], "before");
    assert!(found.cut.is_some_and(|why| why.contains("4.0 MiB would be fetched")));
}

#[test]
fn what_is_cut_or_spoilt_anywhere_does_no_harm() {
    let page = one_page("BT /F1 9 Tf [(a) 2 (b)] TJ T* (c) ' ET", WIN_ANSI, Vec::new());
    for bytes in [page, composite()] {
        for end in (0..bytes.len()).step_by(3) {
            let _ = guarded(|| text(&bytes[..end]));
        }
        for at in 0..bytes.len() {
            for byte in [0, b'9', b'(', 0xff] {
                let mut spoilt = bytes.clone();
                spoilt[at] = byte;
                let read = std::panic::catch_unwind(|| drop(text(&spoilt)));
                assert!(read.is_ok(), "byte {at} as {byte}");
            }
        }
    }
    for contents in ["(".repeat(100_000), "[".repeat(100_000), "q ".repeat(100_000)] {
        assert!(text(&one_page(&contents, HELVETICA, Vec::new())).is_err());
    }
}
