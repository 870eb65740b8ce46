//! Finds the paths a source text names, in `use` trees and inline, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};

/// The text without comments, literals, attributes' strings and `#[cfg(test)]` items.
pub fn strip(text: &str) -> String {
    let (code, _) = parted(text);
    let mut kept = String::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        rest = after_item(&rest[at + "#[cfg(test)]".len()..]);
    }
    kept.push_str(rest);
    kept
}

/// What follows the item at the start of `text`: past its `;` or its matching brace.
fn after_item(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            ';' if depth == 0 => return &text[at + 1..],
            '{' => depth += 1,
            '}' if depth <= 1 => return &text[at + 1..],
            '}' => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// The literals of a text as they are written, without those of its test module.
pub fn literals(text: &str) -> Vec<String> {
    let shown = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    parted(shown).1.into_iter().map(|(_, literal)| literal).collect()
}

/// The lines, counted from 0, on which a raw string stands.
pub fn lines_of_raw_strings(text: &str) -> BTreeSet<usize> {
    let raw = parted(text).1.into_iter().filter(|(_, literal)| literal.starts_with('r'));
    raw.flat_map(|(line, literal)| line..=line + literal.matches('\n').count()).collect()
}

/// The code without comments and literals, and the literals with the lines that they begin on; a
/// raw one begins with `r`, another one after its quote.
fn parted(text: &str) -> (String, Vec<(usize, String)>) {
    let mut literals = Vec::new();
    let bytes: Vec<char> = text.chars().collect();
    let lines: Vec<usize> = bytes
        .iter()
        .scan(0, |line, character| {
            let here = *line;
            *line += usize::from(*character == '\n');
            Some(here)
        })
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match bytes[at] {
            '/' if next == Some('/') => {
                while at < bytes.len() && bytes[at] != '\n' {
                    at += 1;
                }
            }
            '/' if next == Some('*') => {
                at += 2;
                while at < bytes.len() && !(bytes[at] == '*' && bytes.get(at + 1) == Some(&'/')) {
                    at += 1;
                }
                at += 2;
            }
            'r' if next == Some('"') || (next == Some('#') && raw_string(&bytes, at)) => {
                let begun = at;
                at = after_raw_string(&bytes, at + 1);
                literals.push((lines[begun], bytes[begun..at.min(bytes.len())].iter().collect()));
                out.push_str("\"\"");
            }
            '"' => {
                let begun = at;
                at += 1;
                while at < bytes.len() && bytes[at] != '"' {
                    at += if bytes[at] == '\\' { 2 } else { 1 };
                }
                literals.push((lines[begun], bytes[begun..at.min(bytes.len())].iter().collect()));
                at += 1;
                out.push_str("\"\"");
            }
            '\'' if next == Some('\\') => {
                at += 3;
                while at < bytes.len() && bytes[at] != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' if bytes.get(at + 2) == Some(&'\'') => at += 3,
            character => {
                out.push(character);
                at += 1;
            }
        }
    }
    (out, literals)
}

fn raw_string(text: &[char], at: usize) -> bool {
    let identifier = at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_');
    let hashes = text[at + 1..].iter().take_while(|c| **c == '#').count();
    !identifier && text.get(at + 1 + hashes) == Some(&'"')
}

fn after_raw_string(text: &[char], mut at: usize) -> usize {
    let hashes = text[at..].iter().take_while(|c| **c == '#').count();
    at += hashes + 1;
    while at < text.len() {
        if text[at] == '"'
            && text[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
        {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}

/// Every path that the code names, `super` and `self` resolved against `module`; own paths begin
/// with `crate`.
pub fn paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let tokens = tokens(&strip(code));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" && tokens.get(at + 1).is_some_and(|next| next != "<") {
            at = tree(&tokens, at + 1, &[], &mut found);
        } else if is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|t| t == "::") {
            let mut path = vec![tokens[at].clone()];
            while tokens.get(at + 1).is_some_and(|t| t == "::")
                && tokens.get(at + 2).is_some_and(|t| is_name(t))
            {
                path.push(tokens[at + 2].clone());
                at += 2;
            }
            if path.len() > 1 {
                found.push(path);
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found.into_iter().map(|path| resolve(path, module)).collect()
}

/// The types that stripped code declares for others.
pub fn public_types(code: &str) -> Vec<String> {
    let tokens = tokens(code);
    let kinds = ["struct", "enum", "trait", "type", "union"];
    let declared = (0..tokens.len()).filter(|at| tokens[*at] == "pub").filter_map(|at| {
        let mut rest = tokens[at + 1..].iter();
        if tokens.get(at + 1).is_some_and(|next| next == "(") {
            rest.find(|token| *token == ")");
        }
        rest.next().filter(|kind| kinds.contains(&kind.as_str()))?;
        rest.next().cloned()
    });
    declared.collect()
}

/// Reads one use tree from `at`; brings back where it ends.
fn tree(tokens: &[String], mut at: usize, stem: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = stem.to_vec();
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => {
                at += 1;
                while at < tokens.len() && tokens[at] != "}" {
                    at = tree(tokens, at, &path, found);
                    at += usize::from(tokens.get(at).is_some_and(|t| t == "," || t == ";"));
                }
                return at + 1;
            }
            "as" => at += 2,
            "," | "}" | ";" => break,
            "*" | "::" => at += 1,
            "self" if !path.is_empty() => at += 1,
            name => {
                path.push(name.to_owned());
                at += 1;
            }
        }
    }
    found.push(path);
    at
}

fn resolve(path: Vec<String>, module: &[String]) -> Vec<String> {
    match path[0].as_str() {
        "super" => {
            let parent = &module[..module.len().saturating_sub(1)];
            [&["crate".to_owned()], parent, &path[1..]].concat()
        }
        "self" => [&["crate".to_owned()], module, &path[1..]].concat(),
        _ => path,
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() || character == '_' {
            let mut word = String::from(character);
            while let Some(more) = characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(more);
            }
            tokens.push(word);
        } else if character == ':' && characters.next_if_eq(&':').is_some() {
            tokens.push("::".into());
        } else if !character.is_whitespace() {
            tokens.push(character.into());
        }
    }
    tokens
}

/// One line for each pair of modules that reach one another; the shortest walk back is shown.
pub fn circles(arrows: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (from, tos) in arrows {
        for to in tos {
            if let Some(mut walk) = walk(arrows, to, from) {
                walk.sort();
                walk.dedup();
                found.insert(walk.iter().map(|m| m.join("::")).collect::<Vec<_>>().join(" ↔ "));
            }
        }
    }
    found.into_iter().collect()
}

fn walk(
    arrows: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
    start: &Vec<String>,
    goal: &Vec<String>,
) -> Option<Vec<Vec<String>>> {
    let mut came: BTreeMap<&Vec<String>, Option<&Vec<String>>> = BTreeMap::from([(start, None)]);
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        if here == goal {
            let mut steps = vec![here.clone()];
            let mut at = here;
            while let Some(Some(before)) = came.get(at) {
                steps.push((*before).clone());
                at = before;
            }
            return Some(steps);
        }
        for next in arrows.get(here).into_iter().flatten() {
            if !came.contains_key(next) {
                came.insert(next, Some(here));
                queue.push_back(next);
            }
        }
    }
    None
}
