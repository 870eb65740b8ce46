//! Makes trees of YAML and TOML that can be folded.

use saphyr_parser::{Event, Parser, ScalarStyle};
use toml::Value;

use crate::domain::folded_tree::{FoldedTree, NodeValue};
use crate::look::growing_tree::GrowingTree;

/// Several documents are the elements of an array. A text that is no YAML is a tree up to there.
pub fn yaml_tree(text: &str, whole: bool) -> FoldedTree {
    let mut growing = GrowingTree::default();
    let several = documents(text) > 1;
    if several {
        growing.begin(NodeValue::Array { elements: 0 });
    }
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, _)) = event else { return growing.into_tree(false) };
        see(&mut growing, &mut open, &event);
    }
    if several {
        growing.end();
    }
    growing.into_tree(whole)
}

fn documents(text: &str) -> usize {
    let events = Parser::new_from_str(text).map_while(Result::ok);
    events.filter(|(event, _)| matches!(event, Event::DocumentStart(_))).count()
}

/// What is open in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Sequence,
    /// The next is a name, or a value.
    Mapping {
        name: bool,
    },
    /// Something nested that is a name itself.
    Name,
}

fn see(growing: &mut GrowingTree, open: &mut Vec<Open>, event: &Event<'_>) {
    let is_name = matches!(open.last(), Some(Open::Mapping { name: true }));
    let within_name = open.last() == Some(&Open::Name);
    match event {
        Event::Scalar(text, style, ..) => {
            if within_name {
            } else if is_name {
                growing.name(text.to_string());
            } else if *style == ScalarStyle::Plain {
                growing.plain(text.to_string());
            } else {
                growing.text(text.to_string());
            }
        }
        Event::Alias(_) if within_name => {}
        Event::Alias(_) if is_name => growing.name("(alias)".to_owned()),
        Event::Alias(_) => growing.plain("(alias)".to_owned()),
        Event::SequenceStart(..) | Event::MappingStart(..) => {
            let mapping = matches!(event, Event::MappingStart(..));
            if within_name || is_name {
                if is_name {
                    growing.name(if mapping { "(mapping)" } else { "(sequence)" }.to_owned());
                }
                return open.push(Open::Name);
            }
            growing.begin(match mapping {
                true => NodeValue::Object { members: 0 },
                false => NodeValue::Array { elements: 0 },
            });
            return open.push(if mapping { Open::Mapping { name: true } } else { Open::Sequence });
        }
        Event::SequenceEnd | Event::MappingEnd => {
            if open.pop() != Some(Open::Name) {
                growing.end();
            }
        }
        _ => return,
    }
    // A name is followed by its value, and that by the next name.
    if let Some(Open::Mapping { name }) = open.last_mut() {
        *name = !*name;
    }
}

/// A text that is no TOML is no tree.
pub fn toml_tree(text: &str) -> Option<FoldedTree> {
    let table = text.parse::<toml::Table>().ok()?;
    let mut growing = GrowingTree::default();
    grow(&mut growing, Value::Table(table));
    Some(growing.into_tree(true))
}

fn grow(growing: &mut GrowingTree, value: Value) {
    match value {
        Value::String(text) => growing.text(text),
        Value::Table(table) => {
            growing.begin(NodeValue::Object { members: 0 });
            for (name, value) in table {
                growing.name(name);
                grow(growing, value);
            }
            growing.end();
        }
        Value::Array(values) => {
            growing.begin(NodeValue::Array { elements: 0 });
            for value in values {
                grow(growing, value);
            }
            growing.end();
        }
        other => growing.plain(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(mut tree: FoldedTree) -> Vec<String> {
        tree.fold_all(false);
        let row = |row: usize| {
            let value = match &tree.row(row).unwrap().0.value {
                NodeValue::Text(text) => format!("{text:?}"),
                NodeValue::Plain(text) => text.clone(),
                NodeValue::Object { members } => format!("{{{members}}}"),
                NodeValue::Array { elements } => format!("[{elements}]"),
            };
            format!("{} {value}", tree.path(row))
        };
        (0..tree.len()).map(row).collect()
    }

    #[test]
    fn yaml_is_a_tree() {
        let text =
            "a: 1\nb:\n  - x\n  - \"y\"\n  - {c: null}\n? [p, q]\n: z\nd: &n {e: 2}\nf: *n\n";
        assert_eq!(
            rows(yaml_tree(text, true)),
            [
                ". {5}",
                ".a 1",
                ".b [3]",
                ".b[0] x",
                ".b[1] \"y\"",
                ".b[2] {1}",
                ".b[2].c null",
                ".[\"(sequence)\"] z",
                ".d {1}",
                ".d.e 2",
                ".f (alias)",
            ]
        );
        assert_eq!(rows(yaml_tree("a: 1\n---\nb: 2\n", true))[..2], [". [2]", ".[0] {1}"]);
        assert!(yaml_tree("a: [1, 2\nb: }", true).cut);
    }

    #[test]
    fn toml_is_a_tree() {
        let text = "a = 1\n[b]\nc = \"x\"\nd = [true, 2026-01-01]\n";
        assert_eq!(
            rows(toml_tree(text).unwrap()),
            [
                ". {2}",
                ".a 1",
                ".b {2}",
                ".b.c \"x\"",
                ".b.d [2]",
                ".b.d[0] true",
                ".b.d[1] 2026-01-01"
            ]
        );
        assert_eq!(toml_tree("a = "), None);
    }

    #[test]
    fn hostile_yaml_ends() {
        let deep = "[".repeat(20_000);
        yaml_tree(&deep, true);
        let long = "- a\n".repeat(300_000);
        assert!(yaml_tree(&long, true).cut);
    }
}
