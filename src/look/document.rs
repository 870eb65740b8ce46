//! Reads a whole JSON, YAML or TOML document as a tree of its values.

use crate::domain::folded_tree::FoldedTree;
use crate::look::config_tree::{toml_tree, yaml_tree};
use crate::look::json::scan::{Ended, Scan};
use crate::look::json::tree::tree;

/// `name`: what the document is called, where its text does not tell; `None` where it is none of
/// these, or damaged.
pub fn document_tree(name: &str, text: &str) -> Option<FoldedTree> {
    if is_json(text) {
        return Some(tree(text, true));
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?;
    let read = match ending.as_str() {
        "yaml" | "yml" => Some(yaml_tree(text, true)),
        "toml" => toml_tree(text),
        _ => None,
    };
    read.filter(|tree| !tree.cut)
}

fn is_json(text: &str) -> bool {
    let mut scan = Scan::new(text.as_bytes());
    scan.value(&mut |_, _| {}) == Ok(Ended::Whole) && scan.next_byte().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::value_difference::value_differences;

    fn told(name: &str, one: &str, other: &str) -> Option<Vec<String>> {
        let (one, other) = (document_tree(name, one)?, document_tree(name, other)?);
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        let found = value_differences(&one, &other)?;
        Some(
            found
                .iter()
                .map(|each| format!("{} {} {}", each.path, side(&each.one), side(&each.other)))
                .collect(),
        )
    }

    #[track_caller]
    fn differ(name: &str, one: &str, other: &str, expected: &[&str]) {
        assert_eq!(told(name, one, other).unwrap(), expected, "{one} {other}");
    }

    #[test]
    fn values_are_compared_by_their_place() {
        differ("a", r#"{"a":1,"b":2}"#, r#"{ "b":2, "a":1 }"#, &[]);
        differ("a", r#"{"a":{"b":[1,2]}}"#, r#"{"a":{"b":[1,3]}}"#, &[".a.b[1] 2 3"]);
        differ("a", r#"{"a":1}"#, r#"{"b":1}"#, &[".a 1 –", ".b – 1"]);
        differ("a", r#"[{"id":1}]"#, r#"[{"id":"1"}]"#, &[r#".[0].id 1 "1""#]);
        differ("a", r#"{"a b":1}"#, r#"{"a b":{"c":[2]}}"#, &[r#".["a b"] 1 {"c": [2]}"#]);
        differ("a", "[]", "{}", &[". [] {}"]);
        differ("a", r#"["\u0041"]"#, r#"["A"]"#, &[]);
    }

    #[test]
    fn numbers_are_compared_to_their_last_digit() {
        let (one, other) = ("[123456789012345678901]", "[123456789012345678902]");
        differ("a", one, other, &[".[0] 123456789012345678901 123456789012345678902"]);
        differ("a", "[1.0]", "[1]", &[".[0] 1.0 1"]);
    }

    #[test]
    fn a_value_put_into_an_array_does_not_move_the_others() {
        differ("a", "[1,2,3]", "[1,9,2,3]", &[".[1] – 9"]);
        differ("a", "[1,2,3]", "[2,3]", &[".[0] 1 –"]);
        differ("a", "[1,1]", "[1]", &[".[1] 1 –"]);
    }

    #[test]
    fn yaml_and_toml_go_by_their_names() {
        differ("a.yaml", "a: 1\nb: [x]\n", "b:\n- x\na: 2\n", &[".a 1 2"]);
        differ("a.toml", "[a]\nb = 1\n", "a.b = 2\n", &[".a.b 1 2"]);
        assert_eq!(told("a.txt", "a: 1", "a: 2"), None);
    }

    #[test]
    fn what_cannot_be_told_is_not_told() {
        let long = |end: &str| format!("[\"{}{end}\"]", "x".repeat(5000));
        for (one, other) in [
            ("1".to_owned(), "2".to_owned()),
            ("{".to_owned(), "{}".to_owned()),
            ("{} {}".to_owned(), "{}".to_owned()),
            (r#"{"a":1,"a":2}"#.to_owned(), r#"{"a":2}"#.to_owned()),
            (long("a"), long("b")),
        ] {
            assert_eq!(told("a", &one, &other), None, "{one} {other}");
        }
    }

    #[test]
    fn values_nested_without_end_are_compared() {
        let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(9000), "]".repeat(9000));
        let found = told("a", &nested("1"), &nested("2")).unwrap();
        assert_eq!(found.len(), 1);
    }
}
