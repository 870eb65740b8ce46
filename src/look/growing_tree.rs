//! Grows a tree that can be folded from what the reader of a text meets.

use crate::domain::folded_tree::{FoldedTree, LONGEST_VALUE, NodeLabel, NodeValue, TreeNode};

/// Rows of a tree; what follows is left out.
pub const MOST: usize = 100_000;

/// What is deeper is folded at first.
const UNFOLDED: usize = 2;

#[derive(Default)]
pub struct GrowingTree {
    nodes: Vec<TreeNode>,
    /// The objects and arrays that are open and have a row.
    open: Vec<usize>,
    /// How many are open.
    depth: usize,
    name: Option<String>,
    full: bool,
}

impl GrowingTree {
    /// The name of the member that comes next.
    pub fn name(&mut self, name: String) {
        self.name = Some(shortened(name));
    }

    /// Begins an object or an array.
    pub fn begin(&mut self, value: NodeValue) {
        if self.add(value) {
            self.open.push(self.nodes.len() - 1);
        }
        self.depth += 1;
    }

    pub fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.open.len() > self.depth {
            let end = self.nodes.len();
            if let Some(at) = self.open.pop() {
                self.nodes[at].end = end;
            }
        }
    }

    pub fn text(&mut self, text: String) {
        self.add(NodeValue::Text(shortened(text)));
    }

    /// A number, a boolean or null.
    pub fn plain(&mut self, text: String) {
        self.add(NodeValue::Plain(shortened(text)));
    }

    /// `whole`: whether nothing is left out.
    pub fn into_tree(mut self, whole: bool) -> FoldedTree {
        let end = self.nodes.len();
        for at in self.open {
            self.nodes[at].end = end;
            self.nodes[at].more |= !whole;
        }
        FoldedTree::new(self.nodes, UNFOLDED, !whole || self.full)
    }

    /// What follows is in no row: all that is open has more than its rows.
    fn leave_out(&mut self) {
        if !std::mem::replace(&mut self.full, true) {
            for at in &self.open {
                self.nodes[*at].more = true;
            }
        }
    }

    /// `false` where there is no more room.
    fn add(&mut self, value: NodeValue) -> bool {
        if self.nodes.len() >= MOST {
            self.leave_out();
            return false;
        }
        let parent = self.open.last().map(|at| &mut self.nodes[*at].value);
        let label = match parent {
            Some(NodeValue::Array { elements }) => {
                *elements += 1;
                Some(NodeLabel::Number(*elements - 1))
            }
            Some(NodeValue::Object { members }) => {
                *members += 1;
                self.name.take().map(NodeLabel::Name)
            }
            _ => None,
        };
        let end = self.nodes.len() + 1;
        self.nodes.push(TreeNode { depth: self.depth, label, value, end, more: false });
        true
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
