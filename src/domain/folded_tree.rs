//! Folds and unfolds a tree of names and values, row by row.

/// One row of a tree: a value, or the beginning of what is nested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// How deep it is nested, counted from 0.
    pub depth: usize,
    /// The name of a member, or the number of an element.
    pub label: Option<NodeLabel>,
    pub value: NodeValue,
    /// The first node that is not below this one.
    pub end: usize,
    /// Whether more is nested in it than the tree has.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeLabel {
    Name(String),
    /// Counted from 0.
    Number(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeValue {
    Object {
        members: usize,
    },
    Array {
        elements: usize,
    },
    /// A text without its quotes.
    Text(String),
    /// A number, a boolean or null, as it is written.
    Plain(String),
}

/// A tree of which parts may be folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoldedTree {
    nodes: Vec<TreeNode>,
    /// By the numbers of the nodes.
    folded: Vec<bool>,
    /// The nodes that are shown, in order.
    shown: Vec<usize>,
    /// Whether there is more than the tree has.
    pub cut: bool,
}

impl FoldedTree {
    /// `nodes` in the order of the text. What is deeper than `depth` is folded at first.
    pub fn new(nodes: Vec<TreeNode>, depth: usize, cut: bool) -> FoldedTree {
        let folded = nodes.iter().map(|node| node.depth >= depth && node.has_children()).collect();
        let mut tree = FoldedTree { nodes, folded, shown: Vec::new(), cut };
        tree.show();
        tree
    }

    /// Every node, folded or not.
    pub fn nodes(&self) -> &[TreeNode] {
        &self.nodes
    }

    /// Rows that are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The node of a row, and whether it is folded.
    pub fn row(&self, row: usize) -> Option<(&TreeNode, bool)> {
        let at = *self.shown.get(row)?;
        Some((&self.nodes[at], self.folded[at]))
    }

    /// Folds what is unfolded, and the reverse; false where nothing is nested there.
    pub fn toggle(&mut self, row: usize) -> bool {
        let Some(at) = self.shown.get(row).copied() else { return false };
        if !self.nodes[at].has_children() {
            return false;
        }
        self.folded[at] = !self.folded[at];
        self.show();
        true
    }

    /// Folds everything below the top, or unfolds everything.
    pub fn fold_all(&mut self, fold: bool) {
        for (node, folded) in self.nodes.iter().zip(&mut self.folded) {
            *folded = fold && node.depth > 0 && node.has_children();
        }
        self.show();
    }

    /// The row of what this row is nested in.
    pub fn parent(&self, row: usize) -> Option<usize> {
        let depth = self.row(row)?.0.depth;
        (0..row).rev().find(|above| self.row(*above).is_some_and(|(node, _)| node.depth < depth))
    }

    /// The way to a row, as jq takes it: `.users[3].name`.
    pub fn path(&self, row: usize) -> String {
        let mut steps = Vec::new();
        let mut at = Some(row);
        while let Some(row) = at {
            steps.extend(self.row(row).and_then(|(node, _)| node.label.as_ref()));
            at = self.parent(row);
        }
        FoldedTree::spelled(steps.into_iter().rev())
    }

    /// The way to a value from the top, as [`FoldedTree::path`] writes it.
    pub fn spelled<'a>(steps: impl Iterator<Item = &'a NodeLabel>) -> String {
        let mut path = String::new();
        for step in steps {
            match step {
                NodeLabel::Number(number) => {
                    path += if path.is_empty() { "." } else { "" };
                    path += &format!("[{number}]");
                }
                NodeLabel::Name(name) if is_plain(name) => path += &format!(".{name}"),
                NodeLabel::Name(name) => {
                    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
                    path += if path.is_empty() { "." } else { "" };
                    path += &format!("[\"{name}\"]");
                }
            }
        }
        if path.is_empty() { ".".to_owned() } else { path }
    }

    fn show(&mut self) {
        self.shown.clear();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            self.shown.push(at);
            // A node that ends before itself would be shown for ever.
            at = if self.folded[at] { node.end.max(at + 1) } else { at + 1 };
        }
    }
}

/// The longest name or value of a tree, in characters.
pub const LONGEST_VALUE: usize = 4_000;

impl TreeNode {
    /// Whether its name or value is not all here.
    pub fn is_shortened(&self) -> bool {
        let long = |text: &str| text.chars().nth(LONGEST_VALUE).is_some();
        let name = matches!(&self.label, Some(NodeLabel::Name(name)) if long(name));
        name || match &self.value {
            NodeValue::Text(text) | NodeValue::Plain(text) => long(text),
            NodeValue::Object { .. } | NodeValue::Array { .. } => false,
        }
    }

    pub fn has_children(&self) -> bool {
        matches!(
            self.value,
            NodeValue::Object { members: 1.. } | NodeValue::Array { elements: 1.. }
        )
    }
}

/// A name that needs no quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"users": [{"a b": 1}, 2], "n": null}`
    fn tree() -> FoldedTree {
        let name = |name: &str| Some(NodeLabel::Name(name.to_owned()));
        let plain = |text: &str| NodeValue::Plain(text.to_owned());
        let node = |depth, label, value, end| TreeNode { depth, label, value, end, more: false };
        let nodes = vec![
            node(0, None, NodeValue::Object { members: 2 }, 6),
            node(1, name("users"), NodeValue::Array { elements: 2 }, 5),
            node(2, Some(NodeLabel::Number(0)), NodeValue::Object { members: 1 }, 4),
            node(3, name("a b"), plain("1"), 4),
            node(2, Some(NodeLabel::Number(1)), plain("2"), 5),
            node(1, name("n"), plain("null"), 6),
        ];
        FoldedTree::new(nodes, 1, false)
    }

    #[test]
    fn what_is_folded_is_one_row() {
        let mut tree = tree();
        assert_eq!(tree.len(), 3);
        assert!(tree.toggle(1));
        assert_eq!(tree.len(), 5);
        assert!(!tree.toggle(4), "a value has nothing to fold");
        tree.fold_all(false);
        assert_eq!(tree.len(), 6);
        tree.fold_all(true);
        assert_eq!(tree.len(), 3);
        assert!(!tree.toggle(99));
    }

    #[test]
    fn a_row_has_a_way_to_it() {
        let mut tree = tree();
        tree.fold_all(false);
        let paths: Vec<String> = (0..tree.len()).map(|row| tree.path(row)).collect();
        assert_eq!(paths, [".", ".users", ".users[0]", ".users[0][\"a b\"]", ".users[1]", ".n"]);
        assert_eq!(tree.parent(4), Some(1));
        assert_eq!(tree.parent(0), None);
    }
}
