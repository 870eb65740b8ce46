//! Reads the text of an AWS file strictly: what cannot be read is refused with its line.

use std::fmt;

/// A section as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsSection {
    /// What stands between the brackets.
    pub title: String,
    /// Counts from 1.
    pub line: usize,
    pub settings: Vec<AwsSetting>,
}

/// `name = value`, and the indented lines below it.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsSetting {
    /// In lower case.
    pub name: String,
    pub value: String,
    /// Without their indentation: `addressing_style = path` below `s3 =`.
    pub below: Vec<String>,
    pub line: usize,
    indent: usize,
}

/// Values may be secrets.
impl fmt::Debug for AwsSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {}", self.name, self.line)
    }
}

/// Why a file cannot be read. Says nothing of what stands there: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub line: usize,
    pub expected: String,
}

impl AwsSection {
    /// An empty value counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.setting(name)?.value.as_str();
        (!value.is_empty()).then_some(value)
    }

    pub fn setting(&self, name: &str) -> Option<&AwsSetting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// A setting below another.
    pub fn below(&self, group: &str, name: &str) -> Option<&str> {
        let pairs = self.setting(group)?.below.iter().filter_map(|line| line.split_once('='));
        let mut values = pairs.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name));
        values.next_back().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// A byte order mark in front is passed over.
pub fn sections(bytes: &[u8]) -> Result<Vec<AwsSection>, Unreadable> {
    let text = utf8(bytes)?;
    let mut sections: Vec<AwsSection> = Vec::new();
    for (at, whole) in text.lines().enumerate() {
        let refuse = |expected: String| Unreadable { line: at + 1, expected };
        let line = whole.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let indent = whole.len() - whole.trim_start().len();
        let above = sections.last_mut().and_then(|section| section.settings.last_mut());
        if let Some(above) = above.filter(|above| indent > above.indent) {
            above.put_below(uncommented(line)).map_err(refuse)?;
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let title = title(rest).map_err(refuse)?;
            if let Some(same) = sections.iter().find(|section| section.title == title) {
                let first = same.line;
                return Err(refuse(format!("the section [{title}] stands at line {first} too")));
            }
            sections.push(AwsSection { title, line: at + 1, settings: Vec::new() });
            continue;
        }
        let setting = setting(uncommented(line), at + 1, indent).map_err(refuse)?;
        let Some(section) = sections.last_mut() else {
            return Err(refuse(
                "expected a section, as [default], before the first setting".into(),
            ));
        };
        if let Some(same) = section.setting(&setting.name) {
            let (name, first) = (&same.name, same.line);
            return Err(refuse(format!("{name} is set at line {first} too")));
        }
        section.settings.push(setting);
    }
    Ok(sections)
}

/// The text of a file without its byte order mark.
///
/// # Errors
/// The line of the first byte that is no UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let expected = "expected UTF-8, but the file is UTF-16: save it as UTF-8";
        return Err(Unreadable { line: 1, expected: expected.to_owned() });
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        let expected =
            format!("expected UTF-8, but there is the byte 0x{byte:02X}: save the file as UTF-8");
        Unreadable { line, expected }
    })
}

fn title(rest: &str) -> Result<String, String> {
    let Some((title, after)) = rest.split_once(']') else {
        return Err("expected ] at the end of the section's name".to_owned());
    };
    let after = after.trim_start();
    if !after.is_empty() && !after.starts_with(['#', ';']) {
        return Err("expected nothing after the ] of a section's name".to_owned());
    }
    match title.split_whitespace().collect::<Vec<_>>().join(" ") {
        title if title.is_empty() => Err("expected a name between [ and ]".to_owned()),
        title => Ok(title),
    }
}

fn setting(line: &str, at: usize, indent: usize) -> Result<AwsSetting, String> {
    let Some((name, value)) = line.split_once('=') else {
        return Err("expected name = value".to_owned());
    };
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
    if name.is_empty() {
        return Err("expected a name before =".to_owned());
    }
    Ok(AwsSetting { name, value, below: Vec::new(), line: at, indent })
}

impl AwsSetting {
    fn put_below(&mut self, line: &str) -> Result<(), String> {
        let named = line.split_once('=').is_some_and(|(name, _)| !name.trim().is_empty());
        if self.value.is_empty() && !named {
            return Err(format!("expected name = value below {} =", self.name));
        }
        self.below.push(line.to_owned());
        Ok(())
    }
}

/// A comment needs a space before its sign: secrets may contain the sign itself.
fn uncommented(line: &str) -> &str {
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|sign| line.find(sign)).min();
    end.map_or(line, |end| line[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_settings_comments_and_what_stands_below() {
        let text = "\u{feff}# c\n[default] # d\n  Region = eu ; note\n  key = x#y;z\n\n[ profile   \
                    a ]\ns3 =\n  \
                    addressing_style = path\n  # c\n  other = 1 # n\nlast=1\r\n[empty]\n";
        let read = sections(text.as_bytes()).unwrap();
        let titles: Vec<_> = read.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["default", "profile a", "empty"]);
        assert_eq!((read[0].get("region"), read[0].get("key")), (Some("eu"), Some("x#y;z")));
        assert_eq!(read[1].below("s3", "addressing_style"), Some("path"));
        assert_eq!(read[1].below("s3", "other"), Some("1"));
        assert_eq!((read[1].get("s3"), read[1].get("last")), (None, Some("1")));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        let refused = |bytes: &[u8]| {
            let why = sections(bytes).unwrap_err();
            (why.line, why.expected)
        };
        let cases: [(&[u8], usize, &str); 12] = [
            (b"[a]\n# caf\xe9\nx = 1", 2, "0xE9"),
            (b"\xff\xfe[\0", 1, "UTF-16"),
            (b"x = 1\n[a]", 1, "a section"),
            (b"[a]\nx = 1\nfoo\n", 3, "name = value"),
            (b"[a]\n = 1\n", 2, "a name before ="),
            (b"[profile\nx = 1", 1, "]"),
            (b"[a] x = 1", 1, "nothing after"),
            (b"[ ]", 1, "between"),
            (b"[a]\n[b]\n[a]", 3, "line 1 too"),
            (b"[a]\nx = 1\nX = 2", 3, "line 2 too"),
            (b"[a]\ns3 =\n  foo\n", 3, "below s3"),
            (b"\xef\xbb\xbf\nfoo\n", 2, "name = value"),
        ];
        for (bytes, line, part) in cases {
            let (at, expected) = refused(bytes);
            assert!(at == line && expected.contains(part), "{at} {expected}");
        }
        let (_, expected) = refused(b"[a]\nhush-hush\n");
        assert!(!expected.contains("hush"), "{expected}");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "(\\PC|\\n|\\[|\\]|=| )*") {
            let _ = sections(text.as_bytes());
        }
    }
}
