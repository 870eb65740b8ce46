//! Reads from `assets/documents.txt` what each document may contain and where it stands in XML.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// An object of a document, with its members in the order in which they are printed.
#[derive(Debug, Default)]
pub struct DocumentShape {
    pub members: Vec<MemberShape>,
}

#[derive(Debug)]
pub struct MemberShape {
    pub name: &'static str,
    pub required: bool,
    pub element: ElementName,
    pub kind: ValueKind,
}

/// Where a member stands in XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementName {
    Child(&'static str),
    Attribute(&'static str),
    /// A list: an element for each item, in one of their own where `within` names it.
    Each {
        within: Option<&'static str>,
        element: &'static str,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    Number,
    YesNo,
    Time,
    OneOf(Vec<&'static str>),
    /// An object, by the name of its shape.
    Object(&'static str),
}

impl DocumentShape {
    pub fn member(&self, name: &str) -> Option<&MemberShape> {
        self.members.iter().find(|member| member.name == name)
    }
}

impl MemberShape {
    pub fn is_list(&self) -> bool {
        matches!(self.element, ElementName::Each { .. })
    }
}

/// The shape of a name; an empty one where the table has none, which a test rules out.
pub fn shape(name: &str) -> &'static DocumentShape {
    static NOTHING: DocumentShape = DocumentShape { members: Vec::new() };
    table().get(name).unwrap_or(&NOTHING)
}

fn table() -> &'static BTreeMap<&'static str, DocumentShape> {
    static TABLE: OnceLock<BTreeMap<&'static str, DocumentShape>> = OnceLock::new();
    TABLE.get_or_init(|| read(include_str!("../../../assets/documents.txt")))
}

fn read(text: &'static str) -> BTreeMap<&'static str, DocumentShape> {
    let mut table = BTreeMap::new();
    let mut current: Option<&mut DocumentShape> = None;
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match (line.strip_prefix("  "), &mut current) {
            (None, _) => current = Some(table.entry(line).or_default()),
            (Some(rest), Some(shape)) => shape.members.extend(member(rest)),
            (Some(_), None) => {}
        }
    }
    table
}

fn member(line: &'static str) -> Option<MemberShape> {
    let (head, kind) = line.split_once(" : ")?;
    let (name, element) = head.split_once(" = ").unwrap_or((head, ""));
    let required = name.ends_with('!');
    let name = name.trim_end_matches('!');
    let element = if element.is_empty() { name } else { element };
    let (kind, list) = match kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let element = match (list, element.split_once('/'), element.strip_prefix('@')) {
        (true, Some((within, element)), _) => ElementName::Each { within: Some(within), element },
        (true, None, _) => ElementName::Each { within: None, element },
        (false, _, Some(attribute)) => ElementName::Attribute(attribute),
        (false, _, None) => ElementName::Child(element),
    };
    Some(MemberShape { name, required, element, kind: value_kind(kind) })
}

fn value_kind(text: &'static str) -> ValueKind {
    match text {
        "text" => ValueKind::Text,
        "number" => ValueKind::Number,
        "yes-no" => ValueKind::YesNo,
        "time" => ValueKind::Time,
        "Enabled" => ValueKind::OneOf(vec![text]),
        words if words.contains('|') => ValueKind::OneOf(words.split('|').collect()),
        shape => ValueKind::Object(shape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_and_every_shape_is_there() {
        let text = include_str!("../../../assets/documents.txt");
        let lines = text.lines().filter(|line| line.starts_with("  ")).count();
        let members: Vec<&MemberShape> =
            table().values().flat_map(|shape| &shape.members).collect();
        assert_eq!(members.len(), lines);
        for member in members {
            if let ValueKind::Object(name) = &member.kind {
                assert!(table().contains_key(name), "{name}");
            }
        }
    }

    #[test]
    fn a_line_says_name_element_and_kind() {
        let rule = shape("CORSRule");
        let methods = rule.member("AllowedMethods").unwrap();
        assert!(methods.required && methods.is_list());
        let each = ElementName::Each { within: None, element: "AllowedMethod" };
        assert_eq!(methods.element, each);
        let tags = shape("Tagging").member("TagSet").unwrap();
        let each = ElementName::Each { within: Some("TagSet"), element: "Tag" };
        assert_eq!((tags.element, &tags.kind), (each, &ValueKind::Object("Tag")));
        let kind = shape("Grantee").member("Type").unwrap();
        assert_eq!(kind.element, ElementName::Attribute("xsi:type"));
    }
}
