//! Tells the shape of JSON: the fields of its records with their types, how deep it goes.

use std::collections::HashMap;

use crate::domain::contents::Column;
use crate::domain::units::CountedSoFar;
use crate::look::json::scan::{JsonType, Token, unquoted};

/// Fields that are told of records; further ones are only counted.
const MOST_FIELDS: usize = 10_000;

/// The union of the fields of records, in the order in which they are met.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    order: Vec<(String, Vec<&'static str>)>,
    /// By the name as it is written, with its quotes.
    at: HashMap<Vec<u8>, usize>,
}

impl Fields {
    pub fn add(&mut self, name: &[u8], kind: &'static str) {
        let at = match self.at.get(name) {
            Some(at) => *at,
            None if self.order.len() >= MOST_FIELDS => return,
            None => {
                let text = unquoted(name);
                let known = self.order.iter().position(|(known, _)| *known == text);
                let at = known.unwrap_or_else(|| {
                    self.order.push((text, Vec::new()));
                    self.order.len() - 1
                });
                self.at.insert(name.to_vec(), at);
                at
            }
        };
        let types = &mut self.order[at].1;
        if !types.contains(&kind) {
            types.push(kind);
        }
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// A field that is null now and then is of its other type.
    pub fn columns(&self) -> Vec<Column> {
        let columns = self.order.iter().map(|(name, types)| {
            let wide = types.contains(&"number");
            let told = types.iter().copied();
            let told = told.filter(|kind| *kind != "null" && !(wide && *kind == "integer"));
            let told: Vec<&str> = told.collect();
            let type_name = if told.is_empty() { "null".to_owned() } else { told.join("|") };
            Column { name: name.clone(), type_name }
        });
        columns.collect()
    }
}

/// The type of a value by the token that it begins with.
pub fn type_of(token: Token<'_>) -> Option<&'static str> {
    match token {
        Token::Scalar(JsonType::Number, text) if is_integer(text) => Some("integer"),
        Token::Open(kind) | Token::Scalar(kind, _) => Some(kind.name()),
        Token::Close(_) | Token::Name(_) => None,
    }
}

fn is_integer(number: &[u8]) -> bool {
    !number.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// What one value is, learned token by token.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    pub top: Option<&'static str>,
    /// Of the object, or of the objects in the array.
    pub fields: Fields,
    /// Elements of the array.
    pub elements: u64,
    /// Elements that are objects.
    pub records: u64,
    pub deepest: usize,
    name: Option<Vec<u8>>,
}

impl Shape {
    pub fn see(&mut self, depth: usize, token: Token<'_>) {
        if let Token::Open(_) = token {
            self.deepest = self.deepest.max(depth + 1);
        }
        let array = self.top == Some("array");
        match (depth, token) {
            (0, token) => self.top = self.top.or(type_of(token)),
            (1, Token::Name(name)) if !array => self.name = Some(name.to_vec()),
            (2, Token::Name(name)) if array => self.name = Some(name.to_vec()),
            (1, token) if array => {
                self.elements += u64::from(type_of(token).is_some());
                self.records += u64::from(token == Token::Open(JsonType::Object));
                self.name = None;
            }
            (1 | 2, token) => {
                if let (Some(kind), Some(name)) = (type_of(token), self.name.take()) {
                    self.fields.add(&name, kind);
                }
            }
            _ => {}
        }
    }

    /// The shape in words: `array of 3 objects`.
    pub fn words(&self, whole: bool) -> String {
        let counted = |count, noun| CountedSoFar(count, noun, whole);
        match self.top {
            Some("object") => format!("object of {}", counted(self.fields.len() as u64, "field")),
            Some("array") if self.records == self.elements && self.records > 0 => {
                format!("array of {}", counted(self.elements, "object"))
            }
            Some("array") => format!("array of {}", counted(self.elements, "value")),
            other => other.unwrap_or("nothing").to_owned(),
        }
    }
}
