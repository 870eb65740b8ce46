//! Tells the kinds of text apart: by the name and the Content-Type where the bytes allow it, else
//! by careful looks at the lines.

use crate::domain::contents::ContentKind;
use crate::look::dialect::Dialect;
use crate::look::json::scan::{Ended, Scan};
use crate::look::opening::Opening;

/// Lines that are looked at.
const LINES: usize = 50;

pub fn text_kind(text: &str, opening: &Opening<'_>) -> ContentKind {
    let start = text.trim_start();
    if is_svg(start) {
        return ContentKind::Image;
    }
    let told = by_ending(&opening.ending()).or_else(|| by_media_type(&opening.media_type()));
    match told {
        Some(Told::Kind(ContentKind::Json | ContentKind::Ndjson)) => {
            let says_lines = told == Some(Told::Kind(ContentKind::Ndjson));
            of_json(start, opening.whole, says_lines).unwrap_or(ContentKind::Text)
        }
        Some(Told::Kind(ContentKind::Csv)) if looks_like_markup(start) => ContentKind::Text,
        Some(Told::Kind(ContentKind::Toml)) if toml_is_wrong(text, opening.whole) => {
            ContentKind::Text
        }
        Some(Told::Kind(kind)) => kind,
        Some(Told::Source) => ContentKind::Text,
        Some(Told::Plain) | None => by_content(text, opening, told.is_none()),
    }
}

/// What a name or a Content-Type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Kind(ContentKind),
    /// A text of a language, which is no data.
    Source,
    /// A text, or anything in it.
    Plain,
}

fn by_ending(ending: &str) -> Option<Told> {
    Some(match ending {
        "csv" | "tsv" | "tab" | "psv" => Told::Kind(ContentKind::Csv),
        "ndjson" | "jsonl" | "ldjson" | "jsonlines" => Told::Kind(ContentKind::Ndjson),
        "json" | "geojson" | "ipynb" | "webmanifest" | "map" | "har" | "avsc" | "topojson"
        | "jsonld" | "tfstate" => Told::Kind(ContentKind::Json),
        "yaml" | "yml" => Told::Kind(ContentKind::Yaml),
        "toml" => Told::Kind(ContentKind::Toml),
        "txt" | "text" | "log" | "dat" | "data" | "out" => Told::Plain,
        "" => return None,
        _ if SOURCES.contains(&ending) => Told::Source,
        _ => return None,
    })
}

/// Endings of texts that are read as they are.
const SOURCES: &[&str] = &[
    "md",
    "markdown",
    "rst",
    "adoc",
    "org",
    "tex",
    "html",
    "htm",
    "xhtml",
    "xml",
    "xsl",
    "css",
    "scss",
    "less",
    "js",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "jsx",
    "py",
    "rb",
    "rs",
    "go",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "java",
    "kt",
    "scala",
    "swift",
    "php",
    "pl",
    "lua",
    "r",
    "jl",
    "sh",
    "bash",
    "zsh",
    "fish",
    "ps1",
    "bat",
    "sql",
    "proto",
    "thrift",
    "tf",
    "hcl",
    "ini",
    "cfg",
    "conf",
    "properties",
    "env",
    "lock",
    "diff",
    "patch",
    "srt",
    "vtt",
    "pem",
    "crt",
    "key",
    "m3u8",
    "ics",
    "vcf",
    "eml",
];

fn by_media_type(media: &str) -> Option<Told> {
    Some(match media {
        "text/csv" | "text/tab-separated-values" | "application/csv" => {
            Told::Kind(ContentKind::Csv)
        }
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines"
        | "application/jsonlines"
        | "application/json-lines" => Told::Kind(ContentKind::Ndjson),
        "application/json" | "text/json" => Told::Kind(ContentKind::Json),
        "application/yaml" | "application/x-yaml" | "text/yaml" | "text/x-yaml" => {
            Told::Kind(ContentKind::Yaml)
        }
        "application/toml" | "text/x-toml" => Told::Kind(ContentKind::Toml),
        _ if media.ends_with("+json") => Told::Kind(ContentKind::Json),
        "text/html"
        | "text/markdown"
        | "text/xml"
        | "application/xml"
        | "text/css"
        | "text/javascript"
        | "application/javascript" => Told::Source,
        _ => return None,
    })
}

/// What a text is whose name says nothing.
fn by_content(text: &str, opening: &Opening<'_>, unnamed: bool) -> ContentKind {
    let start = text.trim_start();
    if let Some(kind) = of_json(start, opening.whole, false)
        && (kind == ContentKind::Ndjson || is_structured(start))
    {
        return kind;
    }
    if unnamed && is_yaml_document(text) {
        return ContentKind::Yaml;
    }
    match Dialect::sniff_strictly(text, opening.whole, LINES) {
        Some(_) if !looks_like_markup(start) => ContentKind::Csv,
        _ => ContentKind::Text,
    }
}

fn is_structured(start: &str) -> bool {
    start.starts_with(['{', '['])
}

/// JSON, one value or one a line; `None` where it is neither.
fn of_json(start: &str, whole: bool, says_lines: bool) -> Option<ContentKind> {
    let mut scan = Scan::new(start.as_bytes());
    match scan.value(&mut |_, _| {}) {
        // The first value is longer than what is here.
        Ok(Ended::Cut) if !whole => {
            return Some(if says_lines { ContentKind::Ndjson } else { ContentKind::Json });
        }
        // It breaks off.
        Ok(Ended::Cut) => {
            let kind = if says_lines { ContentKind::Ndjson } else { ContentKind::Json };
            return is_structured(start).then_some(kind);
        }
        Ok(Ended::Whole) => {}
        Err(_) if says_lines => return is_structured(start).then_some(ContentKind::Ndjson),
        Err(_) => return is_damaged_json(start).then_some(ContentKind::Json),
    }
    let end = scan.at();
    let rest = &start[end..];
    let next = rest.trim_start();
    if next.is_empty() {
        return Some(if says_lines { ContentKind::Ndjson } else { ContentKind::Json });
    }
    let on_next_line = rest[..rest.len() - next.len()].contains('\n');
    let first_is_a_line = !start[..end].contains('\n');
    let same = next.as_bytes().first() == start.as_bytes().first();
    if on_next_line && (says_lines || (first_is_a_line && same && is_structured(start))) {
        return Some(ContentKind::Ndjson);
    }
    says_lines.then_some(ContentKind::Ndjson)
}

/// Whether a text that is no JSON was meant to be: an object whose first name is quoted.
fn is_damaged_json(start: &str) -> bool {
    let inside = start.strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with('"') && inside.contains("\":"))
}

fn is_svg(start: &str) -> bool {
    let head: String = start.chars().take(2048).collect();
    if start.starts_with("<svg") {
        return true;
    }
    (start.starts_with("<?xml") || start.starts_with("<!DOCTYPE svg") || start.starts_with("<!--"))
        && head.contains("<svg")
}

fn looks_like_markup(start: &str) -> bool {
    let name = start.strip_prefix('<').unwrap_or_default();
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?' | '/'));
    named && start.contains('>')
}

/// A document that says by its marker that it is one, and has a mapping or a list.
fn is_yaml_document(text: &str) -> bool {
    let begins =
        text.starts_with("---\n") || text.starts_with("---\r\n") || text.starts_with("%YAML");
    begins
        && text.lines().skip(1).take(LINES).any(|line| {
            line.starts_with("- ") || line.split_once(':').is_some_and(|(name, rest)| {
                !name.is_empty()
                    && !name.contains(' ')
                    && (rest.is_empty() || rest.starts_with(' '))
            })
        })
        // A front matter stands before a text that is none.
        && !text.lines().skip(1).any(|line| line == "---" || line == "...")
}

/// Whether it is no TOML at all, and not only broken.
fn toml_is_wrong(text: &str, whole: bool) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = lines.filter(|line| !line.starts_with('#'));
    match lines.next() {
        Some(line) => !line.starts_with('[') && !line.contains('='),
        None => !whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, content_type: Option<&str>, text: &str) -> &'static str {
        let first = text.as_bytes();
        Opening { first, whole: true, name, content_type }.kind().name()
    }

    #[test]
    fn the_name_decides_among_texts() {
        assert_eq!(kind("a/b.csv", None, "a,b\n1,2\n"), "csv");
        assert_eq!(kind("a.csv", None, "one\ntwo\n"), "csv");
        assert_eq!(kind("a.tsv", None, "a\tb\n"), "csv");
        assert_eq!(kind("A.CSV", None, "a,b\n"), "csv");
        assert_eq!(kind("a.md", None, "a,b\n1,2\n3,4\n"), "text");
        assert_eq!(kind("a.yaml", None, "a: 1\n"), "yaml");
        assert_eq!(kind("a.toml", None, "# x\na = 1\n"), "toml");
        assert_eq!(kind("a.json", None, "{\"a\":1}\n"), "json");
        assert_eq!(kind("a.jsonl", None, "{\"a\":1}\n"), "ndjson");
        assert_eq!(kind("a.py", None, "print(1)\n"), "text");
        assert_eq!(kind("a", Some("text/csv; charset=utf-8"), "a\n1\n"), "csv");
        assert_eq!(kind("a", Some("application/geo+json"), "{}"), "json");
    }

    #[test]
    fn the_bytes_outweigh_the_name() {
        assert_eq!(kind("a.json", None, "{\"a\":1}\n{\"a\":2}\n"), "ndjson");
        assert_eq!(kind("a.json", None, "hello\n"), "text");
        assert_eq!(kind("a.csv", None, "<html><body>no</body></html>"), "text");
        assert_eq!(kind("a.ndjson", None, "hello\n"), "text");
        assert_eq!(kind("a.ndjson", None, "{\"a\":1}\nbad\n{\"a\":2}\n"), "ndjson");
        assert_eq!(kind("a.json", None, "{\"a\": 1, b}"), "json");
        assert_eq!(kind("a.json", None, "{\"a\": [1, 2"), "json");
        assert_eq!(kind("a.toml", None, "hello\n"), "text");
        assert_eq!(kind("a.svg", None, "<?xml version=\"1.0\"?>\n<svg/>"), "image");
    }

    #[test]
    fn a_text_without_a_telling_name_is_looked_at() {
        assert_eq!(kind("part-0", None, "{\"a\":1}\n{\"a\":2}\n"), "ndjson");
        assert_eq!(kind("app.log", None, "{\"a\":1}\n{\"a\":2}\n"), "ndjson");
        assert_eq!(kind("part-0", None, "{\n  \"a\": 1\n}\n"), "json");
        assert_eq!(kind("part-0", None, "17\n"), "text");
        assert_eq!(kind("part-0", None, "id,name\n1,a\n2,b\n"), "csv");
        assert_eq!(kind("part-0", None, "Well, it is\nno table, or\nis it, then?\n"), "text");
        assert_eq!(kind("notes", None, "[1] see below\n"), "text");
        assert_eq!(kind("deploy", None, "---\nkind: Pod\nname: a\n"), "yaml");
        assert_eq!(kind("notes", None, "---\ntitle: a\n---\nText\n"), "text");
    }
}
