//! Makes what is shown of the inside of an object: a table, a tree, a coloured text, or facts.

use std::sync::Arc;

use crate::domain::contents::{ContentKind, Contents};
use crate::domain::object_view::{ObjectView, ViewBody};
use crate::domain::table_view::TableView;
use crate::look::encoding::decode;
use crate::look::error::{LookError, Looked};
use crate::look::inspect::inspect;
use crate::look::json::tree::tree;
use crate::look::object_bytes::ObjectBytes;
use crate::look::rows::read::read_rows;
use crate::look::rows::request::{RowRequest, RowsFault};
use crate::look::rows::write::{KeptRows, RowWriter};
#[cfg(feature = "syntax")]
use crate::look::syntax::coloured;

/// Bytes of a text that are shown.
const TEXT: usize = 256 * 1024;

/// The longest JSON that is shown as a tree, in bytes; of a longer one its beginning is.
const TREE: usize = 2 * 1024 * 1024;

/// `rows`: how many rows of a table are shown.
pub fn view(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
    rows: u64,
) -> Looked<ObjectView> {
    let contents = inspect(source, name, content_type)?;
    let body = match contents.kind {
        ContentKind::Csv | ContentKind::Ndjson | ContentKind::Parquet => {
            table(source, name, content_type, 0, rows).map(ViewBody::Table)
        }
        ContentKind::Gzip | ContentKind::Zstd if contents.members.is_empty() => {
            let found = table(source, name, content_type, 0, rows);
            Ok(found.map_or(ViewBody::Facts, ViewBody::Table))
        }
        ContentKind::Json => {
            text(source, &contents, TREE).map(|(text, whole)| ViewBody::Tree(tree(&text, whole)))
        }
        ContentKind::Text | ContentKind::Yaml | ContentKind::Toml => {
            text(source, &contents, TEXT).map(|(text, whole)| coloured_body(&text, name, !whole))
        }
        _ => Ok(ViewBody::Facts),
    }?;
    Ok(ObjectView { contents, body, traffic: source.fetched() })
}

#[cfg(feature = "syntax")]
fn coloured_body(text: &str, name: &str, cut: bool) -> ViewBody {
    ViewBody::Text(coloured(text, name, cut))
}

#[cfg(not(feature = "syntax"))]
fn coloured_body(text: &str, _: &str, cut: bool) -> ViewBody {
    use crate::domain::coloured_text::{ColouredLine, ColouredText};
    let lines = text.lines().map(|line| ColouredLine { text: line.to_owned(), spans: Vec::new() });
    ViewBody::Text(ColouredText { lines: lines.collect(), language: None, cut })
}

/// The first bytes as text, and whether they are all.
fn text(source: &Arc<ObjectBytes>, contents: &Contents, most: usize) -> Looked<(String, bool)> {
    let bytes = source.read(0, most)?;
    let whole = bytes.len() as u64 == source.size();
    let decoded = decode(&bytes, whole);
    let text = decoded.map(|decoded| decoded.text);
    // What is no text as a whole began as one.
    let text = text.or_else(|| {
        contents.encoding.as_ref().map(|_| String::from_utf8_lossy(&bytes).into_owned())
    });
    Ok((text.unwrap_or_default(), whole))
}

/// Rows of a table from one on, counted from 0.
pub fn table(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
    from: u64,
    count: u64,
) -> Looked<TableView> {
    // One more tells whether the table goes on.
    let request = RowRequest { from, count: Some(count.saturating_add(1)), columns: Vec::new() };
    let mut kept = KeptRows::default();
    let read = read_rows(source, name, content_type, &request, &mut RowWriter::Kept(&mut kept));
    match read {
        Ok(read) => {
            kept.rows.truncate(usize::try_from(count).unwrap_or(usize::MAX));
            let ends = read.rows <= count;
            Ok(TableView { names: kept.names, rows: kept.rows, from, ends })
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
    use crate::look::object_bytes::tests::source;

    fn body(name: &str, bytes: impl Into<Vec<u8>>) -> ViewBody {
        view(&source(bytes), name, None, 2).unwrap().body
    }

    #[test]
    fn each_kind_has_the_form_that_shows_it_best() {
        let ViewBody::Table(table) = body("a.csv", "a,b\n1,2\n3\n5,6\n") else {
            panic!("no table")
        };
        assert_eq!(table.names, ["a", "b"]);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(table.rows, [vec![text("1"), text("2")], vec![text("3"), None]]);
        assert!(!table.ends);
        let ViewBody::Table(table) = body("a.ndjson", "{\"a\":1}\n{\"b\":null}\n") else {
            panic!("no table")
        };
        assert_eq!(table.names, ["a", "b"]);
        assert!(table.ends);
        let packed = zstd::encode_all(&b"a,b\n1,2\n"[..], 1).unwrap();
        assert!(matches!(body("a.csv.zst", packed), ViewBody::Table(_)));
        assert!(matches!(body("a.json", "{\"a\":1}"), ViewBody::Tree(_)));
        let ViewBody::Text(text) = body("a.rs", "fn main() {}\n") else { panic!("no text") };
        assert_eq!(text.lines.len(), 1);
        assert_eq!(body("a.bin", b"\0\x01\x02".to_vec()), ViewBody::Facts);
    }
}
