//! Says in plain words why the text of a TOML file cannot be taken.

use serde::de::DeserializeOwned;

use crate::domain::nearest::nearest;

/// What the reader of a `T` found wrong, in the words of TOML instead of Rust's; `text` is what it
/// read.
pub fn explained<T: DeserializeOwned>(error: &toml::de::Error, text: &str) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let start =
        text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let message = error.message();
    wrong_word::<T>(error, text)
        .or_else(|| twice(message, text, at, line.trim()))
        .or_else(|| wrong_kind(message, line.trim()))
        .or_else(|| misplaced::<T>(message))
        .or_else(|| unknown_name(message))
        .or_else(|| unknown_word(message))
        .or_else(|| Some(format!("{} is missing", message.strip_prefix("missing field ")?)))
        .unwrap_or_else(|| message.to_owned())
}

/// A value that is no text where one of some words is wanted: a text in its place is refused with
/// the words.
fn wrong_word<T: DeserializeOwned>(error: &toml::de::Error, text: &str) -> Option<String> {
    if error.message() != "wanted string or table" {
        return None;
    }
    let span = error.span()?;
    let (before, found, after) =
        (text.get(..span.start)?, text.get(span.clone())?, text.get(span.end..)?);
    let instead = toml::from_str::<T>(&format!("{before}\"\"{after}")).err();
    let known = instead.as_ref().and_then(|error| {
        let (_, known) = named(error.message().strip_prefix("unknown variant ")?)?;
        Some(list(&known))
    });
    let one_of = known.map_or_else(String::new, |known| format!(": one of {known}"));
    Some(format!("this is {found}; a text in quotes is wanted{one_of}"))
}

/// A name of the head of the file that stands in a section, which takes all that is below it.
fn misplaced<T: DeserializeOwned>(message: &str) -> Option<String> {
    const NOBODYS: &str = "no-name-of-any-file = 0";
    let (name, here) = named(message.strip_prefix("unknown field ")?)?;
    let refused = toml::from_str::<T>(NOBODYS).err()?;
    let (_, at_the_head) = named(refused.message().strip_prefix("unknown field ")?)?;
    (at_the_head.contains(&name) && here != at_the_head)
        .then(|| format!("`{name}` stands before the first [section] of the file, not in one"))
}

/// A section or a name that is there already.
fn twice(message: &str, text: &str, at: usize, line: &str) -> Option<String> {
    if message != "duplicate key" {
        return None;
    }
    if line.starts_with("[[") {
        return Some(
            "it began as one section, and goes on as a list of them: write all of them \
                     with [[ ]]"
                .to_owned(),
        );
    }
    let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) else {
        let name = line.split('=').next().unwrap_or_default().trim();
        // Within a table on one line, it is another name than that of the line.
        if line.contains('{') {
            return Some("a name is there twice in one table: keep one of the two".to_owned());
        }
        return Some(format!("`{name}` is there twice in this section: keep one of the two"));
    };
    let head =
        |line: &str| Some(line.trim().strip_prefix('[')?.split(']').next()?.trim() == section);
    let before = text.get(..at).unwrap_or_default();
    let first = before.lines().position(|line| head(line).unwrap_or_default());
    let first = first.map_or_else(String::new, |line| format!(", first on line {}", line + 1));
    Some(format!("[{section}] is there twice{first}: rename one of the two, or make them one"))
}

fn wrong_kind(message: &str, line: &str) -> Option<String> {
    let kinds =
        message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "))?;
    let (found, wanted) = kinds.split_once(", expected ")?;
    let written = as_section(line, wanted).map(|section| format!(": write {section}"));
    let (found, wanted) = (found_kind(found), wanted_kind(wanted));
    Some(format!("this is {found}; {wanted} is wanted{}", written.unwrap_or_default()))
}

/// How the section that `line` begins is written where it is of the wrong kind.
fn as_section(line: &str, wanted: &str) -> Option<String> {
    let name = line.strip_prefix('[')?;
    match name.strip_prefix('[') {
        Some(list) => {
            let name = list.split(']').next()?;
            // A map has entries of any name, a struct only those that it knows.
            if wanted == "a map" {
                Some(format!("[{name}.NAME]"))
            } else {
                Some(format!("[{name}]"))
            }
        }
        None if wanted == "a sequence" => Some(format!("[[{}]]", name.split(']').next()?)),
        None => None,
    }
}

fn found_kind(found: &str) -> String {
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    match kind {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        "string" => format!("the text {value}"),
        "boolean" => value.replace('`', ""),
        "integer" => format!("the number {}", value.replace('`', "")),
        "floating" => format!("the number {}", value.replace("point ", "").replace('`', "")),
        _ => found.to_owned(),
    }
}

fn wanted_kind(wanted: &str) -> &str {
    match wanted {
        "a string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        _ if wanted.starts_with("struct ") => "a table",
        _ => wanted,
    }
}

fn unknown_name(message: &str) -> Option<String> {
    let (name, known) = named(message.strip_prefix("unknown field ")?)?;
    let instead = match nearest(name, &known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known.is_empty() => String::new(),
        None => format!("; there are {}", list(&known)),
    };
    Some(format!("there is no `{name}` here{instead}"))
}

fn unknown_word(message: &str) -> Option<String> {
    let (word, known) = named(message.strip_prefix("unknown variant ")?)?;
    let near = nearest(word, &known).map(|near| format!("; did you mean `{near}`?"));
    Some(format!("`{word}` is not one of {}{}", list(&known), near.unwrap_or_default()))
}

/// The name in question, and those that are known.
fn named(message: &str) -> Option<(&str, Vec<&str>)> {
    let (name, known) = message.split_once(", ")?;
    Some((name.trim_matches('`'), known.split('`').skip(1).step_by(2).collect()))
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is refused is looked at")]
    struct File {
        #[serde(default)]
        places: HashMap<String, Place>,
        #[serde(default)]
        rules: Vec<Place>,
        place: Option<Place>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only what is refused is looked at")]
    struct Place {
        name: Option<String>,
        open: Option<bool>,
        rows: Option<u8>,
        way: Option<Way>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Way {
        Left,
        Right,
    }

    #[test]
    fn no_word_of_rust_is_said() {
        for (text, expected) in [
            ("[[places]]\nname = 'x'", "this is a list; a table is wanted: write [places.NAME]"),
            ("[rules]\nname = 'x'", "this is a table; a list is wanted: write [[rules]]"),
            ("places = 5", "this is the number 5; a table is wanted"),
            ("[places]\na = 'x'", "this is the text \"x\"; a table is wanted"),
            ("[place]\nname = 5", "this is the number 5; a text in quotes is wanted"),
            ("[place]\nopen = 'yes'", "this is the text \"yes\"; true or false is wanted"),
            ("[place]\nname = true", "this is true; a text in quotes is wanted"),
            (
                "[place]\nrows = -1",
                "this is the number -1; a whole number that is not negative is wanted",
            ),
            ("[place]\nnmae = 'x'", "there is no `nmae` here; did you mean `name`?"),
            (
                "[place]\ncolour = 'x'",
                "there is no `colour` here; there are `name`, `open`, `rows`, `way`",
            ),
            ("[place]\nway = 'up'", "`up` is not one of `left`, `right`"),
            (
                "[place]\nway = true",
                "this is true; a text in quotes is wanted: one of `left`, `right`",
            ),
            ("[place]\nway = 7", "this is 7; a text in quotes is wanted: one of `left`, `right`"),
            (
                "[place]\nrules = []",
                "`rules` stands before the first [section] of the file, not in one",
            ),
            (
                "[places.a]\n# x\n[places.b]\n[places.a] # y\n",
                "[places.a] is there twice, first on line 1: rename one of the two, or make them \
                 one",
            ),
            (
                "[place]\nopen = true\nopen = false",
                "`open` is there twice in this section: keep one of the two",
            ),
            (
                "[place]\nway = 'rihgt'",
                "`rihgt` is not one of `left`, `right`; did you mean `right`?",
            ),
        ] {
            let error = toml::from_str::<File>(text).unwrap_err();
            assert_eq!(explained::<File>(&error, text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_toml_is_said_as_the_reader_says_it() {
        let error = toml::from_str::<File>("places = ").unwrap_err();
        assert_eq!(explained::<File>(&error, "places = "), error.message());
    }
}
