//! Makes a tree of JSON that can be folded.

use crate::domain::folded_tree::{FoldedTree, NodeLabel, NodeValue, TreeNode};
use crate::look::json::scan::{Ended, JsonType, Scan, Token, unquoted};

/// Rows of a tree; what follows is left out.
const MOST: usize = 100_000;

/// The longest value that is shown, in characters.
const LONGEST: usize = 4_000;

/// What is deeper is folded at first.
const UNFOLDED: usize = 2;

/// `whole`: whether the text is all there is. A text that is no JSON is a tree up to there.
pub fn tree(text: &str, whole: bool) -> FoldedTree {
    let mut growing = Growing::default();
    let mut scan = Scan::new(text.as_bytes());
    let ended = scan.value(&mut |depth, token| growing.see(depth, token));
    let end = growing.nodes.len();
    for at in growing.open {
        growing.nodes[at].end = end;
    }
    let cut = !whole || growing.full || ended != Ok(Ended::Whole);
    FoldedTree::new(growing.nodes, UNFOLDED, cut)
}

#[derive(Default)]
struct Growing {
    nodes: Vec<TreeNode>,
    /// The objects and arrays that are open.
    open: Vec<usize>,
    name: Option<String>,
    full: bool,
}

impl Growing {
    fn see(&mut self, depth: usize, token: Token<'_>) {
        self.full |= self.nodes.len() >= MOST;
        match token {
            Token::Close(_) if self.open.len() > depth => {
                let end = self.nodes.len();
                if let Some(at) = self.open.pop() {
                    self.nodes[at].end = end;
                }
            }
            _ if self.full => {}
            Token::Close(_) => {}
            Token::Name(name) => self.name = Some(shortened(unquoted(name))),
            Token::Open(JsonType::Object) => {
                self.add(depth, NodeValue::Object { members: 0 });
                self.open.push(self.nodes.len() - 1);
            }
            Token::Open(_) => {
                self.add(depth, NodeValue::Array { elements: 0 });
                self.open.push(self.nodes.len() - 1);
            }
            Token::Scalar(JsonType::Text, text) => {
                self.add(depth, NodeValue::Text(shortened(unquoted(text))));
            }
            Token::Scalar(_, text) => {
                let text = String::from_utf8_lossy(text).into_owned();
                self.add(depth, NodeValue::Plain(shortened(text)));
            }
        }
    }

    fn add(&mut self, depth: usize, value: NodeValue) {
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
        self.nodes.push(TreeNode { depth, label, value, end });
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_a_row_with_its_way() {
        let mut tree = tree("{\"a\": [1, {\"b\": \"x\"}], \"c\": {}, \"d\": null}", true);
        tree.fold_all(false);
        let paths: Vec<String> = (0..tree.len()).map(|row| tree.path(row)).collect();
        assert_eq!(paths, [".", ".a", ".a[0]", ".a[1]", ".a[1].b", ".c", ".d"]);
        assert!(!tree.cut);
        assert_eq!(tree.row(4).unwrap().0.value, NodeValue::Text("x".into()));
        assert_eq!(tree.row(1).unwrap().0.end, 5);
    }

    #[test]
    fn what_is_cut_deep_or_long_is_a_tree_as_far_as_it_goes() {
        let text = "{\"a\": [1, {\"b\": \"x\"}], \"c\": {}}";
        for end in 0..text.len() {
            let mut tree = tree(&text[..end], true);
            tree.fold_all(false);
            assert!(tree.cut);
        }
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(tree(&deep, true).len(), 3);
        let long = format!("[{}1]", "1,".repeat(200_000));
        let tree = tree(&long, true);
        assert!(tree.cut && tree.len() <= MOST + 1);
    }
}
