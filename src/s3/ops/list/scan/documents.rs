//! Writes the same page in every way that XML has for it, for the tests.

use crate::domain::listing::{Class, Page, Row, RowKind};
use crate::s3::ops::list::scan::WrittenPage;

/// What is decided while a document is written; nothing of it is the plainest form.
pub struct DocumentChoices<'a> {
    left: &'a [u8],
}

impl DocumentChoices<'_> {
    pub fn of(left: &[u8]) -> DocumentChoices<'_> {
        DocumentChoices { left }
    }

    fn pick(&mut self, of: usize) -> usize {
        let Some((first, left)) = self.left.split_first() else { return 0 };
        self.left = left;
        usize::from(*first) % of
    }

    /// True once in `of` times.
    fn odd(&mut self, of: usize) -> bool {
        self.pick(of) == of - 1
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.pick(of.len())]
    }

    /// Puts all in another order.
    fn shuffle<T>(&mut self, mut all: Vec<T>) -> Vec<T> {
        let mut out = Vec::new();
        while !all.is_empty() {
            let at = self.pick(all.len());
            out.push(all.remove(at));
        }
        out
    }
}

const CHARACTERS: &[char] = &[
    'a',
    'b',
    '/',
    '.',
    '%',
    '+',
    ' ',
    '&',
    '<',
    '>',
    '"',
    '\'',
    ']',
    '-',
    '?',
    '\t',
    '\n',
    '\r',
    'é',
    '日',
    '\u{1f600}',
    '\u{7f}',
    '\u{85}',
    '\u{2028}',
    '\u{1}',
    '\u{fffe}',
    '\u{fffd}',
];

/// Times as they may be written, and their seconds.
pub const TIMES: &[(&str, Option<i64>)] = &[
    ("2026-09-20T14:02:56.000Z", Some(1_789_912_976)),
    ("2026-09-20T14:02:56Z", Some(1_789_912_976)),
    ("2026-09-20T16:02:56.123456789123+02:00", Some(1_789_912_976)),
    ("2026-09-20t14:02:56z", Some(1_789_912_976)),
    ("2026-09-20T14:02:56-00:00", Some(1_789_912_976)),
    ("1969-12-31T23:59:58.5Z", Some(-1)),
    ("1970-01-01T00:00:00Z", Some(0)),
    ("0001-01-01T00:00:00Z", Some(-62_135_596_800)),
    ("0000-02-29T00:00:00Z", Some(-62_162_121_600)),
    ("2024-02-29T23:59:59+23:59", Some(1_709_164_859)),
    ("2016-12-31T23:59:60Z", Some(1_483_228_799)),
    ("9999-12-31T23:59:59Z", None),
];

const SIZES: &[(&str, u64)] = &[
    ("0", 0),
    ("5", 5),
    ("007", 7),
    ("+9", 9),
    ("9223372036854775807", 9_223_372_036_854_775_807),
];

const CLASSES: &[&str] = &["STANDARD", "GLACIER", "", "NEW_ONE", "DEEP_ARCHIVE"];

/// Elements that nobody wants.
const OTHERS: &[&str] = &[
    "<Owner><ID>1</ID><DisplayName>a &amp; b</DisplayName></Owner>",
    "<Unknown a='&lt;>/>'><Contents><Key>no</Key></Contents><Key/></Unknown>",
    "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>",
    "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus>",
    "<x:y xmlns:x=\"z\"><x:Key>no</x:Key></x:y>",
    "<Name>b</Name>",
    "<éé/>",
];

/// A document and what is in it.
pub struct Document {
    pub text: String,
    pub page: WrittenPage,
}

struct Writer<'a, 't> {
    choices: &'a mut DocumentChoices<'t>,
    prefix: &'static str,
}

/// The document that the choices decide on, which every reader has to read.
pub fn document(choices: &mut DocumentChoices<'_>, etags: bool) -> Document {
    let prefix = choices.one(&["", "", "", "s3:"]);
    let mut writer = Writer { choices, prefix };
    let rows = Page::default().with_etags(etags);
    let mut page = WrittenPage { rows, ..WrittenPage::default() };
    let mut inner = Vec::new();
    let truncated = writer.choices.one(&[None, Some(false), Some(true)]);
    page.truncated = truncated;
    inner.extend(truncated.map(|truncated| writer.element("IsTruncated", &truncated.to_string())));
    if writer.choices.odd(2) {
        let token = writer.characters();
        inner.push(writer.leaf("NextContinuationToken", &token));
        page.token = Some(token);
    }
    if writer.choices.odd(2) {
        page.encoded = true;
        inner.push(writer.element("EncodingType", "url"));
    }
    inner.extend(writer.others());
    let mut inner = writer.choices.shuffle(inner);
    let mut rows = Vec::new();
    for _ in 0..writer.choices.pick(4) {
        rows.push(if writer.choices.odd(3) {
            writer.prefix_row()
        } else {
            writer.object_row(etags)
        });
    }
    for (text, add) in rows {
        // Several of the same shape.
        for _ in 0..=writer.choices.pick(3) {
            let at = writer.choices.pick(inner.len() + 1);
            // Rows keep their order among themselves.
            let last = inner.iter().rposition(|(is_row, _)| *is_row).map_or(0, |last| last + 1);
            inner.insert(at.max(last), (true, text.clone()));
            add(&mut page.rows);
        }
    }
    let inner = writer.spaced(inner);
    let root = writer.choices.one(&["ListBucketResult", "ListBucketResult", "ListObjectsV2Output"]);
    let body = writer.element_of(root, &inner);
    let before = ["", "\u{feff}", "<?xml version=\"1.0\" encoding='utf-8'?>\r\n", "<!-- x -->"];
    let before = writer.choices.one(&before);
    let behind = writer.choices.one(&["", "", "\r\n", "<!-- x -->\n", "<?x?>"]);
    Document { text: format!("{before}{body}{behind}"), page }
}

type Element = (bool, String);
type RowWritten = (String, Box<dyn Fn(&mut Page)>);

impl Writer<'_, '_> {
    fn characters(&mut self) -> String {
        (0..=self.choices.pick(8)).map(|_| self.choices.one(CHARACTERS)).collect()
    }

    fn gap(&mut self) -> &'static str {
        self.choices.one(&["", "", "", "", "", "\r\n\t ", "<!-- < & - -->", "<?pi <a>?>"])
    }

    fn spaced(&mut self, inner: Vec<Element>) -> String {
        let mut out = String::new();
        for (_, text) in inner {
            out += self.gap();
            out += &text;
        }
        out + self.gap()
    }

    /// A text in one of its forms.
    fn text(&mut self, text: &str) -> String {
        let mut out = String::new();
        for character in text.chars() {
            let number = u32::from(character);
            let barred = matches!(character, '\u{1}' | '\u{fffe}');
            match (character, self.choices.pick(9)) {
                (_, 6) => out += &format!("&#{number};"),
                (_, 7) => out += &format!("&#x0{number:X};"),
                (c, 8) if !barred => out += &format!("<![CDATA[{c}]]>"),
                ('&', _) => out += "&amp;",
                ('<', _) => out += "&lt;",
                ('>', _) => out += "&gt;",
                ('"', 5) => out += "&quot;",
                ('\'', 5) => out += "&apos;",
                ('\u{1}' | '\u{fffe}', _) => out += &format!("&#{number};"),
                (c, _) => out.push(c),
            }
            if self.choices.odd(20) {
                out += self.choices.one(&["<!-- & -->", "<?p i?>", "<![CDATA[]]>"]);
            }
        }
        out
    }

    fn element_of(&mut self, name: &str, inner: &str) -> String {
        let name = format!("{}{name}", self.prefix);
        let inside = ["", "", "", " ", " a=\"b\"", "\n x:y = '>' ", " xmlns=\"http://s3/\""];
        let inside = self.choices.one(&inside);
        if inner.is_empty() && self.choices.odd(2) {
            return format!("<{name}{inside}/>");
        }
        let end = self.choices.one(&["", "", "", " "]);
        format!("<{name}{inside}>{inner}</{name}{end}>")
    }

    fn element(&mut self, name: &str, inner: &str) -> Element {
        (false, self.element_of(name, inner))
    }

    fn leaf(&mut self, name: &str, text: &str) -> Element {
        let text = self.text(text);
        self.element(name, &text)
    }

    fn others(&mut self) -> Vec<Element> {
        (0..self.choices.pick(3)).map(|_| (false, self.choices.one(OTHERS).to_owned())).collect()
    }

    fn object_row(&mut self, etags: bool) -> RowWritten {
        let key = self.characters();
        let mut inner = vec![self.leaf("Key", &key)];
        let (mut size, mut modified, mut class, mut etag) = (0, None, Class::Unknown, None);
        if self.choices.pick(4) > 0 {
            let (text, told) = self.choices.one(SIZES);
            inner.push(self.leaf("Size", text));
            size = told;
        }
        if self.choices.pick(4) > 0 {
            let (text, told) = self.choices.one(TIMES);
            inner.push(self.leaf("LastModified", text));
            modified = told.and_then(|told| jiff::Timestamp::from_second(told).ok());
        }
        if self.choices.pick(4) > 0 {
            let text = self.choices.one(CLASSES);
            inner.push(self.leaf("StorageClass", text));
            class = Class::parse(text);
        }
        if self.choices.pick(4) > 0 {
            let text = self.choices.one(&["\"abc-2\"", "abc", "\"\"", "a\"b"]);
            inner.push(self.leaf("ETag", text));
            etag = etags.then(|| text.trim_matches('"'));
        }
        inner.extend(self.others());
        let inner = self.choices.shuffle(inner);
        let inner = self.spaced(inner);
        let text = self.element_of("Contents", &inner);
        let kind = RowKind::Object { size, modified, class };
        let add = move |rows: &mut Page| {
            rows.push_row(Row { name: &key, kind, version: None, etag });
        };
        (text, Box::new(add))
    }

    fn prefix_row(&mut self) -> RowWritten {
        let name = self.characters();
        let mut inner = vec![self.leaf("Prefix", &name)];
        inner.extend(self.others());
        let inner = self.choices.shuffle(inner);
        let inner = self.spaced(inner);
        let text = self.element_of("CommonPrefixes", &inner);
        (text, Box::new(move |rows: &mut Page| rows.push_prefix(&name)))
    }
}

/// Pieces that change what a document means.
const PIECES: &[&str] = &[
    "<",
    ">",
    "&",
    ";",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?",
    "?>",
    "/>",
    "</",
    "<Key>",
    "</Key>",
    "<Contents>",
    "</Contents>",
    "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>",
    "<Key/>",
    "<Prefix>q/</Prefix>",
    "<Size>x</Size>",
    "<Size>-1</Size>",
    "&#x1;",
    "&#0;",
    "&#xD800;",
    "&no;",
    "&#+65;",
    "&#X41;",
    "\u{1}",
    "\u{ffff}",
    "\0",
    "\u{feff}",
    "<IsTruncated>1</IsTruncated>",
    "<IsTruncated>true</IsTruncated>",
    "<LastModified/>",
    "<!DOCTYPE a>",
    "<?xml version='1.0'?>",
    "</ListBucketResult>",
    "<ListBucketResult>",
    "\"",
    "'",
    "=",
    ":",
    " ",
    "a",
    "é",
];

/// The same document with something of it changed, cut or put in.
pub fn changed(choices: &mut DocumentChoices<'_>, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=choices.pick(3) {
        let place = |choices: &mut DocumentChoices<'_>, length: usize| {
            (choices.pick(256) * 256 + choices.pick(256)) % (length + 1)
        };
        let at = place(choices, bytes.len());
        match choices.pick(6) {
            0..3 => drop(bytes.splice(at..at, choices.one(PIECES).bytes())),
            3 => drop(bytes.drain(at..(at + 1 + choices.pick(12)).min(bytes.len()))),
            4 => bytes.truncate(at),
            _ if at < bytes.len() => {
                bytes[at] = u8::try_from(choices.pick(256)).unwrap_or_default();
            }
            _ => {}
        }
    }
    bytes
}
