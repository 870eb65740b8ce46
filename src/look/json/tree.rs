//! Makes a tree of JSON that can be folded.

use crate::domain::folded_tree::{FoldedTree, NodeValue};
use crate::look::growing_tree::GrowingTree;
use crate::look::json::scan::{Ended, JsonType, Scan, Token, unquoted};

/// `whole`: whether the text is all there is. A text that is no JSON is a tree up to there.
pub fn tree(text: &str, whole: bool) -> FoldedTree {
    let mut growing = GrowingTree::default();
    let ended = Scan::new(text.as_bytes()).value(&mut |_, token| see(&mut growing, &token));
    growing.into_tree(whole && ended == Ok(Ended::Whole))
}

fn see(growing: &mut GrowingTree, token: &Token<'_>) {
    match token {
        Token::Close(_) => growing.end(),
        Token::Name(name) => growing.name(unquoted(name)),
        Token::Open(JsonType::Object) => growing.begin(NodeValue::Object { members: 0 }),
        Token::Open(_) => growing.begin(NodeValue::Array { elements: 0 }),
        Token::Scalar(JsonType::Text, text) => growing.text(unquoted(text)),
        Token::Scalar(_, text) => growing.plain(String::from_utf8_lossy(text).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::folded_tree::TreeNode;
    use crate::look::growing_tree::MOST;

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
    fn what_has_more_than_its_rows_says_so_and_what_is_whole_does_not() {
        let more = |tree: &FoldedTree| -> Vec<bool> {
            let arrays = |node: &&TreeNode| node.has_children();
            tree.nodes().iter().filter(arrays).map(|node| node.more).collect()
        };
        let elements = "1,".repeat(MOST) + "1";
        let full = tree(&format!("{{\"a\": [1, 2], \"b\": [{elements}], \"c\": 1}}"), true);
        assert_eq!(more(&full), [true, false, true]);
        let broken = tree("{\"a\": [1, 2], \"b\": [1", true);
        assert_eq!(more(&broken), [true, false, true]);
        assert_eq!(more(&tree("{\"a\": [1, 2]}", true)), [false, false]);
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
        assert!(tree.row(0).unwrap().0.more);
    }
}
