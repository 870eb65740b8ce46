//! Holds a JSON document with the place of everything in it, numbers as they were written.

use std::fmt;

/// Where something stands in a text; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPosition {
    pub line: usize,
    pub column: usize,
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub at: TextPosition,
    pub what: String,
}

/// A value and where it begins. Two are equal where they say the same.
#[derive(Clone, Debug)]
pub struct Json {
    pub at: TextPosition,
    pub value: JsonValue,
}

/// Maps are equal in whatever order their members stand.
#[derive(Clone, Debug)]
pub enum JsonValue {
    Null,
    Bool(bool),
    /// As it was written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<JsonMember>),
}

/// A name, where it stands, and what it stands for.
#[derive(Clone, Debug)]
pub struct JsonMember {
    pub name: String,
    pub at: TextPosition,
    pub value: Json,
}

const INDENT: &str = "    ";

impl Json {
    pub fn new(value: JsonValue) -> Json {
        Json { at: TextPosition::default(), value }
    }

    pub fn text(text: impl Into<String>) -> Json {
        Json::new(JsonValue::Text(text.into()))
    }

    pub fn number(number: impl fmt::Display) -> Json {
        Json::new(JsonValue::Number(number.to_string()))
    }

    pub fn yes(yes: bool) -> Json {
        Json::new(JsonValue::Bool(yes))
    }

    pub fn list(items: impl IntoIterator<Item = Json>) -> Json {
        Json::new(JsonValue::List(items.into_iter().collect()))
    }

    pub fn map<N: Into<String>>(members: impl IntoIterator<Item = (N, Json)>) -> Json {
        let member = |(name, value): (N, Json)| JsonMember::new(name, value);
        Json::new(JsonValue::Map(members.into_iter().map(member).collect()))
    }

    /// The member of a map.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members().iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// A member by the names of maps on the way to it.
    pub fn at_path(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |json, name| json.get(name))
    }

    /// None where it is no map.
    pub fn members(&self) -> &[JsonMember] {
        match &self.value {
            JsonValue::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; a lone value is a list of one, as in policies.
    pub fn items(&self) -> &[Json] {
        match &self.value {
            JsonValue::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            JsonValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a member.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    pub fn number_of(&self, name: &str) -> Option<u64> {
        match &self.get(name)?.value {
            JsonValue::Number(number) => number.parse().ok(),
            _ => None,
        }
    }

    pub fn is_yes(&self, name: &str) -> bool {
        self.get(name).is_some_and(|json| json.value == JsonValue::Bool(true))
    }

    /// The items of a member that is a list; none where it is not there.
    pub fn list_of(&self, name: &str) -> &[Json] {
        self.get(name).map_or(&[], Json::items)
    }

    pub fn is_empty_map(&self) -> bool {
        matches!(&self.value, JsonValue::Map(members) if members.is_empty())
    }

    /// Sets or replaces a member of a map.
    pub fn set(&mut self, name: &str, value: Json) {
        let JsonValue::Map(members) = &mut self.value else { return };
        match members.iter_mut().find(|member| member.name == name) {
            Some(member) => member.value = value,
            None => members.push(JsonMember::new(name, value)),
        }
    }

    /// Takes a member out of a map.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let JsonValue::Map(members) = &mut self.value else { return None };
        let at = members.iter().position(|member| member.name == name)?;
        Some(members.remove(at).value)
    }

    /// What it is, for a sentence.
    pub fn kind(&self) -> &'static str {
        match self.value {
            JsonValue::Null => "null",
            JsonValue::Bool(_) => "true or false",
            JsonValue::Number(_) => "a number",
            JsonValue::Text(_) => "a text",
            JsonValue::List(_) => "a list",
            JsonValue::Map(_) => "an object { }",
        }
    }

    /// The document on one line.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        write(self, None, &mut out);
        out
    }

    /// In many lines, as the AWS CLI prints it; without a newline at its end.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        write(self, Some(0), &mut out);
        out
    }
}

impl JsonMember {
    pub fn new(name: impl Into<String>, value: Json) -> JsonMember {
        JsonMember { name: name.into(), at: TextPosition::default(), value }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        self.value == other.value
    }
}

impl Eq for Json {}

impl PartialEq for JsonValue {
    fn eq(&self, other: &JsonValue) -> bool {
        match (self, other) {
            (JsonValue::Null, JsonValue::Null) => true,
            (JsonValue::Bool(one), JsonValue::Bool(other)) => one == other,
            (JsonValue::Number(one), JsonValue::Number(other))
            | (JsonValue::Text(one), JsonValue::Text(other)) => one == other,
            (JsonValue::List(one), JsonValue::List(other)) => one == other,
            (JsonValue::Map(one), JsonValue::Map(other)) => {
                one.len() == other.len() && one.iter().all(|member| other.contains(member))
            }
            _ => false,
        }
    }
}

impl Eq for JsonValue {}

impl PartialEq for JsonMember {
    fn eq(&self, other: &JsonMember) -> bool {
        self.name == other.name && self.value == other.value
    }
}

impl Eq for JsonMember {}

impl fmt::Display for TextPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl TextPosition {
    pub fn mistake(self, what: impl Into<String>) -> Mistake {
        Mistake { at: self, what: what.into() }
    }
}

/// `depth` is `None` where everything goes on one line.
fn write(json: &Json, depth: Option<usize>, out: &mut String) {
    match &json.value {
        JsonValue::Null => out.push_str("null"),
        JsonValue::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        JsonValue::Number(number) => out.push_str(number),
        JsonValue::Text(text) => quote(text, out),
        JsonValue::List(items) => {
            enclose(('[', ']'), items.len(), depth, out, |at, depth, out| {
                write(&items[at], depth, out);
            });
        }
        JsonValue::Map(members) => {
            enclose(('{', '}'), members.len(), depth, out, |at, depth, out| {
                quote(&members[at].name, out);
                out.push(':');
                if depth.is_some() {
                    out.push(' ');
                }
                write(&members[at].value, depth, out);
            });
        }
    }
}

fn enclose(
    (open, close): (char, char),
    count: usize,
    depth: Option<usize>,
    out: &mut String,
    each: impl Fn(usize, Option<usize>, &mut String),
) {
    out.push(open);
    let inner = depth.map(|depth| depth + 1);
    for at in 0..count {
        if at > 0 {
            out.push(',');
        }
        new_line(inner, out);
        each(at, inner, out);
    }
    if count > 0 {
        new_line(depth, out);
    }
    out.push(close);
}

fn new_line(depth: Option<usize>, out: &mut String) {
    if let Some(depth) = depth {
        out.push('\n');
        out.push_str(&INDENT.repeat(depth));
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
