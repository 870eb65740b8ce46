//! Removes from a report what identifies an account or its content.

use crate::domain::address::{Bucket, Key, Prefix};

/// What is put in the place of words of this report's own, besides what every report hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    words: Vec<(String, &'static str)>,
}

impl Redaction {
    #[must_use]
    pub fn bucket(self, bucket: &Bucket) -> Redaction {
        self.word(bucket.as_str(), "BUCKET")
    }

    #[must_use]
    pub fn prefix(self, prefix: &Prefix) -> Redaction {
        self.word(prefix.as_str().trim_end_matches('/'), "PREFIX")
    }

    #[must_use]
    pub fn key(self, key: &Key) -> Redaction {
        self.word(key.as_str(), "KEY")
    }

    /// Longer words first, so that none is found inside another.
    fn word(mut self, word: &str, instead: &'static str) -> Redaction {
        if !word.is_empty() && self.words.iter().all(|(known, _)| known != word) {
            self.words.push((word.to_owned(), instead));
            self.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        self
    }

    pub fn apply(&self, text: &str) -> String {
        let mut text = without_locations(text);
        for (word, instead) in &self.words {
            text = replaced(&text, word, instead);
        }
        redacted(&text)
    }
}

/// `s3://bucket/key` anywhere in a text: only that it was one stays.
fn without_locations(text: &str) -> String {
    const SCHEME: &str = "s3://";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME) {
        out.push_str(&rest[..at + SCHEME.len()]);
        rest = &rest[at + SCHEME.len()..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"'<>()".contains(c));
        let (location, after) = rest.split_at(end.unwrap_or(rest.len()));
        let (bucket, path) = location.split_once('/').unwrap_or((location, ""));
        out.push_str(if bucket.is_empty() { "" } else { "BUCKET" });
        out.push_str(if path.is_empty() { "" } else { "/KEY" });
        rest = after;
    }
    out + rest
}

/// A whole word: not a piece of a longer one.
fn replaced(text: &str, word: &str, instead: &str) -> String {
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let (skipped, after) = (&rest[..at], &rest[at + word.len()..]);
        let left = skipped.chars().next_back().or(before);
        out.push_str(skipped);
        let piece = inside(left) || inside(after.chars().next());
        out.push_str(if piece { word } else { instead });
        before = word.chars().next_back();
        rest = after;
    }
    out + rest
}

/// Hides what tells whose account it is, whatever the report is about: ids of 32 hexadecimal digits
/// keep their first four, access key ids their last four characters, signatures and tokens of links
/// nothing.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\0']) {
        if character.is_ascii_alphanumeric() {
            word.push(character);
            continue;
        }
        out.push_str(&redacted_word(&word, &out));
        word.clear();
        if character != '\0' {
            out.push(character);
        }
    }
    out
}

fn redacted_word(word: &str, before: &str) -> String {
    const SIGNING: [&str; 3] = ["X-Amz-Signature=", "X-Amz-Credential=", "X-Amz-Security-Token="];
    let hexadecimal = word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let account = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    let aws_key = word.len() >= 16 && ["AKIA", "ASIA"].iter().any(|start| word.starts_with(start));
    if SIGNING.iter().any(|sign| before.ends_with(sign)) {
        "…".to_owned()
    } else if hexadecimal || account {
        format!("{}…", &word[..4])
    } else if aws_key {
        format!("…{}", &word[word.len() - 4..])
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_account_it_is_cannot_be_told_from_a_report() {
        let text = "https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com/ for \
                    AKIAIOSFODNN7EXAMPLE of arn:aws:iam::123456789012:user";
        let shown =
            "https://0123….eu.r2.cloudflarestorage.com/ for …MPLE of arn:aws:iam::1234…:user";
        assert_eq!(redacted(text), shown);
        assert_eq!(redacted("request 4442587FB7D0A2F9"), "request 4442587FB7D0A2F9");
        assert_eq!(redacted(""), "");
        let link = "?X-Amz-Credential=x%2Fy&X-Amz-Signature=abc&z=1";
        assert_eq!(redacted(link), "?X-Amz-Credential=…%2Fy&X-Amz-Signature=…&z=1");
    }

    #[test]
    fn what_lies_in_an_account_is_replaced_word_for_word() {
        let redaction = Redaction::default()
            .bucket(&"media".into())
            .prefix(&"in/media/".into())
            .key(&"in/media/ü.txt".into());
        let of = |text| redaction.apply(text);
        assert_eq!(of("https://media.s3.test/in/media/ü.txt"), "https://BUCKET.s3.test/KEY");
        assert_eq!(of("media, mediawiki, in/media/"), "BUCKET, mediawiki, PREFIX/");
        assert_eq!(of("(s3://other/a/b.txt) and s3://"), "(s3://BUCKET/KEY) and s3://");
        assert_eq!(Redaction::default().bucket(&"".into()).apply("as it was"), "as it was");
    }
}
