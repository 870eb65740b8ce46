//! Writes into `config.toml` what all uploads to a bucket give.

use std::collections::BTreeMap;
use std::path::Path;

use toml_edit::{Item, Table, Value, value};

use crate::config::edit::{fault, read};
use crate::config::upload_rules::EVERYTHING;
use crate::domain::address::Bucket;
use crate::domain::attributes::Attributes;
use crate::domain::error::Error;

const RULES: &str = "upload_rules";

/// The text with these as what is remembered for a bucket, or with nothing remembered for it. What
/// else stands there stays as the user wrote it.
///
/// # Errors
/// `Config` where the text cannot be read.
pub fn put(
    text: &str,
    path: &Path,
    bucket: &Bucket,
    attributes: Option<&Attributes>,
) -> Result<String, Error> {
    let mut document = read(text, path)?;
    match document.get_mut(RULES) {
        None => {}
        Some(Item::ArrayOfTables(rules)) => {
            let at = (0..rules.len()).rev().find(|at| {
                rules.get(*at).is_some_and(|rule| is_of(rule.get(BUCKET), rule, bucket))
            });
            match (at, attributes) {
                (Some(at), Some(attributes)) => {
                    if let Some(rule) = rules.get_mut(at) {
                        fill(rule, bucket, attributes);
                    }
                    return Ok(document.to_string());
                }
                (Some(at), None) => {
                    let said = rules.get(at).and_then(|rule| rule.decor().prefix());
                    let said = said.and_then(|prefix| prefix.as_str()).unwrap_or_default();
                    let said = if said.contains('#') { said.to_owned() } else { String::new() };
                    rules.remove(at);
                    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
                    document.set_trailing(format!("{said}{trailing}"));
                    return Ok(document.to_string());
                }
                (None, _) => {}
            }
        }
        Some(_) => {
            let detail = "upload_rules is no list of sections: write each as [[upload_rules]]";
            return Err(fault(path, detail.to_owned()));
        }
    }
    Ok(match attributes {
        Some(attributes) => appended(text, bucket, attributes),
        None => text.to_owned(),
    })
}

const BUCKET: &str = "bucket";

fn is_of(named: Option<&Item>, rule: &Table, bucket: &Bucket) -> bool {
    let text = |item: Option<&Item>| item.and_then(Item::as_str).map(str::to_owned);
    text(named).as_deref() == Some(bucket.as_str())
        && text(rule.get("match")).as_deref() == Some(EVERYTHING)
}

/// Below everything, so that it holds over what stands before it.
fn appended(text: &str, bucket: &Bucket, attributes: &Attributes) -> String {
    let mut rule = Table::new();
    fill(&mut rule, bucket, attributes);
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}[[{RULES}]]\n{rule}")
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
        super::put(text, Path::new("/c.toml"), &bucket.into(), attributes).unwrap()
    }

    fn remembered(text: &str, bucket: &str) -> Option<Attributes> {
        let settings = parse(text, Path::new("/c.toml")).unwrap().settings;
        settings.remembered_of(&bucket.into()).cloned()
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
    fn rules_in_one_line_are_not_rewritten() {
        let line = "upload_rules = [{ match = \"*\", class = \"STANDARD\" }]\n";
        let path = Path::new("/c.toml");
        let error = super::put(line, path, &"b".into(), Some(&attributes())).unwrap_err();
        assert!(error.detail.contains("[[upload_rules]]"), "{}", error.detail);
    }
}
