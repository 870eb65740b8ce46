//! Makes what is shown of the inside of an object: a table, a tree, a text, a picture, or facts.

use crate::domain::coloured_text::{ColouredLine, TextColour};
use crate::domain::contents::{ContentKind, Contents};
use crate::domain::object_view::{ObjectView, ViewBody, ViewForm};
use crate::domain::table_view::TableView;
use crate::domain::text_window::{self, TextWindow, WindowLine};
use crate::domain::units::Count;
use crate::look::config_tree::{toml_tree, yaml_tree};
use crate::look::encoding::decode;
use crate::look::error::{LookError, Looked, guarded};
use crate::look::html::page_text;
use crate::look::inside::Inside;
use crate::look::inspect::inspect;
use crate::look::json::tree::tree;
use crate::look::markdown::rendered;
use crate::look::opening::{FIRST, Opening};
use crate::look::pdf::text::pdf_text;
#[cfg(feature = "images")]
use crate::look::picture::picture;
use crate::look::rows::read::read_rows;
use crate::look::rows::request::{RowRequest, RowsFault};
use crate::look::rows::write::{KeptRows, RowWriter};
#[cfg(feature = "images")]
use crate::look::svg_picture::{LONGEST, draw};
#[cfg(feature = "syntax")]
use crate::look::syntax::coloured;
use crate::look::windows::{bytes_window, text_window};

/// The longest JSON that is shown as a tree, in bytes; of a longer one its beginning is.
const TREE: usize = 2 * 1024 * 1024;

/// The longest Markdown or HTML that is rendered, in bytes.
const LONGEST_RENDERED: u64 = 512 * 1024;

/// The longest YAML or TOML that is shown as a tree, in bytes.
const LONGEST_CONFIG: u64 = 1024 * 1024;

/// Rows of a table that are shown first.
pub const FIRST_ROWS: u64 = 200;

/// What is shown of the inside, in a form. What cannot be read is shown as what it is: bytes.
pub fn view(inside: &Inside, form: ViewForm, pixels: u64) -> Looked<ObjectView> {
    let (source, name) = (&inside.source, inside.name.as_str());
    let told = inside.content_type.as_deref();
    let mut contents = match inspect(source, name, told) {
        Ok(contents) => contents,
        Err(error @ LookError::Source(_)) => return Err(error),
        Err(error) => {
            let mut contents = Contents::of(kind(inside)?);
            contents.cut = Some(error.to_string());
            contents
        }
    };
    if contents.cut.is_none() {
        contents.cut.clone_from(&inside.cut);
    }
    let body = match form {
        ViewForm::Facts => ViewBody::Facts,
        ViewForm::Text => ViewBody::Text(shown_text(inside)?),
        ViewForm::Bytes => ViewBody::Bytes(bytes_window(inside, 0, &|_| {})?),
        ViewForm::Best => match guarded(|| best(inside, &contents, pixels)) {
            Ok(body) => body,
            Err(error @ LookError::Source(_)) => return Err(error),
            Err(error) => {
                contents.cut.get_or_insert(error.to_string());
                plain(inside, contents.kind)?
            }
        },
    };
    Ok(ObjectView { contents, body, size: inside.size(), unpacked: inside.unpacked })
}

fn kind(inside: &Inside) -> Looked<ContentKind> {
    let first = inside.source.read(0, FIRST)?;
    let whole = first.len() as u64 == inside.size();
    let content_type = inside.content_type.as_deref();
    Ok(Opening { first: &first, whole, name: &inside.name, content_type }.kind())
}

fn best(inside: &Inside, contents: &Contents, pixels: u64) -> Looked<ViewBody> {
    let name = inside.name.as_str();
    match contents.kind {
        ContentKind::Csv | ContentKind::Ndjson | ContentKind::Parquet => {
            Ok(ViewBody::Table(table(inside, 0, FIRST_ROWS)?))
        }
        ContentKind::Json => {
            let (text, whole) = beginning(inside, TREE)?;
            Ok(ViewBody::Tree(tree(&text, whole)))
        }
        ContentKind::Yaml if inside.size() <= LONGEST_CONFIG => {
            let (text, whole) = beginning(inside, count(LONGEST_CONFIG))?;
            Ok(ViewBody::Tree(yaml_tree(&text, whole)))
        }
        ContentKind::Toml if inside.size() <= LONGEST_CONFIG => {
            let (text, _) = beginning(inside, count(LONGEST_CONFIG))?;
            toml_tree(&text)
                .map_or_else(|| plain(inside, contents.kind), |tree| Ok(ViewBody::Tree(tree)))
        }
        ContentKind::Text if inside.size() <= LONGEST_RENDERED => match renderer(name) {
            Some(render) => Ok(ViewBody::Text(rendered_text(inside, render)?)),
            None => plain(inside, contents.kind),
        },
        ContentKind::Image => image(inside, contents, pixels),
        ContentKind::Pdf => Ok(ViewBody::Text(pdf_window(inside, contents)?)),
        kind => plain(inside, kind),
    }
}

/// The form that needs no reader of its own.
fn plain(inside: &Inside, kind: ContentKind) -> Looked<ViewBody> {
    Ok(match kind {
        kind if kind.is_text() => ViewBody::Text(shown_text(inside)?),
        ContentKind::Binary => ViewBody::Bytes(bytes_window(inside, 0, &|_| {})?),
        _ => ViewBody::Facts,
    })
}

/// The beginning of a text, coloured where its language is known.
fn shown_text(inside: &Inside) -> Looked<TextWindow> {
    let mut window = text_window(inside, 0, &|_| {})?;
    colour(&mut window, &inside.name);
    Ok(window)
}

#[cfg(feature = "syntax")]
fn colour(window: &mut TextWindow, name: &str) {
    let lines: Vec<&str> = window.lines.iter().map(|line| line.line.text.as_str()).collect();
    let found = coloured(&lines.join("\n"), name, false);
    // A line with a break of another kind within it is not the same line.
    if found.lines.len() != window.lines.len() {
        return;
    }
    for (line, coloured) in window.lines.iter_mut().zip(found.lines) {
        if line.line.text == coloured.text {
            line.line.spans = coloured.spans;
        }
    }
    window.language = found.language;
}

#[cfg(not(feature = "syntax"))]
fn colour(_: &mut TextWindow, _: &str) {}

/// What makes the lines of a text that is better read than seen as it is written.
fn renderer(name: &str) -> Option<fn(&str) -> Vec<ColouredLine>> {
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ends(&[".md", ".markdown", ".mkd"]) {
        return Some(rendered);
    }
    ends(&[".html", ".htm", ".xhtml"]).then_some(page_text)
}

fn rendered_text(inside: &Inside, render: fn(&str) -> Vec<ColouredLine>) -> Looked<TextWindow> {
    let (text, _) = beginning(inside, count(LONGEST_RENDERED))?;
    Ok(whole_window(render(&text), inside.size()))
}

/// The lines of a text that is shown whole, in another way than it is written.
fn whole_window(lines: Vec<ColouredLine>, size: u64) -> TextWindow {
    let line = |line: ColouredLine| WindowLine { at: 0, line };
    TextWindow {
        lines: lines.into_iter().map(line).collect(),
        start: 0,
        end: size,
        size,
        number: Some(0),
        language: Some(text_window::RENDERED.to_owned()),
    }
}

/// The text of a PDF, with a line before each page but the first.
fn pdf_window(inside: &Inside, contents: &Contents) -> Looked<TextWindow> {
    let text = pdf_text(&inside.source)?;
    let mut lines = Vec::new();
    let mut say = |colour: TextColour, text: &str| {
        let mut line = ColouredLine::default();
        line.push(colour, text);
        lines.push(line);
    };
    let count = contents.pages.map(|pages| format!(" of {}", Count(pages))).unwrap_or_default();
    for (number, page) in (1_u64..).zip(&text.pages) {
        if number > 1 {
            say(TextColour::Comment, &format!("── page {}{count} ──", Count(number)));
        }
        page.lines().for_each(|line| say(TextColour::Plain, line));
    }
    if let Some(why) = &text.cut {
        say(TextColour::Comment, &format!("── {why} ──"));
    }
    Ok(whole_window(lines, inside.size()))
}

#[cfg(feature = "images")]
fn image(inside: &Inside, contents: &Contents, pixels: u64) -> Looked<ViewBody> {
    if !contents.facts.iter().any(|(_, format)| format == "SVG") {
        return Ok(ViewBody::Picture(picture(&inside.source, pixels)?));
    }
    let (text, whole) = beginning(inside, LONGEST)?;
    let drawn = if whole { draw(&text, pixels).ok() } else { None };
    // What cannot be drawn can be read.
    Ok(match drawn {
        Some(drawn) => ViewBody::Picture(drawn),
        None => ViewBody::Text(shown_text(inside)?),
    })
}

#[cfg(not(feature = "images"))]
fn image(inside: &Inside, _: &Contents, _: u64) -> Looked<ViewBody> {
    plain(inside, ContentKind::Image)
}

fn count(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// The first bytes as text, and whether they are all.
fn beginning(inside: &Inside, most: usize) -> Looked<(String, bool)> {
    let bytes = inside.source.read(0, most)?;
    let whole = bytes.len() as u64 == inside.size();
    let text = decode(&bytes, whole).map(|decoded| decoded.text);
    Ok((text.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()), whole))
}

/// Rows of a table from one on, counted from 0.
pub fn table(inside: &Inside, from: u64, count: u64) -> Looked<TableView> {
    let (source, name, told) = (&inside.source, &inside.name, inside.content_type.as_deref());
    // One more tells whether the table goes on.
    let request = RowRequest { from, count: Some(count.saturating_add(1)), columns: Vec::new() };
    let mut kept = KeptRows::default();
    let read = read_rows(source, name, told, &request, &mut RowWriter::Kept(&mut kept));
    match read {
        Ok(read) => {
            kept.rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
            let ends = read.rows <= count && !inside.goes_on;
            let left_out = read.left_out(inside.goes_on || inside.cut.is_some());
            Ok(TableView { names: kept.names, rows: kept.rows, from, ends, left_out })
        }
        Err(RowsFault::Look(error)) => Err(error),
        Err(RowsFault::Output(error)) => Err(error.into()),
        Err(RowsFault::NoColumn { name, .. }) => {
            Err(LookError::malformed(format!("no column is called {name}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::table_view::LeftOut;
    use crate::look::inside::inside;
    use crate::look::object_bytes::tests::source;

    fn seen(name: &str, bytes: impl Into<Vec<u8>>, form: ViewForm) -> ObjectView {
        let source = source(bytes);
        let inside = inside(&source, name, None, None, 1 << 20).unwrap();
        view(&inside, form, 1000).unwrap()
    }

    fn body(name: &str, bytes: impl Into<Vec<u8>>) -> ViewBody {
        seen(name, bytes, ViewForm::Best).body
    }

    #[test]
    fn each_kind_has_the_form_that_shows_it_best() {
        let ViewBody::Table(table) = body("a.csv", "a,b\n1,2\n3\n5,6\n") else {
            panic!("no table")
        };
        assert_eq!(table.names, ["a", "b"]);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(table.rows[..2], [vec![text("1"), text("2")], vec![text("3"), None]]);
        assert!(table.ends);
        let ViewBody::Table(table) = body("a.ndjson", "{\"a\":1}\n{\"b\":null}\n") else {
            panic!("no table")
        };
        assert_eq!(table.names, ["a", "b"]);
        assert_eq!(table.left_out, None);
        let packed = zstd::encode_all(&b"a,b\n1,2\n"[..], 1).unwrap();
        assert!(matches!(body("a.csv.zst", packed), ViewBody::Table(_)));
        assert!(matches!(body("a.json", "{\"a\":1}"), ViewBody::Tree(_)));
        assert!(matches!(body("a.yaml", "a: 1\nb: [2]\n"), ViewBody::Tree(_)));
        assert!(matches!(body("a.toml", "[a]\nb = 1\n"), ViewBody::Tree(_)));
        assert!(matches!(body("a.toml", "[a\nb = "), ViewBody::Text(_)));
        let ViewBody::Text(text) = body("a.rs", "fn main() {}\n") else { panic!("no text") };
        assert_eq!(text.lines.len(), 1);
        assert!(matches!(body("a.bin", b"\0\x01\x02".to_vec()), ViewBody::Bytes(_)));
        let ViewBody::Text(text) = body("a.md", "# A\n\n- b\n") else { panic!("no text") };
        assert_eq!(text.lines[2].line.text, "• b");
        assert!(matches!(body("a.svg", "<svg width='1' height='1'>"), ViewBody::Text(_)));
        if cfg!(feature = "images") {
            let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='1'/>";
            assert!(matches!(body("a.svg", svg), ViewBody::Picture(_)));
            let packed = zstd::encode_all(svg.as_bytes(), 1).unwrap();
            assert!(matches!(body("a.svg.zst", packed), ViewBody::Picture(_)));
        }
    }

    #[test]
    fn lines_that_are_no_rows_are_told_of() {
        let left_out = |bytes: &str| match body("a.ndjson", bytes) {
            ViewBody::Table(table) => (table.rows.len(), table.left_out),
            other => panic!("{other:?}"),
        };
        let first = "line 3 is not JSON: column 1: a value is expected".to_owned();
        let broken = "{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\nbroken\n";
        assert_eq!(left_out(broken), (2, Some(LeftOut { lines: 1, first: first.clone() })));
        let more = format!("{broken}{{\"a\":3}}\n{{\"a\":");
        assert_eq!(left_out(&more), (3, Some(LeftOut { lines: 2, first })));
        let packed = zstd::encode_all("{\"a\":1}\n".repeat(200).as_bytes(), 1).unwrap();
        let cut = inside(&source(packed), "a.ndjson.zst", None, None, 100).unwrap();
        let ViewBody::Table(table) = view(&cut, ViewForm::Best, 1000).unwrap().body else {
            panic!("no table")
        };
        assert!(!table.ends && !table.rows.is_empty());
        assert_eq!(table.left_out, None, "a line that is cut by the look itself is whole there");
    }

    #[test]
    fn anything_is_shown_as_text_or_bytes_where_that_is_wanted() {
        let text = seen("a.csv", "a,b\n1,2\n", ViewForm::Text);
        assert!(matches!(text.body, ViewBody::Text(_)));
        assert!(matches!(seen("a.csv", "a,b\n", ViewForm::Bytes).body, ViewBody::Bytes(_)));
        assert_eq!(seen("a.csv", "a,b\n", ViewForm::Facts).body, ViewBody::Facts);
    }

    #[test]
    fn a_pdf_is_its_text_and_without_one_its_facts_and_the_reason() {
        let leaflet = include_bytes!("../../assets/demo/leaflet.pdf");
        let ViewBody::Text(text) = body("a.pdf", &leaflet[..]) else { panic!("no text") };
        let lines: Vec<&str> = text.lines.iter().map(|line| line.line.text.as_str()).collect();
        assert_eq!(lines.first(), Some(&"Windlass"));
        assert!(lines.last().unwrap().starts_with("A leaflet of one page"), "{lines:?}");
        let facts = seen("a.pdf", &leaflet[..], ViewForm::Facts);
        assert_eq!((facts.body, facts.contents.pages), (ViewBody::Facts, Some(1)));
        let trailer = leaflet.windows(5).rposition(|five| five == b"/Root").unwrap();
        let mut encrypted = leaflet.to_vec();
        encrypted.splice(trailer..trailer, *b"/Encrypt << /Filter /Standard >> ");
        let found = seen("a.pdf", encrypted, ViewForm::Best);
        assert_eq!(found.body, ViewBody::Facts);
        let why = "Windlass cannot read the text of an encrypted PDF";
        assert_eq!(found.contents.cut.as_deref(), Some(why));
    }

    #[test]
    fn pages_are_told_apart_by_a_line_with_their_number() {
        let objects = [
            "<< /Pages 2 0 R >>".to_owned(),
            "<< /Kids [3 0 R 4 0 R] /Count 2 /Resources << /Font << /F 6 0 R >> >> >>".to_owned(),
            "<< /Contents 5 0 R >>".to_owned(),
            "<< /Contents 5 0 R >>".to_owned(),
            "<< /Length 25 >>\nstream\nBT /F 9 Tf (words) Tj ET  \nendstream".to_owned(),
            "<< /Subtype /Type1 >>".to_owned(),
        ];
        let (mut pdf, mut table) = ("%PDF-1.4\n".to_owned(), String::new());
        for (number, object) in (1..).zip(objects) {
            table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
            pdf.push_str(&format!("{number} 0 obj {object} endobj\n"));
        }
        let at = pdf.len();
        let trailer = "trailer << /Size 7 /Root 1 0 R >>";
        pdf.push_str(&format!("xref\n1 6\n{table}{trailer}\nstartxref\n{at}\n%%EOF"));
        let ViewBody::Text(text) = body("a.pdf", pdf) else { panic!("no text") };
        let lines: Vec<&str> = text.lines.iter().map(|line| line.line.text.as_str()).collect();
        assert_eq!(lines, ["words", "── page 2 of 2 ──", "words"]);
    }

    #[test]
    fn what_is_damaged_is_shown_as_far_as_it_goes() {
        let found = seen("a.png", b"\x89PNG\r\n\x1a\n broken".to_vec(), ViewForm::Best);
        assert!(found.contents.cut.is_some(), "{found:?}");
        let found =
            seen("a.parquet", b"PAR1 and nothing that is right PAR1".to_vec(), ViewForm::Best);
        assert!(found.contents.cut.is_some());
        assert_eq!(found.body, ViewBody::Facts);
    }
}
