//! Finds the place in a document that a provider's refusal speaks of.

use crate::domain::settings::json::{Json, JsonValue, Mistake, TextPosition};
use crate::domain::settings::parse::parse;

/// Shorter words stand in too many sentences.
const SHORTEST: usize = 3;

/// What of the document stands in the refusal: a value that it quotes, else the name of a member.
/// The longest is the most exact; the first where it is there more often.
pub fn place_of(document: &str, refusal: &str) -> Option<Mistake> {
    let json = parse(document).ok()?;
    let mut found: Option<(usize, Mistake)> = None;
    let mut offer = |weight: usize, at: TextPosition, what: &str| {
        if found.as_ref().is_none_or(|(best, _)| *best < weight) {
            found = Some((weight, at.mistake(what)));
        }
    };
    walk(&json, &mut |at, word, is_value| {
        if word.len() >= SHORTEST && says(refusal, word) {
            // A value is more exact than a name of any length.
            offer(word.len() + if is_value { 1000 } else { 0 }, at, word);
        }
    });
    found.map(|(_, place)| place)
}

fn walk(json: &Json, tell: &mut impl FnMut(TextPosition, &str, bool)) {
    match &json.value {
        JsonValue::Text(text) => tell(json.at, text, true),
        JsonValue::List(items) => items.iter().for_each(|item| walk(item, tell)),
        JsonValue::Map(members) => {
            for member in members {
                tell(member.at, &member.name, false);
                walk(&member.value, tell);
            }
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {}
    }
}

/// Whether a word stands in a text by itself.
fn says(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !part(before) && !part(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_leads_to_what_it_quotes_or_names() {
        let document = "{\n \"CORSRules\": [\n  {\"AllowedMethods\": [\"PATCH\"],\n   \
                        \"MaxAgeSeconds\": 1}]}";
        let place = |refusal| place_of(document, refusal).map(|place| place.to_string());
        let method = "Found unsupported HTTP method in CORS config. Unsupported method is PATCH";
        assert_eq!(place(method).as_deref(), Some("line 3, column 23: PATCH"));
        let name = "'MaxAgeSeconds' must not be negative";
        assert_eq!(place(name).as_deref(), Some("line 4, column 4: MaxAgeSeconds"));
        assert_eq!(place("The XML you provided was not well-formed"), None);
        assert_eq!(place("PATCHES"), None);
    }
}
