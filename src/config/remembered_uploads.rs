//! Writes into `config.toml` what all uploads to a bucket give.

use std::collections::BTreeMap;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, Value, value};

use crate::config::edit::{below, fault, read};
use crate::config::kept_comments::{above, hand_on};
use crate::config::upload_rules::{CONNECTION, EVERYTHING, RULES};
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
use crate::domain::error::Error;

/// The text with these as what is remembered for a bucket, or with nothing remembered for it. What
/// else stands there stays as the user wrote it.
///
/// # Errors
/// `Config` where the text cannot be read.
pub fn put(
    text: &str,
    path: &Path,
    (connection, bucket): (&ConnectionName, &Bucket),
    attributes: Option<&Attributes>,
) -> Result<String, Error> {
    let mut document = read(text, path)?;
    let found: Vec<usize> = match document.get(RULES) {
        None => Vec::new(),
        Some(Item::ArrayOfTables(rules)) => {
            let here = |rule: &Table| is_of(rule, connection, bucket);
            rules.iter().enumerate().filter(|(_, rule)| here(rule)).map(|(at, _)| at).collect()
        }
        Some(_) => {
            let detail = "upload_rules is not a list of sections: write each as [[upload_rules]]";
            return Err(fault(path, detail.to_owned()));
        }
    };
    match (found.last(), attributes) {
        (None, None) => return Ok(text.to_owned()),
        (None, Some(attributes)) => return Ok(appended(text, connection, bucket, attributes)),
        (Some(last), Some(attributes)) => {
            let rules = document.get_mut(RULES).and_then(Item::as_array_of_tables_mut);
            if let Some(rule) = rules.and_then(|rules| rules.get_mut(*last)) {
                fill(rule, bucket, attributes);
            }
        }
        (Some(_), None) => found.iter().rev().for_each(|at| remove(&mut document, *at)),
    }
    Ok(document.to_string())
}

const BUCKET: &str = "bucket";

fn is_of(rule: &Table, connection: &ConnectionName, bucket: &Bucket) -> bool {
    let text = |name: &str| rule.get(name).and_then(Item::as_str);
    text(BUCKET) == Some(bucket.as_str())
        && text("match") == Some(EVERYTHING)
        && text(CONNECTION).is_none_or(|one| one == connection.as_str())
}

/// Takes a rule out; what the user wrote above it goes above what follows.
fn remove(document: &mut DocumentMut, at: usize) {
    let rules = document.get_mut(RULES).and_then(Item::as_array_of_tables_mut);
    let Some(rules) = rules else { return };
    let Some(rule) = rules.get(at) else { return };
    let (position, said) = (rule.position(), above(rule));
    rules.remove(at);
    hand_on(document, position, &said);
}

/// Below everything, so that it holds over what stands before it.
fn appended(
    text: &str,
    connection: &ConnectionName,
    bucket: &Bucket,
    attributes: &Attributes,
) -> String {
    let mut rule = Table::new();
    rule.insert(CONNECTION, value(connection.as_str()));
    fill(&mut rule, bucket, attributes);
    below(text, &format!("[[{RULES}]]\n{rule}"))
}

fn fill(rule: &mut Table, bucket: &Bucket, attributes: &Attributes) {
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let pairs = |pairs: &BTreeMap<String, String>| {
        let table: toml_edit::InlineTable =
            pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        (!pairs.is_empty()).then_some(Value::InlineTable(table))
    };
    let (headers, protection) = (&attributes.headers, &attributes.protection);
    let encryption = protection.encryption.as_ref();
    let fields = [
        (BUCKET, Some(bucket.as_str().into())),
        ("match", Some(EVERYTHING.into())),
        ("content_type", text(&headers.content_type)),
        ("cache_control", text(&headers.cache_control)),
        ("content_disposition", text(&headers.content_disposition)),
        ("content_encoding", text(&headers.content_encoding)),
        ("content_language", text(&headers.content_language)),
        ("metadata", pairs(&attributes.metadata)),
        ("tags", pairs(&attributes.tags)),
        ("class", text(&attributes.class)),
        ("acl", text(&protection.acl)),
        ("sse", encryption.map(|found| found.method.as_str().into())),
        ("sse_key_id", encryption.and_then(|found| text(&found.key_id))),
        ("legal_hold", protection.legal_hold.map(Value::from)),
    ];
    for (name, new) in fields {
        match (rule.get_mut(name).and_then(Item::as_value_mut), new) {
            (Some(old), Some(mut new)) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            (_, Some(new)) => drop(rule.insert(name, value(new))),
            (_, None) => drop(rule.remove(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::parse;
    use crate::domain::object::ObjectHeaders;
    use crate::domain::protection::{Encryption, Protection};

    const TEXT: &str = "\
# By hand.
[[upload_rules]]
match = \"*.html\" # pages
cache_control = \"no-cache\"

# Of the site.
[[upload_rules]]
bucket = \"site\"
match = \"*\"
content_type = \"text/plain\" # for now
tags = { team = \"a\" }

[ui]
icons = true
# The end.
";

    fn attributes() -> Attributes {
        let headers = ObjectHeaders {
            content_type: Some("text/html".into()),
            cache_control: Some("no-cache".into()),
            ..ObjectHeaders::default()
        };
        let encryption =
            Encryption { method: "aws:kms:dsse".into(), key_id: Some("alias/a".into()) };
        Attributes {
            headers,
            metadata: [("team".to_owned(), "a \"b\"".to_owned())].into(),
            tags: [("of".to_owned(), "x".to_owned())].into(),
            class: Some("STANDARD_IA".into()),
            protection: Protection {
                acl: Some("private".into()),
                encryption: Some(encryption),
                legal_hold: Some(true),
                ..Protection::default()
            },
        }
    }

    fn put(text: &str, bucket: &str, attributes: Option<&Attributes>) -> String {
        super::put(text, Path::new("/c.toml"), (&"c".into(), &bucket.into()), attributes).unwrap()
    }

    fn remembered(text: &str, bucket: &str) -> Option<Attributes> {
        let settings = parse(text, Path::new("/c.toml")).unwrap().settings;
        settings.remembered_of(&"c".into(), &bucket.into()).cloned()
    }

    #[test]
    fn what_is_written_is_read_again_and_the_rest_stays() {
        for (text, bucket) in [("", "site"), ("[ui]\nicons = true", "a"), (TEXT, "b")] {
            let written = put(text, bucket, Some(&attributes()));
            assert!(written.starts_with(text), "{written}");
            assert_eq!(remembered(&written, bucket), Some(attributes()), "{written}");
            assert_eq!(remembered(&put(&written, bucket, None), bucket), None);
        }
    }

    #[test]
    fn a_rule_is_changed_in_its_place_with_its_comments() {
        let written = put(TEXT, "site", Some(&attributes()));
        assert_eq!(remembered(&written, "site"), Some(attributes()), "{written}");
        for kept in
            ["# Of the site.", "text/html\" # for now", "# pages", "# The end.", "# By hand"]
        {
            assert!(written.contains(kept), "{written}");
        }
        assert_eq!(written.matches("[[upload_rules]]").count(), 2, "{written}");
    }

    #[test]
    fn a_rule_that_is_forgotten_leaves_what_the_user_wrote_above_it() {
        let written = put(TEXT, "site", None);
        assert_eq!(remembered(&written, "site"), None);
        assert!(written.contains("# Of the site.") && written.contains("# The end."), "{written}");
        assert_eq!(parse(&written, Path::new("/c")).unwrap().settings.upload_rules.len(), 1);
        assert_eq!(put(TEXT, "other", None), TEXT);
    }

    #[test]
    fn what_is_written_at_the_head_of_the_file_stays_there() {
        let rule = "[[upload_rules]]\nbucket = \"site\"\nmatch = \"*\"\nclass = \"STANDARD\"\n";
        let text =
            format!("# My settings.\n\n{rule}\n# Also.\n{rule}\n[ui]\nicons = true\n# End.\n");
        let written = put(&text, "site", None);
        assert_eq!(written, "# My settings.\n\n\n# Also.\n\n[ui]\nicons = true\n# End.\n");
        let alone = put(&format!("# My settings.\n\n{rule}"), "site", None);
        assert_eq!(alone, "# My settings.\n\n");
    }

    #[test]
    fn a_rule_holds_for_the_connection_it_names() {
        let (one, other) = (ConnectionName::from("c"), ConnectionName::from("d"));
        let bucket = Bucket::from("site");
        let written = put("", "site", Some(&attributes()));
        assert!(written.contains("connection = \"c\""), "{written}");
        let settings = parse(&written, Path::new("/c.toml")).unwrap().settings;
        assert_eq!(settings.upload_rules_of(&one, &bucket).len(), 1);
        assert!(settings.upload_rules_of(&other, &bucket).is_empty());
        assert_eq!(settings.remembered_of(&other, &bucket), None);
        let place = (&other, &bucket);
        let kept = super::put(&written, Path::new("/c.toml"), place, None).unwrap();
        assert_eq!(kept, written, "it is forgotten for its own connection alone");
        let mut settings = parse(TEXT, Path::new("/c.toml")).unwrap().settings;
        assert_eq!(settings.upload_rules_of(&other, &bucket).len(), 2, "as before without one");
        settings.remember(&one, &"b".into(), Some(attributes()));
        settings.rename_connection(&one, &other);
        assert_eq!(settings.remembered_of(&other, &"b".into()), Some(&attributes()));
    }

    #[test]
    fn rules_in_one_line_are_not_rewritten() {
        let line = "upload_rules = [{ match = \"*\", class = \"STANDARD\" }]\n";
        let path = Path::new("/c.toml");
        let place = (&"c".into(), &"b".into());
        let error = super::put(line, path, place, Some(&attributes())).unwrap_err();
        assert!(error.detail.contains("[[upload_rules]]"), "{}", error.detail);
    }
}
