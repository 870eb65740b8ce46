//! Reads files of sections with `name = value` lines, as rclone and s3cmd have them.

/// A section in the order of the file. What stands before the first header has an empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IniSection {
    pub name: String,
    pairs: Vec<(String, String)>,
}

impl IniSection {
    /// The value of a name, in any case; an empty one counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// Reads what can be read: a line that is neither header nor pair says nothing. Indented lines
/// below a name without a value belong to it (`s3 =` with `addressing_style = path`) and are not
/// the section's own.
pub fn sections(text: &str) -> Vec<IniSection> {
    let mut sections = vec![IniSection::default()];
    let mut nested = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            sections.push(IniSection { name: name.0.trim().to_owned(), pairs: Vec::new() });
            nested = false;
            continue;
        }
        let Some((name, value)) = trimmed.split_once('=') else { continue };
        let indented = line.starts_with([' ', '\t']);
        if nested && indented {
            continue;
        }
        let value = uncommented(value.trim());
        nested = value.is_empty();
        if let Some(section) = sections.last_mut() {
            section.pairs.push((name.trim().to_owned(), value.to_owned()));
        }
    }
    sections.retain(|section| !section.is_empty() || !section.name.is_empty());
    sections
}

/// A comment needs a space before its sign: secrets may contain the sign itself.
fn uncommented(value: &str) -> &str {
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|sign| value.find(sign)).min();
    end.map_or(value, |end| value[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sections_pairs_comments_and_nested_lines() {
        let text = "top = 1\n# c\n[a]\nKey = v # note\nsecret = x#y;z\ns3 =\n  addressing_style = \
                    path\n  key = no\nlast=1\n\n[ b ]\n[c\n";
        let read = sections(text);
        let names: Vec<&str> = read.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["", "a", "b"]);
        assert_eq!((read[0].get("top"), read[1].get("key")), (Some("1"), Some("v")));
        assert_eq!((read[1].get("secret"), read[1].get("s3")), (Some("x#y;z"), None));
        assert_eq!((read[1].get("addressing_style"), read[1].get("last")), (None, Some("1")));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "(\\PC|\\n|\\[|\\]|=| )*") {
            let _ = sections(&text);
        }
    }
}
