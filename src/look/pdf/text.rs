//! Reads the text of a PDF, page by page, as far as a look goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::FIRST;
use crate::look::pdf::content::PageText;
use crate::look::pdf::document::PdfDocument;
use crate::look::pdf::objects::Object;

/// Bytes of text that are kept.
const TEXT: usize = 1024 * 1024;

/// Pages that are read.
const PAGES: usize = 5_000;

/// Nodes of the tree of pages within each other.
const DEPTH: usize = 64;

/// A document up to this size is fetched with one request.
const WHOLE: u64 = 4 * 1024 * 1024;

/// Bytes that are fetched together from a larger one.
const AHEAD: usize = 512 * 1024;

/// The text of a document.
#[derive(Debug, Default)]
pub struct PdfText {
    pub pages: Vec<String>,
    /// Why there is more than was read; `None` where all is here.
    pub cut: Option<String>,
}

/// The text of the pages in their order.
///
/// # Errors
/// `Unsupported` where the document is encrypted, `Wordless` where it has no text; the first error
/// of a page where no page could be read.
pub fn pdf_text(source: &Arc<ObjectBytes>) -> Looked<PdfText> {
    let first = source.read(0, FIRST)?;
    let start = first.windows(5).position(|five| five == b"%PDF-").unwrap_or(0);
    if source.size() <= WHOLE {
        source.read(0, usize::try_from(source.size()).unwrap_or(usize::MAX))?;
    }
    let mut document = PdfDocument::open(source, start as u64)?;
    if *document.references.trailer.get(b"Encrypt") != Object::Null {
        return Err(LookError::Unsupported("the text of an encrypted PDF".to_owned()));
    }
    document.read_ahead(AHEAD);
    let root = document.resolved(&document.references.trailer.get(b"Root").clone())?;
    let top = root.get(b"Pages").clone();
    let mut reading = Reading {
        found: PdfText::default(),
        bytes: 0,
        seen: BTreeSet::new(),
        failed: None,
        text: PageText::of(&mut document),
    };
    reading.below(&top, &Object::Null, 0);
    reading.ended()
}

struct Reading<'a> {
    found: PdfText,
    bytes: usize,
    seen: BTreeSet<u32>,
    /// The first error, and the page that had it.
    failed: Option<LookError>,
    text: PageText<'a>,
}

impl Reading<'_> {
    /// The pages below a node of their tree; what a node has holds for those below it.
    fn below(&mut self, node: &Object, resources: &Object, depth: usize) {
        if let Object::Reference(number) = node
            && !self.seen.insert(*number)
        {
            return;
        }
        if depth > DEPTH || self.found.cut.is_some() {
            return;
        }
        let read = self.text.document().resolved(node).and_then(|node| {
            let own = self.text.document().resolved(node.get(b"Resources"))?;
            Ok((node, own))
        });
        let (node, own) = match read {
            Ok(read) => read,
            Err(error) => return self.fail(error),
        };
        let resources = if own == Object::Null { resources } else { &own };
        match self.text.document().resolved(node.get(b"Kids")) {
            Ok(Object::Array(kids)) => {
                for kid in &kids {
                    self.below(kid, resources, depth + 1);
                }
            }
            Ok(_) => self.page(&node, resources),
            Err(error) => self.fail(error),
        }
    }

    fn page(&mut self, page: &Object, resources: &Object) {
        if self.bytes > TEXT || self.found.pages.len() >= PAGES {
            self.found.cut = Some("no more of its text is read in one look".to_owned());
            return;
        }
        let (text, read) = self.text.page(page, resources);
        self.bytes += text.len();
        self.found.pages.push(text);
        if let Err(error) = read {
            // The other pages may be right.
            self.fail(error);
        }
    }

    fn fail(&mut self, error: LookError) {
        if matches!(error, LookError::Source(_) | LookError::TooMuch(_)) {
            self.found.cut = Some(error.to_string());
        }
        self.failed.get_or_insert(error);
    }

    fn ended(self) -> Looked<PdfText> {
        if self.found.pages.iter().any(|page| !page.trim().is_empty()) {
            let mut found = self.found;
            let failed = self.failed.map(|error| format!("a page could not be read: {error}"));
            found.cut = found.cut.or(failed);
            return Ok(found);
        }
        Err(match self.failed {
            Some(error) => error,
            None if self.text.unknown > 0 => {
                LookError::Wordless("the PDF does not say which characters its text has".to_owned())
            }
            None => LookError::Wordless("the PDF has no text: its pages are pictures".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests;
