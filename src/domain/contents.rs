//! Describes what is inside an object, as far as it was read.

use std::collections::BTreeMap;

use crate::domain::units::{Count, Size};

/// What the bytes of an object are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContentKind {
    Text,
    Json,
    Ndjson,
    Yaml,
    Toml,
    Csv,
    Parquet,
    Avro,
    Orc,
    Arrow,
    Sqlite,
    Image,
    Pdf,
    Zip,
    Tar,
    SevenZip,
    Gzip,
    Zstd,
    Audio,
    Video,
    Font,
    Elf,
    Wasm,
    Binary,
    Empty,
}

impl ContentKind {
    /// As `look --json` spells it.
    pub fn name(self) -> &'static str {
        match self {
            ContentKind::Text => "text",
            ContentKind::Json => "json",
            ContentKind::Ndjson => "ndjson",
            ContentKind::Yaml => "yaml",
            ContentKind::Toml => "toml",
            ContentKind::Csv => "csv",
            ContentKind::Parquet => "parquet",
            ContentKind::Avro => "avro",
            ContentKind::Orc => "orc",
            ContentKind::Arrow => "arrow",
            ContentKind::Sqlite => "sqlite",
            ContentKind::Image => "image",
            ContentKind::Pdf => "pdf",
            ContentKind::Zip => "zip",
            ContentKind::Tar => "tar",
            ContentKind::SevenZip => "7z",
            ContentKind::Gzip => "gzip",
            ContentKind::Zstd => "zstd",
            ContentKind::Audio => "audio",
            ContentKind::Video => "video",
            ContentKind::Font => "font",
            ContentKind::Elf => "elf",
            ContentKind::Wasm => "wasm",
            ContentKind::Binary => "binary",
            ContentKind::Empty => "empty",
        }
    }

    /// Whether it has columns and rows.
    pub fn is_table(self) -> bool {
        matches!(
            self,
            ContentKind::Csv
                | ContentKind::Ndjson
                | ContentKind::Parquet
                | ContentKind::Avro
                | ContentKind::Orc
                | ContentKind::Arrow
                | ContentKind::Sqlite
        )
    }

    /// Whether it has members.
    pub fn is_archive(self) -> bool {
        matches!(self, ContentKind::Zip | ContentKind::Tar | ContentKind::SevenZip)
    }

    /// Whether it is a text, of whatever form.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            ContentKind::Text
                | ContentKind::Json
                | ContentKind::Ndjson
                | ContentKind::Yaml
                | ContentKind::Toml
                | ContentKind::Csv
        )
    }
}

/// What is known of the inside of an object. What does not apply to its kind is `None` or empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    pub kind: ContentKind,
    /// Of a picture, in pixels, before it is turned by its orientation.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// As EXIF counts it: 1 to 8.
    pub orientation: Option<u16>,
    /// Of a text, by the name that WHATWG gives it, in lower case.
    pub encoding: Option<String>,
    pub pages: Option<u64>,
    /// In seconds.
    pub duration: Option<f64>,
    pub columns: Vec<Column>,
    /// Of a table; `None` where they were not counted to the end.
    pub rows: Option<u64>,
    pub members: Vec<Member>,
    /// Whatever else there is to say, in the order to say it: `codec`, `title`, `compression`.
    pub facts: Vec<(String, String)>,
    /// The facts that are numbers, by their names; sizes are in bytes.
    pub numbers: BTreeMap<String, u64>,
    /// Why there is more than was read; `None` where all is here.
    pub cut: Option<String>,
}

impl Contents {
    pub fn of(kind: ContentKind) -> Contents {
        Contents {
            kind,
            width: None,
            height: None,
            orientation: None,
            encoding: None,
            pages: None,
            duration: None,
            columns: Vec::new(),
            rows: None,
            members: Vec::new(),
            facts: Vec::new(),
            numbers: BTreeMap::new(),
            cut: None,
        }
    }

    /// All that is known, as labels and texts for people; raw. `size`: bytes of the object.
    pub fn told(&self, size: u64) -> Vec<(String, String)> {
        let mut lines = vec![
            ("kind".to_owned(), self.kind.name().to_owned()),
            ("size".to_owned(), Size(size).to_string()),
        ];
        let mut add = |label: &str, text: Option<String>| {
            lines.extend(text.map(|text| (label.to_owned(), text)));
        };
        let pixels = self.width.zip(self.height);
        add("picture", pixels.map(|(width, height)| format!("{width} × {height} pixels")));
        add("orientation", self.orientation.map(|orientation| orientation.to_string()));
        add("encoding", self.encoding.clone());
        add("pages", self.pages.map(|pages| Count(pages).to_string()));
        add("duration", self.duration.map(|seconds| format!("{seconds:.1} s")));
        for (name, text) in &self.facts {
            add(name, Some(text.clone()));
        }
        add("rows", self.rows.map(|rows| Count(rows).to_string()));
        if !self.columns.is_empty() {
            add("columns", Some(Count(self.columns.len() as u64).to_string()));
            let names = self.columns.iter().map(|column| column.name.chars().count());
            let wide = names.max().unwrap_or_default().min(40);
            for column in &self.columns {
                add("", Some(format!("{:<wide$}  {}", column.name, column.type_name)));
            }
        }
        if self.kind.is_archive() {
            add("members", Some(Count(self.members.len() as u64).to_string()));
            for member in &self.members {
                let size = member.size.map_or_else(String::new, |size| Size(size).to_string());
                add("", Some(format!("{size:>10}  {}", member.name)));
            }
        }
        add("cut", self.cut.clone());
        lines
    }

    pub fn fact(&mut self, name: &str, value: impl Into<String>) {
        self.facts.push((name.to_owned(), value.into()));
    }

    /// A fact that is a number.
    pub fn number(&mut self, name: &str, number: u64) {
        self.fact(name, number.to_string());
        self.numbers.insert(name.to_owned(), number);
    }

    /// A fact that is a size in bytes.
    pub fn size(&mut self, name: &str, bytes: u64) {
        self.fact(name, Size(bytes).to_string());
        self.numbers.insert(name.to_owned(), bytes);
    }
}

/// A column of a table, a table of a database, or a field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// In the format's own words: `INT64`, `DECIMAL(9,2)`, `text`.
    pub type_name: String,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As it is asked for again; a folder ends in `/`.
    pub name: String,
    /// In bytes, unpacked; `None` where the archive does not say.
    pub size: Option<u64>,
}

/// What a look has cost until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    pub requests: u64,
    pub bytes: u64,
}
