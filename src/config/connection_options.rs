//! Lists the settings of a connection that the form shows: known buckets and read-only.

use std::path::Path;

use toml_edit::{Array, InlineTable, Value};

use crate::config::connection::{Connection, KnownBucket};

/// The settings as the form holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionOptions {
    pub buckets: Vec<KnownBucket>,
    pub read_only: bool,
}

/// One of them: a field of the form and a line of `config.toml`.
pub struct OptionSpec {
    /// As `config.toml` writes it.
    pub name: &'static str,
    pub label: &'static str,
    /// What goes in or is chosen, for whoever stands on it.
    pub hint: &'static str,
    /// What can be chosen; none where text is typed.
    pub answers: &'static [&'static str],
    /// The text or the answer.
    pub shown: fn(&ConnectionOptions) -> String,
    /// Takes a text or an answer, or says why not.
    pub take: fn(&mut ConnectionOptions, &str) -> Result<(), String>,
    /// Nothing where `config.toml` needs no line for it.
    pub written: fn(&ConnectionOptions) -> Option<Value>,
}

pub const BUCKETS: &str = "buckets";

const YES_NO: &[&str] = &["no", "yes: nothing can be written"];

/// In the order of the form.
pub const OPTIONS: [OptionSpec; 2] = [
    OptionSpec {
        name: BUCKETS,
        label: "Buckets",
        hint: "for keys that may not list them: media, site/public/",
        answers: &[],
        shown: |options| text_of(&options.buckets),
        take: |options, text| {
            options.buckets = buckets_of(text, &options.buckets)?;
            Ok(())
        },
        written: |options| buckets_written(&options.buckets),
    },
    OptionSpec {
        name: "read_only",
        label: "Read-only",
        hint: "",
        answers: YES_NO,
        shown: |options| YES_NO[usize::from(options.read_only)].to_owned(),
        take: |options, answer| {
            options.read_only = answer == YES_NO[1];
            Ok(())
        },
        written: |options| options.read_only.then(|| true.into()),
    },
];

impl ConnectionOptions {
    pub fn of(connection: &Connection) -> ConnectionOptions {
        ConnectionOptions {
            buckets: connection.known_buckets.clone(),
            read_only: connection.read_only,
        }
    }

    pub fn put(self, connection: &mut Connection) {
        let ConnectionOptions { buckets, read_only } = self;
        connection.known_buckets = buckets;
        connection.read_only = read_only;
    }
}

/// `buckets = ["media", { name = "site", prefix = "public/" }]`
pub fn buckets_written(buckets: &[KnownBucket]) -> Option<Value> {
    let mut array = Array::new();
    for known in buckets {
        if *known == KnownBucket::from(known.bucket.as_str()) {
            array.push(known.bucket.as_str());
            continue;
        }
        let mut table = InlineTable::new();
        table.insert("name", known.bucket.as_str().into());
        if !known.prefix.is_root() {
            table.insert("prefix", known.prefix.as_str().into());
        }
        if let Some(domain) = &known.public_domain {
            table.insert("public_domain", domain.as_str().into());
        }
        if known.access.requester_pays {
            table.insert("requester_pays", true.into());
        }
        if let Some(file) = known.access.key_file.as_deref().and_then(Path::to_str) {
            table.insert("sse_c_key", file.into());
        }
        if let Some(command) = &known.access.key_command {
            table.insert("sse_c_key_command", command.as_str().into());
        }
        array.push(table);
    }
    (!array.is_empty()).then(|| array.into())
}

/// `media, site/public/`: buckets with the prefix they start at, separated by commas or spaces.
/// What is configured of a bucket besides stays with it.
///
/// # Errors
/// A sentence about the first that cannot be one.
pub fn buckets_of(text: &str, before: &[KnownBucket]) -> Result<Vec<KnownBucket>, String> {
    let mut known: Vec<KnownBucket> = Vec::new();
    for word in text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty()) {
        let each = KnownBucket::from(word.strip_prefix("s3://").unwrap_or(word));
        let name = each.bucket.as_str();
        if name.is_empty() || name.contains(':') {
            return Err(format!(
                "{word:?} is not a bucket: write media, or site/public/ to start at a prefix"
            ));
        }
        if known.iter().any(|other| other.bucket == each.bucket) {
            continue;
        }
        let same = before.iter().find(|other| other.bucket == each.bucket);
        known.push(match same {
            Some(same) => KnownBucket { prefix: each.prefix, ..same.clone() },
            None => each,
        });
    }
    Ok(known)
}

/// The text that [`buckets_of`] reads.
pub fn text_of(buckets: &[KnownBucket]) -> String {
    buckets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::protection::AccessSpec;

    #[test]
    fn buckets_are_read_with_the_prefix_they_start_at() {
        let access = AccessSpec { requester_pays: true, ..AccessSpec::default() };
        let before = [KnownBucket {
            public_domain: Some("https://cdn.example.com".to_owned()),
            access: access.clone(),
            ..KnownBucket::from("site")
        }];
        let known = buckets_of(" media,site/public  s3://logs/a/b/ media ", &before).unwrap();
        assert_eq!(text_of(&known), "media, site/public/, logs/a/b/");
        assert_eq!(known[1].public_domain.as_deref(), Some("https://cdn.example.com"));
        assert_eq!((known[1].access.clone(), known[0].access.is_plain()), (access, true));
        assert_eq!(buckets_of("", &before).unwrap(), []);
        assert!(buckets_of("https://x/y", &[]).unwrap_err().contains("is not a bucket"));
    }
}
