//! Reads YAML and TOML: what stands at the top, and whether it can be read.

use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::domain::contents::{Column, Contents};
use crate::domain::units::CountedSoFar;
use crate::look::error::Looked;
use crate::look::json::text_of;
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::Opening;

/// The longest text that is read, in bytes. Of a longer YAML its beginning is.
const LONGEST: usize = 1024 * 1024;

/// Names at the top that are told.
const MOST_NAMES: usize = 10_000;

pub fn yaml(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<()> {
    let (text, whole) = text_of(source, opening, contents)?;
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let start = &text[..end.unwrap_or_default()];
    let whole = whole && start.len() == text.len();
    let found = Documents::read(start);
    if let (Some(error), true) = (&found.error, whole) {
        contents.cut = Some(error.clone());
    }
    match whole {
        true => contents.number("documents", found.count_of_all),
        false => contents.fact("documents", format!("{}+", found.count_of_all)),
    }
    if let Some(top) = found.top {
        let count = found.count;
        contents.fact(
            "shape",
            match top {
                "mapping" => format!("mapping of {}", CountedSoFar(count, "name", whole)),
                "sequence" => format!("sequence of {}", CountedSoFar(count, "value", whole)),
                other => other.to_owned(),
            },
        );
    }
    contents.columns = found.names;
    Ok(())
}

/// What is met in a stream of YAML; of the first document, what stands at its top.
#[derive(Default)]
struct Documents {
    count_of_all: u64,
    top: Option<&'static str>,
    count: u64,
    names: Vec<Column>,
    error: Option<String>,
}

impl Documents {
    fn read(text: &str) -> Documents {
        let mut found = Documents::default();
        let mut depth = 0_u32;
        let mut name = None;
        for event in Parser::new_from_str(text) {
            let event = match event {
                Ok((event, _)) => event,
                Err(error) => {
                    found.error = Some(error.to_string());
                    break;
                }
            };
            let kind = match &event {
                Event::DocumentStart(_) => {
                    found.count_of_all += 1;
                    continue;
                }
                Event::Scalar(text, style, ..) => scalar(text, *style),
                Event::SequenceStart(..) => "sequence",
                Event::MappingStart(..) => "mapping",
                Event::Alias(_) => "alias",
                Event::SequenceEnd | Event::MappingEnd => {
                    depth = depth.saturating_sub(1);
                    continue;
                }
                _ => continue,
            };
            if found.count_of_all == 1 {
                found.see(depth, kind, &event, &mut name);
            }
            depth += u32::from(matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)));
        }
        found
    }

    fn see(
        &mut self,
        depth: u32,
        kind: &'static str,
        event: &Event<'_>,
        name: &mut Option<String>,
    ) {
        match (depth, self.top) {
            (0, _) => self.top = Some(kind),
            (1, Some("mapping")) => match (name.take(), event) {
                (Some(name), _) => {
                    self.count += 1;
                    if self.names.len() < MOST_NAMES {
                        self.names.push(Column { name, type_name: kind.to_owned() });
                    }
                }
                (None, Event::Scalar(text, ..)) => *name = Some(text.to_string()),
                (None, _) => *name = Some(format!("({kind})")),
            },
            (1, Some("sequence")) => self.count += 1,
            _ => {}
        }
    }
}

/// By the core schema of YAML 1.2.
fn scalar(text: &str, style: ScalarStyle) -> &'static str {
    if style != ScalarStyle::Plain {
        return "string";
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => "null",
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => "boolean",
        text if text.parse::<i64>().is_ok() => "integer",
        text if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && text.parse::<f64>().is_ok() =>
        {
            "number"
        }
        _ => "string",
    }
}

pub fn toml(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<()> {
    let (text, whole) = text_of(source, opening, contents)?;
    if !whole || text.len() > LONGEST {
        contents.fact("shape", format!("not read: it has more than {LONGEST} bytes"));
        return Ok(());
    }
    match text.parse::<toml::Table>() {
        Ok(table) => {
            contents.fact("shape", format!("table of {} names", table.len()));
            let names = table.iter().take(MOST_NAMES);
            let names = names.map(|(name, value)| Column {
                name: name.clone(),
                type_name: value.type_str().to_owned(),
            });
            contents.columns = names.collect();
        }
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            contents.cut = Some(format!("line {line}: {}", error.message()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::inspect::inspect;
    use crate::look::object_bytes::tests::source;

    fn looked(name: &str, text: &str) -> Contents {
        inspect(&source(text), name, None).unwrap()
    }

    fn told(contents: &Contents) -> Vec<(&str, &str)> {
        contents.columns.iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect()
    }

    #[test]
    fn yaml_tells_what_stands_at_its_top() {
        let found =
            looked("a.yaml", "name: x\nport: 80\ntags: [a, b]\nnested:\n  a: 1\n---\nb: 2\n");
        let expected =
            [("name", "string"), ("port", "integer"), ("tags", "sequence"), ("nested", "mapping")];
        assert_eq!(told(&found), expected);
        assert!(found.facts.contains(&("documents".into(), "2".into())));
        assert!(found.facts.contains(&("shape".into(), "mapping of 4 names".into())));
        assert!(looked("a.yaml", "a: [1, 2\nb: }").cut.is_some());
    }

    #[test]
    fn toml_tells_what_stands_at_its_top() {
        let found = looked("a.toml", "title = \"x\"\n[owner]\nage = 1\n[[list]]\na = 1\n");
        assert_eq!(told(&found), [("list", "array"), ("owner", "table"), ("title", "string")]);
        let broken = looked("a.toml", "a = 1\nb = = 2\n");
        assert!(broken.cut.unwrap().starts_with("line 2: "));
    }

    #[test]
    fn depth_is_no_danger() {
        for (name, text) in [
            ("a.yaml", "a: ".to_owned() + &"[".repeat(10_000)),
            ("a.yaml", (0..2_000).map(|n| " ".repeat(n) + "a:\n").collect()),
            ("a.toml", "a = ".to_owned() + &"[".repeat(10_000) + &"]".repeat(10_000)),
            ("a.toml", "a".to_owned() + &".a".repeat(10_000) + " = 1"),
        ] {
            looked(name, &text);
        }
    }
}
