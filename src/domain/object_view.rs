//! Holds what is shown of the inside of an object, as data, and what is asked of it.

use std::path::PathBuf;

use crate::domain::contents::{Contents, Traffic};
use crate::domain::folded_tree::FoldedTree;
use crate::domain::object::ObjectAddress;
use crate::domain::picture::Picture;
use crate::domain::table_view::TableView;
use crate::domain::text_pattern::TextPattern;
use crate::domain::text_window::TextWindow;

/// The inside of an object or of a member of it, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectView {
    pub contents: Contents,
    pub body: ViewBody,
    /// Bytes of what is looked into.
    pub size: u64,
    /// Whether it was taken out of something: what it is within was read from its start.
    pub unpacked: bool,
}

/// The form in which a body is shown best. Remote text in it is raw.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewBody {
    /// Its contents say all there is to say.
    Facts,
    Text(TextWindow),
    Bytes(BytesWindow),
    Table(TableView),
    Tree(FoldedTree),
    Picture(Picture),
}

/// Some bytes of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BytesWindow {
    /// Where the first of them is.
    pub start: u64,
    pub bytes: Vec<u8>,
    /// Of the whole.
    pub size: u64,
}

impl BytesWindow {
    pub fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

/// A form that can be chosen in place of the one that shows an object best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ViewForm {
    #[default]
    Best,
    /// As a text, whatever else it is.
    Text,
    Bytes,
    Facts,
}

/// A question about the inside of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct LookRequest {
    pub object: ObjectAddress,
    /// A member of the archive that the object is.
    pub member: Option<String>,
    pub wanted: LookStep,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LookStep {
    /// What it is, in a form. A `glance` is of an object that nobody asked for by itself: no more
    /// is fetched than it is worth.
    Open { form: ViewForm, glance: bool },
    /// The lines around a byte.
    Text(TextPlace),
    /// The end of a text as it is now, whatever it was when it was opened.
    Tail,
    /// The bytes around one.
    Bytes(u64),
    /// Rows of a table from one on, counted from 0.
    Rows { from: u64, count: u64 },
    /// The member as a file in a folder of this machine.
    Unpack(PathBuf),
    /// The first place from `from` on, or the last before it.
    Search { pattern: TextPattern, from: u64, backward: bool, form: SearchForm },
}

/// How what is found is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchForm {
    Text,
    Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextPlace {
    Around(u64),
    End,
    /// Counted from 0; the last where there are not so many.
    Line(u64),
}

/// An answer to [`LookRequest`], and what it has cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub what: SeenPart,
    /// All that was fetched of the object since it was opened.
    pub traffic: Traffic,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SeenPart {
    Opened(Box<ObjectView>),
    /// A part of it, and the byte that was asked for or found.
    Part(Box<ViewBody>, u64),
    /// So many bytes are searched or written; told repeatedly.
    Passed(u64),
    /// The file that was written, and its bytes.
    Unpacked(PathBuf, u64),
    NotFound,
}
