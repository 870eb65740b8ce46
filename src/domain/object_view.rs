//! Holds what is shown of the inside of an object, as data.

use crate::domain::coloured_text::ColouredText;
use crate::domain::contents::{Contents, Traffic};
use crate::domain::folded_tree::FoldedTree;
use crate::domain::table_view::TableView;

/// The inside of an object, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectView {
    pub contents: Contents,
    pub body: ViewBody,
    /// What it has cost.
    pub traffic: Traffic,
}

/// The form in which a body is shown best. Remote text in it is raw.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewBody {
    /// Its contents say all there is to say.
    Facts,
    Text(ColouredText),
    Table(TableView),
    Tree(FoldedTree),
}
