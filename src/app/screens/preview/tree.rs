//! Shows a tree of names and values with a cursor.

use crate::app::action::Action;
use crate::app::list::List;
use crate::domain::folded_tree::{FoldedTree, NodeLabel, NodeValue};

#[derive(Clone, Debug, PartialEq)]
pub struct TreePane {
    pub tree: FoldedTree,
    pub list: List,
}

impl TreePane {
    pub fn new(tree: FoldedTree) -> TreePane {
        TreePane { tree, list: List::default() }
    }

    pub fn on_action(&mut self, action: Action, rows: u16) -> bool {
        match action {
            Action::ScrollRight => {
                self.toggle(rows);
                true
            }
            Action::FoldAll | Action::UnfoldAll => {
                self.fold_all(action == Action::FoldAll, rows);
                true
            }
            action => self.list.on_action(action, self.tree.len(), rows),
        }
    }

    pub fn toggle(&mut self, rows: u16) {
        self.tree.toggle(self.list.cursor);
        self.list.fit(self.tree.len(), rows);
    }

    fn fold_all(&mut self, fold: bool, rows: u16) {
        let path = self.tree.path(self.list.cursor);
        self.tree.fold_all(fold);
        // The row of what the cursor was on, or of the nearest that it is nested in.
        let mut near = 0;
        for row in 0..self.tree.len().min(20_000) {
            let here = self.tree.path(row);
            if here == path {
                near = row;
                break;
            }
            if path.starts_with(&here) {
                near = row;
            }
        }
        self.list.cursor = near;
        self.list.fit(self.tree.len(), rows);
    }

    /// Folds what is unfolded, else goes to what the row is nested in; `false` at the top.
    pub fn leave(&mut self, rows: u16) -> bool {
        let row = self.list.cursor;
        let unfolded = self
            .tree
            .row(row)
            .is_some_and(|(node, folded)| node.has_children() && !folded && node.depth > 0);
        if unfolded {
            self.tree.toggle(row);
        } else if let Some(parent) = self.tree.parent(row) {
            self.list.cursor = parent;
        } else {
            return false;
        }
        self.list.fit(self.tree.len(), rows);
        true
    }

    /// Whether the name or the value of a row is one that `has` takes.
    pub fn row_has(&self, row: usize, has: impl Fn(&str) -> bool) -> bool {
        let Some((node, _)) = self.tree.row(row) else { return false };
        let named = matches!(&node.label, Some(NodeLabel::Name(name)) if has(name));
        named
            || match &node.value {
                NodeValue::Text(text) | NodeValue::Plain(text) => has(text),
                NodeValue::Object { .. } | NodeValue::Array { .. } => false,
            }
    }

    /// The way to the row, as jq takes it.
    pub fn path(&self) -> String {
        self.tree.path(self.list.cursor)
    }

    /// The value of the row; the way to it where it is no single one.
    pub fn value(&self) -> Option<String> {
        let (node, _) = self.tree.row(self.list.cursor)?;
        Some(match &node.value {
            NodeValue::Text(text) | NodeValue::Plain(text) => text.clone(),
            NodeValue::Object { .. } | NodeValue::Array { .. } => self.path(),
        })
    }
}
