//! Compares a document that was set with what the server has of it.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::settings::MINIMUM_SIZE;
use crate::domain::settings::json::{Json, JsonValue};

/// Names that servers give themselves, and what travels beside the document.
const THEIR_OWN: [&str; 5] = ["ID", "Id", "DisplayName", "MFADelete", MINIMUM_SIZE];

/// What of `new` is not in `kept`, each by its name and value. Where it stands is not compared: a
/// filter of one condition may be written with or without its `And`. Nor is what says nothing.
pub fn lacking(new: &Json, kept: Option<&Json>) -> Vec<String> {
    let mut there: HashMap<(String, String), usize> = HashMap::new();
    if let Some(kept) = kept {
        leaves(kept, "", &mut |name, value| *there.entry((folded(name), value)).or_default() += 1);
    }
    let mut lacking = Vec::new();
    leaves(new, "", &mut |name, value| {
        let told = format!("{name} {value}");
        match there.get_mut(&(folded(name), value)).filter(|left| **left > 0) {
            Some(left) => *left -= 1,
            None => lacking.push(told),
        }
    });
    lacking
}

fn leaves(json: &Json, name: &str, tell: &mut impl FnMut(&str, String)) {
    let value = match &json.value {
        JsonValue::List(items) => {
            // A text that is named twice is kept once.
            let texts = |items: &[Json], text: &str| {
                items
                    .iter()
                    .any(|item| matches!(&item.value, JsonValue::Text(same) if same == text))
            };
            let first = |(at, item): &(usize, &Json)| match &item.value {
                JsonValue::Text(text) => !texts(&items[..*at], text),
                _ => true,
            };
            return items
                .iter()
                .enumerate()
                .filter(first)
                .for_each(|(_, item)| leaves(item, name, tell));
        }
        JsonValue::Map(members) => {
            let known = members.iter().filter(|member| !THEIR_OWN.contains(&member.name.as_str()));
            return known.for_each(|member| leaves(&member.value, &member.name, tell));
        }
        JsonValue::Null | JsonValue::Bool(false) => return,
        JsonValue::Bool(true) => "true".to_owned(),
        JsonValue::Number(number) => number.clone(),
        JsonValue::Text(text) => meaning(text.trim()),
    };
    if !value.is_empty() {
        tell(name, value);
    }
}

/// A time is the same however it is written, and so are the names of headers.
fn meaning(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => time.to_string(),
        Err(_) => folded(text),
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::parse::parse;

    fn lacks(new: &str, kept: &str) -> Vec<String> {
        lacking(&parse(new).unwrap(), Some(&parse(kept).unwrap()))
    }

    #[test]
    fn a_condition_that_was_dropped_is_named() {
        let rule = |filter: &str| {
            format!(
                "{{\"Rules\":[{{\"ID\":\"r\",\"Status\":\"Enabled\",{filter},\
                 \"Expiration\":{{\"Days\":3}}}}]}}"
            )
        };
        let new = rule("\"Filter\":{\"ObjectSizeGreaterThan\":1000000}");
        assert_eq!(lacks(&new, &rule("\"Prefix\":\"\"")), ["ObjectSizeGreaterThan 1000000"]);
        assert_eq!(lacks(&new, &new), [""; 0]);
        let both = rule("\"Filter\":{\"And\":{\"Prefix\":\"a/\",\"ObjectSizeLessThan\":5}}");
        assert_eq!(lacks(&both, &rule("\"Prefix\":\"a/\"")), ["ObjectSizeLessThan 5"]);
        // A value is not taken for that of another rule.
        let two = "{\"Rules\":[{\"Days\":3},{\"Days\":3}]}";
        assert_eq!(lacks(two, "{\"Rules\":[{\"Days\":3}]}"), ["Days 3"]);
        assert_eq!(lacking(&parse(two).unwrap(), None).len(), 2);
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let new = "{\"A\":{\"And\":{\"Prefix\":\"p\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}},\
                   \"Date\":\"2027-01-01T00:00:00Z\",\"Off\":false,\"Empty\":\"\",\"ID\":\"x\"}";
        let kept = "{\"Date\":\"2027-01-01T00:00:00.000Z\",\"ID\":\"made\",\
                    \"A\":{\"Tag\":{\"Key\":\"k\",\"Value\":\"v\"},\"Prefix\":\"p\"}}";
        assert_eq!(lacks(new, kept), [""; 0]);
        let cors = "{\"AllowedOrigins\":[\"b\",\"a\"],\"AllowedHeaders\":[\"X-A\"]}";
        let sorted = "{\"AllowedOrigins\":[\"a\",\"b\"],\"AllowedHeaders\":[\"x-a\"]}";
        assert_eq!(lacks(cors, sorted), [""; 0]);
        let twice = "{\"AllowedOrigins\":[\"b\",\"a\",\"b\"],\"AllowedHeaders\":[\"X-A\"]}";
        assert_eq!(lacks(twice, sorted), [""; 0]);
    }
}
