//! Matches names with patterns of a shell: `*`, `?`, `[a-z]`, `{one,other}`.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};

/// Which of the objects below a place are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeyFilter {
    /// Those that one of these matches; all where there is none.
    pub include: Vec<Glob>,
    /// Except those that one of these matches.
    pub exclude: Vec<Glob>,
}

impl KeyFilter {
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// `relative` is the key below the place, or the path below the folder.
    pub fn takes(&self, relative: &str) -> bool {
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(relative));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// A pattern that is held against a whole name; `*` crosses `/`. One without `/` may match the last
/// part of the name alone.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Glob {
    text: String,
    /// Made when it is first needed; a pattern that cannot be read means itself, as in journals
    /// from before patterns were checked.
    matcher: OnceLock<Option<Regex>>,
}

impl Glob {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn matches(&self, name: &str) -> bool {
        let itself = || format!("(?s-u)^{}$", regex::escape(&self.text));
        let made = self
            .matcher
            .get_or_init(|| matcher(&self.text).ok().or_else(|| Regex::new(&itself()).ok()));
        made.as_ref().is_some_and(|made| made.is_match(name.as_bytes()))
    }
}

fn matcher(text: &str) -> Result<Regex, String> {
    let across = expression(text, Star::AcrossParts)?;
    let whole = if text.contains('/') {
        format!("(?s-u)^{across}$")
    } else {
        let last = expression(text, Star::WithinParts)?;
        format!("(?s-u)^(?:{across}|(?:.*/)?{last}/?)$")
    };
    Regex::new(&whole).map_err(|_| "it is too long".to_owned())
}

impl FromStr for Glob {
    type Err = String;

    fn from_str(text: &str) -> Result<Glob, String> {
        let matcher = matcher(text)?;
        Ok(Glob { text: text.to_owned(), matcher: OnceLock::from(Some(matcher)) })
    }
}

impl From<String> for Glob {
    fn from(text: String) -> Glob {
        Glob { text, matcher: OnceLock::new() }
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> String {
        glob.text
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Glob) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

/// Whether one `*` and `?` go beyond a `/`; `**` always does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Star {
    WithinParts,
    AcrossParts,
}

/// The regular expression that stands for a pattern, not anchored, for a reader that takes bytes
/// unless told otherwise (`(?s-u)`). Signs are characters, not bytes, as names are UTF-8.
///
/// # Errors
/// A sentence that says what is wrong with the pattern.
pub fn expression(pattern: &str, star: Star) -> Result<String, String> {
    let mut reader =
        Reader { signs: pattern.chars().collect(), at: 0, star, begins: true, text: String::new() };
    reader.sequence(0)?;
    Ok(reader.text)
}

struct Reader {
    signs: Vec<char>,
    at: usize,
    star: Star,
    /// Whether what comes next begins a part of a name.
    begins: bool,
    /// The expression so far.
    text: String,
}

impl Reader {
    /// Reads to the end, or to the brace that closes these alternatives.
    fn sequence(&mut self, depth: usize) -> Result<(), String> {
        let opened = self.begins;
        while let Some(sign) = self.next() {
            let begins = match sign {
                '{' => self.begins,
                ',' => depth > 0 && opened,
                sign => sign == '/',
            };
            match sign {
                '*' => self.stars(),
                '?' => self.text.push_str(self.any()),
                '[' => self.class()?,
                '{' => {
                    self.text.push_str("(?:");
                    self.begins = begins;
                    self.sequence(depth + 1)?;
                    self.text.push(')');
                }
                '}' if depth > 0 => return Ok(()),
                ',' if depth > 0 => self.text.push('|'),
                '\\' => {
                    let escaped = self.next().ok_or("nothing follows its last \\")?;
                    self.literal(escaped);
                }
                sign => self.literal(sign),
            }
            self.begins = begins || sign == '*' && self.signs[self.at - 1] == '/';
        }
        if depth > 0 { Err("its { is not closed by }".to_owned()) } else { Ok(()) }
    }

    fn next(&mut self) -> Option<char> {
        let sign = self.signs.get(self.at).copied();
        self.at += usize::from(sign.is_some());
        sign
    }

    fn any(&self) -> &'static str {
        match self.star {
            Star::WithinParts => "(?u:[^/])",
            Star::AcrossParts => "(?su:.)",
        }
    }

    /// The first star is read.
    fn stars(&mut self) {
        let from = self.at;
        while self.signs.get(self.at) == Some(&'*') {
            self.at += 1;
        }
        let many = self.at > from;
        if many && self.begins && self.signs.get(self.at) == Some(&'/') {
            self.at += 1;
            self.text.push_str("(?:.*/)?");
        } else if many || self.star == Star::AcrossParts {
            self.text.push_str(".*");
        } else {
            self.text.push_str("[^/]*");
        }
    }

    /// What stands between brackets; the first is read.
    fn class(&mut self) -> Result<(), String> {
        let negated = matches!(self.signs.get(self.at), Some('!' | '^'));
        self.at += usize::from(negated);
        let inner = &self.signs[self.at..];
        // A bracket that closes right away is one of the class.
        let length = inner.iter().skip(1).position(|sign| *sign == ']').map(|at| at + 1);
        let length = length.ok_or("its [ is not closed by ]")?;
        let (mut set, mut at) = (String::new(), 0);
        while at < length {
            let first = inner[at];
            let ranged = at + 2 < length && inner[at + 1] == '-';
            let last = if ranged { inner[at + 2] } else { first };
            if first > last {
                return Err(format!("the range {first}-{last} is the wrong way round"));
            }
            set.push_str(&format!("\\x{{{:x}}}-\\x{{{:x}}}", u32::from(first), u32::from(last)));
            at += if ranged { 3 } else { 1 };
        }
        self.at += length + 1;
        let not = if negated { "^" } else { "" };
        let class = match self.star {
            // A negation binds last, so it stands by itself.
            Star::WithinParts => format!("(?u:[[{not}{set}]&&[^/]])"),
            Star::AcrossParts => format!("(?u:[{not}{set}])"),
        };
        self.text.push_str(&class);
        Ok(())
    }

    fn literal(&mut self, sign: char) {
        let mut bytes = [0; 4];
        for byte in sign.encode_utf8(&mut bytes).bytes() {
            match byte {
                0x80.. => self.text.push_str(&format!("\\x{byte:02x}")),
                _ => self.text.push_str(&regex::escape(char::from(byte).encode_utf8(&mut [0; 4]))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_are_a_shells() {
        for (pattern, name) in [
            ("*.html", "index.html"),
            ("*.html", "a/b/index.html"),
            ("a/*", "a/b/c"),
            ("?.txt", "x/a.txt"),
            ("[a-c]*.log", "b1.log"),
            ("[!a-c]x", "dx"),
            ("*.{jpg,png}", "x.png"),
            ("b.txt", "a/b.txt"),
            ("*a*b*c", "xxaxxbxxc"),
            ("\\*", "*"),
            ("*", ""),
            ("*.{jpg,{png,gif}}", "a/x.gif"),
            ("**/*.jpg", "x.jpg"),
            ("**/*.jpg", "a/b/x.jpg"),
            ("a/**/b", "a/b"),
            ("?", "é"),
            ("[à-é]", "a/é"),
            ("[]x]", "]"),
            ("é*", "éa"),
            ("a}", "a}"),
            ("\\n", "n"),
            ("*", "a\nb"),
            ("?/x", "//x"),
        ] {
            assert!(glob(pattern).matches(name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.html", "index.htm"),
            ("a/*", "b/a/c"),
            ("?", "ab"),
            ("[a-c]", "d"),
            ("*.{jpg,png}", "x.gif"),
            ("b", "ab"),
            ("\\*", "x"),
            ("{a,b}", "ab"),
            ("a", "a/b"),
            ("[^é]", "é"),
            ("log*.txt", "a/logs/b/x.txt"),
            ("a,**/b", "a,b"),
        ] {
            assert!(!glob(pattern).matches(name), "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_are_quick() {
        assert!(!glob(&"*a".repeat(40)).matches(&"a".repeat(39)));
        assert!(!glob(&("*a?".repeat(12) + "b")).matches(&"a".repeat(400)));
    }

    #[test]
    fn what_is_excluded_is_not_included() {
        let filter = KeyFilter { include: vec![glob("*.txt")], exclude: vec![glob("b*")] };
        assert!(filter.takes("a.txt") && !filter.takes("b.txt") && !filter.takes("a.log"));
        assert!(KeyFilter::default().takes("anything"));
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_said() {
        for (pattern, expected) in [
            ("[", "its [ is not closed by ]"),
            ("a[bc", "its [ is not closed by ]"),
            ("{a,b", "its { is not closed by }"),
            ("{a,{b,c}", "its { is not closed by }"),
            ("a\\", "nothing follows its last \\"),
            ("[z-a]", "the range z-a is the wrong way round"),
        ] {
            assert_eq!(pattern.parse::<Glob>().unwrap_err(), expected, "{pattern}");
        }
        let kept: Glob = serde_json::from_str("\"[\"").unwrap();
        assert!(kept.matches("[") && !kept.matches("x"), "of a journal from before");
    }
}
